"""MNIST's arrays are its files, and its files are the originals."""

import hashlib
import pwd
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_mnist import MD5, REAL, assert_complete

from companion import datasets
from companion.datasets import files


def test_the_unpacked_files_are_the_originals(real):
    assert {name: md5 for name, (_, md5) in files.FILES.items()} == MD5
    assert_complete(real)


@pytest.mark.parametrize(
    ("split", "stem", "count"),
    [("train", "train", 60_000), ("test", "t10k", 10_000)],
)
def test_arrays_are_the_bytes_of_the_files(real, split, stem, count):
    images, labels = datasets.load_mnist(split)
    assert images.shape == (count, 28, 28)
    assert images.dtype == np.uint8
    assert labels.shape == (count,)
    assert labels.dtype == np.int64
    raw = real / "MNIST" / "raw"
    pixels = (raw / f"{stem}-images-idx3-ubyte").read_bytes()
    assert images.tobytes() == pixels[16:]
    digits = (raw / f"{stem}-labels-idx1-ubyte").read_bytes()
    assert labels.tolist() == list(digits[8:])


def test_what_is_known_of_mnist(real):
    images, labels = datasets.load_mnist("train")
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(labels).tolist() == counts
    assert round(images.mean() / 255, 4) == 0.1307
    assert round(images.std() / 255, 4) == 0.3081
    _, labels = datasets.load_mnist("test")
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_the_arrays_are_the_callers_own(real):
    images, labels = datasets.load_mnist("test")
    images[:] = 0
    labels[:] = 0
    images, labels = datasets.load_mnist("test")
    assert images.any()
    assert labels.any()


@pytest.mark.parametrize("split", ["valid", "Train", True, None])
def test_another_split_is_refused(real, split):
    with pytest.raises(ValueError, match=r'"train" or "test".*' + repr(split)):
        datasets.load_mnist(split)


def test_the_readme_names_the_packed_files():
    text = (REAL / "README.md").read_text(encoding="utf-8")
    for name in MD5:
        packed = (REAL / f"{name}.xz").read_bytes()
        sha256 = hashlib.sha256(packed).hexdigest()
        size, sum_of_original = files.FILES[name]
        assert f"{sha256}  {name}.xz" in text
        row = f"| {name} | {size:,} | {sum_of_original} | {len(packed):,} |"
        assert row in text


# Which folder ----------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("COMPANION_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_default_is_the_users_cache(home, monkeypatch):
    assert files.cache_folder() == home / ".cache/training-loop-companion"
    monkeypatch.setattr(sys, "platform", "darwin")
    expected = home / "Library/Caches/training-loop-companion"
    assert files.cache_folder() == expected


def test_xdg_cache_home_counts_where_absolute(home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/caches")
    expected = Path("/var/tmp/caches/training-loop-companion")
    assert files.cache_folder() == expected
    for ignored in ("", "caches"):
        monkeypatch.setenv("XDG_CACHE_HOME", ignored)
        default = home / ".cache" / "training-loop-companion"
        assert files.cache_folder() == default


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("/data/mnist", "/data/mnist"),
        ("~/data", "{home}/data"),
        ("data", "{here}/data"),
        ("", "{home}/.cache/training-loop-companion"),
    ],
)
def test_companion_cache_comes_first(home, monkeypatch, chosen, expected):
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("COMPANION_CACHE", chosen)
    expected = expected.format(home=home, here=Path.cwd())
    assert files.cache_folder() == Path(expected)


def test_a_relative_folder_survives_a_chdir(package, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPANION_CACHE", "here")
    monkeypatch.chdir(tmp_path)
    root = datasets.mnist_root()
    monkeypatch.chdir("/")
    assert (root / "MNIST" / "raw").is_dir()


def test_without_home_the_user_database_is_asked(home, monkeypatch):
    monkeypatch.delenv("HOME")
    expected = Path.home() / ".cache" / "training-loop-companion"
    assert files.cache_folder() == expected


@pytest.mark.parametrize("chosen", ["", "~/data"])
def test_without_any_home_the_error_says_what_to_set(
    home, monkeypatch, chosen
):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setenv("COMPANION_CACHE", chosen)
    with pytest.raises(RuntimeError, match=r"no home folder.*COMPANION_CACHE"):
        datasets.mnist_root()


def test_any_name_of_a_folder_will_do(package, tmp_path, monkeypatch):
    cache = tmp_path / "手書き数字, žluťoučký 'kůň' {0}"
    monkeypatch.setenv("COMPANION_CACHE", str(cache))
    images, _ = datasets.load_mnist("train")
    assert len(images) == 3
    assert_complete(cache)
