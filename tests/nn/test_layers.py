"""Each row of the table: our layer or loss and torch's, on both engines."""

import inspect

import pytest
import torch
from nn import conformance
from nn.layer_table import LAYERS, LOSSES, WITHOUT_ROW

import companion
from companion import nn

ROWS = LAYERS + LOSSES


def title(row):
    name, args, kwargs, _ = row
    settings = [*map(str, args), *(f"{k}={v}" for k, v in kwargs.items())]
    return f"{name}({','.join(settings)})"[:60]


each_row = pytest.mark.parametrize("row", ROWS, ids=title)
each_layer = pytest.mark.parametrize("row", LAYERS, ids=title)
each_engine = pytest.mark.parametrize("engine", conformance.ENGINES)


def in_dtype(value, dtype):
    if isinstance(value, tuple):
        return tuple(in_dtype(item, dtype) for item in value)
    if not conformance.is_real(value):
        return value
    return value.detach().to(dtype).requires_grad_(value.requires_grad)


def case(row, dtype):
    """The row in the form that torch's own cases have."""
    _, args, kwargs, inputs = row
    kwargs = {key: in_dtype(value, dtype) for key, value in kwargs.items()}
    return conformance.Case(
        conformance.Call(args, kwargs),
        conformance.Call(in_dtype(inputs, dtype), {}),
    )


@each_row
@each_engine
@pytest.mark.parametrize("dtype", conformance.DTYPES, ids=str)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.filterwarnings("ignore")  # what torch warns of, we may, too
def test_value_and_gradients(row, engine, dtype, training):
    conformance.check_case(row[0], engine, case(row, dtype), dtype, training)


@each_row
def test_repr(row):
    name, args, kwargs, _ = row
    expected = repr(getattr(torch.nn, name)(*args, **kwargs))
    kwargs = conformance.on("companion", kwargs)
    assert repr(getattr(nn, name)(*args, **kwargs)) == expected


@each_layer
@pytest.mark.parametrize("seed", [0, 1])
def test_initial_weights_from_the_seed(row, seed):
    name, args, kwargs, _ = row
    companion.manual_seed(seed)
    ours = getattr(nn, name)(*args, **kwargs).state_dict()
    torch.manual_seed(seed)
    theirs = getattr(torch.nn, name)(*args, **kwargs).state_dict()
    assert list(ours) == list(theirs)
    drawn_normal = name == "Embedding" or "bias_k" in theirs
    for key, value in theirs.items():
        found = conformance.back(ours[key])
        assert found.dtype == value.dtype
        torch.testing.assert_close(
            found, value, rtol=0, atol=2e-6 if drawn_normal else 0
        )


@each_layer
def test_state_dict_there_and_back(row):
    name, args, kwargs, _ = row
    theirs = getattr(torch.nn, name)(*args, **kwargs)
    ours = getattr(nn, name)(*args, **kwargs)
    assert not any(ours.load_state_dict(theirs.state_dict()))
    again = getattr(torch.nn, name)(*args, **kwargs)
    assert not any(again.load_state_dict(ours.torch().state_dict()))
    for one, other in zip(
        again.state_dict().values(),
        theirs.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)


@pytest.mark.parametrize("name", sorted({row[0] for row in ROWS}))
def test_signature(name):
    """The same arguments, in the same order, with the same defaults."""
    expected = inspect.signature(getattr(torch.nn, name)).parameters
    found = inspect.signature(getattr(nn, name)).parameters
    any_kind = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    assert [
        (p.name, p.default, p.kind)
        for p in found.values()
        if p.kind not in any_kind
    ] == [
        (p.name, p.default, p.kind)
        for p in expected.values()
        if p.kind not in any_kind
    ]


def test_each_class_has_a_row():
    public = {name for name in nn.__all__ if name[0].isupper()}
    assert public - {row[0] for row in ROWS} == WITHOUT_ROW
