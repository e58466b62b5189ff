"""S4, "The Learning Process": 64 rows, 1000-100-10, the sum of squares.

Inputs, targets and, where the update is made by hand, weights are N(0, 1).
500 steps; learning rate 1e-6 by hand, 1e-4 with modules.
"""

import random

import numpy as np

import companion
from companion import nn, optim
from companion.autograd import Function
from companion.nn import functional as F
from companion.results.row import Row
from companion.results.s1 import (
    TwoLayerNet,
    clamped,
    losses,
    sequential,
    steps,
)

LAYERS = 1000, 100, 10
SIZES = (64, 1000), (64, 10), (1000, 100), (100, 10)  # x, y, w1, w2


def numpy_by_hand(seed):
    """Gradients by hand, in NumPy's float64."""
    generator = np.random.default_rng(seed)
    x, y, w1, w2 = (generator.standard_normal(size) for size in SIZES)
    for _ in range(500):
        h = x @ w1
        relu = np.maximum(h, 0)
        error = relu @ w2 - y
        yield float((error**2).sum())
        grad = 2 * error
        grad_h = (grad @ w2.T) * (h > 0)
        w2 -= 1e-6 * relu.T @ grad
        w1 -= 1e-6 * x.T @ grad_h


def tensors_by_hand(_):
    x, y, w1, w2 = (companion.randn(*size) for size in SIZES)
    for _ in range(500):
        h = x @ w1
        relu = h.clamp(min=0)
        error = relu @ w2 - y
        yield error.pow(2).sum().item()
        grad = 2 * error
        grad_h = (grad @ w2.t()) * (h > 0)
        w2 -= 1e-6 * (relu.t() @ grad)
        w1 -= 1e-6 * (x.t() @ grad_h)


class OwnReLU(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * (input > 0)


def by_autograd(relu):
    x, y, w1, w2 = (companion.randn(*size) for size in SIZES)
    weights = [w.requires_grad_() for w in (w1, w2)]
    for _ in range(500):
        loss = (relu(x @ w1) @ w2 - y).pow(2).sum()
        yield loss.item()
        loss.backward()
        with companion.no_grad():
            for w in weights:
                w -= 1e-6 * w.grad
                w.grad = None


class DynamicNet(nn.Module):
    """The middle layer works none, one, two or three times."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(1000, 100)
        self.middle = nn.Linear(100, 100)
        self.last = nn.Linear(100, 10)

    def forward(self, x):
        h = clamped(self.first(x))
        for _ in range(random.randint(0, 3)):
            h = clamped(self.middle(h))
        return self.last(h)


def by_module(make, *args, optimizer=optim.SGD, **settings):
    """The losses of ``make(*args)``; its weights are drawn after the data."""
    x, y = (companion.randn(*size) for size in SIZES[:2])
    model = make(*args)
    opt = optimizer(model.parameters(), lr=1e-4, **settings)
    return losses(model, x, y, opt.step)


def dynamic(seed):
    random.seed(seed)
    return [next(by_module(DynamicNet, momentum=0.9))]


def worked_example(_):
    x = companion.ones(2, 2, requires_grad=True)
    out = ((x + 2) ** 2 * 3).mean()
    out.backward()
    return [f"{out.item():.1f}", str(x.grad.tolist())]


def parameter_counts(_):
    net = TwoLayerNet(*LAYERS, nn.ReLU())
    return [str(p.numel()) for _, p in net.named_parameters()]


def by_step(name, numbers, source, losses, notes=""):
    """A row: of all the losses of ``losses(seed)``, those of some steps."""

    def run(seed):
        found = list(losses(seed))
        return [found[number] for number in numbers]

    return Row(name, steps(*numbers), source, run, notes=notes)


ADAM = (
    "Runs differ by factors of thousands here: of forty seeds, two end above "
    "the source's figure."
)
DYNAMIC = (
    "The source's loop overwrites its data with ever smaller slices of them. "
    "A loss of 271 is that of about 25 rows; ours is that of all 64."
)
ENDS, HAND, HUNDREDS = (0, 450), (0, 450, 499), range(99, 500, 100)

# fmt: off
ROWS = [
    by_step("S4 NumPy, gradients by hand", HAND,
            (3.464e7, 3.25e-6, 3.19e-7), numpy_by_hand),
    by_step("S4 tensors, gradients by hand", HAND,
            (3.273e7, 4.52e-5, 2.36e-5), tensors_by_hand),
    by_step("S4 autograd", ENDS, (3.044e7, 3.84e-5),
            lambda _: by_autograd(clamped)),
    Row("S4 the worked example", ("out", "x.grad"),
        ("27.0", "[[4.5, 4.5], [4.5, 4.5]]"), worked_example, exact=True),
    by_step("S4 an own Function", HUNDREDS,
            (467.9, 1.511, 9.02e-3, 2.47e-4, 4.53e-5),
            lambda _: by_autograd(OwnReLU.apply)),
    by_step("S4 nn.Sequential, MSELoss", ENDS, (666, 5.5e-6),
            lambda _: by_module(sequential, *LAYERS)),
    by_step("S4 optim.Adam", ENDS, (689, 4.1e-5),
            lambda _: by_module(sequential, *LAYERS, optimizer=optim.Adam),
            notes=ADAM),
    by_step("S4 a module of its own, optim.SGD", ENDS, (702, 1.2e-5),
            lambda _: by_module(TwoLayerNet, *LAYERS)),
    by_step("S4 functional ReLU", ENDS, (708, 1.9e-5),
            lambda _: by_module(TwoLayerNet, *LAYERS, F.relu)),
    Row("S4 parameters", ("w1", "b1", "w2", "b2"),
        ("100000", "100", "1000", "10"), parameter_counts, exact=True),
    Row("S4 a dynamic graph", ("step 0",), (271,), dynamic, notes=DYNAMIC),
]
