"""The live cells of a page, run as in the reader's browser.

python tests/site/live_cells.py BUILT_PAGE.html ...

Runs each page's live cells in their order, in the Python that the browser
gets, under node, and compares with the outputs in the built page. Numbers may
differ a little: it is another machine with other kernels.
"""

import json
import math
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
PYODIDE = ROOT / "third_party/pyodide/static/pyodide-0.27.7"
RUNNER = Path(__file__).with_suffix(".cjs")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\b(?:nan|inf)\b")
RELATIVE, ABSOLUTE = 1e-3, 1e-6
SECONDS = 2  # of a processor's time, at most, for one cell


@dataclass
class Cell:
    source: str
    output: str
    may_fail: bool


def live_cells(page):
    """Of a built page, in their order."""
    soup = parsed(page.read_text(encoding="utf-8"))
    for box in soup.select(".cell.tag_runnable"):
        code = box.select_one(".cell_input pre")
        if code:
            yield Cell(
                code.get_text().rstrip(),
                "".join(o.get_text() for o in box.select(".cell_output")),
                "tag_raises-exception" in box["class"],
            )


def parsed(html):
    return BeautifulSoup(html, "html.parser")


def run(pages, archive):
    """Answers to the cells of each page, a list of lists."""
    sources = [[cell.source for cell in cells] for cells in pages]
    done = subprocess.run(
        ["node", RUNNER, PYODIDE, archive],
        input=json.dumps(sources),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def troubles(cell, answer):
    """What is wrong with an answer, in words."""
    error = answer.get("error")
    if error and not cell.may_fail:
        yield error
    elif error:
        if not agree(last_line(error), last_line(cell.output)):
            yield f"another error: {error}"
    else:
        html = parsed(answer.get("html", "")).get_text()
        ours = answer["printed"] + answer.get("text", html)
        if not agree(ours, cell.output):
            yield f"the page has:\n{cell.output}\nhere it is:\n{ours}"
    if answer["seconds"] > SECONDS:
        yield f"{answer['seconds']:.1f} s, where {SECONDS} are allowed"


def last_line(text):
    """Of a traceback: the error, without the module it comes from."""
    line = text.strip().splitlines()[-1] if text.strip() else ""
    return re.sub(r"^(?:\w+\.)+(?=\w+:)", "", line)


def agree(ours, theirs):
    """The same words, and almost the same numbers."""
    words = ["".join(NUMBER.sub("#", t).split()) for t in (ours, theirs)]
    numbers = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=False)
    return words[0] == words[1] and all(
        a == b
        or math.isclose(float(a), float(b), rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        for a, b in numbers
    )


def report(paths, archive):
    """Everything that is wrong, a paragraph each."""
    pages = [list(live_cells(path)) for path in paths]
    answers = run(pages, archive)
    for path, cells, given in zip(paths, pages, answers, strict=True):
        for index, (cell, answer) in enumerate(zip(cells, given, strict=True)):
            for trouble in troubles(cell, answer):
                yield f"{path.name}, live cell {index + 1}:\n{trouble}"


def main():
    sys.path.insert(0, str(ROOT / "book/_ext"))
    import live

    paths = [Path(name) for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "companion.zip"
        live.write_archive(archive)
        found = list(report(paths, archive))
    count = sum(len(list(live_cells(path))) for path in paths)
    print("\n\n".join([*found, f"{count} live cells, {len(found)} wrong"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
