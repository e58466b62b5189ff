"""A row of the comparison: a variant, its figures, and how to run it."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """`run(seed)` gives the figures named by `at`; `source` printed others.

    `notes` explains, by name, each figure of the source that is none of
    ours; `exact` figures do not depend on the seed, or have a fixed one.
    """

    name: str  # "S0 all by hand"
    at: tuple[str, ...]  # ("epoch 1", "epoch 2", ...)
    source: tuple[float | str, ...]  # empty where it prints none
    run: Callable
    exact: bool = False
    notes: str = ""

    @property
    def seeds(self):
        return range(1 if self.exact or not self.source else 10)

    def summary(self, runs):
        """What the record says of the row: `runs` is {seed: figures}."""
        columns = list(zip(*runs.values(), strict=True))
        return {
            "name": self.name,
            "at": list(self.at),
            "source": list(self.source),
            "seeds": len(runs),
            "median": [middle(column) for column in columns],
            "lowest": [min(column) for column in columns],
            "highest": [max(column) for column in columns],
            "inside": [
                printed(min(column)) <= value <= printed(max(column))
                for value, column in zip(self.source, columns, strict=False)
            ],
            "notes": self.notes,
        }


def printed(figure):
    """To four digits: no source prints more."""
    return figure if isinstance(figure, str) else float(f"{figure:.4g}")


def middle(values):
    return values[0] if isinstance(values[0], str) else median(values)
