"""Reading and writing by index: `x[...]`, gather, scatter and their kin.

All of them are one idea. An index chooses places; reading takes the values
there (`getitem`), and its derivative puts the gradient back to those places,
adding where a place was read twice (`place`). Writing (`assign`) is the same
the other way round.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from companion.autograd.elementwise import where
from companion.autograd.operation import operation
from companion.autograd.tensor import Tensor

FULL = slice(None)


# Torch's indices as NumPy's


def part_of_index(part):
    """An int, a slice, None, ... or an array of integers or of bools.

    The array is a copy, since backward needs it as it was.
    """
    if isinstance(part, slice):
        if part.step is not None and part.step <= 0:
            raise ValueError(
                "a slice's step must be greater than zero, not "
                f"{part.step}; flip() reverses"
            )
        return part
    if isinstance(part, Tensor):
        part = part._array.copy()
    elif isinstance(part, (list, tuple, range)):
        part = np.array(
            [p.item() if isinstance(p, Tensor) else p for p in part],
            None if len(part) else np.int64,
        )
    if isinstance(part, (np.ndarray, np.generic)):
        if part.dtype.kind not in "biu":
            raise IndexError(
                "tensors used as indices must be of integers or bools, not "
                f"{part.dtype}"
            )
        return int(part) if part.ndim == 0 and part.dtype != bool else part
    return part


def key(index):
    """(basic, advanced), such that `x[index]` is `x[basic][advanced]`.

    Torch applies integers first and then index tensors; NumPy would read
    `x[0, :, rows]` as if 0 were an index array too, and move its axis.
    """
    index = index if isinstance(index, tuple) else (index,)
    basic, advanced, arrays = [], [], False
    for part in map(part_of_index, index):
        if isinstance(part, (np.ndarray, bool)):  # keeps its dimensions
            mask = isinstance(part, bool) or part.dtype == bool
            basic += [FULL] * (np.ndim(part) if mask else 1)
            arrays = True
        else:
            basic.append(part)
        if part is None or isinstance(part, slice):
            advanced.append(FULL)
        elif type(part) is not int:
            advanced.append(part)
    return with_rest(tuple(basic)), tuple(advanced) if arrays else ()


def with_rest(basic):
    """With ... in its index NumPy answers a view, never a number."""
    return basic if Ellipsis in basic else (*basic, ...)


# Reading, and putting back


def getitem(x, index):
    """x at an index made by `key`: a view if there is no array in it"""
    basic, advanced = index
    x = x[basic]
    if not advanced:
        return x
    first = advanced[0]
    rows = isinstance(first, np.ndarray) and first.dtype.kind == "i"
    if rows and len(advanced) == 1 and x.flags.c_contiguous:
        return x.take(np.intp(first), 0)  # twice as fast; copies what is not
    return x[advanced]


def place(g, shape, index):
    """Zeros of a shape, with g added at the index"""
    whole = np.zeros(shape, g.dtype)
    write(whole, index, g, "add")
    return whole


# Writing

REPEATED = {"add": np.add.at, "multiply": np.multiply.at}


def write(array, index, values, reduce=None):
    """array[index] = values; or +=, *=, with each repetition counted."""
    basic, advanced = index
    part = np.atleast_1d(array[basic])
    if not advanced and reduce:
        part += values
    elif reduce:
        REPEATED[reduce](part, advanced, values)
    else:
        part[advanced or ...] = values


def assign(x, index, value, accumulate=False, out=None):
    """x with the value at the index, or added there"""
    out = x.copy() if out is None else out
    write(out, index, value, "add" if accumulate else None)
    return out


# Along one dimension: gather, scatter, index_select


def grid(index, dim, shape):
    """`along` the dimension, if the index fits into a tensor of a shape."""
    index = np.atleast_1d(getattr(index, "_array", index))
    shape = shape or (1,)
    dim = normalize_axis_index(dim, len(shape))
    if index.size and index.dtype.kind != "i":
        raise RuntimeError(f"index must be of int64, not {index.dtype}")
    if index.size and (
        index.ndim != len(shape)
        or any(
            length > shape[axis]
            for axis, length in enumerate(index.shape)
            if axis != dim
        )
    ):
        raise RuntimeError(
            f"index of shape {index.shape} does not fit into {shape} apart "
            f"from dimension {dim}"
        )
    check_bounds(index, shape[dim], RuntimeError)
    return along(index, dim)


def along(index, dim):
    """`getitem`'s index of the places that `index` names along `dim`.

    The other coordinates of a place are those it has in `index`.
    """
    index = np.atleast_1d(getattr(index, "_array", index))
    dim %= index.ndim
    places = tuple(
        index
        if axis == dim
        else np.arange(size).reshape(-1, *(1,) * (index.ndim - axis - 1))
        for axis, size in enumerate(index.shape)
    )
    return (...,), places


def check_bounds(index, size, error):
    # As unsigned numbers, negative indices are large: one pass finds both.
    unsigned = index.view(f"u{index.itemsize}")
    if index.size and unsigned.item(unsigned.argmax()) >= size:
        raise error(
            f"index is out of bounds for a dimension of size {size}: it "
            f"reaches from {index.min()} to {index.max()}"
        )


def corner(shape):
    """The first elements along each dimension, as many as `shape` says."""
    return tuple(map(slice, shape))


def gather(x, dim, index):
    """out[i][j] = x[index[i][j]][j] for dim 0, and so on"""
    _, places = grid(index, dim, x.shape)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    return np.atleast_1d(x)[places].reshape(index.shape)


def scatter(x, dim, index, src=None, value=None, reduce=None, out=None):
    """x, but out[index[i][j]][j] = src[i][j] for dim 0, and so on"""
    out = x.copy() if out is None else out
    places = grid(index, dim, x.shape)
    if isinstance(src, np.ndarray):
        check_source(x, index, src)
        src = src[corner(index.shape)]
    else:
        src = x.dtype.type(value if src is None else src)
    if index.size:
        write(out, places, src, reduce)
    return out


def check_source(x, index, src):
    if src.dtype != x.dtype:
        raise RuntimeError(
            f"scatter(): expected src of {x.dtype}, but got {src.dtype}"
        )
    if index.size and any(map(int.__gt__, index.shape, src.shape)):
        raise RuntimeError(
            f"scatter(): index of shape {index.shape} does not fit into src "
            f"of shape {src.shape}"
        )


def scatter_add(x, dim, index, src, out=None):
    """x, but out[index[i][j]][j] += src[i][j] for dim 0, and so on"""
    return scatter.operation.value(x, dim, index, src, None, "add", out)


def index_select(x, dim, index):
    """The slices of x at the places `index` along dim"""
    if index.ndim > 1 or index.dtype.kind != "i":
        raise IndexError(
            "index_select(): index must be a vector of int64, not "
            f"{index.shape} of {index.dtype}"
        )
    check_bounds(index, x.shape[dim] if x.ndim else 1, IndexError)
    if not x.ndim:
        return x.copy()
    return x.take(np.intp(np.atleast_1d(index)), dim)


def masked_select(x, mask):
    """The values of x where the mask holds, as a vector"""
    if mask.dtype != np.bool_:
        raise RuntimeError(
            f"masked_select(): expected a mask of bool, but got {mask.dtype}"
        )
    x, mask = np.broadcast_arrays(x, mask)
    return x[mask]


def places_of(x):
    """The places where x is not zero, one a row"""
    return np.argwhere(x).astype(np.int64, copy=False)


# Slopes: derivatives that take more than a line


def gathered_slope(g, x_shape, dim, index):
    if 0 in g.shape:  # the index may have any shape then
        return place(g.sum(), x_shape, ((...,), ()))
    return place(g, x_shape or (1,), along(index, dim))


def overwritten_slope(g, dim, index, reduce):
    """What was scattered into: 0 where it was overwritten."""
    if reduce == "multiply":
        raise RuntimeError("scatter() by multiply has no derivative")
    if reduce == "add":
        return g
    return scatter(g, dim, index, None, 0)


def scattered_slope(g, dim, index, src_shape):
    """What was scattered: the gradient of the places it went to."""
    g = gather(g, dim, index)
    if g.shape == src_shape:
        return g
    return place(g, src_shape, (corner(g.shape), ()))


def selected_slope(g, x_shape, dim, index):
    if not x_shape:
        return g
    index = np.atleast_1d(getattr(index, "_array", index))
    axes = (FULL,) * (dim % len(x_shape))
    return place(g, x_shape, ((...,), (*axes, index)))


def masked_slope(g, x_shape, mask):
    mask = getattr(mask, "_array", mask)
    shape = np.broadcast_shapes(x_shape, mask.shape)
    return place(g, shape, ((...,), (np.broadcast_to(mask, shape),)))


# fmt: off
getitem = operation(getitem, view=True, name="index",
    x=lambda g, x_shape, index: place(g, x_shape, index))
place = operation(place,
    g=lambda g, index: getitem(g, index))
assign = operation(assign, name="index_put",
    x=lambda g, index, accumulate: g if accumulate else assign(g, index, 0),
    value=lambda g, index: getitem(g, index))
gather = operation(gather, x=gathered_slope)
scatter = operation(scatter, x=overwritten_slope, src=scattered_slope)
scatter_add = operation(scatter_add,
    x=lambda g: g,
    src=scattered_slope)
index_select = operation(index_select, x=selected_slope)
masked_select = operation(masked_select, x=masked_slope)
places_of = operation(places_of)
# fmt: on


def nonzero(x, *, as_tuple=False):
    """The places where x is not zero: one a row, or a tensor for each dim."""
    if not as_tuple:
        return places_of(x)
    return places_of(x if x.ndim else x.reshape(1)).unbind(1)


def index_put_key(x, indices, values):
    """`getitem`'s index for `index_put`, in which None means all."""
    if values.dtype != x.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, "
            f"but got {values.dtype} for {x.dtype}"
        )
    return key(tuple(FULL if part is None else part for part in indices))


def index_put(x, indices, values, accumulate=False):
    """x with x[indices] = values, or += where they accumulate."""
    index = index_put_key(x, indices, values)
    return assign(x, index, values, accumulate)


def take_along_dim(x, indices, dim=None):
    """`gather` whose arguments broadcast; without dim, of the flat x."""
    if dim is None:
        return gather(x.reshape(-1), 0, indices.reshape(-1))
    if x.ndim != indices.ndim:
        raise RuntimeError(
            "take_along_dim(): input and indices should have the same number "
            f"of dimensions, but got {x.ndim} and {indices.ndim}"
        )
    dim = normalize_axis_index(dim, x.ndim)

    def with_length(length):
        pairs = list(zip(x.shape, indices.shape, strict=True))
        pairs[dim] = length, length
        return np.broadcast_shapes(*zip(*pairs, strict=True))

    size = x.shape[dim]
    indices = where(indices < 0, indices + size, indices)
    indices = indices.expand(with_length(indices.shape[dim]))
    return gather(x.expand(with_length(size)), dim, indices)
