"""Products: every one is a matrix product or an einsum.

The gradient of a matrix product's second factor is computed transposed and
turned: for `x @ weight.t()` it then lies in memory as the weight does, and
the optimizer's update runs over both in the same order.
"""

import numpy as np

from companion._tensor.dtypes import alike
from companion.autograd.operation import operation


def shapes_must(fit, name, *arrays):
    if not fit:
        raise RuntimeError(
            f"{name}(): mat1 and mat2 shapes cannot be multiplied: got "
            + " and ".join(str(tuple(array.shape)) for array in arrays)
        )


def matmul(x, other):
    """The product of vectors, matrices, or batches of matrices"""
    if not x.ndim or not other.ndim:
        raise RuntimeError(
            "matmul(): both arguments need at least one dimension, but they "
            f"have {x.ndim} and {other.ndim}"
        )
    shapes_must(
        x.shape[-1] == other.shape[max(other.ndim - 2, 0)], "matmul", x, other
    )
    return np.matmul(x, other)


def mm(x, mat2):
    """The product of two matrices"""
    shapes_must(x.ndim == mat2.ndim == 2, "mm", x, mat2)
    return np.dot(x, mat2)


def bmm(x, mat2):
    """The products of two batches of matrices"""
    fit = x.ndim == mat2.ndim == 3 and len(x) == len(mat2)
    shapes_must(fit, "bmm", x, mat2)
    return np.matmul(x, mat2)


def mv(x, vec):
    """The product of a matrix and a vector"""
    shapes_must(x.ndim == 2 and vec.ndim == 1, "mv", x, vec)
    return np.matmul(x, vec)


def dot(x, tensor):
    """The inner product of two vectors"""
    shapes_must(x.ndim == tensor.ndim == 1, "dot", x, tensor)
    return np.matmul(x, tensor)


def outer(x, vec2):
    """The products of all pairs of two vectors' elements"""
    shapes_must(x.ndim == vec2.ndim == 1, "outer", x, vec2)
    return np.multiply.outer(x, vec2)


def addmm(x, mat1, mat2, beta=1, alpha=1):
    """beta x + alpha mat1 @ mat2"""
    shapes_must(mat1.ndim == mat2.ndim == 2, "addmm", mat1, mat2)
    return added(x, np.dot(mat1, mat2), beta, alpha)


def baddbmm(x, batch1, batch2, beta=1, alpha=1):
    """beta x + alpha batch1 @ batch2, for batches of matrices"""
    shapes_must(batch1.ndim == batch2.ndim == 3, "baddbmm", batch1, batch2)
    return added(x, np.matmul(batch1, batch2), beta, alpha)


def added(x, product, beta, alpha):
    if alpha != 1:
        product *= product.dtype.type(alpha)
    if beta:  # 0 leaves x out, even where it is NaN
        product += x if beta == 1 else product.dtype.type(beta) * x
    return product


def times(g, factor):
    return g if factor == 1 else g * factor


def matmul_first(g, x_shape, other):
    """d/dx of x @ other; a vector counts as a matrix of one row or column."""
    if len(other.shape) == 1:
        return g[..., None] * other
    if len(x_shape) == 1:
        g = g[..., None, :]
        return (g @ other.swapaxes(-1, -2))[..., 0, :]
    return g @ other.swapaxes(-1, -2)


def matmul_second(g, x, other_shape):
    if len(x.shape) == 1:
        if len(other_shape) == 1:
            return g * x
        return x[:, None] * g[..., None, :]
    if len(other_shape) == 1:
        return (x.swapaxes(-1, -2) @ g[..., None])[..., 0]
    return (g.swapaxes(-1, -2) @ x).swapaxes(-1, -2)


# fmt: off
matmul = operation(matmul, alike, tensors=2, kinds="iuf",
    x=matmul_first, other=matmul_second)
mm = operation(mm, alike, tensors=2, kinds="iuf",
    x=lambda g, mat2: g @ mat2.T,
    mat2=lambda g, x: (g.T @ x).T)
bmm = operation(bmm, alike, tensors=2, kinds="iuf",
    x=lambda g, mat2: g @ mat2.swapaxes(1, 2),
    mat2=lambda g, x: x.swapaxes(1, 2) @ g)
mv = operation(mv, alike, tensors=2, kinds="iuf",
    x=lambda g, vec: g[:, None] * vec,
    vec=lambda g, x: x.T @ g)
dot = operation(dot, alike, tensors=2, kinds="iuf",
    x=lambda g, tensor: g * tensor,
    tensor=lambda g, x: g * x)
outer = operation(outer,
    x=lambda g, vec2: g @ vec2,
    vec2=lambda g, x: x @ g)
addmm = operation(addmm, alike, tensors=2, kinds="iuf",
    x=lambda g, beta: times(g, beta),
    mat1=lambda g, mat2, alpha: times(g, alpha) @ mat2.T,
    mat2=lambda g, mat1, alpha: (times(g, alpha).T @ mat1).T)
baddbmm = operation(baddbmm, alike, tensors=2, kinds="iuf",
    x=lambda g, beta: times(g, beta),
    batch1=lambda g, batch2, alpha: times(g, alpha) @ batch2.swapaxes(1, 2),
    batch2=lambda g, batch1, alpha: batch1.swapaxes(1, 2) @ times(g, alpha))
# fmt: on
