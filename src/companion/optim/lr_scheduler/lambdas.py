"""Schedules that are functions of yours."""

from types import FunctionType

from companion.optim.lr_scheduler.base import LRScheduler


class LambdaLR(LRScheduler):
    """lr = lr₀·λ(t), with a function for all groups or one for each."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        count = len(optimizer.param_groups)
        if not isinstance(lr_lambda, (list, tuple)):
            lr_lambda = [lr_lambda] * count
        if len(lr_lambda) != count:
            raise ValueError(f"Expected {count} lr_lambdas: {lr_lambda}")
        self.lr_lambdas = list(lr_lambda)
        super().__init__(optimizer, last_epoch)

    def rate(self, i, lr):
        return self.base_lrs[i] * self.lr_lambdas[i](self.last_epoch)

    def state_dict(self):
        """A callable object is saved as its attributes, a function not."""
        known = [
            None if isinstance(f, FunctionType) else dict(vars(f))
            for f in self.lr_lambdas
        ]
        return {**super().state_dict(), "lr_lambdas": known}

    def load_state_dict(self, state_dict):
        functions = self.lr_lambdas
        super().load_state_dict(state_dict)
        self.lr_lambdas = functions
        for f, known in zip(functions, state_dict["lr_lambdas"], strict=True):
            if known is not None:
                vars(f).update(known)


class MultiplicativeLR(LambdaLR):
    """lr ← lr·λ(t)."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        given = lr_lambda if isinstance(lr_lambda, list) else [lr_lambda]
        for f in given:
            if not callable(f):
                raise TypeError(f"lr_lambda should be a function, not {f!r}")
        super().__init__(optimizer, lr_lambda, last_epoch)

    def rate(self, i, lr):
        if self._is_initial:
            return lr
        return lr * self.lr_lambdas[i](self.last_epoch)
