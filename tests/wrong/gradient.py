"""Gradients of a small network by hand: what goes wrong, and what is right.

The loss is that of the book's first chapter: the sum of squared errors of
two layers with a ReLU between them.
"""

import numpy as np
from wrong.entry import Entry

from companion import check

rng = np.random.default_rng(1)
X, Y = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
AT = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))


def loss(w1, w2):
    return ((np.maximum(X @ w1, 0) @ w2 - Y) ** 2).sum()


def right(w1, w2):
    z = X @ w1
    a = np.maximum(z, 0)
    from_loss = 2 * (a @ w2 - Y)
    return X.T @ ((from_loss @ w2.T) * (z > 0)), a.T @ from_loss


def by_nudging(w1, w2):
    return check.numerical_gradient(loss, w1, w2)


def sample_by_sample(w1, w2):
    grads = [np.zeros_like(w1), np.zeros_like(w2)]
    for x, y in zip(X, Y, strict=True):
        z = x @ w1
        from_loss = 2 * (np.maximum(z, 0) @ w2 - y)
        grads[0] += np.outer(x, (w2 @ from_loss) * (z > 0))
        grads[1] += np.outer(np.maximum(z, 0), from_loss)
    return grads


def stub(w1, w2): ...


def empty(w1, w2):
    return ()


def returns_its_inputs(w1, w2):
    return w1, w2


def without_mask(w1, w2):
    a = np.maximum(X @ w1, 0)
    from_loss = 2 * (a @ w2 - Y)
    return X.T @ (from_loss @ w2.T), a.T @ from_loss


def without_the_two(w1, w2):
    return [g / 2 for g in right(w1, w2)]


def ten_times_too_small(w1, w2):
    return [g / Y.size for g in right(w1, w2)]


def uphill(w1, w2):
    return [-g for g in right(w1, w2)]


def transposed(w1, w2):
    return [g.T for g in right(w1, w2)]


def swapped(w1, w2):
    return right(w1, w2)[::-1]


def zeros(w1, w2):
    return np.zeros_like(w1), np.zeros_like(w2)


def first_sample_only(w1, w2):
    return [g[:, :1] * np.ones_like(g) for g in right(w1, w2)]


def overflows(w1, w2):
    return [np.exp(1e4 * abs(g)) - np.exp(1e4) for g in right(w1, w2)]


def changes_its_input(w1, w2):
    answer = right(w1, w2)
    w1 *= 0
    return answer


def endless(w1, w2):
    while True:
        w1 = w1 - 0.1 * right(w1, w2)[0]


def raises(w1, w2):
    return X.T @ (X @ w1 @ w2), w1 @ w2 @ X


def words(w1, w2):
    return "w1", "w2"


SETTINGS = {"of": loss, "at": AT}
WRONG = [
    Entry(name, code, cause, SETTINGS)
    for name, code, cause in [
        ("the stub", stub, "is a return missing?"),
        ("an empty answer", empty, "expected 2, got 0"),
        ("the input returned", returns_its_inputs, "entries are wrong"),
        ("the mask of the ReLU forgotten", without_mask, "entries are wrong"),
        ("the 2 of the square forgotten", without_the_two, "0.5 times"),
        ("a mean for a sum", ten_times_too_small, "0.1 times"),
        ("the sign reversed", uphill, "the sign is reversed"),
        ("transposed", transposed, "is something transposed?"),
        ("in the wrong order", swapped, "got (3, 2)"),
        ("zeros", zeros, "is it computed at all?"),
        ("one column for all", first_sample_only, "entries are wrong"),
        ("an overflow", overflows, "does an exponential overflow"),
        ("the input changed", changes_its_input, "changed its argument 1"),
        ("an endless loop", endless, "does a loop never end?"),
        ("an exception", raises, "it raised ValueError"),
        ("a wrong type", words, "expected an array of numbers"),
    ]
]
RIGHT = [
    Entry("backpropagation", right, settings=SETTINGS),
    Entry("finite differences", by_nudging, settings=SETTINGS),
    Entry("sample by sample", sample_by_sample, settings=SETTINGS),
]
