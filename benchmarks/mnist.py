"""MNIST: the time to read it, as a ratio to torchvision's.

Medians of paired runs; both read the same files, which are in memory.
"""

from timing import ratio
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


def measure():
    """Ratio of our time to torchvision's, by split."""
    return {name: ratio(*calls, runs=31) for name, calls in CALLS.items()}


def main():
    for name, value in measure().items():
        print(f"{name:20} {value:6.2f}")


if __name__ == "__main__":
    main()
