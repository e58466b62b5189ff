"""Samplers: which indices, in which order.

A sampler is iterated once an epoch. Random ones draw what torch's draw, in
the same order, from the generator that they are given; without one, from the
default generator of the library that the data's tensors come from.
"""

from itertools import chain, islice
from typing import Generic, TypeVar

from companion._library import library
from companion.utils.data.batch import stream_of
from companion.utils.data.checks import (
    require,
    require_boolean,
    require_positive,
)

T = TypeVar("T", covariant=True)


class Sampler(Generic[T]):
    """Write ``__iter__``, and ``__len__`` where the number is known."""

    def __iter__(self):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __iter__()"
        )


class SequentialSampler(Sampler[int]):
    """0, 1, 2, … n - 1."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """0 … n - 1 shuffled; with ``replacement``, each drawn from all n.

    ``num_samples`` is n unless given; more than n without replacement means
    one shuffled round after another.
    """

    def __init__(
        self, data_source, replacement=False, num_samples=None, generator=None
    ):
        require_boolean("replacement", replacement, TypeError)
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        require_positive("num_samples", self.num_samples)

    @property
    def num_samples(self):
        if self._num_samples is None:  # the data set may have grown
            return len(self.data_source)
        return self._num_samples

    def __iter__(self):
        return chain.from_iterable(self._lists())

    def _lists(self):
        """The indices, in the portions that torch draws."""
        draw = self._with_replacement if self.replacement else self._rounds
        generator = self.generator
        source = stream_of(self.data_source, generator)
        if generator is None:
            seed = draw_seed(self.data_source)
            generator = source.Generator().manual_seed(seed)
        yield from draw(len(self.data_source), source, generator)

    def _with_replacement(self, n, source, generator):
        for start in range(0, self.num_samples, 32):
            size = min(32, self.num_samples - start)
            yield source.randint(n, (size,), generator=generator).tolist()

    def _rounds(self, n, source, generator):
        rounds, rest = divmod(self.num_samples, n)
        for _ in range(rounds):
            yield source.randperm(n, generator=generator).tolist()
        # torch draws this round even for a rest of 0: a generator that others
        # use must be where torch's would be.
        if rest or self.generator is not None:
            yield source.randperm(n, generator=generator).tolist()[:rest]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices, shuffled."""

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        source = stream_of(self.indices, self.generator)
        n = len(self.indices)
        for i in source.randperm(n, generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Index i with probability weights[i] / Σ weights."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        require_positive("num_samples", num_samples)
        require_boolean("replacement", replacement)
        source = stream_of(weights, generator)
        self.weights = source.as_tensor(weights, dtype=source.float64)
        shape = tuple(self.weights.shape)
        text = f"weights should be a 1d sequence, got shape {shape}"
        require(len(shape) == 1, text)
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        chosen = library(self.weights).multinomial(
            self.weights,
            self.num_samples,
            self.replacement,
            generator=self.generator,
        )
        yield from chosen.tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler[list]):
    """Another sampler's indices, in lists of ``batch_size``."""

    def __init__(self, sampler, batch_size, drop_last):
        require_positive("batch_size", batch_size)
        require_boolean("drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self):
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def draw_seed(data, generator=None):
    """A seed of 63 bits, from the stream that ``data`` is shuffled by."""
    source = stream_of(data, generator)
    empty = source.empty((), dtype=source.int64)
    return empty.random_(generator=generator).item()
