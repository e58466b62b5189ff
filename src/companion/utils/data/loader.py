"""The loader: a data set, an order, and a way to make batches, joined."""

from itertools import repeat
from math import ceil, floor
from typing import Generic, TypeVar

from companion.utils.data.checks import require
from companion.utils.data.collate import default_collate, default_convert
from companion.utils.data.dataset import is_iterable
from companion.utils.data.fetch import Fetch
from companion.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    draw_seed,
)

T = TypeVar("T", covariant=True)

FIXED = {
    "batch_size",
    "batch_sampler",
    "sampler",
    "drop_last",
    "dataset",
    "persistent_workers",
}


class DataLoader(Generic[T]):
    """Batches of a data set: ``for batch in DataLoader(dataset, ...)``.

    Which samples make a batch: ``batch_size``, ``shuffle`` and ``drop_last``;
    or a ``sampler`` of indices; or a ``batch_sampler`` of lists of them.
    ``batch_size=None`` gives single samples. ``collate_fn`` makes the batch.

    Who fetches them: this process, or ``num_workers`` others, each
    ``prefetch_factor`` batches ahead (at most 16). ``timeout`` is the number
    of seconds without an answer after which an epoch is given up; 0 means
    never. Workers are started anew for each epoch unless
    ``persistent_workers``; ``worker_init_fn(id)`` runs first in each.
    ``in_order=False`` gives batches out as they come.

    From the same seed, the batches are torch's, in torch's order: an epoch
    draws one number from ``generator`` for the workers' seeds, and what its
    sampler draws. ``pin_memory`` is accepted, and does nothing.
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        check_workers(
            num_workers, timeout, prefetch_factor, persistent_workers
        )
        check_order(
            dataset, batch_size, shuffle, sampler, batch_sampler, drop_last
        )
        if num_workers and prefetch_factor is None:
            prefetch_factor = 2
        if sampler is None:
            sampler = default_sampler(dataset, shuffle, generator)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            batched = batch_sampler is not None
            collate_fn = default_collate if batched else default_convert

        self.dataset, self.collate_fn = dataset, collate_fn
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.batch_size, self.drop_last = batch_size, drop_last
        self.num_workers, self.timeout = num_workers, timeout
        self.pin_memory = pin_memory
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.pin_memory_device = pin_memory_device
        self.in_order = in_order
        self._workers = None  # persistent ones, between epochs

    def __setattr__(self, name, value):
        require(
            name not in FIXED or name not in vars(self),
            f"{name} attribute should not be set after the loader is made",
        )
        if name == "multiprocessing_context" and value is not None:
            value = checked_context(value, self.num_workers)
        super().__setattr__(name, value)

    def __iter__(self):
        batched = self.batch_sampler is not None
        indices = iter(self.batch_sampler if batched else self.sampler)
        if self._workers is not None and self._workers.stop.still_active():
            self._workers.restart(indices)
            return self._workers
        base_seed = draw_seed(self.dataset, self.generator)
        if self.num_workers == 0:
            return HereIterator(self, indices)
        # Only now: in a browser there are no other processes.
        from companion.utils.data.workers import WorkersIterator

        iterator = WorkersIterator(self, indices, base_seed)
        if self.persistent_workers:
            self._workers = iterator
        return iterator

    def __len__(self):
        """The number of batches; of a stream, what its own length says."""
        if not is_iterable(self.dataset):
            batched = self.batch_sampler is not None
            return len(self.batch_sampler if batched else self.sampler)
        length = len(self.dataset)
        if self.batch_size is None:
            return length
        rounded = floor if self.drop_last else ceil
        return rounded(length / self.batch_size)


class HereIterator:
    """The batches of an epoch, fetched in this process."""

    def __init__(self, loader, indices):
        require(
            loader.timeout == 0,
            "timeout option needs num_workers > 0: this process cannot time "
            "itself out",
            AssertionError,
        )
        self.indices = indices
        self.fetch = Fetch(loader)
        self.fetch.restart()

    def __iter__(self):
        return self

    def __next__(self):
        return self.fetch(next(self.indices))


def default_sampler(dataset, shuffle, generator):
    if is_iterable(dataset):
        return repeat(None)  # a stream has no indices: only their number
    if shuffle:
        return RandomSampler(dataset, generator=generator)
    return SequentialSampler(dataset)


def check_workers(num_workers, timeout, prefetch_factor, persistent_workers):
    require(
        num_workers >= 0,
        f"num_workers option should be non-negative, got {num_workers}",
    )
    require(
        timeout >= 0, f"timeout option should be non-negative, got {timeout}"
    )
    require(
        prefetch_factor is None or prefetch_factor > 0,
        f"prefetch_factor option should be positive, got {prefetch_factor}",
    )
    require(
        num_workers > 0 or prefetch_factor is None,
        "prefetch_factor option needs multiprocessing: num_workers > 0",
    )
    require(
        num_workers > 0 or not persistent_workers,
        "persistent_workers option needs num_workers > 0",
    )


def check_order(
    dataset, batch_size, shuffle, sampler, batch_sampler, drop_last
):
    if is_iterable(dataset):
        require(
            not shuffle and sampler is None and batch_sampler is None,
            "DataLoader with IterableDataset: expected unspecified shuffle, "
            "sampler and batch_sampler options: a stream has its own order",
        )
    require(
        sampler is None or not shuffle,
        "sampler option is mutually exclusive with shuffle",
    )
    require(
        batch_sampler is None
        or (batch_size == 1 and not (shuffle or sampler or drop_last)),
        "batch_sampler option is mutually exclusive with batch_size, "
        "shuffle, sampler, and drop_last",
    )
    require(
        batch_size is not None or not drop_last,
        "batch_size=None option disables auto-batching and is mutually "
        "exclusive with drop_last",
    )


def checked_context(context, num_workers):
    """A start method's name as its context of :mod:`multiprocessing`."""
    require(
        num_workers > 0,
        "multiprocessing_context can only be used with multi-process loading: "
        "num_workers > 0",
    )
    import multiprocessing  # only now: a browser does not have it

    if isinstance(context, str):
        methods = multiprocessing.get_all_start_methods()
        require(
            context in methods,
            f"multiprocessing_context should be one of {methods} or a context "
            f"object, got {context!r}",
        )
        return multiprocessing.get_context(context)
    require(
        isinstance(context, multiprocessing.context.BaseContext),
        "multiprocessing_context should be a context object or the name of a "
        f"start method, got {context!r}",
        TypeError,
    )
    return context
