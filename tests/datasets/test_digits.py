"""MNIST as a data set, and the transforms, with nothing of torch."""

import numpy as np
import pytest

import companion
from companion.datasets import MNIST, load_mnist, transforms
from companion.utils.data import DataLoader


@pytest.fixture(scope="module")
def mnist():
    return MNIST(train=False)


def test_a_sample(mnist):
    image, label = mnist[3]
    images, labels = load_mnist("test")
    assert (image.dtype, image.shape) == (companion.float32, (1, 28, 28))
    np.testing.assert_array_equal(
        image.numpy()[0], images[3] / np.float32(255)
    )
    assert (type(label), label) == (int, labels[3])


def test_the_whole_split(mnist):
    assert len(mnist) == 10_000
    assert mnist.data.shape == (10_000, 28, 28)
    assert mnist.data.dtype == companion.uint8
    assert mnist.targets.dtype == companion.int64


def test_a_batch_fetched_whole_is_that_of_its_samples(mnist):
    indices = [5, 9_999, 0]
    whole = mnist.__getitems__(indices)
    for (image, label), index in zip(whole, indices, strict=True):
        other, expected = mnist[index]
        assert image.tolist() == other.tolist()
        assert (type(label), label) == (int, expected)
    images, labels = next(
        iter(DataLoader(mnist, sampler=indices, batch_size=3))
    )
    assert images.shape == (3, 1, 28, 28)
    assert labels.tolist() == [mnist[index][1] for index in indices]


def test_a_way_of_its_own_to_a_sample_counts_in_a_batch():
    class Inverted(MNIST):
        def __getitem__(self, index):
            image, label = super().__getitem__(index)
            return 1 - image, label

    images, _ = next(iter(DataLoader(Inverted(), 2)))
    assert images[0].equal(1 - MNIST()[0][0])


def test_transforms_take_the_place_of_the_tensor():
    mnist = MNIST(
        "anywhere",
        train=False,
        transform=transforms.Lambda(lambda image: image),
        target_transform=lambda label: -label,
        download=True,
    )
    image, label = mnist[0]
    assert isinstance(image, np.ndarray)
    assert (image.dtype, image.shape, label) == (np.uint8, (28, 28), -7)
    images, labels = next(iter(DataLoader(mnist, 2)))
    assert (images.dtype, images.shape) == (companion.uint8, (2, 28, 28))
    assert labels.tolist() == [-7, -2]


def test_to_tensor_gives_what_there_is_without_a_transform(mnist):
    given = MNIST(train=False, transform=transforms.ToTensor())
    assert given[8][0].tolist() == mnist[8][0].tolist()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: transforms.ToTensor()(np.zeros(3)), ValueError),
        (lambda: transforms.Normalize([0.0], [0.0]), ValueError),
        (lambda: transforms.Normalize(0.0, 1.0)(np.zeros(3)), TypeError),
        (
            lambda: transforms.Normalize(0.0, 1.0)(companion.ones(3)),
            ValueError,
        ),
        (lambda: transforms.Lambda(3), TypeError),
    ],
)
def test_bad_input(make, error):
    with pytest.raises(error):
        make()
