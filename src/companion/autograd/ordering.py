"""Sorting: an operation finds the order, and `gather` takes the values.

So the order has no derivative, and the values' one is that of `gather`.
"""

from typing import NamedTuple

import numpy as np

from companion.autograd.indexing import gather
from companion.autograd.operation import operation
from companion.autograd.reductions import axes_of


class Ordered(NamedTuple):
    """The result of `sort` and `topk`, and of `max` and `min` along dim."""

    values: object
    indices: object


def argsort(x, dim=-1, descending=False, stable=False):
    """The order that sorts x along dim; equal elements keep theirs"""
    axes_of(dim, x.ndim)
    if not x.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return order_of(x, dim)
    last = x.shape[dim] - 1
    return last - np.flip(order_of(np.flip(x, dim), dim), dim)


def order_of(x, dim):
    """As int64: where Python has 32 bits, NumPy's indices have too."""
    order = np.argsort(x, dim, kind="stable")
    return order.astype(np.int64, copy=False)


def highest(x, k, dim=-1, largest=True):
    """The places of the k largest (smallest) elements along dim"""
    if x.dtype == np.bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    order = argsort.operation.value(x, dim, largest)
    size = x.shape[dim] if x.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(
            f"topk(): selected index k={k} out of range for size {size}"
        )
    return np.atleast_1d(order).take(range(k), dim) if x.ndim else order


argsort = operation(argsort)
highest = operation(highest)


def sort(x, dim=-1, descending=False, stable=False):
    """(x sorted along dim, the places its elements came from)."""
    indices = argsort(x, dim, descending)
    return Ordered(gather(x, dim, indices), indices)


def topk(x, k, dim=-1, largest=True, sorted=True):
    """(the k largest or smallest elements along dim, their places)."""
    indices = highest(x, k, dim, largest)
    return Ordered(gather(x, dim, indices), indices)
