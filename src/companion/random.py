"""PyTorch's CPU random stream: from the same seed, the same numbers.

A :class:`Generator` is a Mersenne twister (MT19937, NumPy's own) that deals
out words of 32 bits. Each function below turns words into an array of one
distribution, and takes exactly as many as PyTorch does, in the same order:
so the two stay in step through any mixture of calls. ``shape`` is a tuple;
``generator=None`` means :data:`default_generator`.
"""

import math
import secrets

import numpy as np


class Generator:
    """A stream of random words, with its seed and its state."""

    def __init__(self, device="cpu"):
        if str(device) != "cpu":
            raise RuntimeError(f"expected a cpu device, got {device}")
        self.device = device
        self.manual_seed(67280421310721)  # what an unseeded torch one has

    def manual_seed(self, seed):
        """Start again; of ``seed`` modulo 2⁶⁴, the low 32 bits count."""
        if not -(2**63) <= seed < 2**64:
            raise ValueError(f"seed must fit in 64 bits, got {seed}")
        self._seed = seed % 2**64
        self._twister = np.random.RandomState(self._seed % 2**32)
        self._spare = None  # the second value of the last Box–Muller pair
        return self

    def seed(self):
        """Start again from a seed that nobody chose, and return it."""
        return self.manual_seed(secrets.randbits(53)).initial_seed()

    def initial_seed(self):
        return self._seed

    def words(self, count, bits=32):
        """Unsigned integers; one of 64 bits is two words, high one first."""
        words = self._twister.randint(
            0, 2**32, count * bits // 32, dtype=np.uint32
        )
        if bits == 32:
            return words
        return words.astype(">u4").view(">u8").astype(np.uint64)

    def fractions(self, count, dtype):
        """Uniform on [0, 1): a word's low 24 bits, or 53 in float64."""
        if dtype == np.float64:
            return (self.words(count, 64) & (2**53 - 1)) * 2.0**-53
        return (self.words(count) & (2**24 - 1)).astype(np.float32) * 2.0**-24

    def normals(self, count):
        """Standard normal float64 one by one, as torch makes few of them.

        Box–Muller gives pairs; a second value that was not asked for waits
        for the next call.
        """
        spare = [] if self._spare is None else [self._spare]
        pairs = max(0, count - len(spare) + 1) // 2
        u, v = self.fractions(2 * pairs, np.float64).reshape(-1, 2).T
        radius, angle = np.sqrt(-2 * np.log1p(-v)), 2 * np.pi * u
        waves = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        values = np.append(spare, radius[:, None] * waves)
        self._spare = values[count] if len(values) > count else None
        return values[:count]


default_generator = Generator()
default_generator.seed()
manual_seed = default_generator.manual_seed
initial_seed = default_generator.initial_seed
seed = default_generator.seed


def uniform(shape, low=0.0, high=1.0, dtype=np.float32, generator=None):
    """Uniform on [low, high)."""
    generator = generator or default_generator
    values = generator.fractions(math.prod(shape), np.dtype(dtype))
    if (low, high) != (0, 1):
        values = _scaled(values, low, high)
    values = values.astype(dtype, copy=False).reshape(shape)
    values[values == high] = low  # rounding may have reached the open end
    return values


def _scaled(values, low, high):
    """fractions · (high - low) + low, rounded once: torch's CPU fuses it."""
    kind = values.dtype.type
    low, high = kind(low), kind(high)
    exact = values.astype(np.float64) * float(high - low) + float(low)
    return exact.astype(kind)


def randint(low, high, shape, dtype=np.int64, generator=None):
    """Integers of low … high - 1: a word, or 64 bits, modulo the range."""
    if low >= high:
        raise RuntimeError(
            "random_ expects 'from' to be less than 'to', but got "
            f"from={low} >= to={high}"
        )
    generator = generator or default_generator
    span = high - low
    words = generator.words(math.prod(shape), 32 if span < 2**28 else 64)
    offsets = (words % words.dtype.type(span)).astype(np.uint64)
    integers = (offsets + np.uint64(low % 2**64)).view(np.int64)
    return integers.astype(dtype, copy=False).reshape(shape)


def random(shape, dtype=np.int64, generator=None):
    """Integers of the dtype's own range: what ``Tensor.random_()`` draws.

    0 … largest value of an integer dtype; 0 … 2^(bits of the mantissa) of a
    floating one.
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        span = 2 ** (np.finfo(dtype).nmant + 1) + 1
    else:
        span = 2 if dtype.kind == "b" else np.iinfo(dtype).max + 1
    words = (generator or default_generator).words(
        math.prod(shape), 64 if dtype.itemsize == 8 else 32
    )
    return (words % words.dtype.type(span)).astype(dtype).reshape(shape)


def randperm(n, generator=None):
    """0 … n - 1 shuffled: place i swaps with one of the places i … n - 1."""
    places = np.arange(n - 1)
    words = (generator or default_generator).words(max(0, n - 1))
    order = list(range(n))
    for i, j in enumerate((places + words % (n - places)).tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def normal(shape, mean=0.0, std=1.0, dtype=np.float32, generator=None):
    """Normal, by Box and Muller (1958): 16 values and more in blocks of 16.

    A last block that is short is made of 16 fresh values, which replace the
    last 16.
    """
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    generator = generator or default_generator
    size = math.prod(shape)
    if size < 16:
        values = generator.normals(size) * std + mean
        return values.astype(dtype).reshape(shape)
    dtype = np.dtype(dtype)
    whole = size // 16 * 16
    # float16 is made block by block; the others fill the whole array first.
    drawn = whole if dtype == np.float16 else size
    values = generator.fractions(drawn, dtype)
    blocks = _box_muller(values[:whole], mean, std)
    if whole < size:
        last = _box_muller(generator.fractions(16, dtype), mean, std)
        blocks = np.concatenate([blocks[: size - 16], last])
    return blocks.astype(dtype, copy=False).reshape(shape)


def _box_muller(fractions, mean, std):
    """Normals from uniforms: 8 radii, then 8 angles, in each block of 16."""
    u, v = fractions.reshape(-1, 2, 8).swapaxes(0, 1)
    radius, angle = np.sqrt(-2 * np.log(1 - u)), 2 * np.pi * v
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (radius[:, None] * waves * std + mean).reshape(-1)
