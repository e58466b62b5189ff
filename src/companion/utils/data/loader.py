"""The loader: a data set, an order, and a way to make batches, joined."""

from itertools import repeat
from math import ceil, floor
from typing import Generic, TypeVar

from companion._library import library
from companion.utils.data.batch import home
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

        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.pin_memory_device = pin_memory_device
        self.in_order = in_order
        self._workers = None  # persistent ones, between epochs

    def __setattr__(self, name, value):
        if name in FIXED and name in vars(self):
            raise ValueError(
                f"{name} attribute should not be set after "
                f"{type(self).__name__} is initialized"
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
        generator = self.generator
        source = library(generator) if generator else home(self.dataset)
        base_seed = draw_seed(source, generator)
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
        if loader.timeout:
            raise AssertionError(
                f"timeout={loader.timeout} needs num_workers > 0: this "
                "process cannot time itself out"
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
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative, got "
            f"num_workers={num_workers}; 0 loads in this process"
        )
    if timeout < 0:
        raise ValueError(
            f"timeout option should be non-negative, got timeout={timeout}"
        )
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in "
            "multiprocessing: it needs num_workers > 0, got "
            f"prefetch_factor={prefetch_factor}"
        )
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueError(
            "prefetch_factor option should be positive, got "
            f"prefetch_factor={prefetch_factor}"
        )
    if num_workers == 0 and persistent_workers:
        raise ValueError("persistent_workers option needs num_workers > 0")


def check_order(
    dataset, batch_size, shuffle, sampler, batch_sampler, drop_last
):
    """Which options exclude each other."""
    orders = {
        "shuffle": shuffle or None,
        "sampler": sampler,
        "batch_sampler": batch_sampler,
    }
    for name, value in orders.items():
        if is_iterable(dataset) and value is not None:
            raise ValueError(
                "DataLoader with IterableDataset: expected unspecified "
                f"{name} option, but got {name}={value}"
            )
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, "
                "shuffle, sampler, and drop_last"
            )
    elif batch_size is None and drop_last:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually "
            "exclusive with drop_last"
        )


def checked_context(context, num_workers):
    """A start method's name as its context of :mod:`multiprocessing`."""
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process "
            f"loading (num_workers > 0), but got num_workers={num_workers}"
        )
    import multiprocessing  # only now: a browser does not have it

    if isinstance(context, str):
        methods = multiprocessing.get_all_start_methods()
        if context not in methods:
            raise ValueError(
                "multiprocessing_context option should specify a valid start "
                f"method in {methods}, but got {context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, multiprocessing.context.BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object "
            f"or a string naming the start method, but got {context!r}"
        )
    return context
