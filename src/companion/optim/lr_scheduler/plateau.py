"""A schedule that looks at the results."""

import warnings
from math import inf

from companion.optim.lr_scheduler.base import (
    JUMP,
    LRScheduler,
    assign,
    checked,
    current,
)


class ReduceLROnPlateau(LRScheduler):
    """lr ← factor·lr when a metric has not improved for `patience` epochs.

    Better is lower, or higher with mode "max", by more than `threshold` of
    the best ("rel") or than `threshold` itself ("abs"). After a reduction
    `cooldown` epochs pass before bad ones count again.
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10,
                 threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0,
                 eps=1e-8):  # fmt: skip
        if factor >= 1.0:
            raise ValueError(f"Factor should be < 1.0, but got {factor}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown")
        groups = checked(optimizer).param_groups
        single = not isinstance(min_lr, (list, tuple))
        if not single and len(min_lr) != len(groups):
            raise ValueError(f"expected {len(groups)} min_lrs: {min_lr}")
        self.optimizer, self.mode, self.factor = optimizer, mode, factor
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.default_min_lr = min_lr if single else None
        self.min_lrs = [min_lr] * len(groups) if single else list(min_lr)
        self.last_epoch = 0
        self._last_lr = current(optimizer, "lr")
        self._reset()

    def _reset(self):
        self.best = inf if self.mode == "min" else -inf
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics, epoch=None):
        """Take note of an epoch's metric, and reduce if it is time."""
        if epoch is not None:
            warnings.warn(JUMP, stacklevel=2)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.improves(float(metrics)):
            self.best, self.num_bad_epochs = float(metrics), 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = current(self.optimizer, "lr")

    def improves(self, metric):
        sign = 1 if self.mode == "min" else -1
        margin = sign * self.threshold
        relative = self.threshold_mode == "rel"
        goal = self.best * (1 - margin) if relative else self.best - margin
        return sign * metric < sign * goal

    def reduce(self):
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):  # a group came in between
            if self.default_min_lr is None:
                raise RuntimeError(f"set {len(groups)} `min_lrs` anew")
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, least in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                assign(group, "lr", new)

    @property
    def in_cooldown(self):
        return self.cooldown_counter > 0
