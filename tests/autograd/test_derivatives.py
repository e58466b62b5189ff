"""Every derivative of the tables against finite differences, twice.

A row an operation: its name, and a call of it with inputs away from corners.
Needs no torch. A row of the tables without a row here is a failure.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import companion
from companion._tensor import composed
from companion.autograd import (
    elementwise,
    fused,
    gradcheck,
    gradgradcheck,
    indexing,
    inplace,
    linear,
    ordering,
    parts,
    reductions,
    shapes,
)
from companion.autograd.operation import Operation

TABLES = (
    elementwise, reductions, linear, fused, shapes, indexing, inplace, parts,
    ordering, composed,
)  # fmt: skip


def numbers(*shape, low=0.3, high=0.9, seed=0):
    """Numbers within (low, high), no two nearly equal, wanting gradients."""
    size = int(np.prod(shape))
    values = np.linspace(low, high, size) if size > 1 else np.full(1, low)
    order = np.random.default_rng(seed + size).permutation(size)
    return companion.tensor(values[order].reshape(shape)).requires_grad_()


A, B, C = numbers(2, 3), numbers(3, seed=1), numbers(2, 1, seed=2)
POSITIVE, ABOVE_ONE = numbers(2, 3), numbers(2, 3, low=1.2, high=2.0)
SIGNED = numbers(2, 3, low=-0.85, high=0.75)
SQUARE, BATCH = numbers(3, 3), numbers(2, 3, 2, seed=3)
ROWS = companion.tensor([[0, 2], [1, 1]])
MASK = companion.tensor([[True, False, True], [False, True, True]])

DIVISOR = numbers(2, 3, low=0.311, high=0.437, seed=5)


def each(names, inputs):
    """The same row for several operations."""
    return dict.fromkeys(names.split(), inputs)


ROWS_OF_TABLE = {
    **each(
        """zero square neg abs reciprocal sign floor ceil trunc round frac exp
        exp2 expm1 sin cos tan asin acos atan sinh cosh tanh asinh atanh
        sigmoid relu erf""",
        [SIGNED],
    ),
    **each("sqrt rsqrt log log2 log10 log1p", [POSITIVE]),
    "acosh": [ABOVE_ONE],
    **each(
        """maximum minimum add sub mul true_divide pow atan2 hypot logaddexp
        xlogy""",
        [A, C],
    ),
    **each("floor_divide remainder fmod trunc_divide", [ABOVE_ONE, DIVISOR]),
    "clamp": [SIGNED, -0.5, 0.4],
    "addcmul": [A, B, C, 0.7],
    "addcdiv": [A, B, C, 0.7],
    "lerp": [A, B, C],
    "where": [MASK, A, B],
    "masked_fill": [A, MASK, numbers()],
    "spread_to": [B, (2, 3)],
    "sum": [A, 0],
    "mean": [A, (0, 1)],
    "variance": [A, 1],
    "prod": [SIGNED, 1],
    "amax": [A, 0],
    "amin": [A, 1],
    "cumsum": [A, 1],
    "logsumexp": [A, 1],
    "softmax": [A, 1],
    "log_softmax": [A, 0],
    "norm": [SIGNED, 3, 1],
    "flip": [A, (0, 1)],
    "matmul": [BATCH, numbers(2)],
    "mm": [A, SQUARE],
    "bmm": [BATCH, numbers(2, 2, 3)],
    "mv": [A, B],
    "dot": [B, numbers(3, seed=4)],
    "outer": [B, numbers(2)],
    "addmm": [B, A, SQUARE, 0.5, 2],
    "baddbmm": [numbers(3), BATCH, numbers(2, 2, 3), 0.5, 2],
    "linear": [A, SQUARE, B],
    "nll_loss": [A, ROWS[0]],
    "nll_spread": [numbers(), (2, 3), ROWS[0], fused.MEAN],
    "reshape": [A, (3, 2)],
    "view": [A, (6,)],
    "permute": [BATCH, (1, 2, 0)],
    "transpose": [A, 0, 1],
    "t": [A],
    "squeeze": [C, 1],
    "unsqueeze": [A, 1],
    "expand": [C, (4, 2, 3)],
    "unfold": [numbers(2, 5), 1, 3, 2],
    "fold": [numbers(2, 2, 3), (2, 5), 1, 3, 2],
    "diagonal": [BATCH, 1, 0, 2],
    "place_diagonal": [numbers(2), (3, 3), 1, 0, 1],
    "tril": [SQUARE, 1],
    "triu": [SQUARE],
    "roll": [A, 1, 1],
    "constant_pad_nd": [A, (1, -1, 2, 0), 0.5],
    "clone": [A],
    "to_dtype": [A, np.dtype(np.float64)],
    "getitem": [A, indexing.key((slice(None), ROWS[0]))],
    "place": [B, (5,), indexing.key(companion.tensor([1, 1, 4]))],
    "assign": [A, indexing.key((0, slice(1, 3))), numbers(2)],
    "gather": [A, 1, ROWS],
    "scatter": [A, 1, ROWS[:, :1], numbers(2, 1)],
    "scatter_add": [A, 1, ROWS, numbers(2, 2)],
    "index_select": [A, 1, ROWS[0]],
    "masked_select": [A, MASK],
    "copied": [A, B],
}


def tables():
    """name -> function, of all operations that have derivatives."""
    return {
        name: function
        for table in TABLES
        for name, function in vars(table).items()
        if isinstance(getattr(function, "operation", None), Operation)
        and function.operation.derivatives
    }


def test_every_derivative_has_a_row():
    assert set(ROWS_OF_TABLE) == set(tables())


@pytest.mark.parametrize("name", ROWS_OF_TABLE)
def test_derivatives(name):
    function, inputs = tables()[name], ROWS_OF_TABLE[name]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


def test_a_wrong_derivative_is_found():
    row = elementwise.sin.operation
    position, right, *needs = row.derivatives[0]
    row.derivatives[0] = position, lambda g, x: g * x, *needs
    try:
        with pytest.raises(RuntimeError, match="Jacobian mismatch"):
            gradcheck(elementwise.sin, [SIGNED])
        assert not gradcheck(elementwise.sin, [SIGNED], raise_exception=False)
    finally:
        row.derivatives[0] = position, right, *needs


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broadcasting_is_undone(data):
    """d sum(g (a b)) / da is sum of g b over the axes that a repeats."""
    shapes_ = data.draw(arrays.mutually_broadcastable_shapes(num_shapes=2))
    elements = st.floats(-4, 4, width=32)
    a, b = (
        companion.tensor(
            data.draw(arrays.arrays(np.float32, shape, elements=elements))
        ).requires_grad_()
        for shape in shapes_.input_shapes
    )
    (a * b).sum().backward()
    wide = np.broadcast_to(b.detach().numpy(), shapes_.result_shape)
    expected = wide.astype(np.float64)
    extra = expected.ndim - a.ndim
    expected = expected.sum(axis=tuple(range(extra)))
    for axis, size in enumerate(a.shape):
        if size == 1:
            expected = expected.sum(axis=axis, keepdims=True)
    assert a.grad.shape == a.shape
    assert b.grad.shape == b.shape
    assert np.allclose(a.grad.numpy(), expected, atol=1e-4)
