"""Data sets: what gives the sample at an index, or one sample after another.

Each class but the first two is made of other data sets, or of tensors, and
copies nothing.
"""

import math
import warnings
from bisect import bisect_right
from itertools import accumulate
from typing import Generic, TypeVar

from companion._library import library
from companion.utils.data.batch import Columns, getitems, stream_of
from companion.utils.data.checks import require

T = TypeVar("T", covariant=True)


class Dataset(Generic[T]):
    """A map from index to sample: write ``__getitem__``, and ``__len__``.

    A data set that can fetch several samples faster than one by one has also
    ``__getitems__(indices)``, which gives a sequence of samples.
    """

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __getitem__(index)"
        )

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T]):
    """A stream of samples: write ``__iter__``.

    Each worker process has a copy and would give every sample once more:
    divide the stream in ``__iter__``, by :func:`get_worker_info`.
    """

    def __iter__(self):
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __iter__()"
        )

    def __add__(self, other):
        return ChainDataset([self, other])


def is_iterable(dataset):
    """Whether a data set, ours or torch's, is a stream."""
    return isinstance(dataset, library(dataset).utils.data.IterableDataset)


class TensorDataset(Dataset[tuple]):
    """Sample i is the i-th row of each tensor.

    Raises AssertionError where the tensors differ in their first size.
    """

    def __init__(self, *tensors):
        sizes = [tensor.shape[0] for tensor in tensors]
        text = f"Size mismatch between tensors: first sizes {sizes}"
        require(len(set(sizes)) <= 1, text, AssertionError)
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __getitems__(self, indices):
        if type(self).__getitem__ is not TensorDataset.__getitem__:
            return [self[index] for index in indices]
        home = library(self.tensors[0])
        rows = home.tensor(indices, dtype=home.int64)
        if min(indices, default=0) < 0:
            return Columns(*self[rows])
        # In torch twice as fast; it refuses negative numbers.
        columns = [t.index_select(0, rows.to(t.device)) for t in self.tensors]
        return Columns(*columns)

    def __len__(self):
        return self.tensors[0].shape[0]


class StackDataset(Dataset[T]):
    """Sample i holds the i-th samples of several data sets.

    ``StackDataset(a, b)[i]`` is ``(a[i], b[i])``, and
    ``StackDataset(x=a, y=b)[i]`` is ``{"x": a[i], "y": b[i]}``.
    """

    def __init__(self, *args, **kwargs):
        require(
            bool(args) != bool(kwargs),
            "StackDataset takes data sets either by position or by name, at "
            f"least one; got {len(args)} and {len(kwargs)}",
        )
        self.datasets = args or kwargs
        lengths = [len(dataset) for dataset in self._parts()]
        text = f"Size mismatch between datasets: {lengths}"
        require(len(set(lengths)) == 1, text)

    def _parts(self):
        named = isinstance(self.datasets, dict)
        return self.datasets.values() if named else self.datasets

    def _sample(self, parts):
        if isinstance(self.datasets, dict):
            return dict(zip(self.datasets, parts, strict=True))
        return tuple(parts)

    def __getitem__(self, index):
        return self._sample([dataset[index] for dataset in self._parts()])

    def __getitems__(self, indices):
        columns = [getitems(dataset, indices) for dataset in self._parts()]
        for column in columns:
            require(
                len(column) == len(indices),
                "Nested dataset's output size mismatch. Expected "
                f"{len(indices)}, got {len(column)}",
            )
        return [self._sample(row) for row in zip(*columns, strict=True)]

    def __len__(self):
        return len(next(iter(self._parts())))


class ConcatDataset(Dataset[T]):
    """Several data sets end to end."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        require(
            self.datasets,
            "datasets should not be an empty iterable",
            AssertionError,
        )
        require(
            not any(map(is_iterable, self.datasets)),
            "ConcatDataset does not support IterableDataset; chain them",
            AssertionError,
        )
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        if index < 0:
            text = f"index {index} is out of range for {len(self)} samples"
            require(index >= -len(self), text)
            index += len(self)
        number = bisect_right(self.cumulative_sizes, index)
        start = self.cumulative_sizes[number - 1] if number else 0
        return self.datasets[number][index - start]


class ChainDataset(IterableDataset[T]):
    """Several streams, one after the other."""

    def __init__(self, datasets):
        self.datasets = datasets

    def _streams(self):
        for dataset in self.datasets:
            require(
                is_iterable(dataset),
                "ChainDataset only supports IterableDataset, got "
                f"{type(dataset).__name__}",
                AssertionError,
            )
            yield dataset

    def __iter__(self):
        for stream in self._streams():
            yield from stream

    def __len__(self):
        return sum(map(len, self._streams()))


class Subset(Dataset[T]):
    """The samples of ``dataset`` at ``indices``, in that order."""

    def __init__(self, dataset, indices):
        kind = type(self)
        require(
            kind.__getitem__ is Subset.__getitem__
            or kind.__getitems__ is not Subset.__getitems__,
            f"{kind.__name__} overrides __getitem__ but not __getitems__, "
            "which loaders would call instead",
            NotImplementedError,
        )
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        return getitems(self.dataset, [self.indices[i] for i in indices])

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """Cut a shuffled data set into subsets of ``lengths``.

    Lengths are numbers of samples, or fractions that sum to 1; what rounding
    the fractions down leaves over goes to the subsets in turn, one each.
    """
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _from_fractions(len(dataset), lengths)
    require(
        sum(lengths) == len(dataset),
        "Sum of input lengths does not equal the length of the input dataset: "
        f"{list(lengths)} for {len(dataset)} samples",
    )
    source = stream_of(dataset, generator)
    order = source.randperm(sum(lengths), generator=generator).tolist()
    return [
        Subset(dataset, order[end - length : end])
        for end, length in zip(accumulate(lengths), lengths, strict=True)
    ]


def _from_fractions(total, fractions):
    for i, fraction in enumerate(fractions):
        text = f"Fraction at index {i} is not between 0 and 1: {fraction}"
        require(0 <= fraction <= 1, text)
    lengths = [math.floor(total * fraction) for fraction in fractions]
    for i in range(total - sum(lengths)):
        lengths[i % len(lengths)] += 1
    if 0 in lengths:
        warnings.warn(
            f"Length of split at index {lengths.index(0)} is 0. This might "
            "result in an empty dataset.",
            stacklevel=3,
        )
    return lengths
