"""S1, "The Essential Components of Training a Model": almost nothing to fit.

64 rows of 100 numbers, five targets each, all of them N(0, 1) times 0.001; a
net 100-200-5 with ReLU; the sum of the squared errors.
"""

import companion
from companion import nn, optim
from companion.results.row import Row

SIZES = 100, 200, 5


def losses(model, x, y, step, steps=500):
    """The loss before each step."""
    loss_func = nn.MSELoss(reduction="sum")
    for _ in range(steps):
        loss = loss_func(model(x), y)
        yield loss.item()
        model.zero_grad()
        loss.backward()
        step()


def sequential(inputs, hidden, outputs):
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
    )


def clamped(value):
    return value.clamp(min=0)


class TwoLayerNet(nn.Module):
    """With any function for ReLU, or a module."""

    def __init__(self, inputs, hidden, outputs, relu=clamped):
        super().__init__()
        self.linear1 = nn.Linear(inputs, hidden)
        self.relu = relu
        self.linear2 = nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.linear2(self.relu(self.linear1(x)))


def almost_nothing():
    """The inputs and the targets, drawn after the model's weights."""
    return (0.001 * companion.randn(64, n) for n in (100, 5))


def by_hand(_):
    model = sequential(*SIZES)

    @companion.no_grad()
    def step():
        for p in model.parameters():
            p -= 1e-2 * p.grad

    return list(losses(model, *almost_nothing(), step))[::100]


def by_adam(model, steps, every):
    step = optim.Adam(model.parameters(), lr=1e-4).step
    return list(losses(model, *almost_nothing(), step, steps))[::every]


def steps(*numbers):
    return tuple(f"step {i}" for i in numbers)


NOTHING = (
    "Nothing has been learnt: to predict zero costs 64 * 5 * 1e-6 = 3.2e-4."
)

# fmt: off
ROWS = [
    Row(
        "S1 nn.Sequential, the update by hand", steps(*range(0, 500, 100)),
        (0.646, 3.297e-4, 3.225e-4, 3.223e-4, 3.223e-4),
        by_hand, notes=NOTHING,
    ),
    Row(
        "S1 Adam", steps(0, 50, 100, 150), (0.854, 0.179, 0.0199, 1.05e-3),
        lambda _: by_adam(sequential(*SIZES), 200, 50),
    ),
    Row(
        "S1 a module of its own, Adam", steps(*range(0, 500, 100)),
        (0.970, 0.0250, 3.11e-4, 2.83e-4, 2.63e-4),
        lambda _: by_adam(TwoLayerNet(*SIZES), 500, 100),
    ),
]
