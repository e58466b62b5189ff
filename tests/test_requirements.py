"""requirements.txt: pins that install anywhere, from any registry."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "requirements.txt").read_text().splitlines()
PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)==([\w.!+]+)( ; .+)?")


def pinned():
    return {m[1]: m[2] for m in map(PIN.fullmatch, LINES) if m}


def test_every_line_is_a_pin_but_the_last():
    assert [line for line in LINES[:-1] if not PIN.fullmatch(line)] == []
    assert LINES[-1] == "-e ."


def test_torch_brings_its_own_cuda_libraries():
    cuda = re.compile(r"nvidia|cuda|triton")
    assert [name for name in pinned() if cuda.search(name)] == []


def test_what_the_book_fixes_is_fixed():
    pins = pinned()
    assert pins["torch"] == "2.14.1"
    assert pins["torchvision"] == "0.29.1"
    assert pins["jupyter-book"] == "1.0.4.post1"
    assert pins["sphinx"].startswith("7.4.")
    assert pins["myst-nb"].startswith("1.4.")
    assert pins["sphinx-book-theme"].startswith("1.3.")


def test_it_pins_what_pyproject_asks_for():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        re.match(r"[\w.-]+", requirement)[0]
        for name in ("book", "test", "lint")
        for requirement in groups["dependency-groups"][name]
    }
    assert asked <= set(pinned())
