"""What all schedules share: when they set the learning rate, and the state.

A schedule says only how the learning rate of a group follows from the one
before (``rate``).
"""

import warnings

from companion._library import is_tensor

JUMP = "The epoch parameter in `scheduler.step()` is deprecated: leave it out"


class LRScheduler:
    """Sets the learning rate of every group: now, and at each ``step()``.

    Call ``scheduler.step()`` after ``optimizer.step()``, usually once an
    epoch. ``last_epoch`` counts the calls, from 0; the initial learning
    rates are ``base_lrs``.
    """

    _get_lr_called_within_step = False

    def __init__(self, optimizer, last_epoch=-1):
        self.optimizer = checked(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}]"
                    " when resuming a scheduler with last_epoch >= 0: load "
                    "the optimizer's state_dict first"
                )
        self.base_lrs = current(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        watch(optimizer)
        self._initial_step()

    def _initial_step(self):
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def step(self, epoch=None):
        """Go to the next epoch, or, deprecated in PyTorch, to `epoch`."""
        if self._step_count == 1 and not self.optimizer._opt_called:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before "
                "`optimizer.step()`: the first value of the schedule is "
                "skipped. Call `optimizer.step()` first",
                stacklevel=2,
            )
        if epoch is not None:
            warnings.warn(JUMP, stacklevel=2)
        self._step_count += 1
        self._update_lr(epoch)

    def _update_lr(self, epoch=None):
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._get_lr_called_within_step = True
        rates = self.get_lr() if epoch is None else self.get_lr_at_epoch()
        self._get_lr_called_within_step = False
        self._set(rates)

    def _set(self, rates):
        groups = self.optimizer.param_groups
        for group, rate in zip(groups, rates, strict=True):
            assign(group, "lr", rate)
        self._last_lr = current(self.optimizer, "lr")

    def get_lr(self):
        """The learning rates of ``last_epoch``, from those before it."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, "
                "please use `get_last_lr()`",
                stacklevel=2,
            )
        groups = self.optimizer.param_groups
        return [self.rate(i, group["lr"]) for i, group in enumerate(groups)]

    def get_lr_at_epoch(self):
        """The same, for a jump: from the initial learning rates alone."""
        return self.get_lr()

    def rate(self, i, lr):
        """What the learning rate of group `i`, now `lr`, changes to."""
        raise NotImplementedError

    def get_last_lr(self):
        """The learning rate that was set last, of each group."""
        return self._last_lr

    def state_dict(self):
        """All that the schedule knows; the optimizer is not part of it."""
        return {k: v for k, v in vars(self).items() if k != "optimizer"}

    def load_state_dict(self, state_dict):
        """Go on where a schedule stood whose `state_dict` this was."""
        vars(self).update(state_dict)


def checked(optimizer):
    if hasattr(optimizer, "param_groups"):
        return optimizer
    raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def watch(optimizer):
    """Note on the optimizer when it has stepped."""
    if not hasattr(optimizer, "_opt_called"):
        optimizer._opt_called = False
        optimizer.register_step_post_hook(note_step)


def note_step(optimizer, args, kwargs):
    optimizer._opt_called = True


def copied(value):
    return value.clone() if is_tensor(value) else value


def current(optimizer, name):
    return [copied(group[name]) for group in optimizer.param_groups]


def assign(group, name, value):
    """Set a group's setting; a tensor keeps its identity."""
    if is_tensor(group[name]):
        group[name].fill_(value)
    else:
        group[name] = value


def for_each_group(name, optimizer, value):
    """`value` as a list: one for each group, or the same for all."""
    count = len(checked(optimizer).param_groups)
    if not isinstance(value, (list, tuple)):
        return [copied(value) for _ in range(count)]
    if len(value) != count:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {count}"
        )
    return [copied(v) for v in value]
