"""Attention [Vaswani 2017]."""

import math

from companion.nn.functional.noise import dropout


def scaled_dot_product_attention(
    query,
    key,
    value,
    attn_mask=None,
    dropout_p=0.0,
    is_causal=False,
    scale=None,
    enable_gqa=False,
):
    """softmax(Q Kᵀ / √E + mask) V: (…, L, E), (…, S, E), (…, S, V).

    A Boolean mask says which places take part; any other is added.
    """
    if enable_gqa:
        key, value = (
            x.repeat_interleave(query.shape[-3] // x.shape[-3], -3)
            for x in (key, value)
        )
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError("Explicit attn_mask with is_causal=True")
        shape = query.shape[-2], key.shape[-2]
        attn_mask = query.detach().new_ones(shape).tril().bool()
    return attend(query, key, value, attn_mask, dropout_p, scale)[0]


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
