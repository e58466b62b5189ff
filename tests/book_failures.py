"""What must stop `make book`: ways to spoil a book, and what is shown."""

CELL = "\n```{{code-cell}}\n{}\n```\n"


def broken_reference(book):
    book.add("index", "\nSee {ref}`nowhere`.\n")


def unknown_class(book):
    book.add("index", "\n{py:class}`Nowhere`\n")


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
    # A longer fence is a fence.
    book.replace("book/one.md", "```{code-cell}", "````{code-cell}")
    book.replace("book/one.md", "1 + 1)\n```", "1 + 1)\n````")


def skipped_cell(book):
    book.add("book/one", CELL.format(":tags: [skip-execution]\n1 / 0"))


# Each row: what is done to the book, and what the terminal must then show.
FAILURES = [
    (broken_reference, "undefined label: 'nowhere'"),
    (unknown_class, "reference target not found"),
    (broken_formula, "KaTeX parse error"),
    (raising_cell, "ValueError: invalid literal for int()"),
    (warning_on_stderr, "stderr was found in the cell outputs"),
    (endless_cell, "CellTimeoutError"),
    (excluded_page, "code cells were not executed"),
    (page_that_is_no_notebook, "code cells were not executed"),
    (page_that_says_off, "code cells were not executed"),
    (skipped_cell, "a code cell is skipped"),
]
