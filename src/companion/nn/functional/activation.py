"""Activations: what bends a line. Elementwise unless said otherwise.

Where a function is pieced together with `where`, both pieces are computed
everywhere, and the piece that is not chosen must have a finite derivative
too: 0 times infinity is nan. Hence the fills.
"""

import functools
import inspect
import math
import warnings


def may_be_inplace(function):
    """Give `function` a last argument: write the result into the input."""
    own = inspect.signature(function)
    flag = inspect.Parameter(
        "inplace", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=False
    )

    count = len(own.parameters)

    @functools.wraps(function)
    def wrapper(input, *settings, inplace=False, **named):
        if len(settings) == count:
            *settings, inplace = settings
        if not inplace:
            return function(input, *settings, **named)
        # Of a copy: backward may need the old values.
        return input.copy_(function(input.clone(), *settings, **named))

    wrapper.__signature__ = own.replace(
        parameters=[*own.parameters.values(), flag]
    )
    return wrapper


def of_floats(function):
    """Refuse what is no tensor, and a tensor of integers, as torch does."""

    @functools.wraps(function)
    def wrapper(input, *settings, **named):
        if not hasattr(input, "is_floating_point"):
            raise TypeError(
                f"{function.__name__}(): argument 'input' must be Tensor, "
                f"not {type(input).__name__}"
            )
        if not input.is_floating_point():
            raise NotImplementedError(
                f"{function.__name__}() is not implemented for {input.dtype}"
            )
        return function(input, *settings, **named)

    return wrapper


# Kinks -----------------------------------------------------------------


@may_be_inplace
def relu(input):
    """max(0, x), with derivative 0 at 0."""
    return input.relu()


@may_be_inplace
@of_floats
def leaky_relu(input, negative_slope=0.01):
    """x where x > 0, else slope · x."""
    return input.where(input > 0, input * negative_slope)


def prelu(input, weight):
    """x where x > 0, else w · x, with one w or one for each channel."""
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.ndim > 1:
        raise RuntimeError(
            "prelu: Expected `weight` to be a scalar or 1D tensor, but got "
            f"ndim = {weight.ndim}"
        )
    if weight.numel() not in (1, channels):
        raise RuntimeError(
            "Mismatch of parameter numbers and input channel size. Found "
            f"parameter numbers = {weight.numel()} and channel size = "
            f"{channels}."
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(
            "prelu: input and weight must have the same dtype, "
            f"got {input.dtype} and {weight.dtype}"
        )
    dims = [weight.numel(), *[1] * (input.ndim - 2)] if input.ndim > 1 else []
    return input.where(input > 0, input * weight.reshape(dims))


@may_be_inplace
def rrelu(input, lower=1 / 8, upper=1 / 3, training=False):
    """x where x > 0, else a · x; a is drawn for each x, or the mean."""
    if not -math.inf < lower <= upper < math.inf:
        raise RuntimeError(
            "Lower bound should be less than or equal to the upper bound, "
            f"both finite, got {lower} and {upper}"
        )
    if not training:
        return leaky_relu(input, (lower + upper) / 2)
    falls = input <= 0
    slope = input.detach().new_ones(input.shape)
    drawn = slope[falls].double().uniform_(lower, upper)
    slope[falls] = drawn.to(slope.dtype)
    return input * slope


@may_be_inplace
def threshold(input, threshold, value):
    """x where x > threshold, else `value`."""
    return input.masked_fill(input <= threshold, value)


@may_be_inplace
def hardtanh(input, min_val=-1.0, max_val=1.0):
    """x between the limits, with derivative 0 on them and outside."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if not input.is_floating_point():  # the bounds are of the input's type
        min_val, max_val = int(min_val), int(max_val)
    inside = (input > min_val) & (input < max_val)
    return input.where(inside, input.detach().clamp(min_val, max_val))


@may_be_inplace
def relu6(input):
    """min(max(0, x), 6)."""
    return hardtanh(input, 0.0, 6.0)


@may_be_inplace
@of_floats
def hardsigmoid(input):
    """relu6(x + 3) / 6."""
    return relu6(input + 3) / 6


@may_be_inplace
@of_floats
def hardswish(input):
    """x · relu6(x + 3) / 6."""
    return input * hardsigmoid(input)


@of_floats
def hardshrink(input, lambd=0.5):
    """x where |x| > λ, else 0."""
    return input.masked_fill(input.abs() <= lambd, 0)


@of_floats
def softshrink(input, lambd=0.5):
    """x moved by λ towards 0, and 0 where it would cross it."""
    if not 0 <= lambd < math.inf:
        raise RuntimeError(
            f"lambda must be finite and at least 0, but found to be {lambd}."
        )
    moved = input - input.sign() * lambd
    return moved.masked_fill(input.abs() <= lambd, 0)


# Smooth ones -----------------------------------------------------------


def sigmoid(input):
    """1 / (1 + e⁻ˣ)."""
    return input.sigmoid()


def logsigmoid(input):
    """log(1 / (1 + e⁻ˣ)) = -log(e⁰ + e⁻ˣ), without overflow."""
    return -(-input).logaddexp(input.new_zeros(()))


def tanh(input):
    """(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)."""
    return input.tanh()


def tanhshrink(input):
    """x - tanh x."""
    return input - input.tanh()


def softsign(input):
    """x / (1 + |x|)."""
    return input / (1 + input.abs())


@of_floats
def softplus(input, beta=1.0, threshold=20.0):
    """log(1 + exp(βx)) / β; where βx > threshold, x itself."""
    scaled = beta * input
    steep = scaled > threshold
    smooth = scaled.masked_fill(steep, 0).exp().log1p() / beta
    return input.where(steep, smooth)


@may_be_inplace
@of_floats
def elu(input, alpha=1.0):
    """x where x > 0, else α (eˣ - 1)."""
    return input.where(
        input > 0, alpha * input.masked_fill(input > 0, 0).expm1()
    )


@may_be_inplace
@of_floats
def celu(input, alpha=1.0):
    """x where x > 0, else α (exp(x/α) - 1): smooth for every α."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    falls = (input / alpha).masked_fill(input > 0, 0)
    return input.where(input > 0, alpha * falls.expm1())


@may_be_inplace
@of_floats
def selu(input):
    """1.0507 · elu(x, 1.6733): keeps mean 0 and variance 1 [Klambauer]."""
    return 1.0507009873554805 * elu(input, 1.6732632423543772)


@may_be_inplace
@of_floats
def silu(input):
    """x · sigmoid(x)."""
    return input * input.sigmoid()


@may_be_inplace
@of_floats
def mish(input):
    """x · tanh(softplus(x))."""
    return input * softplus(input).tanh()


@of_floats
def gelu(input, *, approximate="none"):
    """x · Φ(x), Φ the normal distribution's; "tanh": an old short cut."""
    if approximate == "none":
        return input * 0.5 * (1 + (input / math.sqrt(2)).erf())
    if approximate == "tanh":
        cubic = input + 0.044715 * input**3
        return input * 0.5 * (1 + (math.sqrt(2 / math.pi) * cubic).tanh())
    problem = RuntimeError if isinstance(approximate, str) else TypeError
    raise problem(
        f"approximate argument must be either none or tanh, got {approximate}"
    )


# Along a dimension -----------------------------------------------------


def implicit_dim(name, input):
    """torch's guess where no `dim` is given, and its warning."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=4,
    )
    return 0 if input.ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(xᵢ) / Σⱼ exp(xⱼ)."""
    dim = implicit_dim("softmax", input) if dim is None else dim
    return (input if dtype is None else input.to(dtype)).softmax(dim)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """softmax(-x)."""
    dim = implicit_dim("softmin", input) if dim is None else dim
    return softmax(-input, dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """xᵢ - log Σⱼ exp(xⱼ), without overflow."""
    dim = implicit_dim("log_softmax", input) if dim is None else dim
    return (input if dtype is None else input.to(dtype)).log_softmax(dim)


def glu(input, dim=-1):
    """a · sigmoid(b), a and b the halves of x along `dim`."""
    if input.ndim == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    if input.shape[dim] % 2:
        raise RuntimeError(
            "Halving dimension must be even, but dimension "
            f"{dim % input.ndim} is size {input.shape[dim]}"
        )
    value, gate = input.chunk(2, dim)
    return value * gate.sigmoid()
