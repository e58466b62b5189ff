"""Clipping, and parameters as one vector, against torch's."""

import math

import pytest
import torch

import companion

LIBRARIES = companion, torch
GRADIENTS = [[3.0, -4.0], [[12.0]]]


def parameters(lib, gradients=GRADIENTS):
    made = []
    for values in gradients:
        gradient = lib.tensor(values)
        parameter = lib.nn.Parameter(lib.zeros(*gradient.shape))
        parameter.grad = gradient
        made.append(parameter)
    return [*made, lib.nn.Parameter(lib.zeros(1))]  # one without a gradient


def both(function):
    results = [function(lib) for lib in LIBRARIES]
    assert results[0] == results[1]
    return results[0]


@pytest.mark.parametrize("most", [1.0, 6.5, 100.0])
@pytest.mark.parametrize("kind", [2.0, 1.0, math.inf])
def test_clip_grad_norm(most, kind):
    def clipped(lib):
        weights = parameters(lib)
        total = lib.nn.utils.clip_grad_norm_(weights, most, kind)
        return total.item(), [
            p.grad.numpy().round(5).tolist() for p in weights[:2]
        ]

    total, _ = both(clipped)
    assert total == {2.0: 13.0, 1.0: 19.0, math.inf: 12.0}[kind]


def test_clip_grad_norm_of_one_tensor_and_of_none():
    def clipped(lib):
        one = parameters(lib)[0]
        lib.nn.utils.clip_grad_norm_(one, 1.0)
        nothing = lib.nn.utils.clip_grad_norm_([], 1.0)
        return one.grad.tolist(), nothing.item()

    both(clipped)


def test_a_gradient_that_is_not_finite():
    for lib in LIBRARIES:
        weights = parameters(lib, [[math.nan, 1.0]])
        with pytest.raises(RuntimeError, match="non-finite"):
            lib.nn.utils.clip_grad_norm_(weights, 1.0, error_if_nonfinite=True)


def test_clip_grad_value():
    def clipped(lib):
        weights = parameters(lib)
        lib.nn.utils.clip_grad_value_(weights, 3.5)
        return [p.grad.tolist() for p in weights[:2]]

    assert both(clipped) == [[3.0, -3.5], [[3.5]]]


def test_parameters_as_a_vector():
    def there_and_back(lib):
        weights = [
            lib.nn.Parameter(lib.ones(2, 2)),
            lib.nn.Parameter(lib.zeros(3)),
        ]
        row = lib.nn.utils.parameters_to_vector(weights)
        (row * lib.arange(7)).sum().backward()
        lib.nn.utils.vector_to_parameters(lib.arange(7.0), weights)
        return (
            row.tolist(),
            [p.grad.tolist() for p in weights],
            [p.tolist() for p in weights],
        )

    both(there_and_back)


def test_a_vector_must_be_a_tensor():
    for lib in LIBRARIES:
        with pytest.raises(TypeError, match=r"expected torch\.Tensor"):
            lib.nn.utils.vector_to_parameters([1.0], [])
