"""The engine: a training step beside torch's and beside one by hand.

Forward, loss, backward and SGD on the sources' nets, float32, one thread.
Wanted: at most 1.0 of torch on each (0.7 is the aim), at most 1.5 of the
step written by hand in NumPy on S0, S3 and S4, and a peak of memory at most
1.3 times the hand-written one's. HIPS autograd stands beside on every net,
and micrograd, which computes number by number, with one sample of S4's.
"""

import os

for pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"

import sys  # noqa: E402
import tracemalloc  # noqa: E402
from dataclasses import dataclass  # noqa: E402

import autograd  # noqa: E402
import autograd.numpy as anp  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from micrograd.engine import Value  # noqa: E402
from timing import ratio  # noqa: E402

import companion  # noqa: E402

torch.set_num_threads(1)


@dataclass
class Net:
    """A source's net, the size of its batches, and its learning rate."""

    sizes: tuple
    activation: str
    batch: int
    lr: float
    squares: bool = False  # the loss: sum of squares, else cross-entropy

    def data(self, rng):
        x = rng.random((self.batch, self.sizes[0]), dtype=np.float32)
        if self.squares:
            return x, rng.random((self.batch, self.sizes[-1]), dtype="f4")
        return x, rng.integers(0, self.sizes[-1], self.batch)


NETS = {
    "S0": Net((784, 100, 50, 10), "Sigmoid", 32, 0.1),
    "S2": Net((784, 10), "", 64, 0.5),
    "S3": Net((784, 50, 10), "ReLU", 50, 0.5),
    "S4": Net((1000, 100, 10), "ReLU", 64, 1e-6, squares=True),
}


def with_library(library, net, x, y):
    """The step as a user writes it, with modules and an optimizer."""
    library.manual_seed(0)
    nn, layers = library.nn, []
    for wide, narrow in zip(net.sizes, net.sizes[1:], strict=False):
        layers += [
            nn.Linear(wide, narrow),
            getattr(nn, net.activation or "Identity")(),
        ]
    model = nn.Sequential(*layers[:-1])
    loss = (
        nn.MSELoss(reduction="sum") if net.squares else nn.CrossEntropyLoss()
    )
    optimizer = library.optim.SGD(model.parameters(), lr=net.lr)
    x, y = library.from_numpy(x), library.from_numpy(y)

    def step():
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        return float(value.detach())

    return step


def initial(net):
    """The weights that `with_library` starts from, as arrays."""
    companion.manual_seed(0)
    layers = [
        companion.nn.Linear(wide, narrow)
        for wide, narrow in zip(net.sizes, net.sizes[1:], strict=False)
    ]
    return [
        [p.detach().numpy() for p in layer.parameters()] for layer in layers
    ]


def by_hand(net, x, y):
    """The step with its gradients written out, in NumPy."""
    layers = initial(net)
    rows = np.arange(len(x))

    def loss_and_gradient(z):
        if net.squares:
            d = z - y
            return (d * d).sum(), 2 * d
        z = z - z.max(1, keepdims=True)
        z -= np.log(np.exp(z).sum(1, keepdims=True))
        g = np.exp(z)
        g[rows, y] -= 1
        g /= len(x)
        return -z[rows, y].mean(), g

    def step():
        seen = [x]
        for number, (w, b) in enumerate(layers, 1):
            z = seen[-1] @ w.T
            z += b
            if number < len(layers) and net.activation == "Sigmoid":
                z = 1 / (1 + np.exp(-z))
            elif number < len(layers):
                z = np.maximum(z, 0)
            seen.append(z)
        value, g = loss_and_gradient(seen.pop())
        for (w, b), h in zip(layers[::-1], seen[::-1], strict=True):
            dw, db = g.T @ h, g.sum(0)
            if h is not x:
                g = g @ w
                g = (
                    g * h * (1 - h)
                    if net.activation == "Sigmoid"
                    else g * (h > 0)
                )
            w -= net.lr * dw
            b -= net.lr * db
        return float(value)

    return step


def with_autograd(net, x, y):
    """The step with HIPS autograd."""
    layers = initial(net)
    rows = np.arange(len(x))

    def loss(layers):
        h = x
        for number, (w, b) in enumerate(layers, 1):
            h = anp.dot(h, w.T) + b
            if number < len(layers) and net.activation == "Sigmoid":
                h = 1 / (1 + anp.exp(-h))
            elif number < len(layers):
                h = anp.maximum(h, 0)
        if net.squares:
            return anp.sum((h - y) ** 2)
        h = h - anp.max(h, axis=1, keepdims=True)
        h = h - anp.log(anp.sum(anp.exp(h), axis=1, keepdims=True))
        return -anp.mean(h[rows, y])

    gradient = autograd.value_and_grad(loss)

    def step():
        value, grads = gradient(layers)
        for layer, of_layer in zip(layers, grads, strict=True):
            for p, g in zip(layer, of_layer, strict=True):
                p -= (net.lr * g).astype(np.float32)
        return float(value)

    return step


def with_micrograd(net, x, y):
    """The step with micrograd: a net of ReLUs, a sum of squares."""
    layers = [
        ([[Value(w) for w in row] for row in weight.tolist()],
         [Value(b) for b in bias.tolist()])
        for weight, bias in initial(net)
    ]  # fmt: skip
    parameters = [
        p for weight, bias in layers for row in (*weight, bias) for p in row
    ]
    sys.setrecursionlimit(100_000)  # its backward recurses, sum by sum

    def outputs(h):
        for number, (weight, bias) in enumerate(layers, 1):
            h = [
                sum((w * v for w, v in zip(row, h, strict=True)), b)
                for row, b in zip(weight, bias, strict=True)
            ]
            h = [v.relu() for v in h] if number < len(layers) else h
        return h

    def step():
        value = sum(
            (z - t) ** 2
            for features, target in zip(x.tolist(), y.tolist(), strict=True)
            for z, t in zip(outputs(features), target, strict=True)
        )
        value.backward()
        for p in parameters:
            p.data -= net.lr * p.grad
            p.grad = 0
        return value.data

    return step


def peak(step):
    """The most memory that a step holds beyond what it found, in bytes."""
    step()
    tracemalloc.start()
    step()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def agreeing(steps):
    """The steps, once their first losses are the same."""
    losses = [[step() for _ in range(3)] for step in steps.values()]
    assert np.allclose(losses, losses[0], rtol=1e-4), losses
    return steps


def measure_net(net):
    x, y = net.data(np.random.default_rng(0))
    ours = with_library(companion, net, x, y)
    others = {
        "torch": with_library(torch, net, x, y),
        "by hand": by_hand(net, x, y),
        "autograd": with_autograd(net, x, y),
    }
    agreeing({"ours": ours, **others})
    figures = {
        f"ours / {name}": ratio(ours, step, runs=400, warm=5)
        for name, step in others.items()
    }
    memory = peak(ours) / peak(others["by hand"])
    return {**figures, "memory, ours / by hand": memory}


def beside_micrograd(net):
    x, y = (values[:1] for values in net.data(np.random.default_rng(0)))
    ours = with_library(companion, net, x, y)
    theirs = with_micrograd(net, x, y)
    agreeing({"ours": ours, "micrograd": theirs})
    return {"micrograd / ours": ratio(theirs, ours, runs=5)}


def measure():
    figures = {name: measure_net(net) for name, net in NETS.items()}
    return {**figures, "S4, one sample": beside_micrograd(NETS["S4"])}


def main():
    for name, figures in measure().items():
        for title, figure in figures.items():
            print(f"{name:16}{title:24} {figure:9.2f}")


if __name__ == "__main__":
    main()
