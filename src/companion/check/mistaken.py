"""Losses with one known mistake each: who computes one has made it.

Each takes the right loss, with its settings, the prediction and the target.
"""

import math

from companion.nn import functional as F


def classes(x):
    return x.shape[min(1, x.ndim - 1)]


REDUCTIONS = {  # of any loss
    "is it the mean over all entries?": lambda like, x, t: like(
        x, t, reduction="none"
    ).mean(),
    "is the sum divided by the number of samples alone, not by that of all "
    "entries?": lambda like, x, t: like(x, t, reduction="sum") / len(x),
    "is it the sum, not a mean?": lambda like, x, t: like(
        x, t, reduction="sum"
    ),
}
LABELLED = {  # of those with the number of a class for their target
    "is the mean taken over the classes too? Divide by the number of samples "
    "alone.": lambda like, x, t: like(x, t) / classes(x),
    "are the classes counted from one?": lambda like, x, t: like(
        x, (t - 1) % classes(x)
    ),
}
OF_ALL = "is it x[:, t]? Of each row it takes the columns of all targets."
MISTAKES = {
    "cross_entropy": {
        **LABELLED,
        "is the softmax missing? The prediction are logits.": (
            lambda like, x, t: F.nll_loss(x, t)
        ),
        "is the logarithm missing?": lambda like, x, t: F.nll_loss(
            x.softmax(1), t
        ),
        "is the logarithm to base 2?": lambda like, x, t: (
            like(x, t) / math.log(2)
        ),
        "is the logarithm to base 10?": lambda like, x, t: (
            like(x, t) / math.log(10)
        ),
        "is the softmax taken twice?": lambda like, x, t: like(
            x.softmax(1), t
        ),
        "is the softmax taken over the batch, not over the classes?": (
            lambda like, x, t: F.nll_loss(x.log_softmax(0), t)
        ),
        "is the softmax taken over dimension 2? The classes are in "
        "dimension 1.": lambda like, x, t: F.nll_loss(x.log_softmax(2), t),
        "is the softmax taken over all entries at once?": (
            lambda like, x, t: F.nll_loss(x - x.reshape(-1).logsumexp(0), t)
        ),
        "is ε spread over the wrong classes alone? The right one has its "
        "share of it too.": lambda like, x, t: like(
            x,
            t,
            label_smoothing=like.keywords["label_smoothing"]
            * classes(x)
            / (classes(x) - 1),
        ),
        OF_ALL: lambda like, x, t: -x.log_softmax(1)[:, t].mean(),
    },
    "nll_loss": {
        **LABELLED,
        "is the softmax taken again?": lambda like, x, t: like(
            x.softmax(1).log_softmax(1), t
        ),
        "is the exponential taken? The prediction are logarithms.": (
            lambda like, x, t: like(x.exp(), t)
        ),
        "are all classes summed, not the right one alone?": (
            lambda like, x, t: -x.sum() / len(t)
        ),
        OF_ALL: lambda like, x, t: -x[:, t].mean(),
    },
    "mse_loss": {
        "is the root taken?": lambda like, x, t: like(x, t) ** 0.5,
        "is the absolute value taken, not the square?": lambda like, x, t: (
            F.l1_loss(x, t)
        ),
        "is the square missing?": lambda like, x, t: (x - t).mean(),
        "is the square taken of the mean, not the mean of the squares?": (
            lambda like, x, t: (x - t).mean() ** 2
        ),
    },
    "l1_loss": {
        "is the square taken, not the absolute value?": lambda like, x, t: (
            F.mse_loss(x, t)
        ),
        "is the absolute value missing, or taken of the mean?": (
            lambda like, x, t: (x - t).mean()
        ),
    },
    "huber_loss": {
        "is the square taken of large errors too?": lambda like, x, t: (
            F.mse_loss(x, t) / 2
        ),
    },
    "binary_cross_entropy": {
        "is the term for the target 0 missing?": lambda like, x, t: (
            -(t * x.log()).mean()
        ),
        "is it log(x), not log(1 - x), for the target 0?": (
            lambda like, x, t: -x.log().mean()
        ),
        "is the sigmoid taken? The prediction are probabilities.": (
            lambda like, x, t: F.binary_cross_entropy_with_logits(x, t)
        ),
    },
    "binary_cross_entropy_with_logits": {
        "is the term for the target 0 missing?": lambda like, x, t: (
            -(t * F.logsigmoid(x)).mean()
        ),
        "is the sigmoid missing?": lambda like, x, t: (
            -(t * x + (1 - t) * (1 - x)).mean()
        ),
        "is the sigmoid taken twice?": lambda like, x, t: like(x.sigmoid(), t),
        "is it a softmax? Each entry has a sigmoid of its own.": (
            lambda like, x, t: F.binary_cross_entropy(x.softmax(1), t)
        ),
    },
}
