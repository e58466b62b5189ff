"""A failure is a failure, twice: what must stop `make book`, and how."""

import pytest

CELL = "\n```{{code-cell}}\n{}\n```\n"


def broken_reference(book):
    book.add("index", "\nSee {ref}`nowhere`.\n")


def broken_formula(book):
    book.add("book/one", "\n$\\frac{1$\n")


def raising_cell(book):
    book.add("book/one", CELL.format("int('four')"))


def warning_on_stderr(book):
    book.add("book/one", CELL.format("import warnings; warnings.warn('hm')"))


def endless_cell(book):
    book.replace("_config.yml", "timeout: 120", "timeout: 2")
    book.add("book/one", CELL.format("while True: pass"))


def excluded_page(book):
    book.replace("_config.yml", "timeout: 120", "exclude_patterns: ['*one*']")


def page_that_is_no_notebook(book):
    text = book.page("book/one").read_text()
    book.page("book/one").write_text("# One" + text.partition("# One")[2])


def page_that_says_off(book):
    book.replace(
        "book/one.md",
        "kernelspec:",
        "mystnb: {execution_mode: 'off'}\nkernelspec:",
    )


# Each row: what is done to the book, and what the terminal must then show.
FAILURES = [
    (broken_reference, "undefined label: 'nowhere'"),
    (broken_formula, "KaTeX parse error"),
    (raising_cell, "ValueError: invalid literal for int()"),
    (warning_on_stderr, "stderr was found in the cell outputs"),
    (endless_cell, "CellTimeoutError"),
    (excluded_page, "code cells were not executed"),
    (page_that_is_no_notebook, "code cells were not executed"),
    (page_that_says_off, "code cells were not executed"),
]


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
    assert "<title>A small book" in book.html("index")


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
    (book.folder / "book/_ext/killed.py").write_text(
        "import os, signal\n"
        "def setup(app):\n"
        "    app.connect('env-check-consistency',\n"
        "        lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    extension = "    strict: book/_ext\n"
    book.replace(
        "_config.yml", extension, extension + "    killed: book/_ext\n"
    )
    book.replace(
        "_config.yml", "      - strict\n", "      - strict\n      - killed\n"
    )
    assert book.make()[0] != 0
    (book.folder / "book/_ext/killed.py").write_text("def setup(app): pass\n")
    status, output = book.make()
    assert status != 0, output
    assert "undefined label: 'nowhere'" in output
