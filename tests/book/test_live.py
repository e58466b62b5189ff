"""Live cells, without a browser: their kernel, and what they import."""

import inspect
import subprocess
import sys
from zipfile import ZipFile

import pytest
from small_book import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import live
import live_kernel


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Cells run in a module of their own, not in pytest's `__main__`."""
    page = type(sys)("__main__")
    monkeypatch.setattr(live_kernel, "__main__", page)
    monkeypatch.setitem(sys.modules, "__main__", page)


def run(source, name="cell 1"):
    printed = []
    answer = live_kernel.run(source, name, printed.append)
    return answer, "".join(printed)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("", {}),
        ("1 + 1", {"text": "2"}),
        ("1 + 1;", {}),
        ("None", {}),
        ("a = 2", {}),
        ("a = 2\na * 3", {"text": "6"}),
        ("class A:\n    _repr_html_ = lambda s: '<b>'\nA()", {"html": "<b>"}),
    ],
)
def test_a_cell_shows_its_last_value(source, answer):
    assert run(source) == (answer, "")


def test_cells_share_their_names_until_they_are_forgotten():
    run("a = 3")
    assert run("a")[0] == {"text": "3"}
    live_kernel.forget()
    assert "NameError" in run("a")[0]["error"]


def test_what_is_printed_comes_while_the_cell_runs():
    printed = []
    run("seen = []")
    vars(live_kernel.__main__)["seen"] = printed
    source = "print('begun')\nassert seen"
    assert live_kernel.run(source, "cell 1", printed.append) == {}


def test_what_is_printed_has_a_limit():
    answer, printed = run("for _ in range(4): print('x' * 9_999)\n4")
    assert answer == {"text": "4"}
    assert printed.endswith("\n… and more")
    assert len(printed) < 1.01 * live_kernel.MOST


def test_a_traceback_shows_the_readers_lines_alone():
    run("def half(x):\n    return x / 0", "cell 1")
    error = run("import json\njson.loads('?')", "cell 2")[0]["error"]
    assert 'File "cell 2", line 2' in error
    assert error.count("File") == 1
    error = run("half(3)", "cell 3")[0]["error"]
    assert "return x / 0" in error
    assert error.count("File") == 2
    assert error.endswith("ZeroDivisionError: division by zero\n")


def test_a_cell_may_end_python():
    assert "SystemExit" in run("exit_ = SystemExit\nraise exit_")[0]["error"]


def test_a_function_of_a_cell_has_its_source():
    run("def f():\n    return 1\n")
    f = vars(live_kernel.__main__)["f"]
    assert inspect.getsource(f) == "def f():\n    return 1\n"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    live.write_archive(folder / "companion.zip")
    with ZipFile(folder / "companion.zip") as archive:
        archive.extractall(folder)
    return folder


def test_the_archive_is_the_same_in_every_build(unpacked, tmp_path):
    live.write_archive(tmp_path / "again.zip")
    again = (tmp_path / "again.zip").read_bytes()
    assert again == (unpacked / "companion.zip").read_bytes()


def test_the_package_in_the_archive_has_a_few_hundred_digits(unpacked):
    check = (
        "import sys; sys.modules['lzma'] = None\n"  # a browser has none
        "import companion, companion.datasets as d\n"
        "print(companion.__file__)\n"
        "for split in ('train', 'test'):\n"
        "    images, labels = d.load_mnist(split)\n"
        "    print(images.shape, labels.shape, labels[:3])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=unpacked,
        env={"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        str(unpacked / "companion/__init__.py"),
        "(500, 28, 28) (500,) [5 0 4]",
        "(500, 28, 28) (500,) [7 2 1]",
    ]
