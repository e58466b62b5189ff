"""Data loaders: what goes wrong, and what is right."""

import random

import numpy as np
from wrong.entry import Entry

import companion
from companion.utils import data


class Slices:
    """The shortest one: the data set is cut, nothing is collated."""

    def __init__(self, dataset, batch_size):
        self.dataset, self.size = dataset, batch_size

    def __iter__(self):
        for start in range(0, len(self.dataset), self.size):
            yield self.dataset[start : start + self.size]


class Loader:
    def __init__(self, dataset, batch_size, shuffle=False, drop_last=False):
        self.dataset, self.size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last

    def order(self):
        n = len(self.dataset)
        return companion.randperm(n).tolist() if self.shuffle else range(n)

    def __iter__(self):
        order = list(self.order())
        for start in range(0, len(order), self.size):
            chosen = order[start : start + self.size]
            if len(chosen) == self.size or not self.drop_last:
                yield self.batch(chosen)

    def batch(self, indices):
        samples = [self.dataset[i] for i in indices]
        return [companion.stack(part) for part in zip(*samples, strict=True)]

    def __len__(self):
        rest = 0 if self.drop_last else self.size - 1
        return (len(self.dataset) + rest) // self.size


class OfParts:
    """A sampler, a batch sampler and a collation, as the chapter has them."""

    def __init__(self, dataset, batch_size, shuffle=False):
        kind = data.RandomSampler if shuffle else data.SequentialSampler
        self.dataset = dataset
        self.batches = data.BatchSampler(kind(dataset), batch_size, False)

    def __iter__(self):
        for indices in self.batches:
            yield data.default_collate([self.dataset[i] for i in indices])


class WholeBatches:
    """Whole batches by a list of indices; a position in each iterator."""

    def __init__(self, dataset, batch_size, shuffle=False):
        self.dataset, self.size = dataset, batch_size
        self.shuffle = shuffle

    def __iter__(self):
        order = np.arange(len(self.dataset))
        if self.shuffle:
            np.random.shuffle(order)
        return Position(self, order.tolist())


class Position:
    def __init__(self, loader, order):
        self.loader, self.order = loader, order

    def __iter__(self):
        return self

    def __next__(self):
        size = self.loader.size
        chosen, self.order = self.order[:size], self.order[size:]
        if not chosen:
            raise StopIteration
        return self.loader.dataset[chosen]


class Stub:
    def __init__(self, dataset, batch_size): ...

    def __iter__(self): ...


class Empty:
    pass


def returns_its_input(dataset, batch_size):
    return dataset


def as_a_generator(dataset, batch_size):
    for start in range(0, len(dataset), batch_size):
        yield dataset[start : start + batch_size]


class GivesNothing(Slices):
    def __iter__(self):
        return iter(())


class LosesTheRest(Slices):
    def __iter__(self):
        for i in range(len(self.dataset) // self.size):
            yield self.dataset[i * self.size : (i + 1) * self.size]


class EmptyAtTheEnd(Slices):
    def __iter__(self):
        for i in range(len(self.dataset) // self.size + 1):
            yield self.dataset[i * self.size : (i + 1) * self.size]


class StepsByOne(Slices):
    def __iter__(self):
        for start in range(0, len(self.dataset), self.size):
            first = start // self.size
            yield self.dataset[first : first + self.size]


class OneByOne(Slices):
    def __iter__(self):
        return iter(self.dataset)


class NotCollated(Slices):
    def __iter__(self):
        for start in range(0, len(self.dataset), self.size):
            stop = min(start + self.size, len(self.dataset))
            yield [self.dataset[i] for i in range(start, stop)]


class WithoutLabels(Slices):
    def __iter__(self):
        return (features for features, _ in super().__iter__())


class LabelsAsFloats(Slices):
    def __iter__(self):
        return ((x, y.float()) for x, y in super().__iter__())


class LabelsInColumns(Slices):
    def __iter__(self):
        return ((x, y.unsqueeze(1)) for x, y in super().__iter__())


class Concatenates(Loader):
    def batch(self, indices):
        samples = [self.dataset[i] for i in indices]
        x, y = zip(*samples, strict=True)
        return companion.cat(x), companion.stack(y)


class IteratorKept(Slices):
    def __init__(self, dataset, batch_size):
        super().__init__(dataset, batch_size)
        self.iterator = super().__iter__()

    def __iter__(self):
        return self.iterator


class PlaceInTheLoader(Slices):
    start = 0

    def __iter__(self):
        return self

    def __next__(self):
        start, self.start = self.start, self.start + self.size
        if start >= len(self.dataset):
            self.start = 0
            raise StopIteration
        return self.dataset[start : start + self.size]


class StartsAnewForAll(PlaceInTheLoader):
    def __iter__(self):
        self.start = 0
        return self


class NeverStops(Slices):
    def __iter__(self):
        start = 0
        while True:
            yield self.dataset[start : start + self.size]
            start = (start + self.size) % len(self.dataset)


class Hangs(Slices):
    def __iter__(self):
        batch = []
        while len(batch) < self.size:
            pass
        yield batch


class AlwaysShuffles(Loader):
    def order(self):
        return companion.randperm(len(self.dataset)).tolist()


class NeverShuffles(Loader):
    def order(self):
        return range(len(self.dataset))


class ShufflesPartsApart(Loader):
    def batch(self, indices):
        x, y = super().batch(indices)
        return x, y[companion.randperm(len(y))] if self.shuffle else y


class DrawsEachBatch(Loader):
    def batch(self, indices):
        if self.shuffle:
            every = range(len(self.dataset))
            indices = random.sample(every, len(indices))
        return super().batch(indices)


class OrderOfTheFirstEpoch(Loader):
    drawn = None

    def order(self):
        self.drawn = self.drawn or super().order()
        return self.drawn


class SeedsItself(Loader):
    def order(self):
        companion.manual_seed(0)
        return super().order()


class NobodysSeed(Loader):
    def order(self):
        n = len(self.dataset)
        if not self.shuffle:
            return range(n)
        return np.random.default_rng().permutation(n).tolist()


class ShufflesTheData(Loader):
    def __iter__(self):
        if self.shuffle:
            order = companion.randperm(len(self.dataset))
            for tensor in self.dataset.tensors:
                tensor[:] = tensor[order]
        return (self.batch(self.cut(i)) for i in range(len(self)))

    def cut(self, i):
        start = i * self.size
        return range(start, min(start + self.size, len(self.dataset)))


class ClearsTheData(Loader):
    def batch(self, indices):
        batch = super().batch(indices)
        for i in indices:
            self.dataset[i][0].zero_()
        return batch


class DropsNothing(Loader):
    def __init__(self, dataset, batch_size, shuffle=False, drop_last=False):
        super().__init__(dataset, batch_size, shuffle)


class DropsTheLast(Loader):
    """The last one, short or not."""

    def __iter__(self):
        batches = [*super().__iter__()]
        rest = len(self.dataset) % self.size
        return iter(batches[:-1] if self.drop_last and not rest else batches)


class LengthOfTheData(Loader):
    def __len__(self):
        return len(self.dataset)


class LengthRoundedDown(Loader):
    def __len__(self):
        return len(self.dataset) // self.size


class Keeps(Slices):
    """Right: what is kept is of a loop that has come to its end."""

    kept = None

    def __iter__(self):
        if self.kept is not None:
            yield from self.kept
            return
        made = []
        for batch in super().__iter__():
            made.append(batch)
            yield batch
        self.kept = made


class KeepsOfALoopThatIsLeft(Slices):
    def __init__(self, dataset, batch_size):
        super().__init__(dataset, batch_size)
        self.kept, self.whole = [], False

    def __iter__(self):
        if self.whole:
            yield from self.kept
            return
        for batch in super().__iter__():
            self.kept.append(batch)
            yield batch
        self.whole = True


class KeepsOfTwoLoops(KeepsOfALoopThatIsLeft):
    def __iter__(self):
        if not self.whole:
            self.kept = []
        return super().__iter__()


class KeepsTheFirstPart(KeepsOfALoopThatIsLeft):
    def __iter__(self):
        self.whole = bool(self.kept)
        return super().__iter__()


class InArrays(Slices):
    def __iter__(self):
        return ((x.numpy(), y.numpy()) for x, y in super().__iter__())


class InLists(Slices):
    def __iter__(self):
        return ((x.tolist(), y.tolist()) for x, y in super().__iter__())


class InDouble(Slices):
    def __iter__(self):
        return ((x.double(), y) for x, y in super().__iter__())


class ShortLabels(Slices):
    def __iter__(self):
        return ((x, y.int()) for x, y in super().__iter__())


class FillsUp(Loader):
    def batch(self, indices):
        more = range(self.size - len(indices))
        return super().batch([*indices, *more])


class ShufflesBatches(Loader):
    def __iter__(self):
        batches = [*super().__iter__()]
        if self.shuffle:
            random.shuffle(batches)
        return iter(batches)

    def order(self):
        return range(len(self.dataset))


class ShufflesTheRestLast(ShufflesBatches):
    """The short one stays at the end, so that the sizes are right."""

    def __iter__(self):
        batches = [*Loader.__iter__(self)]
        if self.shuffle:
            first = batches[: len(self.dataset) // self.size]
            random.shuffle(first)
            batches[: len(first)] = first
        return iter(batches)


class ShufflesWithinBatches(NeverShuffles):
    def batch(self, indices):
        indices = list(indices)
        if self.shuffle:
            random.shuffle(indices)
        return super().batch(indices)


class OneBufferForAll(Slices):
    def __iter__(self):
        buffer = None
        for x, y in super().__iter__():
            if buffer is None:
                buffer = x.clone(), y.clone()
            rows = buffer[0][: len(y)], buffer[1][: len(y)]
            for row, part in zip(rows, (x, y), strict=True):
                row.copy_(part)
            yield rows


class OneWalkForAll(Slices):
    """A loop that is overtaken loses what the other has taken."""

    def __init__(self, dataset, batch_size):
        super().__init__(dataset, batch_size)
        self.walk, self.kept = super().__iter__(), []

    def __iter__(self):
        yield from self.kept
        for batch in self.walk:
            self.kept.append(batch)
            yield batch


WRONG = [
    Entry(*row)
    for row in [
        ("the stub", Stub, "it raised TypeError"),
        ("an empty answer", Empty, "it raised TypeError"),
        ("the input returned", returns_its_input, "given one by one?"),
        ("a generator", as_a_generator, "made, and used up"),
        ("no batch", GivesNothing, "expected 3 batches, got 0"),
        ("the short batch lost", LosesTheRest, "is the last batch lost?"),
        ("an empty batch", EmptyAtTheEnd, "one given at the end"),
        ("slices that overlap", StepsByOne, "does a slice begin elsewhere"),
        ("one by one", OneByOne, "given one by one?"),
        ("lists of samples", NotCollated, "a list of samples"),
        ("no labels", WithoutLabels, "expected 2 parts"),
        ("labels as floats", LabelsAsFloats, "expected whole numbers"),
        ("labels in a column", LabelsInColumns, "a dimension of size 1"),
        ("cat for stack", Concatenates, "expected shape (4, 2), got (8,)"),
        ("the iterator kept", IteratorKept, "of __iter__ is to begin anew"),
        ("its own iterator", PlaceInTheLoader, "in the loader: its place"),
        ("its own iterator, anew", StartsAnewForAll, "kept in the loader,"),
        ("no end", NeverStops, "does the loop end?"),
        ("an endless loop", Hangs, "does a loop never end?"),
        ("shuffled unasked", AlwaysShuffles, "shuffled unasked"),
        ("never shuffled", NeverShuffles, "is shuffle used?"),
        ("features and labels apart", ShufflesPartsApart, "by themselves?"),
        ("each batch drawn from all", DrawsEachBatch, "drawn for each batch?"),
        ("one order for all epochs", OrderOfTheFirstEpoch, "drawn once"),
        ("it seeds in each epoch", SeedsItself, "seeded anew"),
        ("numbers that nobody seeds", NobodysSeed, "nobody can seed"),
        ("the data shuffled in place", ShufflesTheData,
         "changed its argument features"),
        ("the data changed", ClearsTheData, "changed its argument features"),
        ("drop_last ignored", DropsNothing, "one given at the end"),
        ("the last batch dropped", DropsTheLast, "is the last batch lost?"),
        ("the length of the data", LengthOfTheData, "number of batches"),
        ("the length rounded down", LengthRoundedDown, "rounded up"),
        ("batches kept of a loop that was left", KeepsOfALoopThatIsLeft,
         "or the batches it had?"),
        ("batches kept of two loops", KeepsOfTwoLoops, "or its batches?"),
        ("one walk for all loops", OneWalkForAll, "or its batches?"),
        ("the first batches kept as all", KeepsTheFirstPart,
         "or the batches it had?"),
        ("batches in arrays", InArrays, "expected a tensor, got ndarray"),
        ("batches in lists", InLists, "expected a tensor, got list"),
        ("features in float64", InDouble, "got companion.float64"),
        ("labels in int32", ShortLabels, "got companion.int32"),
        ("the short batch filled up", FillsUp, "filled up with other samples"),
        ("whole batches shuffled", ShufflesBatches,
         "are whole batches shuffled"),
        ("whole batches shuffled, the short one last", ShufflesTheRestLast,
         "are whole batches shuffled"),
        ("each batch shuffled by itself", ShufflesWithinBatches,
         "or each batch by itself?"),
        ("one buffer for all batches", OneBufferForAll,
         "is one batch written over another?"),
    ]
]  # fmt: skip
RIGHT = [
    Entry("slices", Slices),
    Entry("samples, stacked", Loader),
    Entry("a sampler, a batch sampler, collation", OfParts),
    Entry("an iterator of its own class", WholeBatches),
    Entry("whole loops kept", Keeps),
    Entry("the companion's", data.DataLoader),
]
