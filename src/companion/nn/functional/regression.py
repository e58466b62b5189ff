"""Losses for numbers: how far is the prediction x from the target t?"""

import math
import warnings

from companion._library import is_tensor
from companion.nn.functional.reduction import reduced


def check_sizes(input, target):
    if target.shape != input.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the "
            f"input size ({input.shape}). This will likely lead to incorrect "
            "results due to broadcasting. Please ensure they have the same "
            "size.",
            stacklevel=3,
        )


def times(loss, weight):
    """Each element as often as its weight says."""
    if weight is None:
        return loss
    if weight.shape != loss.shape:
        raise ValueError(
            "Weights and input must have the same size, "
            f"got {weight.shape} and {loss.shape}."
        )
    return loss * weight


def mse_loss(
    input,
    target,
    size_average=None,
    reduce=None,
    reduction="mean",
    weight=None,
):
    """(x - t)²."""
    check_sizes(input, target)
    loss = times((input - target) ** 2, weight)
    return reduced(loss, reduction, size_average, reduce, weight)


def l1_loss(
    input,
    target,
    size_average=None,
    reduce=None,
    reduction="mean",
    weight=None,
):
    """|x - t|."""
    check_sizes(input, target)
    loss = times((input - target).abs(), weight)
    return reduced(loss, reduction, size_average, reduce, weight)


def bent(input, target, delta):
    """(x - t)² / 2 up to |x - t| = δ, and from there on its tangent.

    With c, the difference held between -δ and δ, both are c·(x - t) - c²/2.
    """
    check_sizes(input, target)
    difference = input - target
    held = difference.clamp(-delta, delta)
    return held * (difference - held / 2)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """(x - t)² / 2 up to |x - t| = δ, then δ (|x - t| - δ/2).

    The mean is over the number of elements, whatever they weigh.
    """
    if not delta > 0:
        raise RuntimeError(
            "huber_loss does not support non-positive values for delta, "
            f"got {delta}."
        )
    return reduced(times(bent(input, target, delta), weight), reduction)


def smooth_l1_loss(
    input, target, size_average=None, reduce=None, reduction="mean", beta=1.0
):
    """(x - t)² / 2β up to |x - t| = β, then |x - t| - β/2."""
    if beta < 0:
        raise RuntimeError(
            "smooth_l1_loss does not support negative values for beta, "
            f"got {beta}."
        )
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    loss = bent(input, target, beta) / beta
    return reduced(loss, reduction, size_average, reduce)


def poisson_nll_loss(
    input,
    target,
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
):
    """λ - t log λ, of x = log λ or of x = λ; `full` adds log t! [Stirling]."""
    if log_input:
        loss = input.exp() - target * input
    else:
        loss = input - target * (input + eps).log()
    if full:
        large = target.clamp(min=1)  # elsewhere the logarithm may be infinite
        stirling = (
            large * large.log() - large + (2 * math.pi * large).log() / 2
        )
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction, size_average, reduce)


def gaussian_nll_loss(
    input, target, var, full=False, eps=1e-6, reduction="mean"
):
    """(log σ² + (x - t)² / σ²) / 2; `full` adds log(2π) / 2.

    σ² has the shape of x, or is the same along one dimension of it; below
    `eps` it counts as `eps`, but its gradient flows as if it did not.
    """
    if not is_tensor(var):
        var = input.detach().new_full(input.shape, var)
    if (var < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.shape == input.shape[:-1] and var.shape != input.shape:
        var = var.unsqueeze(-1)
    sizes = zip(input.shape, var.shape, strict=False)
    different = [size for full_size, size in sizes if size != full_size]
    if var.ndim != input.ndim or different not in ([], [1]):
        raise ValueError(
            f"var is of incorrect size: {var.shape} for input {input.shape}"
        )
    floor = var.detach()
    var = var + (floor.clamp(min=eps) - floor)
    loss = (var.log() + (input - target) ** 2 / var) / 2
    return reduced(loss + math.log(2 * math.pi) / 2 * full, reduction)
