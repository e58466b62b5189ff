"""S3, "Mini Batch Training for MLP", whose seed is fixed: 1.

50,000 digits in order, pixel / 256, 784-50-10 with ReLU, batches of 50,
learning rate 0.5, three epochs; loss and accuracy of each one's last batch.
"""

import companion
from companion import nn
from companion.nn.functional import cross_entropy
from companion.results.row import Row
from companion.results.s2 import data
from companion.train import accuracy
from companion.train.models import mlp


def report(scores, labels):
    loss = cross_entropy(scores, labels)
    return f"{loss:.3f}/{accuracy(scores, labels):.3f}"


def before(_):
    companion.manual_seed(1)
    model, (x, y) = mlp(nn), data()[0].tensors
    everywhere = cross_entropy(model(x), y)
    return [f"{everywhere:.3f}", report(model(x[:50]), y[:50])]


def epochs(model):
    x, y = data()[0].tensors
    for _ in range(3):
        for start in range(0, len(x), 50):
            labels = y[start : start + 50]
            scores = model(x[start : start + 50])
            cross_entropy(scores, labels).backward()
            with companion.no_grad():
                for p in model.parameters():
                    p -= p.grad * 0.5
                model.zero_grad()
        yield report(scores, labels)


def first_loop(_):
    companion.manual_seed(1)
    return list(epochs(mlp(nn)))


def fit(_):
    """After the nets that the source has made by then, from the stream."""
    companion.manual_seed(1)
    mlp(nn), nn.Linear(3, 4)
    return list(epochs(mlp(nn)))


EPOCHS = "epoch 1", "epoch 2", "epoch 3"
ROWS = [
    Row(
        "S3 before training",
        ("all rows", "first 50"),
        ("2.300", "2.305/0.080"),
        before,
        exact=True,
    ),
    Row(
        "S3 the loop by hand",
        EPOCHS,
        ("0.115/0.980", "0.124/0.940", "0.082/0.960"),
        first_loop,
        exact=True,
        notes="The source ran on two threads, which add up the products of a "
        "matrix in another order. These are the figures of one thread, and "
        "PyTorch's too, on one.",
    ),
    Row(
        "S3 fit over model.parameters()",
        EPOCHS,
        ("0.187/0.960", "0.112/0.960", "0.045/1.000"),
        fit,
        exact=True,
    ),
]
