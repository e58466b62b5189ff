"""S2, "What is torch.nn really?": it prints no figures, ours do.

50,000 digits to train on, 10,000 to validate, pixel / 256, batches of 64, two
epochs; seed 0.
"""

import math
from functools import cache

import companion
from companion import nn, optim, train
from companion.datasets import load_mnist
from companion.nn import functional as F
from companion.results.row import Row
from companion.train.models import cnn
from companion.utils.data import TensorDataset


@cache
def data():
    images, labels = load_mnist("train")
    pixels = images.reshape(-1, 784).astype("float32") / 256
    x, y = companion.from_numpy(pixels), companion.from_numpy(labels)
    return (
        TensorDataset(x[:50_000], y[:50_000]),
        TensorDataset(x[50_000:], y[50_000:]),
    )


class FromScratch(nn.Module):
    """W ~ N(0, 1 / 784), b = 0."""

    def __init__(self):
        super().__init__()
        weights = companion.randn(784, 10) / math.sqrt(784)
        self.weights = nn.Parameter(weights)
        self.bias = nn.Parameter(companion.zeros(10))

    def forward(self, xb):
        return xb @ self.weights + self.bias


def after_two_epochs(model, lr, momentum=0.0):
    opt = optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    loaders = train.get_data(*data(), 64)
    history = train.fit(
        2, model, F.cross_entropy, opt, *loaders, metrics=[train.accuracy]
    )
    return history["valid_loss"] + [history["accuracy"][-1]]


AT = "validation loss, epoch 1", "validation loss, epoch 2", "accuracy"
ROWS = [
    Row(
        "S2 logistic regression from scratch",
        AT,
        (),
        lambda _: after_two_epochs(FromScratch(), 0.5),
    ),
    Row(
        "S2 nn.Linear, optim.SGD",
        AT,
        (),
        lambda _: after_two_epochs(nn.Linear(784, 10), 0.5),
    ),
    Row(
        "S2 the CNN, momentum 0.9",
        AT,
        (),
        lambda _: after_two_epochs(cnn(nn), 0.1, momentum=0.9),
    ),
]
