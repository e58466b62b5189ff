"""Gradients against finite differences: the judge that needs no calculus."""

import numpy as np

from companion.check.report import Report


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
    report = Report("gradient")
    expected = numerical_gradient(of, *at)
    originals = [np.array(a, dtype=np.float64) for a in at]
    given = run(report, gradients, [a.copy() for a in originals])
    if given is None:
        return report
    if len(given) != len(expected):
        report.findings.append(
            (
                "one gradient for each array",
                f"expected {len(expected)}, got {len(given)}",
            )
        )
        return report
    for number, (g, e) in enumerate(zip(given, expected, strict=True), 1):
        report.findings.append(
            (
                f"gradient {number} of {len(expected)}, shape {e.shape}",
                difference(g, e, tolerance),
            )
        )
    return report


def run(report, gradients, arrays):
    """What the reader's function returns, as a list; None if it cannot."""
    before = [a.copy() for a in arrays]
    try:
        given = gradients(*arrays)
    except Exception as error:
        wrong = f"it raised {type(error).__name__}: {error}"
        report.findings.append(("calling the function", wrong))
        return None
    same = all(
        np.array_equal(a, b) for a, b in zip(arrays, before, strict=True)
    )
    report.findings.append(
        (
            "the arrays are left as they were",
            "" if same else "the function changed its arguments in place",
        )
    )
    if given is None:
        report.findings.append(("a result", "it returned None"))
        return None
    return list(given) if isinstance(given, (tuple, list)) else [given]


def difference(given, expected, tolerance):
    """What is wrong with `given`, in words; empty if nothing is."""
    try:
        given = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return f"expected an array of numbers, got {given!r}"
    if given.shape != expected.shape:
        return f"expected shape {expected.shape}, got {given.shape}"
    scale = max(np.abs(expected).max(initial=0.0), 1e-8)
    error = np.abs(given - expected) / scale
    if error.max(initial=0.0) <= tolerance:  # never so with a nan
        return ""
    worst = np.unravel_index(
        np.argmax(np.nan_to_num(error, nan=np.inf)), error.shape
    )
    at = ", ".join(str(int(i)) for i in worst)
    return (
        f"at [{at}]: expected {expected[worst]:.6g}, got {given[worst]:.6g}"
        + likely_cause(given, expected, tolerance * scale)
    )


def likely_cause(given, expected, slack):
    """A guess at the mistake, from the shape of the error."""
    if not given.any():
        return "\neverything is zero: is it computed at all?"
    size = (expected**2).sum()
    ratio = (given * expected).sum() / size if size else 0.0
    if np.abs(given - ratio * expected).max() <= 10 * slack * abs(ratio):
        if abs(ratio + 1) < 1e-4:
            return "\nthe sign is reversed"
        return (
            f"\nevery entry is {ratio:.4g} times what it should be: is a"
            " factor\nmissing, or a mean taken over the wrong number?"
        )
    wrong = np.abs(given - expected) > slack
    if not wrong.all() and not expected[wrong].any():
        return (
            "\nwrong only where the gradient is zero: is a mask missing"
            " on\nthe way back?"
        )
    return f"\n{wrong.sum()} of {wrong.size} entries are wrong"
