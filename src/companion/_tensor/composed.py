"""What is made of other operations: nothing here has a derivative itself."""

from typing import NamedTuple

import numpy as np

from companion._tensor import dtypes
from companion.autograd import (
    elementwise,
    indexing,
    inplace,
    reductions,
    shapes,
    spectral,
)
from companion.autograd.operation import operation
from companion.autograd.tensor import Tensor, wrap

# Extremes and where they are


class Extremes(NamedTuple):
    """What `x.max(dim)` returns."""

    values: Tensor
    indices: Tensor


def found(name, function):
    """argmax and argmin, of all elements or along one dimension."""

    def value(x, dim=None, keepdim=False):
        """Where the extreme is: among all elements, or along `dim`"""
        if x.size == 0 and (dim is None or x.shape[dim] == 0):
            raise IndexError(f"{name}(): the input has no elements, {x.shape}")
        if x.dtype == np.bool_:
            raise RuntimeError(f"{name}(): does not support bool input")
        axis = reductions.axes_of(dim, x.ndim)
        index = function(x, axis=axis, keepdims=keepdim)
        return np.asarray(index, np.int64)

    value.__name__ = name
    return operation(value)


argmax, argmin = found("argmax", np.argmax), found("argmin", np.argmin)


def extreme(name, of_all, of_two, where):
    """max and min: of all elements, of two tensors, or along a dimension."""

    def function(x, dim=None, keepdim=False, *, other=None):
        if isinstance(dim, Tensor) or other is not None:
            return of_two(x, dim if other is None else other)
        dtypes.refuse_numbers(x)
        if dim is None:
            return of_all(x)
        numbers = x.to(dtypes.uint8) if x.dtype == dtypes.bool_ else x
        indices = where(numbers, dim, keepdim=True)
        if not x.ndim:
            return Extremes(x.clone(), indices)
        values = indexing.gather(x, dim, indices)
        if keepdim:
            return Extremes(values, indices)
        return Extremes(values.squeeze(dim), indices.squeeze(dim))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name}imum of all elements, or (values, indices)"
    return function


max = extreme("max", reductions.amax, elementwise.maximum, argmax)
min = extreme("min", reductions.amin, elementwise.minimum, argmin)

# Spread


def free_of(dim, unbiased, correction):
    """Torch's two ways to say what is taken off the count."""
    if isinstance(dim, bool):  # x.var(False)
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    return dim, 1 if correction is None else correction


def var(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Σ (x - mean)² / (n - correction), the correction 1 by default"""
    dim, correction = free_of(dim, unbiased, correction)
    return reductions.variance(x, dim, correction, keepdim)


def std(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The square root of the variance, flat where that is 0"""
    return var(x, dim, unbiased, keepdim, correction=correction).sqrt()


def with_mean(spread):
    def both(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
        """The spread and the mean, as a tuple"""
        dim, correction = free_of(dim, unbiased, correction)
        return (
            spread(x, dim, None, keepdim, correction=correction),
            reductions.mean(x, dim, keepdim),
        )

    return both


var_mean, std_mean = with_mean(var), with_mean(std)


def norm(x, p=2, dim=None, keepdim=False, dtype=None):
    """(Σ |x|ᵖ)^(1/p); "fro" means p = 2, "nuc" the nuclear norm"""
    x = x if dtype is None else x.to(dtype)
    if p == "nuc":
        return nuclear_norm(x, dim, keepdim)
    p = 2 if p in (None, "fro") else float(p)
    return reductions.norm(x, p, dim, keepdim)


def nuclear_norm(x, dim, keepdim):
    """The sum of singular values of the matrices in two dimensions."""
    reductions.float_only("norm", x._array)
    dim = range(x.ndim) if dim is None else dim
    if len(dim) != 2:
        raise RuntimeError(
            f"norm(): the nuclear norm is one of matrices, not of dims {dim}"
        )
    places = [shapes.axis(d, x.ndim) for d in dim]
    value = spectral.nuclear_norm(x.movedim(places, (-2, -1)))
    for place in sorted(places) if keepdim else ():
        value = value.unsqueeze(place)
    return value


# Truth


def quantifier(ufunc):
    def value(x, dim=None, keepdim=False):
        """Does it hold of all, or of any: of all elements, or along dim?"""
        axes = reductions.axes_of(dim, x.ndim)
        held = ufunc.reduce(x != 0, axis=axes, keepdims=keepdim)
        return held.astype(x.dtype if x.dtype == np.uint8 else bool)

    value.__name__ = ufunc.__name__.removeprefix("logical_")
    return operation(value)


all, any = quantifier(np.logical_and), quantifier(np.logical_or)
all.__name__, any.__name__ = "all", "any"


def isclose(x, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where |x - other| <= atol + rtol |other|"""
    dtypes.refuse_numbers(x, other)
    if x.dtype != other.dtype:
        raise RuntimeError(f"{x.dtype} did not match {other.dtype}")
    if rtol < 0 or atol < 0:
        raise RuntimeError(
            f"rtol and atol must not be negative, but are {rtol} and {atol}"
        )
    a, b = x._array, other._array
    with np.errstate(all="ignore"):
        return wrap(np.isclose(a, b, rtol, atol, equal_nan))


def allclose(x, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Are all elements close?"""
    return bool(isclose(x, other, rtol, atol, equal_nan).all())


def equal(x, other):
    """Have they the same shape and elements?"""
    return x.shape == other.shape and bool((x == other).all())


# Division by its rounding


def division(rounding_mode):
    """The operation that divides and rounds so."""
    try:
        return DIVISIONS[rounding_mode]
    except KeyError:
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or "
            f"'floor' but found {rounding_mode!r}"
        ) from None


DIVISIONS = {
    None: elementwise.true_divide,
    "trunc": elementwise.trunc_divide,
    "floor": elementwise.floor_divide,
}


def div(x, other, *, rounding_mode=None):
    """x / other, rounded by rounding_mode: None, "trunc" or "floor" """
    return division(rounding_mode)(x, other)


def rsub(x, other, *, alpha=1):
    """other - alpha x"""
    dtypes.refuse_numbers(x)
    return elementwise.sub(other, x, alpha)


def positive(x):
    """+x, which is x"""
    if x.dtype == dtypes.bool_:
        raise NotImplementedError(
            "The `+` operator, on a bool tensor is not supported."
        )
    return x


def fill(x, value):
    """A tensor like x, every element one number"""
    return inplace.fill_(x.clone(), value)


def diag(x, diagonal=0):
    """The diagonal of a matrix, or the matrix with a vector as diagonal"""
    if x.ndim == 1:
        size = x.shape[0] + abs(diagonal)
        return shapes.place_diagonal(x, (size, size), diagonal, 0, 1)
    if x.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {x.ndim}D")
    return shapes.diagonal(x, diagonal).clone()


def clamp_min(x, min):
    """max(x, min)"""
    dtypes.refuse_numbers(x)
    return elementwise.clamp(x, min)


def clamp_max(x, max):
    """min(x, max)"""
    dtypes.refuse_numbers(x)
    return elementwise.clamp(x, None, max)


# Questions as functions


def is_tensor(value):
    """Is it a tensor?"""
    return isinstance(value, Tensor)


def numel(x):
    """How many elements x has"""
    return x.numel()


def is_floating_point(x):
    """Are the elements floating point numbers?"""
    return x.is_floating_point()
