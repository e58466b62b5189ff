"""Losses for classes and probabilities."""

import functools
import warnings

from companion._library import library, operators
from companion.nn.functional.activation import logsigmoid
from companion.nn.functional.reduction import (
    REDUCTIONS,
    check_reduction,
    reduced,
    reducing,
    reduction_name,
)


def nll_loss(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
):
    """-wₜ xₜ: x the log-probabilities, t the index of the true class.

    Input (N, C, …), target (N, …), or (C) and (). The mean is Σ loss / Σ wₜ;
    a target equal to `ignore_index` counts for nothing.
    """
    reduction = reduction_name(size_average, reduce, reduction)
    return by_index(input, target, weight, ignore_index, 0.0, reduction)


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """-Σ_c w_c t_c log softmax(x)_c, t an index or probabilities.

    Smoothing by ε replaces t by (1 - ε) t + ε/C.
    """
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(
            "label_smoothing must be between 0.0 and 1.0. "
            f"Got: {label_smoothing}"
        )
    reduction = reduction_name(size_average, reduce, reduction)
    log_p = input.log_softmax(class_dim(input))
    if target.shape != input.shape:
        return by_index(
            log_p, target, weight, ignore_index, label_smoothing, reduction
        )
    if not target.is_floating_point():
        raise RuntimeError(
            "Expected floating point type for target with class "
            f"probabilities, got {target.dtype}"
        )
    if ignore_index >= 0:
        raise RuntimeError(
            "ignore_index is not supported for floating point target"
        )
    return by_probability(log_p, target, weight, label_smoothing, reduction)


def class_dim(input):
    return 1 if input.ndim > 1 else 0


def by_probability(log_p, target, weight, smoothing, reduction):
    dim = class_dim(log_p)
    classes = log_p.shape[dim]
    target = (1 - smoothing) * target + smoothing / classes
    loss = -(log_p * target * along_classes(weight, log_p)).sum(dim)
    if reduction == "mean":
        return loss.sum() / (log_p.numel() / classes)
    return reduced(loss, reduction)


def by_index(log_p, target, weight, ignore_index, smoothing, reduction):
    if weight is None and not smoothing and ignore_index == -100:
        try:  # most often no target is to be ignored
            number = REDUCTIONS.index(reduction)
            return operators(log_p).nll_loss(log_p, target, reduction=number)
        except (IndexError, RuntimeError, ValueError):
            pass  # one is, or is out of bounds, or all is of another shape
    check_reduction(reduction)
    integers = library(target)
    if target.dtype not in (integers.int64, integers.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, got {target.dtype}"
        )
    target = target.long()
    dim = class_dim(log_p)
    check_target(log_p, target, dim)
    classes = log_p.shape[dim]
    ignored = target == ignore_index
    target = target.masked_fill(ignored, 0)
    wrong = target[(target < 0) | (target >= classes)]
    if wrong.numel():
        raise IndexError(
            f"Target {wrong[0].item()} is out of bounds for {classes} classes."
        )
    along = along_classes(weight, log_p)
    scale = log_p.detach().new_ones(target.shape)
    if weight is not None:
        scale = weight[target]
    loss = -at_class(log_p, target, dim) * scale
    if smoothing:
        spread = -(log_p * along).sum(dim) / classes
        loss = (1 - smoothing) * loss + smoothing * spread
    loss, scale = (x.masked_fill(ignored, 0) for x in (loss, scale))
    return reduced(loss, reduction, scale=scale)


def at_class(values, target, dim):
    """values[n, target[n, …], …]."""
    return values.gather(dim, target.unsqueeze(dim)).squeeze(dim)


def along_classes(weight, input):
    """The class weights in a shape that broadcasts over the input."""
    if weight is None:
        return 1
    dim = class_dim(input)
    if weight.ndim != 1 or weight.numel() != input.shape[dim]:
        raise RuntimeError(
            "weight tensor should be defined either for all "
            f"{input.shape[dim]} classes or no classes but got weight tensor "
            f"of shape: {list(weight.shape)}"
        )
    if weight.dtype != input.dtype:
        have, found = (str(x.dtype).split(".")[-1] for x in (input, weight))
        raise RuntimeError(f"expected scalar type {have} but found {found}")
    return weight.reshape(-1, *[1] * (input.ndim - dim - 1))


def check_target(input, target, dim):
    """RuntimeError for a wrong shape; ValueError if already the batch is."""
    expected = [*input.shape[:dim], *input.shape[dim + 1 :]]
    if input.ndim and list(target.shape) == expected:
        return
    shapes = f"got input {list(input.shape)} and target {list(target.shape)}"
    if not dim or list(target.shape[:1]) != expected[:1]:
        raise ValueError(
            f"Expected input batch_size {list(input.shape[:dim])} to match "
            f"target batch_size, and target size {expected}: {shapes}"
        )
    raise RuntimeError(f"Expected target size {expected}: {shapes}")


def kl_div(
    input,
    target,
    size_average=None,
    reduce=None,
    reduction="mean",
    log_target=False,
):
    """t (log t - x): x the log of the prediction, t a probability or its log.

    Only "batchmean", the sum over the batch size, is the divergence; "mean"
    divides by the number of classes too.
    """
    if not (input.is_floating_point() and target.is_floating_point()):
        raise RuntimeError(
            "kl_div: Integral inputs not supported, "
            f"got {input.dtype} and {target.dtype}"
        )
    if log_target:
        loss = target.exp() * (target - input)
    else:
        loss = target.xlogy(target) - target * input
    if reduction == "batchmean":
        return loss.sum() / (input.shape[0] if input.ndim else 1)
    if size_average is None and reduce is None and reduction == "mean":
        warn_of_mean()
    return reduced(loss, reduction, size_average, reduce)


def warn_of_mean():
    warnings.warn(
        "reduction: 'mean' divides the total loss by both the batch size and "
        "the support size. 'batchmean' divides only by the batch size, and "
        "aligns with the KL div math definition.",
        stacklevel=3,
    )


@reducing
def binary_cross_entropy(input, target, weight=None):
    """-(t log x + (1 - t) log(1 - x)), each logarithm at least -100."""
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the "
            f"input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    if target.dtype != input.dtype:
        raise RuntimeError(
            f"Found dtype {target.dtype} but expected {input.dtype}"
        )
    for name, value in ("input", input), ("target", target):
        if not ((value >= 0) & (value <= 1)).all():  # nor may it be nan
            raise RuntimeError(
                f"all elements of {name} should be between 0 and 1"
            )
    loss = entropy_function(library(input)).apply(input, target)
    return loss if weight is None else loss * weight


@functools.cache
def entropy_function(library):
    """An operation of its own: its derivative must stay finite at 0 and 1."""

    class BinaryCrossEntropy(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, t):
            ctx.save_for_backward(x, t)
            yes, no = x.log().clamp(min=-100), (-x).log1p().clamp(min=-100)
            return (t - 1) * no - t * yes

        @staticmethod
        def backward(ctx, grad):
            x, t = ctx.saved_tensors
            slope = (x - t) / (x * (1 - x)).clamp(min=1e-12)
            logit = (-x).log1p().clamp(min=-100) - x.log().clamp(min=-100)
            return grad * slope, grad * logit

    return BinaryCrossEntropy


def binary_cross_entropy_with_logits(
    input,
    target,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
    pos_weight=None,
):
    """-(p t log σ(x) + (1 - t) log(1 - σ(x))): p is `pos_weight`, or 1."""
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as "
            f"input size ({input.shape})"
        )
    if not target.is_floating_point():
        raise RuntimeError(
            f"Expected a target of floating-point numbers, got {target.dtype}"
        )
    yes = 1 if pos_weight is None else (pos_weight - 1) * target + 1
    loss = (1 - target) * input - yes * logsigmoid(input)
    loss = loss if weight is None else loss * weight
    return reduced(loss, reduction, size_average, reduce)
