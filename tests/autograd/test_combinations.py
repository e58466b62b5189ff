"""Steps in place: how much memory they take on the way."""

import tracemalloc

import pytest

import companion

BYTES = 4 * 100_000
STEPS = {
    "add_": lambda x, y: x.add_(y, alpha=0.1),
    "lerp_": lambda x, y: x.lerp_(y, 0.1),
    "addcmul_": lambda x, y: x.addcmul_(y, y, value=0.1),
    "addcdiv_": lambda x, y: x.addcdiv_(y, y, value=0.1),
}


def most_memory(step, *tensors):
    """How many times the memory of one tensor a step takes at once."""
    step(*tensors)  # what is made once
    tracemalloc.start()
    step(*tensors)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / BYTES


def tensors():
    return companion.ones(100_000), companion.ones(100_000)


@pytest.mark.parametrize("name", STEPS)
@companion.no_grad()
def test_a_step_in_place_takes_one_temporary(name):
    assert most_memory(STEPS[name], *tensors()) == pytest.approx(1, abs=0.1)
