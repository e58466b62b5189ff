"""Each page says what it was run with; what it says comes from the run."""

import subprocess
from importlib.metadata import version

import pytest
from small_book import HEADER, PAGES, make_book

COUNTED = """\
import numpy as np
import torch

ours, theirs = np.ones(2), torch.ones(2)
assert np.allclose(ours, theirs.numpy())  # 1
torch.testing.assert_close(torch.ones(2), theirs)  # 2
for _ in range(3):
    assert all(a == b for a, b in zip(ours, theirs))  # 3, 4, 5


def same(a, b):
    assert (a == b.numpy()).all()


same(ours, theirs)  # 6
both = {"theirs": [theirs]}
assert both  # 7


def sums(library):
    x = library.ones(3)
    return [float(row) for row in x]


found, array = [], theirs.numpy()
assert (ours == array).all()  # 8
number, other = theirs.sum().item(), 2
assert 1.9 < number < 2.1  # 9
for library in (np, torch):
    found.append(sums(library))
assert found[0] == found[1]  # 10
for row in sums(torch):
    assert row == 1  # 11, 12, 13
table = {}
table["theirs"] = number
assert table["theirs"] == 2  # 14


def by_torch(x):
    return torch.tensor(x).tolist()


assert by_torch([1]) == [1]  # 15
"""
NOT_COUNTED = """\
assert ours.sum() == other == 2
assert sums(np) == [1] * 3
assert [row for row in sums(np)] == [1] * 3
number = 3.0
assert number == 3
np.testing.assert_allclose(ours, 1)
try:
    assert theirs is None
except AssertionError:
    pass
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pages = {
        "index": PAGES["index"] + "\n```{provenance-table}\n```\n",
        "book/one": HEADER
        + f"# One\n\n```{{code-cell}}\n{COUNTED}```\n\n"
        + f"```{{code-cell}}\n{NOT_COUNTED}```\n",
        "book/two": PAGES["book/two"],
    }
    book = make_book(tmp_path_factory.mktemp("provenance"), pages)
    book.variables["SOURCE_DATE_EPOCH"] = "1700000000"
    book.built()
    return book


def test_the_foot_names_versions_checks_and_the_date(built):
    one, two = built.html("book/one"), built.html("book/two")
    assert f"NumPy {version('numpy')}, PyTorch {version('torch')}" in one
    assert "Checks against PyTorch that passed in this run: 15." in one
    assert "Checks against PyTorch" not in two
    assert "PyTorch" not in two[two.index("<article") :]
    for page in (one, two, built.html("index")):
        assert "Source of 14 November 2023." in page


def test_the_table_lists_the_pages_that_were_run(built):
    table = built.html("index").partition("<table")[2].partition("</table")[0]
    assert table.count("<tr") == 3
    assert 'href="book/one.html">One</a>' in table
    assert 'href="book/two.html">Two</a>' in table
    assert version("torch") in table


def test_no_duration_is_in_the_site(built):
    assert "seconds" not in built.html("index") + built.html("book/one")
    assert '"seconds"' in (built.folder / "_build/report.json").read_text()


def test_the_date_is_the_last_commits(book):
    for day in (3, 4):
        book.add("index", "\nMore.\n")
        commit(book.folder, f"2001-02-0{day}T12:00:00Z")
        book.built("env", "-u", "SOURCE_DATE_EPOCH")
        for page in ("index", "book/one"):
            assert f"Source of {day} February 2001." in book.html(page)


def commit(folder, date):
    environment = {
        "PATH": "/usr/bin:/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_COMMITTER_DATE": date,
    }
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@reader.example")
    for command in (
        ["init"],
        ["add", "index.md"],
        [*who, "commit", "-m", "."],
    ):
        subprocess.run(
            ["git", "-C", folder, *command],
            env=environment,
            check=True,
            capture_output=True,
        )
