"""Elementwise operations and their derivatives, as in a book of calculus.

`g` is the gradient of the output; `x` and `other` are the operands, in
torch's order. Where a function has a corner, its derivative there is torch's
choice: relu'(0) = abs'(0) = 0, and `maximum` gives each of two equal operands
a half.
"""

import math

import numpy as np

from companion._tensor.dtypes import alike, common, floating, minuends
from companion.autograd import combinations
from companion.autograd.combinations import scaled
from companion.autograd.operation import operation


# fmt: off
def zero(x):
    """0, of the shape of x"""
    return np.zeros_like(x)


zero = operation(zero, x=lambda g: zero(g))


# Choosing

def where(condition, x, other):
    """x where the condition holds, else other"""
    if condition.dtype != np.bool_:
        raise RuntimeError(
            "where(): expected condition to be a boolean tensor, but got a "
            f"tensor of {condition.dtype}"
        )
    return np.where(condition, *common(x, other))


def masked_fill(x, mask, value):
    """value where the mask holds, else x"""
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        raise RuntimeError(
            "masked_fill(): expected mask to be a boolean tensor, but got "
            f"{getattr(mask, 'dtype', mask)}"
        )
    if np.ndim(value):
        raise RuntimeError(
            "masked_fill(): value must be a number or a 0-d tensor, but has "
            f"shape {value.shape}"
        )
    return np.where(mask, np.asarray(value).astype(x.dtype), x)


where = operation(where,
    x=lambda g, condition: where(condition, g, 0),
    other=lambda g, condition: where(condition, 0, g))
masked_fill = operation(masked_fill, tensors=2,
    x=lambda g, mask: where(mask, 0, g),
    value=lambda g, mask: where(mask, g, 0))


def share(g, wins, ties):
    """g where the operand wins, half of it where the two are equal."""
    return where(wins, g, where(ties, g / 2, 0))


maximum = operation(np.maximum, common, tensors=2,
    x=lambda g, x, other: share(g, x > other, x == other),
    other=lambda g, x, other: share(g, other > x, x == other))
minimum = operation(np.minimum, common, tensors=2,
    x=lambda g, x, other: share(g, x < other, x == other),
    other=lambda g, x, other: share(g, other < x, x == other))


def clamp(x, min=None, max=None, out=None):
    """min(max(x, min), max)"""
    if min is None and max is None:
        raise RuntimeError("clamp(): at least one of min and max is needed")
    if x.dtype == np.bool_ and min is not None and max is not None:
        raise NotImplementedError("clamp() is not implemented for bool")
    if max is None and isinstance(min, np.ndarray):
        return np.maximum(x, min, out=out)
    if min is None and isinstance(max, np.ndarray):
        return np.minimum(x, max, out=out)
    low = -math.inf if min is None else min
    high = math.inf if max is None else max
    return x.clip(low, high, out=out)  # of numbers, the fastest of the three


def within(g, x, bound, above):
    """g where x is within its bound, else 0; half of it at a tensor's bound.

    It chooses and does not multiply: beyond the bound, g may be infinite.
    """
    wins = x > bound if above else x < bound
    if isinstance(bound, (int, float)):
        return where(wins, g, 0)
    return share(g, wins, x == bound)


def clamp_slope(g, x, min, max):
    g = g if min is None else within(g, x, min, True)
    return g if max is None else within(g, x, max, False)


def min_slope(g, x, min, max):
    g = within(g, min, x, True)
    return g if max is None else within(g, min, max, False)


def max_slope(g, x, min, max):
    own = within(g, max, x, False)
    return own if min is None else where(max < min, g, own)


clamp = operation(clamp, common,
    x=clamp_slope, min=min_slope, max=max_slope)


# Arithmetic

def pow(x, exponent):
    """x to the power of the exponent"""
    if isinstance(exponent, np.ndarray) and exponent.dtype.kind == "i":
        return integer_power(x, exponent)
    return x ** exponent


def whole_powers(x, exponent):
    """`common`; of integers, a negative number is no power, as in torch."""
    if type(exponent) is int and exponent < 0 and x.dtype.kind != "f":
        raise RuntimeError(
            "Integers to negative integer powers are not allowed, but got "
            f"{exponent} for {x.dtype}"
        )
    return common(x, exponent)


def integer_power(x, exponent):
    """x to the power; below 0 only 1 and -1 do not round to 0."""
    unit = np.where(np.abs(x) == 1, x ** (exponent % 2), 0)
    return np.where(exponent < 0, unit, x ** np.maximum(exponent, 0))


def square(x):
    """x x"""
    return np.square(x) if x.dtype != np.bool_ else x.astype(np.int64)


def sign(x):
    """-1, 0 or 1"""
    return np.sign(x) if x.dtype != np.bool_ else x.copy()


def power_slope(x, exponent):
    """d/dx of x to the power of the exponent, 0 where the exponent is 0."""
    slope = exponent * x ** (exponent - 1)
    if isinstance(exponent, (int, float)):
        return slope if exponent else zero(slope)
    return where(exponent == 0, 0, slope)


def logarithm(x):
    """log(x), of a number too: the base in 2 ** exponent."""
    return float(np.log(x)) if isinstance(x, (int, float)) else log(x)


def trunc_divide(x, other):
    """x / other, rounded towards 0"""
    if x.dtype.kind == "f":
        return np.trunc(x / other)
    quotient = x // other
    return quotient + ((quotient < 0) & (quotient * other != x))


add = operation(combinations.add, common,
    x=lambda g: g,
    other=lambda g, alpha: scaled(g, alpha))
sub = operation(combinations.sub, minuends,
    x=lambda g: g,
    other=lambda g, alpha: scaled(g, -alpha))
mul = operation(np.multiply, common, name="mul",
    x=lambda g, other: g * other,
    other=lambda g, x: g * x)
true_divide = operation(np.divide, floating, name="div",
    x=lambda g, other: g / other,
    other=lambda g, x, other: -g * (x / other / other))  # no overflow
pow = operation(pow, whole_powers, kinds="iuf",
    x=lambda g, x, exponent: g * power_slope(x, exponent),
    exponent=lambda g, out, x, exponent:
        where((x == 0) & (exponent >= 0), 0, g * out * logarithm(x)))
floor_divide = operation(np.floor_divide, common, kinds="iuf",
    x=zero, other=zero)
trunc_divide = operation(trunc_divide, common, kinds="iuf",
    x=zero, other=zero)
remainder = operation(np.remainder, common, kinds="iuf",
    x=lambda g: g,
    other=lambda g, x, other: -g * floor(x / other))
fmod = operation(np.fmod, common, tensors=1, kinds="iuf",
    x=lambda g: g,
    other=lambda g, x, other: -g * trunc(x / other))
addcmul = operation(combinations.addcmul, common, kinds="iuf",
    x=lambda g: g,
    tensor1=lambda g, tensor2, value: g * tensor2 * value,
    tensor2=lambda g, tensor1, value: g * tensor1 * value)
addcdiv = operation(combinations.addcdiv, common,
    x=lambda g: g,
    tensor1=lambda g, tensor2, value: g * value / tensor2,
    tensor2=lambda g, tensor1, tensor2, value:
        -g * value * tensor1 / (tensor2 * tensor2))
lerp = operation(combinations.lerp, alike, tensors=2, kinds="f",
    x=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, x, end: g * (end - x))
atan2 = operation(np.arctan2, floating, tensors=2, name="atan2",
    x=lambda g, x, other: g * other / (x * x + other * other),
    other=lambda g, x, other: -g * x / (x * x + other * other))
hypot = operation(np.hypot, common, tensors=2, kinds="f",
    x=lambda g, x, out: g * x / out,
    other=lambda g, other, out: g * other / out)
logaddexp = operation(np.logaddexp, common, tensors=2, kinds="f",
    x=lambda g, x, other: g / (1 + exp(other - x)),
    other=lambda g, x, other: g / (1 + exp(x - other)))


def xlogy(x, other):
    """x log(other), 0 where x = 0"""
    return np.where((x == 0) & ~np.isnan(other), 0, x * np.log(other))


xlogy = operation(xlogy, floating,
    x=lambda g, x, other: where((x == 0) & (other <= 0), 0, g * log(other)),
    other=lambda g, x, other: g * x / other)


# One operand: powers, exponentials, logarithms

def rsqrt(x):
    """1 / sqrt(x)"""
    return 1 / np.sqrt(x)


def sigmoid(x):
    """1 / (1 + exp(-x))"""
    return 1 / (1 + np.exp(-x))


def relu(x):
    """max(x, 0)"""
    return np.maximum(x, 0)


def erf(x):
    """2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x"""
    return np.asarray(ERF(x), x.dtype) if x.size else x


def frac(x):
    """x - trunc(x)"""
    return x - np.trunc(x)


def round(x, decimals=None):
    """x rounded to the nearest, halves to the even"""
    if decimals is not None and x.dtype.kind != "f":
        raise NotImplementedError(f"round(): decimals= for {x.dtype}")
    return np.round(x, decimals or 0)


ERF = np.frompyfunc(math.erf, 1, 1)  # NumPy has none

neg = operation(np.negative, name="neg", kinds="iuf", x=lambda g: -g)
abs = operation(np.absolute, name="abs", kinds="iuf",
    x=lambda g, x: g * sign(x))
square = operation(square, x=lambda g, x: g * 2 * x)
reciprocal = operation(np.reciprocal, floating,
    x=lambda g, out: -g * out * out)
sqrt = operation(np.sqrt, floating, x=lambda g, out: g / (2 * out))
rsqrt = operation(rsqrt, floating, x=lambda g, out: -0.5 * g * out**3)
exp = operation(np.exp, floating, x=lambda g, out: g * out)
exp2 = operation(np.exp2, floating, x=lambda g, out: g * out * math.log(2))
expm1 = operation(np.expm1, floating, x=lambda g, out: g * (out + 1))
log = operation(np.log, floating, x=lambda g, x: g / x)
log2 = operation(np.log2, floating, x=lambda g, x: g / (x * math.log(2)))
log10 = operation(np.log10, floating, x=lambda g, x: g / (x * math.log(10)))
log1p = operation(np.log1p, floating, x=lambda g, x: g / (1 + x))
sigmoid = operation(sigmoid, floating, x=lambda g, out: g * (out * (1 - out)))
relu = operation(relu, kinds="iuf", x=lambda g, out: g * (out > 0))
erf = operation(erf, floating,
    x=lambda g, x: g * exp(-x * x) * (2 / math.sqrt(math.pi)))

# Trigonometric and hyperbolic functions

sin = operation(np.sin, floating, x=lambda g, x: g * cos(x))
cos = operation(np.cos, floating, x=lambda g, x: -g * sin(x))
tan = operation(np.tan, floating, x=lambda g, out: g * (1 + out * out))
asin = operation(np.arcsin, floating, name="asin",
    x=lambda g, x: g / sqrt(1 - x * x))
acos = operation(np.arccos, floating, name="acos",
    x=lambda g, x: -g / sqrt(1 - x * x))
atan = operation(np.arctan, floating, name="atan",
    x=lambda g, x: g / (1 + x * x))
sinh = operation(np.sinh, floating, x=lambda g, x: g * cosh(x))
cosh = operation(np.cosh, floating, x=lambda g, x: g * sinh(x))
tanh = operation(np.tanh, floating, x=lambda g, out: g * (1 - out * out))
asinh = operation(np.arcsinh, floating, name="asinh",
    x=lambda g, x: g / sqrt(x * x + 1))
acosh = operation(np.arccosh, floating, name="acosh",
    x=lambda g, x: g / sqrt(x * x - 1))
atanh = operation(np.arctanh, floating, name="atanh",
    x=lambda g, x: g / (1 - x * x))

# Steps: their derivative is 0 wherever they have one

sign = operation(sign, x=zero)
floor = operation(np.floor, kinds="iuf", x=zero)
ceil = operation(np.ceil, kinds="iuf", x=zero)
trunc = operation(np.trunc, kinds="iuf", x=zero)
round = operation(round, kinds="iuf", x=zero)
frac = operation(frac, kinds="f", x=lambda g: g)
# fmt: on
