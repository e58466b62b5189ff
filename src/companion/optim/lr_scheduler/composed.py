"""Schedules made of schedules."""

from bisect import bisect_right

from companion.optim.lr_scheduler.base import LRScheduler, assign, current
from companion.optim.lr_scheduler.plateau import ReduceLROnPlateau


class Composed(LRScheduler):
    """Schedules of one optimizer."""

    def __init__(self, optimizer, schedulers):
        name = type(self).__name__
        if not schedulers:
            raise ValueError(
                f"{name} expects at least one scheduler, but got no scheduler"
            )
        self._schedulers = schedulers
        self.optimizer = optimizer or schedulers[0].optimizer
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(
                    f"{name} at index {i} should have `optimizer` as its "
                    f"attribute, got {type(scheduler).__name__}"
                )
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(
                    f"{name} does not support `ReduceLROnPlateau`, whose step "
                    f"needs a metric, but got one at index {i}"
                )
            if scheduler.optimizer is not self.optimizer:
                raise ValueError(
                    f"{name} expects all schedulers to belong to the same "
                    f"optimizer, but the one at index {i} has another"
                )

    def state_dict(self):
        states = [scheduler.state_dict() for scheduler in self._schedulers]
        return {**super().state_dict(), "_schedulers": states}

    def load_state_dict(self, state_dict):
        schedulers = self._schedulers
        super().load_state_dict(state_dict)
        self._schedulers = schedulers
        for scheduler, state in zip(
            schedulers, state_dict["_schedulers"], strict=True
        ):
            scheduler.load_state_dict(state)


class ChainedScheduler(Composed):
    """All schedules at once: each steps in turn."""

    def __init__(self, schedulers, optimizer=None):
        super().__init__(optimizer, schedulers)
        self._last_lr = current(self.optimizer, "lr")

    def step(self):
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = current(self.optimizer, "lr")


class SequentialLR(Composed):
    """One schedule after the other: the next begins at each milestone."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        super().__init__(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided "
                "to be one more than the number of milestone points, but got "
                f"{len(schedulers)} schedulers and {len(milestones)} "
                "milestones"
            )
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        # Each schedule took its first step when it was made: take them back.
        for group in optimizer.param_groups:
            assign(group, "lr", group["initial_lr"])
        take_back(schedulers)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self):
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        if i and self._milestones[i - 1] == self.last_epoch:
            self._schedulers[i]._update_lr(0)
        else:
            self._schedulers[i].step()
        self._last_lr = self._schedulers[i].get_last_lr()


def take_back(schedulers):
    for scheduler in schedulers:
        if isinstance(scheduler, Composed):
            take_back(scheduler._schedulers)
        else:
            scheduler.last_epoch -= 1
