"""Collation: a list of samples becomes one batch.

Numbers, arrays and tensors are stacked along a new first dimension; inside
tuples, lists and dictionaries each place is collated by itself; strings stay
as they are. Numbers and arrays become tensors of the library whose tensors
they come with, or of ours.
"""

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

from companion._library import is_tensor, library
from companion.utils.data.batch import Columns, home
from companion.utils.data.checks import require

TEXT = "SUO"  # NumPy's kinds: bytes, strings, objects


def default_collate(batch):
    """Samples to a batch: what a loader does that makes batches itself."""
    if isinstance(batch, Columns):
        return list(batch.columns)
    return collate(batch, home(batch[0]))


def default_convert(sample):
    """Arrays to tensors, all else as it is: what it does without batches."""
    return convert(sample, home(sample))


def collate(batch, source):
    """One place of the samples: its values in this batch, as one value."""
    first = batch[0]
    if is_tensor(first):
        return library(first).stack(tuple(batch))
    if isinstance(first, (str, bytes)):
        return batch
    if hasattr(first, "dtype"):
        return collate_arrays(batch, source)
    if isinstance(first, (int, float)):
        dtype = source.float64 if isinstance(first, float) else None
        return source.tensor(batch, dtype=dtype)
    if isinstance(first, Mapping):
        return rebuild_mapping(
            first, lambda key: collate([d[key] for d in batch], source)
        )
    if isinstance(first, Sequence):
        return collate_sequences(batch, source)
    raise TypeError(not_collatable(type(first)))


def collate_arrays(batch, source):
    """NumPy's arrays, and its scalars, which are arrays without dimensions."""
    dtype = batch[0].dtype
    require(dtype.kind not in TEXT, not_collatable(dtype), TypeError)
    return source.stack([source.as_tensor(array) for array in batch])


def collate_sequences(batch, source):
    if len({len(sample) for sample in batch}) > 1:
        raise RuntimeError(
            "each element in list of batch should be of equal size"
        )
    places = zip(*batch, strict=True)
    return rebuild_sequence(batch[0], [collate(p, source) for p in places])


def convert(sample, source):
    if is_tensor(sample) or isinstance(sample, (str, bytes)):
        return sample
    if hasattr(sample, "dtype"):
        text = sample.dtype.kind in TEXT
        return sample if text else source.as_tensor(sample)
    if isinstance(sample, Mapping):
        return rebuild_mapping(sample, lambda k: convert(sample[k], source))
    if isinstance(sample, Sequence):
        return rebuild_sequence(sample, [convert(s, source) for s in sample])
    return sample


def rebuild_mapping(like, value_of):
    """A mapping of the type and the keys of ``like``, with other values."""
    values = {key: value_of(key) for key in like}
    try:
        if not isinstance(like, MutableMapping):
            return type(like)(values)
        clone = copy.copy(like)  # keeps what a subclass adds to a dict
        clone.update(values)
        return clone
    except TypeError:  # a type that is not made, or copied, this way
        return values


def rebuild_sequence(like, values):
    """A sequence of the type of ``like``; a plain tuple becomes a list."""
    if isinstance(like, tuple):
        named = hasattr(like, "_fields")
        return type(like)(*values) if named else values
    try:
        if not isinstance(like, MutableSequence):
            return type(like)(values)
        clone = copy.copy(like)
        for i, value in enumerate(values):
            clone[i] = value
        return clone
    except TypeError:  # range, for one
        return values


def not_collatable(kind):
    return (
        "default_collate: batch must contain tensors, numpy arrays, numbers, "
        f"dicts or lists; found {kind}; pass a collate_fn for anything else"
    )
