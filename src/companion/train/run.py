"""A run as a whole: what it is made of, and where it is.

To go on exactly, a run needs more than its weights: what the optimizer and
the schedule remember, where every random stream is, and the order of the
batches in the epoch that was under way. That order comes from the streams as
they were when the epoch began; so these are kept too, the epoch is begun
again from them, and the batches that were used are passed over.
"""

from companion._library import converted, is_tensor, library
from companion.train import streams
from companion.train.history import History


class Run:
    """A model, its optimizer, schedule and loader, and how far they are."""

    def __init__(self, model, optimizer, scheduler, loader):
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.loader = loader
        self.history = History()
        self.epoch = 0  # epochs that are complete
        self.step = 0  # steps made in the one under way
        self.epoch_start = None  # the random streams when it began

    def length(self):
        """The number of batches in an epoch; None where nobody knows it."""
        try:
            return len(self.loader)
        except TypeError:
            return None

    def batches(self):
        """The batches of this epoch that are still to come."""
        sampler = getattr(streams.innermost(self.loader), "sampler", None)
        if hasattr(sampler, "set_epoch"):
            sampler.set_epoch(self.epoch)
        now = streams.states(self.loader)
        if self.step == 0:
            self.epoch_start = now
        streams.restore(self.loader, self.epoch_start)
        batches = iter(self.loader)
        for _ in range(self.step):
            next(batches)
        if self.step:
            streams.restore(self.loader, now)
        return batches

    def note(self, loss, size):
        self.history.note(loss, size)
        self.step += 1

    def end_epoch(self, scores):
        """Add a row to the history: steps so far, learning rate, means."""
        row = {
            "steps": len(self.history.losses),
            "lr": float(self.optimizer.param_groups[0]["lr"]),
            "train_loss": self.history.mean_loss(self.step),
        }
        if scores:
            row["valid_loss"] = scores["loss"]
            row |= {k: v for k, v in scores.items() if k != "loss"}
        self.history.rows.append(row)
        self.epoch, self.step = self.epoch + 1, 0

    def about(self):
        """What must be the same for a checkpoint to fit."""
        return {
            "optimizer": type(self.optimizer).__name__,
            "scheduler": self.scheduler and type(self.scheduler).__name__,
            "batches in an epoch": self.length(),
        }

    def parts(self):
        """What has a state_dict of its own, by name."""
        found = {
            "model": self.model,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
            "history": self.history,
        }
        return {k: part for k, part in found.items() if part is not None}

    def state_dict(self):
        state = {k: part.state_dict() for k, part in self.parts().items()}
        state |= {"epoch": self.epoch, "step": self.step}
        state["streams"] = streams.states(self.loader)
        state["epoch_start"] = self.epoch_start if self.step else None
        return each_tensor(state, lambda tensor: tensor.detach().cpu())

    def load_state_dict(self, state):
        """Go on from a state; of the model, each tensor must be there."""
        home = library(next(self.model.parameters(), None))
        for name, part in self.parts().items():
            part.load_state_dict(
                each_tensor(state[name], lambda t: converted(t, home))
            )
        self.epoch, self.step = state["epoch"], state["step"]
        self.epoch_start = state["epoch_start"]
        streams.restore(self.loader, state["streams"])


def each_tensor(value, change):
    """`value`, its tensors changed, in dicts, lists and tuples as they are."""
    if is_tensor(value):
        return change(value)
    if isinstance(value, dict):
        return {k: each_tensor(item, change) for k, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(each_tensor(item, change) for item in value)
    return value
