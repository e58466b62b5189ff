"""Layers of one matrix product, and those that only reshape."""

import math
from functools import partial

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.module import Module


class Identity(Module):
    """y = x, whatever it is constructed with."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input


class Lambda(Module):
    """Any function as a layer. torch has none; its tutorials define it."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class Linear(Module):
    """y = x Wᵀ + b, with W (out, in): U(±1/√in) at first, as b."""

    def __init__(
        self, in_features, out_features, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        make = partial(parameter.empty, device=device, dtype=dtype)
        self.weight = make(out_features, in_features)
        self.bias = make(out_features) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        init.like_linear_(self.weight, self.bias)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


class Bilinear(Module):
    """y = x₁ᵀ W x₂ + b, with W (out, in₁, in₂): U(±1/√in₁) at first, as b."""

    def __init__(
        self,
        in1_features,
        in2_features,
        out_features,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if in1_features <= 0:
            raise ValueError(
                f"in1_features must be > 0, but got {in1_features}"
            )
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        make = partial(parameter.empty, device=device, dtype=dtype)
        self.weight = make(out_features, in1_features, in2_features)
        self.bias = make(out_features) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.in1_features)
        for tensor in self.parameters():
            init.uniform_(tensor, -bound, bound)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, "
            f"in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


class Flatten(Module):
    """(N, C, H, W) becomes (N, C·H·W)."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension becomes several: (N, 12) with (3, 4) (N, 3, 4)."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)) or not all(
            isinstance(size, int) for size in unflattened_size
        ):
            raise TypeError(
                "unflattened_size must be a tuple of ints, "
                f"but found {unflattened_size!r}"
            )
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
