"""Distances and angles, where their two inputs have different shapes."""

import numpy as np
import pytest
import torch

import companion
from companion.nn import functional as F

SHAPES = [
    ((3, 5, 4), (3, 5, 4)),
    ((3, 1, 4), (1, 5, 4)),
    ((5, 4), (3, 1, 4)),
    ((4,), (2, 4)),
]


@pytest.mark.parametrize("library", [companion, torch])
@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("dim", [-1, -2, 0])
def test_cosine_similarity_broadcasts_before_it_measures(library, shapes, dim):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    expected = torch.nn.functional.cosine_similarity(
        *map(torch.from_numpy, arrays), dim=dim
    )
    ours = F.cosine_similarity(*map(library.from_numpy, arrays), dim=dim)
    assert tuple(ours.shape) == tuple(expected.shape)
    np.testing.assert_allclose(ours.numpy(), expected.numpy(), rtol=1e-12)
