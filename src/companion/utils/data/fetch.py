"""From what a sampler yields to a batch: the same here and in a worker."""

from itertools import islice

from companion.utils.data.batch import getitems
from companion.utils.data.collate import default_collate
from companion.utils.data.dataset import is_iterable


class Fetch:
    """Calls the data set, and collates: index, or indices, to batch."""

    def __init__(self, loader):
        self.dataset = loader.dataset
        self.collate_fn = loader.collate_fn
        self.batched = loader.batch_sampler is not None
        self.drop_last = loader.drop_last
        self.stream = is_iterable(loader.dataset)

    def restart(self):
        """Begin an epoch."""
        if self.stream:
            self.samples = iter(self.dataset)

    def __call__(self, index):
        """One batch; StopIteration at the end of a stream."""
        read = self._next if self.stream else self._at
        return self.collate_fn(read(index))

    def _at(self, index):
        if not self.batched:
            return self.dataset[index]
        samples = getitems(self.dataset, index)
        # Whoever collates otherwise may want to sort them, say: in a list.
        return samples if self.collate_fn is default_collate else list(samples)

    def _next(self, index):
        if not self.batched:
            return next(self.samples)
        samples = list(islice(self.samples, len(index)))
        short = len(samples) < len(index)
        if not samples or (short and self.drop_last):
            raise StopIteration
        return samples
