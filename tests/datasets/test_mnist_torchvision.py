"""torchvision reads the unpacked files as its own, and finds the same."""

import pytest
from torchvision.datasets import MNIST

from companion import datasets


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("torchvision")
        patch.setenv("COMPANION_CACHE", str(folder))
        yield datasets.mnist_root()


@pytest.mark.parametrize("as_root", [str, lambda path: path])
@pytest.mark.parametrize("split", ["train", "test"])
def test_torchvision_reads_what_we_read(root, split, as_root):
    theirs = MNIST(root=as_root(root), train=split == "train", download=False)
    images, labels = datasets.load_mnist(split)
    assert (theirs.data.numpy() == images).all()
    assert (theirs.targets.numpy() == labels).all()
    assert theirs.targets.numpy().dtype == labels.dtype
