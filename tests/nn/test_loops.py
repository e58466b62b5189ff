"""One loop, every combination: whose part it is makes no difference.

S0's net (784-100-50-10, sigmoids) for 50 steps from one seed: module, loss,
optimizer and loader each ours or torch's on torch's autograd, and once all
ours on our engine. Seventeen curves of the loss, all equal.
"""

import functools
import itertools

import pytest
import torch
import torch.utils.data

import companion
import companion.utils.data

LIBRARIES = {"ours": companion, "torch": torch}
STEPS, BATCH = 50, 32
APART = {"float32": 1e-5, "float64": 1e-9}


@functools.cache
def data(dtype):
    """Images that are noise around ten patterns, and their numbers."""
    generator = torch.Generator().manual_seed(0)
    digits = torch.randint(0, 10, (STEPS * BATCH,), generator=generator)
    patterns = torch.rand(10, 784, generator=generator)
    noise = torch.rand(STEPS * BATCH, 784, generator=generator)
    images = (patterns[digits] + noise) / 2
    return images.to(getattr(torch, dtype)), digits


def net(nn):
    return nn.Sequential(
        nn.Linear(784, 100),
        nn.Sigmoid(),
        nn.Linear(100, 50),
        nn.Sigmoid(),
        nn.Linear(50, 10),
    )


def seed(number):
    for library in LIBRARIES.values():
        library.manual_seed(number)


def curve(module, loss, optimizer, loader, dtype, engine=torch):
    """The losses of fifty steps; each part from the library named."""
    seed(1)
    model = net(module.nn)
    if module is companion and engine is torch:
        model.torch()
    model.to(getattr(engine, dtype))
    values = data(dtype)
    if engine is companion:
        values = [companion.from_numpy(value.numpy()) for value in values]
    batches = loader.utils.data.DataLoader(
        loader.utils.data.TensorDataset(*values), BATCH, shuffle=True
    )
    criterion = loss.nn.CrossEntropyLoss()
    stepper = optimizer.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses = []
    seed(2)  # each library has a stream of its own, used so far or not
    for images, digits in batches:
        value = criterion(model(images), digits)
        value.backward()
        stepper.step()
        stepper.zero_grad()
        losses.append(value.item())
    return losses


@functools.cache
def reference(dtype):
    return curve(*[torch] * 4, dtype)


@pytest.mark.parametrize("dtype", APART)
@pytest.mark.parametrize(
    "parts", [*itertools.product(LIBRARIES, repeat=4)], ids="-".join
)
def test_sixteen_loops(parts, dtype):
    losses = curve(*map(LIBRARIES.get, parts), dtype)
    assert len(losses) == STEPS
    assert losses == pytest.approx(reference(dtype), rel=0, abs=APART[dtype])
    assert losses[-1] < losses[0] - 0.01  # and something is learnt


@pytest.mark.parametrize("dtype", APART)
def test_and_one_with_nothing_of_torch_in_it(dtype):
    losses = curve(*[companion] * 4, dtype, engine=companion)
    assert losses == pytest.approx(reference(dtype), rel=0, abs=APART[dtype])
