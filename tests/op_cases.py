"""PyTorch's own cases for each operation, run on any library with its API.

PyTorch ships a database of operations (``op_db``): sample inputs, inputs that
must raise, dtypes, which forms there are. Here each of them becomes a check
"the library does what torch does", for the function, the method, the operator
and the in-place form, for the gradient and the second gradient, and for bad
input. What is in scope, and what is left out and why, are tables.
"""

import copy
import functools
import itertools
import warnings
from types import SimpleNamespace

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


# ---- a sample: taken apart, judged, carried over to another library


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


def carried(value, library):
    """`value` with torch's tensors, dtypes and devices made `library`'s."""
    again = functools.partial(carried, library=library)
    if library.Tensor is torch.Tensor:
        return value
    if isinstance(value, torch.Tensor):
        ours = library.from_numpy(value.detach().numpy())
        return ours.requires_grad_() if value.requires_grad else ours
    if isinstance(value, torch.dtype):
        return getattr(library, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return library.device(str(value))
    if isinstance(value, slice):
        return slice(*map(again, (value.start, value.stop, value.step)))
    if isinstance(value, dict):
        return {key: again(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return (list if type(value) is list else tuple)(map(again, value))
    return value


def arguments(sample, library):
    """A fresh copy of a sample's arguments, positional and by keyword."""
    keywords = {
        name: value
        for name, value in sample.kwargs.items()
        if not isinstance(value, torch.memory_format)  # torch's default
    }
    copied = copy.deepcopy(((sample.input, *sample.args), keywords))
    return carried(copied, library)


# ---- the forms of an operation


def function(library, info):
    key = f"{info.name} {info.variant_test_name}".strip()
    for name in (key, info.name):
        if name in SPELLED:
            return SPELLED[name](library)
    *path, last = info.name.split(".")
    found = getattr(functools.reduce(getattr, path, library), last, None)
    return found if callable(found) else getattr(library.Tensor, last)


def method(library, info):
    return getattr(library.Tensor, info.name)


def in_place(library, info):
    name = getattr(info.inplace_variant, "__name__", "<lambda>")
    if name == "<lambda>":  # relu(x, inplace=True)
        return functools.partial(function(library, info), inplace=True)
    return getattr(library.Tensor, name)


def by_operator(library, info):
    return info.operator_variant


def by_operator_in_place(library, info):
    return info.inplace_operator_variant


FORMS = {
    "function": function,
    "method": method,
    "in-place": in_place,
    "operator": by_operator,
    "operator in place": by_operator_in_place,
}


def has_form(info, form):
    if form == "method":
        return info.method_variant is not None and info.name not in SPELLED
    if form == "in-place":
        return info.inplace_variant is not None
    if form == "operator in place":
        return info.inplace_operator_variant is not None
    return form == "function" or info.operator_variant is not None


# ---- an outcome: what a call gave, or the exception that it raised


def outcome(call, *arguments, **keywords):
    try:
        return call(*arguments, **keywords)
    except Exception as error:  # whatever it raises is what we compare
        return error


def assert_close(ours, theirs, name):
    tolerance = {}
    if name in RELATIVE and theirs.dtype is torch.float32:
        tolerance = {"rtol": RELATIVE[name], "atol": 1e-5}
    torch.testing.assert_close(ours, theirs, equal_nan=True, **tolerance)


def assert_same(ours, theirs, values=True, name=None):
    """The same value and dtype, the same structure, or the same error."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(ours) is type(theirs), f"{ours!r}, torch: {theirs!r}"
    elif isinstance(theirs, torch.Tensor):
        assert is_tensor(ours), f"{type(ours)}, torch: a tensor"
        assert ours.requires_grad == theirs.requires_grad, "requires_grad"
        array = numpy.array(ours.detach().numpy())
        assert array.shape == theirs.shape, f"shape {array.shape}"
        compare = assert_close if values else assert_same_dtype
        compare(torch.from_numpy(array), theirs.detach(), name)
    elif isinstance(theirs, tuple | list):
        assert isinstance(ours, tuple | list), f"{type(ours)}"
        assert len(ours) == len(theirs), f"{len(ours)} results"
        for name in getattr(theirs, "__match_args__", ()):  # named results
            assert_same(getattr(ours, name), getattr(theirs, name), values)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other, values)
    else:
        assert type(ours) is type(theirs), f"{ours!r}, torch: {theirs!r}"
        assert ours == theirs or ours != ours, f"{ours!r}, torch: {theirs!r}"


def assert_same_dtype(ours, theirs, name):
    assert ours.dtype == theirs.dtype, f"{ours.dtype}, torch: {theirs.dtype}"


def at_places(result, info, sample):
    """The values at the places that an ordering operation returned."""
    places = (result if info.name == "argsort" else result[1]).numpy()
    dim = sample.kwargs.get(
        "dim", (*sample.args[ORDERING[info.name] :], -1)[0]
    )
    x = sample.input.numpy()
    return numpy.take_along_axis(x, places, dim) if x.ndim else x


def assert_same_order(ours, theirs, info, sample):
    """The same values, each at its place; equal elements in any order."""
    assert_same(ours, theirs, values=False)
    found = at_places(ours, info, sample)
    numpy.testing.assert_equal(found, at_places(theirs, info, sample))
    if info.name != "argsort":
        numpy.testing.assert_equal(found, ours[0].numpy())


def views(result, inputs):
    """For each tensor of a result: is it a view of one of the inputs?"""
    arrays = [x.detach().numpy() for x in tensors(inputs)]
    return [
        any(numpy.may_share_memory(x.detach().numpy(), a) for a in arrays)
        for x in tensors(result)
    ]


# ---- the checks: each compares `library` with torch on one sample


SEED = 42  # the one that the database's random operations set themselves


def operation(library, info):
    """Torch's operation as the database gives it, or a library's."""
    return info.op if library is torch else function(library, info)


def run(library, info, form, sample):
    """(the outcome of one form, its arguments afterwards)."""
    form_of = operation if form == "function" else FORMS[form]
    call = form_of(library, info)
    positional, keywords = arguments(sample, library)
    library.manual_seed(SEED)
    with library.no_grad() if "place" in form else library.enable_grad():
        return outcome(call, *positional, **keywords), positional


def check_form(library, info, form, sample):
    """Value, dtype, structure, views, and what is left in the arguments."""
    theirs, their_arguments = run(torch, info, form, sample)
    ours, our_arguments = run(library, info, form, sample)
    values = info.name not in ARBITRARY
    if info.name in ORDERING and not sample.kwargs.get("stable"):
        return assert_same_order(ours, theirs, info, sample)
    assert_same(ours, theirs, values, info.name)
    if not isinstance(theirs, Exception) and values:
        assert_same(tensors(our_arguments), tensors(their_arguments))
        shared = views(theirs, their_arguments)
        assert views(ours, our_arguments) == shared, f"torch's views: {shared}"
    return None


def cotangents(outputs, library):
    """A fixed tensor like each output: what backward starts from."""
    shapes = [tuple(x.shape) for x in outputs]
    waves = [
        numpy.cos(numpy.arange(float(numpy.prod(s)))).reshape(s)
        for s in shapes
    ]
    return [library.from_numpy(wave).requires_grad_() for wave in waves]


def gradients(library, outputs, inputs):
    """(gradients of the outputs by the inputs, the tensors begun with)."""
    outputs = [x for x in outputs if x is not None and x.requires_grad]
    starts = cotangents(outputs, library)
    return library.autograd.grad(
        outputs, inputs, starts, create_graph=True, allow_unused=True
    ), starts


def as_array(tensor):
    if isinstance(tensor, torch.Tensor):  # which may be torch's lazy zeros
        return tensor.detach().numpy(force=True)
    return tensor.detach().numpy()


def without_none(found, inputs):
    """None is torch's short word for zeros."""
    return [
        numpy.zeros(tuple(x.shape)) if g is None else as_array(g)
        for g, x in zip(found, inputs, strict=True)
    ]


def derivatives(library, info, sample):
    """The first gradients and, where torch has them, the second."""
    positional, keywords = arguments(sample, library)
    leaves = [x for x in tensors((positional, keywords)) if x.requires_grad]
    library.manual_seed(SEED)
    result = operation(library, info)(*positional, **keywords)
    first, starts = gradients(library, tensors(result), leaves)
    found = without_none(first, leaves)
    if info.supports_gradgrad and any(
        g is not None and g.requires_grad for g in first
    ):
        inputs = leaves + starts
        found += without_none(gradients(library, first, inputs)[0], inputs)
    return found


def check_derivatives(library, info, sample):
    theirs = outcome(derivatives, torch, info, sample)
    ours = outcome(derivatives, library, info, sample)
    assert_same_derivatives(ours, theirs)


def assert_same_derivatives(ours, theirs):
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(ours) is type(theirs), f"{ours!r}, torch: {theirs!r}"
        return
    zeros = numpy.zeros(())  # second gradients that are not recorded
    for one, other in itertools.zip_longest(ours, theirs, fillvalue=zeros):
        numpy.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-8)


def changed_in_place(library, info, sample):
    """The gradients through a tensor, a part of which an operation changed."""
    positional, keywords = arguments(sample, library)
    leaves = [x for x in tensors((positional, keywords)) if x.requires_grad]
    x, *rest = positional
    whole = library.stack([x, x]) if is_tensor(x) else None
    library.manual_seed(SEED)
    in_place(library, info)(whole[1], *rest, **keywords)
    found, _ = gradients(library, [whole], leaves)
    return without_none(found, leaves)


def check_in_place_derivatives(library, info, sample):
    theirs = outcome(changed_in_place, torch, info, sample)
    if isinstance(theirs, NotImplementedError):
        return  # torch has this derivative only out of place
    ours = outcome(changed_in_place, library, info, sample)
    assert_same_derivatives(ours, theirs)


def check_error(library, info, sample):
    """The exception that torch raises; its class must be the same."""
    theirs, _ = run(torch, info, "function", sample)
    ours, _ = run(library, info, "function", sample)
    assert_same(ours, theirs)


def check_refusal(library, info, sample):
    """As `check_error`, where torch does refuse: some empty tensors pass."""
    if isinstance(run(torch, info, "function", sample)[0], Exception):
        check_error(library, info, sample)


# ---- all cases of an entry


def samples(info, dtype, requires_grad=False):
    torch.manual_seed(0)
    return info.sample_inputs("cpu", dtype, requires_grad=requires_grad)


def some_samples(info, dtype):
    """A few of a type that the operation refuses, if there can be any."""
    if info.name.rpartition(".")[0] in GENEROUS:
        return []
    found = outcome(lambda: list(itertools.islice(samples(info, dtype), 3)))
    return [] if isinstance(found, Exception) else found


def errors(info):
    if info.error_inputs_func is None:
        return []
    torch.manual_seed(0)
    return [error.sample_input for error in info.error_inputs("cpu")]


def is_differentiable(sample):
    inputs = sample.input, sample.args, sample.kwargs
    return any(x.requires_grad for x in tensors(inputs))


def cases(info):
    """Each (label, sample, check) of an entry of the database."""
    for dtype in DTYPES:
        if dtype not in info.dtypes:
            for sample in some_samples(info, dtype):
                yield f"refused {dtype}", sample, check_refusal
            continue
        forms = [form for form in FORMS if has_form(info, form)]
        for sample, form in itertools.product(samples(info, dtype), forms):
            check = functools.partial(check_form, form=form)
            yield f"{form} {dtype}", sample, check
    for sample in samples(info, torch.float64):
        check = functools.partial(check_form, form="function")
        yield "not contiguous", sample.noncontiguous(), check
    if info.supports_autograd:
        for sample in samples(info, torch.float64, requires_grad=True):
            if is_differentiable(sample):
                yield "derivatives", sample, check_derivatives
                if has_form(info, "in-place"):
                    yield (
                        "derivatives in place",
                        sample,
                        check_in_place_derivatives,
                    )
    for sample in errors(info):
        yield "error", sample, check_error


def failures(library, info):
    """(counts of the cases of an entry, descriptions of what failed)."""
    counts = SimpleNamespace(total=0, in_scope=0, passed=0)
    found = []
    for label, sample, check in cases(info):
        counts.total += 1
        if left_out(info, sample):
            continue
        counts.in_scope += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch's, on its own samples
                check(library=library, info=info, sample=sample)
            counts.passed += 1
        except Exception as error:  # a missing operation is a failure too
            found.append(f"{label}: {described(sample)}\n    {error!r}")
    return counts, found


def key(info):
    return info.name, info.variant_test_name


def described(sample):
    """A sample in one line: shapes for tensors."""

    def brief(value):
        if isinstance(value, torch.Tensor):
            return f"{str(value.dtype)[6:]}{list(value.shape)}"
        if isinstance(value, tuple | list):
            return f"({', '.join(map(brief, value))})"
        return repr(value)

    named = [f"{name}={brief(x)}" for name, x in sample.kwargs.items()]
    return ", ".join([*map(brief, (sample.input, *sample.args)), *named])


def check_by_hand(library, call):
    torch.manual_seed(SEED)
    library.manual_seed(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_same(outcome(call, library), outcome(call, torch))
