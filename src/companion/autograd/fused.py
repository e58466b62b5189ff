"""Operations in one piece that are no methods: ATen's, by ATen's names.

Each is a few tensor operations in one, entered because a benchmark showed
that a training step needs it; `torch.ops.aten` has the same for torch.
"""

import numpy as np

from companion._tensor.dtypes import alike
from companion.autograd.indexing import check_bounds
from companion.autograd.linear import shapes_must
from companion.autograd.operation import operation

MEAN = 1  # ATen's numbers: 0 leaves the losses as they are, 2 sums them


def linear(x, weight, bias=None):
    """x Wᵀ + b: (…, in) and (out, in) become (…, out)"""
    fit = x.shape[-1:] == weight.shape[-1:]
    if x.ndim == 2 and bias is not None:  # torch's addmm, for matrices only
        fit = fit and weight.ndim == 2
    shapes_must(fit, "linear", x, weight)
    product = x.dot(weight.T)
    if bias is not None:
        product += bias
    return product


def input_slope(g, weight):
    return g @ weight if len(weight.shape) == 2 else g[..., None] * weight


def weight_slope(g, x, weight_shape):
    """gᵀ x, with all dimensions but the last counted as rows"""
    if len(weight_shape) == 1:
        return g[..., None] * x
    if len(x.shape) != 2:
        g, x = (y.reshape(-1, y.shape[-1]) for y in (g, x))
    return g.T @ x


def nll_loss(x, target, reduction=MEAN):
    """-x[n, target[n]] for x (N, C); the mean of them, or the sum"""
    fit = x.ndim == 2 and x.shape[:1] == target.shape
    if not fit or x.dtype.kind != "f" or target.dtype != np.int64:
        raise RuntimeError(
            f"nll_loss(): {x.shape} of {x.dtype} with a target of "
            f"{target.shape}, {target.dtype}"
        )
    check_bounds(target, x.shape[1], IndexError)
    picked = x[np.arange(len(x)), target]
    if not reduction:
        return -picked
    total = -np.add.reduce(picked)
    return total / len(x) if reduction == MEAN else total


def nll_spread(g, x_shape, target, reduction):
    """Zeros, but for -g, or -g / N, at the targets' classes"""
    whole = np.zeros(x_shape, g.dtype)
    rows = np.arange(len(target))
    whole[rows, target] = -g / len(target) if reduction == MEAN else -g
    return whole


# fmt: off
linear = operation(linear, alike, tensors=2, kinds="iuf",
    name="addmm",  # which is what torch records
    x=input_slope,
    weight=weight_slope,
    bias=lambda g: g)
nll_loss = operation(nll_loss,
    x=lambda g, x_shape, target, reduction:
        nll_spread(g, x_shape, target, reduction))
nll_spread = operation(nll_spread,
    g=lambda g, target, reduction: nll_loss(g, target, reduction))
# fmt: on
