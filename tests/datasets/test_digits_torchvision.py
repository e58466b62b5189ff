"""MNIST and the transforms beside torchvision's."""

import numpy as np
import pytest
import torch
import torchvision

import companion
from companion import datasets
from companion.datasets import transforms

theirs = torchvision.transforms


@pytest.mark.parametrize("train", [True, False])
def test_the_same_digits(train):
    mine = datasets.MNIST(train=train)
    other = torchvision.datasets.MNIST(
        datasets.mnist_root(), train, theirs.ToTensor()
    )
    assert len(mine) == len(other)
    np.testing.assert_array_equal(mine.data.numpy(), other.data.numpy())
    np.testing.assert_array_equal(mine.targets.numpy(), other.targets.numpy())
    for index in (0, 17, len(mine) - 1):
        image, label = other[index]
        np.testing.assert_array_equal(mine[index][0].numpy(), image.numpy())
        assert mine[index][1] == label


IMAGES = {
    "grey": np.arange(12, dtype=np.uint8).reshape(3, 4) * 20,
    "colour": np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10,
    "float": np.ones((2, 3, 1), np.float32),
    "integers": np.arange(6).reshape(2, 3),
}


@pytest.mark.parametrize("image", IMAGES)
def test_the_same_tensor(image):
    mine = transforms.ToTensor()(IMAGES[image])
    other = theirs.ToTensor()(IMAGES[image])
    np.testing.assert_array_equal(mine.numpy(), other.numpy())
    assert mine.numpy().dtype == other.numpy().dtype


@pytest.mark.parametrize("library", [torch, companion])
@pytest.mark.parametrize(
    ("mean", "std"), [((0.1307,), (0.3081,)), ([0.1, 0.2, 0.3], [1, 2, 3])]
)
def test_the_same_normalization(library, mean, std):
    values = np.random.default_rng(0).random((3, 4, 5), np.float32)
    mine = transforms.Normalize(mean, std)(library.from_numpy(values))
    other = theirs.Normalize(mean, std)(torch.from_numpy(values))
    assert isinstance(mine, library.Tensor)
    np.testing.assert_array_equal(mine.numpy(), other.numpy())


def test_the_same_composition():
    steps = [
        [kind.ToTensor(), kind.Normalize(0.5, 2.0), kind.Lambda(lambda x: -x)]
        for kind in (transforms, theirs)
    ]
    mine = transforms.Compose(steps[0])(IMAGES["colour"])
    other = theirs.Compose(steps[1])(IMAGES["colour"])
    np.testing.assert_array_equal(mine.numpy(), other.numpy())
