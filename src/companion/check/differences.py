"""Gradients against finite differences: the judge that needs no calculus."""

import numpy as np

from companion.check.comparing import same
from companion.check.report import Wrong
from companion.check.trial import attempt, checking, result, unchanged


def numerical_gradient(function, *arrays, eps=1e-6):
    r"""Central differences, :math:`(f(x + ε) - f(x - ε)) / 2ε`, by entry.

    `function` takes `arrays` and returns one number. The answer is a list
    with one float64 array for each of `arrays`, of the same shape. It costs
    two calls of `function` for each entry, so keep the arrays small. The
    error is of order ε² from the formula and 1e-16/ε from rounding, relative
    to the size of the loss.
    """
    arrays = [np.array(a, dtype=np.float64) for a in arrays]  # own copies
    gradients = [np.zeros_like(a) for a in arrays]
    for array, gradient in zip(arrays, gradients, strict=True):
        for index in np.ndindex(array.shape):
            value = array[index]
            array[index] = value + eps
            above = function(*arrays)
            array[index] = value - eps
            below = function(*arrays)
            array[index] = value
            gradient[index] = (above - below) / (2 * eps)
    return gradients


def gradient(gradients, of, at, tolerance=1e-5):
    """Is ``gradients(*at)`` the gradient of ``of(*at)``, array by array?

    `of` is the loss: it takes the arrays and returns a number. `gradients`
    takes the same arrays and returns one gradient for each. They are
    compared with central differences, relative to the largest expected
    entry; the answer is a :class:`Report`.
    """
    expected = numerical_gradient(of, *at)
    arrays = [np.array(a, dtype=np.float64) for a in at]
    with checking("gradient") as report:
        with report.trying("calling the function", vital=True):
            given = listed(result(gradients, *(a.copy() for a in arrays)))
        with report.trying("the arrays are left as they were"):
            copies = [a.copy() for a in arrays]
            with unchanged(**named(copies)):
                attempt(gradients, *copies)
        with report.trying("one gradient for each array", vital=True):
            if len(given) != len(expected):
                raise Wrong(f"expected {len(expected)}, got {len(given)}")
        for number, (g, e) in enumerate(zip(given, expected, strict=True), 1):
            with report.trying(
                f"gradient {number} of {len(expected)}, shape {e.shape}"
            ):
                same(g, e, tolerance=tolerance)
    return report


def listed(given):
    return list(given) if isinstance(given, (tuple, list)) else [given]


def named(arrays):
    return {str(number): array for number, array in enumerate(arrays, 1)}
