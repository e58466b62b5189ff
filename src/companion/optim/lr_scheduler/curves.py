"""Schedules that are a curve: lr = η + (lr₀ - η)·f(t) in epoch t."""

from bisect import bisect_right
from collections import Counter
from math import cos, pi

from companion.optim.lr_scheduler.base import LRScheduler


class Curve(LRScheduler):
    """A schedule with a formula, its ``curve(t)``, f above; η is eta_min.

    A step multiplies lr - η by f(t) / f(t - 1), so that several schedules,
    or changes by hand, work together.
    """

    eta_min = 0.0
    # Made with last_epoch >= 0, some schedules of PyTorch take a step, others
    # leave the learning rate that they find.
    steps_on_resume = False

    def curve(self, t):
        raise NotImplementedError

    def ratio(self, t):
        """f(t) / f(t - 1); None where that is a division by zero."""
        before = self.curve(t - 1) if t else 1
        return self.curve(t) / before if before else None

    def rate(self, i, lr):
        t, low = self.last_epoch, self.eta_min
        if t and self._is_initial and not self.steps_on_resume:
            return lr
        ratio = self.ratio(t)
        if ratio is None:
            return lr + (self.base_lrs[i] - low) * self.curve(t)
        return ratio * (lr - low) + low

    def get_lr_at_epoch(self):
        low, now = self.eta_min, self.curve(self.last_epoch)
        return [low + (base - low) * now for base in self.base_lrs]


class Decay(Curve):
    """lr = lr₀·γⁿ, after the n = ``count(t)`` decays up to epoch t."""

    def curve(self, t):
        return self.gamma ** self.count(t)

    def ratio(self, t):
        return self.gamma ** (self.count(t) - self.count(max(t - 1, 0)))


class StepLR(Decay):
    """lr ← γ·lr every `step_size` epochs."""

    steps_on_resume = True

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def count(self, t):
        return t // self.step_size


class MultiStepLR(Decay):
    """lr ← γ·lr in each of the epochs `milestones`."""

    steps_on_resume = True

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def count(self, t):
        return bisect_right(sorted(self.milestones.elements()), t)


class ExponentialLR(Decay):
    """lr ← γ·lr every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def count(self, t):
        return t


class ConstantLR(Curve):
    """lr = factor·lr₀ for `total_iters` epochs, then lr₀."""

    steps_on_resume = True

    def __init__(
        self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1
    ):
        if not 0 <= factor <= 1:
            raise ValueError(f"factor must be between 0 and 1, got {factor}")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def curve(self, t):
        return 1 if 0 < self.total_iters <= t else self.factor


class LinearLR(Curve):
    """From start_factor·lr₀ to end_factor·lr₀ along a line."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0,
                 total_iters=5, last_epoch=-1):  # fmt: skip
        if not 0 < start_factor <= 1:
            raise ValueError(f"start_factor must be in (0, 1]: {start_factor}")
        if not 0 <= end_factor <= 1:
            raise ValueError(f"end_factor must be in [0, 1]: {end_factor}")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def curve(self, t):
        done = min(t, self.total_iters) / max(1, self.total_iters)
        return self.start_factor + (self.end_factor - self.start_factor) * done


class PolynomialLR(Curve):
    """lr = lr₀·(1 - t/T)^power, and 0 after T = `total_iters` epochs."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def curve(self, t):
        done = min(t, self.total_iters) / max(1, self.total_iters)
        return (1 - done) ** self.power


class CosineAnnealingLR(Curve):
    """lr = η + (lr₀ - η)·(1 + cos(πt / T)) / 2, with T = `T_max`.

    Source: Loshchilov and Hutter, "SGDR", 2017.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def curve(self, t):
        return (1 + cos(pi * t / self.T_max)) / 2
