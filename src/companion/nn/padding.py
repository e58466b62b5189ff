"""Padding layers: `functional.pad` with its settings remembered.

A padding is one number for every side, or (left, right), in two dimensions
(left, right, top, bottom).
"""

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
        least = self.dims + 1
        if self.mode != "constant" and input.ndim not in (least, least + 1):
            raise ValueError(
                f"expected {least}D or {least + 1}D input "
                f"(got {input.ndim}D input)"
            )
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad1d(Pad):
    """0 around (…, L)."""

    mode, dims = "constant", 1


class ZeroPad2d(Pad):
    """0 around (…, H, W)."""

    mode, dims = "constant", 2


class ReflectionPad1d(Pad):
    """(C, L) or (N, C, L), mirrored at its first and last value."""

    mode, dims = "reflect", 1


class ReflectionPad2d(Pad):
    """(C, H, W) or (N, C, H, W), mirrored at its edges."""

    mode, dims = "reflect", 2


class ReplicationPad1d(Pad):
    """(C, L) or (N, C, L), with its first and last value repeated."""

    mode, dims = "replicate", 1


class ReplicationPad2d(Pad):
    """(C, H, W) or (N, C, H, W), with its edges repeated."""

    mode, dims = "replicate", 2


class CircularPad1d(Pad):
    """(C, L) or (N, C, L), closed to a circle."""

    mode, dims = "circular", 1


class CircularPad2d(Pad):
    """(C, H, W) or (N, C, H, W), closed to a torus."""

    mode, dims = "circular", 2


class ConstantPad1d(Pad):
    """`value` around (…, L)."""

    mode, dims = "constant", 1

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ConstantPad2d(ConstantPad1d):
    """`value` around (…, H, W)."""

    dims = 2
