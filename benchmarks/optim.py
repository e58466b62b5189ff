"""One step of each optimizer, as a ratio to PyTorch's single-tensor step.

Medians of pairs of runs, one after the other, in one process with one thread.
Wanted, on the net of S0 (784-100-50-10) and on one of 1,000,000 parameters:
at most 1.0 with our engine's parameters, 1.5 with torch's.
"""

import statistics
import time

import numpy as np
import torch

import companion
from companion import optim

SHAPES = {
    "S0": [(100, 784), (100,), (50, 100), (50,), (10, 50), (10,)],
    "1M": [(1000, 500), (500, 999), (500,)],
}
REPEATS = {"S0": 40, "1M": 10}  # steps in a run: most find the cache warm
OPTIMIZERS = {
    "SGD": ("SGD", {}),
    "SGD, momentum": ("SGD", {"momentum": 0.9}),
    "SGD, Nesterov, decay": (
        "SGD",
        {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
    ),
    "Adam": ("Adam", {}),
    "AdamW": ("AdamW", {}),
    "Adam, AMSGrad": ("Adam", {"amsgrad": True}),
    **{
        name: (name, {})
        for name in ("Adamax", "NAdam", "RAdam", "Adagrad", "RMSprop")
    },
    **{name: (name, {}) for name in ("Adadelta", "ASGD", "Rprop")},
    "Adafactor": ("Adafactor", {}),
}


def parameters(library, net):
    random = np.random.default_rng(0)
    found = []
    for shape in SHAPES[net]:
        value, gradient = random.normal(size=(2, *shape)).astype("float32")
        p = library.tensor(value, requires_grad=True)
        p.grad = library.tensor(gradient)
        found.append(p)
    return found


def stepper(maker, library, net, name, settings):
    optimizer = getattr(maker, name)(parameters(library, net), **settings)
    optimizer.step()  # makes the state

    def run():
        start = time.perf_counter()
        for _ in range(REPEATS[net]):
            optimizer.step()
        return time.perf_counter() - start

    return run


def ratios(net, name, settings, runs):
    single = {} if name == "Muon" else {"foreach": False}
    theirs = stepper(torch.optim, torch, net, name, {**settings, **single})
    ours = {
        "companion": stepper(optim, companion, net, name, settings),
        "torch": stepper(optim, torch, net, name, settings),
    }
    return {
        kind: statistics.median(run() / theirs() for _ in range(runs))
        for kind, run in ours.items()
    }


def measure(names=OPTIMIZERS, runs=25):
    torch.set_num_threads(1)
    return {
        f"{net}, {title}": ratios(net, *OPTIMIZERS[title], runs)
        for net in SHAPES
        for title in names
    }


def main():
    print(f"{'net, optimizer':28}{'our engine':>12}{'on torch':>10}")
    for title, found in measure().items():
        print(f"{title:28}{found['companion']:12.2f}{found['torch']:10.2f}")


if __name__ == "__main__":
    main()
