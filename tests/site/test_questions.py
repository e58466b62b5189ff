"""Questions with choices, in a browser: no script opens a choice."""

import pytest
from small_book import make_book

QUESTION = """
```{question}
What does the gradient say?

- [x] How fast the loss rises.

  Step against it.
- [ ] How large the loss is.

  Large losses may have small gradients.
```
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    book = make_book(tmp_path_factory.mktemp("questions"))
    book.page("book/two").write_text("# Two\n" + QUESTION)
    book.built()
    return (book.folder / "_build/html/book/two.html").as_uri()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def seen(page):
    """Which of the two explanations can be seen."""
    explanations = page.locator(".choices details > p")
    return [explanation.is_visible() for explanation in explanations.all()]


def test_an_explanation_is_seen_when_its_choice_is_picked(page):
    assert seen(page) == [False, False]
    page.get_by_text("How large the loss is.").click()
    assert seen(page) == [False, True]
    shown = page.locator(".choices details[open] > p").inner_text()
    assert shown == "Wrong. Large losses may have small gradients."


def test_a_choice_is_picked_by_keyboard(page):
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert seen(page) == [True, False]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert seen(page) == [True, True]


def test_screen_readers_hear_a_group_of_choices(page):
    group = page.get_by_role("group", name="Question 1")
    assert group.get_by_role("listitem").count() == 2


def test_on_paper_all_explanations_are_seen(page):
    page.emulate_media(media="print")
    assert seen(page) == [True, True]
