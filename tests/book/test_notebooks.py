"""The first cell of a page's notebook, which fetches what the others need."""

import sys

import nbformat
import pytest
from small_book import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import takeaway

AT = "https://code.example/loop"


def first(source, repository):
    cells = [nbformat.v4.new_code_cell(source)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return takeaway.first_cell(notebook, repository, "book/data")


@pytest.mark.parametrize(
    ("repository", "words"),
    [(AT, f"[all] @ git+{AT}"), (None, 'pip install ".[all]"')],
)
def test_it_installs(repository, words):
    text = first("1 + 1", repository)
    assert words in text
    assert "book/data" not in text


@pytest.mark.parametrize(
    ("repository", "words"),
    [
        (AT, "%cd book-project/book/data"),
        (None, "open this page in book/data"),
    ],
)
def test_it_says_where_other_files_are(repository, words):
    assert words in first('open("../../x.json")', repository)
