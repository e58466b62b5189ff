"""A reader's batch sampler: the indices of another sampler, in lists."""

from itertools import islice

from companion.check.blame import blaming
from companion.check.drawn import MOST, brief, made, two_loops, whole
from companion.check.report import Wrong
from companion.check.settings import taken
from companion.check.trial import attempt
from companion.utils.data import BatchSampler


def batches(size, drop_last, count):
    """A sampler of `count` indices, out of order, cut into lists."""
    order = [(5 * i + 3) % count for i in range(count)]

    def check(Own):
        its = batched(Own, order, size, drop_last)
        expected = list(BatchSampler(order, size, drop_last))
        same_batches(cut(its), expected)
        with blaming("the second epoch: ", str, ITERATOR_KEPT):
            same_batches(cut(its), expected)
        with blaming("", str, "is there a __len__(self)?"):
            number = attempt(len, its)
        if number != len(expected):
            raise Wrong(
                f"expected len {len(expected)}, got {number}",
                "is it the number of batches, a short last one included?",
            )

    return check


ITERATOR_KEPT = (
    "is the iterator, or a batch begun, kept in the sampler? It belongs to "
    "the loop"
)


class Turning:
    """A sampler that begins one further in each epoch."""

    def __init__(self):
        self.order = list(range(12))

    def __len__(self):
        return len(self.order)

    def __iter__(self):
        self.order = self.order[1:] + self.order[:1]
        return iter(self.order)


def batched(Own, order, size, drop_last=False):
    offered = "drop_last" in taken(Own)
    return made(Own, order, size, *([drop_last] if offered else []))


def reordered(Own):
    its = batched(Own, Turning(), 5)
    first, second = cut(its), cut(its)
    if first == second:
        raise Wrong(
            f"both epochs have {brief(first)}",
            "is the sampler walked once, and its indices kept? It has "
            "another order in each epoch",
        )


def batches_side_by_side(Own):
    order = list(range(12))
    its = batched(Own, order, 5)
    expected = list(BatchSampler(order, 5, False))
    with blaming("two loops at once: ", str, ITERATOR_KEPT):
        for given in attempt(two_loops, its):
            same_batches(cut(given), expected)


def cut(its):
    given = attempt(lambda: list(islice(iter(its), MOST)))
    return [
        [whole(index) for index in attempt(list, batch)] for batch in given
    ]


def same_batches(given, expected):
    if given != expected:
        raise Wrong(
            f"expected {brief(expected)}, got {brief(given)}",
            cut_elsewhere(given, expected),
        )


def cut_elsewhere(given, expected):
    joined = [index for batch in expected for index in batch]
    if given == expected[:-1]:
        return "is the last batch lost? it may be shorter than the others"
    if given[:-1] == expected and not given[-1]:
        return "an empty batch at the end, where the size divides the number"
    if given[:-1] == expected:
        return "is a short batch left out, with drop_last?"
    if len(given) == len(expected) and len(set(map(tuple, given))) == 1:
        return "is one list yielded again and again? each batch needs its own"
    found = [index for batch in given for index in batch]
    if found == joined:
        return "the right indices, cut in other places"
    if found == list(range(len(joined))):
        return "these are positions: are the sampler's indices taken?"
    if sorted(found) == sorted(joined):
        return "is the order of the sampler kept?"
    return ""
