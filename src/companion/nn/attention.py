"""Multi-head attention [Vaswani 2017]."""

from functools import partial

from companion._library import library
from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.functional.attention import additive, attend
from companion.nn.linear import Linear
from companion.nn.module import Module


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear under the name that torch's MultiheadAttention prints."""


class MultiheadAttention(Module):
    """Several attentions side by side, each to a part of the embedding.

    Query (L, N, E), key (S, N, K) and value (S, N, V) give (L, N, E) and the
    weights (N, L, S); with `batch_first` N comes first; N may be missing.
    """

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError(
                "embed_dim must be divisible by num_heads, got "
                f"{embed_dim} and {num_heads}"
            )
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.head_dim = embed_dim // num_heads
        self.dropout, self.batch_first = dropout, batch_first
        self.add_zero_attn = add_zero_attn
        make = partial(parameter.empty, device=device, dtype=dtype)
        if self.kdim == self.vdim == embed_dim:
            self.in_proj_weight = make(3 * embed_dim, embed_dim)
        else:
            self.in_proj_weight = None
            self.q_proj_weight = make(embed_dim, embed_dim)
            self.k_proj_weight = make(embed_dim, self.kdim)
            self.v_proj_weight = make(embed_dim, self.vdim)
        self.in_proj_bias = make(3 * embed_dim) if bias else None
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias, device, dtype
        )
        self.bias_k = make(1, 1, embed_dim) if add_bias_kv else None
        self.bias_v = make(1, 1, embed_dim) if add_bias_kv else None
        self._reset_parameters()

    def _reset_parameters(self):
        for name, weight in self.named_parameters(recurse=False):
            if name.endswith("weight"):
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        if self.bias_k is not None:
            init.xavier_normal_(self.bias_k)
            init.xavier_normal_(self.bias_v)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """A Boolean mask is True where a place takes no part."""
        if is_causal and attn_mask is None:
            raise RuntimeError(
                "Need attn_mask if specifying the is_causal hint."
            )
        single = query.ndim == 2
        if single:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        elif self.batch_first:
            query, key, value = (
                x.transpose(0, 1) for x in (query, key, value)
            )
        self.check(query, key, value)
        query, key, value = self.projected(query, key, value)
        mask = self.joined_mask(query, key, key_padding_mask, attn_mask)
        key, value, mask = self.extended(key, value, mask)
        q, k, v = (self.in_heads(x) for x in (query, key, value))
        dropout_p = self.dropout if self.training else 0.0
        result, weights = attend(q, k, v, mask, dropout_p)
        result = result.movedim(2, 0).flatten(2)  # L, N, E
        result = self.out_proj(result)
        weights = weights.mean(1) if average_attn_weights else weights
        if single:
            result, weights = result.squeeze(1), weights.squeeze(0)
        elif self.batch_first:
            result = result.transpose(0, 1)
        return result, weights if need_weights else None

    def check(self, query, key, value):
        sizes = self.embed_dim, self.kdim, self.vdim
        for x, size in zip((query, key, value), sizes, strict=True):
            if x.ndim != 3 or x.shape[-1] != size:
                raise AssertionError(
                    f"was expecting embedding dimension of {size}, "
                    f"but got shape {list(x.shape)}"
                )

    def projected(self, *inputs):
        """x Wᵀ + b for query, key and value."""
        if self.in_proj_weight is not None:
            weights = self.in_proj_weight.chunk(3)
        else:
            weights = (getattr(self, f"{x}_proj_weight") for x in "qkv")
        biases = (None,) * 3
        if self.in_proj_bias is not None:
            biases = self.in_proj_bias.chunk(3)
        return map(F.linear, inputs, weights, biases)

    def joined_mask(self, query, key, padding, mask):
        """What is added to the scores (N, heads, L, S)."""
        parts = []
        if mask is not None:
            mask = excluding(mask, query)
            if mask.ndim == 3:
                mask = mask.unflatten(0, (-1, self.num_heads))
            parts.append(mask)
        if padding is not None:
            padding = excluding(padding, query)  # N, S or S
            parts.append(padding.reshape(-1, 1, 1, key.shape[0]))
        return sum(parts[1:], parts[0]) if parts else None

    def extended(self, key, value, mask):
        """One more place to attend to for each of bias_k and add_zero_attn."""
        more = []
        if self.bias_k is not None:
            more.append((self.bias_k, self.bias_v))
        if self.add_zero_attn:
            zero = key.detach().new_zeros((1, 1, self.embed_dim))
            more.append((zero, zero))
        cat, shape = library(key).cat, (1, key.shape[1], self.embed_dim)
        for k, v in more:
            key = cat([key, k.expand(shape)])
            value = cat([value, v.expand(shape)])
            mask = None if mask is None else F.pad(mask, (0, 1))
        return key, value, mask

    def in_heads(self, x):
        """(L, N, E) as (N, heads, L, E / heads)."""
        return x.unflatten(-1, (self.num_heads, -1)).movedim(0, 2)


def excluding(mask, like):
    """Additive, of a Boolean mask that is True where to leave out."""
    return mask if mask.is_floating_point() else additive(~mask.bool(), like)
