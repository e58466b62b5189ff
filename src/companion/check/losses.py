"""Is the reader's own loss right: value, gradient, extremes, batches?"""

from contextlib import suppress
from functools import partial

import numpy as np

import companion
from companion.check.case import generator
from companion.check.comparing import same
from companion.check.differences import numerical_gradient
from companion.check.leaves import gradient_at, send_back, tensor_of
from companion.check.mistaken import MISTAKES, REDUCTIONS
from companion.check.report import Wrong, suspecting
from companion.check.settings import left_out
from companion.check.trial import checking, is_class, result, unchanged
from companion.nn import functional as F


def loss(function, like, at=None, reductions=False, **settings):
    """Is `function` the loss `like` of ``companion.nn.functional``?

    `function` takes a prediction and a target and returns a tensor; a class,
    such as one like ``nn.MSELoss``, is made first, without arguments. `like`
    is a name, such as ``"cross_entropy"``, or a function of the two;
    `settings`, such as ``reduction="sum"``, are those of `like` to compare
    with. With `reductions`, the reader's function takes ``reduction=`` too,
    and "mean", "sum" and "none" are tried. `at`, a pair of arrays, is the
    prediction and the target to try first; without it, random ones.

    Compared are the value, and the gradient of the prediction with central
    differences, in float64; then batches of 1 and 7, other numbers of
    classes, predictions of the size of 10,000, and float32. The answer is a
    :class:`Report`.
    """
    like = getattr(F, like) if isinstance(like, str) else like
    name = getattr(like, "__name__", "")
    with checking(f"loss like {name}" if name in INPUTS else "loss") as report:
        if is_class(function):
            with report.trying("the loss is made", vital=True):
                function = result(function)
        case = Loss(function, partial(like, **settings), name)
        with report.trying("the value", vital=True):
            case.value(case.sample() if at is None else at)
        with report.trying("a call after another one", vital=True):
            call_after_another(case, case.sample() if at is None else at)
        with report.trying("the gradient of the prediction", vital=True):
            case.gradient(case.sample() if at is None else at)
        shaped = any(hasattr(value, "shape") for value in settings.values())
        if name in INPUTS and not shaped:  # weights fit one shape alone
            for tried, trial in TRIALS.items():
                with report.trying(tried, vital=True):
                    trial(case)
        for reduction in ("mean", "sum", "none") if reductions else ():
            with report.trying(f"reduction={reduction!r}", vital=True):
                reduced(case, reduction, at)
    return report


class Loss:
    """The reader's loss, and the one that it should be."""

    def __init__(self, call, like, name):
        self.call, self.like, self.name = call, like, name

    def sample(self, rows=6, columns=10, scale=1.5):
        """A prediction and a target, as arrays."""
        if self.name not in INPUTS:
            raise ValueError("say what the loss is called with: at=(x, t)")
        return INPUTS[self.name](generator(rows), (rows, columns), scale)

    def value(self, sample, tolerance=1e-5):
        x, t = tensors(*sample)
        with unchanged(prediction=x, target=t):
            given = tensor_of(self.call, x, t)
        same(
            given,
            self.like(x, t),
            self.inputs(sample),
            partial(self.mistaken, lambda loss: loss(x, t)),
            tolerance,
        )

    def gradient(self, sample, tolerance=1e-5):
        x, t = tensors(*sample)
        output = tensor_of(self.call, x, t)
        weights = np.ones(tuple(output.shape))
        if output.ndim:  # nothing was reduced
            weights = generator(1).uniform(0.5, 1.5, tuple(output.shape))
        send_back(output, companion.tensor(weights))
        slope = partial(slopes, sample, weights)
        same(
            gradient_at(x, "the prediction"),
            slope(self.like),
            self.inputs(sample),
            lambda: {OTHER + c: v for c, v in self.mistaken(slope).items()},
            tolerance,
        )

    def inputs(self, sample):
        return dict(zip(("prediction", "target"), sample, strict=True))

    def mistaken(self, of):
        """What `of` makes of each loss with a known mistake, by its cause."""
        found = {}
        for cause, mistake in self.mistakes():
            with suppress(Exception):  # not each loss can be mistaken so
                found[cause] = of(mistake)
        return found

    def mistakes(self):
        for cause, mistake in REDUCTIONS.items():
            yield cause, partial(mistake, self.like)
        for name, rest in left_out(self.like.func, self.like.keywords):
            cause = f"it runs as if {name} were not given"
            yield cause, partial(self.like.func, **rest)
        for cause, mistake in MISTAKES.get(self.name, {}).items():
            yield cause, partial(mistake, self.like)


OTHER = "the value is right, the gradient that of another loss: "


def tensors(prediction, target):
    x = companion.tensor(prediction, dtype=companion.float64)
    t = np.asarray(target)
    if t.dtype.kind == "f":
        return x.requires_grad_(), companion.tensor(t)
    return x.requires_grad_(), companion.tensor(t, dtype=companion.int64)


def slopes(sample, weights, loss):
    """The gradient by the prediction of Σ weights · loss."""
    prediction, target = sample
    weights = companion.tensor(weights)

    def number(array):
        with companion.no_grad():
            return (loss(*tensors(array, target)) * weights).sum().item()

    return numerical_gradient(number, prediction)[0]


def call_after_another(case, sample):
    x, t = tensors(*sample)
    tensor_of(case.call, x * 0.5, t)
    with suspecting("does the loss remember the call before?"):
        case.value(sample)


def other_batches(case):
    with suspecting(
        "is the size of the batch written into the loss, or a dimension of "
        "size 1 squeezed away?"
    ):
        for rows in 1, 7:
            case.value(case.sample(rows))
            case.gradient(case.sample(rows))


def other_widths(case):
    with suspecting("is the number of classes written into the loss?"):
        for columns in 2, 12:
            case.value(case.sample(columns=columns))


def extremes(case):
    """Large on the right side and on the wrong one."""
    sample = case.sample(scale=1e4)
    with suspecting(
        "does an exponential overflow, is something clipped, or a "
        "logarithm kept from zero by a small number? Subtract the maximum, "
        "and simplify the logarithm of the exponential."
    ):
        case.value(sample)
        case.gradient(sample, tolerance=1e-4)


def single(case):
    x, t = (
        y.float() if y.is_floating_point() else y
        for y in tensors(*case.sample())
    )
    given = tensor_of(case.call, x, t)
    if given.dtype != companion.float32:
        raise Wrong(
            f"expected {companion.float32}, got {given.dtype}",
            "does an array of 64 bits take part?",
        )


def reduced(case, reduction, at):
    named = Loss(
        partial(case.call, reduction=reduction),
        partial(case.like, reduction=reduction),
        case.name,
    )
    sample = named.sample() if at is None else at
    named.value(sample)
    named.gradient(sample)


def logits(rng, shape, scale):
    return rng.normal(size=shape) * scale, rng.integers(0, shape[1], shape[0])


def log_probabilities(rng, shape, scale):
    x, t = logits(rng, shape, scale)
    x = x - x.max(1, keepdims=True)
    return x - np.log(np.exp(x).sum(1, keepdims=True)), t


def numbers(rng, shape, scale):
    return rng.normal(size=shape) * scale, rng.normal(size=shape) * scale


def log_odds(rng, shape, scale):
    return rng.normal(size=shape) * scale, rng.integers(0, 2, shape) * 1.0


def probabilities(rng, shape, scale):
    return rng.uniform(0.05, 0.95, shape), rng.integers(0, 2, shape) * 1.0


INPUTS = {  # the losses that are known, and what they are called with
    "cross_entropy": logits,
    "nll_loss": log_probabilities,
    "mse_loss": numbers,
    "l1_loss": numbers,
    "huber_loss": numbers,
    "smooth_l1_loss": numbers,
    "binary_cross_entropy": probabilities,
    "binary_cross_entropy_with_logits": log_odds,
}
TRIALS = {
    "batches of 1 and 7": other_batches,
    "2 and 12 classes or columns": other_widths,
    "predictions of the size of 10,000": extremes,
    "float32 stays float32": single,
}
