"""What a run has measured so far."""

import companion


class History:
    """The loss of every step, and a row of means for every epoch.

    ``history["valid_loss"]`` is a column: its values after each epoch.
    """

    def __init__(self):
        self.losses = []  # of each step, the mean over its batch
        self.sizes = []  # of each step, the number of samples in its batch
        self.rows = []  # of each epoch, {"train_loss": ..., ...}

    def __getitem__(self, name):
        return [row[name] for row in self.rows]

    def __len__(self):
        return len(self.rows)

    def __repr__(self):
        """The rows as a table."""
        names = list(self.rows[0]) if self.rows else []
        lines = [["epoch", *names]]
        for epoch, row in enumerate(self.rows, start=1):
            lines.append([str(epoch), *(shown(row[name]) for name in names)])
        return "\n".join(
            "  ".join(f"{cell:>{max(5, len(name))}}" for cell, name in pairs)
            for pairs in (zip(line, lines[0], strict=True) for line in lines)
        )

    def note(self, loss, size):
        self.losses.append(loss)
        self.sizes.append(size)

    def mean_loss(self, steps):
        """The mean over all samples of the last so many steps."""
        if steps == 0:
            raise ValueError("an epoch without a batch: the loader is empty")
        losses, sizes = self.losses[-steps:], self.sizes[-steps:]
        return weighted_mean(losses, sizes)

    def watched(self):
        """After each epoch, the loss that says whether it has helped."""
        return [row.get("valid_loss", row["train_loss"]) for row in self.rows]

    def stalled(self, patience):
        """Whether the last `patience` epochs have brought no better loss."""
        losses = self.watched()
        if patience is None or not losses:
            return False
        best = losses.index(min(losses))
        return len(losses) - 1 - best >= patience

    def plot(self, window=1, axes=None):
        """Draw the losses; needs the extra ``viz``.

        The steps' losses, in means of `window` steps, and at the end of each
        epoch the validation loss. Returns matplotlib's axes.
        """
        axes = companion.viz.loss_curves(
            {"training": self.losses}, window=window, axes=axes
        )
        if self.rows and "valid_loss" in self.rows[0]:
            losses = self["valid_loss"]
            axes.plot(self["steps"], losses, "o-", label="validation")
            axes.legend()
        return axes

    def state_dict(self):
        float64 = companion.float64
        return {
            "losses": companion.tensor(self.losses, dtype=float64),
            "sizes": companion.tensor(self.sizes, dtype=companion.int64),
            "rows": [dict(row) for row in self.rows],
        }

    def load_state_dict(self, state):
        self.losses = state["losses"].tolist()
        self.sizes = state["sizes"].tolist()
        self.rows = state["rows"]


def shown(number):
    return str(number) if isinstance(number, int) else f"{number:.4f}"


def weighted_mean(values, sizes):
    """Σ nᵢ vᵢ / Σ nᵢ: a short last batch counts for what it is."""
    products = (v * n for v, n in zip(values, sizes, strict=True))
    return sum(products) / sum(sizes)
