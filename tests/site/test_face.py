"""What one sees first: a name, a mark, and code that fits."""

import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages
from visit import Visit

TITLE = "Inside the Training Loop"
ONE_LINE = """
length => {
  const code = document.querySelector(".cell_input pre");
  code.textContent = "m".repeat(length);
  return code.scrollWidth <= code.clientWidth;
}
"""


@pytest.mark.parametrize("name", pages())
def test_a_page_has_the_books_name_and_mark(name):
    text = (SITE / name).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert page.title.string.endswith(TITLE)
    assert page.select_one(".brand").get_text().strip() == TITLE
    for mark in (
        page.select_one(".brand img")["src"],
        page.select_one("link[rel=icon]")["href"],
    ):
        assert ((SITE / name).parent / mark).resolve() == (
            SITE / "_static/logo.svg"
        )


def test_a_line_of_79_letters_fits(browser, address):
    visit = Visit(browser, address + "book/learning/by_hand.html")
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    assert visit.page.evaluate(ONE_LINE, 79)
    assert not visit.page.evaluate(ONE_LINE, 120)  # it can tell
    visit.page.close()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_first_screen_says_what_it_is_and_runs_backward(
    browser, address, size
):
    visit = Visit(browser, address)
    visit.page.set_viewport_size(
        dict(zip(("width", "height"), size, strict=True))
    )
    article = visit.page.locator("article")
    cell = article.locator(".tag_runnable").first
    assert "loss.backward()" in cell.locator("pre").first.inner_text()
    run = cell.get_by_role("button", name="Run cell 1")
    for part in (
        article.locator("h1"),
        article.get_by_text("Build autograd, modules, losses"),
        run,
    ):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= size[1]
    run.click()
    cell.get_by_text("Done", exact=True).wait_for(timeout=60_000)
    assert "its derivative: -16.0" in cell.locator(".cell_output").inner_text()
    visit.page.close()
