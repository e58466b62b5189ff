"""Changes in place: what autograd handles and what it refuses, as torch."""

import pytest
import torch
from both import assert_same

import companion


def leaf(L):
    return L.tensor([1.0, 2.0, 3.0], requires_grad=True)


def on_a_leaf(L):
    leaf(L).add_(1)


def on_a_leaf_without_recording(L):
    x = leaf(L)
    with L.no_grad():
        x.add_(1)
    return x, x._version, x.is_leaf


def on_a_view_of_a_leaf(L):
    leaf(L)[0].mul_(2)


def on_a_value_not_saved(L):
    x = leaf(L)
    y = x + 1
    y.mul_(3)
    y.sum().backward()
    return y, x.grad


def on_a_saved_input(L):
    x = leaf(L)
    y = x * 1
    z = y * y
    y.add_(1)
    z.sum().backward()


def on_a_saved_output(L):
    x = leaf(L)
    y = x.exp()
    y.add_(1)
    y.sum().backward()


def on_a_saved_output_by_itself(L):
    x = leaf(L)
    y = x * 1
    y.exp_()
    y.sum().backward()
    return x.grad


def through_a_view(L):
    x = leaf(L)
    y = x * 2
    y[0].mul_(5)
    y.sum().backward()
    return y, x.grad


def through_the_base(L):
    x = leaf(L)
    y = x * 2
    first = y[:2]
    y.mul_(7)
    first.sum().backward()
    return first, x.grad


def through_a_view_of_a_view(L):
    x = leaf(L)
    y = (x * 2).reshape(3, 1)
    y.t()[0][1:].mul_(L.tensor([3.0, 4.0]))
    (y * y).sum().backward()
    return y, x.grad


def assignment(L):
    x = leaf(L)
    y = L.zeros(4)
    y[1:] = x
    y[0] = x[2] * 2
    (y * y).sum().backward()
    return y, x.grad


def assignment_of_more_dimensions(L):
    x = L.tensor([[2.0]], requires_grad=True)
    row = L.tensor([[1.0, 2.0]], requires_grad=True)
    y = L.zeros(2, 2)
    y[0] = x
    y[1] = row
    (y * y).sum().backward()
    return y, x.grad, row.grad


def assignment_by_mask(L):
    x = leaf(L)
    y = x * 2
    y[y > 3] = 0.0
    y.sum().backward()
    return y, x.grad


def assignment_to_a_leaf(L):
    leaf(L)[0] = 1.0


def constant_gets_a_history(L):
    x = leaf(L)
    y = L.zeros(3)
    part = y[1]
    y.add_(x)
    part.backward()
    return y.requires_grad, part.requires_grad, x.grad


def saved_through_a_view(L):
    x = leaf(L)
    y = x * 1
    z = y.exp().log()
    w = y * y
    y[0].zero_()
    z.sum().backward()
    w.sum().backward()


def detached_shares_the_version(L):
    x = leaf(L)
    y = x.exp()
    y.detach().add_(1)
    y.sum().backward()


def data_does_not(L):
    x = leaf(L)
    y = x.exp()
    y.data.add_(1)
    y.sum().backward()
    return x.grad


def a_view_made_without_recording(L):
    x = leaf(L)
    y = x * 1
    with L.no_grad():
        v = y[0]
    v.mul_(2)


def into_a_narrower_type(L):
    L.tensor([1, 2]).add_(L.tensor([0.5, 0.5]))


def into_a_smaller_shape(L):
    L.zeros(3).add_(L.zeros(2, 3))


def with_none(L):
    L.ones(2).sub_(None)


def a_new_shape_counts_as_a_change(L):
    x = L.ones(1, 2)
    x.squeeze_().unsqueeze_(0).transpose_(0, 1).t_()
    part = x[0]
    x.unsqueeze_(0)
    part.add_(1)
    return x, part, x._version, part._version


def a_new_shape_of_a_saved_output(L):
    x = L.ones(1, 3, requires_grad=True)
    y = x.exp()
    y.squeeze_()
    y.sum().backward()


def a_new_shape_and_then_a_change(L):
    x = L.ones(1, 3, requires_grad=True)
    y = x * 2
    y.squeeze_()
    y[0].mul_(5)
    (y * y).sum().backward()
    return y, x.grad


def augmented_assignment(L):
    x = leaf(L)
    y = x * 1
    same = y
    y += 2
    y *= x
    y -= 1
    y /= 2
    y.sum().backward()
    return y is same, y, x.grad


def copy_and_fill(L):
    x = leaf(L)
    y = x * 1
    y[:2].copy_(x[1:] * 3)
    y[2:].fill_(9.0)
    y.sum().backward()
    return y, x.grad


def masked_fill_and_clamp(L):
    x = leaf(L)
    y = x * 2
    y.masked_fill_(y > 5, 1.0).clamp_(max=3)
    (y * y).sum().backward()
    return y, x.grad


def hooks_see_the_new_history(L):
    x = leaf(L)
    seen = []
    y = x * 2
    y.mul_(3)
    y.register_hook(lambda g: seen.append(g))
    y.sum().backward()
    return seen, x.grad


def second_derivative_after_a_change(L):
    x = leaf(L)
    y = x * x
    y[1:].mul_(x[1:])
    (g,) = L.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = L.autograd.grad(g.sum(), x)
    return g, h


CASES = [
    value
    for value in list(vars().values())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and value is not leaf
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_in_place(case):
    assert_same(case, companion, torch)
