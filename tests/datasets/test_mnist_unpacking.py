"""MNIST's files are unpacked once, and each is whole or absent.

Where a process is to be killed, it kills itself at a chosen step, so that
the test does not depend on luck; the real data are killed at random too.
"""

import random
import signal
import time
from pathlib import Path

import pytest
from tiny_mnist import (
    MD5,
    assert_complete,
    child,
    complete,
    contents,
    pack,
    run,
    shorten,
    tiny_idx,
)

from companion import datasets
from companion.datasets import files


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"\0")


def empty(path):
    path.write_bytes(b"")


def put_another_data_set(path):
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


# Once, and quickly after that ------------------------------------------------


def test_the_second_call_unpacks_nothing(package, cache, monkeypatch):
    assert datasets.mnist_root() == cache
    assert_complete(cache)

    def refuse(*_):
        pytest.fail("a complete cache was locked or written")

    monkeypatch.setattr(files, "one_at_a_time", refuse)
    monkeypatch.setattr(files, "unpack_missing", refuse)
    assert datasets.mnist_root() == cache


def test_an_array_of_a_tiny_file(package, cache):
    images, labels = datasets.load_mnist("train")
    assert images.tobytes() == tiny_idx("train-images-idx3-ubyte")[16:]
    assert bytes(labels.tolist()) == tiny_idx("train-labels-idx1-ubyte")[8:]


@pytest.mark.parametrize("name", MD5)
@pytest.mark.parametrize(
    "damage", [Path.unlink, shorten, lengthen, empty, put_another_data_set]
)
def test_a_damaged_file_is_unpacked_again_and_no_other(
    package, cache, name, damage
):
    raw = datasets.mnist_root() / "MNIST" / "raw"
    others = {n: (raw / n).stat().st_ino for n in MD5 if n != name}
    damage(raw / name)
    datasets.mnist_root()
    assert_complete(cache)
    assert others == {n: (raw / n).stat().st_ino for n in others}


def test_a_repair_does_not_write_into_an_open_file(package, cache):
    path = datasets.mnist_root() / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    shorten(path)
    with path.open("rb") as reader:
        datasets.mnist_root()
        assert len(reader.read()) == files.FILES[path.name][0] - 1
    assert_complete(cache)


# Two at once -----------------------------------------------------------------


def test_a_second_process_waits_and_finds_all_done(package, cache):
    code = "print('go', flush=True); datasets.mnist_root(); print(unpacked)"
    count = (
        "unpacked = 0; write = files.write\n"
        "def counted(*a):\n    global unpacked; unpacked += 1; write(*a)\n"
        "files.write = counted\n"
    )
    (cache / "MNIST" / "raw").mkdir(parents=True)
    with files.one_at_a_time(cache / "MNIST"):
        waiting = child(count + code)
        assert waiting.stdout.readline() == "go\n"
        time.sleep(0.2)
        assert waiting.poll() is None
        assert contents(cache) == {}
        files.unpack_missing(cache / "MNIST" / "raw")
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out, err) == (0, "0\n", "")
    assert_complete(cache)


def test_four_processes_unpack_the_real_data_at_once(cache):
    code = "x, y = datasets.load_mnist('test'); print(x.sum(), y.sum())"
    children = [child(code) for _ in range(4)]
    for process in children:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        assert out == "264923200 44434\n"
    assert_complete(cache)


# Killed in the middle --------------------------------------------------------

KILL_AT = """
def killing(function, step, count=0):
    def called(*arguments):
        nonlocal count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return called
"""


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_killed_process_leaves_whole_files_only(
    package, cache, function, step
):
    code = f"os.{function} = killing(os.{function}, {step})\n"
    code, _, err = run(KILL_AT + code + "datasets.mnist_root()")
    assert (code, err) == (-signal.SIGKILL, "")
    left = contents(cache)
    assert any("unpacking" in name for name in left)
    arrived = {n: s for n, s in left.items() if "unpacking" not in n}
    assert len(arrived) == (step - 1 if function == "replace" else 0)
    assert arrived.items() <= complete().items()
    datasets.mnist_root()
    assert_complete(cache)


@pytest.mark.parametrize("seed", range(4))
def test_the_real_data_killed_at_random(cache, seed):
    process = child("print('go', flush=True); datasets.mnist_root()")
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 1.2))
    process.kill()
    process.communicate()
    arrived = {n: s for n, s in contents(cache).items() if "/raw/" in n}
    assert arrived.items() <= complete().items()
    datasets.mnist_root()
    assert_complete(cache)


# A damaged package -----------------------------------------------------------


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def put_other_content(path):
    pack(path.parent, path.stem, tiny_idx(path.stem)[:-1] + b"\xff")


@pytest.mark.parametrize(
    "damage", [Path.unlink, empty, truncate, flip_a_bit, put_other_content]
)
def test_a_damaged_package_leaves_nothing(package, cache, damage):
    damage(package / "t10k-labels-idx1-ubyte.xz")
    expected = r"t10k-labels-idx1-ubyte\.xz cannot be unpacked .* install"
    with pytest.raises(RuntimeError, match=expected):
        datasets.mnist_root()
    assert contents(cache) == {}
    assert not (cache / "MNIST" / "unpacking").exists()
