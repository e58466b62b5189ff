"""Pages run side by side, as many as there are cores, with one thread each."""

import os
import sys

import pytest
from small_book import HEADER, ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
from execution import cores

MEETING = """\
import time
from pathlib import Path

Path("OWN").touch()
began = time.monotonic()
while not Path("OTHER").exists():
    assert time.monotonic() < began + 30, "alone"
    time.sleep(0.1)
"""
ALONE = """\
import os, time

os.mkdir("running")
time.sleep(1)
os.rmdir("running")  # OWN
"""
THREADS = """\
import os
import torch

print("OWN", torch.get_num_threads(), os.environ["OPENBLAS_NUM_THREADS"])
"""
CONNECTION = """\
from ipykernel import get_connection_info

print("OWN", get_connection_info(unpack=True)["transport"])
"""


def fill(book, cell):
    """Both pages have this cell, each with its own name in it."""
    page = f"{HEADER}# A page\n\n```{{code-cell}}\n{cell}```\n"
    for own, other in [("one", "two"), ("two", "one")]:
        text = page.replace("OWN", own).replace("OTHER", other)
        book.page(f"book/{own}").write_text(text)


@pytest.mark.skipif(cores() < 2, reason="there is one core")
def test_two_pages_run_side_by_side(book):
    fill(book, MEETING)
    book.built()


@pytest.mark.skipif(sys.platform != "linux", reason="taskset is Linux's")
def test_on_one_core_they_run_one_after_the_other(book):
    fill(book, ALONE)
    book.built("taskset", "-c", str(min(os.sched_getaffinity(0))))


def test_a_kernel_has_one_thread_whatever_the_environment_says(book):
    fill(book, THREADS)
    pools = ("OMP", "OPENBLAS", "MKL")
    book.built("env", *(f"{pool}_NUM_THREADS=2" for pool in pools))
    assert "one 1 1" in book.html("book/one")


def test_a_kernel_takes_no_port(book):
    """A port may be another's by the time that the kernel takes it."""
    fill(book, CONNECTION)
    book.built()
    assert "one ipc" in book.html("book/one")
