"""Is the reader's data set right? Each sample, twice and in any order."""

from copy import deepcopy

from companion.check.blame import blaming
from companion.check.items import equal, same_item
from companion.check.report import Wrong
from companion.check.settings import is_class
from companion.check.trial import attempt, checking, result
from companion.utils.data import DataLoader, default_collate


def dataset(own, items=None, transform=None):
    """Does ``own[i]`` give the sample ``items[i]``, for all of ``len(own)``?

    `own` is a data set, not its class. `items` are the samples that it is to
    give, as a list or as a data set: tensors, arrays, numbers and texts, in
    tuples or dictionaries. Without `items`, whatever it gives first is what
    it must give later. A data loader must be able to make batches of it.

    With a `transform`, a function for the features, `own` makes the data set:
    it is called as ``own(transform)``. The transform must be called each time
    that a sample is asked for, and not before: there may be chance in it.
    """
    with checking("dataset") as report:
        if transform is not None:
            with report.trying("the transform, once at each access", True):
                own = transforming(own, transform)
        with report.trying("its length", vital=True):
            count = length(own, items)
        with report.trying(f"samples 0 to {count - 1}", vital=True):
            items = samples(own, items, count)
        with report.trying("the same samples once more, backwards"):
            again(own, items)
        with report.trying("an index past the end"):
            ends(own, count)
        if collatable(items):
            with report.trying("in batches of 3, by a DataLoader"):
                in_batches(own, items)
    return report


def transforming(make, transform):
    """The data set, where it calls the transform when it should."""
    calls = []

    def counted(features):
        calls.append(features)
        return transform(features)

    own = result(make, counted)
    attempt(len, own)
    if calls:
        raise Wrong(
            f"it was called {len(calls)} times before any access",
            "is it applied to all samples at once? What it draws by chance "
            "would be the same in every epoch",
        )
    for times in 1, 2:
        result(lambda: own[0])
        if len(calls) != times:
            raise Wrong(
                f"accesses of sample 0: {times}, calls: {len(calls)}",
                "is what it gave kept?" if len(calls) == 1 < times else "",
            )
    return own


def length(own, items):
    if is_class(own):
        raise Wrong(f"{own.__name__} is a class", "make one: it is not called")
    with blaming("", str, "is there a __len__(self)?"):
        given = attempt(len, own)
    expected = given if items is None else len(items)
    if given != expected:
        near = (
            "is it off by one?"
            if abs(given - expected) == 1
            else (
                "is it the length of something else, or of another dimension?"
            )
        )
        raise Wrong(f"expected {expected}, got {given}", near)
    return given


def samples(own, items, count):
    """Each sample; `Wrong` if it is not that of `items`."""
    given = [deepcopy(result(lambda i=i: own[i])) for i in range(count)]
    if items is None:  # copied: what is stored may be changed later
        return given
    items = [items[i] for i in range(count)]
    for i, (sample, expected) in enumerate(zip(given, items, strict=True)):
        with blaming(f"sample {i}, ", likely, sample, items, i):
            same_item(sample, expected)
    return items


def likely(sample, items, i):
    for other, expected in enumerate(items):
        if equal(sample, expected):
            near = ": is the index off by one?" if abs(other - i) == 1 else ""
            return f"it is sample {other}{near}"
    expected = items[i]
    if isinstance(expected, tuple) and isinstance(sample, (tuple, list)):
        if equal(sample[::-1], expected):
            return "are features and label exchanged?"
        if len(sample) == len(expected):
            return mixed(sample, items)
    return ""


def mixed(sample, items):
    """Parts that are right, but of samples that differ."""
    for place, part in enumerate(sample):
        if not any(equal(part, item[place]) for item in items):
            return ""
    return (
        "its parts are of different samples: is one index shifted, or one "
        "part in another order?"
    )


def again(own, items):
    for i in reversed(range(len(items))):
        with blaming(f"sample {i} is another now: ", str, CHANGED):
            same_item(result(lambda i=i: own[i]), items[i])


CHANGED = (
    "does __getitem__ change what is stored, or does the answer depend on "
    "the call before?"
)


def ends(own, count):
    def past_the_end():
        try:
            own[count]
        except IndexError:
            return True
        return False

    if not attempt(past_the_end):
        raise Wrong(
            f"index {count} gave a sample; an IndexError was expected",
            "without it, a for-loop over the data set never ends",
        )


def collatable(items):
    try:
        default_collate(list(items))
    except (TypeError, RuntimeError, IndexError):
        return False
    return True


def in_batches(own, items):
    given = attempt(list, DataLoader(own, batch_size=3))
    for number, batch in enumerate(given):
        expected = default_collate(items[3 * number : 3 * number + 3])
        same_item(batch, expected)
