"""Reductions: sums, means, extremes, norms, and the softmax family.

`dim` is None for all dimensions, a number, or several. The gradient of a
result gets its reduced dimensions back as size 1 (`restored`) and spreads
over them by broadcasting.
"""

import math

import numpy as np

from companion._tensor import dtypes
from companion._tensor.dtypes import floating
from companion.autograd.elementwise import abs, exp, sign, where, zero
from companion.autograd.operation import operation

# Dimensions and types


def axes_of(dim, ndim):
    """`dim` as NumPy's axis: None and () mean all dimensions."""
    if dim is None or dim == () or dim == []:
        return None
    if not isinstance(dim, (tuple, list)):
        axis = normal(dim, max(ndim, 1))
        return axis if ndim else None
    axes = tuple(normal(axis, max(ndim, 1)) for axis in dim)
    if len(set(axes)) < len(axes):
        raise ValueError(f"dim {dim} appears multiple times in the list")
    return axes if ndim else None


def normal(dim, ndim):
    """The dimension counted from the front."""
    if not -ndim <= dim < ndim:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-ndim}, "
            f"{ndim - 1}], but got {dim})"
        )
    return dim % ndim


def as_type(x, dtype):
    """x in the type asked for; integers and bools are summed as int64."""
    if dtype is not None:
        return x.astype(dtypes.as_numpy(dtype), copy=False)
    return x if x.dtype.kind == "f" else x.astype(np.int64)


def float_only(name, x):
    if x.dtype.kind != "f":
        raise RuntimeError(
            f"{name}(): the input must have a floating point dtype, but is "
            f"of {x.dtype}"
        )


def count(shape, dim):
    """How many elements go into one result."""
    axes = axes_of(dim, len(shape))
    if axes is None:
        return math.prod(shape)
    if isinstance(axes, int):
        return shape[axes]
    return math.prod(shape[axis] for axis in axes)


def restored(g, shape, dim, keepdim):
    """`g`, or a result, with the reduced dimensions as size 1."""
    if keepdim or not shape:
        return g
    sizes = list(shape)
    axes = axes_of(dim, len(shape))
    axes = range(len(shape)) if axes is None else axes
    for axis in (axes,) if isinstance(axes, int) else axes:
        sizes[axis] = 1
    return g.reshape(sizes)


# Values


def spread_to(x, size):
    """x repeated along its dimensions of size 1, written out"""
    return np.full(size, x, x.dtype)


def sum(x, dim=None, keepdim=False, dtype=None):
    """The sum over dim"""
    x = as_type(x, dtype)
    return np.add.reduce(x, axis=axes_of(dim, x.ndim), keepdims=keepdim)


def mean(x, dim=None, keepdim=False, dtype=None):
    """The sum over dim, divided by the number of summands"""
    if dtype is None:
        float_only("mean", x)
    total = sum(x, dim, keepdim, dtype)
    float_only("mean", total)
    return total / total.dtype.type(count(x.shape, dim))


def variance(x, dim=None, correction=1, keepdim=False):
    """sum (x - mean)^2 / (n - correction)"""
    float_only("var", x)
    axes = axes_of(dim, x.ndim)
    rest = x - mean(x, dim, True)
    free = max(count(x.shape, dim) - correction, 0)
    total = np.add.reduce(rest * rest, axis=axes, keepdims=keepdim)
    return total / total.dtype.type(free)


def prod(x, dim=None, keepdim=False, dtype=None):
    """The product over dim"""
    x = as_type(x, dtype)
    axes = axes_of(dim, x.ndim)
    return np.multiply.reduce(x, axis=axes, keepdims=keepdim, dtype=x.dtype)


def not_empty(name, x, dim):
    if not count(x.shape, dim):
        error = RuntimeError if axes_of(dim, x.ndim) is None else IndexError
        raise error(
            f"{name}(): Expected reduction dim to have non-zero size, but the "
            f"shape is {x.shape} and dim {dim}"
        )


def amax(x, dim=None, keepdim=False):
    """The largest element; equal ones share the gradient"""
    not_empty("amax", x, dim)
    return np.maximum.reduce(x, axis=axes_of(dim, x.ndim), keepdims=keepdim)


def amin(x, dim=None, keepdim=False):
    """The smallest element; equal ones share the gradient"""
    not_empty("amin", x, dim)
    return np.minimum.reduce(x, axis=axes_of(dim, x.ndim), keepdims=keepdim)


def cumsum(x, dim, dtype=None):
    """Running sums along dim"""
    x = as_type(x, dtype)
    axes_of(dim, x.ndim)
    return np.cumsum(x, axis=dim) if x.ndim else x.copy()


def logsumexp(x, dim, keepdim=False):
    """log sum exp(x), the maximum taken out so that nothing overflows"""
    axes = axes_of(dim, x.ndim)
    peak = np.maximum.reduce(x, axes, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0)
    total = np.add.reduce(np.exp(x - peak), axis=axes, keepdims=True)
    value = np.log(total) + peak
    return (
        value
        if keepdim
        else np.squeeze(
            value, axis=tuple(range(x.ndim)) if axes is None else axes
        )
    )


def softmax(x, dim, dtype=None):
    """exp(x) / sum exp(x)"""
    x, axis = prepared("softmax", x, dim, dtype)
    peak = np.maximum.reduce(x, axis, keepdims=True, initial=-np.inf)
    powers = np.exp(x - peak)
    powers /= np.add.reduce(powers, axis, keepdims=True)
    return powers


def log_softmax(x, dim, dtype=None):
    """x - log sum exp(x)"""
    x, axis = prepared("log_softmax", x, dim, dtype)
    shifted = x - np.maximum.reduce(x, axis, keepdims=True, initial=-np.inf)
    total = np.add.reduce(np.exp(shifted), axis, keepdims=True)
    shifted -= np.log(total)
    return shifted


def prepared(name, x, dim, dtype):
    x = x if dtype is None else as_type(x, dtype)
    if x.dtype.kind != "f":
        raise NotImplementedError(
            f"{name}() is not implemented for {x.dtype}; pass dtype="
        )
    return x, axes_of(dim, x.ndim)


def norm(x, p=2, dim=None, keepdim=False):
    """(sum |x|^p)^(1/p); the largest |x| for p = inf"""
    float_only("norm", x)
    axes = axes_of(dim, x.ndim)
    if p == 2 and axes is None and not keepdim:
        return np.sqrt(np.vdot(x, x))
    if p == 2:
        return np.sqrt(np.add.reduce(x * x, axis=axes, keepdims=keepdim))
    size = np.abs(x)
    if p == np.inf:
        return np.max(size, axis=axes, keepdims=keepdim)
    if p == -np.inf:
        return np.min(size, axis=axes, keepdims=keepdim)
    if p == 0:
        return np.sum(x != 0, axis=axes, keepdims=keepdim, dtype=x.dtype)
    return np.add.reduce(size**p, axis=axes, keepdims=keepdim) ** (1 / p)


# Slopes: derivatives that take more than a line


def spread(g, x_shape, dim, keepdim):
    return spread_to(restored(g, x_shape, dim, keepdim), x_shape)


def variance_slope(g, x, dim, correction, keepdim):
    free = max(count(x.shape, dim) - correction, 0)
    g = restored(g, x.shape, dim, keepdim)
    return g * (2 / free if free else float("nan")) * (x - mean(x, dim, True))


def extreme_slope(g, x, out, dim, keepdim):
    hit = x == restored(out, x.shape, dim, keepdim)
    share = restored(g, x.shape, dim, keepdim) / sum(hit, dim, True)
    return where(hit, share, 0)


def prod_slope(g, x, out, dim, keepdim):
    """g times the product of the others, also where a factor is 0."""
    g = restored(g, x.shape, dim, keepdim)
    if not (x == 0).any():
        return g * restored(out, x.shape, dim, keepdim) / x
    if dim is None or not x.shape:
        return (g.reshape(()) * others(x.reshape(-1))).reshape(x.shape)
    return g * others(x.swapaxes(dim, -1)).swapaxes(dim, -1)


def others(x):
    """For each element the product of the others in its last dimension."""
    size = x.shape[-1]
    rows = spread_to(x[..., None, :], (*x.shape, size))
    return prod(where(np.eye(size, dtype=bool), 1, rows), -1)


def cumsum_slope(g, dim):
    return flip(cumsum(flip(g, dim), dim), dim)


def softmax_slope(g, out, dim):
    return out * (g - (g * out).sum(dim, keepdims=True))


def log_softmax_slope(g, out, dim):
    return g - exp(out) * g.sum(dim, keepdims=True)


def logsumexp_slope(g, x, out, dim, keepdim):
    out = restored(out, x.shape, dim, keepdim)
    return restored(g, x.shape, dim, keepdim) * exp(x - out)


def norm_slope(g, x, out, p, dim, keepdim):
    """0, not NaN, where the norm is 0 and has a corner."""
    g = restored(g, x.shape, dim, keepdim)
    out = restored(out, x.shape, dim, keepdim)
    if p in (np.inf, -np.inf):
        hit = abs(x) == out
        return g * sign(x) * hit / sum(hit, dim, True)
    if p == 0:
        return zero(x)
    slope = x / out if p == 2 else sign(x) * (abs(x) / out) ** (p - 1)
    return g * where(out == 0, 0, slope)


def flip(x, dims):
    """x with the order along dims reversed"""
    dims = axes_of(dims, x.ndim) if dims != () else ()
    return np.flip(x, dims).copy() if x.ndim else x.copy()


# The table

# fmt: off
spread_to = operation(spread_to, x=lambda g: g)
sum = operation(sum, x=spread)
mean = operation(mean,
    x=lambda g, x_shape, dim, keepdim:
        spread(g / max(count(x_shape, dim), 1), x_shape, dim, keepdim))
variance = operation(variance, name="var", x=variance_slope)
prod = operation(prod, x=prod_slope)
amax, amin = operation(amax, x=extreme_slope), operation(amin, x=extreme_slope)
flip = operation(flip, spread=True, x=lambda g, dims: flip(g, dims))
cumsum = operation(cumsum, x=cumsum_slope)
logsumexp = operation(logsumexp, floating, x=logsumexp_slope)
softmax = operation(softmax, x=softmax_slope)
log_softmax = operation(log_softmax, x=log_softmax_slope)
norm = operation(norm, x=norm_slope)
# fmt: on
