"""A failure is a failure, twice: what must stop `make book`, and how."""

import pytest
from book_failures import FAILURES, broken_reference, raising_cell


@pytest.mark.parametrize(
    ("spoil", "shown"), FAILURES, ids=[spoil.__name__ for spoil, _ in FAILURES]
)
def test_a_failure_fails_again(book, spoil, shown):
    spoil(book)
    for attempt in ("first", "second"):
        status, output = book.make()
        assert status != 0, f"{attempt} call passed:\n{output}"
        assert shown in output, f"{attempt} call:\n{output}"


def test_a_good_book_passes_and_passes_again(book):
    for _ in range(2):
        status, output = book.make()
        assert status == 0, output
    assert "one 2" in book.html("book/one")
    landing_page = book.html("index")
    assert "<h1>A small book" in landing_page
    assert 'http-equiv="refresh"' not in landing_page.lower()


def test_a_mended_book_passes(book):
    good = book.page("book/one").read_text()
    raising_cell(book)
    assert book.make()[0] != 0
    book.page("book/one").write_text(good)
    status, output = book.make()
    assert status == 0, output


def test_a_build_that_was_killed_is_read_again(book):
    """Killed after reading and before warning: the warning is still due."""
    assert book.make()[0] == 0
    broken_reference(book)
    book.extend(
        "killed",
        "import os, signal\n"
        "def setup(app):\n"
        "    app.connect('env-check-consistency',\n"
        "        lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n",
    )
    assert book.make()[0] != 0
    book.extend("killed", "def setup(app): pass\n")
    status, output = book.make()
    assert status != 0, output
    assert "undefined label: 'nowhere'" in output


def test_assertions_hold_whatever_the_environment_says(book, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    book.add("book/one", "\n```{code-cell}\nassert 1 + 1 == 3\n```\n")
    status, output = book.make()
    assert status != 0, output
    assert "AssertionError" in output
