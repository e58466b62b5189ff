"""Samples, several at a time, and the library that their tensors come from."""

from collections.abc import Mapping, Sequence
from itertools import islice

from companion._library import library


class Columns(Sequence):
    """Samples (a₀, b₀), (a₁, b₁), … kept as the tensors a, b, …

    Whoever asks for a sample gets the tuple; collation, which would stack
    the a's and the b's again, takes the tensors as they are.
    """

    def __init__(self, *columns):
        self.columns = columns

    def __len__(self):
        return len(self.columns[0])

    def __getitem__(self, index):
        row = tuple(column[index] for column in self.columns)
        return type(self)(*row) if isinstance(index, slice) else row


def getitems(dataset, indices):
    """The samples at ``indices``, fetched whole where the data set can."""
    if callable(getattr(dataset, "__getitems__", None)):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


def home(value, depth=6):
    """torch if a sample or a data set has something of torch's in it.

    Else ours: what holds no tensor (a number, an array, a data set that
    reads files) becomes a tensor of ours, and is shuffled by our generator.
    """
    ours = library(None)
    if library(value) is not ours or depth == 0:
        return library(value)
    found = (home(part, depth - 1) for part in parts(value))
    return next((source for source in found if source is not ours), ours)


def parts(value):
    """The first few things in a container or in a data set."""
    if isinstance(value, Mapping):
        value = value.values()
    elif hasattr(value, "__getitem__") and hasattr(value, "__dict__"):
        value = vars(value).values()
    elif not isinstance(value, (tuple, list)):
        return ()
    return islice(value, 8)


def stream_of(data, generator):
    """The library whose random stream ``data`` is shuffled by."""
    return home(data) if generator is None else library(generator)
