"""Ten kills, and each protection of a build removed.

Run by `make prove`. A test that stays green without the protection that it
is there for would prove nothing.
"""

import os
import random
import shutil
import signal
import time

import pytest
import small_book
from book_failures import broken_reference
from small_book import make_book, make_package_book

from book import (
    test_crashes,
    test_determinism,
    test_parallel,
    test_usage,
)


def plain(tmp_path):
    return make_book(tmp_path / "first")


def rich(tmp_path):
    return make_book(tmp_path / "first", test_determinism.RICH)


def package(tmp_path):
    book = make_package_book(tmp_path / "first")
    book.built()
    return book


def broken(book, tmp_path):
    test_crashes.test_a_failed_build_leaves_the_last_good_site(
        book, broken_reference
    )


def loaded(book):
    option = "---\nload: part.py\n---"
    test_usage.test_code_that_a_cell_loads_from_a_file(book, option)


# Each row: where a protection stands, what stands there, what is put in its
# place; the test that must then fail, and the book that it takes.
EXT = "book/_ext"
ROWS = [
    (
        (f"{EXT}/whole.py", 'wait_for_others(build / ".lock")', "None"),
        test_crashes.test_two_builds_at_once_do_not_spoil_each_other,
        plain,
    ),
    (
        (f"{EXT}/whole.py", "    put_back(app.site)\n", ""),
        test_crashes.test_a_site_that_a_killed_build_had_put_aside_is_put_back,
        plain,
    ),
    (
        (f"{EXT}/whole.py", '(work / "site")', "(app.site)"),
        broken,
        plain,
    ),
    (
        (f"{EXT}/whole.py", "        explain(exception)", "        pass"),
        test_crashes.test_a_full_disk_is_a_clear_error,
        plain,
    ),
    (
        (f"{EXT}/whole.py", "except OSError as error:", "except EOFError:"),
        test_crashes.test_a_folder_that_may_not_be_written_is_a_clear_error,
        plain,
    ),
    (
        (f"{EXT}/whole.py", "mark.read_text() == app.settings", "True"),
        test_determinism.test_what_all_pages_depend_on_reaches_the_site,
        plain,
    ),
    (
        (f"{EXT}/whole.py", '".buildinfo"', '"nothing"'),
        test_determinism.test_two_cold_builds_on_one_and_two_cores,
        rich,
    ),
    (
        (f"{EXT}/records.py", "json.loads((folder", "str((folder"),
        test_crashes.test_outputs_that_were_kept_in_part_are_made_again,
        plain,
    ),
    (
        (f"{EXT}/records.py", "text != page.text or", "not page.key or"),
        test_determinism.test_an_incremental_build_is_as_if_from_nothing,
        rich,
    ),
    (
        (f"{EXT}/records.py", "cache.clear_cache()", "pass"),
        test_crashes.test_a_cache_that_was_made_in_part_is_made_again,
        plain,
    ),
    (
        (
            f"{EXT}/records.py",
            "next(usage.changes(",
            "next(iter(()), (lambda _: 0)(",
        ),
        test_usage.test_an_optimizer_a_data_file_and_a_text,
        package,
    ),
    (
        (f"{EXT}/incremental.py", "sorted(env.found_docs)", "[]"),
        test_determinism.test_an_incremental_build_is_as_if_from_nothing,
        rich,
    ),
    (
        (f"{EXT}/incremental.py", "shutil.rmtree(app.outdir)", "return []"),
        test_determinism.test_an_incremental_build_is_as_if_from_nothing,
        rich,
    ),
    (
        (f"{EXT}/incremental.py", "del words[word]", "pass"),
        test_determinism.test_of_a_text_that_changes_one_page_is_written,
        rich,
    ),
    (
        (f"{EXT}/incremental.py", "{**known, **", "{**"),
        test_determinism.test_of_a_text_that_changes_one_page_is_written,
        rich,
    ),
    (
        (f"{EXT}/incremental.py", "shown(env) == app.shown", "False"),
        test_determinism.test_of_a_text_that_changes_one_page_is_written,
        rich,
    ),
    (
        (f"{EXT}/kernel.py", 'PYTHONHASHSEED="0",', ""),
        test_determinism.test_two_cold_builds_on_one_and_two_cores,
        rich,
    ),
    (
        (f"{EXT}/ipython_kernel_config.py", '"Minimal"', '"Context"'),
        test_determinism.test_two_cold_builds_on_one_and_two_cores,
        rich,
    ),
    (
        (f"{EXT}/matplotlibrc", "svg.hashsalt", "# svg.hashsalt"),
        test_determinism.test_two_cold_builds_on_one_and_two_cores,
        rich,
    ),
    (
        (f"{EXT}/incremental.py", "!= before[page]", "is None"),
        test_determinism.test_a_change_while_a_page_is_read_is_seen_the_next_time,
        plain,
    ),
    (
        (f"{EXT}/frame.py", "sitemap.unlink(missing_ok=True)", "pass"),
        test_determinism.test_what_is_not_wanted_any_more_is_gone,
        plain,
    ),
    (
        (f"{EXT}/takeaway.py", "shutil.rmtree(place", "print(place"),
        test_determinism.test_what_is_not_wanted_any_more_is_gone,
        plain,
    ),
    (
        (f"{EXT}/whole.py", "    mark.unlink(missing_ok=True)\n", ""),
        test_crashes.test_a_build_killed_while_it_empties_its_folder,
        plain,
    ),
    (
        (f"{EXT}/records.py", 'or "load:" in text', ""),
        loaded,
        package,
    ),
    (
        (f"{EXT}/records.py", 'record.data.get("home") != page.home', "False"),
        test_usage.test_a_page_runs_again_in_another_folder,
        package,
    ),
    (
        (f"{EXT}/execution.py", "Semaphore(cores())", "Semaphore(1)"),
        test_parallel.test_two_pages_run_side_by_side,
        plain,
    ),
    (
        (f"{EXT}/execution.py", "Semaphore(cores())", "Semaphore(2)"),
        test_parallel.test_on_one_core_they_run_one_after_the_other,
        plain,
    ),
    (
        (f"{EXT}/kernel.py", '_NUM_THREADS="1"', '_UNUSED="1"'),
        test_parallel.test_a_kernel_has_one_thread_whatever_the_environment_says,
        plain,
    ),
]


def arguments(test, book, tmp_path):
    takes_folder = "tmp_path" in test.__code__.co_varnames[:2]
    return (book, tmp_path) if takes_folder else (book,)


@pytest.mark.parametrize(
    ("removal", "test", "make"),
    ROWS,
    ids=[f"{removal[1]}-{test.__name__}" for removal, test, _ in ROWS],
)
def test_without_its_protection_a_test_is_red(
    removal, test, make, tmp_path, monkeypatch
):
    monkeypatch.setattr(small_book, "REMOVED", [removal])
    book = make(tmp_path)
    with pytest.raises(AssertionError):
        test(*arguments(test, book, tmp_path))


@pytest.mark.parametrize("seed", range(10))
def test_a_kill_at_a_random_moment(seed, tmp_path):
    book = rich(tmp_path)
    started = time.monotonic()
    book.built()
    whole, good = time.monotonic() - started, book.site()
    shutil.rmtree(book.folder / "_build")
    build = book.start()
    time.sleep(random.Random(seed).uniform(0, whole))
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    book.built()
    assert book.site() == good
