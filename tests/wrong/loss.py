"""Losses of one's own: what goes wrong, and what is right."""

import math

import numpy as np
from wrong.entry import Entry

import companion
from companion import nn
from companion.nn import functional as F


def log_softmax(x):
    """With the maximum subtracted: nothing overflows."""
    x = x - x.max(1, keepdim=True).values
    return x - x.exp().sum(1, keepdim=True).log()


def one_hot(t, x):
    return (t[:, None] == companion.arange(x.shape[1])).to(x.dtype)


def stub(x, t): ...


def empty(x, t):
    return 0


def returns_its_input(x, t):
    return x


def ten_times_too_small(x, t):
    """The mean over all entries of a table that has one for each class."""
    return -(one_hot(t, x) * log_softmax(x)).mean()


def summed(x, t):
    return -log_softmax(x)[companion.arange(len(t)), t].sum()


def not_reduced(x, t):
    return -log_softmax(x)[companion.arange(len(t)), t]


def sign_forgotten(x, t):
    return log_softmax(x)[companion.arange(len(t)), t].mean()


def softmax_forgotten(x, t):
    return -x[companion.arange(len(t)), t].mean()


def logarithm_forgotten(x, t):
    return -x.softmax(1)[companion.arange(len(t)), t].mean()


def softmax_twice(x, t):
    return F.cross_entropy(x.softmax(1), t)


def softmax_over_the_batch(x, t):
    return F.nll_loss(x.log_softmax(0), t)


def softmax_over_time(x, t):
    return F.nll_loss(x.log_softmax(-1), t)


def softmax_over_everything(x, t):
    p = x.exp() / x.exp().sum()
    return -p[companion.arange(len(t)), t].log().mean()


def columns(x, t):
    return -log_softmax(x)[:, t].mean()


def in_bits(x, t):
    return by_index(x, t) / math.log(2)


def detached_sum(x, t):
    right = x[companion.arange(len(t)), t]
    return (x.logsumexp(1).detach() - right).mean()


def clipped(x, t):
    return by_index(x.clamp(-30, 30), t)


def squeezed(x, t):
    x = x.squeeze()
    return F.cross_entropy(x, t)


def smoothed(x, t, share):
    return -(share * log_softmax(x)).sum(1).mean()


def shared_by_the_wrong(x, t):
    right, count = one_hot(t, x), x.shape[1]
    return smoothed(x, t, 0.9 * right + 0.1 * (1 - right) / (count - 1))


def shared_by_all(x, t):
    return smoothed(x, t, 0.9 * one_hot(t, x) + 0.1 / x.shape[1])


def weighted_and_counted(x, t):
    losses = -log_softmax(x)[companion.arange(len(t)), t]
    return (WEIGHT[t] * losses).mean()


def weighted(x, t):
    losses = -log_softmax(x)[companion.arange(len(t)), t]
    return (WEIGHT[t] * losses).sum() / WEIGHT[t].sum()


WEIGHT = companion.linspace(0.5, 2, 10, dtype=companion.float64)


def classes_from_one(x, t):
    return -log_softmax(x)[companion.arange(len(t)), t - 1].mean()


def overflows(x, t):
    p = x.exp() / x.exp().sum(1, keepdim=True)
    return -p[companion.arange(len(t)), t].log().mean()


def kept_from_zero(x, t):
    p = x.softmax(1)[companion.arange(len(t)), t]
    return -(p + 1e-12).log().mean()


def batch_of_six(x, t):
    return -(one_hot(t, x) * log_softmax(x)).sum() / 6


def ten_classes(x, t):
    return F.cross_entropy(x[:, :10], t.clamp(max=9)) + 0 * x[:, 1].sum()


def value_without_gradient(x, t):
    return F.cross_entropy(x.detach(), t)


def python_number(x, t):
    return F.cross_entropy(x, t).item()


def shape_of_one(x, t):
    return F.cross_entropy(x, t).reshape(1)


def changes_its_input(x, t):
    x.data.sub_(x.data.max())
    return F.cross_entropy(x, t)


def in_64_bits(x, t):
    return F.cross_entropy(x.double(), t)


class RunningMean:
    """Hidden state: each call answers with the mean of all."""

    def __init__(self):
        self.seen = []

    def __call__(self, x, t):
        self.seen.append(F.cross_entropy(x, t))
        return sum(self.seen) / len(self.seen)


def endless(x, t):
    while x.max() > -1:
        x = x.clamp(min=0)
    return F.cross_entropy(x, t)


def raises(x, t):
    return -log_softmax(x)[t, companion.arange(len(t))].means()


def log_taken_again(x, t):
    return F.nll_loss(x.exp(), t)


def root(x, t):
    return ((x - t) ** 2).mean().sqrt()


def absolute(x, t):
    return (x - t).abs().mean()


def sum_of_rows(x, t):
    return ((x - t) ** 2).sum() / len(x)


def half(x, t):
    return ((x - t) ** 2).mean() / 2


def difference(x, t):
    return (x - t).mean()


def size_of_the_mean(x, t):
    return (x - t).mean().abs()


def squares_everywhere(x, t):
    return ((x - t) ** 2 / 2).mean()


def delta_of_one(x, t):
    size = (x - t).abs()
    return companion.where(size < 1, size**2 / 2, size - 0.5).mean()


def same_logarithm(x, t):
    return -(t * x.log() + (1 - t) * x.log()).mean()


def sigmoid_of_probabilities(x, t):
    return F.binary_cross_entropy_with_logits(x, t)


def softmax_for_sigmoid(x, t):
    return F.binary_cross_entropy(x.softmax(1), t)


def one_side_only(x, t):
    return -(t * F.logsigmoid(x)).mean()


def logarithm_of_zero(x, t):
    p = x.sigmoid()
    return -(t * p.log() + (1 - t) * (1 - p).log()).mean()


class NeedsTheClasses:
    def __init__(self, classes):
        self.classes = classes


def sum_or_mean(x, t, reduction="mean"):
    loss = (x - t) ** 2
    return loss.sum() if reduction == "sum" else loss.mean()


def mean_always(x, t, reduction="mean"):
    return F.mse_loss(x, t)


def by_index(x, t):
    return -log_softmax(x)[companion.arange(len(t)), t].mean()


def by_table(x, t):
    return -(one_hot(t, x) * log_softmax(x)).sum() / len(t)


def by_logsumexp(x, t):
    return (x.logsumexp(1) - x.gather(1, t[:, None])[:, 0]).mean()


class AsModule(nn.Module):
    def forward(self, x, t):
        return F.nll_loss(log_softmax(x), t)


def sample_by_sample(x, t):
    losses = [-log_softmax(x[i : i + 1])[0, t[i]] for i in range(len(t))]
    return sum(losses) / len(losses)


def squares(x, t, reduction="mean"):
    loss = (x - t) ** 2
    return loss if reduction == "none" else getattr(loss, reduction)()


def soft_logits(x, t):
    return (x.clamp(min=0) - x * t + (1 + (-x.abs()).exp()).log()).mean()


def row(name, code, cause="", like="cross_entropy", **settings):
    return Entry(name, code, cause, {"like": like, **settings})


SEQUENCES = (  # N, C, T and N, T
    np.sin(np.arange(24.0)).reshape(2, 4, 3),
    np.array([[0, 3, 1], [2, 2, 0]]),
)
WRONG = [
    row("the stub", stub, "is a return missing?"),
    row("an empty answer", empty, "expected a tensor, got int"),
    row("the input returned", returns_its_input, "is a sum or a mean missing"),
    row(
        "a mean over the classes too",
        ten_times_too_small,
        "is the mean taken over the classes too?",
    ),
    row("the sum for the mean", summed, "is it the sum, not a mean?"),
    row(
        "the mean for the sum",
        by_index,
        "is it the mean over all entries?",
        reduction="sum",
    ),
    row("not reduced", not_reduced, "is a sum or a mean missing?"),
    row("the sign forgotten", sign_forgotten, "the sign is reversed"),
    row("the softmax forgotten", softmax_forgotten, "is the softmax missing?"),
    row(
        "the logarithm forgotten",
        logarithm_forgotten,
        "is the logarithm missing?",
    ),
    row("the softmax twice", softmax_twice, "is the softmax taken twice?"),
    row(
        "the softmax over the batch",
        softmax_over_the_batch,
        "taken over the batch",
    ),
    row(
        "the softmax over time",
        softmax_over_time,
        "over dimension 2?",
        at=SEQUENCES,
    ),
    row(
        "the softmax over everything",
        softmax_over_everything,
        "over all entries at once?",
    ),
    row("the columns of all targets", columns, "is it x[:, t]?"),
    row("in bits", in_bits, "is the logarithm to base 2?"),
    row(
        "a part cut off",
        detached_sum,
        "the value is right, the gradient that of another loss",
    ),
    row("the logits clipped", clipped, "is something clipped"),
    row("a batch of one squeezed", squeezed, "of size 1 squeezed away?"),
    row(
        "ε for the wrong classes alone",
        shared_by_the_wrong,
        "is ε spread over the wrong classes alone?",
        label_smoothing=0.1,
    ),
    row(
        "no smoothing",
        by_index,
        "as if label_smoothing were not given",
        label_smoothing=0.1,
    ),
    row(
        "weights that are not counted",
        weighted_and_counted,
        "is it the mean over all entries?",
        weight=WEIGHT,
    ),
    row(
        "classes counted from one",
        classes_from_one,
        "are the classes counted from one?",
    ),
    row("an overflow", overflows, "does an exponential overflow"),
    row(
        "a logarithm kept from zero",
        kept_from_zero,
        "kept from zero by a small number?",
    ),
    row(
        "one size of batch",
        batch_of_six,
        "is the size of the batch written into the loss",
    ),
    row(
        "one number of classes",
        ten_classes,
        "is the number of classes written into the loss?",
    ),
    row("no way back", value_without_gradient, "has no history"),
    row("a number of Python's", python_number, "got float"),
    row("a shape of (1,)", shape_of_one, "a dimension of size 1 kept"),
    row("the input changed", changes_its_input, "argument prediction"),
    row("64 bits out of 32", in_64_bits, "expected companion.float32"),
    row("a running mean", RunningMean, "remember the call before?"),
    row("an endless loop", endless, "does a loop never end?"),
    row("an exception", raises, "it raised"),
    row(
        "the exponential of a logarithm",
        log_taken_again,
        "is the exponential taken?",
        "nll_loss",
    ),
    row("the root of the squares", root, "is the root taken?", "mse_loss"),
    row(
        "absolute values for squares",
        absolute,
        "is the absolute value taken",
        "mse_loss",
    ),
    row(
        "a mean over the rows alone",
        sum_of_rows,
        "divided by the number of samples alone",
        "mse_loss",
    ),
    row("the square forgotten", difference, "is the square miss", "mse_loss"),
    row("the size of the mean", size_of_the_mean, "of the mean?", "l1_loss"),
    row(
        "squares of large errors too",
        squares_everywhere,
        "of large errors too?",
        "huber_loss",
    ),
    row(
        "a δ of 1",
        delta_of_one,
        "as if delta were not given",
        "huber_loss",
        delta=0.5,
    ),
    row(
        "the same logarithm twice",
        same_logarithm,
        "is it log(x), not log(1 - x)",
        "binary_cross_entropy",
    ),
    row(
        "the sigmoid of a probability",
        sigmoid_of_probabilities,
        "is the sigmoid taken?",
        "binary_cross_entropy",
    ),
    row(
        "a softmax for the sigmoids",
        softmax_for_sigmoid,
        "is it a softmax?",
        "binary_cross_entropy_with_logits",
    ),
    row("half of it", half, "it is 0.5 times", "mse_loss"),
    row(
        "one side only",
        one_side_only,
        "is the term for the target 0 missing?",
        "binary_cross_entropy_with_logits",
    ),
    row(
        "the logarithm of zero",
        logarithm_of_zero,
        "simplify the logarithm",
        "binary_cross_entropy_with_logits",
    ),
    row("made with an argument", NeedsTheClasses, "it raised TypeError"),
    row(
        "no reduction left out",
        sum_or_mean,
        "is it the mean over all entries?",
        "mse_loss",
        reductions=True,
    ),
    row(
        "one reduction for all",
        mean_always,
        "is it the mean over all entries?",
        "mse_loss",
        reductions=True,
    ),
]
RIGHT = [
    row("by index", by_index),
    row("by a table of ones", by_table),
    row("by the logarithm of a sum", by_logsumexp),
    row("a module", AsModule),
    row("sample by sample", sample_by_sample),
    row("a sum", summed, reduction="sum"),
    row("with weights", weighted, weight=WEIGHT),
    row("with smooth labels", shared_by_all, label_smoothing=0.1),
    row("squares", squares, like="mse_loss", reductions=True),
    row(
        "logits of two classes",
        soft_logits,
        like="binary_cross_entropy_with_logits",
    ),
    row("the companion's", nn.NLLLoss, like="nll_loss"),
]
