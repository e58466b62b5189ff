"""Data sets: what goes wrong, and what is right.

Each is made of four rows of features, scaled to 1, and four labels.
"""

import numpy as np
from wrong.entry import Entry

import companion
from companion import check
from companion.utils.data import Dataset, TensorDataset

PIXELS = np.arange(12.0).reshape(4, 3) ** 2
LABELS = [3, 0, 2, 1]
X, Y = companion.tensor(PIXELS / 121), companion.tensor(LABELS)
ITEMS = [(X[i], Y[i]) for i in range(4)]


class Pairs:
    def __init__(self):
        self.x = companion.tensor(PIXELS)
        self.y = LABELS

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.features(i), self.y[i]

    def features(self, i):
        return self.x[i] / 121


class Arrays(Dataset):
    """With NumPy, and several samples at once."""

    def __len__(self):
        return PIXELS.shape[0]

    def __getitem__(self, i):
        return PIXELS[i] / 121, np.int64(LABELS[i])

    def __getitems__(self, indices):
        return [self[i] for i in indices]


class Stub:
    def __len__(self): ...

    def __getitem__(self, i): ...


class StubOfSamples(Pairs):
    def __getitem__(self, i): ...


class Empty:
    pass


class ReturnsItsInput(Pairs):
    def __getitem__(self, i):
        return i


class WithoutLength:
    def __getitem__(self, i):
        return ITEMS[i]


class OneShort(Pairs):
    def __len__(self):
        return len(self.y) - 1


class LengthOfARow(Pairs):
    def __len__(self):
        return self.x.numel()


class CountsFromOne(Pairs):
    def __getitem__(self, i):
        return ITEMS[(i + 1) % 4]


class LabelsShifted(Pairs):
    def __getitem__(self, i):
        return self.features(i), self.y[i - 1]


class Exchanged(Pairs):
    def __getitem__(self, i):
        return self.y[i], self.features(i)


class WithoutLabel(Pairs):
    def __getitem__(self, i):
        return self.features(i)


class NotScaled(Pairs):
    def features(self, i):
        return self.x[i]


class KeepsADimension(Pairs):
    def features(self, i):
        return self.x[i : i + 1] / 121


class ScalesInPlace(Pairs):
    def features(self, i):
        self.x[i] /= 121
        return self.x[i].clone()


class GivesWhatItScales(Pairs):
    """What it gave before is scaled again with what is stored."""

    def features(self, i):
        self.x[i] /= 121
        return self.x[i]


class NextOne(Pairs):
    """It answers in order, whatever the index."""

    position = -1

    def __getitem__(self, i):
        self.position = (self.position + 1) % 4
        return ITEMS[self.position]


class FloatLabels(Pairs):
    def __getitem__(self, i):
        return self.features(i), float(self.y[i])


class GoesRound(Pairs):
    def __getitem__(self, i):
        return super().__getitem__(i % 4)


class Files(Pairs):
    """A dictionary raises KeyError past its end."""

    def __getitem__(self, i):
        return dict(enumerate(ITEMS))[i]


class Endless(Pairs):
    def __getitem__(self, i):
        while i >= 0:
            i += 1


class Ragged(Pairs):
    def features(self, i):
        return (self.x[i] / 121)[: 2 + i]


class Texts(Pairs):
    def __getitem__(self, i):
        return str(self.x[i]), str(self.y[i])


class SlowSingles(Pairs):
    """`__getitems__`, which a loader prefers, is another."""

    def __getitems__(self, indices):
        return [self[i] for i in sorted(indices, reverse=True)]


class LabelsSorted(Pairs):
    def __getitem__(self, i):
        return self.features(i), sorted(self.y)[i]


class OneHot(Pairs):
    def __getitem__(self, i):
        return self.features(i), [int(k == self.y[i]) for k in range(4)]


class Windows:
    """Four numbers in a row, and the one that follows."""

    series = companion.arange(12).float() ** 2

    def __len__(self):
        return 8

    def __getitem__(self, i):
        return self.series[i : i + 4], self.series[self.target(i)]

    def target(self, i):
        return i + 4


class TargetTooEarly(Windows):
    def target(self, i):
        return i + 3 if i < 8 else 12


class TargetFarTooEarly(Windows):
    def target(self, i):
        return i + 2 if i < 8 else 12


class TargetFirst(Windows):
    def target(self, i):
        return i if i < 8 else 12


class TargetTooLate(Windows):
    series = companion.arange(13).float() ** 2

    def target(self, i):
        return i + 5


class Pictures:
    """Channels, rows and columns, in that order."""

    x = companion.arange(4 * 3 * 2 * 5).reshape(4, 3, 2, 5).float()

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.shown(self.x[i])

    def shown(self, picture):
        return picture


class ChannelsLast(Pictures):
    def shown(self, picture):
        return picture.permute(1, 2, 0)


class Flattened(Pictures):
    def shown(self, picture):
        return picture.flatten(1)


class Transformed:
    """The features through a function, at each access."""

    def __init__(self, function):
        self.function = function

    def __len__(self):
        return len(ITEMS)

    def __getitem__(self, i):
        features, label = ITEMS[i]
        return self.function(features), label


class TransformedInInit(Transformed):
    def __init__(self, function):
        self.items = [(function(x), y) for x, y in ITEMS]

    def __getitem__(self, i):
        return self.items[i]


class TransformedAtFirst(Transformed):
    def __init__(self, function):
        super().__init__(function)
        self.kept = {}

    def __getitem__(self, i):
        if i not in self.kept:
            self.kept[i] = super().__getitem__(i)
        return self.kept[i]


class TransformedLabels(Transformed):
    def __getitem__(self, i):
        return tuple(map(self.function, ITEMS[i]))


class NotTransformed(Transformed):
    def __getitem__(self, i):
        return ITEMS[i]


def lazily(function):
    """Without a class of its own."""

    class Own(Pairs):
        def __getitem__(self, i):
            features, label = super().__getitem__(i)
            return function(features), label

    return Own()


def the_class():
    return Pairs


def tensors():
    return TensorDataset(X, Y)


def a_list():
    return ITEMS


class Made(Entry):
    """The checker is given what `code` makes, anew each time."""

    def report(self, checker):
        return getattr(check, checker)(self.code(), **self.settings)


TABLE = {"items": ITEMS}
WRONG = [
    Made(*row, settings=TABLE)
    for row in [
        ("the stub", Stub, "it raised TypeError"),
        ("the stub of a sample", StubOfSamples, "is a return missing?"),
        ("an empty answer", Empty, "is there a __len__(self)?"),
        ("the input returned", ReturnsItsInput, "as a pair?"),
        ("a class for a data set", the_class, "Pairs is a class"),
        ("no length", WithoutLength, "is there a __len__(self)?"),
        ("one too few", OneShort, "is it off by one?"),
        ("the length of something else", LengthOfARow, "another dimension"),
        ("counting from 1", CountsFromOne, "is the index off by one?"),
        ("labels shifted", LabelsShifted, "parts are of different samples"),
        ("features and label exchanged", Exchanged, "label exchanged?"),
        ("no label", WithoutLabel, "as a pair?"),
        ("not scaled", NotScaled, "121 times what it should be"),
        ("a dimension kept", KeepsADimension, "a dimension of size 1 kept"),
        ("scaled in place", ScalesInPlace, "change what is stored"),
        ("in order, not by index", NextOne, "depend on the call before"),
        ("labels as floats", FloatLabels, "expected whole numbers"),
        ("round and round", GoesRound, "a for-loop over the data set"),
        ("another exception at the end", Files, "it raised KeyError"),
        ("an endless loop", Endless, "does a loop never end?"),
        ("rows of other lengths", Ragged, "expected shape (3,), got (2,)"),
        ("texts for numbers", Texts, "expected an array of numbers"),
        ("batches in another order", SlowSingles, "in the wrong order"),
    ]
]
WRONG += [
    Made("scaled in place and given", GivesWhatItScales, "change what is"),
    Made("labels in order", LabelsSorted, "in another order?", TABLE),
    Made("labels one-hot", OneHot, "expected shape (), got (4,)", TABLE),
]
WINDOWS = {"items": [*Windows()]}
WRONG += [
    Made(*row, settings=WINDOWS)
    for row in [
        ("the target too early", TargetTooEarly, "expected 16, got 9"),
        ("the target two too early", TargetFarTooEarly, "expected 16, got 4"),
        ("the first for the target", TargetFirst, "expected 16, got 0"),
        ("the target too late", TargetTooLate, "is one index shifted"),
    ]
]
PICTURES = {"items": [*Pictures()]}
WRONG += [
    Made(*row, settings=PICTURES)
    for row in [
        ("channels last", ChannelsLast, "dimensions in another order?"),
        ("rows joined", Flattened, "is it flattened"),
    ]
]
HALVES = {
    "items": [(x / 2, y) for x, y in ITEMS],
    "transform": lambda x: x / 2,
}
WRONG += [
    Entry(*row, settings=HALVES)
    for row in [
        ("transformed in __init__", TransformedInInit, "to all samples at"),
        ("transformed once, and kept", TransformedAtFirst, "gave kept?"),
        ("labels transformed too", TransformedLabels, "calls: 2"),
        ("not transformed", NotTransformed, "calls: 0"),
    ]
]
RIGHT = [
    Made("lists and a method", Pairs, settings=TABLE),
    Made("arrays, several at once", Arrays, settings=TABLE),
    Made("the companion's", tensors, settings=TABLE),
    Made("a list of samples", a_list, settings=TABLE),
    Made("by itself", Pairs, settings={}),
    Made("windows", Windows, settings=WINDOWS),
    Entry("transformed at each access", Transformed, settings=HALVES),
    Entry("transformed, in a function", lazily, settings=HALVES),
]
