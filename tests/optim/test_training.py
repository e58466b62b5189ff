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


SURFACES = {
    "Rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "Beale": lambda x, y: (
        (1.5 - x + x * y) ** 2
        + (2.25 - x + x * y**2) ** 2
        + (2.625 - x + x * y**3) ** 2
    ),
    "ravine": lambda x, y: (x * x + 1e-3).sqrt() + 1e-2 * (y - x) ** 4,
    "waves": lambda x, y: (5 * x).sin() * (3 * y).cos() + 0.1 * (x + y) ** 2,
}
STARTS = [(-1.5, 2.0), (3.0, 0.5), (0.3, -4.0), (1e-2, 1e-3), (-8.0, -7.0)]


def descent(library, maker, surface, start, lr):
    """Where a strong Wolfe search leads, in ten steps of five iterations."""
    p = library.tensor(start, dtype=library.float64, requires_grad=True)
    o = maker.LBFGS(
        [p], lr=lr, max_iter=5, max_eval=15, line_search_fn="strong_wolfe"
    )
    found = []

    def closure():
        o.zero_grad()
        loss = surface(p[0], p[1])
        loss.backward()
        found.append(p.tolist())
        return loss

    for _ in range(10):
        o.step(closure)
    return np.array(found)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lr", [1, 30])
def test_line_search(surface, start, lr):
    """Every point that the search tries, on surfaces that are hard for it."""
    surface = SURFACES[surface]
    theirs = descent(torch, torch.optim, surface, start, lr)
    ours = descent(torch, optim, surface, start, lr)
    np.testing.assert_allclose(ours, theirs, 1e-10, 1e-10)
    first = descent(companion, optim, surface, start, lr)[:10]
    np.testing.assert_allclose(first, theirs[: len(first)], 1e-5, 1e-7)
