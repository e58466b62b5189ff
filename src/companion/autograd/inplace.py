"""Changing a tensor in place, and what the graph then says.

`x.exp_()` runs the operation on what `x` was, writes the result to its
storage, counts the version up, and gives `x` the result's history. If `x`
is a view, the tensor that it was taken from has changed too: its new history
is "the old one, with that part replaced", and `x` is taken from it anew.
"""

import numpy as np

from companion.autograd.elementwise import where, zero
from companion.autograd.graph import LEAF, Node
from companion.autograd.modes import switch
from companion.autograd.operation import operation
from companion.autograd.tensor import Tensor, alias, history, wrap


def in_place(function):
    """The form of an operation with a trailing underscore, as a method."""
    row = function.operation

    def method(x, *args, **options):
        args = (x, *args)
        if options or len(args) > len(row.parameters):
            args = row.bind(args, options)
        return change(x, row, args)

    method.__name__ = method.__qualname__ = row.name + "_"
    method.__doc__ = f"{function.__doc__}; written to x itself"
    return method


def in_new_shape(function):
    """`unsqueeze_` and its like: x becomes a view of what it was."""

    def method(x, *args):
        if switch.recording:
            refuse_leaves(x)
        was = alias(x, history(x))
        was._view = x._view
        new = function(was, *args)
        x._array, x._node, x._view = new._array, new._node, new._view
        x._counter[0] += 1
        x._view.version = x._counter[0]
        return x

    method.__name__ = method.__qualname__ = function.__name__ + "_"
    method.__doc__ = f"{function.__doc__}; of x itself"
    return method


def change(x, row, args):
    """x = row(x, ...), in x's storage."""
    if not switch.recording:
        row.compute(row.arrays(args), x._array)
        x._counter[0] += 1
        return x
    node = history(x)
    refuse_leaves(x)
    was = alias(x, node)
    if row.reads_first:
        was = alias(wrap(x._array.copy()), node)
    args = was, *args[1:]
    row.compute(row.arrays(args), x._array)
    changed = alias(x, None)
    row.record(args, changed, written=True)
    x._counter[0] += 1
    if changed._node is not None:
        x._node = changed._node
        if x._view is not None:
            paste(x)
    return x


def refuse_leaves(x):
    """Gradients end in a leaf: it cannot become the result of something."""
    kind = "a leaf Variable"
    while x._view is not None and x._node is not LEAF:
        if not x._view.recorded and x._view.args[0].requires_grad:
            raise RuntimeError(
                "A view was created in no_grad mode and is being modified "
                "inplace with grad mode enabled"
            )
        x, kind = x._view.args[0], "a view of a leaf Variable"
    if x._node is LEAF:
        raise RuntimeError(
            f"{kind} that requires grad is being used in an in-place "
            "operation; do it under no_grad() to change its value"
        )


def paste(x):
    """Give what `x` is a view of its new history: x's part replaced."""
    base, *rest = x._view.args
    part = x._view.operation.function
    kept = np.ones(base._array.shape, bool)
    part(kept, *rest)[...] = False
    edges = [edge(x._node, x, lambda g: part(g, *rest))]
    old = history(base)
    if old is not None:
        edges.append(edge(old, base, lambda g: where(kept, g, 0)))
    base._node = Node("CopySlices", edges)
    if base._view is not None:
        paste(base)


def edge(node, tensor, derivative):
    array = tensor._array
    return node, array.shape, array.dtype, derivative, ()


def copied(x, source, out=None):
    """The source's values, in x's shape and type"""
    out = x.copy() if out is None else out
    np.copyto(out, source, "unsafe")
    return out


copied = operation(copied, name="copy", x=zero, source=lambda g: g)


def overwrite(x, source):
    """x = source, in x's storage: `copy_`, `fill_`, and random numbers."""
    return change(x, copied.operation, (x, source))


def copy_(x, src, non_blocking=False):
    """The elements of src, broadcast and cast, written to x"""
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): src must be Tensor, not {type(src)}")
    return overwrite(x, src)


def fill_(x, value):
    """Every element of x becomes one number"""
    if np.ndim(getattr(value, "_array", value)):
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor "
            f"with {value.ndim} dimensions"
        )
    return overwrite(x, value)


def zero_(x):
    """Every element of x becomes 0"""
    return overwrite(x, 0)
