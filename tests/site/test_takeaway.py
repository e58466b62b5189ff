"""What a reader takes away: notebooks, and the whole book on one page."""

import ast
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages

sys.path.insert(0, str(Path(__file__).parents[2] / "book"))
import takeaway

NOTEBOOKS = sorted(SITE.rglob("*.ipynb"))


def test_each_page_with_code_has_its_notebook():
    run = [p for p in pages() if 'class="cell' in text(p) and "book/" in p]
    assert len(run) > 2
    assert {SITE / p.replace(".html", ".ipynb") for p in run} <= set(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_one(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    first, *rest = notebook.cells
    assert "pip install" in first.source
    code = [cell for cell in rest if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs for cell in code)
    for cell in code:
        lines = cell.source.splitlines()
        ast.parse("\n".join(x for x in lines if not x.startswith("%")))
    page = path.relative_to(SITE).with_suffix(".html")
    assert f'href="{path.name}" download' in text(page)


def text(page):
    return (SITE / page).read_text(encoding="utf-8")


def test_the_whole_book_is_one_page_whose_links_stay_in_it():
    whole = BeautifulSoup(takeaway.single_page(), "html.parser")
    assert len(whole.select("article")) > 3
    places = [part["id"] for part in whole.select("[id]")]
    assert len(places) == len(set(places))
    links = [a["href"] for a in whole.select("a[href]")]
    inner = {link[1:] for link in links if link.startswith("#")}
    assert inner
    assert inner - set(places) == set()
    assert all(":" in link for link in links if not link.startswith("#"))
    for image in whole.select("img"):
        assert (SITE / image["src"]).exists()


def test_the_files_that_a_foot_names_are_there():
    named = BeautifulSoup(text("index.html"), "html.parser")
    links = [a["href"] for a in named.select(".foot a[download]")]
    assert links
    assert all((SITE / link).stat().st_size > 1000 for link in links)
