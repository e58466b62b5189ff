"""Samplers against torch's, over all their settings."""

from itertools import product

import pytest
import torch
import torch.utils.data as theirs

import companion
import companion.utils.data as ours

SHARES = [
    (n, size, rank, drop)
    for n, size, drop in product((1, 2, 5, 6, 7), (1, 2, 3, 8), (True, False))
    for rank in range(size)
    if n >= size or not drop
]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(("n", "size", "rank", "drop"), SHARES)
def test_the_share_of_each_process(n, size, rank, drop, shuffle):
    def orders(module, library):
        sampler = module.DistributedSampler(
            library.zeros(n), size, rank, shuffle, seed=3, drop_last=drop
        )
        for epoch in range(3):
            sampler.set_epoch(epoch)
            yield list(sampler), len(sampler), sampler.total_size

    expected = list(orders(theirs.distributed, torch))
    assert list(orders(ours, companion)) == expected
    assert list(orders(ours, torch)) == expected


@pytest.mark.parametrize("rank", [-1, 2, 3])
def test_a_rank_that_is_not_there(rank):
    text = rf"Invalid rank {rank}: .* 0 \.\.\. 1"
    with pytest.raises(ValueError, match=text):
        ours.DistributedSampler(range(3), num_replicas=2, rank=rank)
    with pytest.raises(ValueError, match=f"Invalid rank {rank}"):
        theirs.distributed.DistributedSampler(range(3), 2, rank)


def test_the_processes_are_asked_for_their_number(monkeypatch):
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 3)
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    sampler = ours.DistributedSampler(torch.zeros(9), shuffle=False)
    assert list(sampler) == [1, 4, 7]


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("size", [1, 7, 10, 300, 701])
def test_batches(size, drop):
    def batches(module):
        sampler = module.BatchSampler(range(700), size, drop)
        return list(sampler), len(sampler)

    assert batches(ours) == batches(theirs)


@pytest.mark.parametrize("number", [None, 1, 10, 15, 20, 33, 70])
@pytest.mark.parametrize("replacement", [True, False])
def test_a_generator_is_left_where_torch_leaves_it(number, replacement):
    def drawn(module, library):
        generator = library.Generator().manual_seed(2)
        sampler = module.RandomSampler(
            range(10), replacement, number, generator=generator
        )
        order = list(sampler)
        return order, library.rand(3, generator=generator).tolist()

    assert drawn(ours, companion) == drawn(theirs, torch)
