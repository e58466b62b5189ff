"""Every form of index reads and writes what torch reads and writes."""

import numpy
import pytest
import torch

import companion

ALL = slice(None)
SHAPE = 3, 3, 4, 5


def rows(t):
    return t.tensor([0, 1, 1])


def columns(t):
    return t.tensor([[2], [0], [1]])


def mask(t):
    return t.tensor([True, False, True])


INDICES = {
    "number": lambda t: 0,
    "from the end": lambda t: (-1, slice(1, None, 2)),
    "number, all, rows": lambda t: (0, ALL, rows(t)),
    "all, rows, number": lambda t: (ALL, rows(t), 0),
    "rows, number, rows": lambda t: (rows(t), 0, rows(t)),
    "number, rows, all, columns": lambda t: (0, rows(t), ALL, columns(t)),
    "dots": lambda t: (..., rows(t)),
    "number, dots, rows": lambda t: (0, ..., rows(t)),
    "None, rows, None, columns": lambda t: (None, rows(t), None, columns(t)),
    "number, None, rows": lambda t: (0, None, rows(t)),
    "mask": lambda t: mask(t),
    "number, mask": lambda t: (0, mask(t)),
    "all, mask, number": lambda t: (ALL, mask(t), 0),
    "number, mask, all, rows": lambda t: (1, mask(t), ALL, rows(t)[:2]),
    "mask of all": lambda t: t.ones(SHAPE) > 0,
    "list": lambda t: [0, 1],
    "lists": lambda t: ([0, 1], [1, 2]),
    "all, list": lambda t: (ALL, [0, 2]),
    "range": lambda t: range(2),
    "range and tuple": lambda t: (range(2), (1, 2)),
    "tuple in a tuple": lambda t: ((1, 0),),
    "all, tuple": lambda t: (ALL, (2, 0, 2)),
    "a number in a tensor": lambda t: (t.tensor(1), rows(t)),
    "True": lambda t: True,
    "False, number": lambda t: (False, 0),
    "number, True, rows": lambda t: (0, True, rows(t)),
    "no rows": lambda t: rows(t)[:0],
    "beyond": lambda t: 7,
    "rows beyond": lambda t: rows(t) + 7,
    "too many": lambda t: (0, 0, 0, 0, 0),
    "backwards": lambda t: slice(None, None, -1),
    "a float": lambda t: t.tensor([1.0]),
    "a mask too short": lambda t: mask(t)[:2],
}


def reading(t, index):
    """The values read, and the gradient of their squares."""
    x = t.arange(180.0).reshape(SHAPE).requires_grad_()
    read = x[index(t)]
    (read * read).sum().backward()
    return read, x.grad


def writing(t, index):
    """What was written to, and the gradients that get past it."""
    x = t.arange(180.0).reshape(SHAPE).requires_grad_()
    value = t.tensor(2.0, requires_grad=True)
    written = x * 2
    written[index(t)] = value
    (written * written).sum().backward()
    return written, x.grad, value.grad


@pytest.mark.parametrize("library", [companion, torch])
def test_a_number_has_no_places(library):
    number = library.tensor(1.0)
    with pytest.raises(IndexError, match=r"of a 0-dim tensor.*item\("):
        number[0]
    with pytest.raises(IndexError, match=r"of a 0-dim tensor.*item\("):
        number[0] = 2.0


@pytest.mark.parametrize("use", [reading, writing])
@pytest.mark.parametrize("name", INDICES)
def test_index(use, name):
    try:
        theirs = use(torch, INDICES[name])
    except Exception as error:  # whatever torch raises, we raise too
        with pytest.raises(type(error)):
            use(companion, INDICES[name])
        return
    for one, other in zip(use(companion, INDICES[name]), theirs, strict=True):
        numpy.testing.assert_array_equal(
            one.detach().numpy(), other.detach().numpy()
        )


def test_an_index_tensor_may_change_before_backward():
    x = companion.arange(3.0).requires_grad_()
    index = companion.tensor([0, 2])
    y = x[index].sum()
    index.zero_()
    y.backward()
    assert x.grad.tolist() == [1, 0, 1]
