"""Show the site; build it again when a source changes, and reload the page.

``make serve`` calls it. A build that fails leaves the last good site.
"""

import subprocess
import sys
from pathlib import Path

from livereload import Server

ROOT = Path(__file__).parents[1]
WATCHED = ("_config.yml", "_toc.yml", "index.md", "book", "src")
SOURCES = (
    ".bib",
    ".css",
    ".csv",
    ".js",
    ".json",
    ".md",
    ".py",
    ".pyi",
    ".svg",
)


def build():
    program = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([program, "build", "."], cwd=ROOT)


def main(port=8000):
    server = Server()
    for path in WATCHED:
        server.watch(
            str(ROOT / path),
            build,
            ignore=lambda file: not file.endswith((*SOURCES, ".yml")),
        )
    server.serve(port=port, root=str(ROOT / "_build/html"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
