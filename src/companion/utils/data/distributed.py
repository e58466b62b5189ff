"""Each of several processes that train together sees its share of the data."""

import math

from companion.utils.data.batch import home
from companion.utils.data.checks import require
from companion.utils.data.sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Of n indices, process ``rank`` of R gets those at rank, rank + R, …

    Every process shuffles alike, seeded by ``seed + epoch``: call
    :meth:`set_epoch` before each epoch, or all epochs have one order. All get
    ⌈n / R⌉ indices, the first ones again where n runs out; with
    ``drop_last``, ⌊n / R⌋.
    """

    def __init__(
        self,
        dataset,
        num_replicas=None,
        rank=None,
        shuffle=True,
        seed=0,
        drop_last=False,
    ):
        self._library = home(dataset)
        if num_replicas is None:
            num_replicas = self._library.distributed.get_world_size()
        if rank is None:
            rank = self._library.distributed.get_rank()
        text = f"Invalid rank {rank}: there are 0 ... {num_replicas - 1}"
        require(0 <= rank < num_replicas, text)
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last

    @property
    def num_samples(self):
        rounded = math.floor if self.drop_last else math.ceil
        return rounded(len(self.dataset) / self.num_replicas)

    @property
    def total_size(self):
        return self.num_samples * self.num_replicas

    def __iter__(self):
        order = self._order()
        rounds = math.ceil(self.total_size / max(1, len(order)))
        shared = (order * rounds)[: self.total_size]
        return iter(shared[self.rank :: self.num_replicas])

    def _order(self):
        n = len(self.dataset)
        if not self.shuffle:
            return list(range(n))
        generator = self._library.Generator()
        generator.manual_seed(self.seed + self.epoch)
        return self._library.randperm(n, generator=generator).tolist()

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        self.epoch = epoch
