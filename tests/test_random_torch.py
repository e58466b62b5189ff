"""The random stream against torch: the same words make the same numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from companion import random

SIZES = 0, 1, 2, 15, 16, 17, 31, 32, 100, 1000, 12345
SEEDS = 0, 1, 2, 42, 2**31, 2**32 + 7, 2**64 - 1, -1, -(2**63)
FLOATS = "float16", "float32", "float64"
INTEGERS = "bool", "uint8", "int8", "int16", "int32", "int64"
NORMAL = 2e-6  # what float32 logarithms, sines and cosines may differ by


@dataclass
class Draw:
    """One kind of call: theirs and ours, of a generator and a size."""

    name: str
    theirs: Any
    ours: Any
    tolerance: float = 0.0  # absolute, at float32

    def agree(self, generators, size):
        torch_generator, our_generator = generators
        expected = self.theirs(torch_generator, size).numpy()
        actual = self.ours(our_generator, size)
        assert actual.dtype == expected.dtype, self
        if self.tolerance == 0:
            np.testing.assert_array_equal(actual, expected, str(self))
            return
        half = 1e-3 if expected.dtype == np.float16 else 0
        np.testing.assert_allclose(
            actual, expected, rtol=half, atol=self.tolerance, err_msg=self.name
        )


def filled(name, method, ours, dtype, tolerance=0.0):
    """A method that fills a tensor in place, e.g. ``uniform_(0, 1)``."""
    kind = getattr(torch, dtype)
    return Draw(
        f"{name} {dtype}",
        lambda g, n: method(torch.empty(n, dtype=kind), g),
        lambda g, n: ours((n,), dtype, g),
        tolerance,
    )


def uniforms():
    for low, high in (0, 1), (-0.1, 0.1), (-1 / 28, 1 / 28), (0.3, 5.7):
        for dtype in FLOATS:
            yield filled(
                f"uniform {low:.2f} {high:.2f}",
                lambda x, g, a=low, b=high: x.uniform_(a, b, generator=g),
                lambda s, d, g, a=low, b=high: random.uniform(s, a, b, d, g),
                dtype,
            )


def normals():
    for mean, std in (0, 1), (0.3, 0.02), (-2.0, 0):
        for dtype in FLOATS:
            yield filled(
                f"normal {mean} {std}",
                lambda x, g, m=mean, s=std: x.normal_(m, s, generator=g),
                lambda n, d, g, m=mean, s=std: random.normal(n, m, s, d, g),
                dtype,
                NORMAL,
            )


def integers():
    ranges = [(0, 10), (-5, 7), (0, 2**28 - 1), (0, 2**28), (3, 2**40)]
    for low, high in [*ranges, (0, 2**32), (-(2**63), 2**63 - 1)]:
        yield Draw(
            f"randint {low} {high}",
            lambda g, n, a=low, b=high: torch.randint(a, b, (n,), generator=g),
            lambda g, n, a=low, b=high: random.randint(
                a, b, (n,), generator=g
            ),
        )
    for dtype in (*INTEGERS[1:], *FLOATS):
        yield filled(
            "randint 0 100",
            lambda x, g: x.random_(0, 100, generator=g),
            lambda s, d, g: random.randint(0, 100, s, d, g),
            dtype,
        )
    for dtype in INTEGERS[1:]:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        yield filled(
            f"randint {low} {high}",
            lambda x, g, a=low, b=high: x.random_(a, b, generator=g),
            lambda s, d, g, a=int(low), b=int(high): random.randint(
                a, b, s, d, g
            ),
            dtype,
        )
    for dtype in (*INTEGERS, *FLOATS):
        yield filled(
            "random",
            lambda x, g: x.random_(generator=g),
            random.random,
            dtype,
        )


def chances():
    for p in 0, 0.3, 1.0:
        yield Draw(
            f"bernoulli {p}",
            lambda g, n, p=p: torch.empty(n, dtype=torch.bool).bernoulli_(
                p, generator=g
            ),
            lambda g, n, p=p: random.bernoulli(p, (n,), g),
        )
    for dtype in FLOATS:
        yield Draw(
            f"bernoulli of probabilities {dtype}",
            lambda g, n, d=dtype: torch.bernoulli(
                torch.linspace(0, 1, n, dtype=getattr(torch, d)), generator=g
            ),
            lambda g, n, d=dtype: random.bernoulli(
                torch.linspace(0, 1, n, dtype=getattr(torch, d)), generator=g
            ).astype(d),
        )
        yield filled(
            "exponential",
            lambda x, g: x.exponential_(1.7, generator=g),
            lambda s, d, g: random.exponential(s, 1.7, d, g),
            dtype,
            1e-6,
        )


def picks():
    yield Draw(
        "randperm",
        lambda g, n: torch.randperm(n, generator=g),
        lambda g, n: random.randperm(n, g),
    )
    # In float32 two keys of thousands tie, and torch's order is open: below.
    for rows in [], [1], [3]:
        yield multinomial(rows, "float64", replacement=False)
        yield multinomial(rows, "float64", replacement=True)
        yield multinomial(rows, "float32", replacement=True)


def multinomial(rows, dtype, replacement):
    def weights(size):
        values = np.arange(1, 1 + np.prod([*rows, size + 1]))
        return np.sin(values.reshape(*rows, size + 1)).astype(dtype) ** 2

    def count(size):
        return size * 2 + 1 if replacement else size // 2 + 1

    return Draw(
        f"multinomial {rows} {dtype} {replacement}",
        lambda g, n: torch.multinomial(
            torch.from_numpy(weights(n)), count(n), replacement, generator=g
        ),
        lambda g, n: random.multinomial(weights(n), count(n), replacement, g),
    )


DRAWS = [*uniforms(), *normals(), *integers(), *chances(), *picks()]


def pair(seed):
    return torch.Generator().manual_seed(seed), random.Generator().manual_seed(
        seed
    )


def in_step(generators):
    """Both give the same word next, and hold the same spare normal."""
    Draw(
        "the next normal",
        lambda g, n: torch.randn(n, generator=g, dtype=torch.float64),
        lambda g, n: random.normal((n,), dtype=np.float64, generator=g),
        1e-12,
    ).agree(generators, 3)


@pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.name)
def test_every_size_and_seed(draw):
    for seed in SEEDS:
        generators = pair(seed)
        for size in SIZES:
            draw.agree(generators, size)
            in_step(generators)


CALLS = st.tuples(st.sampled_from(DRAWS), st.integers(0, 700))


@settings(max_examples=200, deadline=None)
@given(st.integers(-(2**63), 2**64 - 1), st.lists(CALLS, max_size=12))
def test_any_mixture_stays_in_step(seed, calls):
    generators = pair(seed)
    for draw, size in calls:
        draw.agree(generators, size)
    in_step(generators)


@pytest.mark.parametrize("rows", [[], [3]])
@pytest.mark.parametrize("seed", SEEDS)
def test_multinomial_of_float32_without_replacement(rows, seed):
    draw = multinomial(rows, "float32", replacement=False)
    generators = pair(seed)
    for size in 0, 1, 20, 100:
        draw.agree(generators, size)
        in_step(generators)


@pytest.mark.parametrize("replacement", [False, True])
def test_multinomial_of_one(replacement):
    theirs, ours = generators = pair(4)
    weights = np.linspace(0, 1, 50)
    for _ in range(20):
        expected = torch.from_numpy(weights).multinomial(
            1, replacement, generator=theirs
        )
        actual = random.multinomial(weights, 1, replacement, ours)
        np.testing.assert_array_equal(actual, expected)
        in_step(generators)


@pytest.mark.parametrize("size", [2, 60000, 10**6])
def test_randperm_of_many(size):
    theirs, ours = pair(3)
    expected = torch.randperm(size, generator=theirs).numpy()
    np.testing.assert_array_equal(random.randperm(size, ours), expected)


def test_a_million_normals():
    theirs, ours = pair(5)
    expected = torch.randn(10**6 + 3, generator=theirs).numpy()
    actual = random.normal((10**6 + 3,), generator=ours)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=NORMAL)


@pytest.mark.parametrize("shape", [(), (0, 3), (3, 5), (4, 7, 2)])
def test_shapes_are_filled_row_by_row(shape):
    theirs, ours = pair(1)
    for name, call in (
        ("rand", lambda: random.uniform(shape, generator=ours)),
        ("randn", lambda: random.normal(shape, generator=ours)),
    ):
        expected = getattr(torch, name)(shape, generator=theirs).numpy()
        np.testing.assert_allclose(call(), expected, rtol=0, atol=NORMAL)


@pytest.mark.parametrize("normals", [0, 1])
@pytest.mark.parametrize("words", [0, 1, 623, 624, 625, 1000])
def test_a_state_moves_between_the_libraries(words, normals):
    theirs, ours = pair(9)
    torch.rand(words, generator=theirs)
    random.uniform((words,), generator=ours)
    torch.randn(normals, generator=theirs)
    random.normal((normals,), generator=ours)

    there = torch.Generator()
    there.set_state(torch.from_numpy(np.array(ours.get_state())))
    here = random.Generator()
    here.set_state(theirs.get_state())

    assert there.initial_seed() == here.initial_seed() == 9
    in_step((there, ours))
    in_step((theirs, here))


def test_a_new_state_is_the_same_bytes():
    theirs, ours = pair(-3)
    np.testing.assert_array_equal(ours.get_state(), theirs.get_state())


def test_a_generator_begins_where_torchs_does():
    theirs, ours = torch.Generator(), random.Generator()
    assert ours.initial_seed() == theirs.initial_seed()
    in_step((theirs, ours))


@pytest.mark.parametrize("seed", SEEDS)
def test_initial_seed(seed):
    theirs, ours = pair(seed)
    assert ours.initial_seed() == theirs.initial_seed()


@pytest.mark.parametrize("seed", [1.7, True, "12", np.int64(3)])
def test_the_default_generator_takes_what_int_takes(seed):
    expected = torch.manual_seed(seed).initial_seed()
    assert random.manual_seed(seed).initial_seed() == expected
    assert random.initial_seed() == expected


def same_error(theirs, ours):
    with pytest.raises(Exception) as expected:  # noqa: PT011
        theirs()
    with pytest.raises(expected.type):
        ours()


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 1.5, "1", None, True])
def test_seeds_that_torch_refuses(seed):
    same_error(
        lambda: torch.Generator().manual_seed(seed),
        lambda: random.Generator().manual_seed(seed),
    )


@pytest.mark.parametrize("seed", [2**64, "a", None])
def test_default_seeds_that_torch_refuses(seed):
    same_error(
        lambda: torch.manual_seed(seed), lambda: random.manual_seed(seed)
    )


def broken(state):
    """A state whose place in the key lies outside of it."""
    state = state.clone()
    state[8:12] = torch.tensor([9, 99, 0, 0])
    return state


@pytest.mark.parametrize(
    "state",
    [
        torch.zeros(3, dtype=torch.uint8),
        torch.zeros(5056, dtype=torch.uint8),
        torch.zeros(5056),
        broken(torch.Generator().get_state()),
    ],
)
def test_states_that_torch_refuses(state):
    same_error(
        lambda: torch.Generator().set_state(state),
        lambda: random.Generator().set_state(state),
    )


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("name", "arguments", "ours"),
    [
        ("uniform_", (1, 0), random.uniform),
        ("uniform_", (-3e38, 3e38), random.uniform),
        ("uniform_", (0, INF), random.uniform),
        ("uniform_", (0, NAN), random.uniform),
        ("normal_", (0, -1), random.normal),
        ("exponential_", (0,), random.exponential),
        ("exponential_", (-1,), random.exponential),
        ("random_", (5, 5), lambda s, a, b: random.randint(a, b, s)),
        ("bernoulli_", (1.5,), lambda s, p: random.bernoulli(p, s)),
        ("bernoulli_", (NAN,), lambda s, p: random.bernoulli(p, s)),
    ],
)
def test_distributions_that_torch_refuses(name, arguments, ours):
    same_error(
        lambda: getattr(torch.empty(2), name)(*arguments),
        lambda: ours((2,), *arguments),
    )


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("size", [2, 16])
def test_distributions_of_integers(dtype, size):
    for name, ours in (
        ("uniform_", random.uniform),
        ("normal_", random.normal),
        ("exponential_", random.exponential),
    ):
        tensor = torch.empty(size, dtype=getattr(torch, dtype))
        same_error(
            getattr(tensor, name),
            lambda ours=ours: ours((size,), dtype=dtype),
        )


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [
        (0, 257, "uint8"),
        (-1, 3, "uint8"),
        (0, 129, "int8"),
        (-129, 0, "int8"),
        (0, 2**31 + 1, "int32"),
        (0, 3, "bool"),
        (0, 70000, "float16"),
    ],
)
def test_integers_out_of_bounds(low, high, dtype):
    tensor = torch.empty(2, dtype=getattr(torch, dtype))
    same_error(
        lambda: tensor.random_(low, high),
        lambda: random.randint(low, high, (2,), dtype),
    )
    for allowed in (0, 1), (1, 2):
        tensor.random_(*allowed)
        random.randint(*allowed, (2,), dtype)


@pytest.mark.parametrize(
    ("weights", "count", "replacement"),
    [
        ([1.0, -1.0], 1, False),
        ([1.0, INF], 1, False),
        ([1.0, NAN], 2, True),
        ([0.0, 0.0], 1, False),
        ([[1.0, 1.0], [0.0, 0.0]], 2, True),
        ([1.0, 2.0], 0, False),
        ([1.0, 2.0], 3, False),
        ([[[1.0]]], 1, False),
        ([1, 2], 1, False),
    ],
)
def test_weights_that_torch_refuses(weights, count, replacement):
    weights = torch.tensor(weights)
    same_error(
        lambda: torch.multinomial(weights, count, replacement),
        lambda: random.multinomial(weights.numpy(), count, replacement),
    )


def test_a_permutation_of_fewer_than_none():
    same_error(lambda: torch.randperm(-1), lambda: random.randperm(-1))


def test_generators_of_other_devices():
    same_error(
        lambda: torch.Generator("meta"), lambda: random.Generator("meta")
    )
