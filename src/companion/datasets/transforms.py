"""What is done to a sample before it is collated."""

import numpy as np

import companion
from companion._library import is_tensor, library


class Compose:
    """One transform after the other."""

    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, value):
        for transform in self.transforms:
            value = transform(value)
        return value


class ToTensor:
    """An image, H x W or H x W x C, to a tensor C x H x W.

    Of uint8, 0 … 255, it makes float32, 0 … 1; other kinds stay. Takes an
    array, or an image of Pillow's.
    """

    def __call__(self, image):
        array = np.asarray(image)
        if array.ndim not in (2, 3):
            raise ValueError(
                "an image should have 2 or 3 dimensions, got shape "
                f"{array.shape}"
            )
        planes = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
        tensor = companion.from_numpy(np.ascontiguousarray(planes))
        return tensor.float().div(255) if array.dtype == np.uint8 else tensor


class Normalize:
    """(x - mean) / std, each channel of C x H x W with its own two."""

    def __init__(self, mean, std):
        if not np.all(std):
            raise ValueError(f"std has a zero, to divide by: {std}")
        self.mean = mean
        self.std = std

    def __call__(self, image):
        if not is_tensor(image):
            raise TypeError(f"expected a tensor, got {type(image).__name__}")
        if image.ndim < 3 or not image.is_floating_point():
            raise ValueError(
                "expected floating-point numbers of shape (..., C, H, W), got "
                f"{image.dtype} of shape {tuple(image.shape)}"
            )
        return (image - channels(self.mean, image)) / channels(self.std, image)


class Lambda:
    """Any function."""

    def __init__(self, function):
        if not callable(function):
            raise TypeError(f"expected a function, got {function!r}")
        self.function = function

    def __call__(self, value):
        return self.function(value)


def channels(values, like):
    """A number for each channel, in the shape C x 1 x 1."""
    numbers = library(like).as_tensor(values, dtype=like.dtype)
    return numbers.reshape(-1, 1, 1)
