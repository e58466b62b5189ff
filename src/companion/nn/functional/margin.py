"""Losses that ask for a margin: where the gap is wide, nothing is lost."""

from companion._library import library
from companion.nn.functional.activation import logsigmoid, softplus
from companion.nn.functional.classification import along_classes
from companion.nn.functional.distance import pairwise_distance
from companion.nn.functional.reduction import reducing


@reducing
def margin_ranking_loss(input1, input2, target, margin=0):
    """max(0, margin - t (x₁ - x₂)), t = 1 or -1."""
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same "
            f"dimension but got sizes: input1: {input1.shape}, "
            f"input2: {input2.shape}, target: {target.shape}"
        )
    return (margin - target * (input1 - input2)).clamp(min=0)


@reducing
def hinge_embedding_loss(input, target, margin=1.0):
    """x where t = 1, max(0, margin - x) where t = -1."""
    near = input.masked_fill(target == -1, 0)
    far = (margin - input).clamp(min=0).masked_fill(target == 1, 0)
    return near + far


@reducing
def cosine_embedding_loss(input1, input2, target, margin=0):
    """1 - cos(x₁, x₂) where t = 1, max(0, cos - margin) where t = -1."""
    if input1.ndim != input2.ndim or target.ndim + 1 != input1.ndim:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input "
            f"tensors, but found inputs with sizes {input1.shape} and "
            f"{input2.shape}"
        )
    if target.ndim > 1:
        raise RuntimeError(
            "0D or 1D target tensor expected, multi-target not supported"
        )
    squares = ((x * x).sum(-1) + 1e-12 for x in (input1, input2))
    cosine = (input1 * input2).sum(-1) / (next(squares) * next(squares)).sqrt()
    near = (1 - cosine).masked_fill(target != 1, 0)
    far = (cosine - margin).clamp(min=0).masked_fill(target != -1, 0)
    return near + far


@reducing
def soft_margin_loss(input, target):
    """log(1 + exp(-t x)), t = 1 or -1."""
    loss = softplus(-target * input)
    if loss.shape != input.shape:
        raise RuntimeError(
            f"output with shape {list(input.shape)} doesn't match the "
            f"broadcast shape {list(loss.shape)}"
        )
    return loss.to(input.dtype)


@reducing
def multi_margin_loss(input, target, p=1, margin=1.0, weight=None):
    """Σ_{c≠t} w_t max(0, margin - x_t + x_c)ᵖ / C; input (N, C) or (C)."""
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    check_labels(target)
    if target.shape != input.shape[:-1] and target.numel() != 1:
        raise RuntimeError(
            "target tensor should be 1-D with size equal to the number of "
            f"rows. Expected target size {list(input.shape[:-1])} but got "
            f"{list(target.shape)}"
        )
    along_classes(weight, input)  # refuses a wrong number of weights
    place = target.reshape(input.shape[:-1]).unsqueeze(-1)
    gap = (margin - input.gather(-1, place) + input).clamp(min=0) ** p
    loss = gap.scatter(-1, place, 0)  # the true class is no rival
    if weight is not None:
        loss = loss * weight[place]
    return loss.mean(-1).reshape(target.shape)


def check_labels(target):
    if target.dtype != library(target).int64:
        raise RuntimeError(f"expected a target of int64, got {target.dtype}")


@reducing
def multilabel_margin_loss(input, target):
    """Σ_{t} Σ_{c no target} max(0, 1 - x_t + x_c) / C.

    A row of targets lists the true classes and ends with the first -1.
    """
    if input.ndim == 0:
        input, target = input.reshape(1), target.reshape(1)
    check_labels(target)
    classes = input.shape[-1]
    if target.shape != input.shape or input.ndim > 2 or not classes:
        raise RuntimeError(
            "expected input and target of the same shape, (C) or (N, C), "
            f"got {list(input.shape)} and {list(target.shape)}"
        )
    if ((target < -1) | (target >= classes)).any():
        raise RuntimeError(
            f"target is out of range for {classes} classes: {target}"
        )
    listed = (target < 0).cumsum(-1) == 0
    place = target.masked_fill(~listed, 0)
    marks = listed.to(input.dtype)
    rival = input.detach().new_zeros(input.shape)
    rival = rival.scatter_add(-1, place, marks) == 0  # …, C
    ours = input.gather(-1, place)  # …, T
    gap = (1 - ours.unsqueeze(-1) + input.unsqueeze(-2)).clamp(min=0)
    counted = listed.unsqueeze(-1) & rival.unsqueeze(-2)  # …, T, C
    loss = gap.masked_fill(~counted, 0).sum((-1, -2))
    return loss / classes


@reducing
def multilabel_soft_margin_loss(input, target, weight=None):
    """-(t log σ(x) + (1 - t) log σ(-x)), the mean over the classes."""
    loss = (target - 1) * logsigmoid(-input) - target * logsigmoid(input)
    loss = loss if weight is None else loss * weight
    return loss.sum(input.ndim - 1) / input.shape[-1]


@reducing
def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False
):
    """max(0, margin + d(a, p) - d(a, n)); `swap`: or d(p, n), if nearer."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "anchor, positive and negative are expected to have the same "
            f"number of dimensions, got {anchor.ndim}D, {positive.ndim}D and "
            f"{negative.ndim}D"
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    return (margin + near - far).clamp(min=0)
