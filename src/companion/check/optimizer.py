"""Is the reader's optimizer right? Its steps beside the companion's."""

import inspect

import numpy as np

import companion
from companion import optim
from companion.check.comparing import close, same
from companion.check.flaws import mistaken
from companion.check.report import Wrong
from companion.check.trial import attempt, checking, plain, unchanged

STEPS = 4
TRIED = {  # settings that a class may take, and a value that shows them
    "momentum": {"momentum": 0.9},
    "dampening": {"momentum": 0.9, "dampening": 0.5},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "betas": {"betas": (0.7, 0.9)},
    "alpha": {"alpha": 0.8},
    "rho": {"rho": 0.8},
    "eps": {"eps": 0.1},
    "lr_decay": {"lr_decay": 0.5},
    "centered": {"centered": True},
    "amsgrad": {"amsgrad": True},
    "maximize": {"maximize": True},
    "weight_decay": {"weight_decay": 0.2},
}
HINTS = {  # part of an error's text -> its usual cause
    "leaf Variable": "the update belongs under no_grad()",
    "NoneType": "a parameter without a gradient (grad is None) is left alone",
}


def optimizer(Own, like="SGD", lr=0.1, **settings):
    """Does ``Own(params, lr, ...)`` step as ``companion.optim.<like>`` does?

    `Own` is a class with ``step()`` and ``zero_grad()``, on any base or none.
    It is given parameters as ``model.parameters()`` gives them, one after
    the other, and a learning rate; and, one at a time, those of PyTorch's
    settings (momentum, betas, eps, weight_decay, ...) that its ``__init__``
    takes by name. `settings` are given to both in every trial. Where it has
    ``param_groups``, they must work too. The answer is a
    :class:`~companion.check.Report`.
    """
    with checking(f"optimizer like {like}") as report:
        make = maker(Own, lr)
        with report.trying("made, with step and zero_grad", vital=True):
            complete(make(parameters(), settings))
        for trial in trials(Own, like, settings):
            text = ", ".join(
                f"{k}={v}" for k, v in (trial or {"lr": lr}).items()
            )
            with report.trying(f"{STEPS} steps with {text}"):
                steps_like(make, like, lr, trial)
        if has_epsilon(like):
            with report.trying("the same for gradients of 1e-6"):
                steps_like(make, like, lr, settings, scale=1e-6)
        for tried, check in CHECKS.items():
            with report.trying(tried):
                check(make, settings)
        if hasattr(attempt(make, parameters(), settings), "param_groups"):
            for tried, check in GROUPS.items():
                with report.trying(tried):
                    check(Own, make, settings)
    return report
