"""Nets trained by our engine and our optimizers: the losses are PyTorch's."""

import numpy as np
import pytest
import torch

import companion
from companion import optim

RUNS = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3}),
    ("Adam", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01}),
    ("Muon", {"lr": 0.02}),
    ("LBFGS", {"max_iter": 3, "line_search_fn": "strong_wolfe"}),
]


def losses(library, maker, name, options, steps=30):
    """A net with one hidden layer, 5-8-2, on fixed data."""
    random = np.random.default_rng(0)
    arrays = [
        random.normal(size=s) for s in [(20, 5), (20, 2), (5, 8), (8, 2)]
    ]
    x, y, first, second = map(library.tensor, arrays)
    weights = [first.requires_grad_(), second.requires_grad_()]
    optimizer = getattr(maker, name)(weights, **options)
    schedule = maker.lr_scheduler.ExponentialLR(optimizer, 0.97)
    found = []

    def closure():
        optimizer.zero_grad()
        loss = ((x @ first).tanh() @ second - y).pow(2).mean()
        loss.backward()
        return loss

    for _ in range(steps):
        found.append(optimizer.step(closure).item())
        schedule.step()
    return found


@pytest.mark.parametrize(("name", "options"), RUNS)
def test_losses(name, options):
    ours = losses(companion, optim, name, options)
    theirs = losses(torch, torch.optim, name, options)
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert ours[-1] < ours[0] / 1.5


@pytest.mark.parametrize(("name", "options"), RUNS)
def test_either_optimizer_on_pytorch_s_net(name, options):
    ours = losses(torch, optim, name, options)
    assert ours == pytest.approx(
        losses(torch, torch.optim, name, options), rel=1e-12
    )
