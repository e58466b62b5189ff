"""A three-page copy of the book, built by the real `make book`."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = (
    "Makefile",
    "_config.yml",
    "book/_ext",
    "book/serve.py",
    "book/_static",
)
SHARED = ("third_party", "book/references.bib")

# Protections that a proof takes away: file, what stands there, what instead.
REMOVED = []

HEADER = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3}
---
"""

PAGES = {
    "index": "# A small book\n\nSee {doc}`book/two`.\n",
    "book/one": HEADER
    + "# One\n\n```{code-cell}\nprint('one', 1 + 1)\n```\n\n$a^2$\n",
    "book/two": HEADER
    + "# Two\n\n```{code-cell}\nimport companion\nprint('two')\n```\n",
}


PACKAGE_PAGES = {
    "index": PAGES["index"],
    "book/one": HEADER + "# One\n\n```{code-cell}\nimport companion\n"
    "from companion import optim\noptim.SGD.__name__\n```\n",
    "book/two": HEADER + "# Two\n\n```{code-cell}\nfrom pathlib import Path\n"
    "from companion import optim\nprint(optim.Adam.__name__)\n"
    "print(Path('data.csv').read_text())\n```\n",
}


@dataclass
class Book:
    """A book in `folder`, whose environment is that of the tests."""

    folder: Path
    variables: dict = field(default_factory=dict)

    def page(self, name):
        return self.folder / f"{name}.md"

    def add(self, name, text):
        """Append `text` to a page."""
        path = self.page(name)
        path.write_text(path.read_text() + text)

    def replace(self, file, old, new):
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def extend(self, name, text):
        """Give the book one more extension, named `name`."""
        (self.folder / f"book/_ext/{name}.py").write_text(text)
        config = self.folder / "_config.yml"
        if f"{name}: book/_ext" not in config.read_text():
            first, second = "    strict: book/_ext\n", "      - strict\n"
            self.replace(
                "_config.yml", first, first + f"    {name}: book/_ext\n"
            )
            self.replace("_config.yml", second, second + f"      - {name}\n")

    def start(self, *before):
        """Start `make book`; `before` are words before the command."""
        return subprocess.Popen(
            [*before, "make", "book", "-o", ".venv/.ready"],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def make(self, *before):
        """Call `make book`; the exit status and everything printed."""
        ready = self.folder / ".venv/.ready"
        build = self.start(*before)
        output = build.communicate()[0]
        assert not ready.is_symlink()
        return build.returncode, output

    def built(self, *before):
        """Call `make book`, which must pass; everything printed."""
        status, output = self.make(*before)
        assert status == 0, output
        return output

    def html(self, name):
        return (self.folder / "_build/html" / f"{name}.html").read_text()

    def site(self):
        """Every file of the site, by its path in it."""
        site = self.folder / "_build/html"
        return {
            str(path.relative_to(site)): path.read_bytes()
            for path in sorted(site.rglob("*"))
            if path.is_file()
        }


def make_book(parent, pages=PAGES):
    folder = parent / "book copy"
    for name in COPIED:
        source, copy = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    for name in SHARED:
        (folder / name).symlink_to(ROOT / name)
    # The real environment, in its real place: Sphinx follows links.
    (folder / ".venv").symlink_to(sys.prefix)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n"
        "- file: book/one\n- file: book/two\n"
    )
    book = Book(folder)
    for removal in REMOVED:
        book.replace(*removal)
    return book


def make_package_book(parent):
    """A book with a copy of the package, and pages that use parts of it."""
    book = make_book(parent, PACKAGE_PAGES)
    shutil.copytree(
        ROOT / "src",
        book.folder / "src",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (book.folder / "book/data.csv").write_text("1,2\n")
    book.variables["PYTHONPATH"] = str(book.folder / "src")
    return book
