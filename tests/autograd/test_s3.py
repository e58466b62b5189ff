"""The source S3, which fixes its seed, digit for digit and without torch.

"Mini Batch Training for MLP": MNIST, 784-50-10 with ReLU, batches of 50 in
order, learning rate 0.5, three epochs; after each, loss and accuracy of its
last batch. Rounding decides: the figures are those of one thread.
"""

import pytest

import companion
from companion import nn
from companion.datasets import load_mnist
from companion.nn.functional import cross_entropy


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(784, 50)
        self.relu = nn.ReLU()
        self.l2 = nn.Linear(50, 10)

    def forward(self, x):
        return self.l2(self.relu(self.l1(x)))


@pytest.fixture(scope="module")
def rows():
    images, labels = load_mnist("train")
    pixels = images[:50_000].reshape(-1, 784).astype("float32") / 256
    return companion.from_numpy(pixels), companion.from_numpy(labels[:50_000])


def report(loss, predictions, labels):
    correct = (predictions.argmax(dim=1) == labels).float().mean()
    return f"{loss:.3f}/{correct:.3f}"


def fit(model, x, y):
    for _ in range(3):
        for start in range(0, len(x), 50):
            labels = y[start : start + 50]
            predictions = model(x[start : start + 50])
            loss = cross_entropy(predictions, labels)
            loss.backward()
            with companion.no_grad():
                for p in model.parameters():
                    p -= p.grad * 0.5
                model.zero_grad()
        yield report(loss, predictions, labels)


def test_before_training(rows):
    companion.manual_seed(1)
    model, (x, y) = MLP(), rows
    loss, first = (
        cross_entropy(model(x), y),
        cross_entropy(model(x[:50]), y[:50]),
    )
    assert f"{loss:.3f} {first:.3f}" == "2.300 2.305"
    assert report(first, model(x[:50]), y[:50]) == "2.305/0.080"


def test_the_first_loop(rows):
    companion.manual_seed(1)
    found = list(fit(MLP(), *rows))
    assert found == ["0.113/0.960", "0.127/0.960", "0.100/0.960"]


def test_fit(rows):
    companion.manual_seed(1)
    MLP(), nn.Linear(3, 4)  # what the source made before, from the stream
    found = list(fit(MLP(), *rows))
    assert found == ["0.187/0.960", "0.112/0.960", "0.045/1.000"]
