"""What every optimizer keeps to: each rule, on two small parameters."""

from contextlib import contextmanager

import numpy as np

import companion
from companion.check.blame import blaming
from companion.check.comparing import same
from companion.check.report import Wrong
from companion.check.trial import attempt, plain, unchanged

SIZE = 2, 3  # parameters, entries: they have one shape, and may be mixed up
STEPS = 4


def parameters():
    values = np.sin(np.arange(1.0, 7.0)).reshape(SIZE)
    return [companion.tensor(row, requires_grad=True) for row in values]


def gradients(step):
    """One for each parameter; all of them different, none of them zero."""
    return np.cos(np.arange(6).reshape(SIZE) * (step + 1.3) + step)


def give(params, grads):
    """New gradients; the memory of the old ones is set to zero."""
    for p, grad in zip(params, grads, strict=True):
        if p.grad is not None:
            p.grad.zero_()
        entries(p)
        attempt(setattr, p, "grad", companion.tensor(grad))


def entries(p):
    if plain(p).shape != SIZE[1:]:
        raise Wrong(f"a parameter's shape became {plain(p).shape}")
    return plain(p)


@contextmanager
def hinting(part, cause):
    """Where an error's text has this part, its usual cause is added."""
    try:
        yield
    except Wrong as error:
        hint = cause if part in str(error) else ""
        raise Wrong(str(error), hint, error.final) from None


def without_gradients():
    """For trials in which a grad is None."""
    return hinting(
        "NoneType",
        "is a parameter without a gradient (grad is None) left out?",
    )


def gradients_are_kept(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    given = {f"p{i}.grad": p.grad for i, p in enumerate(params, 1)}
    with unchanged(**given):
        opt.step()
    for p, (name, grad) in zip(params, given.items(), strict=True):
        if p.grad is not grad:
            raise Wrong(
                f"after the step {name} is another one",
                "is it cleared? Only zero_grad does that",
            )


def leaves_stay_leaves(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    opt.step()
    if not all(p.is_leaf and p.requires_grad for p in params):
        raise Wrong(
            "after the step a parameter is no leaf that requires grad",
            "does the update run under no_grad(), and in place?",
        )


def without_gradient_stays(make):
    """The first one has a gradient in the second step of three only."""
    params = first, second = parameters()
    opt, moved = make(params), []
    for step in range(3):
        give(params, gradients(step))
        first.grad = first.grad if step == 1 else None
        before = [entries(p).copy() for p in params]
        with without_gradients():
            opt.step()
        moved.append((entries(second) != before[1]).any())
        if step != 1 and (entries(first) != before[0]).any():
            raise Wrong(
                "a parameter moved whose grad is None",
                "it is left out altogether: no momentum, no decay",
            )
    if not all(moved):
        raise Wrong(
            "the parameter after it did not move",
            ENDS if any(moved) else "",
        )


ENDS = "does the step end where the first grad is None?"


def gradients_are_cleared(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    with unchanged(**{f"p{i}": p for i, p in enumerate(params, 1)}):
        opt.zero_grad()
    for number, p in enumerate(params, 1):
        if p.grad is not None and plain(p.grad).any():
            raise Wrong(
                f"parameter {number} still has its gradient",
                "is zero_grad empty, or is a new tensor set to zero in the "
                "place of p.grad?",
            )
    for p in params:
        p.grad = None
    with without_gradients():
        opt.zero_grad()


def none_knows_the_other(make):
    """An optimizer steps beside another as it would alone."""
    alone, beside, other = parameters(), parameters(), parameters()
    march((make(alone), alone))
    march((make(beside), beside), (make(other), other))
    for p, wanted in zip(beside, alone, strict=True):
        with blaming("", str, SHARED):
            same(p, wanted)


SHARED = (
    "is the state kept in the class, or in a default argument, which all "
    "optimizers share?"
)


def march(*pairs):
    for step in range(STEPS):
        for place, (opt, params) in enumerate(pairs):
            give(params, gradients(step + place))
            opt.step()


CHECKS = {
    "the gradients stay as they are": gradients_are_kept,
    "the parameters stay leaves": leaves_stay_leaves,
    "a parameter without a gradient": without_gradient_stays,
    "zero_grad, and where there is no gradient": gradients_are_cleared,
    "another optimizer beside it": none_knows_the_other,
}
