"""Samples and batches: values inside tuples, lists and dictionaries."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from math import prod

from companion.check.blame import blaming
from companion.check.comparing import numbers, same, shape_cause
from companion.check.report import Wrong, suspecting
from companion.check.trial import plain

TEXT = str, bytes


def same_item(given, expected):
    """`Wrong` unless both hold the same, part by part; a list may be a tuple.

    The difference between whole numbers and others counts: a label that is
    a float cannot be looked up.
    """
    if isinstance(expected, Mapping):
        same_mapping(given, expected)
    elif isinstance(expected, Sequence) and not isinstance(expected, TEXT):
        same_sequence(given, expected)
    elif isinstance(expected, TEXT):
        if not isinstance(given, TEXT) or given != expected:
            raise Wrong(f"expected {expected!r}, got {given!r}")
    else:
        same_numbers(given, expected)
        same_kind(given, expected)


def same_mapping(given, expected):
    if not isinstance(given, Mapping) or given.keys() != expected.keys():
        raise Wrong(
            f"expected a dictionary with {', '.join(map(str, expected))}, "
            f"got {short(given)}"
        )
    for key, value in expected.items():
        with blaming(f"{key}, "):
            same_item(given[key], value)


def same_sequence(given, expected):
    wanted = f"expected {len(expected)} parts"
    if not isinstance(given, Sequence) or isinstance(given, TEXT):
        raise Wrong(f"{wanted}, got {short(given)}", MISSING)
    if len(given) != len(expected):
        cause = MISSING if len(given) < len(expected) else ""
        raise Wrong(f"{wanted}, got {len(given)}", cause)
    for number, (value, wanted) in enumerate(
        zip(given, expected, strict=True), 1
    ):
        with blaming(f"part {number}, "):
            same_item(value, wanted)


MISSING = "are features and label given together, as a pair?"


def same_numbers(given, expected):
    """As `same`, but nothing is said of factors where there is one number.

    A label is some multiple of any other.
    """
    found, wanted = numbers(given).shape, plain(expected).shape
    if found != wanted:
        text = f"expected shape {wanted}, got {found}"
        raise Wrong(text, rearranged(found, wanted))
    with suspecting("") if prod(wanted) == 1 else nullcontext():
        same(given, expected)


def rearranged(given, expected):
    if prod(given) != prod(expected):
        return ""
    sizes = [sorted(n for n in shape if n > 1) for shape in (given, expected)]
    if sizes[0] != sizes[1]:
        return "the numbers fit: is it flattened, or cut into other rows?"
    return (
        shape_cause(given, expected)
        or "the numbers fit: are the dimensions in another order?"
    )


def same_kind(given, expected):
    whole = numbers_are_whole(expected)
    if numbers_are_whole(given) != whole:
        wanted = "whole numbers" if whole else "numbers with a fraction"
        raise Wrong(
            f"expected {wanted}, got {plain(given).dtype}",
            "labels are whole numbers, features are not: is one converted?",
        )


def numbers_are_whole(value):
    return plain(value).dtype.kind in "biu"


def short(value):
    """What it is, where its text would be long."""
    if hasattr(value, "shape"):
        shape = tuple(value.shape)
        return f"{type(value).__name__} of shape {shape}"
    return type(value).__name__ if value is not None else "None"


def equal(given, expected):
    try:
        same_item(given, expected)
    except Wrong:
        return False
    return True
