"""Initial values: in place, unrecorded, and from the same seed torch's."""

import functools
import math
import warnings

from companion._library import library


def unrecorded(initialiser):
    """Run without a graph; answer with the tensor that was filled."""

    @functools.wraps(initialiser)
    def wrapper(tensor, *args, **kwargs):
        with library(tensor).no_grad():
            initialiser(tensor, *args, **kwargs)
        return tensor

    return wrapper


# Constants -------------------------------------------------------------


@unrecorded
def constant_(tensor, val):
    """Every value `val`."""
    tensor.fill_(val)


def ones_(tensor):
    """Every value 1."""
    return constant_(tensor, 1.0)


def zeros_(tensor):
    """Every value 0."""
    return constant_(tensor, 0.0)


@unrecorded
def eye_(tensor):
    """The identity matrix: a linear layer that passes its input on."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    tensor.zero_()
    for i in range(min(tensor.shape)):
        tensor[i, i] = 1


@unrecorded
def dirac_(tensor, groups=1):
    """A convolution that passes as many channels on as it can."""
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(
            "Only tensors with 3, 4, or 5 dimensions are supported"
        )
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    outputs = tensor.shape[0] // groups
    middle = [size // 2 for size in tensor.shape[2:]]
    tensor.zero_()
    for group in range(groups):
        for i in range(min(outputs, tensor.shape[1])):
            tensor[(group * outputs + i, i, *middle)] = 1


# Random ----------------------------------------------------------------


@unrecorded
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """U(a, b)."""
    tensor.uniform_(a, b, generator=generator)


@unrecorded
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """N(mean, std²)."""
    tensor.normal_(mean, std, generator=generator)


def normal_below(value):
    """Φ: the part of the standard normal distribution below `value`."""
    return (1 + math.erf(value / math.sqrt(2))) / 2


@unrecorded
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """N(mean, std²), drawn again until it is between a and b.

    Where less than 0.3 of the distribution lies there, U(a, b) is drawn and
    accepted as often as the density, over its largest value there, says.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=3,
        )
    draw = functools.partial(
        tensor.new_empty(tensor.shape).normal_, mean, std, generator=generator
    )
    inside = normal_below((b - mean) / std) - normal_below((a - mean) / std)
    if inside > 0.3:
        tensor.copy_(draw())
        while (refused := (tensor < a) | (tensor > b)).any():
            tensor.copy_(tensor.where(~refused, draw()))
        return
    peak = ((max(a, min(mean, b)) - mean) / std) ** 2
    refused = tensor.new_ones(tensor.shape).bool()
    while refused.any():
        drawn = tensor.new_empty(tensor.shape)
        drawn.uniform_(a, b, generator=generator)
        tensor.copy_(tensor.where(~refused, drawn))
        density = (peak - ((drawn - mean) / std) ** 2) / 2
        chance = tensor.new_empty(tensor.shape)
        chance.uniform_(generator=generator)
        refused = refused & (chance.log() > density)


@unrecorded
def orthogonal_(tensor, gain=1, generator=None):
    """Rows, or columns if there are fewer, of length `gain`, at right angles.

    Gram-Schmidt, twice for each column, on a normal matrix [Saxe 2014].
    """
    if tensor.ndim < 2:
        raise ValueError(
            "Only tensors with 2 or more dimensions are supported"
        )
    if tensor.numel() == 0:
        return
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    basis = tensor.new_empty((rows, columns))
    basis = basis.normal_(0, 1, generator=generator).double()
    basis = basis.t().clone() if rows < columns else basis
    for j in range(basis.shape[1]):
        before, column = basis[:, :j], basis[:, j].clone()
        for _ in range(2):
            column = column - before @ (before.t() @ column)
        basis[:, j] = column / column.norm()
    basis = basis.t() if rows < columns else basis
    tensor.copy_(gain * basis.reshape(tensor.shape))


@unrecorded
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """N(0, std²), but in each column a part `sparsity` zeros [Martens]."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        order = library(tensor).randperm(rows)
        tensor[order[: math.ceil(sparsity * rows)], column] = 0


# Scaled, so that a signal neither fades nor explodes -------------------


def _calculate_fan_in_and_fan_out(tensor):
    """How many inputs an output has, and how many outputs an input."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer "
            "than 2 dimensions"
        )
    places = math.prod(tensor.shape[2:])
    return tensor.shape[1] * places, tensor.shape[0] * places


def calculate_gain(nonlinearity, param=None):
    """What a nonlinearity takes from the standard deviation, inverted."""
    slope = 0.01 if param is None else param
    if isinstance(slope, bool) or not isinstance(slope, (int, float)):
        raise ValueError(f"negative_slope {param} not a valid number")
    convolutions = {
        f"conv{kind}{dims}d"
        for kind in ("", "_transpose")
        for dims in (1, 2, 3)
    }
    gains = {
        **dict.fromkeys({"linear", "sigmoid", *convolutions}, 1),
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,  # found by experiment
    }
    if nonlinearity not in gains:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return gains[nonlinearity]


def xavier_std(tensor, gain):
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2 / (fan_in + fan_out))


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """U(±√3 σ), σ = gain √(2 / (fan_in + fan_out)) [Glorot 2010]."""
    bound = math.sqrt(3) * xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """N(0, σ²), σ = gain √(2 / (fan_in + fan_out)) [Glorot 2010]."""
    return normal_(tensor, 0.0, xavier_std(tensor, gain), generator)


def kaiming_std(tensor, a, mode, nonlinearity):
    modes = "fan_in", "fan_out"
    if mode.lower() not in modes:
        raise ValueError(
            f"Mode {mode} not supported, please use one of {list(modes)}"
        )
    fan = _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    """U(±√3 σ), σ = gain / √fan [He 2015]."""
    if 0 in tensor.shape:
        return tensor
    bound = math.sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    """N(0, σ²), σ = gain / √fan [He 2015]."""
    if 0 in tensor.shape:
        return tensor
    std = kaiming_std(tensor, a, mode, nonlinearity)
    return normal_(tensor, 0.0, std, generator)


def like_linear_(weight, bias):
    """What torch's linear and convolutional layers start with.

    Both U(±1/√fan_in): kaiming_uniform_ with a = √5, whose gain is √(1/3).
    """
    kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        fan_in, _ = _calculate_fan_in_and_fan_out(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
        uniform_(bias, -bound, bound)
