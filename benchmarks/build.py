"""Building the whole book, beside plain ``jupyter-book build .``.

Plain is the same book without what this project adds to execution: one page
after the other, cells alone as the key of the cache. Both start from nothing,
one after the other on the same machine. Building again is given in seconds,
the median of three.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("_config.yml", "_toc.yml", "book", "index.md", "third_party")
READ = ("benchmarks", "src", "tests")  # whose files the pages show
ADDED = ("execution", "incremental", "provenance", "takeaway", "whole")


def copy_book(folder):
    folder.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
        else:
            shutil.copy(ROOT / part, folder)
    for part in READ:
        (folder / part).symlink_to(ROOT / part)
    return folder


def without_additions(folder):
    """Plain Jupyter Book: warnings, of a missing directive, do not matter."""
    config = folder / "_config.yml"
    lines = config.read_text().splitlines(keepends=True)
    added = [f"{name}: book/_ext" for name in ADDED]
    added += [f"- {name}" for name in ADDED]
    config.write_text("".join(x for x in lines if x.strip() not in added))
    return folder


def seconds(folder):
    """Of one build; it must put a site in place."""
    program = Path(sys.executable).with_name("jupyter-book")
    start = time.perf_counter()
    done = subprocess.run(
        [program, "build", "."],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    taken = time.perf_counter() - start
    if done.returncode or not (folder / "_build/html/index.html").exists():
        sys.exit(done.stdout)
    return taken


def again(folder, change, runs=3):
    """The median of builds after a change."""

    def once():
        change(folder)
        return seconds(folder)

    return statistics.median(once() for _ in range(runs))


def longest_page(folder):
    """The longest run of a page in the last build, in seconds."""
    report = json.loads((folder / "_build/report.json").read_text())
    return max(page["seconds"] for page in report["pages"].values())


def nothing(folder):
    pass


def text(folder):
    with (folder / "book/learning/by_hand.md").open("a") as page:
        page.write("\nOne sentence more.\n")


def measure():
    with tempfile.TemporaryDirectory() as name:
        ours = copy_book(Path(name) / "ours")
        plain = without_additions(copy_book(Path(name) / "plain"))
        cold, longest = seconds(ours), longest_page(ours)
        cold_plain = seconds(plain)
        return {
            "cold, beside plain jupyter-book": cold / cold_plain,
            "cold, in seconds": cold,
            "the longest page, in seconds": longest,
            "nothing changed, in seconds": again(ours, nothing),
            "a text changed, in seconds": again(ours, text),
        }


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:34} {figure:7.2f}")
