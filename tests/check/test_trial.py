"""Whatever the reader's code does, the answer is a report, and soon."""

import contextlib
import itertools
import random
import sys
import time
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

import companion
from companion.check import trial
from companion.check.comparing import same
from companion.check.report import Report, Wrong
from companion.check.trial import (
    attempt,
    budget,
    checking,
    random_state,
    result,
    unchanged,
)


def endless():
    number = 0
    while True:
        number += 1


def endless_in_one_line():
    return [None for _ in itertools.repeat(1) if False]


def endless_and_deaf():
    while True:
        with contextlib.suppress(Exception):
            endless()


def endless_and_heavy():
    while True:
        np.sort(np.arange(1e6)[::-1])


def calls_itself():
    return calls_itself()


def leaves():
    sys.exit("goodbye")


def raises():
    return np.ones(3) @ np.ones(4)


def raises_within_the_library():
    return random.choice([])


class Odd:
    """An object whose repr has an address."""


FAILURES = [
    (endless, "does a loop never end?"),
    (endless_in_one_line, "does a loop never end?"),
    (endless_and_deaf, "does a loop never end?"),
    (endless_and_heavy, "does a loop never end?"),
    (calls_itself, "does a function call itself without end"),
    (leaves, "it raised SystemExit: goodbye"),
    (raises, "in raises, at: return np.ones(3) @ np.ones(4)"),
    (raises_within_the_library, "at: return random.choice([])"),
    (lambda: None, "is a return missing? or did what it returns get no"),
    (lambda: ..., "the stub is still there"),
    (lambda x: x, "it raised TypeError"),
    (3, "it raised TypeError: 'int' object is not callable"),
]


@pytest.mark.parametrize(("function", "cause"), FAILURES)
def test_what_fails_ends_in_a_report(function, cause):
    with checking("trial") as report, report.trying("a call"):
        result(function)
    assert not report
    assert cause in report.wrong


def test_after_an_endless_loop_nothing_more_is_tried():
    with checking("trial") as report:
        for _ in range(3):
            with report.trying("a call"):
                attempt(endless)
    assert len(report.findings) == 1


def test_the_lines_of_all_calls_count_together():
    with checking("trial") as report:
        for _ in range(10**6):
            with report.trying("a call"):
                attempt(sum, (n for n in range(50_000)))
    assert "does a loop never end?" in report.wrong
    assert len(report.findings) < 10
    with checking("another"):
        assert budget.lines > 0


def test_a_vital_finding_ends_the_check_and_others_do_not():
    with checking("trial") as report:
        with report.trying("first"):
            raise Wrong("wrong")
        with report.trying("second", vital=True):
            raise Wrong("wrong too")
        with report.trying("third"):
            pass
    assert [tried for tried, _ in report.findings] == ["first", "second"]


def test_an_error_of_the_checker_is_not_taken_for_the_readers():
    with (
        pytest.raises(RuntimeError),
        checking("trial") as report,
        report.trying("something"),
    ):
        companion.zeros(2).reshape(3)


def test_an_interruption_by_the_reader_is_let_through():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), checking("trial"):
        attempt(interrupted)


def test_no_traces_are_left():
    generators = random, np.random, companion.random.default_generator
    companion.manual_seed(3)

    def draw():
        random.random(), np.random.rand(), companion.rand(2)
        companion.set_grad_enabled(False)
        warnings.warn("loud", stacklevel=1)
        return np.zeros(1) / 0

    def state():
        python, numpy, ours = generators
        return (
            python.getstate(),
            numpy.get_state()[1].tolist(),
            ours.get_state().tolist(),
            np.geterr(),
            sys.gettrace(),
            companion.is_grad_enabled(),
        )

    before = state()
    with checking("trial") as report, report.trying("a call"):
        attempt(draw)
    assert report
    assert state() == before


def test_the_readers_random_numbers_are_the_same_each_time():
    def draw():
        return random.random(), np.random.rand(), companion.rand(1).item()

    def once():
        with random_state():
            return draw()

    assert once() == once()
    assert once() != draw()


def test_a_changed_argument_is_named():
    x, y = np.zeros(2), companion.zeros(2)
    with (
        pytest.raises(Wrong, match="changed its argument y"),
        unchanged(x=x, y=y),
    ):
        y.add_(1)
    with unchanged(x=x, y=y):
        pass


def test_no_report_without_findings_is_good():
    assert not Report("nothing tried")


def test_addresses_are_left_out_of_reports():
    with checking("trial") as report, report.trying("numbers"):
        same(Odd(), np.zeros(2))
    assert "0x" not in report.wrong
    assert "Odd" in report.wrong


def test_the_report_in_html_is_a_table_that_can_be_read_aloud():
    with checking("a < b") as report:
        with report.trying("1 < 2"):
            pass
        with report.trying("3"):
            raise Wrong("expected <3>", "a cause")
    html = report._repr_html_().replace("<br>", "<br/>")
    table = ElementTree.fromstring(html)
    assert table.findtext("caption") == "a < b: not yet"
    assert [th.get("scope") for th in table.iter("th")] == [
        *["col"] * 3,
        *["row"] * 2,
    ]
    cells = [cell.text for cell in table.iter("td")]
    assert cells == ["ok", None, "no", "expected <3>"]
    assert table.get("class") == "report report-refused"


def test_long_texts_are_wrapped_for_the_terminal():
    report = Report("trial", [("a call", "word " * 100)])
    assert max(map(len, repr(report).splitlines())) <= 79


E = np.array([[1.0, 2.0], [3.0, -4.0]])
DIFFERENCES = [
    (-E, "the sign is reversed"),
    (E / 10, "every entry is 0.1 times"),
    (E.T, "but transposed"),
    (E + 1, "every entry is off by 1"),
    (0 * E, "everything is zero"),
    (E * np.nan, "not a number"),
    (E[::-1], "the right numbers stand in the wrong order"),
    (E[:1], "expected shape (2, 2), got (1, 2)"),
    (E[None], "a dimension of size 1"),
    (E.sum(0), "summed that should be kept apart"),
    (E[None] * np.ones((2, 1, 1)), "is a sum or a mean missing?"),
    (np.array([[1, 2], [3, 5.0]]), "at [1, 1]: expected -4, got 5"),
    (np.array([[1, 2], [3, 5.0]]), "1 of 4 entries"),
    (E**2, "the square: is the root forgotten?"),
    (None, "expected an array of numbers, got None"),
    ("E", "expected an array of numbers, got 'E'"),
    ([[1], [2, 3]], "expected an array of numbers"),
]


@pytest.mark.parametrize(("given", "cause"), DIFFERENCES, ids=str)
def test_a_difference_is_named_with_its_cause(given, cause):
    mistakes = {"the square: is the root forgotten?": E**2}
    with pytest.raises(Wrong) as wrong:
        same(given, E, mistakes=mistakes)
    assert cause in str(wrong.value)


def test_a_factor_is_explained_where_it_is_a_plain_one():
    for factor, explained in [(6, True), (0.25, True), (0.7, False)]:
        with pytest.raises(Wrong) as wrong:
            same(factor * E, E)
        assert f"every entry is {factor} times" in str(wrong.value)
        assert ("is a factor missing" in str(wrong.value)) == explained


@pytest.mark.parametrize(
    "given",
    [E, E.tolist(), companion.tensor(E, requires_grad=True), E + 1e-6],
    ids=["array", "list", "tensor", "rounded"],
)
def test_what_is_the_same_passes(given):
    same(given, E)


def test_a_mask_that_is_missing():
    with pytest.raises(Wrong, match="is a mask missing"):
        same([1.0, 2.0, 5.0], [1.0, 2.0, 0.0])


def test_infinities_are_the_same_as_themselves_alone():
    same([np.inf, 1], [np.inf, 1])
    with pytest.raises(Wrong):
        same([-np.inf, 1], [np.inf, 1])


def test_the_inputs_are_shown_where_the_difference_is():
    inputs = {
        "x": [[1, 2], [3, 4]],
        "weight": np.arange(3.0),
        "big": np.zeros((9, 9)),
    }
    with pytest.raises(Wrong) as wrong:
        same(E + np.diag([0, 1]), E, inputs)
    assert (
        "at [1, 1] for x = 4, weight = [0., 1., 2.], big of shape (9, 9): "
        "expected -4, got -3"
    ) in str(wrong.value)


def test_a_loop_that_sleeps_is_ended_by_the_clock(monkeypatch):
    monkeypatch.setattr(trial, "WAIT", 0.05)

    def waits():
        while True:
            time.sleep(0.01)

    with checking("trial") as report, report.trying("a call"):
        attempt(waits)
    assert "does a loop never end?" in report.wrong
