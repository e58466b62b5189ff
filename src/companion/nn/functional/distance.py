"""Distances and angles between vectors."""

from companion._library import library


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """‖x₁ - x₂ + ε‖ₚ along the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """x₁ · x₂ / (‖x₁‖ ‖x₂‖), each length at least ε."""
    shape = (x1 * x2).shape  # a repeated entry counts in the length too
    wide = (x.expand(shape) for x in (x1, x2))
    first, second = (x / x.norm(2, dim, True).clamp(min=eps) for x in wide)
    return (first * second).sum(dim)


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """x / max(‖x‖ₚ, ε)."""
    return input / input.norm(p, dim, True).clamp(min=eps)


def one_hot(tensor, num_classes=-1):
    """1 at the index, 0 elsewhere: (…) becomes (…, classes)."""
    if tensor.dtype != library(tensor).int64:
        raise RuntimeError(f"one_hot needs int64, got {tensor.dtype}")
    if not tensor.numel() and num_classes <= 0:
        raise RuntimeError(
            "Can not infer total number of classes from empty tensor."
        )
    if num_classes == -1:
        num_classes = int(tensor.max()) + 1
    if tensor.numel() and tensor.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if tensor.numel() and tensor.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    zeros = tensor.new_zeros((*tensor.shape, num_classes))
    return zeros.scatter(-1, tensor.unsqueeze(-1), 1)
