"""Dropout: in training, parts of the input are set to 0 at random."""

from companion.nn.functional.activation import may_be_inplace


@may_be_inplace
def dropout(input, p=0.5, training=True):
    """Each value with probability p 0, else times 1 / (1 - p)."""
    return dropped(input, input.shape, p, training)


@may_be_inplace
def dropout2d(input, p=0.5, training=True):
    """Whole channels of (N, C, H, W) or (C, H, W) at once."""
    batched = input.ndim != 3  # torch takes (N, C, L) for (C, H, W) as well
    channels = input.shape[: 2 if batched else 1]
    shape = (*channels, *[1] * (input.ndim - len(channels)))
    return dropped(input, shape, p, training)


def dropped(input, shape, p, training):
    if not 0 <= p <= 1:
        raise ValueError(
            f"dropout probability has to be between 0 and 1, but got {p}"
        )
    if not training or p == 0:
        return input
    if p == 1:
        return input * 0
    kept = input.detach().new_empty(shape).bernoulli_(1 - p)
    return input * kept.div_(1 - p)
