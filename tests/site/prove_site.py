"""Every protection of the site, taken away once: a test must go red.

Each row: a file of the built site, a piece of it, what to put in its place,
and the tests that should notice. Works on a copy of the site. Run by
`make prove`, after `make book` and `npm ci --prefix tests/site`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from built_site import SITE

ROOT = Path(__file__).parents[2]
PAGE = "book/learning/by_hand.html"
CSS = "_static/site.css"
LIVE = "_static/live.js"
ACCESS, FRAME, CELLS, PAGES, TAKEAWAY = (
    f"tests/site/test_{name}.py"
    for name in ("access", "frame", "live", "pages", "takeaway")
)
# fmt: off
PROTECTIONS = [
    # Nothing from elsewhere
    (PAGE, 'http-equiv="Content-Security-Policy"', 'name="policy"',
     FRAME, "says_what and by_hand"),
    ("index.html", 'http-equiv="Content-Security-Policy"', 'name="policy"',
     FRAME, "not_ours"),
    (PAGE, "</article>", '<img alt="x" src="http://127.0.0.2/x"></article>',
     PAGES, "by_hand and without_an_error"),
    (PAGE, "../../_static/site.css", "/_static/site.css",
     FRAME, "under_a_path and by_hand"),
    # Live cells
    (PAGE, "flat line at zero: 46.31", "flat line at zero: 46.41",
     CELLS, "every_live_cell"),
    (LIVE, "cell.ranAs === cell.source", "cell.ranAs !== null",
     CELLS, "cells_share"),
    (LIVE, "    python.stop();", "",
     CELLS, "loop_without_end"),
    (LIVE, "this.fresh = false;", "this.fresh = false; this.clear();",
     CELLS, "stays_until"),
    (LIVE, "python.stale = true;", "",
     CELLS, "reset_gives"),
    (LIVE, "event.stopPropagation();", "return;",
     CELLS, "by_keyboard"),
    (LIVE, 'location.protocol === "file:"', "false",
     CELLS, "from_a_folder"),
    (LIVE, '"use strict";', 'fetch("../../_static/companion.zip");',
     CELLS, "nothing_is_fetched"),
    # Light
    (CSS, "body {", f"body {{ --x: '{os.urandom(300_000).hex()}';",
     FRAME, "weighs_little and by_hand"),
    (PAGE, "</title>",
     "</title>" + "".join(f'<link rel="stylesheet" '
                          f'href="../../_static/site.css?{n}">'
                          for n in range(3)),
     FRAME, "holds_up and by_hand"),
    (PAGE, ' loading="lazy"', "",
     FRAME, "have_their_sizes and by_hand"),
    # Legible for all
    (CSS, "--muted: light-dark(#555e6b,", "--muted: light-dark(#aaaaaa,",
     ACCESS, "axe and by_hand"),
    (CSS, "--muted: light-dark(#555e6b, #a7b0bd)",
     "--muted: light-dark(#555e6b, #444444)",
     ACCESS, "axe and by_hand"),
    (CSS, "outline: 3px solid var(--accent);", "outline: none;",
     ACCESS, "reaches_everything"),
    (CSS, "color-scheme: light dark;", "",
     ACCESS, "without_scripts"),
    (CSS, "@media print", "@media speech",
     ACCESS, "on_paper"),
    (PAGE, "<summary>", "<summary><p></p>",
     ACCESS, "is_valid"),
    (PAGE, '<a class="skip"', '<a hidden class="skip"',
     ACCESS, "first_tab"),
    (CSS, "main {", "main { min-width: 90rem;",
     PAGES, "sideways and by_hand"),
    (PAGE, "<img alt=", "<img title=",
     PAGES, "text_alternative and by_hand"),
    # Finding, and taking away
    ("searchindex.js", "Search.setIndex(", "void (",
     FRAME, "search_works_from"),
    ("book/learning/by_hand.ipynb", '"outputs": []', '"outputs": 0',
     TAKEAWAY, "is_one and by_hand"),
]
# fmt: on


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The site and its tests, where they can be spoilt."""
    folder = tmp_path_factory.mktemp("spoilt")
    shutil.copytree(SITE, folder / "_build/html")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("tests", "third_party", "book"):
        (folder / name).mkdir()
        shutil.copytree(
            ROOT / name, folder / name, symlinks=True, dirs_exist_ok=True
        )
    return folder


@pytest.mark.parametrize(
    ("file", "piece", "instead", "tests", "which"),
    PROTECTIONS,
    ids=[f"{row[0]}: {row[1][:40]}" for row in PROTECTIONS],
)
def test_without_it_a_test_goes_red(copy, file, piece, instead, tests, which):
    path = copy / "_build/html" / file
    whole = path.read_text(encoding="utf-8")
    assert piece in whole
    path.write_text(whole.replace(piece, instead), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", tests, "-k", which],
            cwd=copy,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        path.write_text(whole, encoding="utf-8")
    assert done.returncode == 1, done.stdout  # tests ran, and some failed
    assert " failed" in done.stdout
