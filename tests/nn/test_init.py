"""Every initialiser fills as torch's does from the same seed."""

import math

import pytest
import torch

import companion
from companion import nn

# name, shape, arguments, how far apart: 0 is bit for bit
ROWS = [
    ("constant_", (3, 4), (0.3,), 0),
    ("ones_", (3, 4), (), 0),
    ("zeros_", (3, 4), (), 0),
    ("eye_", (3, 5), (), 0),
    ("dirac_", (4, 3, 5), (), 0),
    ("dirac_", (6, 3, 5, 4), (2,), 0),
    ("uniform_", (20, 7), (-2.0, 3.0), 0),
    ("normal_", (20, 7), (1.0, 3.0), 6e-6),
    ("trunc_normal_", (20, 7), (), 2e-6),
    ("trunc_normal_", (20, 7), (0.0, 1.0, -0.5, 0.5), 2e-6),
    ("trunc_normal_", (20, 7), (0.0, 1.0, 1.5, 2.0), 0),
    ("trunc_normal_", (20, 7), (0.0, 1.0, -0.2, 0.1), 0),
    ("xavier_uniform_", (20, 7), (2.0,), 0),
    ("xavier_normal_", (20, 7, 3), (2.0,), 2e-6),
    ("kaiming_uniform_", (20, 7, 3, 3), (0.2,), 0),
    ("kaiming_uniform_", (20, 7), (0, "fan_out", "relu"), 0),
    ("kaiming_normal_", (20, 7), (0, "fan_in", "tanh"), 2e-6),
    ("orthogonal_", (6, 4), (2.0,), 4e-6),
    ("orthogonal_", (4, 3, 3), (), 2e-6),
    ("sparse_", (10, 5), (0.3,), 2e-6),
]


def title(row):
    return f"{row[0]}{row[1]}{row[2]}"


@pytest.mark.parametrize("row", ROWS, ids=title)
@pytest.mark.parametrize("seed", [0, 7])
def test_same_values_as_torch(row, seed):
    name, shape, args, apart = row
    results = []
    for lib in (companion, torch):
        lib.manual_seed(seed)
        weight = lib.empty(*shape).requires_grad_()
        answer = getattr(lib.nn.init, name)(weight, *args)
        assert answer is weight
        assert weight.is_leaf
        results.append(weight.detach().numpy())
    ours, theirs = map(torch.from_numpy, results)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=apart)


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_on_torch_tensors(row):
    name, shape, args, apart = row
    results = []
    for init in (nn.init, torch.nn.init):
        torch.manual_seed(0)
        results.append(getattr(init, name)(torch.empty(*shape), *args))
    torch.testing.assert_close(*results, rtol=0, atol=apart)


def test_each_initialiser_has_a_row():
    theirs = {
        name
        for name in dir(torch.nn.init)
        if name.endswith("_") and not name.startswith("_")
    }
    assert {row[0] for row in ROWS} == theirs


GAINS = "linear conv1d conv_transpose2d sigmoid tanh relu leaky_relu selu"


@pytest.mark.parametrize("name", GAINS.split())
def test_gains(name):
    ours, theirs = nn.init.calculate_gain, torch.nn.init.calculate_gain
    assert ours(name) == theirs(name)
    assert ours("leaky_relu", 0.3) == theirs("leaky_relu", 0.3)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda lib: lib.nn.init.eye_(lib.empty(3)),
        lambda lib: lib.nn.init.dirac_(lib.empty(3, 3)),
        lambda lib: lib.nn.init.dirac_(lib.empty(3, 3, 3), 2),
        lambda lib: lib.nn.init.sparse_(lib.empty(3), 0.1),
        lambda lib: lib.nn.init.orthogonal_(lib.empty(3)),
        lambda lib: lib.nn.init.xavier_normal_(lib.empty(3)),
        lambda lib: lib.nn.init.kaiming_normal_(lib.empty(3, 3), 0, "out"),
        lambda lib: lib.nn.init.kaiming_normal_(
            lib.empty(3, 3), 0, "fan_in", "step"
        ),
        lambda lib: lib.nn.init.calculate_gain("leaky_relu", True),
    ],
)
def test_mistakes(mistake):
    for lib in (companion, torch):
        with pytest.raises(ValueError, match=r"\w"):
            mistake(lib)


def test_a_bound_far_from_the_mean_is_warned_of():
    with pytest.warns(UserWarning, match="more than 2 std"):
        nn.init.trunc_normal_(companion.empty(3), 5.0, 1.0, -2.0, 2.0)


def test_orthogonal_columns():
    weight = nn.init.orthogonal_(
        companion.empty(7, 4, dtype=companion.float64)
    )
    product = weight.t() @ weight
    assert companion.allclose(
        product, companion.eye(4, dtype=companion.float64)
    )


def test_trunc_normal_keeps_between():
    companion.manual_seed(0)
    weight = nn.init.trunc_normal_(companion.empty(5000), 0.0, 1.0, -1.0, 1.0)
    assert weight.abs().max().item() <= 1
    expected = math.sqrt(0.2911)  # of the normal distribution cut at one sigma
    assert abs(weight.std().item() - expected) < 0.02
