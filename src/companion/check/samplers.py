"""Is the reader's sampler right? Which indices it gives, and in which order.

A random sampler cannot be held to one order. It is held to what all orders
have in common, to the seed, and to chance.
"""

import random
from collections import Counter

import numpy as np

import companion
from companion.check.batching import batches, batches_side_by_side, reordered
from companion.check.blame import blaming
from companion.check.drawn import (
    COUNT,
    Source,
    brief,
    cover,
    indices,
    made,
    two_loops,
    whole,
)
from companion.check.report import Wrong
from companion.check.settings import taken
from companion.check.sharing import SHARES
from companion.check.trial import attempt, checking, random_state, result

SUBSET = [5, 2, 11, 7, 3, 8]
WEIGHTS = [0.0, 1.0, 3.0, 0.0, 4.0]
DRAWS = 400
ROUNDS = 200


def sampler(Own, like="RandomSampler"):
    """Does it give the indices that ``utils.data.<like>`` gives?

    `Own` is a class with ``__iter__`` and ``__len__``, made as PyTorch's:
    ``Own(data_source)`` for SequentialSampler and RandomSampler, of which
    only the length may be used; ``Own(indices)`` for SubsetRandomSampler;
    ``Own(weights, num_samples)`` for WeightedRandomSampler;
    ``Own(sampler, batch_size, drop_last)`` for BatchSampler, which may do
    without the last; and ``Own(dataset, num_replicas, rank)``, with a method
    ``set_epoch``, for DistributedSampler. Random ones are seeded by an
    argument ``generator`` or ``seed`` if they take it, else by
    ``companion.manual_seed``.
    """
    trials = TRIALS[like]
    if "drop_last" in taken(Own):
        trials = trials | DROPPING.get(like, {})
    with checking(f"sampler like {like}") as report:
        for tried, check in trials.items():
            vital = tried == next(iter(trials))
            with report.trying(tried, vital=vital):
                check(Own)
    return report


# Samplers that give each index once.


def covers(args, wanted):
    def check(Own):
        cover(indices(made(Own, *args)), wanted)

    return check


def length(args, expected):
    def check(Own):
        its = made(Own, *args)
        with blaming("", str, "is there a __len__(self)?"):
            given = attempt(len, its)
        if given != expected:
            raise Wrong(f"expected len {expected}, got {given}")

    return check


def shuffles(args, wanted):
    def check(Own):
        given = indices(made(Own, *args, seed=1))
        if given in (wanted, sorted(wanted)):
            raise Wrong(
                f"the order is {brief(given)}",
                "is it shuffled? shuffling in place returns None",
            )

    return check


def anew(args, wanted):
    """A second epoch: as complete, in another order."""

    def check(Own):
        its = made(Own, *args, seed=1)
        first, second = indices(its), indices(its)
        with blaming("the second epoch: ", str, USED_UP if not second else ""):
            cover(second, wanted)
        same_again(first, second)

    return check


def same_again(first, second):
    if first == second:
        raise Wrong(
            f"both epochs have the order {brief(first)}",
            "is it drawn in __init__, or seeded anew in __iter__?",
        )


USED_UP = "is the iterator made in __init__? make it in __iter__"


def by_seed(args):
    def check(Own):
        once, again, other = (two_epochs(Own, args, n) for n in (1, 1, 2))
        if once != again:
            raise Wrong(
                "from the same seed, two other orders",
                "does it draw from a generator that nobody can seed?",
            )
        if once == other:
            raise Wrong(
                "from two seeds, the same orders",
                "is the seed fixed inside, or not used?",
            )

    return check


def two_epochs(Own, args, seed):
    with random_state(seed):
        its = made(Own, *args, seed=seed)
        return [indices(its), indices(its)]


def spares_others(args):
    """After an epoch, what others draw still follows their own seed."""

    def check(Own):
        drawn = []
        for seed in 1, 2:
            with random_state(seed):
                indices(made(Own, *args, seed=3))
                values = random.random(), np.random.rand(), companion.rand(1)
            drawn.append([float(value) for value in values])
        if any(one == other for one, other in zip(*drawn, strict=True)):
            raise Wrong(
                "after an epoch, everybody draws the same numbers again",
                "is the generator of all seeded? Make one of its own",
            )

    return check


def spares(args):
    """The lists that it is given are the caller's."""

    def check(Own):
        given = [list(arg) if isinstance(arg, list) else arg for arg in args]
        indices(result(Own, *given))
        if given != args:
            raise Wrong(
                f"the list it was given is now {brief(given[0])}",
                "is it shuffled in place? Shuffle a copy",
            )

    return check


def side_by_side(args, wanted):
    """A loop inside a loop, as in a loader inside a loader."""

    def check(Own):
        its = made(Own, *args, seed=1)
        for given in attempt(two_loops, its):
            with blaming("two loops at once: ", str, ITSELF):
                cover([whole(index) for index in given], wanted)

    return check


ITSELF = (
    "does __iter__ return the sampler itself, or a list that the next loop "
    "shuffles? each loop needs its own"
)


def all_orders(Own):
    """Of three samples, each of the six orders comes up."""
    its = made(Own, Source(3), seed=1)
    orders = attempt(lambda: [tuple(map(int, its)) for _ in range(ROUNDS)])
    if len(set(orders)) < 6:  # by chance once in 10¹⁵
        raise Wrong(
            f"of the 6 orders of 3 samples, {len(set(orders))} come up in "
            f"{ROUNDS} epochs",
            "is the order turned round, or sorted by too few keys, and not "
            "shuffled?",
        )


def in_order(Own):
    its = made(Own, Source())
    for epoch in "first", "second":
        given = indices(its)
        used_up = not given and epoch == "second"
        with blaming(f"the {epoch} epoch: ", str, USED_UP if used_up else ""):
            cover(given, range(COUNT))
        if given != list(range(COUNT)):
            raise Wrong(f"the order is {brief(given)}", "is it 0, 1, 2, ...?")


def of_nothing(Own):
    given = indices(made(Own, Source(0)))
    if given:
        raise Wrong(f"expected no index, got {brief(given)}")


# With weights.


def draws(Own):
    given = indices(made(Own, WEIGHTS, DRAWS, seed=1))
    if len(given) != DRAWS:
        raise Wrong(f"expected {DRAWS} indices, got {len(given)}")
    strange = set(given) - set(range(len(WEIGHTS)))
    if strange:
        raise Wrong(f"indices {brief(sorted(strange))} of {len(WEIGHTS)}")


def frequencies(Own):
    given = Counter(indices(made(Own, WEIGHTS, DRAWS, seed=1)))
    for index, weight in enumerate(WEIGHTS):
        p = weight / sum(WEIGHTS)
        spread = (DRAWS * p * (1 - p)) ** 0.5
        if abs(given[index] - DRAWS * p) > 5 * spread:
            raise Wrong(
                f"index {index} of weight {weight:g}: expected about "
                f"{DRAWS * p:.0f} of {DRAWS}, got {given[index]}",
                "are the weights used? A weight of 0 means never",
            )


def drawn_anew(Own):
    its = made(Own, WEIGHTS, DRAWS, seed=1)
    same_again(indices(its), indices(its))


def shuffled(args, wanted):
    """The trials of a sampler that gives each of `wanted` once."""
    return {
        f"one epoch: each of {brief(wanted)}": covers(args, wanted),
        "its length": length(args, len(wanted)),
        "it shuffles": shuffles(args, wanted),
        "a second epoch has another order": anew(args, wanted),
        "the seed says which": by_seed(args),
        "what others draw": spares_others(args),
        "two loops at once": side_by_side(args, wanted),
    }


TRIALS = {
    "SequentialSampler": {
        "two epochs in order": in_order,
        "its length": length([Source()], COUNT),
        "no samples": of_nothing,
        "two loops at once": side_by_side([Source()], range(COUNT)),
    },
    "RandomSampler": {
        **shuffled([Source()], list(range(COUNT))),
        "every order comes up": all_orders,
    },
    "SubsetRandomSampler": {
        **shuffled([SUBSET], SUBSET),
        "the list is left as it was": spares([SUBSET]),
    },
    "WeightedRandomSampler": {
        f"{DRAWS} of {len(WEIGHTS)}": draws,
        "its length": length([WEIGHTS, DRAWS], DRAWS),
        "each as often as its weight says": frequencies,
        "a second epoch draws anew": drawn_anew,
        "the seed says which": by_seed([WEIGHTS, DRAWS]),
        "what others draw": spares_others([WEIGHTS, DRAWS]),
        "the list is left as it was": spares([WEIGHTS, DRAWS]),
    },
    "BatchSampler": {
        "12 indices in batches of 5": batches(5, False, 12),
        "12 in batches of 4": batches(4, False, 12),
        "3 in batches of 5": batches(5, False, 3),
        "no indices": batches(5, False, 0),
        "a sampler with another order": reordered,
        "two loops at once": batches_side_by_side,
    },
    "DistributedSampler": SHARES,
}
DROPPING = {
    "BatchSampler": {
        "12 in batches of 5, drop_last": batches(5, True, 12),
        "12 in batches of 4, drop_last": batches(4, True, 12),
        "3 in batches of 5, drop_last": batches(5, True, 3),
    },
}
