"""Convolutional layers."""

from functools import partial

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.functional.convolution import each, paddings
from companion.nn.module import Module

PADDING_MODES = "zeros", "reflect", "replicate", "circular"


class Convolution(Module):
    """What convolutions of every kind share: settings, weight and bias."""

    dims: int

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.check(groups, in_channels, out_channels, padding_mode, padding)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = each(kernel_size, self.dims)
        self.stride = each(stride, self.dims)
        named = isinstance(padding, str)
        self.padding = padding if named else each(padding, self.dims)
        if padding == "same" and set(self.stride) != {1}:
            raise ValueError(
                "padding='same' is not supported for strided convolutions"
            )
        self.dilation = each(dilation, self.dims)
        self.groups, self.padding_mode = groups, padding_mode
        make = partial(parameter.empty, device=device, dtype=dtype)
        self.weight = make(*self.weight_shape())
        self.bias = make(out_channels) if bias else None
        self.reset_parameters()

    def check(self, groups, inputs, outputs, mode, padding):
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        for name, channels in ("in", inputs), ("out", outputs):
            if channels % groups:
                raise ValueError(
                    f"{name}_channels must be divisible by groups, "
                    f"got {channels} and {groups}"
                )
        if mode not in PADDING_MODES:
            raise ValueError(
                f"padding_mode must be one of {PADDING_MODES}, "
                f"but got padding_mode='{mode}'"
            )
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(
                f"Invalid padding string {padding!r}, should be one of "
                "'same' and 'valid'"
            )

    def weight_shape(self):
        inputs = self.in_channels // self.groups
        return self.out_channels, inputs, *self.kernel_size

    def reset_parameters(self):
        init.like_linear_(self.weight, self.bias)

    def forward(self, input):
        padding = self.padding
        if self.padding_mode != "zeros":
            sides = paddings(
                padding, self.stride, self.dilation, self.kernel_size
            )
            around = [side for pair in reversed(sides) for side in pair]
            input, padding = F.pad(input, around, self.padding_mode), 0
        settings = self.stride, padding, self.dilation, self.groups
        return self.function(input, self.weight, self.bias, *settings)

    def extra_repr(self):
        zero, one = each(0, self.dims), each(1, self.dims)
        shown = vars(self) | {"bias": self.bias is not None}
        return f"{self.in_channels}, {self.out_channels}" + "".join(
            f", {name}={shown[name]}"
            for name, usual in (
                ("kernel_size", None),
                ("stride", None),
                ("padding", zero),
                ("dilation", one),
                ("output_padding", zero),
                ("groups", 1),
                ("bias", True),
                ("padding_mode", "zeros"),
            )
            if shown.get(name, usual) != usual
        )


class Conv1d(Convolution):
    """(N, C, L) becomes (N, O, L'); weight (O, C / groups, K)."""

    dims, function = 1, staticmethod(F.conv1d)


class Conv2d(Convolution):
    """(N, C, H, W) becomes (N, O, H', W'); weight (O, C / groups, K, L)."""

    dims, function = 2, staticmethod(F.conv2d)


class ConvTranspose2d(Convolution):
    """The gradient of a Conv2d as a layer; weight (C, O / groups, K, L)."""

    dims = 2

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(
                'Only "zeros" padding mode is supported for ConvTranspose2d'
            )
        sizes = in_channels, out_channels, kernel_size
        settings = stride, padding, dilation, groups, bias, padding_mode
        super().__init__(*sizes, *settings, device, dtype)
        self.output_padding = each(output_padding, self.dims)

    def weight_shape(self):
        outputs = self.out_channels // self.groups
        return self.in_channels, outputs, *self.kernel_size

    def forward(self, input, output_size=None):
        """`output_size` (H', W') chooses among the sizes a stride allows."""
        extra = self.output_padding
        if output_size is not None:
            extra = self.missing(input.shape[-2:], output_size[-2:])
        settings = self.stride, self.padding, extra, self.groups, self.dilation
        return F.conv_transpose2d(input, self.weight, self.bias, *settings)

    def missing(self, size, wanted):
        """What the smallest output lacks: 0 to stride - 1."""
        s, p, d, k = self.stride, self.padding, self.dilation, self.kernel_size
        smallest = [
            (n - 1) * s[i] - 2 * p[i] + d[i] * (k[i] - 1) + 1
            for i, n in enumerate(size)
        ]
        extra = [w - m for w, m in zip(wanted, smallest, strict=True)]
        if not all(
            0 <= more < step for more, step in zip(extra, s, strict=True)
        ):
            raise ValueError(
                f"requested an output size of {list(wanted)}, but valid sizes "
                f"range from {smallest} by less than the stride "
                f"{self.stride} (for an input of {list(size)})"
            )
        return extra
