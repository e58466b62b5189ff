"""Every chapter has the parts that a chapter has, in their order.

What can be seen in the source is held here; that the cells run, and that the
checkers accept the solutions, by the build.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
NUMBERED = re.compile(r"[IVX]+\. ")  # as the parts with chapters are
CHAPTERS = [
    page["file"]
    for part in PARTS
    if NUMBERED.match(part["caption"])
    for page in part["chapters"]
]
SECTIONS = (
    "What goes wrong", "Exercises", "Three questions", "In short", "Sources"
)  # fmt: skip
SETTINGS = re.compile(r"(---\n.*?\n---\n|(:.*\n)*)", re.DOTALL)  # of a cell
QUESTION = re.compile(r"```\{question\}\n(.*?)\n```", re.DOTALL)
CELL = re.compile(r"```\{code-cell\}\n(.*?)\n```", re.DOTALL)


@pytest.fixture(params=CHAPTERS)
def chapter(request):
    return (ROOT / f"{request.param}.md").read_text(encoding="utf-8")


def sections(text):
    """{heading: its text} of a chapter's sections, in their order."""
    _, *found = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


def test_it_promises_something_and_keeps_the_order(chapter):
    assert "After this chapter you can" in chapter.partition("\n## ")[0]
    names = [name for name in sections(chapter) if name in SECTIONS]
    assert names == list(SECTIONS)


def test_each_exercise_has_a_stub_a_hint_and_a_solution(chapter):
    _, *exercises = sections(chapter)["Exercises"].split("\n### ")
    assert 2 <= len(exercises) <= 4
    for exercise in exercises:
        stub, hint, solution = (
            exercise.find(mark)
            for mark in ("{code-cell}", "{dropdown} Hint", ": Solution")
        )
        assert 0 < stub < hint < solution
        assert re.search(r"^assert ", exercise[solution:], re.MULTILINE)


def test_there_are_three_questions(chapter):
    questions = sections(chapter)["Three questions"]
    assert questions.count("```{question}\n") == 3


def test_the_place_of_the_right_answer_gives_nothing_away():
    places = Counter(
        re.findall(r"^- \[(.)\]", block, re.MULTILINE).index("x")
        for name in CHAPTERS
        for block in QUESTION.findall((ROOT / f"{name}.md").read_text())
    )
    assert len(places) == 3
    assert max(places.values()) < 0.4 * places.total()


def test_at_least_five_cells_are_live_or_the_text_says_why_not(chapter):
    live = [cell for cell in CELL.findall(chapter) if "runnable" in cell]
    assert len(live) >= 5 or "in the browser" in chapter


def test_its_code_fits_without_scrolling(chapter):
    code = [SETTINGS.sub("", cell, count=1) for cell in CELL.findall(chapter)]
    lines = "\n".join(code).splitlines()
    assert [line for line in lines if len(line) > 79] == []


def test_its_figures_have_a_text_alternative(chapter):
    figures = [cell for cell in CELL.findall(chapter) if "figure:" in cell]
    assert figures
    for figure in figures:
        assert re.search(r"^    alt: ", figure, re.MULTILINE)
        assert re.search(r"^    caption: ", figure, re.MULTILINE)


def test_it_is_checked_against_torch(chapter):
    assert "import torch" in chapter
