"""The real package of MNIST, or a tiny one; and a cache to unpack it in."""

import pytest
from tiny_mnist import MD5, pack, tiny_idx, use_package

from companion import datasets
from companion.datasets import files


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COMPANION_CACHE", str(folder))
    return folder


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A tiny package in the place of the real one."""
    folder = tmp_path / "package"
    folder.mkdir()
    for name in MD5:
        pack(folder, name, tiny_idx(name))
    monkeypatch.setattr(files, "PACKED", folder)
    monkeypatch.setattr(files, "FILES", files.FILES)
    use_package(folder)
    return folder


@pytest.fixture(scope="session")
def real_cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPANION_CACHE", str(folder))
        datasets.mnist_root()
    return folder


@pytest.fixture
def real(real_cache, monkeypatch):
    monkeypatch.setenv("COMPANION_CACHE", str(real_cache))
    return real_cache
