"""Products with a weight, and rows looked up in one."""

from companion._library import library, operators


def linear(input, weight, bias=None):
    """x Wᵀ + b: (…, in) becomes (…, out)."""
    return operators(input).linear(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    """yₒ = x₁ᵀ Wₒ x₂ + bₒ: (…, in₁) and (…, in₂) become (…, out)."""
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            "bilinear(): input batch dimensions do not match: got "
            f"{input1.shape} and {input2.shape}"
        )
    sizes = weight.shape[1:] if weight.ndim == 3 else None
    if sizes != (input1.shape[-1], input2.shape[-1]):
        raise RuntimeError(
            f"bilinear(): input sizes {input1.shape[-1]} and "
            f"{input2.shape[-1]} do not match weight {list(weight.shape)}"
        )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias {list(bias.shape)} does not match weight "
            f"{list(weight.shape)}"
        )
    left = (input1.unsqueeze(-2).unsqueeze(-2) @ weight).squeeze(-2)
    product = (left @ input2.unsqueeze(-1)).squeeze(-1)  # …, out
    return product if bias is None else product + bias


def embedding(
    input,
    weight,
    padding_idx=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    sparse=False,
):
    """The rows of `weight` that the integers name: (…) becomes (…, width).

    The row `padding_idx` gets no gradient; rows longer than `max_norm` are
    first shortened, in the weight itself.
    """
    if sparse:
        raise NotImplementedError("sparse gradients are not offered")
    if padding_idx is not None:
        rows = weight.shape[0]
        if not -rows <= padding_idx < rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= rows
    integers = library(input)
    if input.dtype not in (integers.int64, integers.int32):
        raise RuntimeError(
            "Expected tensor for argument 'indices' to have scalar type Long "
            f"or Int, but got {input.dtype}"
        )
    if weight.ndim != 2:
        raise RuntimeError(f"'weight' must be 2-D, got {list(weight.shape)}")
    if max_norm is not None:
        shorten_rows(weight.detach(), input, max_norm, norm_type)
    if input.numel() and not 0 <= input.min() <= input.max() < len(weight):
        raise IndexError(f"index out of range in self, of {len(weight)} rows")
    result = weight[input]
    if scale_grad_by_freq:
        flat = input.flatten()
        counts = weight.detach().new_zeros(len(weight))
        counts = counts.scatter_add(0, flat, counts.new_ones(len(flat)))
        share = result / counts[input].unsqueeze(-1)
        result = share + (result - share).detach()
    if padding_idx is not None:
        at_padding = (input == padding_idx).unsqueeze(-1)
        result = result.detach().where(at_padding, result)
    return result


def shorten_rows(weight, rows, max_norm, norm_type):
    rows = rows.flatten()
    length = weight[rows].norm(norm_type, 1, True)
    factor = max_norm / (length + 1e-7)
    weight[rows] *= factor.masked_fill(length <= max_norm, 1)
