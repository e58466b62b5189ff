"""Cells that the reader can run and change: those tagged ``runnable``.

Python runs in the browser (Pyodide, in ``third_party``), from files of this
site alone. ``live.js`` gives the cells their buttons, ``live-worker.js`` runs
them, and ``companion.zip`` is what they import: the package's source, the
kernel (``live_kernel.py``), and a few hundred digits in place of MNIST. None
of it is fetched before the reader runs a cell.
"""

from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from companion.datasets.files import FILES, original

HERE = Path(__file__).parent
PYODIDE = HERE.parents[1] / "third_party" / "pyodide" / "static"
DIGITS = 500  # of each of MNIST's two sets


def add_pyodide(app):
    if app.builder.name == "html":
        app.config.html_static_path.append(str(PYODIDE))


def add_script(app, pagename, templatename, context, doctree):
    if "tag_runnable" in context.get("body", ""):
        app.add_js_file("live.js", loading_method="defer")


def add_archive(app, exception):
    if not exception and app.builder.name == "html":
        write_archive(Path(app.outdir) / "_static" / "companion.zip")


def write_archive(path):
    with ZipFile(path, "w") as archive:
        for name, content in sorted(contents().items()):
            archive.writestr(as_file(name), content, compresslevel=9)


def as_file(name):
    """The same bytes in every build: zip archives hold times otherwise."""
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    return info


def contents():
    """What cells import, by its place in the archive."""
    package = Path(find_spec("companion").origin).parent
    sources = {
        str(Path("companion") / path.relative_to(package)): path.read_bytes()
        for path in package.rglob("*.py*")
        if path.suffix in (".py", ".pyi")
    }
    kernel = (HERE / "live_kernel.py").read_bytes()
    return sources | digits() | {"live_kernel.py": kernel}


def digits():
    """The first of MNIST's digits, in files like its own, not compressed."""
    return {
        f"companion/datasets/mnist/{name}": shortened(name) for name in FILES
    }


def shortened(name):
    """An IDX file begins with 4 bytes of type and 4 for the count."""
    size = 16 + DIGITS * 28 * 28 if "images" in name else 8 + DIGITS
    start = original(name, size)
    return start[:4] + DIGITS.to_bytes(4, "big") + start[8:]


def setup(app):
    app.connect("builder-inited", add_pyodide)
    app.connect("html-page-context", add_script)
    app.connect("build-finished", add_archive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
