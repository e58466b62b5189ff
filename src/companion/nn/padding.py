"""Padding layers: `functional.pad` with its settings remembered."""

from companion.nn import functional as F
from companion.nn.functional.convolution import each
from companion.nn.module import Module


class Pad(Module):
    """Longer on each side of the last `dims` dimensions."""

    mode: str
    dims: int
    value: float | None = None

    def __init__(self, padding):
        super().__init__()
        self.padding = each(padding, 2 * self.dims)

    def forward(self, input):
        if self.mode != "constant" and input.ndim not in (
            self.dims + 1,
            self.dims + 2,
        ):
            raise ValueError(
                f"expected {self.dims + 1}D or {self.dims + 2}D input "
                f"(got {input.ndim}D input)"
            )
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad1d(Pad):
    mode, dims = "constant", 1


class ZeroPad2d(Pad):
    mode, dims = "constant", 2


class ReflectionPad1d(Pad):
    mode, dims = "reflect", 1


class ReflectionPad2d(Pad):
    mode, dims = "reflect", 2


class ReplicationPad1d(Pad):
    mode, dims = "replicate", 1


class ReplicationPad2d(Pad):
    mode, dims = "replicate", 2


class CircularPad1d(Pad):
    mode, dims = "circular", 1


class CircularPad2d(Pad):
    mode, dims = "circular", 2


class ConstantPad1d(Pad):
    mode, dims = "constant", 1

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ConstantPad2d(ConstantPad1d):
    dims = 2
