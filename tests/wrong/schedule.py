"""Learning-rate schedules: what goes wrong, and what is right."""

import itertools
import math
from math import cos, pi

from wrong.entry import Entry

from companion.optim import lr_scheduler


class Cosine:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer, self.T_max, self.low = optimizer, T_max, eta_min
        self.initial = [group["lr"] for group in optimizer.param_groups]
        self.t = 0

    def step(self):
        self.t += 1
        self.set()

    def set(self):
        pairs = zip(self.optimizer.param_groups, self.initial, strict=True)
        for group, lr in pairs:
            group["lr"] = self.low + (lr - self.low) * self.factor(self.t)

    def factor(self, t):
        return (1 + cos(pi * t / self.T_max)) / 2


class StepDecay(lr_scheduler.LRScheduler):
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def get_lr(self):
        factor = self.gamma ** (self.last_epoch // self.step_size)
        return [lr * factor for lr in self.base_lrs]


def cosine(t, T_max, eta_min):
    return eta_min + (1 - eta_min) * (1 + cos(pi * t / T_max)) / 2


def restarting(t):
    length = 5
    while t >= length:
        t, length = t - length, 2 * length
    return 0.01 + 0.99 * (1 + math.cos(math.pi * t / length)) / 2


def line(t, start_factor, total_iters):
    done = min(t / total_iters, 1)
    return start_factor + (1 - start_factor) * done


def warm(t):
    return min(1.0, (t + 1) / 5) * 0.9 ** max(0, t - 4)


def warm_in_branches(t):
    if t < 5:
        return (t + 1) / 5
    return 0.9 ** (t - 4)


class Stub:
    def __init__(self, optimizer, T_max, eta_min=0.0): ...

    def step(self): ...


class Empty:
    pass


def stub(t): ...


def returns_its_input(t):
    return t


class FromOne(Cosine):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        super().__init__(optimizer, T_max, eta_min)
        self.step()


class OneLate(Cosine):
    def step(self):
        self.set()
        self.t += 1


class Degrees(Cosine):
    def factor(self, t):
        return (1 + cos(180 * t / self.T_max)) / 2


class WithoutHalf(Cosine):
    def factor(self, t):
        return 1 + cos(pi * t / self.T_max)


class WithoutPi(Cosine):
    def factor(self, t):
        return (1 + cos(t / self.T_max)) / 2


class WithoutOne(Cosine):
    def factor(self, t):
        return cos(pi * t / self.T_max)


class IgnoresLow(Cosine):
    def __init__(self, optimizer, T_max, eta_min=0.0):
        super().__init__(optimizer, T_max)


class LowOnTop(Cosine):
    def set(self):
        pairs = zip(self.optimizer.param_groups, self.initial, strict=True)
        for group, lr in pairs:
            group["lr"] = self.low + lr * self.factor(self.t)


class StaysDown(Cosine):
    def factor(self, t):
        return super().factor(min(t, self.T_max))


class OneGroup(Cosine):
    def set(self):
        for group in self.optimizer.param_groups:
            low, lr = self.low, self.initial[0]
            group["lr"] = low + (lr - low) * self.factor(self.t)


class FirstGroupOnly(Cosine):
    def set(self):
        low, lr = self.low, self.initial[0]
        first = self.optimizer.param_groups[0]
        first["lr"] = low + (lr - low) * self.factor(self.t)


class CountsGroups(Cosine):
    def step(self):
        pairs = zip(self.optimizer.param_groups, self.initial, strict=True)
        for group, lr in pairs:
            self.t += 1
            group["lr"] = self.low + (lr - self.low) * self.factor(self.t)


class OfTheCurrentRate(Cosine):
    def set(self):
        for group in self.optimizer.param_groups:
            lr = group["lr"]
            group["lr"] = self.low + (lr - self.low) * self.factor(self.t)


class LowShare(Cosine):
    def set(self):
        share = self.low + (1 - self.low) * self.factor(self.t)
        pairs = zip(self.optimizer.param_groups, self.initial, strict=True)
        for group, lr in pairs:
            group["lr"] = lr * share


class Rises(Cosine):
    def factor(self, t):
        return (1 - cos(pi * t / self.T_max)) / 2


class TwicePi(Cosine):
    def factor(self, t):
        return (1 + cos(2 * pi * t / self.T_max)) / 2


class SetsItself(Cosine):
    def set(self):
        self.lr = [lr * self.factor(self.t) for lr in self.initial]


class StepsTheOptimizer(Cosine):
    def step(self):
        self.optimizer.step()
        super().step()


class NoStep(Cosine):
    step = None


class ReplacesGroups(Cosine):
    def set(self):
        for group in self.optimizer.param_groups:
            group["lr"] = "small"


class Exponential:
    """The factor of epoch t, on top of all those before."""

    def __init__(self, optimizer, gamma):
        self.optimizer, self.gamma, self.t = optimizer, gamma, 0

    def step(self):
        self.t += 1
        for group in self.optimizer.param_groups:
            group["lr"] *= self.gamma**self.t


class FactorAsRate(Exponential):
    def step(self):
        self.t += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.gamma**self.t


class OneMinusGamma(Exponential):
    def step(self):
        for group in self.optimizer.param_groups:
            group["lr"] *= 1 - self.gamma


class Subtracts(Exponential):
    def step(self):
        for group in self.optimizer.param_groups:
            group["lr"] -= self.gamma


class Line:
    """A line from start_factor to 1: what the wrong ones below share."""

    def __init__(self, optimizer, start_factor, total_iters):
        self.optimizer = optimizer
        self.start, self.length = start_factor, total_iters
        self.initial = [group["lr"] for group in optimizer.param_groups]
        self.t = 0
        self.set()

    def step(self):
        self.t += 1
        self.set()

    def set(self):
        pairs = zip(self.optimizer.param_groups, self.initial, strict=True)
        for group, lr in pairs:
            group["lr"] = lr * self.factor()

    def factor(self):
        done = min(self.t / self.length, 1)
        return self.start + (1 - self.start) * done


class LineOfTheCurrentRate(Line):
    def set(self):
        for group in self.optimizer.param_groups:
            group["lr"] *= self.factor()


class LineOnlyAtSteps(Line):
    def set(self):
        if self.t:
            super().set()


class LineFromTheChangedRate(Line):
    def set(self):
        super().set()
        if not self.t:
            groups = self.optimizer.param_groups
            self.initial = [group["lr"] for group in groups]


class LineDown(Line):
    def factor(self):
        return 1 - (1 - self.start) * min(self.t / self.length, 1)


class LineTooSteep(Line):
    def factor(self):
        return self.start + min(self.t / self.length, 1)


class LineTooShort(Line):
    def factor(self):
        done = min(self.t / (self.length - 1), 1)
        return self.start + (1 - self.start) * done


def never_back(t, factor, total_iters):
    return factor


def power_of_the_time(t, total_iters, power):
    return 1 - min(t / total_iters, 1) ** power


def in_slow_motion(t, step_size, gamma):
    return gamma ** (t / step_size)


def longer_by_two(t, T_0, T_mult, eta_min):
    length = T_0
    while t >= length:
        t, length = t - length, length + T_mult
    return eta_min + (1 - eta_min) * (1 + cos(pi * t / length)) / 2


class TwiceTheCycle(lr_scheduler.OneCycleLR):
    def get_lr(self):
        return [2 * lr for lr in super().get_lr()]


def steps_late(t, step_size, gamma):
    return gamma ** ((t - 1) // step_size) if t else 1


def steps_too_long(t, step_size, gamma):
    return gamma ** (t // (step_size + 1))


def without_restart(t):
    return 0.01 + 0.99 * (1 + cos(pi * min(t, 5) / 5)) / 2


def same_cycles(t):
    return 0.01 + 0.99 * (1 + cos(pi * (t % 5) / 5)) / 2


def one_restart(t):
    return restarting(t) if t < 15 else 0.01


def endless_line(t, start_factor, total_iters):
    return start_factor + (1 - start_factor) * t / total_iters


def without_start(t, total_iters):
    return min(t / total_iters, 1)


def without_start_from_one(t, total_iters):
    return min((t + 1) / total_iters, 1)


calls = itertools.count()


def remembers(t, gamma):
    return gamma ** (next(calls) % 18)


def endless(t):
    while True:
        t += 1


def raises(t):
    return 1 / t


def words(t):
    return f"{t} epochs"


def pair(t):
    return t, 0.8**t


def starts_at_nought(t):
    return min(1.0, t / 5) * 0.9 ** max(0, t - 4)


def table(like, rows):
    return [Entry(*row, settings={"like": like}) for row in rows]


WRONG = [
    *table("CosineAnnealingLR", [
        ("the stub", Stub, "the learning rate never changes"),
        ("the stub of a function", stub, "is a return missing?"),
        ("an empty answer", Empty, "it raised TypeError"),
        ("the input returned", returns_its_input, "epoch 0: expected 1"),
        ("one epoch early", FromOne, "one epoch too early"),
        ("one epoch late", OneLate, "one epoch too late"),
        ("degrees", Degrees, "the angle is in degrees"),
        ("π forgotten", WithoutPi, "is π missing?"),
        ("the half forgotten", WithoutHalf, "is the half missing?"),
        ("the 1 + forgotten", WithoutOne, "is the 1 + missing?"),
        ("eta_min ignored", IgnoresLow, "eta_min were not given"),
        ("eta_min on top", LowOnTop, "not lr₀ - η?"),
        ("it stays down", StaysDown, "rises again"),
        ("one rate for all groups", OneGroup, "the first one's rate"),
        ("the first group alone", FirstGroupOnly, "does the first group"),
        ("t counts the groups", CountsGroups, "is t counted on for each"),
        ("of the current rate", OfTheCurrentRate, "is the last one mult"),
        ("eta_min as a share", LowShare, "is η multiplied by lr₀?"),
        ("it rises", Rises, "does it rise where it is to fall?"),
        ("2π for π", TwicePi, "is it 2π?"),
        ("the group is not told", SetsItself, "never changes"),
        ("the optimizer steps too", StepsTheOptimizer,
         "changed its argument p1"),
        ("step is missing", NoStep, "it raised TypeError"),
        ("a word for a rate", ReplacesGroups, "expected a number"),
    ]),
    *table("ExponentialLR", [
        ("factors pile up", Exponential, "is the last one multiplied"),
        ("the factor is the rate", FactorAsRate, "set as the rate?"),
        ("1 - γ for γ", OneMinusGamma, "as if gamma were 0.2"),
        ("γ subtracted", Subtracts, "epoch 1, group 1: expected 0.08"),
        ("it counts its calls", remembers, "does the function remember"),
        ("an endless loop", endless, "does a loop never end?"),
        ("an exception", raises, "it raised ZeroDivisionError"),
        ("a wrong type", words, "expected a number"),
        ("two numbers", pair, "expected a number"),
    ]),
    *table("StepLR", [
        ("decays come late", steps_late, "one epoch too late"),
        ("steps without steps", in_slow_motion, "t / step_size"),
        ("steps too long", steps_too_long, "as if step_size were 5"),
    ]),
    *table("CosineAnnealingWarmRestarts", [
        ("no restart", without_restart, "is the restart missing?"),
        ("cycles do not grow", same_cycles, "as if T_mult were 1"),
        ("one restart", one_restart, "epochs before it are right"),
        ("each cycle longer by two", longer_by_two,
         "epochs before it are right"),
    ]),
    *table("LinearLR", [
        ("the line goes on", endless_line, "total_iters = 6 is its end"),
        ("the line from nought", without_start, "is start_factor left out?"),
        ("the line from one step", without_start_from_one,
         "is start_factor left out?"),
        ("a line of the current rate", LineOfTheCurrentRate,
         "is the last one multiplied"),
        ("a line that begins late", LineOnlyAtSteps,
         "is the rate of epoch 0 set"),
        ("a line from the changed rate", LineFromTheChangedRate,
         "was it read too late?"),
        ("a line down", LineDown, "does it fall where it is to rise?"),
        ("a line too steep", LineTooSteep, "is the 1 - start_factor missing?"),
        ("a line too short", LineTooShort, "as if total_iters were 5"),
    ]),
    *table("ConstantLR", [
        ("the way back forgotten", never_back, "total_iters = 4 is its end"),
    ]),
    *table("PolynomialLR", [
        ("the power of the time", power_of_the_time, "(1 - t / T)ᵖ"),
    ]),
    *table("OneCycleLR", [
        ("twice the cycle", TwiceTheCycle, "every entry is 2 times"),
    ]),
    *table(warm, [
        ("a first rate of zero", starts_at_nought, "a rate of 0 in the first"),
    ]),
]  # fmt: skip
RIGHT = [
    *table("CosineAnnealingLR", [
        ("a class of its own", Cosine),
        ("a function with settings", cosine),
        ("the companion's", lr_scheduler.CosineAnnealingLR),
    ]),
    *table("StepLR", [("a subclass with get_lr", StepDecay)]),
    *table("LinearLR", [
        ("a line that ends", line),
        ("a line in a class", Line),
    ]),
    *table("CosineAnnealingWarmRestarts", [
        ("restarts by a loop", restarting),
    ]),
    *table("OneCycleLR", [
        ("the companion's one cycle", lr_scheduler.OneCycleLR),
    ]),
    *table(warm, [("a warm-up in branches", warm_in_branches)]),
]  # fmt: skip
