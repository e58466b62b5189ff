"""The type of a result is torch's, for each pair of types, ranks, numbers.

The database of operations mixes types only now and then; here every binary
operation meets every pair: tensors with dimensions, tensors without, and
Python's numbers.
"""

import itertools
import operator
import warnings

import pytest
import torch

import companion

INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
TYPES = ["bool", *INTEGERS, "float16", "float32", "float64"]
TENSORS = [*TYPES, *(f"{name} without dimensions" for name in TYPES)]
NUMBERS = {"True": True, "2": 2, "2.5": 2.5}
OPERATIONS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "and": operator.and_,
    "eq": operator.eq,
    "lt": operator.lt,
    "maximum": lambda x, y: x.maximum(y),
    "where": lambda x, y: x.where(x == x, y),
    "clamp": lambda x, y: x.clamp(min=y),
    "atan2": lambda x, y: x.atan2(y),
    "masked_fill": lambda x, y: x.masked_fill(x == x, y),
    "setitem": lambda x, y: operator.setitem(x, slice(0, 1), y) or x,
    "iadd": operator.iadd,
    "imul": operator.imul,
    "itruediv": operator.itruediv,
    "matmul": operator.matmul,
    "lerp": lambda x, y: x.lerp(y, 0.5),
}


# Where torch looks at something else first; a bool is to blame in any case.
LEFT_OUT = {
    ("pow", "True"): "torch copies for the exponent 1, whatever the type",
    ("clamp", "True"): "torch has no number True for a bound",
    ("matmul", "bool without dimensions"): "torch looks at dimensions first",
}


def operand(library, name):
    """A number, or ones of a type, whose results exist in every type."""
    if name in NUMBERS:
        return NUMBERS[name]
    name, rank, _ = name.partition(" without dimensions")
    return library.ones(() if rank else 2, dtype=getattr(library, name))


def result(library, call, left, right):
    """The type of the result by name, or the type of the error."""
    try:
        found = call(operand(library, left), operand(library, right))
    except Exception as error:  # whatever it raises is what we compare
        return type(error).__name__
    return str(found.dtype).partition(".")[2], tuple(found.shape)


def left_out(name, left, right):
    bools = left.startswith("bool")
    return bools and {(name, left), (name, right)} & set(LEFT_OUT)


@pytest.mark.parametrize("name", OPERATIONS)
def test_types_of_results(name):
    wrong = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, of overflow in uint8
        for left, right in itertools.product(TENSORS, [*TENSORS, *NUMBERS]):
            theirs = result(torch, OPERATIONS[name], left, right)
            ours = result(companion, OPERATIONS[name], left, right)
            if ours != theirs and not left_out(name, left, right):
                wrong[left, right] = f"{ours}, torch: {theirs}"
    assert not wrong, "\n".join(f"{k}: {v}" for k, v in [*wrong.items()][:9])


def test_a_wrong_type_is_found():
    assert result(companion, operator.add, "int64", "2.5")[0] == "float32"
    assert result(companion, operator.iadd, "int64", "2.5") == "RuntimeError"
