"""Cutting a tensor into parts, and joining tensors into one.

The parts are views. What `cat` joined gets its own part of the gradient
back: the two are each other's derivative.
"""

import itertools
import operator

import numpy as np

from companion._tensor import dtypes
from companion.autograd.graph import Node
from companion.autograd.indexing import FULL, getitem
from companion.autograd.modes import switch
from companion.autograd.reductions import normal
from companion.autograd.tensor import Tensor, target, wrap


def axis(dim, ndim):
    """dim counted from the front, where a number counts as one dimension."""
    return normal(dim, max(ndim, 1))


def part(x, dim, where):
    """x[..., where, ...] with `where`, an int or a slice, at dim."""
    return getitem(x, ((*(FULL,) * dim, where, ...), ()))


# Cutting


def narrow(x, dim, start, length):
    """`length` slices of x along dim, from `start` on: a view."""
    if not x.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and not (
        start.ndim == 0 and start._array.dtype.kind == "i"
    ):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    dim, start = axis(dim, x.ndim), operator.index(start)
    size = x.shape[dim]
    if not -size <= start <= size:
        raise IndexError(f"narrow(): start {start} is not within size {size}")
    start += size if start < 0 else 0
    if not 0 <= length <= size - start:
        raise RuntimeError(
            f"narrow(): start ({start}) + length ({length}) exceeds dimension "
            f"size ({size}), or length is negative"
        )
    return part(x, dim, slice(start, start + length))


def split_with_sizes(x, split_sizes, dim=0):
    """Parts of the given sizes along dim: views."""
    dim = axis(dim, x.ndim)
    if min(split_sizes, default=0) < 0 or sum(split_sizes) != x.shape[dim]:
        raise RuntimeError(
            f"split_with_sizes expects sizes that sum to {x.shape[dim]}, the "
            f"size of dimension {dim}, but got {list(split_sizes)}"
        )
    stops = itertools.accumulate(split_sizes)
    return tuple(
        part(x, dim, slice(stop - size, stop))
        for size, stop in zip(split_sizes, stops, strict=True)
    )


def split(x, split_size_or_sections, dim=0):
    """Parts of one size, the last one perhaps smaller, or of given sizes."""
    step = split_size_or_sections
    if isinstance(step, (tuple, list)):
        return split_with_sizes(x, step, dim)
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    size = x.shape[axis(dim, x.ndim)]
    if step < 0 or (step == 0 and size):
        raise RuntimeError(f"split expects split_size > 0, but got {step}")
    starts = range(0, size, step or 1) if size else [0]
    sizes = [min(step, size - start) for start in starts]
    return split_with_sizes(x, sizes, dim)


def chunk(x, chunks, dim=0):
    """At most `chunks` parts of one size, the last one perhaps smaller."""
    if not x.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects chunks > 0, but got {chunks}")
    size = x.shape[axis(dim, x.ndim)]
    if not size:
        return split_with_sizes(x, [0] * chunks, dim)
    return split(x, -(-size // chunks), dim)


def unbind(x, dim=0):
    """The slices of x along dim, without that dimension: views."""
    if not x.ndim:
        raise IndexError(
            "unbind(): Dimension specified as 0 but tensor has no dimensions"
        )
    dim = axis(dim, x.ndim)
    return tuple(part(x, dim, place) for place in range(x.shape[dim]))


# Joining


def cat(tensors, dim=0):
    """The tensors one after the other along dim, in their common type."""
    tensors = [x for x in joinable("cat", tensors) if x.shape != (0,)] or [
        tensors[0]
    ]
    kind = dtypes.common_type([x._array for x in tensors])
    dim = axis(dim, tensors[0].ndim)
    try:
        array = np.concatenate([x._array for x in tensors], dim, dtype=kind)
    except ValueError as error:
        raise RuntimeError(f"cat(): {error}") from None
    out = wrap(array)
    if switch.recording:
        record_parts(out, tensors, dim)
    return out


def joinable(name, tensors):
    if isinstance(tensors, Tensor) or not all(
        isinstance(x, Tensor) for x in tensors
    ):
        raise TypeError(f"{name}() takes a tuple or list of Tensors")
    if not tensors:
        error = ValueError if name == "cat" else RuntimeError  # as torch
        raise error(f"{name}() expected a non-empty list of Tensors")
    return tensors


def record_parts(joined, tensors, dim):
    """Let each tensor's part of the gradient flow back to it."""
    stops = itertools.accumulate(x.shape[dim] for x in tensors)
    edges = [
        (
            target(x),
            x._array.shape,
            x._array.dtype,
            part,
            (dim, slice(stop - x.shape[dim], stop)),
        )
        for x, stop in zip(tensors, stops, strict=True)
        if x.requires_grad
    ]
    if edges:
        joined._node = Node("CatBackward0", edges)


def stack(tensors, dim=0):
    """The tensors, all of one shape, side by side along a new dimension."""
    shapes = {x.shape for x in joinable("stack", tensors)}
    if len(shapes) > 1:
        raise RuntimeError(
            "stack expects each tensor to be equal size, but got "
            f"{', '.join(map(str, map(tuple, shapes)))}"
        )
    dim = axis(dim, tensors[0].ndim + 1)
    return cat([x.unsqueeze(dim) for x in tensors], dim)


def hstack(tensors):
    """Joined along the second dimension, vectors along their only one."""
    tensors = [
        x if x.ndim else x.reshape(1) for x in joinable("hstack", tensors)
    ]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors):
    """Joined along the first dimension, vectors as rows."""
    return cat(
        [
            x if x.ndim > 1 else x.reshape(1, -1)
            for x in joinable("vstack", tensors)
        ]
    )
