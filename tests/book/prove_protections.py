"""Each protection removed once: then a failure goes unnoticed.

Run by `make prove`. A test of `test_failures.py` that stayed green without
its protection would prove nothing.
"""

import pytest
from book_failures import (
    FAILURES,
    broken_formula,
    broken_reference,
    endless_cell,
    excluded_page,
    page_that_is_no_notebook,
    page_that_says_off,
    raising_cell,
    unknown_class,
    warning_on_stderr,
)

SHOWN = dict(FAILURES)


def without_warnings_as_errors(book):
    book.replace("book/_ext/whole.py", "if app._warncount:", "if False:")


def without_an_empty_folder(book):
    book.replace("book/_ext/whole.py", "if not complete:", "if False:")


def without_nitpicking(book):
    book.replace("_config.yml", "nitpicky: true", "nitpicky: false")


def without_strictness(book):
    book.replace("_config.yml", "    strict: book/_ext\n", "")
    book.replace("_config.yml", "      - strict\n", "")


def without_tracebacks(book):
    shown = "logger.error(page.error)"
    book.replace("book/_ext/execution.py", shown, "pass")


def without_a_word_on_stderr(book):
    book.replace("_config.yml", "stderr_output: error", "stderr_output: show")


def without_katex_warnings(book):
    book.replace("book/_ext/katex_math.py", "logger.warning(", "logger.info(")


# Each row: a protection, and a failure that only it makes known.
ROWS = [
    (without_warnings_as_errors, broken_reference),
    (without_nitpicking, unknown_class),
    (without_an_empty_folder, broken_reference),
    (without_strictness, excluded_page),
    (without_strictness, page_that_says_off),
    (without_strictness, page_that_is_no_notebook),
    (without_tracebacks, raising_cell),
    (without_tracebacks, endless_cell),
    (without_a_word_on_stderr, warning_on_stderr),
    (without_katex_warnings, broken_formula),
]


def noticed(book, shown):
    """Do both of two calls fail, and say what is wrong?"""
    calls = [book.make() for _ in range(2)]
    return all(status != 0 and shown in output for status, output in calls)


@pytest.mark.parametrize(
    ("unprotect", "spoil"),
    ROWS,
    ids=[f"{a.__name__}-{b.__name__}" for a, b in ROWS],
)
def test_without_its_protection_a_failure_goes_unnoticed(
    book, unprotect, spoil
):
    spoil(book)
    unprotect(book)
    assert not noticed(book, SHOWN[spoil])
