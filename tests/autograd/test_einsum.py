"""einsum: equations that the database of operations does not hold."""

import numpy
import pytest
import torch

import companion

EQUATIONS = {
    "ii->i": [(3, 3)],
    "ii": [(3, 3)],
    "aaa->a": [(2, 2, 2)],
    "aabb->ab": [(2, 2, 3, 3)],
    "ba": [(2, 3)],
    "...": [(2, 3)],
    "i...->...": [(2, 3, 4)],
    "ij,ij->ij": [(2, 3), (2, 3)],
    "ij,j": [(2, 3), (3,)],
    "i,i": [(0,), (0,)],
    "Ab,bA": [(2, 3), (3, 2)],
    "i,j,k->kji": [(2,), (3,), (4,)],
    "ijk,jk,k->i": [(2, 3, 4), (3, 4), (4,)],
    "bij,bij->b": [(2, 3, 4), (1, 3, 4)],
    "bqhd,bkhd->bhqk": [(2, 3, 4, 5), (2, 6, 4, 5)],
    "...ij,...jk": [(2, 1, 3, 4), (5, 4, 2)],
    "ij,jk->ik": [(2, 1), (3, 4)],
    "ij,jk": [(2, 3), (4, 5)],
    "ij": [(2,)],
    "ij->ik": [(2, 3)],
    "i->ii": [(2,)],
    "i;j": [(2,)],
    "i,j->ij": [(2,)],
}


def value_and_gradients(t, equation, shapes):
    arrays = [numpy.random.default_rng(0).normal(size=s) for s in shapes]
    operands = [t.from_numpy(array).requires_grad_() for array in arrays]
    value = t.einsum(equation, *operands)
    (value * value).sum().backward()
    return [value, *(x.grad for x in operands)]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum(equation):
    shapes = EQUATIONS[equation]
    try:
        theirs = value_and_gradients(torch, equation, shapes)
    except RuntimeError:
        with pytest.raises(RuntimeError, match="einsum"):
            value_and_gradients(companion, equation, shapes)
        return
    ours = value_and_gradients(companion, equation, shapes)
    for one, other in zip(ours, theirs, strict=True):
        numpy.testing.assert_allclose(
            one.detach().numpy(), other.detach().numpy()
        )
