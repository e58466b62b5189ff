"""The same few lines run on torch and on companion must end the same way."""

import numpy as np


def plain(value):
    """A result without its library: numbers, shapes, types, structure."""
    if hasattr(value, "detach"):
        kind = str(value.dtype).rpartition(".")[2]
        return kind, tuple(value.shape), np.asarray(value.detach()).tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def outcome(case, library):
    """What a case returns, or the type of what it raises."""
    try:
        return plain(case(library))
    except Exception as error:
        return type(error).__name__


def assert_same(case, ours, theirs):
    expected = outcome(case, theirs)
    got = outcome(case, ours)
    assert equal(got, expected), f"{got} but torch: {expected}"


def equal(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == 3:
        return a[:2] == b[:2] and np.allclose(a[2], b[2], equal_nan=True)
    return a == b
