"""Killed three times at random points, a run ends with the same weights."""

from train.kills import check


def test_killed_and_resumed(tmp_path):
    check(tmp_path, "companion", 4, 0, chance="companion")


def test_with_worker_processes(tmp_path):
    check(tmp_path, "companion", 2, 2, chance="workers", kills=1)
