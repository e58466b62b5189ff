"""Is the reader's optimizer right? Its steps beside the companion's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from companion import optim
from companion.check.blame import blaming
from companion.check.comparing import same
from companion.check.report import Wrong
from companion.check.settings import taken, words
from companion.check.stepping import (
    CHECKS,
    STEPS,
    entries,
    give,
    gradients,
    hinting,
    parameters,
)
from companion.check.suspects import suspects
from companion.check.trial import attempt, checking, plain, result

TRIED = (  # settings that a class may take, with values that show them
    {"momentum": 0.9},
    {"momentum": 0.9, "dampening": 0.5},
    {"momentum": 0.9, "nesterov": True},
    {"betas": (0.7, 0.9)},
    {"alpha": 0.8},
    {"rho": 0.8},
    {"eps": 0.1},
    {"lr_decay": 0.5},
    {"centered": True},
    {"amsgrad": True},
    {"maximize": True},
    {"weight_decay": 0.2},
    {"momentum": 0.9, "weight_decay": 0.2},
)


def optimizer(Own, like="SGD", lr=0.1, **settings):
    """Does ``Own(params, lr, ...)`` step as ``companion.optim.<like>`` does?

    `Own` is a class with ``step()`` and ``zero_grad()``, on any base or none.
    It is given the parameters as ``model.parameters()`` gives them, which is
    one after the other and only once, and the learning rate. Those of
    PyTorch's settings (momentum, betas, eps, weight_decay, ...) that its
    ``__init__`` takes by name are tried in turn; `settings` are given to
    both in every trial. Where it has ``param_groups``, they are tried too.
    """
    make = partial(Guarded, Own)
    with checking(f"optimizer like {like}") as report:
        with report.trying("made, with step and zero_grad", vital=True):
            made = make(parameters(), lr, **settings)
        *_, fullest = trials(Own, like, settings)
        for tried, course in courses(Own, like, lr, settings):
            with report.trying(tried):
                course.compare(make)
        if report:  # what goes wrong from here on is the groups' alone
            for tried, course in arranged(made.own, like, lr, fullest):
                with report.trying(tried):
                    course.compare(make)
        for tried, check in CHECKS.items():
            with report.trying(tried):
                check(partial(make, lr=lr, **fullest))
    return report


class Guarded:
    """The reader's optimizer: whatever it does, the answer is a report."""

    def __init__(self, Own, params, lr, **settings):
        self.own = result(Own, iter(params), lr, **settings)
        for name in "step", "zero_grad":
            if not callable(getattr(self.own, name, None)):
                raise Wrong(f"there is no method {name}()")
        self.zero_grad = partial(attempt, self.own.zero_grad)

    @property
    def param_groups(self):
        return self.own.param_groups

    def step(self):
        with hinting("leaf Variable", "the update belongs under no_grad()"):
            attempt(self.own.step)


def courses(Own, like, lr, settings):
    """What is tried, and the course that tries it."""
    for trial in trials(Own, like, settings):
        yield (
            f"{STEPS} steps, {words({'lr': lr, **trial})}",
            Course(like, lr, trial),
        )
    if "eps" in taken(getattr(optim, like)):
        tiny = Course(like, lr, settings, scale=1e-6)
        yield "gradients of about 1e-6", tiny


def arranged(made, like, lr, settings):
    """What is tried with the groups of those that have them."""
    course = partial(Course, like, lr, settings)
    if hasattr(made, "param_groups"):
        yield (
            "a schedule that sets the lr of the groups",
            course(
                arranged=slowing,
                cause='does a step read group["lr"] anew?',
            ),
        )
    if isinstance(made, optim.Optimizer):
        yield (
            "two groups, each with its lr",
            course(arranged=grouped, cause="is the lr the group's own?"),
        )


def trials(Own, like, settings):
    """The settings by themselves, and with others that both classes take."""
    names = taken(Own) & taken(getattr(optim, like))
    yield settings
    for tried in TRIED:
        if names >= tried.keys() > settings.keys() & tried.keys():
            yield {**tried, **settings}


@dataclass
class Course:
    """What both optimizers go through, and how their steps compare."""

    like: str
    lr: float
    settings: dict
    scale: float = 1.0  # of the gradients
    arranged: Callable = lambda make: make
    cause: str = ""  # where no mistake that is known leads to these steps

    def compare(self, make):
        """`Wrong` unless each step changes each parameter as it should."""
        given = self.changes(make, self.settings)
        expected = self.changes(getattr(optim, self.like), self.settings)
        for step, number in np.ndindex(expected.shape[:2]):
            place = f"step {step + 1}, change of parameter {number + 1}, "
            with blaming(place, self.likely, given):
                same(given[step, number], expected[step, number])

    def changes(self, make, settings):
        """By how much each step changed each entry of each parameter."""
        params = parameters()
        opt = self.arranged(make)(params, self.lr, **settings)
        values = [np.array([plain(p) for p in params])]
        for step in range(STEPS):
            give(params, self.scale * gradients(step))
            opt.step()
            values.append(np.array([entries(p) for p in params]))
        return np.diff(values, axis=0)

    def likely(self, given):
        """The mistake that leads to these very steps."""
        if not given.any():
            return REBOUND
        if not given[1:].any():
            return USED_UP
        if not given[:, 1:].any():
            return FIRST
        for cause, Suspect, settings in suspects(self.like, self.settings):
            try:
                wrong = self.changes(Suspect, settings)
            except ValueError:  # settings that do not go together
                continue
            if np.allclose(given, wrong, rtol=1e-6, atol=0):
                return cause
        return self.cause


REBOUND = (
    "nothing moves: does p = p - ... bind the name to a new tensor? The old "
    "one must change, in place"
)
USED_UP = (
    "only the first step moves anything: model.parameters() can be gone "
    "through once; keep list(params)"
)


FIRST = "only the first parameter moves: is a loop left early, or missing?"


def slowing(make):
    """As a schedule does: the learning rate is halved after each step."""

    def made(params, lr, **settings):
        opt = make(params, lr, **settings)
        step = opt.step

        def step_and_halve():
            step()
            attempt(halve, opt.param_groups)

        opt.step = step_and_halve
        return opt

    return made


def halve(groups):
    for group in groups:
        group["lr"] = group["lr"] / 2


def grouped(make):
    """Each parameter in a group of its own, the second one slower."""

    def made(params, lr, **settings):
        first, second = params
        slow = {"params": [second], "lr": lr / 10}
        return make([{"params": [first]}, slow], lr, **settings)

    return made
