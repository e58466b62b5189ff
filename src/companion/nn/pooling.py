"""Pooling layers; what they compute stands in `functional/pooling.py`."""

from companion.nn import functional as F
from companion.nn.functional.convolution import each
from companion.nn.layer import Layer


class Pool(Layer):
    """A layer whose windows stand side by side unless a stride is given."""

    def remember(self, settings):
        if settings["stride"] is None:
            settings["stride"] = settings["kernel_size"]
        super().remember(settings)


class MaxPool(Pool):
    shown = "kernel_size", "stride", "padding", "dilation", "ceil_mode"


class AvgPool(Pool):
    shown = "kernel_size", "stride", "padding"


class AdaptivePool(Layer):
    shown = ("output_size",)


ORDER = "kernel_size stride padding dilation return_indices ceil_mode"


class MaxPool1d(MaxPool, function=F.max_pool1d, settings=ORDER):
    """The largest value of each window of (N, C, L)."""


class MaxPool2d(MaxPool, function=F.max_pool2d, settings=ORDER):
    """The largest value of each window of (N, C, H, W)."""


class AvgPool1d(AvgPool, function=F.avg_pool1d):
    """The mean of each window of (N, C, L)."""

    def remember(self, settings):
        super().remember(settings)
        for name in self.shown:
            setattr(self, name, each(getattr(self, name), 1))


class AvgPool2d(AvgPool, function=F.avg_pool2d):
    """The mean of each window of (N, C, H, W)."""


class AdaptiveAvgPool1d(AdaptivePool, function=F.adaptive_avg_pool1d):
    """Means of (N, C, L), as many as `output_size` says."""


class AdaptiveAvgPool2d(AdaptivePool, function=F.adaptive_avg_pool2d):
    """Means of (N, C, H, W), as many as `output_size` says."""


class AdaptiveMaxPool1d(AdaptivePool, function=F.adaptive_max_pool1d):
    """Largest values of (N, C, L), as many as `output_size` says."""


class AdaptiveMaxPool2d(AdaptivePool, function=F.adaptive_max_pool2d):
    """Largest values of (N, C, H, W), as many as `output_size` says."""
