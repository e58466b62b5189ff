"""Activations as layers: `nn.ReLU()` is `functional.relu`, and its settings.

What each computes stands in `functional/activation.py`.
"""

import warnings

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.layer import Layer
from companion.nn.module import Module


class ReLU(Layer, function=F.relu): ...


class ReLU6(Layer, function=F.relu6): ...


class LeakyReLU(Layer, function=F.leaky_relu): ...


class RReLU(Layer, function=F.rrelu): ...


class Threshold(Layer, function=F.threshold): ...


class Hardtanh(Layer, function=F.hardtanh):
    """The last two arguments are torch's older names of the first two."""

    def __init__(
        self,
        min_val=-1.0,
        max_val=1.0,
        inplace=False,
        min_value=None,
        max_value=None,
    ):
        if min_value is not None:
            min_val = renamed("min_val", min_value)
        if max_value is not None:
            max_val = renamed("max_val", max_value)
        if max_val <= min_val:
            raise AssertionError(
                f"max_val ({max_val}) must be greater than min_val ({min_val})"
            )
        super().__init__(min_val, max_val, inplace)


def renamed(name, value):
    warnings.warn(
        f"keyword argument `{name}ue` is deprecated and renamed to `{name}`",
        FutureWarning,
        stacklevel=3,
    )
    return value


class Hardsigmoid(Layer, function=F.hardsigmoid): ...


class Hardswish(Layer, function=F.hardswish): ...


class Sigmoid(Layer, function=F.sigmoid): ...


class LogSigmoid(Layer, function=F.logsigmoid): ...


class Tanh(Layer, function=F.tanh): ...


class Tanhshrink(Layer, function=F.tanhshrink): ...


class Softsign(Layer, function=F.softsign): ...


class Softplus(Layer, function=F.softplus): ...


class ELU(Layer, function=F.elu): ...


class CELU(Layer, function=F.celu): ...


class SELU(Layer, function=F.selu): ...


class SiLU(Layer, function=F.silu): ...


class Mish(Layer, function=F.mish): ...


class GELU(Layer, function=F.gelu): ...


class GLU(Layer, function=F.glu): ...


class Hardshrink(Layer, function=F.hardshrink):
    def extra_repr(self):
        return str(self.lambd)


class Softshrink(Layer, function=F.softshrink):
    def extra_repr(self):
        return str(self.lambd)


class AlongDim(Layer):
    def remember(self, settings):
        super().remember(settings)
        if type(self.dim) not in (int, type(None)):
            raise TypeError(f"dim must be an int or None, got {self.dim!r}")


class Softmax(AlongDim, function=F.softmax, settings="dim"): ...


class Softmin(AlongDim, function=F.softmin, settings="dim"): ...


class LogSoftmax(AlongDim, function=F.log_softmax, settings="dim"): ...


class Softmax2d(Module):
    """Softmax over the channels of each place of an image."""

    def forward(self, input):  # N, C, H, W or C, H, W
        if input.ndim not in (3, 4):
            raise ValueError(
                "Softmax2d: expected input to be 3D or 4D, "
                f"got {input.ndim}D instead"
            )
        return input.softmax(-3)


class PReLU(Module):
    """x where x > 0, else w · x, with w learnt."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = parameter.empty(
            num_parameters, device=device, dtype=dtype
        )
        self.reset_parameters()

    def reset_parameters(self):
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"
