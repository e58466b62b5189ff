"""Every table of wrong and right implementations, beside its checker."""

import importlib
import time
from pathlib import Path

import pytest

from companion import check

TABLES = Path(__file__).parents[1] / "wrong"
CHECKERS = sorted(set(check.__all__) - {"Report", "numerical_gradient"})
NAMES = sorted(
    path.stem for path in TABLES.glob("*.py") if path.stem != "entry"
)


def entries(kind):
    return [
        pytest.param(name, entry, id=f"{name}: {entry.name}")
        for name in NAMES
        for entry in getattr(importlib.import_module(f"wrong.{name}"), kind)
    ]


@pytest.mark.parametrize(("checker", "entry"), entries("WRONG"))
def test_what_is_wrong_is_refused_with_its_cause(checker, entry):
    begin = time.process_time()
    report = entry.report(checker)
    assert time.process_time() - begin < 2
    assert not report
    assert entry.cause
    assert entry.cause in report.wrong


@pytest.mark.parametrize(("checker", "entry"), entries("RIGHT"))
def test_what_is_right_is_accepted(checker, entry):
    begin = time.process_time()
    report = entry.report(checker)
    assert time.process_time() - begin < 2
    assert report, report


@pytest.mark.parametrize("kind", ["WRONG", "RIGHT"])
@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_the_same_each_time(name, kind):
    entry = getattr(importlib.import_module(f"wrong.{name}"), kind)[0]
    assert repr(entry.report(name)) == repr(entry.report(name))


@pytest.mark.parametrize("name", CHECKERS)
def test_each_checker_has_its_table(name):
    table = importlib.import_module(f"wrong.{name}")
    assert len(table.WRONG) >= 8
    assert len(table.RIGHT) >= 3
    mistakes = [entry.name for entry in table.WRONG]
    assert {"the stub", "an empty answer"} <= set(mistakes)
    assert len(set(mistakes)) == len(mistakes)


def test_each_table_has_its_checker():
    assert NAMES == CHECKERS
