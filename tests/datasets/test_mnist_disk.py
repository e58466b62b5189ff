"""Where MNIST cannot be written, the error says so, and nothing is left."""

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from tiny_mnist import contents, run, shorten

from companion import datasets
from companion.datasets import files


@contextmanager
def refused(folder, number):
    """The OSError of that number, which says which folder, and a way out."""
    with pytest.raises(OSError, match="COMPANION_CACHE") as caught:
        yield
    assert caught.value.errno == number
    assert type(caught.value) is type(OSError(number, ""))
    assert os.strerror(number) in str(caught.value)
    assert repr(str(folder)) in str(caught.value)


@contextmanager
def not_as_root():
    """Root may write anywhere; nobody (65534) may not."""
    if root := os.geteuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def visible(package, monkeypatch):
    """A folder for the package and the cache that every user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(package, folder / "package")
        monkeypatch.setattr(files, "PACKED", folder / "package")
        monkeypatch.setenv("COMPANION_CACHE", str(folder / "cache"))
        yield folder


def test_a_read_only_folder(visible):
    visible.chmod(0o555)
    with not_as_root(), refused(visible / "cache", errno.EACCES):
        datasets.mnist_root()
    assert not (visible / "cache").exists()


def test_a_read_only_folder_with_a_damaged_file(visible):
    cache = datasets.mnist_root()
    shorten(cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte")
    before = contents(cache)
    (cache / "MNIST").chmod(0o555)
    with not_as_root(), refused(cache, errno.EACCES):
        datasets.mnist_root()
    assert contents(cache) == before


def test_a_read_only_folder_with_all_files(visible):
    cache = datasets.mnist_root()
    (cache / "MNIST").chmod(0o555)
    with not_as_root():
        assert datasets.mnist_root() == cache


@pytest.mark.parametrize("step", ["mkdir", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_a_step(package, cache, monkeypatch, step, number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    owner = files if step == "write" else os
    monkeypatch.setattr(owner, step, refuse)
    with refused(cache, number):
        datasets.mnist_root()
    monkeypatch.undo()
    assert not cache.exists() or contents(cache) == {}
    assert not (cache / "MNIST" / "unpacking").exists()


# Python gets an error from the system, as it does from a full disk.
LIMIT = """
limit = 3000  # bytes in a file
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""


def test_a_full_disk_leaves_nothing(package, cache):
    code, _, err = run(LIMIT + "datasets.mnist_root()")
    assert code == 1
    assert f"OSError: [Errno {errno.EFBIG}] cannot unpack MNIST" in err
    assert f"set COMPANION_CACHE to another folder than: '{cache}'" in err
    assert contents(cache) == {}
    assert not (cache / "MNIST" / "unpacking").exists()


def test_a_full_disk_keeps_what_was_whole(package, cache):
    raw = datasets.mnist_root() / "MNIST" / "raw"
    shorten(raw / "train-labels-idx1-ubyte")
    before = contents(cache)
    code, _, err = run(LIMIT + "datasets.mnist_root()")
    assert code == 1
    assert f"OSError: [Errno {errno.EFBIG}] cannot unpack MNIST" in err
    assert contents(cache) == before
    assert not (cache / "MNIST" / "unpacking").exists()


def test_a_cache_path_that_is_a_file(package, cache):
    cache.write_text("mine")
    with refused(cache, errno.ENOTDIR):
        datasets.mnist_root()
    assert cache.read_text() == "mine"


def test_a_folder_where_a_file_should_be(package, cache):
    (cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").mkdir(parents=True)
    with refused(cache, errno.EISDIR):
        datasets.mnist_root()
    assert not (cache / "MNIST" / "unpacking").exists()
