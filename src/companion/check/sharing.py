"""A reader's distributed sampler: for each process, its share of an order."""

from itertools import chain

from companion.check.blame import blaming
from companion.check.drawn import COUNT, Source, brief, cover, indices, made
from companion.check.report import Wrong
from companion.check.trial import attempt

PROCESSES = 3


def shares(Own, count=COUNT, seed=1, epoch=0):
    """What each process is given, and the order that one alone would have."""
    found = [
        given(made(Own, Source(count), PROCESSES, rank, seed=seed), epoch)
        for rank in range(PROCESSES)
    ]
    alone = made(Own, Source(count), 1, 0, seed=seed)
    return found, given(alone, epoch)


def given(its, epoch):
    attempt(lambda: its.set_epoch(epoch))
    return indices(its)


def divided(Own):
    found, _ = shares(Own)
    together = list(chain(*found))
    if together and together == found[0] * PROCESSES:
        raise Wrong(
            f"each process is given {brief(found[0])}", "is rank used?"
        )
    twice = len(together) == COUNT > len(set(together))
    with blaming("all shares: ", str, ONE_ORDER if twice else ""):
        cover(together, range(COUNT))
    even(found, COUNT // PROCESSES)


ONE_ORDER = (
    "is the order the same in all processes? The seed of the shuffling must "
    "not depend on the rank"
)


def even(found, count):
    sizes = [len(share) for share in found]
    if sizes != [count] * PROCESSES:
        raise Wrong(
            f"expected {count} indices for each process, got {sizes}",
            "whoever has more waits for the others without end",
        )


def interleaved(Own):
    found, order = shares(Own)
    size = len(order) // PROCESSES
    for rank, share in enumerate(found):
        expected = order[rank::PROCESSES]
        if share != expected:
            block = order[rank * size : (rank + 1) * size]
            raise Wrong(
                f"of the order {brief(order)}, rank {rank} is given "
                f"{brief(share)}; expected {brief(expected)}",
                "is it a block? PyTorch takes order[rank::num_replicas]"
                if share == block
                else "",
            )


def filled_up(Own):
    """Ten samples for three: as many for each, and all of the ten."""
    found, order = shares(Own, 10)
    even(found, 4)
    together, expected = sorted(chain(*found)), sorted(order + order[:2])
    if together != expected:
        raise Wrong(
            f"all shares: expected {brief(expected)}, got {brief(together)}",
            "where the samples run out, the first of the order come again",
        )


def lengths(Own):
    for count, expected in (COUNT, 4), (10, 4):
        its = made(Own, Source(count), PROCESSES, 2, seed=1)
        with blaming("", str, "is there a __len__(self)?"):
            found = attempt(len, its)
        if found != expected:
            raise Wrong(
                f"{count} samples for {PROCESSES}: expected len {expected}, "
                f"got {found}",
                "is it the length of the share, rounded up?",
            )


def by_epoch(Own):
    first, again, other = (shares(Own, epoch=n)[1] for n in (0, 0, 1))
    if first == list(range(COUNT)):
        raise Wrong("the order is 0, 1, 2, ...", "is it shuffled?")
    if first != again:
        raise Wrong(
            "the same epoch has two orders", "is it drawn from the seed alone?"
        )
    if first == other:
        raise Wrong(
            "epochs 0 and 1 have one order", "does set_epoch reach the seed?"
        )
    if first == shares(Own, seed=2)[1]:
        raise Wrong("two seeds give one order", "is the seed used?")


SHARES = {
    f"{COUNT} samples for {PROCESSES} processes, each once": divided,
    "every third index of the order, from rank on": interleaved,
    "10 samples: the first ones again": filled_up,
    "its length": lengths,
    "shuffled by the seed and the epoch": by_epoch,
}
