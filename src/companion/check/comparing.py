"""What came beside what was expected: the first difference, and its cause."""

import numpy as np

from companion.check.report import Wrong
from companion.check.trial import plain


@np.errstate(all="ignore")  # what was given may be infinite
def same(given, expected, inputs=(), mistakes=(), tolerance=1e-5):
    """`Wrong` unless `given` is `expected`, relative to its largest entry.

    `inputs`, a dictionary, are shown as they were where the first difference
    is. `mistakes` are known ones: a dictionary from the cause, in words, to
    the value that it leads to, or a function that makes one where needed.
    """
    given, expected = numbers(given), np.asarray(plain(expected), np.float64)
    if given.shape != expected.shape:
        raise Wrong(
            f"expected shape {expected.shape}, got {given.shape}",
            known(given, mistakes, tolerance)
            or shape_cause(given.shape, expected.shape),
        )
    slack = tolerance * max(largest(expected), 1e-8)
    wrong = ~close(given, expected, slack)
    if not wrong.any():
        return
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    raise Wrong(
        f"{where(first, dict(inputs), expected.shape)}expected "
        f"{expected[first]:.6g}, got {given[first]:.6g}",
        known(given, mistakes, tolerance)
        or likely_cause(given, expected, slack),
    )


def numbers(given):
    """`given` as a float64 array; `Wrong` if it is none."""
    try:
        array = plain(given)
        if array.dtype.kind not in "biuf":
            array = np.asarray(given, dtype=np.float64)
    except Exception:
        array = None
    if given is None or array is None:
        raise Wrong(f"expected an array of numbers, got {given!r}")
    return np.asarray(array, np.float64)


def largest(array):
    """The largest finite size of an entry."""
    finite = np.abs(array[np.isfinite(array)])
    return finite.max(initial=0.0)


def close(given, expected, slack):
    """By entry; infinities are close to themselves, and so is nan."""
    near = np.abs(given - expected) <= slack
    same_nan = np.isnan(given) & np.isnan(expected)
    return near | (given == expected) | same_nan


def where(first, inputs, shape):
    """The place of the first difference, and the inputs there."""
    known = []
    for name, value in inputs.items():
        value = plain(value)
        if value.shape == shape:
            known.append(f"{name} = {value[first]:.6g}")
        elif value.size <= 12:
            text = np.array2string(value, precision=4, separator=", ")
            known.append(f"{name} = {' '.join(text.split())}")
        else:
            known.append(f"{name} of shape {value.shape}")
    place = [f"at [{', '.join(map(str, first))}]"] if first else []
    place += [f"for {', '.join(known)}"] if known else []
    return " ".join(place) + ": " if place else ""


def known(given, mistakes, tolerance):
    """The cause among `mistakes` that leads to what was given."""
    mistakes = mistakes() if callable(mistakes) else mistakes
    for cause, value in dict(mistakes).items():
        value = np.asarray(plain(value), np.float64)
        slack = tolerance * max(largest(value), 1e-8)
        if value.shape == given.shape and close(given, value, slack).all():
            return cause
    return ""


def shape_cause(given, expected):
    if given == expected[::-1]:
        return "is something transposed?"
    if sum(given) - len(given) == sum(expected) - len(expected) and (
        [n for n in given if n != 1] == [n for n in expected if n != 1]
    ):
        return "the numbers fit: is a dimension of size 1 kept, or lost?"
    if len(given) < len(expected):
        return (
            "is something summed that should be kept apart? Or did a way "
            "back return one array where a tuple is due (g,)?"
        )
    if len(given) > len(expected):
        return "is a sum or a mean missing?"
    return ""


def likely_cause(given, expected, slack):
    """A guess at the mistake, from the shape of the error."""
    for detect in DETECTORS:
        if cause := detect(given, expected, slack):
            return cause
    wrong = ~close(given, expected, slack)
    if wrong.size == 1:
        return ""
    return f"{wrong.sum()} of {wrong.size} entries are wrong"


def not_finite(given, expected, slack):
    if np.isfinite(expected).all() and not np.isfinite(given).all():
        return (
            "not a number, or infinite: does an exponential overflow, is "
            "something divided by zero, the logarithm of zero taken, or the "
            "root of a negative number?"
        )
    return ""


def all_zero(given, expected, slack):
    return "" if given.any() else "everything is zero: is it computed at all?"


def factor(given, expected, slack):
    size = (expected**2).sum()
    ratio = (given * expected).sum() / size if size else 0.0
    if not close(given, ratio * expected, 10 * slack * abs(ratio)).all():
        return ""
    text = f"{ratio:.4g}"
    if text == "-1":
        return "the sign is reversed"
    if text == "1" or (expected.size == 1 and not whole(ratio)):
        return ""  # one number is always some multiple of another
    every = "every entry" if expected.size > 1 else "it"
    guess = ": is a factor missing, or a mean taken over the wrong number?"
    return f"{every} is {text} times what it should be" + (
        guess if whole(ratio) else ""
    )


def whole(ratio):
    """Is it a whole number, or one over a whole number?"""
    size = abs(ratio)
    size = max(size, 1 / (size or 1))
    return size > 1.5 and abs(size - round(size)) < 1e-3 * size


def transposed(given, expected, slack):
    square = given.T.shape == expected.shape
    if square and close(given.T, expected, slack).all():
        return "the entries are right, but transposed"
    return ""


def reordered(given, expected, slack):
    if close(np.sort(given, None), np.sort(expected, None), slack).all():
        return "the right numbers stand in the wrong order"
    return ""


def offset(given, expected, slack):
    shift = (given - expected).mean()
    if expected.size > 1 and close(given, expected + shift, slack).all():
        return f"every entry is off by {shift:.4g}: is a term missing?"
    return ""


def without_mask(given, expected, slack):
    wrong = ~close(given, expected, slack)
    if not wrong.all() and not expected[wrong].any():
        return (
            "wrong only where the gradient is zero: is a mask missing on "
            "the way back?"
        )
    return ""


DETECTORS = (
    not_finite,
    all_zero,
    factor,
    transposed,
    reordered,
    offset,
    without_mask,
)
