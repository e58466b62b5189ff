"""Which of the reader's parameters is which of the companion's."""

import numpy as np

import companion
from companion.check.report import Wrong
from companion.check.trial import attempt, result


def parameters_of(layer):
    """What is to be trained, of a method or a list; with names if it can."""
    if callable(getattr(layer, "named_parameters", None)):
        found = attempt(dict, result(layer.named_parameters)).items()
    else:
        given = attempt(getattr, layer, "parameters")
        given = result(given) if callable(given) else given
        found = [(None, parameter) for parameter in attempt(list, given)]
    for _, parameter in found:
        if not isinstance(parameter, companion.Tensor):
            kind = type(parameter).__name__
            raise Wrong(f"parameters gives a value of type {kind}")
    return list(found)


def arranged(array, shape):
    """`array` in that shape: as it is, transposed, or with ones; or None."""
    shape = tuple(shape)
    for candidate in array, array.T:
        if candidate.shape == shape:
            return candidate
    if array.ndim == 1 and array.size == np.prod(shape):
        return array.reshape(shape)
    return None


def match(own, other):
    """Triples: the reader's parameter, the companion's, its name."""
    left, found = parameters_of(own), []
    shapes = [tuple(parameter.shape) for _, parameter in left]
    for name, theirs in other.named_parameters():
        fits = [
            pair
            for pair in left
            if arranged(theirs.detach().numpy(), pair[1].shape) is not None
        ]
        fits.sort(key=lambda pair: (pair[0] != name, differ(pair[1], theirs)))
        if not fits:
            raise Wrong(
                f"no parameter of the shape of {name}, {tuple(theirs.shape)}, "
                f"among {shapes}",
                "is it an attribute of its own, made before it is used, and "
                "a Parameter rather than a plain tensor or one in a list?",
            )
        left = [pair for pair in left if pair is not fits[0]]
        found.append((fits[0][1], theirs, name))
    if left:
        raise Wrong(
            f"{len(left)} more than the expected parameters: shapes "
            f"{[tuple(p.shape) for _, p in left]}",
            "is a constant, or a value of the way forward, registered too?",
        )
    return found


def differ(mine, theirs):
    """Whether they start otherwise: a scale of ones is no shift of zeros."""
    expected = arranged(theirs.detach().numpy(), mine.shape)
    return not np.array_equal(mine.detach().numpy(), expected)


def is_square(parameter):
    """Of which nobody can tell whether it is kept transposed."""
    return parameter.ndim == 2 and parameter.shape[0] == parameter.shape[1]
