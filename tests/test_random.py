"""The random stream without torch: recorded values, states, and refusals."""

import copy
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

import companion
from companion import random

# fmt: off
# What torch 2.14.1 gives after torch.manual_seed(42).
RECORDED = {
    "rand": (
        lambda: random.uniform((3,)),
        [0.8822692632675171, 0.9150039553642273, 0.38286375999450684]),
    "rand float64": (
        lambda: random.uniform((3,), dtype=np.float64),
        [0.05815448596142969, 0.06291016742457756, 0.12358607277440903]),
    "rand float16": (
        lambda: random.uniform((3,), dtype=np.float16),
        [0.88232421875, 0.9150390625, 0.3828125]),
    "uniform_": (
        lambda: random.uniform((3,), -0.1, 0.1),
        [0.07645385712385178, 0.0830007940530777, -0.023427248001098633]),
    "uniform_ float64": (
        lambda: random.uniform((3,), -0.1, 0.1, np.float64),
        [-0.08836910280771407, -0.08741796651508449, -0.0752827854451182]),
    "randn, one by one": (
        lambda: random.normal((3,)),
        [0.33669036626815796, 0.12880940735340118, 0.23446236550807953]),
    "randn, in blocks of 16": (
        lambda: random.normal((17,))[[0, 1, 2, 14, 15, 16]],
        [1.9269152879714966, -0.1595974713563919, -0.4973975419998169,
         -0.2515752911567688, 0.859858512878418, -0.3097267746925354]),
    "randn float16, whose tail is drawn sooner": (
        lambda: random.normal((17,), dtype=np.float16)[[0, 1, 16]],
        [1.9267578125, 1.642578125, 0.85986328125]),
    "randint": (
        lambda: random.randint(0, 100, (5,)),
        [42, 67, 76, 14, 26]),
    "randint of 64 bits": (
        lambda: random.randint(-5, 2**40, (3,)),
        [441476371554, 395845085946, 458553876606]),
    "random_": (
        lambda: random.random(()),
        6909045637428952499),
    "randperm": (
        lambda: random.randperm(8),
        [6, 3, 0, 7, 2, 1, 4, 5]),
    "bernoulli_": (
        lambda: random.bernoulli(0.3, (8,)),
        [1, 1, 1, 1, 0, 0, 0, 0]),
    "bernoulli": (
        lambda: random.bernoulli(np.full(8, 0.3, np.float32)),
        [0, 0, 0, 0, 0, 0, 1, 0]),
    "exponential_": (
        lambda: random.exponential((3,), 2.0, np.float64),
        [0.029957007845401073, 0.03248806439669265, 0.06595838999204529]),
    "multinomial": (
        lambda: random.multinomial(np.arange(1.0, 6, dtype=np.float32), 3),
        [3, 1, 2]),
    "multinomial with replacement": (
        lambda: random.multinomial(np.arange(1.0, 6), 6, True),
        [0, 0, 1, 0, 3, 3]),
}
# fmt: on
INEXACT = "randn", "exponential_"


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_values(name):
    draw, expected = RECORDED[name]
    random.manual_seed(42)
    tolerance = 2e-6 if name.startswith(INEXACT) else 0
    if "randn float16" in name:
        tolerance = 1e-3
    np.testing.assert_allclose(draw(), expected, rtol=0, atol=tolerance)


def stream(generator, size=20):
    """A mixture that reads every part of a state."""
    few = random.normal((3,), generator=generator, dtype=np.float64)
    many = random.normal((size,), generator=generator, dtype=np.float64)
    return np.concatenate([few, many])


@pytest.mark.parametrize("words", [0, 1, 623, 624, 625])
@pytest.mark.parametrize("normals", [0, 1, 2])
def test_a_state_comes_back(words, normals):
    generator = random.Generator().manual_seed(7)
    random.uniform((words,), generator=generator)
    random.normal((normals,), generator=generator)
    state = generator.get_state()
    expected = stream(generator)
    generator.manual_seed(8)
    generator.set_state(state)
    np.testing.assert_array_equal(stream(generator), expected)
    assert generator.initial_seed() == 7


def test_a_state_is_a_tensor_of_bytes():
    state = companion.get_rng_state()
    assert isinstance(state, companion.Tensor)
    assert state.dtype == companion.uint8
    assert state.shape == (5056,)
    assert random.Generator().device == companion.device("cpu")


def test_a_state_does_not_change_with_its_generator():
    generator = random.Generator().manual_seed(7)
    state = generator.get_state()
    before = np.array(state)
    stream(generator, 1000)
    np.testing.assert_array_equal(state, before)


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))]
)
def test_a_copied_generator_goes_its_own_way(twin):
    generator = random.Generator().manual_seed(7)
    random.normal((1,), generator=generator)
    other = twin(generator)
    expected = stream(generator)
    np.testing.assert_array_equal(stream(other), expected)


def test_generators_do_not_disturb_each_other():
    alone = stream(random.Generator().manual_seed(1))
    random.manual_seed(1)
    other = random.Generator().manual_seed(1)
    for _ in range(3):
        stream(other)
    np.testing.assert_array_equal(stream(None), alone)


def test_the_default_generator_by_its_functions():
    assert random.manual_seed(11) is random.default_generator
    assert random.initial_seed() == 11
    state = random.get_rng_state()
    expected = stream(None)
    random.set_rng_state(state)
    np.testing.assert_array_equal(stream(None), expected)


def test_a_seed_that_nobody_chose():
    generator = random.Generator()
    seeds = {generator.seed() for _ in range(5)}
    assert len(seeds) == 5
    assert generator.initial_seed() in seeds
    again = random.Generator().manual_seed(generator.initial_seed())
    np.testing.assert_array_equal(stream(generator), stream(again))


def test_an_unseeded_program_is_a_new_one_each_time():
    show = "import companion; print(companion.initial_seed())"
    seeds = [
        subprocess.check_output([sys.executable, "-c", show]) for _ in "ab"
    ]
    assert seeds[0] != seeds[1]


def test_a_new_seed_forgets_the_spare_normal():
    generator = random.Generator().manual_seed(1)
    expected = stream(generator)
    random.normal((1,), generator=generator)
    np.testing.assert_array_equal(stream(generator.manual_seed(1)), expected)


@pytest.mark.parametrize("seed", [3 - 2**32, 3 + 2**32, 3 - 2**63])
def test_the_low_32_bits_of_a_seed_count(seed):
    expected = stream(random.Generator().manual_seed(3))
    actual = stream(random.Generator().manual_seed(seed))
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform_rounds_once(dtype):
    low, high = dtype(-0.3), dtype(0.9)
    fractions = random.Generator().manual_seed(0).fractions(500, dtype)
    width = Fraction(float(high - low))
    start = Fraction(float(low))
    exact = [Fraction(x) * width + start for x in fractions.tolist()]
    actual = random.uniform(
        (500,), low, high, dtype, random.Generator().manual_seed(0)
    )
    steps = np.spacing(np.abs(actual)).tolist()
    for value, target, step in zip(actual.tolist(), exact, steps, strict=True):
        assert abs(Fraction(value) - target) <= Fraction(step) / 2
    assert np.any(fractions * (high - low) + low != actual)


def test_float16_never_reaches_the_open_end():
    random.manual_seed(0)
    values = random.uniform((20000,), dtype=np.float16)
    assert values.max() < 1


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (3, 5), (4, 5, 6)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype(shape, dtype):
    for values in (
        random.uniform(shape, dtype=dtype),
        random.uniform(shape, -0.1, 0.1, dtype),
        random.normal(shape, dtype=dtype),
        random.exponential(shape, dtype=dtype),
        random.randint(0, 5, shape, dtype),
        random.random(shape, dtype),
        random.bernoulli(0.5, shape).astype(dtype),
    ):
        assert isinstance(values, np.ndarray)
        assert values.shape == shape
        assert values.dtype == dtype
        assert values.flags.writeable
        assert values.flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_uniform_equal_to_the_probability_is_a_failure(dtype):
    fractions = random.Generator().manual_seed(0).fractions(100, dtype)
    again = random.Generator().manual_seed(0)
    assert not random.bernoulli(fractions, generator=again).any()


def test_weights_of_nothing_are_never_drawn():
    weights = np.array([[0.0, 1, 0, 2], [3, 0, 0, 0]])
    picks = random.multinomial(weights, 1000, replacement=True)
    assert set(picks[0]) == {1, 3}
    assert set(picks[1]) == {0}


@pytest.mark.parametrize("seed", [0.5, "1", None, True])
def test_seeds_of_other_types(seed):
    with pytest.raises(RuntimeError, match="seed must be an int, but got"):
        random.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_seeds_of_more_than_64_bits(seed):
    with pytest.raises(ValueError, match="64 bits"):
        random.Generator().manual_seed(seed)


def test_states_that_are_none():
    generator = random.Generator()
    with pytest.raises(TypeError, match="uint8"):
        generator.set_state(companion.zeros(5056))
    with pytest.raises(RuntimeError, match=r"5056 bytes .* \(3,\)"):
        generator.set_state(np.zeros(3, np.uint8))
    state = np.array(generator.get_state())
    state[16:24] = 255  # the next word lies far outside of the key
    with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
        generator.set_state(state)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: random.uniform((2,), 1, 0), "from=1 and to=0"),
        (lambda: random.normal((2,), std=-1), "std -1"),
        (lambda: random.randint(5, 5, (2,)), "from=5 >= to=5"),
        (lambda: random.randperm(-1), "n=-1"),
        (lambda: random.bernoulli(1.5, (2,)), r"in \[0, 1\]"),
        (lambda: random.exponential((2,), 0), "lambda > 0, but got 0"),
        (lambda: random.multinomial(np.ones(2), 3), "cannot sample 3 of 2"),
        (lambda: random.multinomial(np.ones((1, 1, 1)), 1), r"\(1, 1, 1\)"),
        (lambda: random.multinomial(np.arange(3), 1), "not floating"),
        (lambda: random.multinomial(np.zeros(3), 1), "<= 0"),
        (lambda: random.multinomial(np.array([1.0, -1]), 1), "below 0"),
        (lambda: random.Generator("cuda"), "cuda"),
    ],
)
def test_refusals_say_what_was_wrong(draw, message):
    with pytest.raises(RuntimeError, match=message):
        draw()
