"""What a reader takes away: notebooks, and the whole book on one page."""

import ast
import re
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages
from nbclient import NotebookClient
from small_book import ROOT, make_book
from visit import Visit

sys.path.insert(0, str(ROOT / "book"))
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
    for page in pages():
        for link in foot(text(page)):
            assert ((SITE / page).parent / link).stat().st_size > 1000


def foot(html):
    """Where the links at the foot of a page lead."""
    page = BeautifulSoup(html, "html.parser")
    return [link["href"] for link in page.select(".foot a[download]")]


def test_a_notebook_runs_behind_its_first_cell(tmp_path):
    """In an empty folder; installing is left out, being done."""
    notebook = nbformat.read(SITE / "index.ipynb", as_version=4)
    del notebook.cells[0]
    settings = {"resources": {"metadata": {"path": str(tmp_path)}}}
    done = NotebookClient(notebook, timeout=120, **settings).execute()
    printed = [out for cell in done.cells for out in cell.get("outputs", ())]
    assert "its derivative: -16.0" in printed[0]["text"]


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """A small book for which `make takeaway` was called."""
    book = make_book(tmp_path_factory.mktemp("taken"))
    shutil.copy(ROOT / "book/takeaway.py", book.folder / "book")
    (book.folder / "tests").symlink_to(ROOT / "tests")
    book.built()
    maker = [sys.executable, "book/takeaway.py"]
    subprocess.run(maker, cwd=book.folder, check=True)
    book.built()
    return book


def made(book, kind):
    (path,) = (book.folder / "_build/html/takeaway").glob(f"*.{kind}")
    return path


def test_every_page_names_the_whole_book_in_three_forms(taken):
    for page in ("index", "book/one", "book/two", "search", "404"):
        up = "../" * page.count("/")
        links = [link for link in foot(taken.html(page)) if "takeaway" in link]
        assert links == [
            f"{up}takeaway/{takeaway.NAME}.{kind}"
            for kind in ("epub", "pdf", "zip")
        ]


def test_the_pdf_has_all_pages_and_draws_formulas(taken):
    printed = made(taken, "pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 3
    assert b"KaTeX_Math" in printed  # the font of the a in a formula
    assert b"/StructTreeRoot" in printed  # for screen readers
    assert b"/Outlines" in printed


def test_the_epub_has_all_pages_and_mathml(taken):
    with zipfile.ZipFile(made(taken, "epub")) as epub:
        assert epub.testzip() is None
        assert epub.read("mimetype") == b"application/epub+zip"
        names = set(epub.namelist())
        assert {"index.xhtml", "book/one.xhtml", "book/two.xhtml"} <= names
        page = epub.read("book/one.xhtml").decode()
        assert not [name for name in names if name.endswith((".js", "woff2"))]
    assert "<math" in page
    assert "katex-html" not in page


def test_the_zip_is_the_site_and_opens_from_a_folder(taken, browser, tmp_path):
    with zipfile.ZipFile(made(taken, "zip")) as packed:
        packed.extractall(tmp_path)
    (site,) = tmp_path.iterdir()
    files = {str(p.relative_to(site)) for p in site.rglob("*") if p.is_file()}
    there = {name for name in taken.site() if not name.startswith("takeaway")}
    assert files == there
    visit = Visit(browser, (site / "index.html").as_uri())
    visit.page.get_by_role("link", name="Two").first.click()
    assert visit.page.locator("h1").inner_text() == "Two#"
    assert visit.troubles == []
    visit.page.close()
