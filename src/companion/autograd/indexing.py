"""Indexing: reading and writing chosen elements.

Reading and placing are each other's derivative: what `getitem` took from
`x`, `place` puts back into zeros. All other forms (`gather`, `scatter`,
`index_select`) are the same two with an index made for them.
"""

import numpy as np

from companion.autograd.operation import operation
from companion.autograd.tensor import Tensor


def plain(index):
    """An index as NumPy takes it: arrays for tensors and lists."""
    if isinstance(index, tuple):
        return tuple(map(plain, index))
    if isinstance(index, Tensor):
        array = index._array
        if array.ndim or array.dtype.kind not in "iu":
            return array
        return int(array)
    if isinstance(index, (list, range)):
        return np.asarray([plain(item) for item in index])
    if isinstance(index, slice):
        parts = [
            part if part is None else part.__index__()
            for part in (index.start, index.stop, index.step)
        ]
        if parts[2] is not None and parts[2] <= 0:
            raise ValueError("step must be greater than zero")
        return slice(*parts)
    return index


def key(index):
    """A tuple that ends in `...`, so that NumPy never returns a number."""
    index = plain(index)
    index = index if isinstance(index, tuple) else (index,)
    return index if any(i is ... for i in index) else (*index, ...)


def is_basic(index):
    """Does the index name each element at most once, as a view?"""
    return not any(isinstance(i, (np.ndarray, bool)) for i in index)


def along(index, dim):
    """The full index of `gather`: `index` along dim, the place elsewhere."""
    if not index.ndim:
        return (index,)
    grid = list(np.ogrid[tuple(map(slice, index.shape))])
    grid[dim] = index
    return tuple(grid)


def checked(name, x, dim, index, *others):
    """`along`, after torch's conditions on an index are met."""
    if index.dtype.kind != "i":
        raise RuntimeError(
            f"{name}(): expected dtype int64 for index, not {index.dtype}"
        )
    dims = max(x.ndim, 1)
    if not -dims <= dim < dims:
        raise IndexError(
            f"{name}(): Dimension out of range (expected to be in range of "
            f"[{-dims}, {dims - 1}], but got {dim})"
        )
    if not index.size:
        return None
    size = x.shape[dim] if x.ndim else 1
    if index.min() < 0 or index.max() >= size:
        raise RuntimeError(
            f"{name}(): an index is out of bounds for dimension {dim} with "
            f"size {size}"
        )
    if max(index.ndim, 1) != dims or any(
        index.shape[axis] > other.shape[axis]
        for other in others
        for axis in range(index.ndim)
        if other is not x or axis != dim % dims
    ):
        shapes = ", ".join(str(other.shape) for other in others)
        raise RuntimeError(
            f"{name}(): index of shape {index.shape} does not fit into "
            f"{shapes} along dimension {dim}"
        )
    return along(np.atleast_1d(index), dim)


# Values


def getitem(x, index):
    """x[index]: a view for integers and slices, else a copy"""
    return x[index]


def place(g, shape, index):
    """Zeros, with g added at the index"""
    whole = np.zeros(shape, g.dtype)
    if is_basic(index):
        whole[index] = g
    else:
        np.add.at(whole, index, g)
    return whole


def assign(x, index, value, out=None):
    """x with the value at the index"""
    out = x.copy() if out is None else out
    out[index] = value
    return out


def gather(x, dim, index):
    """x[..., index, ...] along dim, each place with an index of its own"""
    grid = checked("gather", x, dim, index, x)
    if grid is None:
        return np.zeros(index.shape, x.dtype)
    return np.atleast_1d(x)[grid].reshape(index.shape)


def scatter_add(x, dim, index, src):
    """x with src added at index along dim"""
    out = x.copy()
    grid = checked("scatter_add", x, dim, index, x, src)
    if grid is not None:
        part = np.atleast_1d(src)[
            tuple(map(slice, np.atleast_1d(index).shape))
        ]
        np.add.at(np.atleast_1d(out), grid, part)
    return out


def scatter(x, dim, index, src):
    """x with src at index along dim"""
    out = x.copy()
    if not isinstance(src, np.ndarray):
        src = np.full(index.shape, src, x.dtype)
    grid = checked("scatter", x, dim, index, x, src)
    if grid is not None:
        part = np.atleast_1d(src)[
            tuple(map(slice, np.atleast_1d(index).shape))
        ]
        np.atleast_1d(out)[grid] = part
    return out


# fmt: off
getitem = operation(getitem, view=True, name="index",
    x=lambda g, x_shape, index: place(g, x_shape, index))
place = operation(place,
    g=lambda g, index: getitem(g, index))
assign = operation(assign, name="index_put",
    x=lambda g, index: assign(g, index, 0),
    value=lambda g, index: getitem(g, index))
gather = operation(gather,
    x=lambda g, x_shape, dim, index: zeros_added(g, x_shape, dim, index))
scatter_add = operation(scatter_add,
    x=lambda g: g,
    src=lambda g, dim, index: gather(g, dim, index))
scatter = operation(scatter,
    x=lambda g, dim, index: scatter(g, dim, index, 0),
    src=lambda g, dim, index: gather(g, dim, index))
# fmt: on


def zeros_added(g, shape, dim, index):
    if isinstance(index, Tensor):
        index = index._array
    if not index.size:
        return place(g, shape, (slice(0, 0),))
    return place(
        g.reshape(np.atleast_1d(index).shape), shape, along(index, dim)
    )
