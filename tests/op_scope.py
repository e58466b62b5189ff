"""What PyTorch's database of operations asks of us, and what not, and why.

The tables: names in scope, entries and samples that are left out, cases
written by hand for names that the database does not know.
"""

import itertools

import numpy
import torch
from torch.testing._internal.common_methods_invocations import op_db

DTYPES = (torch.float32, torch.float64, torch.int64, torch.bool)

SCOPE = {
    "creation": """
        tensor as_tensor from_numpy zeros ones full empty arange linspace eye
        diag rand randn randint randperm normal zeros_like ones_like full_like
        empty_like rand_like randn_like randint_like new_tensor new_zeros
        new_ones new_full new_empty clone fill zero_ uniform bernoulli
        multinomial""",
    "arithmetic": """
        add sub mul div true_divide floor_divide remainder fmod pow neg
        reciprocal rsub positive abs sign square sqrt rsqrt __radd__ __rmul__
        __rsub__ __rpow__ __rdiv__ __rmod__ __rmatmul__ maximum minimum lerp
        addcmul addcdiv""",
    "comparison and logic": """
        eq ne lt le gt ge isclose allclose equal isnan isinf isfinite
        logical_and logical_or logical_not logical_xor bitwise_and bitwise_or
        bitwise_not bitwise_xor __rand__ __ror__ __rxor__""",
    "matrices": "matmul mm bmm mv dot outer einsum addmm baddbmm",
    "elementwise": """
        exp log log1p expm1 log2 log10 sin cos tanh sigmoid erf floor ceil
        round trunc xlogy softmax log_softmax clamp clamp_min clamp_max acos
        acosh asin asinh atan atan2 atanh cosh sinh tan exp2 frac hypot
        logaddexp""",
    "activations": """
        nn.functional.relu nn.functional.relu6 nn.functional.leaky_relu
        nn.functional.prelu nn.functional.rrelu nn.functional.threshold
        nn.functional.hardtanh nn.functional.hardsigmoid
        nn.functional.hardswish nn.functional.hardshrink
        nn.functional.softshrink nn.functional.tanhshrink
        nn.functional.softsign nn.functional.softplus nn.functional.logsigmoid
        nn.functional.elu nn.functional.celu nn.functional.selu
        nn.functional.silu nn.functional.mish nn.functional.gelu
        nn.functional.glu nn.functional.softmin""",
    "reductions": """
        sum mean var std var_mean std_mean prod amax amin max min argmax
        argmin logsumexp norm cumsum any all""",
    "shape": """
        reshape view flatten unflatten squeeze unsqueeze transpose t permute T
        mT expand broadcast_to repeat unfold cat stack hstack vstack split
        split_with_sizes chunk unbind narrow flip roll movedim tril triu
        diagonal
        nn.functional.pad contiguous""",
    "indexing": """
        __getitem__ index_put gather scatter scatter_add index_select
        take_along_dim where masked_fill masked_select sort argsort topk
        nonzero nn.functional.one_hot""",
    "conversion": "item to float double half long int short bool",
}
NAMES = [name for group in SCOPE.values() for name in group.split()]
IN_SCOPE = [info for info in op_db if info.name in NAMES]

# Whole entries of the database that are left out, and why.
LEFT_OUT = {
    ("addmm", "decomposed"): "the same cases as addmm, for torch's compiler",
    ("bmm", "triton_optimized"): "the same operation on cases for GPU kernels",
    ("rand_like", ""): "the entry calls randn_like; BY_HAND calls rand_like",
}

# Operations whose values are arbitrary: only shape and dtype are compared.
ARBITRARY = {"empty", "empty_like", "new_empty"}

# Torch leaves the order of equal elements open in these. The places that they
# return are compared by the values there; dim is the argument of this number.
ORDERING = {"sort": 0, "argsort": 0, "topk": 1}

# Where float32 may differ by more than 1.3e-6: sums in another order. The
# numbers are those of the database itself.
RELATIVE = {"matmul": 1e-5, "__rmatmul__": 1e-5}

# Operations that torch spells otherwise than their name in the database.
SPELLED = {
    "T": lambda library: lambda x: x.T,
    "mT": lambda library: lambda x: x.mT,
    "__rdiv__": lambda library: library.Tensor.__rtruediv__,
    "uniform": lambda library: library.Tensor.uniform_,
    "normal in_place": lambda library: library.Tensor.normal_,
    "zero_": lambda library: lambda x: x.clone().zero_(),
    "normal number_mean": lambda library: (
        lambda std, mean, *rest, **options: library.normal(
            mean, std, *rest, **options
        )
    ),
    "einsum": lambda library: lambda xs, text: library.einsum(text, xs),
    "where": lambda library: lambda x, mask, y: library.where(mask, x, y),
}

# In scope and without an entry in the database: calls of ours and torch's.
BY_HAND = {
    "tensor": (
        lambda t: t.tensor([[1, 2], [3, 4]]),
        lambda t: t.tensor([1.5, 2]),
        lambda t: t.tensor([True, 2]),
        lambda t: t.tensor(2.5),
        lambda t: t.tensor([]),
        lambda t: t.tensor([1, 2], dtype=t.float64),
        lambda t: t.tensor([t.tensor(1.0), t.tensor(2.0)]),
        lambda t: t.tensor(numpy.arange(3.0)),
        lambda t: t.tensor([1.0], requires_grad=True),
        lambda t: t.tensor([[1, 2], [3]]),
        lambda t: t.tensor("text"),
        lambda t: t.tensor([1], requires_grad=True),
    ),
    "as_tensor": (
        lambda t: t.as_tensor([1, 2]),
        lambda t: t.as_tensor(numpy.ones(3, numpy.float32)),
        lambda t: t.as_tensor(numpy.ones(3), dtype=t.float32),
        lambda t: t.as_tensor(t.ones(2)),
        lambda t: t.as_tensor(t.ones(2), dtype=t.int64),
    ),
    "from_numpy": (
        lambda t: t.from_numpy(numpy.arange(4).reshape(2, 2)),
        lambda t: t.from_numpy(numpy.arange(6.0)[::2]),
        lambda t: t.from_numpy(numpy.array(1.5)),
        lambda t: t.from_numpy([1.0]),
        lambda t: t.from_numpy(numpy.array(["text"])),
    ),
    "new_tensor": (
        lambda t: t.ones(2).new_tensor([1, 2]),
        lambda t: t.ones(2, dtype=t.int64).new_tensor(1.5),
        lambda t: t.ones(2).new_tensor([1], dtype=t.bool),
        lambda t: t.ones(2).new_tensor([1.0], requires_grad=True),
    ),
    "rand": (
        lambda t: t.rand(3),
        lambda t: t.rand(2, 17),
        lambda t: t.rand((2, 3), dtype=t.float64),
        lambda t: t.rand(()),
        lambda t: t.rand(0, 2),
        lambda t: t.rand(3, generator=t.Generator().manual_seed(7)),
        lambda t: t.rand(-1),
        lambda t: t.rand(2, dtype=t.int64),
    ),
    "rand_like": (
        lambda t: t.rand_like(t.ones(2, 3)),
        lambda t: t.rand_like(t.ones(20, dtype=t.int64), dtype=t.float64),
        lambda t: t.rand_like(t.ones(2), requires_grad=True),
        lambda t: t.rand_like(t.ones(2, dtype=t.int64)),
    ),
    "randperm": (
        lambda t: t.randperm(10),
        lambda t: t.randperm(0),
        lambda t: t.randperm(1000),
        lambda t: t.randperm(5, dtype=t.float32),
        lambda t: t.randperm(6, generator=t.Generator().manual_seed(7)),
        lambda t: t.randperm(-1),
    ),
}


def key(info):
    return info.name, info.variant_test_name


# ---- a sample: taken apart and judged


def parts(value):
    """The leaves of nested tuples, lists, dicts and slices."""
    if isinstance(value, dict):
        value = tuple(value.values())
    elif isinstance(value, slice):
        value = value.start, value.stop, value.step
    if isinstance(value, tuple | list):
        return itertools.chain.from_iterable(map(parts, value))
    return iter((value,))


def is_tensor(value):
    return hasattr(value, "requires_grad") and hasattr(value, "shape")


def tensors(value):
    return [part for part in parts(value) if is_tensor(part)]


def foreign_dtype(part):
    """complex, bfloat16 or quantised: neither NumPy's nor the book's."""
    dtype = part if isinstance(part, torch.dtype) else None
    if isinstance(part, torch.Tensor):
        dtype = part.dtype
    return isinstance(part, complex) or (
        dtype is not None
        and (dtype.is_complex or "q" in str(dtype) or dtype == torch.bfloat16)
    )


# Entries of which ours take more types than torch: no case of refusal.
GENEROUS = {
    "nn.functional": "these are composed, and take what their parts take"
}

KEYWORDS_LEFT_OUT = {
    "out": "out=",
    "layout": "layouts",
    "pin_memory": "memory of other devices",
}


def left_out(info, sample):
    """Why a sample of an entry is out of scope, or None."""
    if key(info) in LEFT_OUT:
        return LEFT_OUT[key(info)]
    if info.name.startswith("__r") and not is_tensor(sample.input):
        return "Tensor's method called on a number, as Python never does"
    for keyword, reason in KEYWORDS_LEFT_OUT.items():
        if sample.kwargs.get(keyword) is not None:
            return reason
    for part in parts((sample.input, sample.args, sample.kwargs)):
        if part in (torch.channels_last, torch.channels_last_3d):
            return "memory formats"
        if isinstance(part, torch.Tensor) and part.ndim > 64:
            return "more dimensions than NumPy has"
        if foreign_dtype(part):
            return "complex, bfloat16 and quantised numbers"
        if isinstance(part, torch.Tensor) and (
            part.layout is not torch.strided or part.device.type != "cpu"
        ):
            return "sparse tensors and other devices"
    return None
