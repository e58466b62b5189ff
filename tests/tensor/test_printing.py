"""Tensors print as torch's do."""

import pytest
import torch

import companion

TENSORS = {
    "floats": lambda L: L.tensor([1.0, 2.5]),
    "whole floats": lambda L: L.tensor([-1.0, 20.0]),
    "integers": lambda L: L.arange(12).reshape(3, 4) - 5,
    "bools": lambda L: L.tensor([True, False]),
    "a number": lambda L: L.tensor(3.14159),
    "an integer": lambda L: L.tensor(2),
    "three dimensions": lambda L: L.zeros(2, 2, 2),
    "large and small": lambda L: L.tensor([[1e10, 1], [1e-8, -3]]),
    "small": lambda L: L.tensor([1e-8, 1e-7]),
    "not finite": lambda L: L.tensor(
        [float("nan"), 1.0, float("inf"), float("-inf")]
    ),
    "zeros and nan": lambda L: L.tensor([0.0, float("nan")]),
    "double": lambda L: L.ones(2, dtype=L.float64) / 3,
    "int32": lambda L: L.zeros(3, dtype=L.int32),
    "empty": lambda L: L.tensor([]),
    "empty, with a shape": lambda L: L.zeros(0, 3),
    "empty integers": lambda L: L.zeros(0, dtype=L.int64),
    "many": lambda L: L.arange(2000.0),
    "lines": lambda L: L.arange(100.0) / 7,
    "a large matrix": lambda L: L.arange(40000.0).reshape(200, 200),
    "many matrices": lambda L: L.arange(10000.0).reshape(10, 10, 100) / 3,
    "a leaf": lambda L: L.ones(3, requires_grad=True),
    "a result": lambda L: L.ones(2, 2, requires_grad=True) * 2,
    "a long result": lambda L: L.ones(30, requires_grad=True).exp(),
    "a sum": lambda L: L.ones(2, requires_grad=True).sum(),
}
OPTIONS = [
    {},
    {"precision": 2, "sci_mode": True},
    {"threshold": 10, "edgeitems": 1},
    {"linewidth": 20},
    {"profile": "short"},
    {"profile": "full"},
]


@pytest.fixture
def _usual():
    yield
    for library in (companion, torch):
        library.set_printoptions(profile="default", sci_mode=None)


@pytest.mark.usefixtures("_usual")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", TENSORS)
def test_printing(name, options):
    companion.set_printoptions(**options)
    torch.set_printoptions(**options)
    ours = repr(TENSORS[name](companion)).replace("companion.", "torch.")
    assert ours == repr(TENSORS[name](torch))


def test_formats():
    x = companion.tensor(3.14159)
    assert f"{x:.2f} {companion.tensor(7):3d}" == "3.14   7"
    assert f"{companion.ones(2)}" == "tensor([1., 1.])"
    with pytest.raises(TypeError):
        format(companion.ones(2), ".2f")


def test_what_stands_beside_tensors():
    assert repr(companion.ones(2, 3).shape) == "companion.Size([2, 3])"
    assert repr(companion.float32) == "companion.float32"
    assert repr(companion.device("cpu")) == "device(type='cpu')"
