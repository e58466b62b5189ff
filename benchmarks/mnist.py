"""MNIST: the time to read it, as a ratio to torchvision's.

Medians of paired runs; both read the same files, which are in memory.
"""

import statistics
import time

from torchvision.datasets import MNIST

from companion import datasets

CALLS = {
    "train": (
        lambda: datasets.load_mnist("train"),
        lambda: MNIST(datasets.mnist_root(), train=True),
    ),
    "test": (
        lambda: datasets.load_mnist("test"),
        lambda: MNIST(datasets.mnist_root(), train=False),
    ),
}


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ratio(ours, theirs, runs=31):
    return statistics.median(
        seconds(ours) / seconds(theirs) for _ in range(runs)
    )


def measure():
    """Ratio of our time to torchvision's, by split."""
    return {name: ratio(*calls) for name, calls in CALLS.items()}


def main():
    for name, value in measure().items():
        print(f"{name:20} {value:6.2f}")


if __name__ == "__main__":
    main()
