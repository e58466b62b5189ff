"""Twenty runs on each engine, each killed three times. Run by `make prove`."""

import pytest
from train.kills import check


@pytest.mark.parametrize("repetition", range(20))
@pytest.mark.parametrize("engine", ["companion", "torch"])
def test_killed_and_resumed(tmp_path, engine, repetition):
    every, workers = repetition % 4, 2 * (repetition % 5 == 4)
    check(tmp_path, engine, every, workers, chance=repetition)
