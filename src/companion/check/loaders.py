"""Is the reader's data loader right? Its batches beside the samples."""

from itertools import islice

import numpy as np

import companion
from companion.check.blame import blaming
from companion.check.drawn import two_loops
from companion.check.items import same_item
from companion.check.report import Wrong
from companion.check.settings import given_to, is_class, taken
from companion.check.trial import (
    attempt,
    checking,
    plain,
    random_state,
    result,
    unchanged,
)
from companion.utils.data import DataLoader, TensorDataset

COUNT, SIZE = 10, 4
MOST = 100  # batches, where a loop does not end


def loader(Own):
    """Does ``Own(dataset, batch_size, ...)`` give all samples, in batches?

    `Own` is a class whose objects are iterated once an epoch. What it offers
    is tried: the arguments ``shuffle`` and ``drop_last``, given by name, and
    ``__len__``. A batch is a pair (features, labels) of tensors, samples
    along the first dimension, the last batch as short as it must be. The data
    set is a ``TensorDataset``: it takes an index, a list of them, or a slice.
    """
    offered = {"", *taken(Own)}
    if is_class(Own) and getattr(Own, "__len__", None):
        offered.add("__len__")
    with checking("loader") as report:
        for tried, needed, check in TRIALS:
            if needed in offered:
                with report.trying(tried, vital=check is in_order):
                    check(Own)
    return report


def data():
    """Label i belongs to the features 10i, 10i + 1."""
    y = companion.arange(COUNT)
    return TensorDataset(10.0 * y.unsqueeze(1) + companion.arange(2), y)


def made(Own, size=SIZE, shuffle=False, drop_last=False, dataset=None):
    settings = {"shuffle": shuffle, "drop_last": drop_last}
    return result(Own, dataset or data(), size, **given_to(Own, settings))


def epoch(its):
    given = attempt(lambda: list(islice(iter(its), MOST)))
    if len(given) == MOST:
        raise Wrong(f"more than {MOST} batches", "does the loop end?")
    return given


def in_order(Own, size=SIZE, drop_last=False):
    given = epoch(made(Own, size, drop_last=drop_last))
    same_batches(given, right(size, drop_last))


def right(size=SIZE, drop_last=False):
    return list(DataLoader(data(), size, drop_last=drop_last))


def same_batches(given, wanted):
    if len(given) != len(wanted):
        raise Wrong(
            f"expected {len(wanted)} batches, got {len(given)}",
            miscounted(given, wanted),
        )
    for number, batch in enumerate(given):
        expected = wanted[number]
        with blaming(f"batch {number + 1}, ", crooked, batch, expected):
            same_item(batch, expected)
            for part, wanted_part in zip(batch, expected, strict=True):
                same_type(part, wanted_part)


def same_type(given, expected):
    if not isinstance(given, companion.Tensor):
        raise Wrong(f"expected a tensor, got {type(given).__name__}")
    if given.dtype != expected.dtype:
        raise Wrong(
            f"expected {expected.dtype}, got {given.dtype}",
            "is it made of Python's numbers, or NumPy's, on the way?",
        )


def miscounted(given, wanted):
    if not given:
        return ""
    if len(given) == COUNT:
        return "are samples given one by one?"
    if len(given) == len(wanted) - 1:
        return "is the last batch lost? it may be shorter than the others"
    if len(given) == len(wanted) + 1:
        return "is one given at the end that is empty, or too short?"
    return ""


USED_UP = (
    "it gives nothing: is one iterator made, and used up by the first epoch? "
    "Each call of __iter__ is to begin anew"
)


def crooked(batch, expected):
    if isinstance(batch, (list, tuple)) and len(batch) == len(expected[1]):
        samples = all(isinstance(sample, (list, tuple)) for sample in batch)
        if samples:
            return (
                "a list of samples: stack the features in one tensor, and "
                "the labels in another"
            )
    given, wanted = numbers_of(batch), numbers_of(expected)
    if given is None or set(given) == set(wanted):
        return ""
    if given[: len(wanted)] == wanted:
        return "is it filled up with other samples? The last may be shorter"
    return (
        "samples of another batch: is it shuffled unasked, does a slice "
        "begin elsewhere, or is one batch written over another?"
    )


def numbers_of(batch):
    """Which samples are in a batch, by their features; None if unknown."""
    try:
        features, _ = batch
        return (plain(features)[:, 0] // 10).astype(int).tolist()
    except Exception:
        return None


def without_rest(Own):
    in_order(Own, 5)


def large(Own):
    in_order(Own, COUNT + 6)


def dropped(Own):
    in_order(Own, SIZE, drop_last=True)
    in_order(Own, 5, drop_last=True)


def second_epoch(Own):
    its = made(Own)
    epoch(its)
    given = epoch(its)
    with blaming("", str, "" if given else USED_UP):
        same_batches(given, right())


def left_in_the_middle(Own):
    its = made(Own)
    attempt(lambda: next(iter(its)))
    with blaming("", str, LEFT):
        for _ in range(2):
            same_batches(epoch(its), right())


LEFT = (
    "does something of the loop that was left stay in the loader: its place, "
    "or the batches it had? They belong to the loop"
)


def side_by_side(Own):
    its = made(Own)
    for given in attempt(two_loops, its):
        with blaming("", str, KEPT):
            same_batches(given, right())
    with blaming("an epoch after both: ", str, KEPT):
        same_batches(epoch(its), right())


KEPT = (
    "is the place of a loop kept in the loader, or its batches? They belong "
    "to the iterator, and each loop has its own"
)


def lengths(Own):
    for size in SIZE, 5, COUNT + 6:
        for drop in {False, "drop_last" in taken(Own)}:
            given = attempt(len, made(Own, size, drop_last=drop))
            expected = len(right(size, drop))
            if given != expected:
                raise Wrong(
                    f"batches of {size}, drop_last={drop}: expected len "
                    f"{expected}, got {given}",
                    "is it the number of batches, rounded up, or down with "
                    "drop_last?",
                )


def shuffled(Own):
    order = order_of(epoch(made(Own, shuffle=True)))
    if order == sorted(order):
        raise Wrong("the samples come in order", "is shuffle used?")


def order_of(batches, size=SIZE):
    """The labels; `Wrong` unless each is there once, with its features."""
    sizes = [len(y) for _, y in map(pair, batches)]
    expected = [len(y) for _, y in right(size)]
    if sizes != expected:
        raise Wrong(
            f"expected batches of {expected} samples, got {sizes}",
            "are whole batches shuffled? Shuffle the indices, then cut them"
            if sorted(sizes) == sorted(expected)
            else "",
        )
    features, labels = (
        np.concatenate(part) for part in zip(*map(pair, batches), strict=True)
    )
    if sorted(labels) != list(range(COUNT)):
        raise Wrong(
            f"the labels are {labels.tolist()}",
            "is an index drawn twice, or an order drawn for each batch?",
        )
    if (features[:, 0] != 10 * labels).any():
        raise Wrong(
            f"features of {(features[:, 0] // 10).tolist()} have the labels "
            f"{labels.tolist()}",
            "are features and labels shuffled by themselves? One order is "
            "for both",
        )
    return labels.tolist()


def pair(batch):
    try:
        x, y = map(plain, batch)
        if x.shape == (len(y), 2) and y.ndim == 1:
            return x, y
    except Exception:
        pass
    raise Wrong("a shuffled batch is no pair of features and labels")


def mixed(Own):
    with random_state(1):
        its = made(Own, 5, shuffle=True)
        orders = [order_of(epoch(its), 5) for _ in range(4)]
    together = {
        frozenset((frozenset(order[:5]), frozenset(order[5:])))
        for order in orders
    }
    if len(together) == 1 and any(order != orders[0] for order in orders):
        raise Wrong(
            f"{sorted(orders[0][:5])} are together in each of 4 epochs",
            "are whole batches shuffled, or each batch by itself? Shuffle "
            "the indices, then cut them",
        )


def reshuffled(Own):
    first, again, other = (two_epochs(Own, seed) for seed in (1, 1, 2))
    if first[0] == first[1]:
        raise Wrong(
            f"both epochs have the order {first[0]}",
            "is it drawn once, in __init__, or seeded anew?",
        )
    if first != again or first == other:
        raise Wrong(
            "the order does not follow companion.manual_seed",
            "does it draw from a generator that nobody can seed?",
        )


def two_epochs(Own, seed):
    with random_state(seed):
        its = made(Own, shuffle=True)
        return [order_of(epoch(its)), order_of(epoch(its))]


def keeps_data(Own):
    dataset = data()
    x, y = dataset.tensors
    with unchanged(features=x, labels=y):
        epoch(made(Own, shuffle=True, dataset=dataset))


TRIALS = [  # what is tried, what the class must offer for it, the check
    (f"{COUNT} samples in batches of {SIZE}", "", in_order),
    ("in batches of 5, without a rest", "", without_rest),
    ("in one batch that is not full", "", large),
    ("a second epoch", "", second_epoch),
    ("an epoch left in the middle, and a new one", "", left_in_the_middle),
    ("two loops at once", "", side_by_side),
    ("drop_last", "drop_last", dropped),
    ("its length", "__len__", lengths),
    ("shuffled: each once, with its label", "shuffle", shuffled),
    ("shuffled anew in each epoch, by the seed", "shuffle", reshuffled),
    ("shuffled: other batches", "shuffle", mixed),
    ("the data set is left as it was", "", keeps_data),
]
