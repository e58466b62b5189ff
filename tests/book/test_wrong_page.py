"""The appendix of wrong implementations keeps in step with the collection.

That each one is refused, and why, is asserted by the page itself.
"""

import importlib
import re
from pathlib import Path

import pytest

from companion import check

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book/appendices/wrong.md").read_text(encoding="utf-8")
CHECKERS = sorted(set(check.__all__) - {"Report", "numerical_gradient"})
LISTING = re.compile(
    r"\{literalinclude\} \S+/tests/wrong/(\w+)\.py\n"
    r":language: python\n:pyobject: (\w+)\n"
)
REFUSAL = re.compile(r'^refusal\("(\w+)", "(.+)"\)$', re.MULTILINE)
PARTS = "Symptom", "Cause", "Mend"
IN_TESTS = re.compile(r"`(\w+)` in `(tests/\S+\.py)`")


def codes(checker):
    """{name of the mistake: name of its code} of a checker's collection."""
    table = importlib.import_module(f"wrong.{checker}").WRONG
    return {entry.name: written(entry.code).__name__ for entry in table}


def written(code):
    """What stands in the file: a decorator's argument, if it has one."""
    inside = getattr(code, "__closure__", None)
    return inside[0].cell_contents if inside else code


@pytest.fixture(scope="module")
def mistakes():
    """The page's text, a piece for each mistake that is shown in full."""
    return PAGE.split("\n### ")[1:]


@pytest.mark.parametrize("checker", CHECKERS)
def test_each_checker_has_its_section(checker):
    assert f"(wrong-{checker})=" in PAGE
    assert f'\neverything("{checker}")\n' in PAGE
    shown = [name for one, name in REFUSAL.findall(PAGE) if one == checker]
    assert 2 <= len(shown) <= 4


def test_what_is_listed_is_what_is_refused(mistakes):
    for mistake in mistakes:
        listings, refusals = LISTING.findall(mistake), REFUSAL.findall(mistake)
        expected = [(one, codes(one)[name]) for one, name in refusals]
        assert listings == expected


def test_each_mistake_has_symptom_cause_and_mend(mistakes):
    for mistake in mistakes:
        places = [mistake.find(f"**{part}.**") for part in PARTS]
        assert -1 not in places
        assert places == sorted(places)


@pytest.mark.parametrize(("name", "file"), IN_TESTS.findall(PAGE))
def test_the_tests_that_are_named_exist(name, file):
    assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")
