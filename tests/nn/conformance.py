"""torch's own cases for its modules, run on ours: `python conformance.py`.

torch ships, for its own tests, sample inputs and error inputs of its modules
(`module_db`). Every one of them, for each module that this package has, runs
on both engines in float32 and float64: value, gradients of the inputs and of
the parameters, and the state that is left behind, against torch's module.
"""

import copy
import functools
import re
import sys
import types
import unittest
import warnings
from collections import namedtuple

import torch

import companion
from companion import nn

warnings.simplefilter("ignore")
if "expecttest" not in sys.modules:  # torch's test helpers import its name
    expecttest = types.ModuleType("expecttest")
    expecttest.TestCase = unittest.TestCase
    sys.modules["expecttest"] = expecttest

from torch.testing._internal.common_modules import (  # noqa: E402
    ModuleErrorEnum,
    module_db,
)

ENGINES = "torch", "companion"
DTYPES = torch.float32, torch.float64
CASES = {
    info.name.removeprefix("nn."): info
    for info in module_db
    if hasattr(nn, info.name.removeprefix("nn."))
}


Call = namedtuple("Call", ["args", "kwargs"])
Case = namedtuple("Case", ["constructor_input", "forward_input"])


def on(engine, value):
    """A case's value as the engine has it: a copy, and a leaf."""
    if isinstance(value, torch.Tensor):
        leaf = value.detach().clone()
        if engine == "companion":
            leaf = companion.tensor(leaf.numpy())
        return leaf.requires_grad_(value.requires_grad)
    if isinstance(value, (tuple, list)):
        return type(value)(on(engine, item) for item in value)
    if isinstance(value, dict):
        return {key: on(engine, item) for key, item in value.items()}
    if isinstance(value, torch.dtype) and engine == "companion":
        return getattr(companion, str(value).removeprefix("torch."))
    return value


def tensors(value):
    """All tensors in a value, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return [tensor for item in value for tensor in tensors(item)]
    return [value] if hasattr(value, "requires_grad") else []


def back(tensor):
    return (
        None
        if tensor is None
        else torch.as_tensor(tensor.detach().numpy().copy())
    )


def run(module, args, kwargs, weights=()):
    """Output, gradients and state: everything that a call leaves behind."""
    torch.manual_seed(7)
    companion.manual_seed(7)
    inputs = tensors(args) + tensors(kwargs)
    outputs = tensors(module(*args, **kwargs))
    for i, output in enumerate(outputs):
        if output.requires_grad:
            seed = torch.linspace(-1, 2, output.numel()).cos() + i
            seed = seed.to(torch.as_tensor(back(output)).dtype)
            seed = seed.reshape(tuple(output.shape))
            if not isinstance(output, torch.Tensor):
                seed = companion.tensor(seed.numpy())
            output.backward(seed, retain_graph=True)
    leaves = inputs + list(module.parameters()) + list(weights)
    return {
        "output": [back(x) for x in outputs],
        "gradient": [back(x.grad) for x in leaves],
        "state": [back(x) for x in module.state_dict().values()],
    }


def ours(name, engine, case, dtype, training, state):
    """Our module for a case, with the values of torch's module."""
    cls = getattr(nn, name)
    args, kwargs = case.constructor_input.args, case.constructor_input.kwargs
    module = cls(*on("companion", args), **on("companion", kwargs))
    if engine == "torch":
        module.torch()
    if state is not None:
        module.to(on(engine, dtype)).load_state_dict(state)
    return module.train(training)


def check_case(name, engine, case, dtype, training):
    given = case.constructor_input
    theirs = getattr(torch.nn, name)(
        *copy.deepcopy(given.args), **given.kwargs
    )
    theirs.to(dtype).train(training)
    module = ours(name, engine, case, dtype, training, theirs.state_dict())
    args, kwargs = case.forward_input.args, case.forward_input.kwargs
    twin = copy.deepcopy(theirs)
    expected = run(theirs, on("torch", args), on("torch", kwargs))
    found = run(module, on(engine, args), on(engine, kwargs))
    exact = functools.cache(lambda: run(*in_double(twin, args, kwargs)))
    for what, values in expected.items():
        assert len(values) == len(found[what]), what
        for i, (one, other) in enumerate(
            zip(found[what], values, strict=True)
        ):
            if one is None or other is None:
                there = other if one is None else one
                assert there is None or not there.any(), f"no {what} {i}"
            else:
                agree(one, other, lambda w=what, j=i: exact()[w][j])


def in_double(module, args, kwargs):
    """A call in twice the precision: the judge where float32 differs."""
    args, kwargs = on("torch", args), on("torch", kwargs)
    double = [
        [x.double() if is_real(x) else x for x in values]
        for values in (args, kwargs.values())
    ]
    return (
        copy.deepcopy(module).double(),
        on("torch", double[0]),
        on("torch", dict(zip(kwargs, double[1], strict=True))),
    )


def is_real(value):
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def agree(ours, theirs, exact):
    """Close to torch's value; or, in float32, about as close to the truth.

    Sums over many steps (CTC's) differ by more than single roundings, by
    chance either way: twice torch's own error is allowed.
    """
    single = ours.dtype == torch.float32
    try:
        torch.testing.assert_close(ours, theirs, equal_nan=True)
    except AssertionError:
        if not single or ours.shape != theirs.shape:
            raise
        errors = [(x.double() - exact()).abs().max() for x in (ours, theirs)]
        if not errors[0] <= 2 * errors[1]:
            raise


def check_error(name, engine, case, dtype, training):
    """The same type of exception, with torch's words in its message."""
    given = case.module_error_input

    def attempt():
        module = ours(name, engine, given, dtype, training, None)
        if case.error_on == ModuleErrorEnum.FORWARD_ERROR:
            module(
                *on(engine, given.forward_input.args),
                **on(engine, given.forward_input.kwargs),
            )

    try:
        attempt()
    except case.error_type as error:
        message = str(error)
    else:
        raise AssertionError(f"no {case.error_type.__name__}")
    assert re.search(case.error_regex, message), (
        f"{message} does not match {case.error_regex}"
    )


def checks(name):
    """(description, function) of every check of one module."""
    info = CASES[name]
    modes = (True, False) if info.train_and_eval_differ else (True,)
    for dtype in DTYPES:
        for training in modes:
            settings = {
                "device": "cpu",
                "dtype": dtype,
                "requires_grad": True,
                "training": training,
            }
            kinds = [(check_case, info.module_inputs_func)]
            if info.module_error_inputs_func:
                kinds.append((check_error, info.module_error_inputs_func))
            for check, make in kinds:
                torch.manual_seed(0)
                for i, case in enumerate(make(info, **settings)):
                    for engine in ENGINES:
                        yield (
                            f"{name} {check.__name__} {i} {engine} {dtype} "
                            f"training={training}",
                            check,
                            (name, engine, case, dtype, training),
                        )


def problems(name):
    """How many checks a module has, and which of them fail, and why."""
    count, failed = 0, []
    for description, check, args in checks(name):
        count += 1
        try:
            check(*args)
        except Exception as error:
            failed.append(f"{description}: {type(error).__name__}: {error}")
    return count, failed


def main(names):
    passed = total = 0
    for name in names or sorted(CASES):
        count, failed = problems(name)
        total, passed = total + count, passed + count - len(failed)
        print(f"{name:30} {count - len(failed):5} / {count}", flush=True)
        for line in failed[:4]:
            print("    " + line.replace("\n", " ")[:300])
    print(
        f"{passed} passed / {total} in scope; "
        f"{len(CASES)} of torch's {len(module_db)} modules"
    )
    return passed < total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
