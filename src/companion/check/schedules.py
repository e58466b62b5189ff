"""Is the reader's schedule right? Its learning rates beside the companion's.

A course of learning rates is an array: a row for each epoch, a column for
each parameter group.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

import companion
from companion import optim
from companion.check.comparing import close, likely_cause
from companion.check.courses import FORMULAS, of_any
from companion.check.report import Wrong
from companion.check.settings import given_to, is_class, left_out, words
from companion.check.trial import attempt, checking, result, unchanged
from companion.optim import lr_scheduler

RATES = 0.1, 0.03  # the initial ones, where there are groups
SETTINGS = {  # where the reader gives none
    "StepLR": {"step_size": 4, "gamma": 0.6},
    "MultiStepLR": {"milestones": [3, 8], "gamma": 0.6},
    "ExponentialLR": {"gamma": 0.8},
    "ConstantLR": {"factor": 0.5, "total_iters": 4},
    "LinearLR": {"start_factor": 0.25, "total_iters": 6},
    "PolynomialLR": {"total_iters": 8, "power": 2.0},
    "CosineAnnealingLR": {"T_max": 10, "eta_min": 0.01},
    "CosineAnnealingWarmRestarts": {"T_0": 5, "T_mult": 2, "eta_min": 0.01},
    "OneCycleLR": {"max_lr": 1.0, "total_steps": 20},
}


def schedule(own, like="CosineAnnealingLR", steps=16, **settings):
    """Are its learning rates those of ``optim.lr_scheduler.<like>``?

    `own` is a class, made as ``own(optimizer, **settings)``, which sets
    ``group["lr"]`` of every group when it is made and at each ``step()``. Or
    it is a function of the epoch t = 0, 1, ..., which gives the learning
    rate for an initial one of 1, and takes those `settings` that it names.
    They are PyTorch's; without any, some are chosen. `like` may be the right
    function of t instead of a name. Epochs 0 to `steps` are compared.
    """
    settings = settings or SETTINGS.get(like, {})
    if "total_steps" in settings:  # there torch's own ends
        steps = settings["total_steps"] - 1
    right = Right(like, settings, np.array(RATES if is_class(own) else [1.0]))
    named = like if isinstance(like, str) else "the given function"
    with checking(f"schedule like {named}") as report:
        tried = f"epochs 0 to {steps} {words(settings)}".strip()
        with report.trying(tried, vital=True):
            right.compare(follow(own, right.initial, settings, steps + 1))
        if is_class(own):
            with report.trying("the parameters are left to the optimizer"):
                leaves_parameters(own, settings)
        else:
            with report.trying("one epoch alone, the last one"):
                depends_on_epoch(own, settings, right, steps)
    return report


def follow(own, initial, settings, count, call=attempt):
    """The learning rates that a schedule sets in `count` epochs."""
    if not is_class(own):
        named = given_to(own, settings)
        values = (call(own, t, **named) for t in range(count))
        return np.array([[number(value)] for value in values])
    opt = optimizer(initial)
    its = call(own, opt, **settings)
    course = [rates(opt, len(initial))]
    for _ in range(count - 1):
        call(lambda: its.step())
        course.append(rates(opt, len(initial)))
    return np.array(course)


def directly(function, *args, **kwargs):
    return function(*args, **kwargs)


def optimizer(initial):
    """One parameter, with a gradient, in a group for each learning rate."""
    groups = []
    for lr in initial:
        p = companion.ones(2, requires_grad=True)
        p.grad = companion.ones(2)
        groups.append({"params": [p], "lr": float(lr)})
    return optim.SGD(groups)


def rates(opt, count):
    groups = attempt(lambda: [group["lr"] for group in opt.param_groups])
    if len(groups) != count:
        raise Wrong(f"of {count} parameter groups, {len(groups)} left")
    return [number(lr) for lr in groups]


def number(value):
    if value is None or value is ...:
        result(lambda: value)
    try:
        return float(value)
    except Exception:
        raise Wrong(f"expected a number, got {value!r}") from None


@dataclass
class Right:
    """The course that is right, and those that known mistakes lead to."""

    like: object
    settings: dict
    initial: np.ndarray

    def compare(self, given):
        expected = self.course(len(given))
        wrong = ~close(given, expected, 1e-6 * expected.max())
        if not wrong.any():
            return
        epoch, group = np.argwhere(wrong)[0]
        of = f", group {group + 1}" if len(self.initial) > 1 else ""
        raise Wrong(
            f"epoch {epoch}{of}: expected {expected[epoch, group]:.6g}, got "
            f"{given[epoch, group]:.6g}",
            self.likely(given, expected, epoch),
        )

    def course(self, count, settings=None):
        settings = self.settings if settings is None else settings
        if isinstance(self.like, str):
            own, start = getattr(lr_scheduler, self.like), self.initial
            return follow(own, start, settings, count, directly)
        values = follow(self.like, self.initial, settings, count, directly)
        return values * self.initial

    def likely(self, given, expected, epoch):
        for cause, course in self.mistakes(len(given)):
            if matches(given, course, expected):
                return cause
        if not given[0].any():
            return "a rate of 0 in the first epoch: nothing is learnt in it"
        for name, fact in LANDMARKS.items():
            if epoch >= self.settings.get(name, np.inf):
                fact = fact.format(self.settings[name])
                return f"the epochs before it are right; {name} = {fact}"
        return likely_cause(given, expected, 1e-6 * expected.max())

    def mistakes(self, count):
        """(cause, course) of each mistake that is known."""
        yield from of_any(self.course(count + 1), self.initial)
        yield from self.counted(count)
        if isinstance(self.like, str):
            yield from self.edits(count)
        if self.like in list(FORMULAS):  # a function may have no hash
            t = np.arange(count)[:, None]
            yield from FORMULAS[self.like](t, self.initial, **self.settings)

    def counted(self, count):
        """Where t is the number of groups set, not of steps."""
        groups = np.arange(len(self.initial))
        t = np.arange(count)[:, None] * len(groups) + groups
        t = np.maximum(t - groups[-1], 0)
        with suppress(ValueError):  # it may end before
            longer = self.course(count * len(groups))
            yield "is t counted on for each group?", longer[t, groups]

    def edits(self, count):
        """The courses of other settings."""
        Class = getattr(lr_scheduler, self.like)
        changed = []
        for name, value in self.settings.items():
            if type(value) is int and name in COUNTS:
                others = [value + 1, value - 1] if value > 1 else [value + 1]
                changed += [(name, {**self.settings, name: v}) for v in others]
            if name == "gamma":
                changed.append(
                    (name, {**self.settings, name: round(1 - value, 9)})
                )
        for name, settings in [*changed, *left_out(Class, self.settings)]:
            value = settings.get(name, "not given")
            cause = f"it runs as if {name} were {value}"
            with suppress(ValueError):  # they may not go together
                yield cause, self.course(count, settings)


def matches(given, course, expected):
    """Most mistakes begin with the first step; epoch 0 is right by itself."""
    near = np.isclose(given, course, rtol=1e-6, atol=1e-12)
    first = near[0] | np.isclose(given[0], expected[0])
    return first.all() and near[1:].all()


COUNTS = {"step_size", "total_iters", "T_max", "T_0", "T_mult"}
LANDMARKS = {  # a setting that is an epoch -> what happens there
    "total_iters": "{0} is its end, and the rate stays that of epoch {0}",
    "T_max": "{0} is the lowest point: PyTorch's cosine rises again after it",
    "T_0": "{0} is the first restart, and each cycle takes T_mult times as "
    "long as the one before",
}


def leaves_parameters(own, settings):
    opt = optimizer(RATES)
    groups = enumerate(opt.param_groups, 1)
    params = {f"p{i}": group["params"][0] for i, group in groups}
    with unchanged(**params):
        its = attempt(own, opt, **settings)
        attempt(lambda: its.step())


def depends_on_epoch(own, settings, right, steps):
    named = given_to(own, settings)
    given = number(attempt(own, steps, **named))
    expected = right.course(steps + 1)[-1, 0]
    if not np.isclose(given, expected, rtol=1e-6, atol=1e-12):
        raise Wrong(
            f"expected {expected:.6g}, as before, got {given:.6g}",
            "does the function remember its calls? t is to say it all",
        )
