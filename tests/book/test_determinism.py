"""The same source gives the same bytes, wherever and however it is built."""

import os
import re
import shutil

import pytest
from small_book import HEADER, PAGES, make_book

# Each cell shows something that is known to vary between builds.
RICH = {
    "index": PAGES["index"],
    "book/one": HEADER
    + """\
# One

(of-one)=
## A part of one

```{code-cell}
:tags: [raises-exception]
import os

code = compile("int('four')", os.path.abspath("code.py"), "exec")
exec(code)
```

```{code-cell}
import matplotlib.pyplot as plt

plt.plot([1, 2, 3]);
```

```{code-cell}
print({"a", "b", "c", "d", "e"}, hash("a"))
```

$$ a^2 $$ (square)
""",
    "book/two": HEADER
    + """\
# Two

{ref}`of-one` and {eq}`square`.

```{code-cell}
import numpy as np

np.random.default_rng(0).normal(size=(300, 300)).mean(axis=0).sum()
```
""",
}


@pytest.fixture
def rich_book(tmp_path):
    return make_book(tmp_path / "first", RICH)


def differing(site, other):
    """The files that are not in both, or not the same."""
    both = site.keys() & other.keys()
    return (site.keys() ^ other.keys()) | {
        name for name in both if site[name] != other[name]
    }


def cold(book, folder):
    """A copy of the book in another folder, built there from nothing."""
    copy = make_book(folder, {})
    for name in ("index", "book/one", "book/two"):
        copy.page(name).write_text(book.page(name).read_text())
    toc = book.folder / "_toc.yml"
    (copy.folder / "_toc.yml").write_text(toc.read_text())
    return copy


def test_two_cold_builds_on_one_and_two_cores(rich_book, tmp_path):
    other = cold(rich_book, tmp_path / "a folder with a longer name")
    here = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    one_core = ("taskset", "-c", str(min(here))) if here else ()
    rich_book.built(*one_core)
    other.built()
    assert not differing(rich_book.site(), other.site())
    assert "ValueError" in rich_book.html("book/one")
    assert str(tmp_path) not in rich_book.html("book/one")


def test_an_incremental_build_is_as_if_from_nothing(rich_book, tmp_path):
    rich_book.built()
    rich_book.replace("book/one.md", "# One", "# First")
    rich_book.replace("book/one.md", "A part of one", "Its first part")
    rich_book.replace("book/one.md", "[1, 2, 3]", "[3, 2, 1]")
    assert "book/one: run in" in rich_book.built()
    other = cold(rich_book, tmp_path / "other")
    other.built()
    assert not differing(rich_book.site(), other.site())
    assert "Its first part" in rich_book.html("book/two")


def test_of_a_text_that_changes_one_page_is_written(rich_book, tmp_path):
    """Whose words and index entries the others' are found with."""
    rich_book.add("book/one", "\n```{index} in the first\n```\n")
    rich_book.add("book/two", "\n```{index} in the second\n```\n")
    rich_book.add("book/two", "\nSome obsolete words.\n")
    rich_book.built()
    rich_book.replace("book/two.md", "obsolete", "later")
    output = rich_book.built()
    assert re.search(r"writing output.*book/two", output)
    assert not re.search(r"writing output.*book/one", output)
    other = cold(rich_book, tmp_path / "other")
    other.built()
    assert not differing(rich_book.site(), other.site())
    assert "in the first" in rich_book.site()["searchindex.js"].decode()


def test_a_page_taken_out_is_gone(rich_book, tmp_path):
    rich_book.built()
    rich_book.replace("_toc.yml", "- file: book/two\n", "")
    rich_book.replace("index.md", "See {doc}`book/two`.", "")
    rich_book.built()
    other = cold(rich_book, tmp_path / "other")
    other.built()
    assert not differing(rich_book.site(), other.site())
    assert "book/two.html" not in rich_book.site()


def test_what_all_pages_depend_on_reaches_the_site(book):
    book.built()
    with (book.folder / "book/_static/book.css").open("a") as file:
        file.write(".changed {}")
    book.replace("book/_ext/provenance.py", "was run with", "ran with")
    book.built()
    sheet = book.folder / "_build/html/_static/site.css"
    assert ".changed" in sheet.read_text()
    assert "This page ran with" in book.html("book/one")


def test_what_is_printed_in_pieces_is_one_text(tmp_path):
    cell = (
        "import sys\n\nfor text in 'one', '\\n', 'two\\n', '\\n', 'three':\n"
    )
    cell += "    print(end=text)\n    sys.stdout.flush()\n"
    page = HEADER + f"# One\n\n```{{code-cell}}\n{cell}```\n"
    book = make_book(tmp_path, PAGES | {"book/one": page})
    book.built()
    assert ">one\ntwo\n\nthree\n<" in book.html("book/one")


@pytest.mark.parametrize("file", ["book/two.md", "book/part.txt"])
def test_an_older_file_put_back_is_a_change(book, file):
    """With its date, as mv and cp -p do."""
    book.add("book/two", "\n```{literalinclude} part.txt\n```\n")
    changed, older = book.folder / file, book.folder / "older"
    (book.folder / "book/part.txt").write_text("A part.\n")
    shutil.copy2(changed, older)
    with changed.open("a") as text:
        text.write("\nSome obsolete words.\n")
    book.built()
    assert "obsolete" in book.html("book/two")
    older.replace(changed)
    book.built()
    assert "obsolete" not in book.html("book/two")


def test_a_change_while_a_page_is_read_is_seen_the_next_time(book):
    book.extend(
        "author",
        """
def edit(app, page, text):
    if page == "book/one" and "At last" not in text[0]:
        with open(app.env.doc2path(page), "a") as file:
            file.write("\\nAt last.\\n")


def setup(app):
    app.connect("source-read", edit)
""",
    )
    book.built()
    assert "At last" not in book.html("book/one")
    book.built()
    assert "At last" in book.html("book/one")


def test_what_is_not_wanted_any_more_is_gone(book):
    book.built()
    good = book.site()
    made = book.folder / "_build/takeaway"
    made.mkdir()
    (made / "book.zip").touch()
    book.built("env", "SITE_ADDRESS=https://reader.example/")
    assert {"sitemap.xml", "takeaway/book.zip"} < book.site().keys()
    shutil.rmtree(made)
    book.built()
    assert not differing(book.site(), good)
