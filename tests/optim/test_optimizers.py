"""Trajectories beside PyTorch's, with all that happens on the way."""

import copy
import inspect

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from optim.trajectories import (
    BUMPS,
    LIBRARIES,
    TOLERANCE,
    Bowl,
    distance,
    groups,
    walk,
)

from companion import optim

DECAYS = [{}, {"weight_decay": 0.1}, {"maximize": True, "weight_decay": 0.1}]
COUPLED = [{"weight_decay": 0.1, "decoupled_weight_decay": True}]
OPTIONS = {
    "SGD": [
        *DECAYS,
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True},
    ],
    "Adam": [
        *DECAYS,
        *COUPLED,
        {"lr": 0.1, "amsgrad": True},
        {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3},
        {"lr": 0.1, "betas": (0.0, 0.9)},
    ],
    "AdamW": [*DECAYS, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.3}],
    "Adamax": [*DECAYS, {"lr": 0.1, "betas": (0.6, 0.7), "eps": 1e-3}],
    "NAdam": [
        *DECAYS,
        *COUPLED,
        {"lr": 0.1, "betas": (0.6, 0.7), "momentum_decay": 0.1},
    ],
    "RAdam": [
        *DECAYS,
        *COUPLED,
        {"lr": 0.1, "betas": (0.6, 0.7), "eps": 1e-3},
        {"lr": 0.1, "betas": (0.6, 0.9)},
    ],
    "Adagrad": [
        *DECAYS,
        {"lr": 0.1, "lr_decay": 0.2, "initial_accumulator_value": 0.3},
    ],
    "RMSprop": [
        *DECAYS,
        {"lr": 0.1, "alpha": 0.7, "eps": 1e-3},
        {"lr": 0.1, "momentum": 0.9, "centered": True},
        {"centered": True, "weight_decay": 0.1},
        {"momentum": 0.5, "maximize": True},
    ],
    "Adadelta": [*DECAYS, {"lr": 0.5, "rho": 0.5, "eps": 1e-3}],
    "ASGD": [*DECAYS, {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 5}],
    "Rprop": [
        {},
        {"maximize": True},
        {"lr": 0.1, "etas": (0.3, 1.7), "step_sizes": (1e-3, 0.2)},
    ],
    "Adafactor": [
        *DECAYS,
        {"lr": 0.5, "beta2_decay": -0.5, "d": 2.0, "eps": (1e-4, 1e-2)},
    ],
    "Muon": [
        {},
        {"lr": 0.1, "momentum": 0.5, "nesterov": False, "weight_decay": 0.0},
        {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw", "ns_steps": 3},
    ],
    "LBFGS": [
        {"max_iter": 2},
        {"lr": 0.3, "max_iter": 3, "history_size": 2},
        {"max_iter": 3, "line_search_fn": "strong_wolfe"},
        {"max_iter": 4, "max_eval": 3, "line_search_fn": "strong_wolfe"},
        {"max_iter": 2, "maximize": True, "tolerance_change": 1e-2},
    ],
}
ROWS = [(name, row) for name, rows in OPTIONS.items() for row in rows]
table = pytest.mark.parametrize(("name", "options"), ROWS)
kinds = pytest.mark.parametrize("kind", LIBRARIES)
SHAPES = {"Muon": [(4, 3), (3, 5), (2, 2)]}
ANY_SHAPE = [(4, 3), (5,), (2, 3, 2), ()]


def bowl(name, kind, dtype, options):
    shapes = SHAPES.get(name, ANY_SHAPE)
    sign = -1 if options.get("maximize") else 1
    return Bowl(kind, dtype, shapes, sign=sign, bumps=BUMPS.get(name, 1))


def optimizer(library, name, bowl, options):
    several = name != "LBFGS"
    params = groups(bowl) if several else bowl.params
    made = getattr(library, name)(params, **options)
    if several:
        made.param_groups[1]["lr"] = made.param_groups[0]["lr"] / 3
    return made


def events(optimizer, t):
    """The learning rate changes, and some gradients are None."""
    if t == 7:
        optimizer.param_groups[0]["lr"] *= 0.5
    if type(optimizer).__name__ == "LBFGS":  # compares gradients of two steps
        return (0,)
    return (0,) if t in (0, 3, 4) else (1, 2) if t == 12 else ()


@table
@kinds
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_trajectory(name, options, kind, dtype):
    ours = bowl(name, kind, dtype, options)
    theirs = bowl(name, "torch", dtype, options)
    path = walk(optimizer(optim, name, ours, options), ours, before=events)
    oracle = optimizer(torch.optim, name, theirs, options)
    assert (
        distance(path, walk(oracle, theirs, before=events))
        <= (TOLERANCE[dtype])
    )


def in_numpy(state):
    """A state_dict with its tensors as arrays."""
    if isinstance(state, dict):
        return {k: in_numpy(v) for k, v in state.items()}
    if isinstance(state, list):
        return [in_numpy(v) for v in state]
    return state.detach().numpy() if hasattr(state, "detach") else state


def in_torch(state):
    if isinstance(state, dict):
        return {k: in_torch(v) for k, v in state.items()}
    if isinstance(state, list):
        return [in_torch(v) for v in state]
    return torch.tensor(state) if hasattr(state, "shape") else state


def place(bowl, values):
    """Put the parameters where another bowl's are."""
    with bowl.library.no_grad():
        for p, value in zip(bowl.params, values, strict=True):
            p.copy_(bowl.tensor(value))


@table
@kinds
def test_pytorch_state_continues_in_ours(name, options, kind):
    theirs = bowl(name, "torch", "float64", options)
    oracle = optimizer(torch.optim, name, theirs, options)
    walk(oracle, theirs, 10)
    ours = bowl(name, kind, "float64", options)
    place(ours, theirs.values())
    follower = optimizer(optim, name, ours, {})
    follower.load_state_dict(copy.deepcopy(oracle.state_dict()))
    rest = walk(oracle, theirs, 10)
    assert distance(walk(follower, ours, 10), rest) <= 1e-10


@table
@kinds
def test_our_state_continues_in_pytorch(name, options, kind):
    ours = bowl(name, kind, "float64", options)
    first = optimizer(optim, name, ours, options)
    walk(first, ours, 10)
    theirs = bowl(name, "torch", "float64", options)
    place(theirs, ours.values())
    oracle = optimizer(torch.optim, name, theirs, {})
    oracle.load_state_dict(in_torch(in_numpy(first.state_dict())))
    rest = walk(first, ours, 10)
    assert distance(walk(oracle, theirs, 10), rest) <= 1e-10


@table
@kinds
def test_a_copied_state_goes_on(name, options, kind):
    """Loaded into a new optimizer, and no longer tied to the old one."""
    ours = bowl(name, kind, "float64", options)
    first = optimizer(optim, name, ours, options)
    walk(first, ours, 10)
    again = bowl(name, kind, "float64", options)
    place(again, ours.values())
    second = optimizer(optim, name, again, {})
    second.load_state_dict(first.state_dict())
    rest = walk(first, ours, 10)
    assert distance(walk(second, again, 10), rest) == 0


@table
@kinds
def test_state_is_pytorch_s(name, options, kind):
    """The layout, the types and the numbers of the whole state_dict."""
    found = []
    for library, b in [
        (optim, bowl(name, kind, "float64", options)),
        (torch.optim, bowl(name, "torch", "float64", options)),
    ]:
        made = optimizer(library, name, b, options)
        walk(made, b, 10, before=events)
        found.append(in_numpy(made.state_dict()))
    ours, theirs = found
    assert ours["param_groups"] == theirs["param_groups"]
    assert ours["state"].keys() == theirs["state"].keys()
    for key, state in theirs["state"].items():
        state.pop("al", None)  # scratch space of LBFGS
        mine = ours["state"][key]
        assert mine.keys() == state.keys()
        for part in mine:
            one, other = np.asarray(mine[part]), np.asarray(state[part])
            assert one.dtype == other.dtype, part
            np.testing.assert_allclose(one, other, 1e-9, 1e-10, err_msg=part)


@pytest.mark.parametrize("name", OPTIONS)
def test_signature(name):
    """The names, the order and the defaults of the arguments."""
    ours = inspect.signature(getattr(optim, name)).parameters.values()
    theirs = inspect.signature(getattr(torch.optim, name)).parameters.values()

    def plain(parameters):
        found = [(p.name, p.default, p.kind) for p in parameters]
        by_name = inspect.Parameter.KEYWORD_ONLY
        keyword = sorted(str(f) for f in found if f[2] == by_name)
        return [f for f in found if f[2] != by_name], keyword

    assert plain(ours) == plain(theirs)


def test_all_are_there():
    """An optimizer of PyTorch's without a row above is a failure."""
    theirs = {
        name
        for name, value in vars(torch.optim).items()
        if inspect.isclass(value) and issubclass(value, torch.optim.Optimizer)
    }
    assert set(OPTIONS) == theirs - {"Optimizer", "SparseAdam"}
    assert theirs - {"SparseAdam"} <= set(optim.__all__)


def number(low, high):
    return st.floats(low, high, allow_nan=False)


LR = {"lr": number(1e-4, 0.1), "maximize": st.booleans()}
COMMON = {**LR, "weight_decay": st.just(0) | number(1e-3, 0.5)}
BETAS = {
    "betas": st.tuples(number(0.0, 0.99), number(0.0, 0.999)),
    "eps": number(1e-6, 1e-2),
}
RANDOM = {
    "SGD": {**COMMON, "momentum": number(0, 0.99), "dampening": number(0, 1)},
    "Adam": {**COMMON, **BETAS, "amsgrad": st.booleans()},
    "AdamW": {**COMMON, **BETAS, "amsgrad": st.booleans()},
    "Adamax": {**COMMON, **BETAS},
    "NAdam": {**COMMON, **BETAS, "momentum_decay": number(0, 0.1)},
    "RAdam": {**COMMON, **BETAS, "decoupled_weight_decay": st.booleans()},
    "Adagrad": {**COMMON, "lr_decay": number(0, 1), "eps": number(1e-6, 1)},
    "RMSprop": {
        **COMMON,
        "alpha": number(0, 0.99),
        "momentum": number(0, 0.9),
        "eps": number(1e-4, 1),
    },
    "Adadelta": {**COMMON, "rho": number(0, 1), "eps": number(1e-6, 1)},
    "ASGD": {**COMMON, "lambd": number(0, 1), "t0": number(0, 9)},
    "Rprop": {**LR, "etas": st.tuples(number(0.1, 0.9), number(1.1, 2))},
    "Adafactor": {**COMMON, "beta2_decay": number(-1, 0), "d": number(1, 3)},
}


@pytest.mark.parametrize("name", RANDOM)
@kinds
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_random_settings(name, kind, data):
    options = data.draw(st.fixed_dictionaries(RANDOM[name]))
    ours = bowl(name, kind, "float64", options)
    theirs = bowl(name, "torch", "float64", options)
    path = walk(optimizer(optim, name, ours, options), ours, 6)
    oracle = optimizer(torch.optim, name, theirs, options)
    assert distance(path, walk(oracle, theirs, 6)) <= 1e-10
