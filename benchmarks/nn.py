"""Modules and losses: the time of a training step as ratios.

Medians of paired runs, one after the other in one process, one thread each.
Wanted: S2's CNN on our engine at most 1.3 of the same step written by hand
in NumPy and at most 2.0 of torch's; our modules on torch's tensors at most
1.15 of torch's own modules on the S0 net.
"""

import os

for pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"


import numpy as np  # noqa: E402
import torch  # noqa: E402
from timing import ratio  # noqa: E402

import companion  # noqa: E402


def step(model, loss, inputs, targets, lr):
    """Forward, loss, backward and a plain gradient step, as a function."""
    parameters = list(model.parameters())
    no_grad = companion._library.library(inputs).no_grad

    def run():
        loss(model(inputs), targets).backward()
        with no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=lr)
                parameter.grad = None

    return run


# S0's net: 784-100-50-10 with sigmoids ----------------------------------


def s0_net(nn):
    return nn.Sequential(
        nn.Linear(784, 100),
        nn.Sigmoid(),
        nn.Linear(100, 50),
        nn.Sigmoid(),
        nn.Linear(50, 10),
    )


def s0(runs=2000):
    """Our modules, or only our loss, on torch's tensors."""
    x, t = torch.rand(32, 784), torch.randint(0, 10, (32,))
    ours, theirs = companion.nn, torch.nn
    both = step(s0_net(ours).torch(), ours.CrossEntropyLoss(), x, t, 0.1)
    layers = step(s0_net(ours).torch(), theirs.CrossEntropyLoss(), x, t, 0.1)
    base = step(s0_net(theirs), theirs.CrossEntropyLoss(), x, t, 0.1)
    return {
        "S0 net, layers and loss, on torch's tensors": ratio(
            both, base, runs, warm=5
        ),
        "S0 net, layers alone, on torch's tensors": ratio(
            layers, base, runs, warm=5
        ),
    }


# S2's CNN: 1-16-16-10 channels, 3x3, stride 2, then the mean -------------


def s2_cnn(nn):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 10, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(4),
        nn.Flatten(),
    )


class ByHand:
    """The same step in NumPy: channels last, windows, one product a layer."""

    def __init__(self, weights, lr):
        self.weights, self.lr = weights, lr  # [(3·3·C, O), (O,)] each

    def windows(self, x):
        n, height, width, channels = x.shape
        padded = np.zeros((n, height + 2, width + 2, channels), x.dtype)
        padded[:, 1:-1, 1:-1] = x
        view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
        view = view[:, ::2, ::2].transpose(0, 1, 2, 4, 5, 3)
        return view.reshape(-1, 9 * channels), view.shape[:3]

    def fold(self, grad, shape):
        """Add each window's gradient back where the window was."""
        n, height, width, channels = shape
        whole = np.zeros((n, height + 2, width + 2, channels), grad.dtype)
        grad = grad.reshape(n, (height + 1) // 2, -1, 3, 3, channels)
        rows, columns = grad.shape[1:3]
        for i in range(3):
            for j in range(3):
                whole[:, i : i + 2 * rows : 2, j : j + 2 * columns : 2] += (
                    grad[:, :, :, i, j]
                )
        return whole[:, 1:-1, 1:-1]

    def __call__(self, x, targets):
        x = x.transpose(0, 2, 3, 1)
        tape = []
        for weight, bias in self.weights:
            columns, places = self.windows(x)
            out = columns @ weight
            out += bias
            np.maximum(out, 0, out=out)
            tape.append((columns, x.shape, out))
            x = out.reshape(*places, -1)
        n, height, width, _ = x.shape
        logits = x.mean((1, 2))
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        loss = -np.log(p[np.arange(n), targets]).mean()
        p[np.arange(n), targets] -= 1
        p /= n * height * width
        grad = np.repeat(p, height * width, 0)
        for layer in (2, 1, 0):
            columns, shape, out = tape[layer]
            weight, bias = self.weights[layer]
            grad *= out > 0
            weight_grad, bias_grad = columns.T @ grad, grad.sum(0)
            if layer:
                grad = self.fold(grad @ weight.T, shape)
                grad = grad.reshape(-1, shape[-1])
            weight -= self.lr * weight_grad
            bias -= self.lr * bias_grad
        return loss


def by_hand(model, lr):
    """A hand-written step that starts from a model's weights."""
    parameters = [p.detach().numpy() for p in model.parameters()]
    weights = [
        (w.transpose(2, 3, 1, 0).reshape(-1, w.shape[0]).copy(), b.copy())
        for w, b in zip(parameters[::2], parameters[1::2], strict=True)
    ]
    return ByHand(weights, lr)


def s2(runs=100):
    images = np.random.default_rng(0).random((64, 1, 28, 28), np.float32)
    digits = np.random.default_rng(1).integers(0, 10, 64)
    model = s2_cnn(companion.nn)
    hand = by_hand(model, 0.1)
    x, t = companion.from_numpy(images), companion.from_numpy(digits)
    ours = step(model, companion.nn.CrossEntropyLoss(), x, t, 0.1)
    theirs = step(
        s2_cnn(torch.nn),
        torch.nn.CrossEntropyLoss(),
        torch.from_numpy(images),
        torch.from_numpy(digits),
        0.1,
    )
    on_torch = step(
        s2_cnn(companion.nn).torch(),
        companion.nn.CrossEntropyLoss(),
        torch.from_numpy(images),
        torch.from_numpy(digits),
        0.1,
    )

    def numpy():
        hand(images, digits)

    return {
        "S2 CNN, our engine / NumPy by hand": ratio(ours, numpy, runs, warm=5),
        "S2 CNN, our engine / torch": ratio(ours, theirs, runs, warm=5),
        "S2 CNN, NumPy by hand / torch": ratio(numpy, theirs, runs, warm=5),
        "S2 CNN, ours on torch's tensors / torch": ratio(
            on_torch, theirs, runs, warm=5
        ),
    }


def measure():
    """Ratios of our time to torch's, or to the hand-written step's."""
    torch.set_num_threads(1)
    return s0() | s2()


def main():
    for name, value in measure().items():
        print(f"{name:46} {value:6.3f}")


if __name__ == "__main__":
    main()
