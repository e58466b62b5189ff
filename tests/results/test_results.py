"""The comparison with the sources, and three of its rows, run again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from companion.results import __main__ as command
from companion.results import record
from companion.results.row import Row
from companion.results.table import table

RECORD = Path(__file__).parents[2] / "benchmarks/records/results.json"


@pytest.fixture(scope="module")
def recorded():
    if not RECORD.exists():  # the package alone, without its repository
        pytest.skip("benchmarks/records is not here")
    return json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["S1 Adam", "S4 NumPy, gradients by hand"])
def test_a_row_of_ten_seeds_again(recorded, name):
    """Two of its seeds. Rows in single precision that are small at their
    end depend on how a machine rounds, so these are not among them.
    """
    for seed in 0, 9:
        found = command.once(record.ROWS[name], seed)
        assert found == pytest.approx(recorded["runs"][name][str(seed)], 1e-3)


def test_the_row_with_a_fixed_seed_again(recorded):
    """Digit for digit."""
    name = "S3 fit over model.parameters()"
    found = command.once(record.ROWS[name], 0)
    assert found == recorded["runs"][name]["0"]
    assert tuple(found) == record.ROWS[name].source


def test_the_record_is_complete(recorded):
    assert {row["name"] for row in recorded["rows"]} == record.ROWS.keys()
    for name, row in record.ROWS.items():
        assert len(recorded["runs"][name]) == len(row.seeds)


def test_what_lies_outside_is_explained(recorded):
    for row in recorded["rows"]:
        assert all(row["inside"]) or row["notes"], row["name"]


def test_every_source_has_rows():
    sources = [name.split()[0] for name in record.ROWS]
    assert {s: sources.count(s) for s in sorted(set(sources))} == {
        "S0": 4,
        "S1": 3,
        "S2": 3,
        "S3": 3,
        "S4": 11,
    }


def test_every_figure_has_its_place():
    for row in record.ROWS.values():
        assert len(row.source) in (0, len(row.at)), row.name


RUNS = {seed: [seed / 10, 5.0] for seed in range(10)}
ROW = Row("S9 a row", ("first", "second"), (0.45, 6.0), None, notes="Why.")


def test_a_summary():
    summary = ROW.summary(RUNS)
    assert summary["seeds"] == 10
    assert summary["median"] == [0.45, 5.0]
    assert (summary["lowest"], summary["highest"]) == ([0, 5], [0.9, 5])
    assert summary["inside"] == [True, False]


def test_inside_is_judged_by_the_digits_that_are_printed():
    row = Row("S9", ("x",), (0.2259,), None)
    assert row.summary({0: [0.22592], 1: [0.3]})["inside"] == [True]
    assert row.summary({0: [0.22596], 1: [0.3]})["inside"] == [False]


def test_a_table():
    assert list(table(ROW.summary(RUNS))) == [
        "S9 a row, 10 seeds",
        "  first   ours 0.45, 0 to 0.9; source 0.45, inside",
        "  second  ours 5; source 6, OUTSIDE",
        "  Why.",
    ]
    unprinted = Row("S9", ("loss",), (), None).summary({0: [1.5]})
    assert list(table(unprinted)) == ["S9, 1 seed", "  loss  ours 1.5"]


@pytest.fixture
def rows(monkeypatch):
    """Two rows that note which seeds are run."""
    seen = []

    def run(seed):
        seen.append(seed)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return [float(seed)]

    table = {
        "S9 ten": Row("S9 ten", ("x",), (4.0,), run),
        "S8 one": Row("S8 one", ("x",), (), run),
    }
    monkeypatch.setattr(record, "ROWS", table)
    return seen


def test_it_goes_on_where_it_was_stopped(rows, tmp_path, capsys):
    out = tmp_path / "new" / "results.json"
    words = ["--out", str(out), "--only", "S9"]
    with pytest.raises(SystemExit) as stopped:
        command.main(words)
    assert stopped.value.code == 130
    assert json.loads(out.read_text())["rows"] == []
    command.main(words)
    assert rows == [0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]
    assert "ours 4.5, 0 to 9; source 4, inside" in capsys.readouterr().out
    (row,) = json.loads(out.read_text())["rows"]
    assert row["median"] == [4.5]
    command.main(words)
    assert len(rows) == 11
    command.main(["--out", str(out)])
    command.main([*words, "--again"])
    assert len(rows) == 22
    assert len(json.loads(out.read_text())["rows"]) == 2


@pytest.mark.parametrize("text", ["", "[]", '{"runs": 3}', "no json"])
def test_a_file_that_is_no_record(tmp_path, capsys, text):
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(SystemExit):
        command.main(["--out", str(path)])
    assert "is no record of" in capsys.readouterr().err
    assert path.read_text() == text


def test_a_record_that_cannot_be_written(rows, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        command.main(["--out", str(tmp_path / "file" / "results.json")])
    assert stopped.value.code == 1
    assert capsys.readouterr().err.startswith("cannot write")


def test_an_unknown_row(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["--only", "S7", "--out", str(tmp_path / "x")])
    assert "no row has 'S7' in its name" in capsys.readouterr().err


def test_as_a_command(tmp_path):
    words = "--only", "S4 the worked", "--out", str(tmp_path / "results.json")
    done = subprocess.run(
        [sys.executable, "-m", "companion.results", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ours 27.0; source 27.0, inside" in done.stdout
    assert done.stderr == ""
