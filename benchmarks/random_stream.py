"""Random numbers: the time of ours as a ratio to torch's.

Medians of paired runs, one thread. The counts are those of the book: a batch
of a hidden layer, MNIST's order for an epoch, a million at once.
"""

import torch
from timing import ratio

from companion import random

CALLS = {
    "rand 10": (
        lambda: random.uniform((10,)),
        lambda: torch.rand(10),
    ),
    "rand 1e6": (
        lambda: random.uniform((10**6,)),
        lambda: torch.rand(10**6),
    ),
    "uniform_ 784 x 100": (
        lambda: random.uniform((100, 784), -1 / 28, 1 / 28),
        lambda: torch.empty(100, 784).uniform_(-1 / 28, 1 / 28),
    ),
    "randn 64 x 1000": (
        lambda: random.normal((64, 1000)),
        lambda: torch.randn(64, 1000),
    ),
    "randn 1e6": (
        lambda: random.normal((10**6,)),
        lambda: torch.randn(10**6),
    ),
    "randint 1e6": (
        lambda: random.randint(0, 10, (10**6,)),
        lambda: torch.randint(0, 10, (10**6,)),
    ),
    "bernoulli_ 32 x 100": (
        lambda: random.bernoulli(0.5, (32, 100)),
        lambda: torch.empty(32, 100).bernoulli_(0.5),
    ),
    "randperm 60000": (
        lambda: random.randperm(60000),
        lambda: torch.randperm(60000),
    ),
}


def measure():
    """Ratio of our time to torch's, by call."""
    torch.set_num_threads(1)
    return {name: ratio(*calls, runs=31) for name, calls in CALLS.items()}


def main():
    for name, value in measure().items():
        print(f"{name:20} {value:6.2f}")


if __name__ == "__main__":
    main()
