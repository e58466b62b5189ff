"""Pooling: the largest, or the mean, of each window.

A window of an image is a row of windows of its rows, so that every pooling
here is pooling along one dimension, done for one dimension after the other.
"""

from functools import partial

from companion._library import library
from companion.nn.functional.convolution import (
    check_positive,
    each,
    windows_along,
)
from companion.nn.functional.padding import pad


def last_dims(input, dims, name):
    """The pooled dimensions, the last one first: so ties are torch's."""
    batched = f"{dims + 1}D or {dims + 2}D (batch mode)"
    empty = 0 in input.shape[-dims - 1 :]
    if input.ndim not in (dims + 1, dims + 2) or empty:
        raise RuntimeError(
            f"{name}: non-empty {batched} tensor expected for input, got "
            f"shape {list(input.shape)}"
        )
    return range(input.ndim - 1, input.ndim - dims - 1, -1)


class Windows:
    """The windows along one dimension of n values."""

    def __init__(self, n, size, stride, padding, dilation, ceil_mode):
        check_positive(
            kernel_size=[size], stride=[stride], dilation=[dilation]
        )
        if not 0 <= 2 * padding <= dilation * (size - 1) + 1:
            raise RuntimeError(
                "pad should be at most half of effective kernel size, but "
                f"got pad={padding}, kernel_size={size}, dilation={dilation}"
            )
        self.n, self.size, self.stride = n, size, stride
        self.padding, self.dilation = padding, dilation
        self.reach = dilation * (size - 1) + 1
        room = n + 2 * padding - self.reach
        self.count = (room + (stride - 1) * ceil_mode) // stride + 1
        # The last window must start inside, or in the padding before.
        if ceil_mode and (self.count - 1) * stride >= n + padding:
            self.count -= 1
        if self.count < 1:
            raise RuntimeError(
                f"Given input size {n} and window size {self.reach}: "
                f"calculated output size {self.count} is too small"
            )

    def of(self, input, dim, fill):
        """(…, n, …) becomes (…, count, …, size)."""
        end = (self.count - 1) * self.stride + self.reach
        sides = self.padding, end - self.n - self.padding
        around = [0, 0] * (input.ndim - dim - 1) + [*sides]
        padded = pad(input, around, value=fill)
        return windows_along(
            padded, dim, self.size, self.stride, self.dilation
        )

    def counts(self, include_padding):
        """How many values each mean is over."""
        padding = self.padding if include_padding else 0
        starts = [i * self.stride - self.padding for i in range(self.count)]
        return [
            min(start + self.size, self.n + padding) - max(start, -padding)
            for start in starts
        ]


def max_pool(
    dims,
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """The largest value of each window, and where it was found."""
    settings = settings_of(dims, kernel_size, stride, padding, dilation)
    index = places(input, dims) if return_indices else None
    for dim in last_dims(input, dims, f"max_pool{dims}d"):
        here = (setting[dim - input.ndim] for setting in settings)
        windows = Windows(input.shape[dim], *here, ceil_mode)
        input, chosen = windows.of(input, dim, float("-inf")).max(-1)
        if return_indices:
            index = windows.of(index, dim, -1)
            index = index.gather(-1, chosen.unsqueeze(-1)).squeeze(-1)
    return (input, index) if return_indices else input


def places(input, dims):
    """The number of each place in the flattened last dimensions."""
    shape = input.shape[-dims:]
    numbers = library(input).arange(shape.numel(), device=input.device)
    return numbers.reshape(shape).expand(input.shape)


def avg_pool(
    dims,
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The mean of each window, or its sum over `divisor_override`."""
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if not (input.is_floating_point() or input.dtype == input.long().dtype):
        raise NotImplementedError(
            f"avg_pool{dims}d is not implemented for {input.dtype}"
        )
    settings = settings_of(dims, kernel_size, stride, padding, 1)
    divisor = 1
    for dim in last_dims(input, dims, f"avg_pool{dims}d"):
        here = (setting[dim - input.ndim] for setting in settings)
        windows = Windows(input.shape[dim], *here, ceil_mode)
        input = windows.of(input, dim, 0).sum(-1)
        counts = input.detach().new_tensor(windows.counts(count_include_pad))
        divisor = counts.view(-1, *[1] * (input.ndim - dim - 1)) * divisor
    divisor = divisor if divisor_override is None else divisor_override
    whole = None if input.is_floating_point() else "trunc"
    return input.div(divisor, rounding_mode=whole)


def settings_of(dims, kernel_size, stride, *others):
    """Each for every dimension; without a stride windows do not overlap."""
    stride = kernel_size if stride in (None, (), []) else stride
    return [each(x, dims) for x in (kernel_size, stride, *others)]


# Adaptive: the windows follow from the wanted size --------------------


def regions(input, dim, count):
    """`count` pieces that cover dimension `dim`, as equal as can be."""
    n = input.shape[dim]
    for i in range(count):
        start, end = i * n // count, -(-(i + 1) * n // count)
        yield start, end - start


def sizes(input, output_size, dims):
    """The wanted size of each dimension; None keeps it."""
    wanted = zip(input.shape[-dims:], each(output_size, dims), strict=True)
    wanted = [n if size is None else size for n, size in wanted]
    if min(wanted) < 0:
        raise RuntimeError(f"output_size must not be negative, got {wanted}")
    return wanted


def joined(pieces, input, dim):
    return library(input).cat([input.narrow(dim, 0, 0), *pieces], dim)


def adaptive_avg_pool(dims, input, output_size):
    pooled = last_dims(input, dims, f"adaptive_avg_pool{dims}d")
    wanted = sizes(input, output_size, dims)
    for dim in pooled:
        means = [
            input.narrow(dim, *region).mean(dim, keepdim=True)
            for region in regions(input, dim, wanted[dim - input.ndim])
        ]
        input = joined(means, input, dim)
    return input


def adaptive_max_pool(dims, input, output_size, return_indices=False):
    pooled = last_dims(input, dims, f"adaptive_max_pool{dims}d")
    wanted = sizes(input, output_size, dims)
    index = places(input, dims)
    for dim in pooled:
        largest, where = [], []
        for region in regions(input, dim, wanted[dim - input.ndim]):
            value, chosen = input.narrow(dim, *region).max(dim, keepdim=True)
            largest.append(value)
            where.append(index.narrow(dim, *region).gather(dim, chosen))
        input, index = joined(largest, input, dim), joined(where, index, dim)
    return (input, index) if return_indices else input


def avg_pool1d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
):
    """As `avg_pool2d`, without a divisor of one's own."""
    settings = kernel_size, stride, padding, ceil_mode, count_include_pad
    return avg_pool(1, input, *settings)


max_pool1d, max_pool2d = partial(max_pool, 1), partial(max_pool, 2)
avg_pool2d = partial(avg_pool, 2)
adaptive_avg_pool1d = partial(adaptive_avg_pool, 1)
adaptive_avg_pool2d = partial(adaptive_avg_pool, 2)
adaptive_max_pool1d = partial(adaptive_max_pool, 1)
adaptive_max_pool2d = partial(adaptive_max_pool, 2)
