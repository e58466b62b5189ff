"""PyTorch's own configurations of its optimizers, and their error inputs.

    python tests/optim/database.py [companion] [torch]

prints, for each optimizer in ``torch.testing._internal.common_optimizers``
and each kind of parameter, how many of its entries pass, are in scope, and
are there.
"""

import re
import sys
import warnings
from pathlib import Path

import torch

if __name__ == "__main__":  # pytest does this by itself
    sys.path.insert(0, str(Path(__file__).parents[1]))

from optim.trajectories import (
    BUMPS,
    LIBRARIES,
    TOLERANCE,
    Bowl,
    distance,
    walk,
)
from torch.testing._internal.common_optimizers import (
    OptimizerErrorEnum,
    OptimizerInput,
    optim_db,
)

from companion import optim

HOW = {"foreach", "fused", "capturable", "differentiable"}
ENTRIES = {info.name: info for info in optim_db if info.name != "SparseAdam"}


def configurations(name):
    """Every set of settings, with those not about how to compute first."""
    info = ENTRIES[name]
    found = info.optim_inputs_func(device="cpu")
    return [entry for entry in found if not HOW & entry.kwargs.keys()]


def errors(name):
    """Every bad input that PyTorch refuses at construction."""
    found = ENTRIES[name].optim_error_inputs_func("cpu", torch.float64)
    at_construction = OptimizerErrorEnum.CONSTRUCTION_ERROR
    return [entry for entry in found if entry.error_on == at_construction]


def total(name):
    info = ENTRIES[name]
    bad = info.optim_error_inputs_func("cpu", torch.float64)
    return len(info.optim_inputs_func(device="cpu")) + len(bad)


def converted(value, kind):
    """`value` with torch's tensors turned into those of a library."""
    if isinstance(value, torch.nn.Parameter | torch.Tensor):
        tensor = LIBRARIES[kind].tensor(value.detach().numpy())
        return tensor.requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {k: converted(v, kind) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(converted(v, kind) for v in value)
    return value


def check_configuration(name, kind, dtype, kwargs):
    """Twenty steps beside PyTorch's."""
    shape = {
        "sign": -1 if kwargs.get("maximize") else 1,
        "bumps": BUMPS.get(name, 1),
    }
    ours = Bowl(kind, dtype, **shape)
    theirs = Bowl("torch", dtype, **shape)
    optimizer = getattr(optim, name)(ours.params, **converted(kwargs, kind))
    oracle = getattr(torch.optim, name)(theirs.params, **kwargs)
    apart = distance(walk(optimizer, ours), walk(oracle, theirs))
    assert apart <= TOLERANCE[dtype], f"{apart} from PyTorch's path"


def check_error(name, kind, entry):
    """The same type of error, in words that PyTorch's users search for."""
    bad: OptimizerInput = entry.optimizer_error_input
    params = bad.params
    if params is None:
        params = [torch.zeros(1, 1, requires_grad=True)]
    # Converted once each, so that a duplicate stays a duplicate.
    seen: dict = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            getattr(optim, name)(
                once(params, kind, seen), **converted(bad.kwargs, kind)
            )
    except entry.error_type as error:
        said = str(error)
    else:
        raise AssertionError(f"{name} took {bad.desc}")
    assert re.search(entry.error_regex, said), said


def once(value, kind, seen):
    if isinstance(value, torch.Tensor):
        if id(value) not in seen:
            seen[id(value)] = converted(value, kind)
        return seen[id(value)]
    if isinstance(value, dict):
        return {k: once(v, kind, seen) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(once(v, kind, seen) for v in value)
    return value


def passes(check, *arguments):
    try:
        check(*arguments)
    except Exception as error:
        print(f"  {arguments}: {type(error).__name__}: {error}")
        return False
    return True


def results(name, kind):
    """Whether each entry in scope passes, for both types of numbers."""
    found = [
        all(
            passes(check_configuration, name, kind, dtype, entry.kwargs)
            for dtype in TOLERANCE
        )
        for entry in configurations(name)
    ]
    return found + [passes(check_error, name, kind, e) for e in errors(name)]


def main():
    """Print the table; True if all in scope passed."""
    print("optimizer     parameters  passed  in scope  total")
    whole = []
    for name in ENTRIES:
        for kind in sys.argv[1:] or LIBRARIES:
            found = results(name, kind)
            whole += found
            print(
                f"{name:12}{kind:>12}{sum(found):8}{len(found):10}"
                f"{total(name):7}"
            )
    print(f"{'all':24}{sum(whole):8}{len(whole):10}")
    return all(whole)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
