"""A page is run again exactly if something that it used has changed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from small_book import ROOT, make_package_book

sys.path.insert(0, str(ROOT / "book/_ext"))
import usage
from execution import longest_first
from records import Page
from usage import Usage

CELL = re.compile(r"```\{code-cell\}\n(.*?)```", re.DOTALL)
WITH_CODE = ("book/one", "book/two")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book that has been built once; tests must not change it."""
    book = make_package_book(tmp_path_factory.mktemp("built"))
    book.built()
    return book


@pytest.fixture
def copy(built, tmp_path):
    """The built book in another folder, to be changed."""
    folder = shutil.copytree(built.folder, tmp_path / "copy", symlinks=True)
    return type(built)(folder, {"PYTHONPATH": str(folder / "src")})


def used(book):
    """By page, what the records of the runs say."""
    cache = get_cache(book.folder / "_build/.jupyter_cache")
    return {
        f"book/{Path(record.uri).stem}": record.data["used"]
        for record in cache.list_cache_records()
    }


def change(book, module):
    with (book.folder / module).open("a") as file:
        file.write("# changed\n")


def imported(book, page):
    """The package's files that a fresh interpreter imports for the page."""
    code = "\n".join(CELL.findall(book.page(page).read_text()))
    code += "\nimport sys\nfor module in list(sys.modules.values()):\n"
    code += "    print(getattr(module, '__file__', None))\n"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=book.folder / "book",
        env={"PYTHONPATH": str(book.folder / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    source = str(book.folder / "src")
    lines = done.stdout.splitlines()
    return {line for line in lines if line.startswith(source)}


@pytest.mark.parametrize("page", WITH_CODE)
def test_the_record_names_every_module_that_was_imported(built, page):
    recorded = {
        str(built.folder / path)
        for path in used(built)[page]["files"]
        if path.startswith("src/") and path.endswith(".py")
    }
    assert recorded == imported(built, page)
    assert len(recorded) > 5


def test_each_module_makes_those_pages_stale_that_imported_it(copy):
    records = used(copy)
    importers = {page: imported(copy, page) for page in WITH_CODE}
    seen = set()
    for module in sorted((copy.folder / "src").rglob("*.py")):
        original = module.read_bytes()
        module.write_bytes(original + b"# changed\n")
        today = Usage(copy.folder, copy.folder / "_build")
        stale = {p for p in WITH_CODE if list(today.changes(records[p]))}
        assert stale == {p for p in WITH_CODE if str(module) in importers[p]}
        seen.add(frozenset(stale))
        module.write_bytes(original)
    one, two = map(frozenset, (["book/one"], ["book/two"]))
    assert seen == {frozenset(), one, two, one | two}


def test_another_version_of_a_package_is_a_change(built):
    today = Usage(built.folder, built.folder / "_build")
    for page in WITH_CODE:
        record = used(built)[page]
        assert not list(today.changes(record))
        assert {"Python", "numpy"} < record["versions"].keys()
        assert "torch" not in record["versions"]
        record["versions"]["numpy"] = "1.0"
        (change,) = today.changes(record)
        assert change.startswith("numpy 1.0 is now ")


def test_an_optimizer_a_data_file_and_a_text(copy):
    """Each as its author changes it, through `make book`."""
    change(copy, "src/companion/optim/sgd.py")
    output = copy.built()
    assert "[1/1] book/one: run in" in output
    assert "since src/companion/optim/sgd.py changed" in output
    assert "book/two: cached" in output

    (copy.folder / "book/data.csv").write_text("3,4\n")
    output = copy.built()
    assert "book/one: cached" in output
    assert "since book/data.csv changed" in output
    assert "3,4" in copy.html("book/two")

    copy.add("book/one", "\nMore text.\n")
    output = copy.built()
    assert "book/one: cached" in output
    assert "book/two: cached" in output
    assert "More text." in copy.html("book/one")

    report = json.loads((copy.folder / "_build/report.json").read_text())
    assert set(report["pages"]) == set(WITH_CODE)


@pytest.mark.parametrize(
    "option", [":load: part.py", "---\nload: part.py\n---"]
)
def test_code_that_a_cell_loads_from_a_file(copy, option):
    """It is not in the page's text, and runs as if it were."""
    (copy.folder / "book/part.py").write_text("print('first')\n")
    copy.add("book/one", f"\n```{{code-cell}}\n{option}\n```\n")
    copy.built()
    assert "first" in copy.html("book/one")
    (copy.folder / "book/part.py").write_text("print('second')\n")
    assert "book/one: run in" in copy.built()
    assert "second" in copy.html("book/one")


def test_a_page_runs_again_in_another_folder(copy):
    """Where the files that it names are others, or are not."""
    (copy.folder / "book/sub").mkdir()
    copy.page("book/two").rename(copy.page("book/sub/two"))
    for file in ("_toc.yml", "index.md"):
        copy.replace(file, "book/two", "book/sub/two")
    status, output = copy.make()
    assert status != 0, output
    assert "since it was run in another folder" in output
    assert "No such file or directory: 'data.csv'" in output


def test_by_hand_it_is_the_same_rule(copy):
    change(copy, "src/companion/optim/adam.py")
    command = [copy.folder / ".venv/bin/jupyter-book", "build", "."]
    done = subprocess.run(
        command,
        cwd=copy.folder,
        env={"PATH": "/usr/bin:/bin", **copy.variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "book/one: cached" in done.stdout
    assert "since src/companion/optim/adam.py changed" in done.stdout


def test_a_file_changed_while_the_page_ran_makes_it_stale(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(usage, "SETTINGS", ())  # which may be new, too
    file = tmp_path / "data"
    file.write_text("a")
    today = Usage(tmp_path, tmp_path / "_build")
    report = {"files": [str(file)], "packages": [], "started_others": False}
    since = file.stat().st_mtime
    assert not list(today.changes(today.of(report, since + 1)))
    assert list(today.changes(today.of(report, since - 1))) == ["data changed"]

    older = tmp_path / "older"
    older.write_text("b")
    os.utime(older, (0, 0))
    older.replace(file)
    today = Usage(tmp_path, tmp_path / "_build")
    assert list(today.changes(today.of(report, since))) == ["data changed"]


def observed(code, folder):
    """The reports that a program prints, which begins with the observer."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT / 'book/_ext'}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return list(map(json.loads, done.stdout.splitlines()))


def test_the_names_in_a_folder_are_used_when_they_are_listed(tmp_path):
    """By the page; Python lists folders, too, in which it seeks modules."""
    (tmp_path / "listed").mkdir()
    (tmp_path / "module.py").touch()
    code = (
        "import book_observer, importlib.metadata, pathlib, module\n"
        "importlib.metadata.version('numpy')\n"
        "list(pathlib.Path('listed').iterdir())\n"
        "print(book_observer.report())\n"
    )
    (report,) = observed(code, tmp_path)
    used = report["files"]
    assert str(tmp_path / "listed") in used
    assert str(tmp_path) not in used


def test_what_a_loaders_worker_opens_is_used(tmp_path):
    (tmp_path / "data").write_text("12")
    code = (
        "import book_observer\n"
        "from companion.utils.data import DataLoader\n"
        "class Data:\n"
        "    def __len__(self): return 2\n"
        "    def __getitem__(self, index): return open('data').read()[index]\n"
        "loader = DataLoader(Data(), 1, num_workers=1,\n"
        "                    multiprocessing_context='fork')\n"
        "assert list(loader) == [['1'], ['2']]\n"
        "print(book_observer.report())\n"
    )
    (report,) = observed(code, tmp_path)
    assert str(tmp_path / "data") in report["files"]


def test_the_longest_page_is_run_first_by_the_last_times(tmp_path):
    report = tmp_path / "report.json"
    seconds = {"short": 1.5, "long": 40.0, "cached": 90.0, "longer": 41.0}
    report.write_text(
        json.dumps({"pages": {n: {"seconds": s} for n, s in seconds.items()}})
    )
    pages = {
        name: Page(name, f"{name}.md", "", None)
        for name in ["short", "long", "new", "cached", "longer"]
    }
    pages["cached"].record = object()
    order = [page.name for page in longest_first(pages.values(), report)]
    assert order == ["new", "longer", "long", "short"]
    order = [p.name for p in longest_first(pages.values(), tmp_path / "none")]
    assert order == ["short", "long", "new", "longer"]


def test_another_python_may_have_used_all_of_the_package(tmp_path):
    code = (
        "import subprocess, sys, book_observer\n"
        "first = book_observer.report()\n"
        "subprocess.run([sys.executable, '-c', ''])\n"
        "print(first, book_observer.report(), sep='\\n')\n"
    )
    today = Usage(ROOT, tmp_path)
    before, after = (
        today.of(report, 1e12)["files"].keys()
        for report in observed(code, tmp_path)
    )
    assert "src/companion/distributed.py" not in before
    assert "src/companion/distributed.py" in after
