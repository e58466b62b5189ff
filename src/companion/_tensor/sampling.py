"""Random tensors: `companion.random`'s numbers, torch's functions."""

import numpy as np

from companion import random
from companion._tensor import dtypes
from companion._tensor.creation import kind_of, like, made, sizes
from companion.autograd.inplace import overwrite
from companion.autograd.tensor import Tensor, wrap


def rand(*size, generator=None, dtype=None, device="cpu", requires_grad=False):
    """Uniform on [0, 1)."""
    dtypes.device(device)
    kind = kind_of(dtype)
    array = random.uniform(sizes(size), dtype=kind, generator=generator)
    return made(array, requires_grad)


def randn(
    *size, generator=None, dtype=None, device="cpu", requires_grad=False
):
    """Normal with mean 0 and variance 1."""
    dtypes.device(device)
    kind = kind_of(dtype)
    array = random.normal(sizes(size), dtype=kind, generator=generator)
    return made(array, requires_grad)


def randint(
    low,
    high,
    size=None,
    *,
    generator=None,
    dtype=None,
    device="cpu",
    requires_grad=False,
):
    """Integers of low … high - 1; `randint(high, size)` begins at 0."""
    dtypes.device(device)
    if size is None:
        low, high, size = 0, low, high
    kind = kind_of(dtype, np.dtype(np.int64))
    array = random.randint(low, high, sizes((size,)), kind, generator)
    return made(array, requires_grad)


def randperm(
    n, *, generator=None, dtype=None, device="cpu", requires_grad=False
):
    """0 … n - 1 in random order."""
    dtypes.device(device)
    array = random.randperm(n, generator)
    kind = kind_of(dtype, array.dtype)
    return made(array.astype(kind, copy=False), requires_grad)


def normal(
    mean=0.0,
    std=1.0,
    size=None,
    *,
    generator=None,
    dtype=None,
    device="cpu",
    requires_grad=False,
):
    """Normal; a mean or std for each element where these are tensors."""
    dtypes.device(device)
    if size is not None:
        shape, kind = sizes((size,)), kind_of(dtype)
        array = random.normal(shape, mean, std, kind, generator)
        return made(array, requires_grad)
    mean, std = getattr(mean, "_array", mean), getattr(std, "_array", std)
    if np.any(np.less(std, 0)):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    shape = np.broadcast_shapes(np.shape(mean), np.shape(std))
    kind = next(v.dtype for v in (mean, std) if isinstance(v, np.ndarray))
    drawn = random.normal(shape, dtype=kind, generator=generator)
    return wrap(drawn * std + mean)


def bernoulli(x, *, generator=None):
    """1 with the probability that x says, else 0"""
    if x._array.dtype.kind != "f":
        raise NotImplementedError(f"bernoulli(): not for {x.dtype}")
    drawn = random.bernoulli(x._array, generator=generator)
    return wrap(drawn.astype(x._array.dtype))


def multinomial(x, num_samples, replacement=False, *, generator=None):
    """Places drawn in proportion to the weights in each row of x"""
    drawn = random.multinomial(x._array, num_samples, replacement, generator)
    return wrap(drawn)


rand_like, randn_like = like(rand), like(randn)


def randint_like(x, low, high=None, *, dtype=None, **options):
    """Integers of low … high - 1, as many as x has elements"""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, x.shape, dtype=dtype or x.dtype, **options)


# In place


def uniform_(x, a=0, b=1, *, generator=None):
    """Uniform on [a, b), written to x itself"""
    kind = x._array.dtype
    return overwrite(x, random.uniform(x.shape, a, b, kind, generator))


def normal_(x, mean=0, std=1, *, generator=None):
    """Normal, written to x itself"""
    kind = x._array.dtype
    if not x._array.flags.c_contiguous:  # torch draws these one by one
        drawn = (generator or random.default_generator).normals(x.numel())
        return overwrite(x, (drawn * std + mean).astype(kind).reshape(x.shape))
    return overwrite(x, random.normal(x.shape, mean, std, kind, generator))


def random_(x, low=None, high=None, *, generator=None):
    """Integers of low … high - 1, or all that fit, written to x itself"""
    kind = x._array.dtype
    if low is None:
        return overwrite(x, random.random(x.shape, kind, generator))
    low, high = (0, low) if high is None else (low, high)
    return overwrite(x, random.randint(low, high, x.shape, kind, generator))


def bernoulli_(x, p=0.5, *, generator=None):
    """1 with probability p, else 0, written to x itself"""
    p = p._array if isinstance(p, Tensor) else p
    drawn = random.bernoulli(p, x.shape, generator)
    return overwrite(x, drawn.astype(x._array.dtype))


def exponential_(x, lambd=1, *, generator=None):
    """Exponential, of mean 1 / lambd, written to x itself"""
    kind = x._array.dtype
    return overwrite(x, random.exponential(x.shape, lambd, kind, generator))
