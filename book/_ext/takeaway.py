"""What a reader can take away: notebooks, and the book in one file.

Each page with code lies beside its HTML as a notebook. The files that
``make takeaway`` has made (``book/takeaway.py``) are put into the site, and
named at the foot of each page, when it is built the next time.
"""

import os
import shutil
from pathlib import Path

import jupytext
import nbformat

INSTALL = """\
# Run this once, before the rest: it installs what the cells need.
%pip install -q "training-loop-companion[all] @ git+{repository}"\
"""
FOUND_NOWHERE = """\
# Once, before the rest: install the book's package, from its folder, with
# pip install ".[all]"\
"""
OTHER_FILES = "../.."  # in a cell that reads what lies beside the book
FETCH = """

# The cells read files of the book's project: fetch it, and go to this page.
!git clone --quiet --depth 1 {repository} book-project
%cd book-project/{folder}\
"""
STAY = """
# The cells read other files of that folder: open this page in {folder}.\
"""
KINDS = {".epub": "EPUB", ".pdf": "PDF", ".zip": "this site as a zip"}


def find_files(app, config):
    """Those of an earlier `make takeaway`."""
    folder = made(app)
    config.takeaway = sorted(path.name for path in folder.glob("*.*"))


def made(app):
    return Path(app.srcdir) / "_build" / "takeaway"


def add_foot(app, pagename, templatename, context, doctree):
    """(address, words) for the foot of the page, and the page's notebook."""
    pathto, links = context["pathto"], []
    if doctree is not None and pagename in app.env.page_runs:
        name = Path(pagename).name
        links.append((f"{name}.ipynb", "this page as a notebook"))
        if app.builder.name == "html":
            write_notebook(app, pagename)
    for name in app.config.takeaway:
        address = pathto(f"takeaway/{name}", resource=True)
        links.append((address, KINDS[Path(name).suffix]))
    context["takeaway"] = links


def copy_files(app, exception):
    if app.builder.name == "html" and not exception:
        place = Path(app.outdir) / "takeaway"
        shutil.rmtree(place, ignore_errors=True)  # that of an earlier build
        if app.config.takeaway:
            shutil.copytree(made(app), place)


def write_notebook(app, page):
    """The page without its outputs, behind a cell that installs."""
    notebook = jupytext.read(app.env.doc2path(page))
    repository = app.config.html_theme_options.get("repository_url")
    text = first_cell(notebook, repository, Path(page).parent.as_posix())
    notebook.cells.insert(0, nbformat.v4.new_code_cell(text))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # random ones, otherwise
    path = Path(app.outdir) / f"{page}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)  # before the page itself
    nbformat.write(notebook, path)


def first_cell(notebook, repository, folder):
    """What the page's own cells need, wherever the notebook is opened."""
    text = INSTALL if repository else FOUND_NOWHERE
    code = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    if any(OTHER_FILES in source for source in code):
        text += FETCH if repository else STAY
    return text.format(repository=repository, folder=folder)


def name_version(app, config):
    """An EPUB must name one; the source's date says more than a number."""
    config.version = config.version or os.environ.get("SOURCE_DATE_EPOCH", "1")


def setup(app):
    app.add_config_value("takeaway", [], "html")
    app.connect("config-inited", find_files)
    app.connect("config-inited", name_version, priority=900)
    app.connect("html-page-context", add_foot)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
