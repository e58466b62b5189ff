"""S1, "The Essential Components of Training a Model": almost nothing to fit.

64 rows of 100 numbers, five targets each, all of them N(0, 1) times 0.001; a
net 100-200-5 with ReLU; the sum of the squared errors.
"""

import companion
from companion import nn, optim
from companion.results.row import Row


def losses(model, steps, step):
    """The loss before each step."""
    x, y = (0.001 * companion.randn(64, n) for n in (100, 5))
    loss_func = nn.MSELoss(reduction="sum")
    found = []
    for _ in range(steps):
        loss = loss_func(model(x), y)
        found.append(loss.item())
        model.zero_grad()
        loss.backward()
        step()
    return found


def net():
    return nn.Sequential(nn.Linear(100, 200), nn.ReLU(), nn.Linear(200, 5))


class TwoLayerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(100, 200)
        self.linear2 = nn.Linear(200, 5)

    def forward(self, x):
        return self.linear2(self.linear1(x).clamp(min=0))


def by_hand(_):
    model = net()

    @companion.no_grad()
    def step():
        for p in model.parameters():
            p -= 1e-2 * p.grad

    return losses(model, 500, step)[::100]


def by_adam(model, steps, every):
    step = optim.Adam(model.parameters(), lr=1e-4).step
    return losses(model, steps, step)[::every]


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
        lambda _: by_adam(net(), 200, 50),
    ),
    Row(
        "S1 a module of its own, Adam", steps(*range(0, 500, 100)),
        (0.970, 0.0250, 3.11e-4, 2.83e-4, 2.63e-4),
        lambda _: by_adam(TwoLayerNet(), 500, 100),
    ),
]
