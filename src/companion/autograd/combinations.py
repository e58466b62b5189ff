"""Sums of a tensor and a multiple of others: the steps of all optimizers.

NumPy has no operation that does one of them in one pass over memory, as
torch does. Between the passes lies one temporary array and no more: a second
one of many megabytes can make the system take back and clear the pages of
both, each time, which takes longer than the arithmetic.
"""

import numpy as np


def scaled(x, factor, room=None):
    """factor x, which is x itself where the factor is 1."""
    if factor == 1:
        return x
    return x * factor if room is None else np.multiply(x, factor, room)


def room_for(out):
    """Memory for what leads to `out`, taken once: fresh pages cost time."""
    return None if out is None else np.empty_like(out)


def add(x, other, alpha=1, out=None):
    """x + alpha other"""
    if out is None:  # an operator can write to its operand, a temporary one
        return x + scaled(other, alpha)
    return np.add(x, scaled(other, alpha), out)


def sub(x, other, alpha=1, out=None):
    """x - alpha other"""
    return np.subtract(x, scaled(other, alpha), out=out)


def addcmul(x, tensor1, tensor2, value=1, out=None):
    """x + value tensor1 tensor2"""
    room = room_for(out)
    product = np.multiply(scaled(tensor1, value, room), tensor2, room)
    return np.add(x, product, out)


def addcdiv(x, tensor1, tensor2, value=1, out=None):
    """x + value tensor1 / tensor2"""
    if "f" not in (x.dtype.kind, tensor1.dtype.kind, tensor2.dtype.kind):
        raise RuntimeError("addcdiv(): integer division is not supported")
    room = room_for(out)
    quotient = np.divide(scaled(tensor1, value, room), tensor2, room)
    return np.add(x, quotient, out)


def lerp(x, end, weight, out=None):
    """x + weight (end - x)"""
    room = room_for(out)
    step = np.multiply(weight, np.subtract(end, x, room), room)
    return np.add(x, step, out)
