"""What the checkers take beyond their tables."""

import doctest
import importlib
import subprocess
import sys

import numpy as np
import pytest
from wrong import engine as engines

import companion
from companion import check, nn


def test_a_loss_that_is_not_in_the_list():
    def like(x, t):
        return (x - t).abs().max()

    at = np.array([1.0, 3.0]), np.array([1.5, 1.0])
    assert check.loss(lambda x, t: (x - t).abs().max(), like=like, at=at)
    assert not check.loss(lambda x, t: (x - t).abs().sum(), like=like, at=at)
    with pytest.raises(ValueError, match="at="):
        check.loss(like, like="kl_div")


def test_a_loss_at_given_arrays():
    at = np.eye(3), np.array([0, 1, 2])
    assert check.loss(nn.functional.cross_entropy, like="cross_entropy", at=at)


def test_a_layer_of_whole_numbers():
    at = np.array([[0, 3], [2, 2]])
    assert check.module(nn.Embedding, "Embedding", 4, 2, at=at)


def test_a_layer_with_settings():
    assert check.module(nn.Linear, "Linear", 3, 2, bias=False, initial=True)
    report = check.module(
        lambda n, m, bias: nn.Linear(n, m), "Linear", 3, 2, bias=False
    )
    assert "1 more than the expected parameters" in report.wrong


def test_a_layer_that_no_rows_or_images_fit():
    with pytest.raises(ValueError, match="at=array"):
        check.module(nn.Bilinear, "Bilinear", 2, 3, 4)
    at = np.ones((5, 2)), np.ones((5, 3))
    assert check.module(nn.Bilinear, "Bilinear", 2, 3, 4, at=at)


def test_an_operation_with_too_many_inputs_needs_them_given():
    with pytest.raises(ValueError, match="at="):
        check.operation(lambda a, b, c, d: a, like=lambda a, b, c, d: a)


def test_an_operation_of_four_inputs():
    def like(a, b, c, d):
        return a * b + c * d

    at = [np.full(2, n) for n in (1.0, 2.0, 3.0, 4.0)]
    assert check.operation(like, like=like, at=at, second=True)


@pytest.mark.parametrize("factor", [0.25, 4, 3.7])
def test_one_number_is_a_multiple_only_of_whole_ones(factor):
    def loss(z, target):
        return factor * (z - target).square().mean()

    report = check.loss(loss, like="mse_loss")
    assert ("is a factor missing" in report.wrong) == (factor != 3.7)


def test_where_a_logarithm_is_not_defined_nothing_is_tried():
    assert check.operation(companion.log, like="log", second=True)


def test_the_depth_of_a_chain_can_be_left_out():
    deep = engines.RecursesForTheOrder
    assert not check.engine(deep)
    assert check.engine(deep, depth=0)


def test_the_example_in_the_docstring():
    module = importlib.import_module("companion.check.operations")
    assert doctest.testmod(module) == (0, 2)


CHECKS = """
import sys
from companion import check
assert not any("torch" in name for name in sys.modules)
import numpy as np
check.gradient(lambda w: 2 * w, of=lambda w: (w ** 2).sum(), at=(np.ones(2),))
print(sorted(n for n in sys.modules if n.startswith("companion.")))
"""


def test_the_first_checker_needs_arrays_alone():
    """Its chapter comes before tensors: their engine is not loaded."""
    answer = subprocess.run(
        [sys.executable, "-c", CHECKS],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "companion.autograd" not in answer.stdout
    assert "companion.check.trial" in answer.stdout


class Hostile:
    """Raises at everything that is asked of it."""

    def __init__(self, *args, **kwargs): ...

    def __getattribute__(self, name):
        raise OSError(name)

    def __call__(self, *args, **kwargs):
        return Hostile()

    def __eq__(self, other):
        raise OSError("==")

    __hash__ = None

    def __repr__(self):
        raise OSError("repr")


class Made(Hostile):
    """Something that has all it needs, and it is all of no use."""

    data, grad, parameters = 0, "grad", ()

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)

    def backward(self, *args):
        return Hostile()

    def sum(self):
        return self

    __add__ = __mul__ = __radd__ = lambda self, other: self
    named_parameters = eval = train = backward


class OddParameters(Made):
    parameters = [1, "two"]  # noqa: RUF012
    named_parameters = None


class OddNames(Made):
    def named_parameters(self):
        return [3, 4]


class NoBackward:
    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        return NoBackward(self.data + other.data)


SETTINGS = {
    "gradient": {"of": lambda w: (w**2).sum(), "at": (np.ones(2),)},
    "operation": {"like": "exp", "second": True},
    "engine": {},
    "registration": {},
    "module": {"like": "Linear", "in_features": 3, "out_features": 2},
    "loss": {"like": "cross_entropy"},
}
THINGS = {
    "None": None,
    "...": ...,
    "a number": 3,
    "a text": "exp",
    "a list": [],
    "int": int,
    "object": object,
    "type": type,
    "an exception": ValueError,
    "an array": np.ones(2),
    "a tensor": companion.ones(2),
    "a function of nothing": lambda: 0,
    "itself": lambda *args, **settings: args,
    "a generator": lambda *args, **settings: (arg for arg in args),
    "a text for an answer": lambda *args, **settings: "answer",
    "a hostile class": Hostile,
    "a hostile object": Hostile(),
    "a useless class": Made,
    "odd parameters": OddParameters,
    "odd names": OddNames,
    "neither backward nor sum": NoBackward,
    "no number": lambda *args, **settings: companion.tensor(float("nan")),
    "whole numbers": lambda *args, **settings: companion.ones(2).long(),
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("checker", SETTINGS)
def test_whatever_is_handed_in_the_answer_is_a_refusal(checker, thing):
    report = getattr(check, checker)(THINGS[thing], **SETTINGS[checker])
    assert not report
    assert report.wrong
    assert "0x" not in repr(report)
