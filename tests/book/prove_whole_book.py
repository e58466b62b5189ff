"""The whole book, built twice from nothing. Run by `make prove`."""

import shutil

from small_book import ROOT, make_book

from book import test_determinism


def test_the_whole_book_twice(tmp_path):
    """In two folders, on one core and on all: the same bytes."""
    sites = []
    for name, before in (("a", ("taskset", "-c", "0")), ("other", ())):
        book = make_book(tmp_path / name, {})
        for part in ("book", "index.md", "_toc.yml"):
            copy(ROOT / part, book.folder / part)
        for part in ("benchmarks", "src", "tests"):  # which pages read
            (book.folder / part).symlink_to(ROOT / part)
        book.built(*before)
        sites.append(book.site())
    assert not test_determinism.differing(*sites)


def copy(source, place):
    if source.is_file():
        shutil.copy(source, place)
    else:
        hidden = shutil.ignore_patterns("__pycache__", "references.bib")
        shutil.copytree(source, place, ignore=hidden, dirs_exist_ok=True)
