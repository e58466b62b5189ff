"""Shapes: the same elements, arranged or repeated otherwise.

Most of these are views: the result shares its input's storage, and a change
in place of one is seen in the other. Each one's gradient is the gradient's
elements put back where they came from.
"""

import math

import numpy as np

from companion.autograd.operation import operation
from companion.autograd.parts import axis
from companion.autograd.reductions import normal


def reshape(x, shape):
    """The elements in a new shape; a view where the layout allows it"""
    return x.reshape(shape)


def view(x, shape):
    """`reshape` that never copies"""
    seen = x.reshape(shape)
    if x.size and not np.may_share_memory(seen, x):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride "
            f"({x.shape} to {shape}): use reshape instead"
        )
    return seen


def permute(x, dims):
    """The dimensions in another order"""
    return x.transpose(dims)


def transpose(x, dim0, dim1):
    """Two dimensions exchanged"""
    return x.swapaxes(dim0, dim1) if x.ndim else x.view()


def t(x):
    """A matrix transposed; a vector as it is"""
    if x.ndim > 2:
        raise RuntimeError(
            "t() expects a tensor with <= 2 dimensions, but self is "
            f"{x.ndim}D of shape {x.shape}"
        )
    return x.T


def squeeze(x, dim=None):
    """Without dimensions of size 1"""
    if dim is None:
        return np.squeeze(x)
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    dims = [axis(dim, x.ndim) for dim in dims]
    index = [
        0 if size == 1 and place in dims else slice(None)
        for place, size in enumerate(x.shape)
    ]
    return x[(*index, ...)]


def unsqueeze(x, dim):
    """With a dimension of size 1 at dim"""
    return x[(slice(None),) * normal(dim, x.ndim + 1) + (None,)]


def expand(x, size):
    """Repeated along dimensions of size 1, as a view; -1 keeps a size"""
    extra = len(size) - x.ndim
    return np.broadcast_to(
        x,
        [x.shape[i - extra] if n == -1 else n for i, n in enumerate(size)],
    )


def unfold(x, dimension, size, step):
    """All slices of a size along a dimension, as a new last dimension"""
    if not x.ndim:
        return x.reshape(1)[:size]
    dim = axis(dimension, x.ndim)
    if not 0 <= size <= x.shape[dim] or step <= 0:
        raise RuntimeError(
            f"unfold: maximum size for tensor at dimension {dim} is "
            f"{x.shape[dim]}, but size is {size} and step {step}"
        )
    count, stride = (x.shape[dim] - size) // step + 1, x.strides[dim]
    shape, strides = [*x.shape, size], [*x.strides, stride]
    shape[dim], strides[dim] = count, stride * step
    return np.lib.stride_tricks.as_strided(x, shape, strides)


def fold(x, shape, dimension, size, step):
    """The sum of windows, put back where `unfold` took them from"""
    if not shape:
        return x
    if not size:
        return np.zeros(shape, x.dtype)
    dim = axis(dimension, len(shape))
    whole = np.zeros_like(x[..., 0], shape=shape)  # laid out as x is
    before, span = (slice(None),) * dim, (x.shape[dim] - 1) * step + 1
    for offset in range(size):
        part = slice(offset, offset + span, step)
        whole[(*before, part)] += x[..., offset]
    return whole


def diagonal(x, offset=0, dim1=0, dim2=1):
    """The diagonal of a matrix, as a view"""
    found = np.diagonal(x, offset, dim1, dim2)
    found.flags.writeable = True
    return found


def place_diagonal(x, shape, offset, dim1, dim2):
    """Zeros but for a diagonal"""
    whole = np.zeros(shape, x.dtype)
    diagonal(whole, offset, dim1, dim2)[...] = x
    return whole


def tril(x, diagonal=0):
    """The lower triangle, zeros above"""
    matrices("tril", x)
    return np.tril(x, diagonal)


def triu(x, diagonal=0):
    """The upper triangle, zeros below"""
    matrices("triu", x)
    return np.triu(x, diagonal)


def matrices(name, x):
    if x.ndim < 2:
        raise RuntimeError(
            f"{name}: input tensor must have at least 2 dimensions, but its "
            f"shape is {x.shape}"
        )


def roll(x, shifts, dims=None):
    """The elements moved along, those that fall off put at the other end"""
    if np.size(shifts) == 0 or (
        dims is not None and np.size(shifts) != np.size(dims)
    ):
        raise RuntimeError(
            f"roll(): shifts and dimensions must align: {shifts} and {dims}"
        )
    return np.roll(x, shifts, dims)


def constant_pad_nd(x, pad, value=0):
    """`value` before and after the last dimensions; a negative size cuts off

    pad: two sizes for each dimension, those of the last dimension first.
    """
    sizes = [(0, 0)] * (x.ndim - len(pad) // 2)
    sizes += [*zip(pad[::2], pad[1::2], strict=True)][::-1]
    ends = zip(x.shape, sizes, strict=True)
    x = x[tuple(slice(max(-a, 0), n + min(b, 0)) for n, (a, b) in ends)]
    sizes = [(max(a, 0), max(b, 0)) for a, b in sizes]
    ends = [*zip(x.shape, sizes, strict=True)]
    whole = np.full([a + n + b for n, (a, b) in ends], value, x.dtype)
    whole[tuple(slice(a, a + n) for n, (a, b) in ends)] = x
    return whole


def unpadded(g, pad):
    """What lies inside the padding: a view, unless something was cut off"""
    if min(pad) < 0:
        return constant_pad_nd(g, [-n for n in pad])
    sides = [*zip(pad[::2], pad[1::2], strict=True)][::-1]
    return g[(..., *(slice(a, -b or None) for a, b in sides))]


def clone(x):
    """A copy, which gradients flow through"""
    return x.copy()


def to_dtype(x, kind):
    """The elements as numbers of another type; x itself if it has it"""
    return x.astype(kind, copy=False)


def inverse(dims):
    """The permutation that undoes one."""
    dims = [dim % len(dims) for dim in dims]
    return tuple(map(dims.index, range(len(dims))))


def minus(shifts):
    return (
        [-s for s in shifts] if isinstance(shifts, (tuple, list)) else -shifts
    )


# fmt: off
reshape = operation(reshape, view=True, spread=True,
    x=lambda g, x_shape: g.reshape(x_shape))
view = operation(view, view=True, spread=True,
    x=lambda g, x_shape: g.reshape(x_shape))
permute = operation(permute, view=True, spread=True,
    x=lambda g, dims: permute(g, inverse(dims)))
transpose = operation(transpose, view=True,
    x=lambda g, dim0, dim1: transpose(g, dim0, dim1))
t = operation(t, view=True, x=lambda g: g.T)
squeeze = operation(squeeze, view=True,
    x=lambda g, x_shape: g.reshape(x_shape))
unsqueeze = operation(unsqueeze, view=True,
    x=lambda g, x_shape: g.reshape(x_shape))
expand = operation(expand, view=True, spread=True, x=lambda g: g)
unfold = operation(unfold, view=True,
    x=lambda g, x_shape, dimension, size, step:
        fold(g, x_shape, dimension, size, step))
fold = operation(fold,
    x=lambda g, dimension, size, step: unfold(g, dimension, size, step))
diagonal = operation(diagonal, view=True,
    x=lambda g, x_shape, offset, dim1, dim2:
        place_diagonal(g, x_shape, offset, dim1, dim2))
place_diagonal = operation(place_diagonal,
    x=lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2))
tril = operation(tril, x=lambda g, diagonal: tril(g, diagonal))
triu = operation(triu, x=lambda g, diagonal: triu(g, diagonal))
roll = operation(roll, x=lambda g, shifts, dims: roll(g, minus(shifts), dims))
constant_pad_nd = operation(constant_pad_nd,
    x=lambda g, pad: unpadded(g, pad))
clone = operation(clone, x=lambda g: g)
to_dtype = operation(to_dtype, name="to_copy", x=lambda g: g)
# fmt: on


# Made of these


def matrix_t(x):
    """Each matrix of a stack transposed"""
    if x.ndim < 2:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices, "
            f"and this tensor has {x.ndim} dimensions"
        )
    return x.transpose(-2, -1)


def broadcast_to(x, size):
    """`expand` by its NumPy name"""
    return x.expand(size)


def contiguous(x):
    """x itself if its elements lie in order, else a copy whose do"""
    return x if x._array.flags.c_contiguous else x.clone()


def flatten(x, start_dim=0, end_dim=-1):
    """The dimensions from start_dim to end_dim made one"""
    shape = x.shape or (1,)
    first, last = axis(start_dim, x.ndim), axis(end_dim, x.ndim)
    if first > last:
        raise RuntimeError(
            "flatten() has invalid args: start_dim cannot come after "
            f"end_dim, but got {start_dim} and {end_dim}"
        )
    if first == last and x.ndim:
        return x
    size = math.prod(shape[first : last + 1])
    return x.reshape((*shape[:first], size, *shape[last + 1 :]))


def unflatten(x, dim, sizes):
    """One dimension made several"""
    dim = axis(dim, x.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    return x.view((*x.shape[:dim], *sizes, *x.shape[dim + 1 :]))


def movedim(x, source, destination):
    """Dimensions moved to other places, the others kept in their order"""
    sources, places = (
        [axis(dim, x.ndim) for dim in (dims if is_sequence(dims) else [dims])]
        for dims in (source, destination)
    )
    if len(sources) != len(places):
        raise RuntimeError(
            "movedim: source and destination must have as many dimensions, "
            f"but got {source} and {destination}"
        )
    if len(set(sources)) < len(sources) or len(set(places)) < len(places):
        raise RuntimeError(
            f"movedim: repeated dim in {source} or {destination}"
        )
    order = [dim for dim in range(x.ndim) if dim not in sources]
    for place, dim in sorted(zip(places, sources, strict=True)):
        order.insert(place, dim)
    return x.permute(order)


def repeat(x, *repeats):
    """x laid out side by side, so many times along each dimension"""
    repeats = repeats[0] if is_sequence(repeats[0]) else repeats
    extra = len(repeats) - x.ndim
    if extra < 0:
        raise RuntimeError(
            f"repeat(): {len(repeats)} repeats for {x.ndim} dimensions"
        )
    shape = (1,) * extra + tuple(x.shape)
    pairs = [(times, n) for times, n in zip(repeats, shape, strict=True)]
    wide = x.reshape([n for size in shape for n in (1, size)])
    wide = wide.expand([n for pair in pairs for n in pair])
    return wide.clone().view([times * n for times, n in pairs])


def is_sequence(value):
    return isinstance(value, (tuple, list))
