"""Convolutions: windows of the input, and one matrix product.

Inside, the channels come last: then a window's rows lie together in memory,
its copy is fast, and the result, too, has its channels last in memory. It is
returned as (N, C, …), a view, which the next convolution turns back.
"""

from functools import partial

from companion._library import library
from companion.nn.functional.padding import pad
from companion.nn.functional.product import linear


def conv(
    dims, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
):
    """y[n, o, i, j] = b[o] + Σ w[o, c, k, l] x[n, c, i·s + k, j·s + l].

    Input (N, C, H, W) or (C, H, W), weight (O, C / groups, K, L); in one
    dimension without H and K.
    """
    if input.ndim == dims + 1:
        batch = input.unsqueeze(0)
        settings = bias, stride, padding, dilation, groups
        return conv(dims, batch, weight, *settings).squeeze(0)
    check_shapes(f"conv{dims}d", dims, input, weight, bias, groups)
    stride, dilation = each(stride, dims), each(dilation, dims)
    sides = paddings(padding, stride, dilation, weight.shape[2:])
    return convolution(input, weight, bias, stride, sides, dilation, groups)


conv1d, conv2d = partial(conv, 1), partial(conv, 2)


def convolution(input, weight, bias, stride, sides, dilation, groups=1):
    """`sides`: for each dimension, how much padding before and after it."""
    if groups > 1:
        return in_groups(groups, input, weight, bias, stride, sides, dilation)
    check_positive(stride=stride, dilation=dilation)
    dims, size = len(stride), weight.shape[2:]
    space, channels = range(1, 1 + dims), input.shape[1]
    x = input.permute(0, *range(2, 2 + dims), 1)  # N, H, W, C
    x = pad(x, [0, 0, *(side for pair in reversed(sides) for side in pair)])
    check_size(x.shape[1:-1], size, dilation)
    for i in reversed(range(dims)):
        x = windows_along(x, 1 + i, size[i], stride[i], dilation[i])
    x = x.permute(0, *space, *range(1 + 2 * dims, dims, -1))
    places = x.shape[: 1 + dims]  # x: N, H', W', K, L, C
    windows = x.reshape(places.numel(), size.numel() * channels)
    kernels = weight.permute(0, *range(2, 2 + dims), 1)  # O, K, L, C
    kernels = kernels.reshape(len(weight), size.numel() * channels)
    result = linear(windows, kernels, bias).reshape(*places, len(weight))
    return result.permute(0, 1 + dims, *space)


def in_groups(groups, input, weight, bias, *settings):
    """Each group of channels by itself, one behind the other."""
    biases = [None] * groups if bias is None else bias.chunk(groups)
    parts = zip(
        input.chunk(groups, 1), weight.chunk(groups), biases, strict=True
    )
    results = [convolution(*part, *settings) for part in parts]
    return library(input).cat(results, 1)


def windows_along(x, dim, size, stride, dilation=1):
    """(…, n, …) becomes (…, n', …, size)."""
    x = x.unfold(dim, dilation * (size - 1) + 1, stride)
    return x if dilation == 1 else x[..., ::dilation]


def conv_transpose2d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
):
    """The gradient of `conv2d` as a layer: weight (C, O / groups, K, L).

    A convolution of the input with stride - 1 zeros between its values, and
    with the kernel turned round.
    """
    if input.ndim == 3:
        batch = input.unsqueeze(0)
        settings = bias, stride, padding, output_padding, groups, dilation
        return conv_transpose2d(batch, weight, *settings).squeeze(0)
    check_transposed(input, weight, bias, groups)
    stride, padding, extra, dilation = (
        each(x, 2) for x in (stride, padding, output_padding, dilation)
    )
    check_positive(stride=stride, dilation=dilation)
    if min(*padding, *extra) < 0:
        raise RuntimeError(f"negative padding: {padding}, {output_padding}")
    if any(
        e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)
    ):
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, "
            f"but got output_padding: {extra}, stride: {stride}, "
            f"dilation: {dilation}"
        )
    kernel = weight.flip(2, 3).unflatten(0, (groups, -1)).transpose(1, 2)
    reach = [
        d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)
    ]
    sides = [
        (r - p, r - p + e)
        for r, p, e in zip(reach, padding, extra, strict=True)
    ]
    wide, kernel = spread(input, stride), kernel.flatten(0, 1)
    return convolution(wide, kernel, bias, (1, 1), sides, dilation, groups)


def spread(input, stride):
    """stride - 1 zeros between neighbours of the last dimensions."""
    for i, step in enumerate(stride):
        dim = input.ndim - len(stride) + i
        if step > 1:
            size = step * (input.shape[dim] - 1) + 1
            column = input.unsqueeze(dim + 1)
            after = [0, 0] * (column.ndim - dim - 2) + [0, step - 1]
            wide = pad(column, after).flatten(dim, dim + 1)
            input = wide.narrow(dim, 0, size)
    return input


# Settings and checks ---------------------------------------------------


def each(value, dims):
    """A setting for every dimension: 3 means (3, 3)."""
    if value is None or isinstance(value, int):
        return (value,) * dims
    value = tuple(value)
    if len(value) not in (1, dims):
        raise RuntimeError(f"expected 1 or {dims} values, got {value}")
    return value * dims if len(value) == 1 else value


def check_positive(**settings):
    for name, values in settings.items():
        if min(values) < 1:
            raise RuntimeError(
                f"{name} should be greater than zero, but got {values}"
            )


def paddings(padding, stride, dilation, size):
    """Before and after each dimension; "same" keeps the size."""
    if padding == "same":
        if any(step != 1 for step in stride):
            raise RuntimeError(
                "padding='same' is not supported for strided convolutions"
            )
        totals = [d * (k - 1) for d, k in zip(dilation, size, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]
    if padding == "valid":
        padding = 0
    if isinstance(padding, str):
        raise RuntimeError(f"Invalid padding string: {padding!r}")
    padding = each(padding, len(size))
    if any(side < 0 for side in padding):
        raise RuntimeError(f"negative padding is not supported: {padding}")
    return [(side, side) for side in padding]


def check_shapes(name, dims, input, weight, bias, groups):
    check_dims(name, dims, input, weight)
    check_channels(input, weight.shape[1] * groups, weight.shape, groups)
    if weight.shape[0] < groups or weight.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by "
            f"{groups} at dimension 0, but got weight of size "
            f"{list(weight.shape)} instead"
        )
    check_bias(bias, weight.shape[0], weight.shape)


def check_transposed(input, weight, bias, groups):
    check_dims("conv_transpose2d", 2, input, weight)
    check_channels(input, weight.shape[0], weight.shape, groups)
    if 0 in input.shape[2:]:
        raise RuntimeError(
            "Only zero batch or zero channel inputs are supported, but got "
            f"input shape: {list(input.shape)}"
        )
    check_bias(bias, weight.shape[1] * groups, weight.shape)


def check_dims(name, dims, input, weight):
    if input.ndim != dims + 2 or weight.ndim != dims + 2:
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input "
            f"to {name}, but got input of size: {list(input.shape)} and "
            f"weight of size: {list(weight.shape)}"
        )


def check_bias(bias, outputs, weight_shape):
    if bias is not None and tuple(bias.shape) != (outputs,):
        raise RuntimeError(
            f"Given weight of size {list(weight_shape)}, expected bias to be "
            f"1-dimensional with {outputs} elements, but got bias of "
            f"size {list(bias.shape)} instead"
        )


def check_channels(input, expected, weight_shape, groups):
    if input.shape[1] != expected:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight_shape)}, "
            f"expected input{list(input.shape)} to have {expected} channels, "
            f"but got {input.shape[1]} channels instead"
        )


def check_size(shape, size, dilation):
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, size, strict=True)]
    if any(n < r for n, r in zip(shape, reach, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: {tuple(shape)}. "
            f"Kernel size: {tuple(reach)}. Kernel size can't be greater than "
            "actual input size"
        )
