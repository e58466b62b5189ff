"""PyTorch's own cases for each operation, run on any library with its API.

PyTorch ships a database of operations (``op_db``): sample inputs, inputs that
must raise, dtypes, which forms there are. Here each of them becomes a check
(`op_checks`) that the library does what PyTorch does, as far as it is in
scope (`op_scope`).
"""

import functools
import itertools
import warnings
from types import SimpleNamespace

import torch
from op_checks import (
    FORMS,
    SEED,
    assert_same,
    check_derivatives,
    check_error,
    check_form,
    check_in_place_derivatives,
    check_refusal,
    has_form,
    outcome,
)
from op_scope import DTYPES, GENEROUS, left_out, tensors


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
