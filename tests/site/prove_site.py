"""Every protection of the site, taken away once: a test must go red.

Each row: a file, a piece of it, what to put in its place, and the tests that
should notice. The files are those of the built site; or sources, from which
tests build small books of their own. Works on a copy. Run by `make prove`,
after `make book` and `npm ci --prefix tests/site`.
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
SCRIPT = "_static/site.js"
STEPS = "_static/stepper.js"
OPTIM = "book/api/optim.html"
FIGURES = sorted((SITE / "_images").glob("*.svg"))
ACCESS, FACE, FINDING, FRAME, CELLS, PAGES, QUESTIONS, STEPPER, TAKEAWAY = (
    f"tests/site/test_{name}.py"
    for name in (
        *("access", "face", "finding", "frame", "live", "pages"),
        *("questions", "stepper", "takeaway"),
    )
)
ADDRESSES, HOVER, KERNEL, LINKS, MATH = (
    f"tests/book/test_{name}.py"
    for name in ("addresses", "hover", "live", "code_links", "math")
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
    ("_static/live-worker.js", '"use strict";',
     'fetch("http://127.0.0.2/x").catch(() => {});', CELLS, "another_host"),
    (LIVE, 'new URL("live-worker.js", HOME)', '"/_static/live-worker.js"',
     CELLS, "under_a_path"),
    (PAGE, "</head>", '<script defer src="../../_static/live.js?thebe.js">'
     "</script></head>", FRAME, "but_ours and by_hand"),
    (PAGE, "<math ", "<maths ",
     FRAME, "left_to_a_script and by_hand"),
    (CSS, "katex/fonts/", "katex/none/",
     FRAME, "drawn_in_their_fonts"),
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
    (LIVE, "if (html !== undefined) this.addHtml(html);", "",
     CELLS, "refuses_the_stub"),
    (STEPS, "new MutationObserver(begin)", "new MutationObserver(() => {})",
     CELLS, "a_live_cell_draws"),
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
    (PAGE, ' height="', ' data-height="',
     FRAME, "have_their_sizes and by_hand"),
    (SCRIPT, '"use strict";', "setTimeout(() => { document.querySelector("
     "'main').style.paddingTop = '9rem'; }, 200);",
     FRAME, "nothing_jumps"),
    *((f"_images/{figure.name}", "</svg>",
       f"<!-- {os.urandom(60_000).hex()} --></svg>",
       FRAME, "not_heavy") for figure in FIGURES[:1]),
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
    (PAGE, 'popovertarget="chapters"', "",
     ACCESS, "menus_open"),
    (CSS, "body {", "body { transition: color 1s;",
     ACCESS, "moves_by_itself"),
    (SCRIPT, '"nearest"', '"nearest", behavior: "smooth"',
     ACCESS, "moves_by_itself"),
    (SCRIPT, "document.documentElement.dataset.theme = mode",
     "document.documentElement.dataset.none = mode",
     ACCESS, "and_the_reader"),
    (CSS, "background: #fff;", "",
     ACCESS, "lie_on_white and by_hand"),
    ("book/autograd/inside.html", 'fill="currentColor"', 'fill="black"',
     ACCESS, "drawings_are and dark"),
    (CSS, "main {", "main { min-width: 21rem;",
     PAGES, "sideways and 320 and by_hand"),
    # Own face
    (PAGE, "_static/logo.svg", "_static/no.svg",
     FACE, "name_and_mark and by_hand"),
    (CSS, "font-size: 0.8125rem;", "font-size: 1rem;",
     FACE, "79_letters"),
    (CSS, "font-size: 1.7rem;", "font-size: 2.5rem;",
     FACE, "first_screen"),
    # Code leads somewhere
    (PAGE, '<a href="../api/', '<a href="../none/',
     FINDING, "names_in_code and by_hand"),
    (OPTIM, 'Explained in <a class="reference internal" href="../',
     'Explained in <a class="reference internal" href="#',
     FINDING, "api_page and optim"),
    (OPTIM, 'class="api-source"', "",
     FINDING, "api_page and optim"),
    # Finding, and taking away
    (PAGE, 'id="exercises"', 'id="no-exercises"',
     PAGES, "local_link and by_hand"),
    (PAGE, "#term-", "#no-term-",
     FINDING, "glossary and by_hand"),
    (PAGE, 'class="caption-number"', "",
     FINDING, "have_numbers and by_hand and figure"),
    (PAGE, 'class="eqno">(1)', 'class="eqno">',
     FINDING, "have_numbers and by_hand and math"),
    ("book/losses/cross_entropy.html", ">(14)</a>", ">(41)</a>",
     FINDING, "are_cited"),
    ("404.html", "No such page</h1>", "</h1>",
     FINDING, "not_there"),
    (SCRIPT, 'field.addEventListener("input", find);', "",
     FINDING, "follows_what"),
    (SCRIPT, 'event.key !== "k"', "true",
     FINDING, "leads_to_search"),
    ("index.ipynb", "weight.grad", "weight.no_grad",
     TAKEAWAY, "behind_its_first"),
    ("searchindex.js", "Search.setIndex(", "void (",
     FRAME, "search_works_from"),
    ("book/learning/by_hand.ipynb", '"outputs": []', '"outputs": 0',
     TAKEAWAY, "is_one and by_hand"),
]
SOURCES = [
    # Nothing from elsewhere, and a build that ends
    ("book/_ext/katex_math.py", "atexit.register(engine.close)", "pass",
     MATH, "closed"),
    # Live cells
    ("book/_ext/live_kernel.py", "if is_cell(frame.filename)", "",
     KERNEL, "the_readers_lines"),
    # Stepper
    ("book/_static/stepper.js", "box.dataset.node] ?? ", "box.dataset.n] ?? ",
     STEPPER, "step_by_step"),
    ("book/_static/stepper.js", "controls.onkeydown", "controls.none",
     STEPPER, "by_keyboard"),
    ("book/_static/stepper.js", 'element("output")', 'element("p")',
     STEPPER, "are_told"),
    ("book/_static/stepper.js", '"beforeprint"', '"none"',
     STEPPER, "on_paper"),
    ("book/_ext/stepper.py", """'class="stepper"' in""", "None is not",
     STEPPER, "pages_without"),
    # Quizzes
    ("book/_ext/quiz.py", "<li><details{unfolded}>", "<li><details open>",
     QUESTIONS, "is_picked"),
    ("book/_ext/quiz.py", 'role="group"', 'role="none"',
     QUESTIONS, "hear_a_group"),
    ("book/_static/base.css", "details::details-content {", "no-details {",
     QUESTIONS, "on_paper"),
    # Code leads somewhere
    ("book/_ext/code_links.py", "ours(full) or theirs(full)", "None",
     LINKS, "has_its_page or ours_lead"),
    ("book/_ext/code_links.py", '"numpy.abs": "numpy.absolute",', "",
     LINKS, "has_its_page"),
    # Finding
    ("book/_ext/hover.py", "reftitle=app.env.definitions[place],", "",
     HOVER, "first_mention"),
    ("book/_ext/hover.py", "if place not in shown:", "if True:",
     HOVER, "first_mention"),
    ("book/_ext/templates/layout.html", 'rel="canonical"', 'rel="none"',
     ADDRESSES, "names_its_address"),
    ("book/_ext/templates/layout.html", 'property="og:title"', "",
     ADDRESSES, "names_its_address"),
    ("book/_ext/templates/layout.html", "{%- if pageurl %}", "{%- if 1 %}",
     ADDRESSES, "nothing_is_invented"),
    ("book/_ext/templates/404.html", "<base href", "<base name",
     ADDRESSES, "lost_reader"),
    ("book/_ext/frame.py", "        write_sitemap(app)", "        pass",
     ADDRESSES, "sitemap"),
    # To take away
    ("book/takeaway.py", 'make_epub(MADE / f"{NAME}.epub")', "pass",
     TAKEAWAY, "three_forms"),
    ("book/takeaway.py", "tagged=True", "tagged=False",
     TAKEAWAY, "the_pdf_has"),
    ("book/takeaway.py", '"zip", SITE.parent, SITE.name', '"zip", SITE',
     TAKEAWAY, "zip_is_the_site"),
    ("book/takeaway.py", 'image["src"] = joined(page, image["src"])', "pass",
     TAKEAWAY, "is_one_page"),
    ("book/_ext/katex_math.py", '"mathml" if', '"htmlAndMathml" if',
     TAKEAWAY, "the_epub_has"),
]
# fmt: on
ROWS = [(f"_build/html/{file}", *row) for file, *row in PROTECTIONS] + SOURCES


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The site and its tests, where they can be spoilt."""
    folder = tmp_path_factory.mktemp("spoilt")
    shutil.copytree(SITE, folder / "_build/html")
    for name in ("pyproject.toml", "_config.yml", "Makefile"):
        shutil.copy(ROOT / name, folder)
    for name in ("tests", "third_party", "book"):
        (folder / name).mkdir()
        shutil.copytree(
            ROOT / name, folder / name, symlinks=True, dirs_exist_ok=True
        )
    return folder


@pytest.mark.parametrize(
    ("file", "piece", "instead", "tests", "which"),
    ROWS,
    ids=[f"{row[0]}: {row[1][:40]}" for row in ROWS],
)
def test_without_it_a_test_goes_red(copy, file, piece, instead, tests, which):
    path = copy / file
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
