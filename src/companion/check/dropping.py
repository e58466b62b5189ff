"""A layer that drops at random: what share is zero, how large is the rest?"""

import numpy as np

import companion
from companion.check.comparing import numbers, same
from companion.check.leaves import gradient_at, send_back, tensor_of
from companion.check.report import Wrong, suspecting
from companion.check.trial import result


def noise(pair):
    """Of ones, what comes out is the factor that each one is given."""
    layer, p = result(pair.make_own), pair.make_other().p
    found = factors(layer)
    share = (found == 0).mean()
    if abs(share - p) > 0.1:
        raise Wrong(
            f"expected a share of {p:g} zeros in training, got {share:.2f}",
            "is p the probability to drop, or to keep?",
        )
    left = found[found != 0]
    same(
        left,
        np.full_like(left, 1 / (1 - p)),
        mistakes={
            "what is left must be divided by 1 - p, so that the mean stays "
            "the same": np.ones_like(left)
        },
    )
    if 0 < p < 1:
        drawn_anew(found, factors(layer))


def factors(layer):
    ones = companion.ones(64, 64, requires_grad=True)
    found = tensor_of(layer, ones)
    send_back(found, companion.ones(64, 64))
    with suspecting("on the way back, the same entries are dropped"):
        same(gradient_at(ones, "the input"), found)
    return numbers(found)


def drawn_anew(found, again):
    if np.array_equal(found, again):
        raise Wrong(
            "two calls drop the same", "is it drawn once, and then kept?"
        )
    if (found == found[0]).all() or (found == found[:, :1]).all():
        raise Wrong(
            "in all rows, or all columns, the same is dropped",
            "each entry is drawn by itself: is the draw of x's shape?",
        )
