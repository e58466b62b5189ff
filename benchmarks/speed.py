"""A training step: where its time goes, and what makes it shorter.

Shares of a step, and medians of paired ratios, below 1 where the first of the
two named is quicker. S0's net is 784-100-50-10, the wide one
784-1024-1024-10, with ReLUs, cross-entropy and SGD; float32 and one thread
unless something else is said. Nothing is wanted of these figures: they show
what the chapter "Faster" speaks of. A GPU is not among them.
"""

import os

os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"  # a first compilation

from itertools import pairwise
from statistics import median

import torch
from timing import ratio, seconds

import companion
from companion.datasets import load_mnist

LIBRARIES = {"companion": companion, "torch": torch}
S0, WIDE = (784, 100, 50, 10), (784, 1024, 1024, 10)
BATCH, SAMPLES = 32, 8192
PARTS = "batch", "forward", "backward", "update"


def network(nn, sizes):
    layers = []
    for wide, narrow in pairwise(sizes):
        layers += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Step:
    """A training step on random samples; its parts can be called alone."""

    def __init__(self, library, sizes=S0, size=BATCH):
        library.manual_seed(0)
        self.library, self.size = library, size
        self.model = network(library.nn, sizes)
        self.criterion = library.nn.CrossEntropyLoss()
        self.optimizer = library.optim.SGD(self.model.parameters(), lr=0.1)
        self.images = library.rand(SAMPLES, 784)
        self.labels = library.randint(0, 10, (SAMPLES,))

    def batch(self):
        rows = self.library.randint(0, SAMPLES, (self.size,))
        self.x, self.y = self.images[rows], self.labels[rows]

    def loss_of(self, x, y):
        return self.criterion(self.model(x), y)

    def forward(self):
        self.loss = self.loss_of(self.x, self.y)

    def backward(self):
        self.loss.backward()

    def update(self):
        self.optimizer.step()
        self.optimizer.zero_grad()

    def __call__(self):
        for part in PARTS:
            getattr(self, part)()


def repeated(call, times):
    def run():
        for _ in range(times):
            call()

    return run


def shares(library, runs=500):
    """What part of a step each of its parts takes: medians over steps."""
    step = Step(library)
    repeated(step, 5)()
    times = [[seconds(getattr(step, p)) for p in PARTS] for _ in range(runs)]
    return {
        part: median(of_step[i] / sum(of_step) for of_step in times)
        for i, part in enumerate(PARTS)
    }


def batch_sizes(library, sizes=(1, 4, 16, 64, 256, 1024), runs=60):
    """The time of a sample, beside that in a batch of 32."""
    usual = Step(library)
    return {
        str(size): BATCH
        / size
        * ratio(Step(library, size=size), usual, runs, warm=3)
        for size in sizes
    }


# Batches ----------------------------------------------------------------


def loading(runs=3):
    """An epoch of shuffled batches, beside one indexing a batch."""
    data = torch.utils.data
    step = Step(torch)
    arrays = step.images, step.labels

    def indexed():
        for rows in torch.randperm(SAMPLES).split(BATCH):
            _ = [array[rows] for array in arrays]

    def epoch(**options):
        dataset = data.TensorDataset(*arrays)
        loader = data.DataLoader(dataset, BATCH, shuffle=True, **options)
        return lambda: list(loader)

    return {
        "torch's loader, sample by sample": ratio(epoch(), indexed, runs),
        "the same with 2 workers": ratio(
            epoch(num_workers=2), indexed, runs
        ),
    }  # fmt: skip


# Threads ----------------------------------------------------------------


def with_threads(threads, call):
    torch.set_num_threads(threads)
    call()  # starts them
    return seconds(call)


def two_threads(runs=15):
    square = torch.rand(1024, 1024)
    calls = {
        "S0's step, a batch of 32": repeated(Step(torch), 50),
        "S0's step, a batch of 1024": repeated(Step(torch, S0, 1024), 5),
        "the wide net's, a batch of 256": Step(torch, WIDE, 256),
        "a product of 1024 x 1024 matrices": repeated(
            lambda: square @ square, 5
        ),
    }
    found = {
        name: median(
            with_threads(2, call) / with_threads(1, call) for _ in range(runs)
        )
        for name, call in calls.items()
    }
    torch.set_num_threads(1)
    return found


def s3_losses(threads):
    """S3's: the loss on the last batch of each of three epochs."""
    torch.set_num_threads(threads)
    images, labels = map(torch.from_numpy, load_mnist("train"))
    x = images[:50_000].reshape(-1, 784).float() / 256
    y = labels[:50_000].long()
    torch.manual_seed(1)
    model = network(torch.nn, (784, 50, 10))
    losses = []
    for _ in range(3):
        for xb, yb in zip(x.split(50), y.split(50), strict=True):
            loss = torch.nn.functional.cross_entropy(model(xb), yb)
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.5 * p.grad
        losses.append(loss.item())
    torch.set_num_threads(1)
    return losses


# Operations -------------------------------------------------------------


def composed_sigmoid(x):
    return 1 / (1 + (-x).exp())


def composed_linear(x, weight, bias):
    return x @ weight.T + bias


def composed_cross_entropy(z, y):
    z = z - z.amax(1, keepdim=True).detach()
    log_p = z - z.exp().sum(1, keepdim=True).log()
    return -log_p[range(len(y)), y].mean()


def there_and_back(function, *tensors):
    """Forward and backward, with a gradient of ones."""

    def run():
        out = function(*tensors)
        out.backward(out.detach())

    return run


def fused(library, runs=300):
    """One operation beside the same composed of several; way back too."""
    functional = library.nn.functional
    x = library.rand(64, 784).requires_grad_()
    z = library.randn(64, 10).requires_grad_()
    weight = library.rand(100, 784).requires_grad_()
    bias = library.zeros(100).requires_grad_()
    y = library.randint(0, 10, (64,))
    pairs = {
        "sigmoid": (library.sigmoid, composed_sigmoid, x),
        "linear": (functional.linear, composed_linear, x, weight, bias),
        "cross-entropy": (
            functional.cross_entropy, composed_cross_entropy, z, y
        ),
    }  # fmt: skip
    return {
        name: ratio(
            there_and_back(one, *tensors),
            there_and_back(several, *tensors),
            runs,
            warm=3,
        )
        for name, (one, several, *tensors) in pairs.items()
    }


def adam(runs=200):
    """torch's ways through the parameters, beside one after the other."""

    def steps(**options):
        model = network(torch.nn, S0)
        for p in model.parameters():
            p.grad = torch.rand_like(p)
        return torch.optim.Adam(model.parameters(), **options).step

    single = steps(foreach=False)
    return {
        "all parameters in a call for each operation (foreach)": ratio(
            steps(foreach=True), single, runs, warm=3
        ),
        "one call for everything (fused)": ratio(
            steps(fused=True), single, runs, warm=3
        ),
    }


# Types ------------------------------------------------------------------


def product(dtype, n=512):
    square = torch.rand(n, n).to(dtype)
    return lambda: square @ square


def in_bfloat16(step):
    def run():
        with torch.autocast("cpu", dtype=torch.bfloat16):
            step.batch()
            step.forward()
        step.backward()
        step.update()

    return run


def types(runs=40):
    """Beside float32."""
    single = product(torch.float32)
    found = {
        f"a product of 512 x 512 in {name}": ratio(
            product(getattr(torch, name)), single, runs, warm=2
        )
        for name in ("float64", "bfloat16", "float16")
    }
    for name, sizes in {"S0's": S0, "the wide net's": WIDE}.items():
        mixed = in_bfloat16(Step(torch, sizes, 256))
        found[f"{name} step, autocast to bfloat16"] = ratio(
            mixed, Step(torch, sizes, 256), runs, warm=2
        )
    return found


def compiled(runs=200):
    """torch.compile of model and loss, beside the step as it is."""
    found = {}
    for name, sizes in {"S0's step": S0, "the wide net's": WIDE}.items():
        plain, quick = Step(torch, sizes), Step(torch, sizes)
        quick.loss_of = torch.compile(quick.loss_of)
        first = seconds(quick)
        usual = median(seconds(plain) for _ in range(50))
        found[name] = ratio(quick, plain, runs, warm=5)
        found[f"{name}: the first call, in such steps"] = first / usual
    return found


def measure():
    """The figures, by what they speak of."""
    torch.set_num_threads(1)
    return {
        "shares of a step": {n: shares(lb) for n, lb in LIBRARIES.items()},
        "a sample, by batch size, beside a batch of 32": {
            name: batch_sizes(library) for name, library in LIBRARIES.items()
        },
        "an epoch of batches, beside indexing whole ones": loading(),
        "two threads beside one": two_threads(),
        "S3's last losses": {
            f"{n} thread{'s' * (n > 1)}": s3_losses(n) for n in (1, 2)
        },
        "one operation beside several": {
            name: fused(library) for name, library in LIBRARIES.items()
        },
        "torch's Adam beside one parameter after the other": adam(),
        "other types beside float32": types(),
        "compiled beside not": compiled(),
    }
