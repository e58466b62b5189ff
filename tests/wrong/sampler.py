"""Samplers: what goes wrong, and what is right."""

import itertools
import random

import numpy as np
from wrong.entry import Entry

import companion
from companion.utils import data


class Random:
    def __init__(self, data_source):
        self.n = len(data_source)

    def __len__(self):
        return self.n

    def __iter__(self):
        return iter(companion.randperm(self.n).tolist())


class WithGenerator(data.Sampler):
    def __init__(self, data_source, generator=None):
        self.source, self.generator = data_source, generator

    def __iter__(self):
        yield from companion.randperm(
            len(self.source), generator=self.generator
        )

    def __len__(self):
        return len(self.source)


class WithSeed(Random):
    def __init__(self, data_source, seed=0):
        super().__init__(data_source)
        self.numbers = np.random.default_rng(seed)

    def __iter__(self):
        return iter(self.numbers.permutation(self.n))


class ByPython(Random):
    def __iter__(self):
        order = list(range(self.n))
        random.shuffle(order)
        return iter(order)


class BySwaps(Random):
    def __iter__(self):
        order = list(range(self.n))
        for i in range(self.n):
            j = i + int(companion.randint(self.n - i, (1,)))
            order[i], order[j] = order[j], order[i]
            yield order[i]


class Sequential(Random):
    def __iter__(self):
        return iter(range(self.n))


class Batches:
    def __init__(self, sampler, batch_size, drop_last=False):
        self.sampler, self.size = sampler, batch_size
        self.drop_last = drop_last

    def __iter__(self):
        batch = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self):
        extra = 0 if self.drop_last else self.size - 1
        return (len(self.sampler) + extra) // self.size


class BatchesBySlices:
    def __init__(self, sampler, batch_size):
        self.sampler, self.size = sampler, batch_size

    def __iter__(self):
        order = list(self.sampler)
        for start in range(0, len(order), self.size):
            yield order[start : start + self.size]

    def __len__(self):
        return -(-len(self.sampler) // self.size)


class Subset:
    def __init__(self, indices):
        self.indices = indices

    def __len__(self):
        return len(self.indices)

    def __iter__(self):
        for i in companion.randperm(len(self.indices)):
            yield self.indices[int(i)]


class Weighted:
    def __init__(self, weights, num_samples):
        self.weights, self.number = companion.tensor(weights), num_samples

    def __len__(self):
        return self.number

    def __iter__(self):
        yield from companion.multinomial(
            self.weights, self.number, replacement=True
        ).tolist()


class Stub:
    def __init__(self, data_source): ...

    def __len__(self): ...

    def __iter__(self): ...


class Empty:
    pass


class GivesNothing(Random):
    def __iter__(self):
        return iter([])


class ReturnsItsInput(Random):
    def __init__(self, data_source):
        super().__init__(data_source)
        self.source = data_source

    def __iter__(self):
        return self.source


class LastLost(Random):
    def __iter__(self):
        return iter(companion.randperm(self.n - 1).tolist())


class FromOne(Random):
    def __iter__(self):
        return iter((companion.randperm(self.n) + 1).tolist())


class WithReplacement(Random):
    def __iter__(self):
        return iter(companion.randint(self.n, (self.n,)).tolist())


class NotShuffled(Random):
    def __iter__(self):
        order = list(range(self.n))
        sorted(order, key=lambda i: random.random())
        return iter(order)


class ShuffleOfNone(Random):
    def __iter__(self):
        return iter(random.shuffle(list(range(self.n))))


class SameOrderAgain(Random):
    def __init__(self, data_source):
        super().__init__(data_source)
        self.order = companion.randperm(self.n).tolist()

    def __iter__(self):
        return iter(self.order)


class IteratorInInit(SameOrderAgain):
    def __init__(self, data_source):
        super().__init__(data_source)
        self.iterator = iter(self.order)

    def __iter__(self):
        return self.iterator


class ItsOwnIterator(Random):
    def __iter__(self):
        self.left = companion.randperm(self.n).tolist()
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        return self.left.pop()


class OwnNumbers(Random):
    def __iter__(self):
        return iter(np.random.default_rng().permutation(self.n).tolist())


class SeedsTheWorld(Random):
    def __iter__(self):
        companion.manual_seed(0)
        return super().__iter__()


class OneSeedInside(Random):
    def __init__(self, data_source):
        super().__init__(data_source)
        self.numbers = random.Random(0)

    def __iter__(self):
        return iter(self.numbers.sample(range(self.n), self.n))


class Turned(Random):
    def __iter__(self):
        start = int(companion.randint(self.n, (1,)))
        return iter([(start + i) % self.n for i in range(self.n)])


class CoinTosses(Random):
    def __iter__(self):
        return iter(sorted(range(self.n), key=lambda i: random.getrandbits(1)))


class WithoutLength(Random):
    __len__ = None


class OneLess(Random):
    def __len__(self):
        return self.n - 1


class NeverEnds(Random):
    def __iter__(self):
        return itertools.cycle(range(self.n))


class EndlessLoop(Random):
    def __iter__(self):
        while True:
            random.random()


class AsksForSamples(Random):
    def __init__(self, data_source):
        super().__init__(data_source)
        self.first = data_source[0]


class Fractions(Random):
    def __iter__(self):
        return iter(companion.rand(self.n).tolist())


class LosesShortBatch(Batches):
    def __iter__(self):
        return (batch for batch in super().__iter__() if len(batch) > 3)


class EmptyBatchAtTheEnd(BatchesBySlices):
    def __iter__(self):
        yield from super().__iter__()
        if len(self.sampler) % self.size == 0:
            yield []


class OneListForAll(Batches):
    def __iter__(self):
        batch = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.size:
                yield batch
                batch.clear()
        if batch and not self.drop_last:
            yield batch


class KeepsShortBatch(Batches):
    def __init__(self, sampler, batch_size, drop_last=False):
        super().__init__(sampler, batch_size)


class Positions(Batches):
    def __init__(self, sampler, batch_size, drop_last=False):
        super().__init__(range(len(sampler)), batch_size, drop_last)


class SortsBatches(BatchesBySlices):
    def __iter__(self):
        return (sorted(batch) for batch in super().__iter__())


class LengthOfIndices(Batches):
    def __len__(self):
        return len(self.sampler)


class RoundsDown(Batches):
    def __len__(self):
        return len(self.sampler) // self.size


class CarriesOver(Batches):
    def __init__(self, sampler, batch_size, drop_last=False):
        super().__init__(sampler, batch_size, drop_last)
        self.batch = []

    def __iter__(self):
        for index in self.sampler:
            self.batch.append(index)
            if len(self.batch) == self.size:
                yield list(self.batch)
                self.batch = []
        if self.batch and not self.drop_last:
            yield list(self.batch)


class PositionsOfSubset(Subset):
    def __iter__(self):
        return iter(companion.randperm(len(self.indices)).tolist())


class IgnoresWeights(Weighted):
    def __iter__(self):
        n = len(self.weights)
        return iter(companion.randint(n, (self.number,)).tolist())


class OneTooMany(Weighted):
    def __iter__(self):
        yield from super().__iter__()
        yield 1


class ShufflesOneList(SameOrderAgain):
    """In place: a loop that is under way goes on in the new order."""

    def __iter__(self):
        random.shuffle(self.order)
        return iter(self.order)


class SeedsAllWithTheEpoch(Random):
    """Other orders in each epoch; everybody else's numbers repeat."""

    def __init__(self, data_source, seed=0):
        super().__init__(data_source)
        self.seed, self.epoch = seed, 0

    def __iter__(self):
        companion.manual_seed(self.seed + self.epoch)
        self.epoch += 1
        return super().__iter__()


class SeedsNumPy(SeedsAllWithTheEpoch):
    def __iter__(self):
        np.random.seed(self.seed + self.epoch)
        self.epoch += 1
        return iter(np.random.permutation(self.n).tolist())


class ShufflesWhatItIsGiven(Subset):
    def __iter__(self):
        random.shuffle(self.indices)
        return iter(list(self.indices))


class DrawnOnce(Weighted):
    def __init__(self, weights, num_samples):
        super().__init__(weights, num_samples)
        self.drawn = list(super().__iter__())

    def __iter__(self):
        return iter(self.drawn)


class BatchOfNothing(Batches):
    def __iter__(self):
        yield from super().__iter__()
        if len(self.sampler) == 0:
            yield []


class WalkedInInit(Batches):
    def __init__(self, sampler, batch_size, drop_last=False):
        super().__init__(list(sampler), batch_size, drop_last)


class BatchesItself(Batches):
    def __iter__(self):
        self.left = list(self.sampler)
        return self

    def __next__(self):
        batch, self.left = self.left[: self.size], self.left[self.size :]
        if len(batch) < (self.size if self.drop_last else 1):
            raise StopIteration
        return batch


class Shares:
    """For each process, the indices of one order, dealt out like cards."""

    def __init__(self, dataset, num_replicas, rank, seed=0):
        self.n, self.size, self.rank = len(dataset), num_replicas, rank
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def order(self):
        numbers = companion.Generator().manual_seed(self.seed + self.epoch)
        return companion.randperm(self.n, generator=numbers).tolist()

    def filled(self):
        order = self.order()
        return order + order[: -self.n % self.size]

    def __iter__(self):
        return iter(self.filled()[self.rank :: self.size])

    def __len__(self):
        return -(-self.n // self.size)


class SharesByNumPy(Shares):
    """By a table: a column for each process."""

    def order(self):
        numbers = np.random.default_rng([self.seed, self.epoch])
        return numbers.permutation(self.n).tolist()

    def __iter__(self):
        table = np.reshape(self.filled(), (-1, self.size))
        return iter(table[:, self.rank].tolist())


class Blocks(Shares):
    def __iter__(self):
        start = self.rank * len(self)
        return iter(self.filled()[start : start + len(self)])


class RankForgotten(Shares):
    def __iter__(self):
        return iter(self.filled()[:: self.size])


class RankInTheSeed(Shares):
    def order(self):
        numbers = companion.Generator()
        numbers.manual_seed(self.seed + self.epoch + self.rank)
        return companion.randperm(self.n, generator=numbers).tolist()


class NobodysOrder(Shares):
    def order(self):
        return np.random.default_rng().permutation(self.n).tolist()


class EpochForgotten(Shares):
    def set_epoch(self, epoch):
        pass


class SeedForgotten(Shares):
    def order(self):
        self.seed = 0
        return super().order()


class SharesInOrder(Shares):
    def order(self):
        return list(range(self.n))


class UnevenShares(Shares):
    def filled(self):
        return self.order()


class LastOneAgain(Shares):
    def filled(self):
        order = self.order()
        return order + order[-1:] * (-self.n % self.size)


class LengthOfAll(Shares):
    def __len__(self):
        return self.n


class NoShares(Shares):
    def __iter__(self):
        return iter([])


class NoEpochs(Shares):
    set_epoch = None


def table(like, rows):
    return [Entry(*row, settings={"like": like}) for row in rows]


WRONG = [
    *table("RandomSampler", [
        ("the stub", Stub, "it raised TypeError"),
        ("an empty answer", Empty, "it raised TypeError"),
        ("no index", GivesNothing, "it gives nothing"),
        ("the input returned", ReturnsItsInput, "it raised TypeError"),
        ("the last one left out", LastLost, "is the last one left out?"),
        ("counting from 1", FromOne, "does it count from 1?"),
        ("with replacement", WithReplacement, "may come once only"),
        ("not shuffled", NotShuffled, "is it shuffled?"),
        ("shuffle returns None", ShuffleOfNone, "it raised TypeError"),
        ("one order for all epochs", SameOrderAgain, "drawn in __init__"),
        ("the iterator made once", IteratorInInit, "make it in __iter__"),
        ("its own iterator", ItsOwnIterator, "return the sampler itself"),
        ("numbers that nobody seeds", OwnNumbers, "nobody can seed"),
        ("it seeds in each epoch", SeedsTheWorld, "seeded anew in __iter__"),
        ("one seed inside", OneSeedInside, "is the seed fixed inside"),
        ("turned, not shuffled", Turned, "is the order turned round"),
        ("sorted by coin tosses", CoinTosses, "sorted by too few keys"),
        ("no length", WithoutLength, "is there a __len__(self)?"),
        ("one too few", OneLess, "expected len 12, got 11"),
        ("no end", NeverEnds, "does the iterator end?"),
        ("an endless loop", EndlessLoop, "does a loop never end?"),
        ("a look at the samples", AsksForSamples, "len(data_source) alone"),
        ("fractions", Fractions, "expected whole numbers"),
        ("one list shuffled in place", ShufflesOneList,
         "a list that the next loop shuffles"),
        ("it seeds all, by the epoch", SeedsAllWithTheEpoch,
         "is the generator of all seeded?"),
        ("it seeds NumPy", SeedsNumPy, "is the generator of all seeded?"),
    ]),
    *table("SequentialSampler", [
        ("shuffled, not in order", Random, "is it 0, 1, 2, ...?"),
    ]),
    *table("SubsetRandomSampler", [
        ("positions for indices", PositionsOfSubset, "these are positions"),
        ("what it is given shuffled", ShufflesWhatItIsGiven,
         "is it shuffled in place?"),
    ]),
    *table("WeightedRandomSampler", [
        ("weights not used", IgnoresWeights, "are the weights used?"),
        ("one draw too many", OneTooMany, "expected 400 indices, got 401"),
        ("drawn in __init__", DrawnOnce, "is it drawn in __init__"),
    ]),
    *table("BatchSampler", [
        ("the short batch lost", LosesShortBatch, "is the last batch lost?"),
        ("an empty batch", EmptyBatchAtTheEnd, "an empty batch at the end"),
        ("one list for all batches", OneListForAll, "needs its own"),
        ("drop_last ignored", KeepsShortBatch, "left out, with drop_last?"),
        ("positions in batches", Positions, "these are positions"),
        ("batches sorted", SortsBatches, "is the order of the sampler kept?"),
        ("the length of the data", LengthOfIndices, "number of batches"),
        ("the length rounded down", RoundsDown, "a short last one included"),
        ("the rest carried over", CarriesOver, "kept in the sampler?"),
        ("a batch of nothing", BatchOfNothing, "expected [], got [[]]"),
        ("the sampler walked in __init__", WalkedInInit,
         "is the sampler walked once, and its indices kept?"),
        ("its own iterator of batches", BatchesItself,
         "is the iterator, or a batch begun, kept in the sampler?"),
    ]),
    *table("DistributedSampler", [
        ("a block for each process", Blocks, "is it a block?"),
        ("the rank forgotten", RankForgotten, "is rank used?"),
        ("the rank in the seed", RankInTheSeed, "must not depend on the rank"),
        ("an order that nobody seeds", NobodysOrder,
         "is the order the same in all processes?"),
        ("the epoch forgotten", EpochForgotten, "does set_epoch reach the"),
        ("the seed forgotten", SeedForgotten, "is the seed used?"),
        ("shares not shuffled", SharesInOrder, "is it shuffled?"),
        ("uneven shares", UnevenShares, "waits for the others without end"),
        ("the last one again and again", LastOneAgain,
         "the first of the order come again"),
        ("the length of all", LengthOfAll, "the length of the share"),
        ("no shares", NoShares, "it gives nothing"),
        ("no set_epoch", NoEpochs, "it raised TypeError"),
    ]),
]  # fmt: skip
RIGHT = [
    *table("RandomSampler", [
        ("a permutation", Random),
        ("with a generator", WithGenerator),
        ("with a seed, by NumPy", WithSeed),
        ("by Python's shuffle", ByPython),
        ("by swaps, one at a time", BySwaps),
        ("the companion's", data.RandomSampler),
    ]),
    *table("SequentialSampler", [
        ("in order", Sequential),
        ("the companion's, in order", data.SequentialSampler),
    ]),
    *table("SubsetRandomSampler", [
        ("a subset", Subset),
        ("the companion's subset", data.SubsetRandomSampler),
    ]),
    *table("WeightedRandomSampler", [
        ("by weight", Weighted),
        ("the companion's, by weight", data.WeightedRandomSampler),
    ]),
    *table("BatchSampler", [
        ("batches, one by one", Batches),
        ("batches by slices", BatchesBySlices),
        ("the companion's batches", data.BatchSampler),
    ]),
    *table("DistributedSampler", [
        ("dealt out like cards", Shares),
        ("a table of columns", SharesByNumPy),
        ("the companion's shares", data.DistributedSampler),
    ]),
]  # fmt: skip
