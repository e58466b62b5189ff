"""Checks that a library with PyTorch's API does what PyTorch does.

Each compares one sample of one entry of the database: the function, the
method, the operator and the in-place form, the gradient and the second
gradient, the error. They raise AssertionError where the two differ.
"""

import copy
import functools
import itertools

import numpy
import torch
from op_scope import (
    ARBITRARY,
    ORDERING,
    RELATIVE,
    SPELLED,
    is_tensor,
    tensors,
)

# ---- a sample, carried over to another library


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
