"""Jacobians, Hessians and gradcheck, beside torch's."""

import pytest
import torch
from both import assert_same

import companion
from companion import autograd


def vector(L, *values):
    return L.tensor(values or (1.0, 2.0, 3.0), dtype=L.float64)


def jacobian(L):
    return L.autograd.functional.jacobian(lambda x: x * x.sum(), vector(L))


def jacobian_of_a_scalar(L):
    return L.autograd.functional.jacobian(lambda x: x.prod(), vector(L))


def jacobian_of_a_matrix(L):
    x = vector(L, 1.0, 2.0, 3.0, 4.0).reshape(2, 2)
    return L.autograd.functional.jacobian(lambda x: x @ x.T, x)


def jacobian_of_several_inputs(L):
    return L.autograd.functional.jacobian(
        lambda x, y: x.outer(y), (vector(L), vector(L, 4.0, 5.0))
    )


def jacobian_of_several_outputs(L):
    return L.autograd.functional.jacobian(
        lambda x: (x.exp(), x.sum()), vector(L)
    )


def jacobian_of_a_constant(L):
    return L.autograd.functional.jacobian(lambda x: L.ones(2), vector(L))


def a_constant_in_strict_mode(L):
    L.autograd.functional.jacobian(
        lambda x, y: x * 1, (vector(L), vector(L)), strict=True
    )


def jacobian_with_a_graph(L):
    x = vector(L).requires_grad_()
    found = L.autograd.functional.jacobian(
        lambda x: x**3, x, create_graph=True
    )
    found.sum().backward()
    return found, x.grad


def hessian(L):
    return L.autograd.functional.hessian(
        lambda x: (x**3).sum() + x[0] * x[1], vector(L)
    )


def hessian_of_several_inputs(L):
    return L.autograd.functional.hessian(
        lambda x, y: (x * x * y).sum(), (vector(L), vector(L, 4.0, 5.0, 6.0))
    )


def hessian_of_a_vector(L):
    L.autograd.functional.hessian(lambda x: x, vector(L))


def gradcheck_passes(L):
    x = vector(L).requires_grad_()
    both = L.autograd.gradcheck, L.autograd.gradgradcheck
    return [check(lambda x: (x * x).sigmoid(), x) for check in both]


def gradcheck_of_a_wrong_gradient(L):
    x = vector(L).requires_grad_()
    return L.autograd.gradcheck(
        lambda x: x * x.detach(), x, raise_exception=False
    )


def gradcheck_without_gradients(L):
    L.autograd.gradcheck(lambda x: x * x, vector(L))


CASES = [
    value
    for value in list(vars().values())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and value is not vector
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_functional(case):
    assert_same(case, companion, torch)


def test_our_checks_judge_torch_s_tensors_too():
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    assert autograd.gradcheck(lambda x: x.exp() * x, x)
    assert autograd.gradgradcheck(lambda x: x.exp() * x, x)
    found = autograd.functional.hessian(lambda x: (x**3).sum(), x)
    assert found.tolist() == [[6.0, 0.0], [0.0, 12.0]]


def test_a_mismatch_names_the_place_and_both_values():
    x = vector(companion).requires_grad_()
    with pytest.raises(RuntimeError, match=r"output\[0\].*is 1 by.*and 2 num"):
        autograd.gradcheck(lambda x: x * x.detach(), x)
