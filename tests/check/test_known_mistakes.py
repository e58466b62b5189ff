"""The mistakes that others made keep their rows among the wrong ones.

Those of the source notebooks, and those that other libraries met. What no
checker can see has a test of its own elsewhere; the appendix names it.
"""

import importlib

import pytest

SOURCES = {
    "loss": ["a mean over the classes too", "one size of batch",
             "an overflow", "a shape of (1,)"],
    "fit": ["a mean of batches", "the last batch's loss"],
    "module": ["parameters in a list"],
    "registration": ["whatever is set is taken"],
    "engine": ["one use overwrites another", "recursion that overwrites"],
}  # fmt: skip
LIBRARIES = {
    "operation": ["64 bits out of 32", "the output's array saved",
                  "one gradient for two inputs",
                  "a slope of 1 at the corner"],
    "engine": ["not in topological order", "recursion as deep as the graph",
               "the second backward overwrites"],
    "optimizer": ["zero_grad does nothing", "ε inside the root",
                  "ε of 1e-6"],
    "registration": ["a list that is kept",
                     "names that begin with _ left out"],
    "loss": ["the logits clipped"],
    "loader": ["the short batch lost"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("checker", "row"),
    [
        (checker, row)
        for known in (SOURCES, LIBRARIES)
        for checker, rows in known.items()
        for row in rows
    ],
)
def test_a_mistake_that_others_made_is_in_the_table(checker, row):
    table = importlib.import_module(f"wrong.{checker}")
    assert [entry.name for entry in table.WRONG].count(row) == 1
