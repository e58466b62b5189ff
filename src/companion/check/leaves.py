"""Tensors that go into the reader's code, and what comes back at them."""

import companion
from companion.check.comparing import numbers
from companion.check.report import Wrong
from companion.check.trial import attempt, result


def leaves(arrays, dtype=companion.float64, wanted=True):
    """A tensor of its own for each array, which wants a gradient or not."""
    return [
        companion.tensor(array, dtype=dtype, requires_grad=wanted)
        for array in arrays
    ]


def tensor_of(function, *args, **kwargs):
    """What the reader's function returns: a tensor, or it is `Wrong`."""
    given = result(function, *args, **kwargs)
    if not isinstance(given, companion.Tensor):
        raise Wrong(
            f"expected a tensor, got {type(given).__name__}",
            "is the work done in NumPy or in Python's numbers, where "
            "nothing is recorded?",
        )
    return given


def send_back(output, weights=None, **settings):
    """Backward from the output, if it has a history."""
    if not output.requires_grad:
        raise Wrong(
            "the result has no history, so that no gradient can flow",
            "is the work done under no_grad, on detached values, or on "
            "NumPy arrays?",
        )
    attempt(output.backward, weights, **settings)


def gradient_at(leaf, name="x"):
    """The gradient that arrived, as an array; `Wrong` if none did."""
    if leaf.grad is None:
        raise Wrong(
            f"no gradient arrives at {name}",
            "is a None returned for it, or the way cut by detach or .data?",
        )
    return numbers(leaf.grad)
