"""The loader against torch's: every argument, on tensors of both libraries."""

import functools
import random
import warnings
from collections import namedtuple

import numpy as np
import pytest
import torch
import torch.utils.data as theirs

import companion
import companion.utils.data as ours
from companion.utils.data.batch import home


def plain(value):
    """A batch as NumPy arrays, lists, … : what can be compared."""
    if isinstance(value, (torch.Tensor, companion.Tensor)):
        return value.numpy()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(plain, value)]
    return value


def assert_same(mine, other):
    np.testing.assert_equal(mine, other)
    for a, b in zip(leaves(mine), leaves(other), strict=True):
        assert type(a) is type(b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [value]
    return [leaf for item in value for leaf in leaves(item)]


def tensors(data, library, n=50):
    features = library.arange(2.0 * n).reshape(n, 2)
    return data.TensorDataset(features, library.arange(n))


class Items:
    """A data set with ``__getitem__`` alone."""

    def __init__(self, data, library, n=50):
        self.x = library.arange(n)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], int(index) / 2, str(index)


def stream(data, library, n=50):
    class Stream(data.IterableDataset):
        def __init__(self):
            self.x = library.arange(n)

        def __iter__(self):
            info = data.get_worker_info()
            first, step = (info.id, info.num_workers) if info else (0, 1)
            # Unequal shares: those of the first worker end early.
            last = n // 3 if info and info.id == 0 else n
            return iter(self.x[first:last:step])

        def __len__(self):
            return n

    return Stream()


def subset(data, library):
    return data.Subset(tensors(data, library), [3, 1, 4, 1, 5, 9, 2, 6])


def stacked(data, library):
    return data.StackDataset(x=tensors(data, library), y=Items(data, library))


def joined(data, library):
    return tensors(data, library, 5) + tensors(data, library, 8)


def as_list(data, library):
    return list


def generator(data, library):
    return library.Generator().manual_seed(5)


def replaced(data, library):
    source = tensors(data, library)
    return data.RandomSampler(source, replacement=True, num_samples=77)


def chosen(data, library):
    indices = library.arange(50)[10:30].tolist()
    g = library.Generator().manual_seed(8)
    return data.SubsetRandomSampler(indices, generator=g)


def many_rounds(data, library):
    g = library.Generator().manual_seed(9)
    source = tensors(data, library)
    return data.RandomSampler(source, num_samples=120, generator=g)


def batches(data, library):
    sampler = data.SequentialSampler(range(50))
    return data.BatchSampler(sampler, 7, drop_last=True)


def distributed(data, library):
    from torch.utils.data.distributed import DistributedSampler

    kind = DistributedSampler if data is theirs else data.DistributedSampler
    return kind(tensors(data, library), num_replicas=3, rank=1, seed=4)


CASES = {
    "as it is": (tensors, {}),
    "batches": (tensors, {"batch_size": 8}),
    "whole batches only": (tensors, {"batch_size": 8, "drop_last": True}),
    "shuffled": (tensors, {"batch_size": 8, "shuffle": True}),
    "no batches": (tensors, {"batch_size": None, "shuffle": True}),
    "shuffled, exactly": (tensors, {"batch_size": 10, "shuffle": True}),
    "generator": (
        tensors,
        {"batch_size": 8, "shuffle": True, "generator": generator},
    ),
    "generator, whole": (
        tensors,
        {
            "batch_size": 8,
            "shuffle": True,
            "generator": generator,
            "drop_last": True,
        },
    ),
    "generator, exactly": (
        tensors,
        {"batch_size": 10, "shuffle": True, "generator": generator},
    ),
    "one batch": (tensors, {"batch_size": 100}),
    "random sampler": (tensors, {"sampler": replaced, "batch_size": 9}),
    "more than one round": (tensors, {"sampler": many_rounds}),
    "chosen": (tensors, {"sampler": chosen, "batch_size": 3}),
    "distributed": (tensors, {"sampler": distributed, "batch_size": 4}),
    "list as sampler": (tensors, {"sampler": [4, 7, 1], "batch_size": 2}),
    "batch sampler": (tensors, {"batch_sampler": batches}),
    "lists as batch sampler": (tensors, {"batch_sampler": [[1, 2], [3]]}),
    "samples": (Items, {"batch_size": 8, "shuffle": True}),
    "samples, no batches": (Items, {"batch_size": None}),
    "samples, a list": (Items, {"batch_size": 4, "collate_fn": as_list}),
    "stream": (stream, {"batch_size": 8}),
    "stream, whole": (stream, {"batch_size": 8, "drop_last": True}),
    "stream, no batches": (stream, {"batch_size": None}),
    "subset": (subset, {"batch_size": 3, "shuffle": True}),
    "stacked": (stacked, {"batch_size": 8, "shuffle": True}),
    "joined": (joined, {"batch_size": 4, "shuffle": True}),
}
WORKERS = {
    "one": {"num_workers": 1},
    "two": {"num_workers": 2},
    "kept": {
        "num_workers": 3,
        "prefetch_factor": 1,
        "persistent_workers": True,
    },
}
WITH_WORKERS = [
    "shuffled",
    "no batches",
    "generator, exactly",
    "samples",
    "stream",
    "stream, whole",
    "stream, no batches",
]


def epochs(data, library, case, workers=None, count=3):
    """The batches of some epochs, and where they leave the random stream."""
    library.manual_seed(3)
    make, options = CASES[case]
    options = {
        name: value(data, library) if callable(value) else value
        for name, value in options.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch, of more workers than cores
        loader = data.DataLoader(
            make(data, library), **options, **WORKERS.get(workers, {})
        )
        seen = [plain(list(loader)) for _ in range(count)]
    return seen, len(loader), library.randint(0, 1000, (5,)).tolist()


@functools.cache
def expected(case, workers=None):
    return epochs(theirs, torch, case, workers)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("library", [torch, companion])
def test_the_same_batches(case, library):
    assert_same(epochs(ours, library, case), expected(case))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("case", WITH_WORKERS)
@pytest.mark.parametrize("library", [torch, companion])
def test_the_same_batches_from_workers(case, workers, library):
    seen = epochs(ours, library, case, workers)
    assert_same(seen, expected(case, workers))


def test_out_of_order_gives_each_batch_once():
    loader = ours.DataLoader(
        range(40), batch_size=4, num_workers=2, in_order=False
    )
    seen = [batch.tolist() for batch in loader]
    assert sorted(seen) == [list(range(i, i + 4)) for i in range(0, 40, 4)]


def both(make):
    """What ``make(data)`` raises or gives, of ours and of torch's."""
    seen = []
    for data in (ours, theirs):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen.append(make(data))
        except Exception as error:
            seen.append(type(error))
    return seen


def bad(**options):
    def make(data):
        kind = options.get("dataset", range)
        dataset = stream(data, torch) if kind is stream else range(10)
        rest = {k: v for k, v in options.items() if k != "dataset"}
        return next(iter(data.DataLoader(dataset, **rest)))

    return make


ERRORS = {
    "workers below 0": bad(num_workers=-1),
    "timeout below 0": bad(timeout=-1),
    "timeout alone": bad(timeout=1),
    "prefetch alone": bad(prefetch_factor=2),
    "prefetch below 0": bad(num_workers=1, prefetch_factor=-1),
    "persistent alone": bad(persistent_workers=True),
    "context alone": bad(multiprocessing_context="fork"),
    "context unknown": bad(num_workers=1, multiprocessing_context="thread"),
    "context no context": bad(num_workers=1, multiprocessing_context=3),
    "sampler and shuffle": bad(sampler=[1], shuffle=True),
    "batch sampler and size": bad(batch_sampler=[[1]], batch_size=2),
    "batch sampler and shuffle": bad(batch_sampler=[[1]], shuffle=True),
    "batch sampler and sampler": bad(batch_sampler=[[1]], sampler=[1]),
    "batch sampler and drop": bad(batch_sampler=[[1]], drop_last=True),
    "no batches and drop": bad(batch_size=None, drop_last=True),
    "batch size 0": bad(batch_size=0),
    "batch size 2.5": bad(batch_size=2.5),
    "batch size True": bad(batch_size=True),
    "drop_last 1": bad(drop_last=1),
    "stream and shuffle": bad(dataset=stream, shuffle=True),
    "stream and no shuffle": bad(dataset=stream, shuffle=False),
    "stream and sampler": bad(dataset=stream, sampler=[1]),
    "stream and batch sampler": bad(dataset=stream, batch_sampler=[[1]]),
    "index out of range": bad(sampler=[99]),
    "no samples, shuffled": lambda data: data.DataLoader([], shuffle=True),
    "replacement 1": lambda d: d.RandomSampler([1], replacement=1),
    "num_samples 0": lambda d: d.RandomSampler([1], num_samples=0),
    "weights 2d": lambda d: d.WeightedRandomSampler([[1.0]], 1),
    "weighted replacement": lambda d: d.WeightedRandomSampler([1.0], 1, 1),
    "rank": lambda d: rank_too_high(d),
    "sizes differ": lambda d: d.TensorDataset(torch.ones(3), torch.ones(4)),
    "stack sizes differ": lambda d: d.StackDataset([1], [1, 2]),
    "stack of both": lambda d: d.StackDataset([1], x=[1]),
    "stack of none": lambda d: d.StackDataset(),
    "join of none": lambda d: d.ConcatDataset([]),
    "join of streams": lambda d: d.ConcatDataset([stream(d, torch)]),
    "chain of maps": lambda d: list(d.ChainDataset([[1]])),
    "join, too low": lambda d: d.ConcatDataset([[1], [2]])[-3],
    "join, too high": lambda d: d.ConcatDataset([[1], [2]])[2],
    "join, last": lambda d: d.ConcatDataset([[1], [2]])[-1],
    "split too long": lambda d: d.random_split([1, 2], [1, 2]),
    "split fractions": lambda d: d.random_split([1, 2], [1.5, -0.5]),
    "map without getitem": lambda d: d.Dataset()[0],
    "subset half overridden": lambda d: half_overridden(d)([1], [0]),
    "set after": lambda d: setattr(d.DataLoader([1]), "batch_size", 3),
    "stream length": lambda d: len(d.DataLoader(d.ChainDataset([]))),
    "collate unknown": lambda d: d.default_collate([object()]),
    "collate none": lambda d: d.default_collate([None]),
    "collate lengths": lambda d: d.default_collate([[1], [1, 2]]),
    "collate text arrays": lambda d: d.default_collate([np.array(["a"])]),
    "collate shapes": lambda d: d.default_collate(
        [torch.ones(1), torch.ones(2)]
    ),
}


def rank_too_high(data):
    return sampler_kind(data)(range(3), num_replicas=2, rank=2)


def sampler_kind(data):
    module = theirs.distributed if data is theirs else ours
    return module.DistributedSampler


def half_overridden(data):
    class Half(data.Subset):
        def __getitem__(self, index):
            return 0

    return Half


@pytest.mark.parametrize("case", ERRORS)
def test_the_same_error(case):
    mine, other = both(ERRORS[case])
    assert mine == other
    assert case in (
        "stream and no shuffle",
        "join, last",
        "stream length",
    ) or (isinstance(other, type))


Point = namedtuple("Point", "x y")

# fmt: off
SAMPLES = {
    "numbers":          [1, 2, 3],
    "floats":           [1.0, 2.5],
    "mixed":            [1, 2.5],
    "truth":            [True, False],
    "strings":          ["a", "b"],
    "bytes":            [b"a", b"b"],
    "arrays":           [np.arange(3), np.arange(3)],
    "float32 arrays":   [np.ones((2, 2), np.float32)] * 3,
    "NumPy scalars":    [np.float32(1), np.float32(2)],
    "NumPy float64":    [np.float64(1), np.float64(2)],
    "NumPy integers":   [np.int32(1), np.int32(2)],
    "NumPy truth":      [np.bool_(True), np.bool_(False)],
    "tuples":           [(1, 2.0, "a"), (3, 4.0, "b")],
    "lists":            [[1, 2], [3, 4]],
    "named tuples":     [Point(1, 2.0), Point(3, 4.0)],
    "dictionaries":     [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
    "nested":           [{"a": [(1, np.ones(2)), {"c": 2.0}]}] * 2,
    "ranges":           [range(2), range(2)],
    "one":              [(np.ones(1), 3)],
}
# fmt: on


@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
@pytest.mark.parametrize("case", SAMPLES)
def test_the_same_collation(case, function):
    mine = plain(getattr(ours, function)(SAMPLES[case]))
    assert_same(mine, plain(getattr(theirs, function)(SAMPLES[case])))


@pytest.mark.parametrize("library", [torch, companion])
def test_collation_stays_in_the_library_of_the_sample(library):
    batch = ours.default_collate([(library.ones(2), 1, np.ones(2))] * 3)
    assert all(isinstance(part, library.Tensor) for part in batch)
    batch = ours.default_convert({"a": library.ones(2), "b": np.ones(2)})
    assert isinstance(batch["b"], library.Tensor)


class Files(theirs.Dataset):
    """A data set of torch's that holds no tensor."""

    def __len__(self):
        return 50

    def __getitem__(self, index):
        return index


HOMES = {
    "a data set of torch's": (Files(), torch),
    "inside one of ours": (ours.Subset(Files(), range(9)), torch),
    "tensors deep inside": (
        ours.ConcatDataset([ours.Subset(tensors(ours, torch), [0, 1])]),
        torch,
    ),
    "tensors of ours": (tensors(ours, companion), companion),
    "no tensors": (Items.__new__(Items), companion),
    "numbers": (range(9), companion),
    "a sample": ((1, {"a": [np.ones(1), torch.ones(1)]}), torch),
}


@pytest.mark.parametrize("case", HOMES)
def test_whose_generator_and_whose_tensors(case):
    value, library = HOMES[case]
    assert home(value) is library


class Counted(dict):
    """A dictionary with an attribute."""

    count = 0


def test_collation_keeps_what_a_dictionary_adds():
    sample = Counted(a=1)
    sample.count = 7
    batch = ours.default_collate([sample, sample])
    assert (type(batch), batch.count) == (Counted, 7)
    assert sample["a"] == 1


SPLITS = [
    [3, 7],
    [0.5, 0.5],
    [0.33, 0.33, 0.34],
    [0.39, 0.39, 0.22],
    [0.9, 0.1],
    [10, 0],
    [0.99, 0.01],
]


@pytest.mark.parametrize("lengths", SPLITS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_split(lengths, seed):
    def split(data):
        torch.manual_seed(seed)
        source = tensors(data, torch, 10)
        return [s.indices for s in data.random_split(source, lengths)]

    mine, other = both(split)
    assert mine == other
    companion.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = ours.random_split(range(10), lengths)
    assert [part.indices for part in parts] == other


def test_an_empty_part_of_a_split_warns():
    with pytest.warns(UserWarning, match="at index 1 is 0"):
        ours.random_split(range(10), [0.99, 0.01])


@pytest.mark.parametrize("n", [0, 1, 2, 7, 12])
@pytest.mark.parametrize("replicas", [1, 2, 5])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_same_shares(n, replicas, drop_last, shuffle):
    def shares(data):
        seen = []
        for rank in range(replicas):
            sampler = sampler_kind(data)(
                range(n), replicas, rank, shuffle, 3, drop_last
            )
            sampler.set_epoch(2)
            seen.append((list(sampler), len(sampler), sampler.total_size))
        return seen

    mine, other = both(shares)
    assert mine == other


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_the_same_weighted_draws(replacement, given):
    weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]

    def draw(data, library, weights):
        library.manual_seed(4)
        g = library.Generator().manual_seed(6) if given else None
        sampler = data.WeightedRandomSampler(weights, 5, replacement, g)
        return [list(sampler), list(sampler), len(sampler)]

    other = draw(theirs, torch, weights)
    assert draw(ours, torch, torch.tensor(weights)) == other
    assert draw(ours, companion, weights) == other


def test_a_generator_of_the_other_library():
    g = torch.Generator().manual_seed(5)
    mine = list(ours.RandomSampler(range(20), generator=g))
    g.manual_seed(5)
    assert mine == list(theirs.RandomSampler(range(20), generator=g))


@pytest.mark.parametrize("base_seed", [0, 12345, 2**45 + 7, 2**63 - 1])
def test_a_worker_is_seeded_as_torch_s(base_seed, monkeypatch):
    from torch.utils.data._utils.worker import _generate_state

    from companion import _library

    seen = []
    monkeypatch.setattr(np.random, "seed", lambda s: seen.append(s.tolist()))
    monkeypatch.setattr(torch, "set_num_threads", seen.append)
    _library.seed_worker(base_seed, 3)
    assert seen == [_generate_state(base_seed, 3), 1]
    assert torch.initial_seed() == base_seed + 3
    assert companion.initial_seed() == base_seed + 3


class Noise:
    """A data set whose samples are drawn from every generator there is."""

    def __len__(self):
        return 12

    def __getitem__(self, index):
        return random.random(), np.random.rand(), torch.rand(1).item()


def test_workers_draw_what_torch_s_workers_draw():
    def draw(data):
        g = torch.Generator().manual_seed(5)
        loader = data.DataLoader(
            Noise(), 4, num_workers=2, generator=g, collate_fn=list
        )
        return list(loader)

    mine, other = both(draw)
    assert mine == other
    assert len({sample for batch in mine for sample in batch}) == 12
