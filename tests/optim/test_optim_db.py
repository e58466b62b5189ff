"""Every configuration and every bad input that PyTorch tests its own with."""

import pytest
import torch
from optim.database import (
    ENTRIES,
    check_configuration,
    check_error,
    configurations,
    errors,
    total,
)
from optim.trajectories import LIBRARIES, TOLERANCE

kinds = pytest.mark.parametrize("kind", LIBRARIES)


@kinds
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param(name, entry, id=f"{name}-{entry.desc}")
        for name in ENTRIES
        for entry in configurations(name)
    ],
)
def test_configuration(name, entry, dtype, kind):
    check_configuration(name, kind, dtype, entry.kwargs)


@kinds
@pytest.mark.parametrize(
    ("name", "number"),
    [(name, i) for name in ENTRIES for i in range(len(errors(name)))],
)
def test_error(name, number, kind):
    check_error(name, kind, errors(name)[number])


def test_nothing_else_is_left_out():
    """Out of scope are errors of complex parameters in a step, two in all."""
    scope = {n: len(configurations(n)) + len(errors(n)) for n in ENTRIES}
    missing = {n: total(n) - scope[n] for n in ENTRIES if total(n) > scope[n]}
    assert missing == {"Adafactor": 1, "Muon": 1}
    assert torch.optim.SparseAdam.__name__ not in ENTRIES
    assert len(ENTRIES) == 14
