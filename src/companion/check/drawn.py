"""What a reader's sampler gives, and whether it is each index once."""

import operator
from collections import Counter
from itertools import islice

import companion
from companion.check.report import Wrong
from companion.check.settings import taken
from companion.check.trial import attempt, result

COUNT = 12  # samples in the data set
MOST = 4000  # indices, where an iterator does not end


class Source:
    """A data set of which a sampler may ask nothing but the length."""

    def __init__(self, count=COUNT):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        raise TypeError("a sampler asks for len(data_source) alone")


def made(Own, *args, seed=None):
    """The reader's sampler, seeded as it can be; lists are its own copies."""
    args = [list(arg) if isinstance(arg, list) else arg for arg in args]
    names = taken(Own)
    if seed is None:
        return result(Own, *args)
    if "generator" in names:
        generator = companion.Generator().manual_seed(seed)
        return result(Own, *args, generator=generator)
    if "seed" in names:
        return result(Own, *args, seed=seed)
    return result(Own, *args)


def indices(its, most=MOST):
    """One epoch; an iterator without end is cut off."""
    given = attempt(lambda: list(islice(iter(its), most)))
    if len(given) == most:
        raise Wrong(f"more than {most} indices", "does the iterator end?")
    return [whole(index) for index in given]


def two_loops(its):
    """What each of two is given: the second overtakes the first, and waits."""
    first = iter(its)
    begun, second = list(islice(first, 1)), iter(its)
    ahead = list(islice(second, 2))
    return [*begun, *islice(first, MOST)], [*ahead, *islice(second, MOST)]


def whole(value):
    try:
        return operator.index(value)
    except Exception:
        raise Wrong(f"expected whole numbers, got {value!r}") from None


def cover(given, wanted):
    """`Wrong` unless `given` holds each of `wanted` once, in any order."""
    if sorted(given) == sorted(wanted):
        return
    raise Wrong(
        f"expected each of {brief(sorted(wanted))} once, got {brief(given)}",
        uncovered(given, wanted),
    )


def uncovered(given, wanted):
    least, most = min(wanted), max(wanted)
    missing = sorted(set(wanted) - set(given))
    if not given:
        return "it gives nothing"
    if sorted(given) == sorted(range(len(wanted))):
        return "these are positions: are the indices looked up there?"
    if sorted(given) == [i + 1 for i in sorted(wanted)]:
        return "does it count from 1?"
    if missing == [most] and len(given) == len(wanted) - 1:
        return "is the last one left out?"
    if missing == [least] and len(given) == len(wanted) - 1:
        return "is the first one left out?"
    if len(given) == len(wanted) and len(set(given)) < len(given):
        return "is each drawn from all of them? an index may come once only"
    if Counter(given) == Counter([*wanted, *wanted]):
        return "each comes twice"
    return ""


def brief(values):
    values = list(values)
    text = ", ".join(map(str, values[:16]))
    return f"[{text}, ...]" if len(values) > 16 else f"[{text}]"
