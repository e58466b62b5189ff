"""PyTorch's CPU random stream: from the same seed, the same numbers.

A :class:`Generator` is a Mersenne twister (MT19937, NumPy's own) that deals
out words of 32 bits. Each function below makes words into an array of one
distribution, from as many words as PyTorch and in the same order: so the two
stay in step through any mixture of calls. `shape` is a tuple;
`generator=None` means :data:`default_generator`.
"""

import math
import secrets

import numpy as np

import companion

# A generator's state as torch lays it out in 5056 bytes.
STATE = np.dtype(
    [
        ("seed", np.uint64),
        ("left", np.int32),  # words left before the key is twisted, plus one
        ("seeded", np.int32),
        ("next", np.uint64),  # place of the next word in the key
        ("key", np.uint64, 624),
        ("unused", np.float64),
        ("spare", np.float64),
        ("unused_too", np.float64),
        ("has_spare", np.int32),
        ("padding", np.void, 12),
    ]
)


class Generator:
    """A stream of random words, with its seed and its state."""

    def __init__(self, device="cpu"):
        _expect(str(device) == "cpu", f"expected device cpu, got {device}")
        self._twister = np.random.MT19937()
        self.manual_seed(67280421310721)  # where torch's begin too

    def manual_seed(self, seed):
        """Start again; of `seed` modulo 2⁶⁴, the low 32 bits count."""
        _expect(type(seed) is int, f"seed must be an int, but got {seed!r}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"seed must fit in 64 bits, but got {seed}")
        self._seed = seed % 2**64
        np.random.RandomState(self._twister).seed(self._seed % 2**32)
        self._spare = None  # the second value of the last Box–Muller pair
        return self

    def seed(self):
        """Start again from a seed that nobody chose, and return it."""
        return self.manual_seed(secrets.randbits(53)).initial_seed()

    @property
    def device(self):
        """The CPU, always."""
        return companion.device("cpu")

    def initial_seed(self):
        """The seed that the stream began with."""
        return self._seed

    def get_state(self):
        """All that determines what comes next: 5056 bytes, torch's too."""
        twister = self._twister.state["state"]
        record = np.zeros(1, STATE)
        record["seed"], record["seeded"] = self._seed, True
        record["left"] = 625 - max(1, twister["pos"])
        record["next"] = twister["pos"] % 624
        record["key"] = twister["key"]
        record["has_spare"] = self._spare is not None
        record["spare"] = self._spare or 0
        return companion.from_numpy(record.view(np.uint8))

    def set_state(self, state):
        """Go on from a state that `get_state` gave, ours or torch's."""
        state = np.ascontiguousarray(state)
        if state.dtype != np.uint8:
            raise TypeError(f"RNG state must be uint8, got {state.dtype}")
        size = STATE.itemsize
        _expect(
            state.shape == (size,),
            f"Expected {size} bytes of RNG state, but got {state.shape}",
        )
        record = state.view(STATE)[0]
        valid = 0 < record["left"] <= 624 and record["next"] <= 624
        _expect(record["seeded"] and valid, "Invalid mt19937 state")
        place = record["next"] if record["left"] > 1 else 624
        key = record["key"].astype(np.uint32)
        self._twister.state = {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": int(place)},
        }
        self._seed = int(record["seed"])
        self._spare = record["spare"] if record["has_spare"] else None

    def words(self, count, bits=32):
        """Unsigned integers; 64 bits are two words, the high one first."""
        words = self._twister.random_raw(count * bits // 32)
        if bits == 32:
            return words
        high, low = words.reshape(-1, 2).T
        return high << 32 | low

    def fractions(self, count, dtype):
        """Uniform on [0, 1): a word's low 24 bits, or 53 for float64."""
        if dtype == np.float64:
            return (self.words(count, 64) & (2**53 - 1)) * 2.0**-53
        words = self.words(count) & (2**24 - 1)
        return words.astype(np.float32) * 2.0**-24

    def normals(self, count):
        """Standard normal float64 in pairs, by Box and Muller (1958).

        A second value that nobody asked for waits for the next call.
        """
        spare = [] if self._spare is None else [self._spare]
        pairs = max(0, count - len(spare) + 1) // 2
        u, v = self.fractions(2 * pairs, np.float64).reshape(-1, 2).T
        values = np.append(spare, _box_muller(v, u))
        self._spare = values[count] if len(values) > count else None
        return values[:count]


def uniform(shape, low=0.0, high=1.0, dtype=np.float32, generator=None):
    """Uniform on [low, high)."""
    dtype, size = _floating(dtype), math.prod(shape)
    _expect(
        0 <= high - low <= float(np.finfo(dtype).max),
        "uniform_ expects to return a [from, to) range of finite width, "
        f"but found from={low} and to={high}",
    )
    values = (generator or default_generator).fractions(size, dtype)
    if (low, high) != (0, 1):
        values = _scaled(values, low, high)
    values = values.astype(dtype, copy=False)
    values[values == high] = low  # rounding may have reached the open end
    return values.reshape(shape)


def _scaled(values, low, high):
    """values · (high - low) + low, rounded once.

    torch does this in one instruction on CPUs with AVX2 and newer; on others
    it rounds twice, and the last bit differs. Here float32 goes by way of
    float64; float64 adds what its product and its sum lost (Dekker 1971).
    """
    kind = values.dtype.type
    low, width = kind(low), kind(high) - kind(low)
    if kind is np.float32:
        return (values.astype(np.float64) * width + low).astype(np.float32)
    product = values * width
    (a, b), (c, d) = _halves(values), _halves(width)
    lost = b * d - (product - a * c - a * d - b * c)
    total = product + low
    added = total - product
    return total + (product - (total - added) + (low - added) + lost)


def _halves(number):
    """A float64 as a sum of two whose products are exact (Veltkamp 1968)."""
    high = number * (2.0**27 + 1)
    high = high - (high - number)
    return high, number - high


def normal(shape, mean=0.0, std=1.0, dtype=np.float32, generator=None):
    """Normal: below 16 values one by one, else in blocks of 16.

    If a part of a block is left over, 16 fresh values replace the last 16.
    """
    _expect(std >= 0, f"normal expects std >= 0.0, but found std {std}")
    generator = generator or default_generator
    dtype, size = _floating(dtype), math.prod(shape)
    if size < 16:
        values = generator.normals(size) * std + mean
        return values.astype(dtype).reshape(shape)
    whole = size // 16 * 16
    # float16 draws block by block, the others for the whole array at once.
    drawn = whole if dtype == np.float16 else size
    blocks = generator.fractions(drawn, dtype)[:whole].reshape(-1, 2, 8)
    values = _box_muller(blocks[:, 0], blocks[:, 1]).reshape(-1)
    if whole < size:
        last = generator.fractions(16, dtype).reshape(2, 1, 8)
        values = np.append(values[: size - 16], _box_muller(*last))
    return (values * std + mean).astype(dtype, copy=False).reshape(shape)


def _box_muller(u, v):
    """Independent normals in pairs, side by side on axis 1."""
    radius, angle = np.sqrt(-2 * np.log(1 - u)), 2 * np.pi * v
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def randint(low, high, shape, dtype=np.int64, generator=None):
    """Integers of low … high - 1: 32 or 64 bits modulo the range."""
    _expect(
        low < high,
        "random_ expects 'from' to be less than 'to', "
        f"but got from={low} >= to={high}",
    )
    least, most = _limits(np.dtype(dtype))
    _expect(
        least <= low and high - 1 <= most,
        f"from={low} or to={high} is out of bounds: {np.dtype(dtype)} holds "
        f"the integers of {least} … {most}",
    )
    bits = 32 if high - low < 2**28 else 64
    words = (generator or default_generator).words(math.prod(shape), bits)
    integers = words % np.uint64(high - low) + np.uint64(low % 2**64)
    return integers.view(np.int64).astype(dtype, copy=False).reshape(shape)


def random(shape, dtype=np.int64, generator=None):
    """Integers from 0 to the largest of the dtype, by `Tensor.random_()`."""
    dtype = np.dtype(dtype)
    bits = 64 if dtype.itemsize == 8 else 32
    words = (generator or default_generator).words(math.prod(shape), bits)
    integers = words % np.uint64(_limits(dtype)[1] + 1)
    return integers.astype(dtype).reshape(shape)


def _limits(dtype):
    """The least and the largest of the integers that a dtype holds all."""
    if dtype.kind == "f":
        most = 2 ** (np.finfo(dtype).nmant + 1)
        return -most, most
    if dtype.kind == "b":
        return 0, 1
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def randperm(n, generator=None):
    """0 … n - 1 shuffled: place i swaps with one of the places i … n - 1."""
    _expect(n >= 0, f"randperm expects n >= 0, but got n={n}")
    words = (generator or default_generator).words(max(0, n - 1))
    partner = np.arange(n, dtype=np.int64)
    left = np.arange(n, 1, -1, dtype=np.uint64)
    partner[:-1] += (words % left).view(np.int64)
    return _swapped(partner)


def _swapped(partner):
    """0 … n - 1, after place i has swapped with partner[i] ≥ i, i = 0, 1, …

    In whole arrays: what lies in a place before its turn came there by the
    last swap that reached it, from the place whose turn it was; and there in
    the same way. So pointers are followed until they point to themselves.
    """
    n = len(partner)
    source = np.arange(n, dtype=np.int64)
    swaps = np.sort(partner << 32 | source)  # by partner, then by turn
    target, turn = swaps >> 32, swaps & (2**32 - 1)
    again = target[1:] == target[:-1]
    before = np.full(n, -1)  # the last turn with the same partner
    before[turn[1:][again]] = turn[:-1][again]
    last = turn[np.append(~again, True)] if n else turn
    reached = partner[last]
    last = np.where(last == reached, before[last], last)
    source[reached] = np.where(last < 0, reached, last)
    while (source != (further := source[source])).any():
        source = further
    return np.where(before < 0, partner, source[before])


def bernoulli(probability, shape=None, generator=None):
    """True with the given probability: one for all, or an array of them."""
    probability = np.asarray(probability) * 1.0  # a number is float64
    within = (probability >= 0) & (probability <= 1)
    _expect(within.all(), "bernoulli expects p to be in [0, 1]")
    shape = probability.shape if shape is None else shape
    generator = generator or default_generator
    u = generator.fractions(math.prod(shape), probability.dtype)
    return np.asarray(u.reshape(shape) < probability)


def exponential(shape, rate=1.0, dtype=np.float32, generator=None):
    """-log(1 - u) / rate, for u uniform on [0, 1), made in float64."""
    _expect(rate > 0, f"exponential_ expects lambda > 0, but got {rate}")
    dtype, size = _floating(dtype), math.prod(shape)
    u = (generator or default_generator).fractions(size, np.float64)
    return (-1 / rate * np.log1p(-u)).astype(dtype).reshape(shape)


def multinomial(weights, count, replacement=False, generator=None):
    """In each row, `count` places, drawn in proportion to the weights.

    Without replacement, the places of the largest weight / exponential
    (Efraimidis and Spirakis 2006).
    """
    _expect(weights.dtype.kind == "f", f"{weights.dtype} is not floating")
    finite = (weights >= 0) & (weights < np.inf)
    _expect(weights.ndim in (1, 2), f"weights of shape {weights.shape}")
    _expect(finite.all(), "found a weight that is inf, nan or below 0")
    _expect((weights.sum(-1) > 0).all(), "sum of probabilities <= 0")
    _expect(
        count > 0 and (replacement or count <= weights.shape[-1]),
        f"cannot sample {count} of {weights.shape[-1]} weights",
    )
    generator = generator or default_generator
    if count == 1 or not replacement:
        times = exponential(weights.shape, 1.0, weights.dtype, generator)
        order = np.argsort(-(weights / times), axis=-1, kind="stable")
        return order[..., :count].astype(np.int64, copy=False)
    rows = np.atleast_2d(weights).cumsum(-1)
    rows /= rows[:, -1:].copy()
    points = generator.fractions(len(rows) * count, np.float64)
    pairs = zip(rows, points.reshape(-1, count), strict=True)
    places = np.array([np.searchsorted(*pair) for pair in pairs], np.int64)
    return places.reshape(*weights.shape[:-1], count)


def _floating(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise NotImplementedError(f"expected a floating dtype, got {dtype}")
    return dtype


def _expect(condition, message):
    if not condition:
        raise RuntimeError(message)


default_generator = Generator()  #: Draws where no other is named.
default_generator.seed()
initial_seed = default_generator.initial_seed
seed = default_generator.seed
get_rng_state = default_generator.get_state
set_rng_state = default_generator.set_state


def manual_seed(seed):
    """Start the default generator again from `seed`, and return it."""
    return default_generator.manual_seed(int(seed))
