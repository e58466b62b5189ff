"""Whatever ends a build, the last good site stays and the next is right."""

import os
import signal
import sys

import pytest
from book_failures import broken_reference, raising_cell
from small_book import make_book

# Kills the build in the midst of what is named.
KILLERS = {
    "running": """
import os, execution
def killed(*arguments):
    os.killpg(0, 9)
execution.keep = killed
def setup(app): pass
""",
    "writing": """
import os
def setup(app):
    app.connect("html-page-context", lambda app, page, *_:
        page == "book/two" and os.killpg(0, 9))
""",
    "exchanging the site": """
import os, whole
def killed(made, site):
    whole.put_back = None
    site.rename(whole.last_of(site))
    os.killpg(0, 9)
whole.put_in_place = killed
def setup(app): pass
""",
}


def test_after_three_kills_the_site_is_that_of_a_cold_build(book, tmp_path):
    book.built()
    good = book.site()
    book.replace("book/one.md", "1 + 1", "1 + 2")
    for moment, killer in KILLERS.items():
        book.extend("killer", killer)
        status, output = book.make()
        assert status == -signal.SIGKILL, f"{moment}:\n{output}"
        if moment != "exchanging the site":
            assert book.site() == good, moment
    book.extend("killer", "def setup(app): pass\n")
    book.built()
    cold = make_book(tmp_path / "cold")
    cold.replace("book/one.md", "1 + 1", "1 + 2")
    cold.extend("killer", "def setup(app): pass\n")
    cold.built()
    assert book.site() == cold.site()
    assert "one 3" in book.html("book/one")


def test_a_build_killed_while_it_empties_its_folder(book):
    """Even if what made it do so is as it was, the next time."""
    book.extend(
        "killer",
        """
import os, shutil
whole = shutil.rmtree
def rmtree(folder, **options):
    if os.path.exists("killed") and folder.name == "html":
        os.remove(folder / "site/book/one.ipynb")
        os.killpg(0, 9)
    whole(folder, **options)
shutil.rmtree = rmtree
def setup(app): pass
""",
    )
    book.built()
    good = book.site()
    style = book.folder / "book/_static/book.css"
    before = style.stat()
    style.touch()
    (book.folder / "killed").touch()
    assert book.make()[0] == -signal.SIGKILL
    os.utime(style, ns=(before.st_atime_ns, before.st_mtime_ns))
    (book.folder / "killed").unlink()
    book.built()
    assert book.site() == good


def test_a_site_that_a_killed_build_had_put_aside_is_put_back(book):
    book.built()
    good = book.site()
    (book.folder / "_build/html").rename(book.folder / "_build/.html-last")
    raising_cell(book)
    assert book.make()[0] != 0
    assert book.site() == good


@pytest.mark.parametrize("spoil", [raising_cell, broken_reference])
def test_a_failed_build_leaves_the_last_good_site(book, spoil):
    book.built()
    good = book.site()
    spoil(book)
    assert book.make()[0] != 0
    assert book.site() == good


def test_two_builds_at_once_do_not_spoil_each_other(book, tmp_path):
    builds = [book.start(), book.start()]
    outputs = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], outputs
    assert sum("waiting for another build" in text for text in outputs) == 1
    cold = make_book(tmp_path / "cold")
    cold.built()
    assert book.site() == cold.site()


def test_outputs_that_were_kept_in_part_are_made_again(book):
    book.built()
    good = book.site()
    for kept in (book.folder / "_build/.jupyter_cache").rglob("base.ipynb"):
        kept.write_text(kept.read_text()[:100])
    output = book.built()
    assert output.count("a build was killed while it kept the outputs") == 2
    assert book.site() == good


def test_a_cache_that_was_made_in_part_is_made_again(book):
    (book.folder / "_build/.jupyter_cache").mkdir(parents=True)
    (book.folder / "_build/.jupyter_cache/global.db").touch()
    book.built()


def test_a_full_disk_is_a_clear_error(book):
    book.built()
    good = book.site()
    book.add("index", "\nMore text.\n")
    book.replace("book/one.md", "1 + 1", "'x\\n' * 2**16")
    # Python gets an error from the system, as it does from a full disk.
    limited = ("bash", "-c", 'ulimit -f 100; exec "$@"', "limited")
    status, output = book.make(*limited)
    assert status != 0
    assert "The site was not built: [Errno 27] File too large" in output
    assert book.site() == good
    book.built()
    assert "More text." in book.html("index")


def test_a_folder_that_may_not_be_written_is_a_clear_error(book):
    build = book.folder / "_build"
    build.mkdir(mode=0o555)
    status, output = book.make(*without_privileges())
    assert status != 0
    assert f"cannot be built: [Errno 13] Permission denied: '{build}" in output


def without_privileges():
    """Words before a command that make root heed permissions, too."""
    if os.geteuid() != 0:
        return ()
    assert sys.platform == "linux"
    return ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
