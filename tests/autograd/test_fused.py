"""The operations in one piece beside ATen's of the same name."""

import numpy as np
import pytest
import torch
from both import assert_same

import companion
from companion.autograd import fused

ATEN = {companion: fused, torch: torch.ops.aten}
SHAPES = [
    (x, weight)
    for x in ((3,), (2, 3), (4, 2, 3), (0, 3))
    for weight in ((5, 3), (3,), (2, 4))  # the last one fits none
]


def numbers(L, *shape):
    values = np.random.default_rng(len(shape)).normal(size=shape)
    return L.tensor(values.tolist(), dtype=L.float64).reshape(shape)


def gradients(L, out, inputs):
    """The output, and first and second derivatives of its squares."""
    first = L.autograd.grad(out.square().sum(), inputs, create_graph=True)
    total = sum(g.square().sum() for g in first)
    return out, *first, *L.autograd.grad(total, inputs)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("x", "weight"), SHAPES)
def test_linear(x, weight, bias):
    def case(L):
        inputs = [numbers(L, *shape) for shape in (x, weight)]
        inputs += [numbers(L, *weight[:-1])] * bias
        inputs = [each.requires_grad_() for each in inputs]
        return gradients(L, ATEN[L].linear(*inputs), inputs)

    assert_same(case, companion, torch)


TARGETS = [0, 2, 1, 1], [0, 3, 1, 1], [0, -1, 1, 1], [0, 2], []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("reduction", [0, 1, 2])
def test_nll_loss(target, reduction):
    def case(L):
        x = numbers(L, 4, 3).requires_grad_()
        labels = L.tensor(target, dtype=L.int64)
        loss = ATEN[L].nll_loss(x, labels, reduction=reduction)
        return gradients(L, loss, [x])

    assert_same(case, companion, torch)
