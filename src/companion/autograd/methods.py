"""The methods of `Tensor`: the tables' operations, bound by name.

A tensor's methods are the functions of the tables and nothing else; this
module says which. `tensor.pyi` lists them for editors and type checkers, and
a test compares the two lists.
"""

import numpy as np

from companion._tensor import composed, creation, dtypes, printing, sampling
from companion.autograd import (
    elementwise,
    gradients,
    hooks,
    indexing,
    inplace,
    linear,
    logic,
    ordering,
    parts,
    reductions,
    shapes,
)
from companion.autograd.inplace import change, in_place
from companion.autograd.tensor import Tensor

# fmt: off
METHODS = {
    logic: """
        eq ne lt le gt ge logical_and logical_or logical_xor logical_not
        bitwise_and bitwise_or bitwise_xor bitwise_not isnan isinf isfinite""",
    elementwise: """
        masked_fill maximum minimum clamp add sub mul true_divide pow
        floor_divide remainder fmod addcmul addcdiv lerp atan2 hypot logaddexp
        xlogy neg abs square reciprocal sqrt rsqrt exp exp2 expm1 log log2
        log10 log1p sigmoid relu erf sin cos tan asin acos atan sinh cosh tanh
        asinh acosh atanh sign floor ceil trunc round frac""",
    linear: "matmul mm bmm mv dot outer addmm baddbmm",
    reductions: """
        sum mean prod amax amin cumsum logsumexp softmax log_softmax flip""",
    shapes: """
        reshape view permute transpose t squeeze unsqueeze expand unfold
        diagonal tril triu roll clone contiguous flatten unflatten movedim
        repeat broadcast_to""",
    indexing: """
        gather scatter scatter_add index_select masked_select index_put
        take_along_dim nonzero""",
    ordering: "argsort sort topk",
    parts: "narrow split split_with_sizes chunk unbind",
    composed: """
        argmax argmin max min var std norm all any isclose
        allclose equal div clamp_min clamp_max positive diag""",
    creation: "new_zeros new_ones new_empty new_full new_tensor",
    sampling: """
        uniform_ normal_ random_ bernoulli_ exponential_ bernoulli
        multinomial""",
    inplace: "copy_ fill_ zero_",
    hooks: "register_hook retain_grad",
    printing: "__repr__",
}
IN_PLACE = """
    add sub mul true_divide pow floor_divide remainder fmod addcmul addcdiv
    lerp masked_fill clamp neg abs square reciprocal sqrt rsqrt exp exp2 expm1
    log log2 log10 log1p sigmoid relu erf sin cos tan asin acos atan sinh cosh
    tanh asinh acosh atanh sign floor ceil trunc round frac eq ne lt le gt ge
    logical_and logical_or logical_xor logical_not bitwise_and bitwise_or
    bitwise_xor bitwise_not tril triu scatter
    scatter_add addmm baddbmm cumsum xlogy atan2 hypot"""
OPERATORS = """
    add radd:add sub mul rmul:mul truediv:true_divide floordiv:floor_divide
    mod:remainder pow matmul neg abs lt le gt ge and:bitwise_and
    rand:bitwise_and or:bitwise_or ror:bitwise_or xor:bitwise_xor
    rxor:bitwise_xor invert:bitwise_not"""
AUGMENTED = """
    add sub mul pow truediv:true_divide floordiv:floor_divide mod:remainder
    and:bitwise_and or:bitwise_or xor:bitwise_xor"""
# fmt: on


def backward(
    self, gradient=None, retain_graph=None, create_graph=False, inputs=None
):
    """Add d(self)/d(leaf), weighted by `gradient`, to each leaf's `.grad`."""
    gradients.backward(self, gradient, retain_graph, create_graph, inputs)


def __getitem__(x, index):
    return indexing.getitem(x, indexing.key(index))


def __setitem__(x, index, value):
    if not isinstance(value, Tensor):
        value = np.asarray(value).astype(x._array.dtype)
    args = x, indexing.key(index), value, False
    change(x, indexing.assign.operation, args)


def div_(x, other, *, rounding_mode=None):
    """x / other, rounded by rounding_mode, written to x itself"""
    return change(x, composed.division(rounding_mode).operation, (x, other))


def clamp_min_(x, min):
    """max(x, min), written to x itself"""
    return x.clamp_(min)


def clamp_max_(x, max):
    """min(x, max), written to x itself"""
    return x.clamp_(None, max)


def index_put_(x, indices, values, accumulate=False):
    """x[indices] = values, or += where they accumulate"""
    index = indexing.index_put_key(x, indices, values)
    return change(x, indexing.assign.operation, (x, index, values, accumulate))


def reflected(function):
    return lambda x, other: function(other, x)


def comparison(function):
    """== and != answer False and True to what is not a tensor or number."""

    def compare(x, other):
        try:
            return function(x, other)
        except TypeError:
            return NotImplemented

    return compare


def to(x, *args, dtype=None, device=None, copy=False, non_blocking=False):
    """x in another type; x itself where nothing changes"""
    flags = [arg for arg in args if isinstance(arg, bool)]
    copy = copy or flags[1:] == [True]  # the first one is non_blocking
    for arg in args:
        if isinstance(arg, (dtypes.dtype, type)):
            dtype = arg
        elif isinstance(arg, Tensor):
            dtype = arg.dtype
        elif isinstance(arg, np.dtype):  # the engine's own word
            dtype = dtypes.of(arg)
        elif not isinstance(arg, bool):
            dtypes.device(arg)
    kind = x._array.dtype if dtype is None else dtypes.as_numpy(dtype)
    if kind != x._array.dtype:
        return shapes.to_dtype(x, kind)
    return shapes.clone(x) if copy else x


def caster(kind):
    """`x.float()` and its like: x itself where it has that type"""
    kind = dtypes.as_numpy(kind)
    return lambda x: x if x._array.dtype == kind else shapes.to_dtype(x, kind)


def where(x, condition, other):
    """x where the condition holds, else other"""
    return elementwise.where(condition, x, other)


SPECIAL = {
    "backward": backward,
    "retains_grad": property(hooks.retains_grad),
    "T": property(shapes.t),
    "mT": property(shapes.matrix_t),
    "swapaxes": shapes.transpose,
    "to": to,
    "where": where,
    "__getitem__": __getitem__,
    "__setitem__": __setitem__,
    "__eq__": comparison(logic.eq),
    "__ne__": comparison(logic.ne),
    "index_put_": index_put_,
    "div_": div_,
    "clamp_min_": clamp_min_,
    "clamp_max_": clamp_max_,
}
REFLECTED = "sub truediv floordiv pow mod matmul"
IN_NEW_SHAPE = "squeeze unsqueeze transpose t"
CASTS = "float double half long int short bool"


def pairs(words):
    """`neg` and `truediv:true_divide`: operators, and the methods behind."""
    for word in words.split():
        operator, _, name = word.partition(":")
        yield operator, name or operator


def bind(name, method):
    setattr(Tensor, name, method)


for module, names in METHODS.items():
    for name in names.split():
        bind(name, getattr(module, name))
for name in IN_PLACE.split():
    bind(f"{name}_", in_place(getattr(Tensor, name)))
for name in IN_NEW_SHAPE.split():
    bind(f"{name}_", inplace.in_new_shape(getattr(Tensor, name)))
for operator, name in pairs(OPERATORS):
    bind(f"__{operator}__", getattr(Tensor, name))
for operator in REFLECTED.split():
    bind(f"__r{operator}__", reflected(getattr(Tensor, f"__{operator}__")))
for operator, name in pairs(AUGMENTED):
    bind(f"__i{operator}__", getattr(Tensor, f"{name}_"))
for name in CASTS.split():
    kind = getattr(dtypes, name, None) or getattr(dtypes, f"{name}_")
    bind(name, caster(kind))
for name, method in SPECIAL.items():
    bind(name, method)
