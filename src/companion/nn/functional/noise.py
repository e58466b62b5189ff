"""Dropout: in training, parts of the input are set to 0 at random."""

from companion.nn.functional.activation import may_be_inplace


@may_be_inplace
def dropout(input, p=0.5, training=True):
    """Each value with probability p 0, else times 1 / (1 - p)."""
    return dropped(input, input.shape, p, training)


@may_be_inplace
def dropout2d(input, p=0.5, training=True):
    """Whole channels of (N, C, …) at once."""
    if input.ndim < 2 and training and 0 < p <= 1:
        raise RuntimeError(
            "Feature dropout requires at least 2 dimensions in the input, "
            f"got shape {list(input.shape)}"
        )
    shape = (*input.shape[:2], *[1] * (input.ndim - 2))
    return dropped(input, shape, p, training)


def check_probability(p):
    if not 0 <= p <= 1:
        raise ValueError(
            f"dropout probability has to be between 0 and 1, but got {p}"
        )


def dropped(input, shape, p, training):
    check_probability(p)
    if not training or p == 0:
        return input
    if p == 1:
        return input * 0
    kept = input.detach().new_empty(shape).bernoulli_(1 - p)
    return input * kept.div_(1 - p)
