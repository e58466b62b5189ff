"""The loader with nothing of torch in it."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
from utils.samples import Drawn, seed_by_number

import companion
from companion.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    StackDataset,
    Subset,
    TensorDataset,
    get_worker_info,
)


def tensors(n=10):
    return TensorDataset(companion.arange(n), companion.arange(n) * 2.0)


def test_the_order_is_torch_s():
    companion.manual_seed(0)
    loader = DataLoader(tensors(), batch_size=4, shuffle=True)
    first = [x.tolist() for x, _ in loader]
    second = [x.tolist() for x, _ in loader]
    # What torch 2.14 printed.
    assert first == FIRST
    assert second == SECOND


FIRST = [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]
SECOND = [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1]]


def test_the_last_batch_is_short_or_left_out():
    assert [len(x) for x, _ in DataLoader(tensors(), 4)] == [4, 4, 2]
    whole = DataLoader(tensors(), 4, drop_last=True)
    assert [len(x) for x, _ in whole] == [4, 4]
    assert len(whole) == 2


def test_batches_are_fetched_whole():
    class Whole(Dataset):
        def __len__(self):
            return 10

        def __getitems__(self, indices):
            return [sum(indices)]

    loader = DataLoader(Subset(Whole(), range(4, 10)), 3)
    assert [batch.tolist() for batch in loader] == [[15], [24]]


def test_samples_of_a_batch_that_was_fetched_whole():
    batch = tensors().__getitems__([0, 1, 2, 3])
    assert len(batch) == 4
    assert [(x.item(), y.item()) for x, y in batch] == [
        (i, 2.0 * i) for i in range(4)
    ]
    assert [len(part) for part in (batch[1:], batch[:-1])] == [3, 3]
    with pytest.raises(IndexError):
        batch[4]


def test_a_data_set_with_a_way_of_its_own_is_asked_one_by_one():
    class Shifted(TensorDataset):
        def __getitem__(self, index):
            (x,) = super().__getitem__(index)
            return (x + index,)

    batches = DataLoader(Shifted(companion.arange(4)), 2)
    assert [x.tolist() for (x,) in batches] == [[0, 2], [4, 6]]


def test_a_batch_counts_from_the_end_too_and_not_beyond():
    batch = tensors().__getitems__([-1, 0, -10])
    assert [x.item() for x, _ in batch] == [9, 0, 0]
    for beyond in 10, -11:
        with pytest.raises(IndexError, match="out of bounds"):
            tensors().__getitems__([0, beyond])
    assert len(tensors().__getitems__([])) == 0


def test_a_collate_fn_gets_a_list_that_it_may_sort():
    def descending(samples):
        samples.sort(key=lambda sample: -sample[0].item())
        return [sample[1].item() for sample in samples]

    batches = DataLoader(tensors(4), 2, collate_fn=descending)
    assert list(batches) == [[2.0, 0.0], [6.0, 4.0]]


def test_a_stack_of_data_sets_that_fetch_whole():
    stack = StackDataset(a=tensors(), b=range(10))
    batch = next(iter(DataLoader(stack, 3)))
    assert batch["a"][1].tolist() == [0.0, 2.0, 4.0]
    assert batch["b"].tolist() == [0, 1, 2]


def test_a_stack_says_when_a_part_gives_too_little():
    class Short(Dataset):
        def __len__(self):
            return 3

        def __getitems__(self, indices):
            return [0]

    stack = StackDataset(Short(), [1, 2, 3])
    with pytest.raises(ValueError, match="Expected 2, got 1"):
        stack.__getitems__([0, 1])


def test_sums_of_data_sets():
    both = tensors(3) + tensors(4)
    assert isinstance(both, ConcatDataset)
    assert [both[i][0].item() for i in range(7)] == [0, 1, 2, 0, 1, 2, 3]


class Counter(IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))

    def __len__(self):
        return self.n


def test_sums_and_lengths_of_streams():
    chain = Counter(3) + Counter(2)
    assert list(DataLoader(chain, None)) == [0, 1, 2, 0, 1]
    assert len(DataLoader(chain, 2)) == 3
    assert len(DataLoader(chain, 2, drop_last=True)) == 2
    assert len(DataLoader(chain, None)) == 5


def test_a_sampler_is_asked_once_an_epoch():
    asked = []

    class Sampler:
        def __iter__(self):
            asked.append(1)
            return iter([3, 1])

    for workers in (0, 1):
        loader = DataLoader(tensors(), sampler=Sampler(), num_workers=workers)
        assert [x.tolist() for x, _ in loader] == [[3], [1]]
    assert len(asked) == 2


class Info(Dataset):
    """What each worker knows of itself, and draws."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        info = get_worker_info()
        drawn = companion.rand(1).item(), np.random.rand()
        return info.id, info.num_workers, info.seed, type(info.dataset), drawn


def test_each_worker_has_a_seed_of_its_own():
    assert get_worker_info() is None
    generator = companion.Generator().manual_seed(7)
    loader = DataLoader(
        Info(), None, num_workers=2, generator=generator, collate_fn=tuple
    )
    first, again = list(loader), list(loader)
    assert [(item[:2], item[3]) for item in first] == [
        ((i % 2, 2), Info) for i in range(4)
    ]
    seeds = [item[2] for item in first]
    assert seeds == [seeds[0] + i % 2 for i in range(4)]
    assert seeds[0] != again[0][2]
    assert len({drawn for item in first + again for drawn in item[4]}) == 16
    generator.manual_seed(7)
    assert list(loader) == first


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_worker_init_fn(method):
    loader = DataLoader(
        Drawn(),
        num_workers=2,
        worker_init_fn=seed_by_number,
        multiprocessing_context=method,
    )
    expected = [np.random.RandomState(i).rand() for i in range(2)]
    assert [batch.item() for batch in loader] == expected


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_tensors_from_workers(method):
    companion.manual_seed(1)
    here = DataLoader(tensors(50), 8, shuffle=True)
    expected = [[part.tolist() for part in batch] for batch in here]
    companion.manual_seed(1)
    there = DataLoader(
        tensors(50),
        8,
        shuffle=True,
        num_workers=2,
        multiprocessing_context=method,
    )
    assert [[p.tolist() for p in batch] for batch in there] == expected


def test_an_error_in_a_worker_does_not_end_the_epoch():
    class Faulty(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return 1 // (index - 1)

    batches = iter(DataLoader(Faulty(), num_workers=2))
    assert next(batches).tolist() == [-1]
    with pytest.raises(ZeroDivisionError, match="worker process 1"):
        next(batches)
    assert [batch.tolist() for batch in batches] == [[1], [0]]


def test_persistent_workers_are_the_same_processes():
    class Pid(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return os.getpid()

    def pids(loader):
        return {int(batch) for batch in loader}

    kept = DataLoader(Pid(), num_workers=2, persistent_workers=True)
    assert pids(kept) == pids(kept)
    fresh = DataLoader(Pid(), num_workers=2)
    assert not pids(fresh) & pids(fresh)


def test_an_abandoned_epoch_does_not_reach_into_the_next():
    loader = DataLoader(
        tensors(40), 2, shuffle=True, num_workers=2, persistent_workers=True
    )
    for _ in range(5):
        next(iter(loader))
        seen = [i for x, _ in loader for i in x.tolist()]
        assert sorted(seen) == list(range(40))


class Killed(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_error_that_is_kept_keeps_no_worker():
    """As a notebook keeps the last one, with all that its frames refer to."""
    loader = DataLoader(Killed(), num_workers=2, prefetch_factor=1)
    batches = iter(loader)  # gives each worker one task, its last
    with pytest.raises(RuntimeError, match="killed by SIGKILL") as caught:
        next(batches)
    assert caught.value.__traceback__
    assert multiprocessing.active_children() == []
    assert list(batches) == []


def test_a_stream_begins_again_in_persistent_workers():
    loader = DataLoader(Counter(5), 2, num_workers=1, persistent_workers=True)
    epochs = [[b.tolist() for b in loader] for _ in range(3)]
    assert epochs == [[[0, 1], [2, 3], [4]]] * 3


def test_a_worker_s_signals_stay_out_of_the_parent_s_event_loop():
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.setblocking(False)
        before = signal.set_wakeup_fd(there.fileno())  # as asyncio does
        try:
            list(DataLoader(tensors(), num_workers=1))
        finally:
            signal.set_wakeup_fd(before)
        there.send(b"\0")  # so that there is something to read
        # Others in this process may listen to SIGCHLD, which is its own.
        assert set(here.recv(100)) <= {0, signal.SIGCHLD}


def test_samplers_that_wrap_others():
    sampler = BatchSampler(iter(range(5)), 2, drop_last=False)
    assert list(sampler) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler("abcde", 2, True)) == [["a", "b"], ["c", "d"]]
    with pytest.raises(ValueError, match="num_samples"):
        RandomSampler([])


WITHOUT_PROCESSES = """
import sys
for name in ("_multiprocessing", "_posixshmem", "mmap"):
    sys.modules[name] = None  # as in a browser
import companion.utils.data as data
for name in data.__all__:
    getattr(data, name)
print([b.tolist() for b in data.DataLoader(range(5), 2)])
"""


def test_without_processes_as_in_a_browser():
    out = subprocess.run(
        [sys.executable, "-c", WITHOUT_PROCESSES],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (out.stdout, out.stderr) == ("[[0, 1], [2, 3], [4]]\n", "")
