"""Questions with choices: what they become, and what is refused."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from small_book import make_book

QUESTION = """
```{question}
What does `1 + 1` give?

- [ ] Three.

  That would be `1 + 2`.
- [x] `2`

  ~~~python
  1 + 1
  ~~~
```

```{question}
And $a^2$? More of it

in a second paragraph.

- [x] A square.

  So it says.

  In two paragraphs.
- [ ] A cube.

  One less.
```
"""

MADE = "_build/.work/html/site"  # a build that warns puts nothing in place
CHOICE = "- [ ] Wrong.\n\n  Why.\n"
RIGHT = "- [x] Right.\n\n  Why.\n"
FAULTS = {
    "nothing": ("", "begin with the question"),
    "no question": (RIGHT + CHOICE, "begin with the question"),
    "no choices": ("Why?\n", "end with a list"),
    "more after them": (f"Why?\n\n{RIGHT}{CHOICE}\nBye.\n", "end with a list"),
    "an unmarked choice": (f"Why?\n\n{RIGHT}- So.\n\n  Why.\n", "mark each"),
    "one choice": (f"Why?\n\n{RIGHT}", "two or more"),
    "none right": (f"Why?\n\n{CHOICE}{CHOICE}", "one of them right"),
    "two right": (f"Why?\n\n{RIGHT}{RIGHT}", "one of them right"),
    "no explanation": (f"Why?\n\n{RIGHT}- [ ] So.\n", "say of each"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One page of good questions, one of faulty ones; what was printed."""
    book = make_book(tmp_path_factory.mktemp("quiz"))
    faulty = [f"```{{question}}\n{text}```\n" for text, _ in FAULTS.values()]
    book.page("book/one").write_text("# One\n\n" + "\n".join(faulty))
    book.page("book/two").write_text("# Two\n" + QUESTION)
    status, output = book.make()
    return book, status, output


@pytest.fixture(scope="module")
def questions(built):
    """The questions of the good page, as trees."""
    found = re.findall(
        r'<div aria-label="Question \d".*?</div>\n(?=<div|</section>)',
        (built[0].folder / MADE / "book/two.html").read_text(),
        re.DOTALL,
    )
    return list(map(ET.fromstring, found))


def words(tree):
    return " ".join("".join(tree.itertext()).split())


def test_each_question_is_a_group_with_a_name(questions):
    assert [q.attrib for q in questions] == [
        {
            "aria-label": f"Question {number}",
            "class": "question",
            "role": "group",
        }
        for number in (1, 2)
    ]
    assert words(questions[0].find("p")) == "1. What does 1 + 1 give?"
    assert [words(p) for p in questions[1].findall("p")][1] == (
        "in a second paragraph."
    )


def test_a_choice_opens_to_say_why(questions):
    choices = questions[0].findall("ul/li/details")
    assert [words(c.find("summary")) for c in choices] == ["Three.", "2"]
    assert choices[1].find("summary/code") is not None
    assert [words(c.find("p")) for c in choices] == [
        "Wrong. That would be 1 + 2.",
        "Right.",
    ]
    assert words(choices[1].find("div")) == "1 + 1"
    paragraphs = questions[1].findall("ul/li[1]/details/p")
    assert list(map(words, paragraphs)) == [
        "Right. So it says.",
        "In two paragraphs.",
    ]


def test_all_choices_are_closed_and_look_alike(questions):
    for question in questions:
        assert [d.attrib for d in question.iter("details")] == [{}, {}]


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_question_fails_the_build(built, name):
    _, status, output = built
    assert status != 0
    told = re.findall(r"one\.md:(\d+): WARNING: question: (.*)", output)
    at = list(FAULTS).index(name)
    assert len(told) == len(FAULTS)
    assert FAULTS[name][1] in told[at][1]


def build_with(book, builder):
    """The good page as another of Sphinx's builders makes it."""
    program = Path(sys.executable).with_name("jupyter-book")
    options = "--builder=custom", f"--custom-builder={builder}"
    subprocess.run(
        [program, "build", *options, "."],
        cwd=book.folder,
        capture_output=True,
    )
    (page,) = (book.folder / f"_build/.work/{builder}").rglob(
        "site/book/two.*"
    )
    return page.read_text()


def test_in_epub_all_choices_are_open(built):
    page = build_with(built[0], "epub")
    assert page.count("<details open") == page.count("<details") == 4


def test_other_builders_show_a_list(built):
    page = build_with(built[0], "text")
    assert "* Three.\n\n  **Wrong.** That would be" in page
