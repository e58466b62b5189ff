"""Attention [Vaswani 2017]."""

import math

from companion._library import library
from companion.nn.functional.noise import dropout


def scaled_dot_product_attention(
    query,
    key,
    value,
    attn_mask=None,
    dropout_p=0.0,
    is_causal=False,
    *,
    scale=None,
    enable_gqa=False,
):
    """softmax(Q Kᵀ / √E + mask) V: (…, L, E), (…, S, E), (…, S, V).

    A Boolean mask says which places take part; any other is added. A query
    that may attend to nothing gets 0. With `enable_gqa`, several heads of the
    query share one of key and value: their dimension is the third last.
    """
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            "Expected query, key and value of at least 2 dimensions, got "
            f"{query.ndim}, {key.ndim} and {value.ndim}"
        )
    if enable_gqa:
        key, value = (shared(x, query.shape[-3]) for x in (key, value))
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError("Explicit attn_mask with is_causal=True")
        shape = query.shape[-2], key.shape[-2]
        attn_mask = query.detach().new_ones(shape).tril().bool()
    if attn_mask is not None:
        check_mask(attn_mask)
        attn_mask = additive(attn_mask, query)
        nowhere = (attn_mask == float("-inf")).all(-1, keepdim=True)
        attn_mask = attn_mask.masked_fill(nowhere, 0)
    result, _ = attend(query, key, value, attn_mask, dropout_p, scale)
    return result if attn_mask is None else result.masked_fill(nowhere, 0)


def shared(x, heads):
    """Each head (…, H, S, E) as often as it takes to have `heads`."""
    have = x.shape[-3]
    if heads % have:
        raise RuntimeError(
            "Number of heads in key and value must divide the number of "
            f"heads in query, got {have} and {heads}"
        )
    shape = (*x.shape[:-2], heads // have, *x.shape[-2:])
    return x.unsqueeze(-3).expand(shape).flatten(-4, -3)


def check_mask(mask):
    if not mask.is_floating_point() and mask.dtype != library(mask).bool:
        raise RuntimeError(
            f"Expected attn_mask of bool or float, but got {mask.dtype}"
        )


def attend(query, key, value, mask, dropout_p, scale=None):
    """The values attended to, and the weights."""
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = (query * scale) @ key.transpose(-2, -1)  # …, L, S
    if mask is not None:
        scores = scores + additive(mask, scores)
    weights = dropout(scores.softmax(-1), dropout_p)
    return weights @ value, weights


def additive(mask, like):
    """0 where a Boolean mask takes part, -∞ where not; others unchanged."""
    if mask.is_floating_point():
        return mask
    zeros = like.detach().new_zeros(mask.shape)
    return zeros.masked_fill(~mask.bool(), float("-inf"))
