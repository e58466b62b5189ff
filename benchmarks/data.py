"""Loading data: the time of ours as a ratio to torch's.

Medians of paired runs, one after the other in one process, one thread each.
Wanted: at most 0.25 for batches from memory, 0.10 for S0's epoch beside its
own way, 0.40 beside its best, 1.10 for a slow transform in two workers. S0's
program leaves the number of threads to torch, which is slower than one thread
beside four workers on two cores; so its own way is measured both as all else,
and "as it is": each epoch in a process of its own, S0's with torch's threads.
"""

import os

for pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"

import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

import torch  # noqa: E402
import torchvision  # noqa: E402
from timing import ratio  # noqa: E402
from torch.utils.data import DataLoader as TheirLoader  # noqa: E402
from torch.utils.data import TensorDataset as TheirDataset  # noqa: E402

import companion  # noqa: E402
from companion.datasets import MNIST, mnist_root  # noqa: E402
from companion.utils.data import DataLoader, TensorDataset  # noqa: E402


def consume(batches):
    for _ in batches:
        pass


def from_memory(runs=7):
    """Shuffled batches of 32 over the 60,000 digits, as float32 tensors."""
    mnist = MNIST()
    pixels = mnist.data.reshape(-1, 784).float() / 255
    arrays = pixels.numpy(), mnist.targets.numpy()
    options = {"batch_size": 32, "shuffle": True}
    data = TheirDataset(*map(torch.from_numpy, arrays))
    theirs = TheirLoader(data, **options)
    datasets = {
        "from memory": TensorDataset(pixels, mnist.targets),
        "from memory, MNIST()": mnist,
        "from memory, torch's tensors": TensorDataset(*data.tensors),
    }
    loaders = {n: DataLoader(d, **options) for n, d in datasets.items()}
    return {
        name: ratio(partial(consume, ours), partial(consume, theirs), runs)
        for name, ours in loaders.items()
    }


def epoch(library, loader):
    """S0's: 784-100-50-10 with sigmoids, cross-entropy, SGD of rate 0.1."""
    nn = library.nn
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 100),
        nn.Sigmoid(),
        nn.Linear(100, 50),
        nn.Sigmoid(),
        nn.Linear(50, 10),
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = library.optim.SGD(model.parameters(), lr=0.1)

    def run():
        for features, labels in loader:
            criterion(model(features), labels).backward()
            optimizer.step()
            optimizer.zero_grad()

    return run


def epochs():
    """S0's epoch in four ways, by name."""
    options = {"batch_size": 32, "shuffle": True, "drop_last": True}
    mnist = MNIST()
    images = mnist.data.unsqueeze(1).float() / 255
    arrays = images.numpy(), mnist.targets.numpy()
    in_torch = TensorDataset(*map(torch.from_numpy, arrays))
    samples = torchvision.datasets.MNIST(
        mnist_root(), transform=torchvision.transforms.ToTensor()
    )
    theirs = {
        f"S0 with {n} workers": epoch(
            torch, TheirLoader(samples, num_workers=n, **options)
        )
        for n in (4, 0)
    }
    return theirs | {
        "all ours": epoch(companion, DataLoader(mnist, **options)),
        "torch's net": epoch(torch, DataLoader(in_torch, **options)),
    }


def s0(runs=3):
    ways = epochs()
    return {
        f"{name}, beside {other}": ratio(ways[name], ways[other], runs)
        for other in ("S0 with 4 workers", "S0 with 0 workers")
        for name in ("all ours", "torch's net")
    }


def s0_alone(runs=3):
    """The same as programs of their own; S0's says nothing of threads."""
    free = {k: v for k, v in os.environ.items() if "NUM_THREADS" not in k}
    other = "S0 with 4 workers"
    found = [
        alone("all ours", os.environ) / alone(other, free) for _ in range(runs)
    ]
    return {f"all ours, beside {other}, as it is": statistics.median(found)}


def alone(name, environment):
    """The seconds of an epoch in a new process."""
    code = (
        "import torch, timing, data;"
        f"print(timing.seconds(data.epochs()[{name!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=Path(__file__).parent,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(done.stdout)


class Slow:
    """A thousand samples; each takes a millisecond."""

    def __len__(self):
        return 1024

    def __getitem__(self, index):
        time.sleep(1e-3)
        return torch.zeros(784), index


def two_workers(runs=5):
    options = {"batch_size": 32, "shuffle": True, "num_workers": 2}
    ours = DataLoader(Slow(), **options)
    theirs = TheirLoader(Slow(), **options)
    value = ratio(partial(consume, ours), partial(consume, theirs), runs)
    return {"a transform of 1 ms, two workers": value}


def measure():
    """Ratios of our time to torch's."""
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch, of more workers than cores
        return from_memory() | s0() | s0_alone() | two_workers()


def main():
    for name, value in measure().items():
        print(f"{name:44} {value:6.3f}")


if __name__ == "__main__":
    main()
