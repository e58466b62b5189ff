"""A three-page copy of the book, built by the real `make book`."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("Makefile", "_config.yml", "book/_ext", "book/_static")
SHARED = ("third_party", "book/references.bib")

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


@dataclass
class Book:
    """A book in `folder`, whose environment is that of the tests."""

    folder: Path

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

    def make(self):
        """Call `make book`; the exit status and everything printed."""
        ready = self.folder / ".venv/.ready"
        done = subprocess.run(
            ["make", "book", "-o", ".venv/.ready"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not ready.is_symlink()
        return done.returncode, done.stdout

    def html(self, name):
        return (self.folder / "_build/html" / f"{name}.html").read_text()


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book copy"
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
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_text(text)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n"
        "- file: book/one\n- file: book/two\n"
    )
    return Book(folder)
