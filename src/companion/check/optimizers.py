"""Is the reader's optimizer right? Its steps beside the companion's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

import companion
from companion import optim
from companion.check.blame import blaming
from companion.check.comparing import same
from companion.check.report import Wrong
from companion.check.settings import taken, words
from companion.check.suspects import suspects
from companion.check.trial import attempt, checking, plain, result, unchanged

SIZE = 2, 3  # parameters, entries: they have one shape, and may be mixed up
STEPS = 4
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
        for tried, course in courses(Own, made.own, like, lr, settings):
            with report.trying(tried):
                course.compare(make)
        *_, fullest = trials(Own, like, settings)
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
        try:
            attempt(self.own.step)
        except Wrong as error:
            text = str(error)
            causes = [HINTS[part] for part in HINTS if part in text]
            raise Wrong("\n".join([text, *causes]), "", error.final) from None


HINTS = {  # part of an error's text -> its usual cause
    "leaf Variable": "the update belongs under no_grad()",
    "NoneType": "is a parameter without a gradient (grad is None) left out?",
}


def parameters():
    values = np.sin(np.arange(1.0, 7.0)).reshape(SIZE)
    return [companion.tensor(row, requires_grad=True) for row in values]


def gradients(step):
    """One for each parameter; all of them different, none of them zero."""
    return np.cos(np.arange(6).reshape(SIZE) * (step + 1.3) + step)


def give(params, grads):
    for p, grad in zip(params, grads, strict=True):
        p.grad = companion.tensor(grad)


def courses(Own, made, like, lr, settings):
    """What is tried, and the course that tries it."""
    for trial in trials(Own, like, settings):
        yield (
            f"{STEPS} steps, {words({'lr': lr, **trial})}",
            Course(like, lr, trial),
        )
    course = partial(Course, like, lr, settings)
    if "eps" in taken(getattr(optim, like)):
        yield "gradients of about 1e-6", course(scale=1e-6)
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
            return "only the first parameter moves: is the loop left early?"
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


def entries(p):
    if plain(p).shape != SIZE[1:]:
        raise Wrong(f"a parameter's shape became {plain(p).shape}")
    return plain(p)


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


def gradients_are_kept(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    with unchanged(**{f"p{i}.grad": p.grad for i, p in enumerate(params, 1)}):
        opt.step()


def leaves_stay_leaves(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    opt.step()
    if not all(p.is_leaf and p.requires_grad for p in params):
        raise Wrong(
            "after the step a parameter is no leaf that requires grad",
            "does the update run under no_grad(), and in place?",
        )


def without_gradient_stays(make):
    params, start = parameters(), parameters()
    opt = make(params)
    for step in range(2):
        params[1].grad = companion.tensor(gradients(step)[1])
        with unchanged(p1=params[0]):
            opt.step()
    if (plain(params[1]) == plain(start[1])).all():
        raise Wrong(
            "the parameter after it did not move",
            "does the step end where the first grad is None?",
        )


def gradients_are_cleared(make):
    params = parameters()
    opt = make(params)
    give(params, gradients(0))
    with unchanged(**{f"p{i}": p for i, p in enumerate(params, 1)}):
        opt.zero_grad()
    for number, p in enumerate(params, 1):
        if p.grad is not None and plain(p.grad).any():
            raise Wrong(
                f"parameter {number} still has its gradient",
                "is zero_grad empty, or is a new tensor set to zero in the "
                "place of p.grad?",
            )
    opt.zero_grad()  # where there is nothing left to clear


def none_knows_the_other(make):
    """An optimizer steps beside another as it would alone."""
    alone, beside, other = parameters(), parameters(), parameters()
    march((make(alone), alone))
    march((make(beside), beside), (make(other), other))
    for p, wanted in zip(beside, alone, strict=True):
        with blaming("", str, SHARED):
            same(p, wanted)


SHARED = (
    "is the state kept in the class, or in a default argument, which all "
    "optimizers share?"
)


def march(*pairs):
    for step in range(STEPS):
        for place, (opt, params) in enumerate(pairs):
            give(params, gradients(step + place))
            opt.step()


CHECKS = {
    "the gradients stay as they are": gradients_are_kept,
    "the parameters stay leaves": leaves_stay_leaves,
    "a parameter without a gradient": without_gradient_stays,
    "zero_grad, and once more": gradients_are_cleared,
    "another optimizer beside it": none_knows_the_other,
}
