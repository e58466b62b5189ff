"""A model, a loss, an optimizer and data that note what is done to them."""

from dataclasses import dataclass, field

import numpy as np

import companion
from companion import nn, optim
from companion.check.trial import plain
from companion.utils.data import DataLoader, TensorDataset

SIZE = 4
TRAIN, VALID = 10, 7  # samples: batches of 4, 4, 2 and of 4, 3
RATE = 0.1


@dataclass
class Visit:
    """One call of the model, and what was done with its answer."""

    sample: int | None  # the first of the batch, from 1; below 0, validation
    size: int
    training: bool  # is it in training mode?
    recording: bool  # is a graph recorded?
    weights: list
    called: bool = False  # by model(x), and not by model.forward(x)
    loss: float | None = None
    exchanged: bool = False  # are prediction and target?
    gradients: list = field(default_factory=list)  # at each step

    @property
    def validating(self):
        return self.sample is not None and self.sample < 0


class Net(nn.Module):
    """A line through two features, with a diary."""

    def __init__(self):
        super().__init__()
        self.diary = []
        self.linear = nn.Linear(2, 1, dtype=companion.float64)
        with companion.no_grad():
            self.linear.weight.copy_(companion.tensor([[0.5, -0.3]]))
            self.linear.bias.fill_(0.1)
        self.register_forward_hook(note_call)
        self.eval()  # whoever trains says so

    def forward(self, x):
        values = [plain(p).copy() for p in self.parameters()]
        self.diary.append(
            Visit(
                number(x),
                len(x),
                self.training,
                companion.is_grad_enabled(),
                values,
            )
        )
        return self.linear(x)


def note_call(model, inputs, output):
    model.diary[-1].called = True


class Loss:
    """The mean squared error."""

    def __init__(self, diary):
        self.diary = diary

    def __call__(self, prediction, target):
        loss = ((prediction - target) ** 2).mean()
        if self.diary:
            visit = self.diary[-1]
            visit.loss = loss.item()
            _, y = samples(visit)
            visit.exchanged = np.array_equal(plain(prediction), y)
        return loss


class Steps(optim.SGD):
    """Gradient descent that keeps the gradients of each step."""

    def __init__(self, model):
        super().__init__(model.parameters(), RATE)
        self.diary = model.diary

    def step(self, closure=None):
        if self.diary:
            grads = [p.grad for p in self.parameters()]
            copies = [None if g is None else plain(g).copy() for g in grads]
            self.diary[-1].gradients.append(copies)
        return super().step(closure)


def arrays(count, sign):
    """Sample i has ±i / 10 for its first feature."""
    i = np.arange(1.0, count + 1)
    x = np.stack([sign * i / 10, np.cos(i)], axis=1)
    return x, (x @ [1, -2] + 0.1 * np.sin(7 * i))[:, None]


def number(x):
    try:
        return round(10 * float(plain(x)[0, 0]))
    except Exception:
        return None


def samples(visit):
    """The features and the targets of the batch of a visit."""
    first = abs(visit.sample or 1) - 1
    count, sign = (VALID, -1) if visit.validating else (TRAIN, 1)
    return [part[first : first + visit.size] for part in arrays(count, sign)]


def loader(count, sign):
    tensors = map(companion.tensor, arrays(count, sign))
    return DataLoader(TensorDataset(*tensors), SIZE)


def right_gradients(visit):
    """Those of the mean squared error, at the weights of the visit."""
    x, y = samples(visit)
    weight, bias = visit.weights
    error = x @ weight.T + bias - y
    return [2 * error.T @ x / len(x), 2 * error.mean(0)]
