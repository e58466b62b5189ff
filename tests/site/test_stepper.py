"""A graph that the reader steps through, with scripts and without."""

import pytest
from small_book import HEADER, make_book

CELL = """
```{code-cell}
import companion
from companion import viz

x, w = (companion.tensor(v, requires_grad=True) for v in (2.0, -3.0))
y = x * w
viz.Stepper(y * y, x=x, w=w, y=y)
```
"""
STEPS = 7

COPY_FIRST = """
() => {
  const copy = document.querySelector(".stepper").cloneNode(true);
  copy.classList.remove("begun");
  copy.querySelector(".stepper-controls").replaceChildren();
  document.querySelector("article").prepend(copy);
}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page with two graphs to step through, read from disk."""
    book = make_book(tmp_path_factory.mktemp("stepper"))
    book.page("book/two").write_text(HEADER + "# Two\n" + CELL + CELL)
    book.built()
    return (book.folder / "_build/html/book/two.html").as_uri()


@pytest.fixture
def page(browser, address):
    """Whatever goes wrong on the page fails the test."""
    page, troubles = browser.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.goto(address)
    yield page
    page.close()
    assert troubles == []


def lines(page, node, graph=0):
    box = page.locator(".stepper").nth(graph).locator(f"[data-node='{node}']")
    return box.locator("text").all_text_contents()


def press(page, name):
    """Even one that says that it has nothing to do."""
    page.get_by_role("button", name=name).first.click(force=True)


def says(page):
    return page.locator(".stepper output").first.inner_text()


def test_values_and_gradients_arrive_step_by_step(page):
    assert (
        says(page)
        == f"Step 1 of {STEPS}. The leaves are given: x = 2, w = -3."
    )
    assert lines(page, 0) == ["x", "leaf scalar", "value 2", ""]
    assert lines(page, 2) == ["y", "Mul scalar", "", ""]
    press(page, "Next")
    assert lines(page, 2) == ["y", "Mul scalar", "value -6", ""]
    for _ in range(3):
        press(page, "Next")
    assert says(page).endswith("which makes -12 there.")
    assert lines(page, 2) == ["y", "Mul scalar", "value -6", "grad -12"]
    press(page, "Back")
    assert lines(page, 2) == ["y", "Mul scalar", "value -6", ""]


def test_first_and_last(page):
    press(page, "Last")
    assert says(page).startswith(f"Step {STEPS} of {STEPS}. ")
    assert says(page).endswith("x.grad = 36, w.grad = -24.")
    assert lines(page, 0) == ["x", "leaf scalar", "value 2", "grad 36"]
    press(page, "Next")
    assert says(page).startswith(f"Step {STEPS} of {STEPS}. ")
    press(page, "First")
    press(page, "Back")
    assert says(page).startswith(f"Step 1 of {STEPS}. ")


def test_it_shows_where_the_step_happens(page):
    press(page, "Next")
    graph = page.locator(".stepper").first
    marked = graph.locator(".node.now").evaluate_all(
        "boxes => boxes.map(box => box.dataset.node)"
    )
    assert marked == ["0", "1", "2"]
    assert graph.locator("path.now").count() == 2
    row = graph.locator("tr.now th")
    assert row.text_content() == "2"


def test_on_paper_it_has_all_numbers(page):
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        "window.printed = document.querySelectorAll('svg text')[3].textContent"
        "})"
    )
    page.pdf()
    assert page.evaluate("window.printed") == "grad 36"
    assert says(page).startswith("Step 1 of")


def test_each_graph_has_its_own_step(page):
    press(page, "Last")
    assert lines(page, 0, graph=1)[3] == ""


def test_it_is_operated_by_keyboard(page):
    page.keyboard.press("Tab")
    for _ in range(100):
        if page.evaluate("document.activeElement.textContent") == "First":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("Step 2 of")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert says(page).startswith("Step 3 of")
    page.keyboard.press("End")
    assert says(page).startswith(f"Step {STEPS} of")
    assert page.evaluate("document.activeElement.textContent") == "Next"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    assert says(page).startswith("Step 1 of")


def test_screen_readers_are_told(page):
    status = page.get_by_role("status").first  # a live region
    assert status.inner_text() == says(page)
    group = page.get_by_role("group", name="Steps").first
    assert group.get_by_role("button").count() == 4
    back = group.get_by_role("button", name="Back")
    assert back.get_attribute("aria-disabled") == "true"
    press(page, "Next")
    assert back.get_attribute("aria-disabled") == "false"


def test_a_graph_that_comes_later_can_be_stepped_through(page):
    """As a live cell shows it: HTML put into the page."""
    page.evaluate(COPY_FIRST)
    press(page, "Last")
    assert lines(page, 0)[3] == "grad 36"
    assert lines(page, 0, graph=1)[3] == ""


def test_without_scripts_the_picture_and_the_table_have_it_all(
    browser, address
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert lines(page, 0) == ["x", "leaf scalar", "value 2", "grad 36"]
    assert page.get_by_role("button", name="Next").count() == 0
    page.get_by_text("All steps in a table").first.click()
    row = page.locator(".stepper tbody tr").nth(1)
    assert (
        row.inner_text().split("\t")[1]
        == "Forward: y = -6, by Mul of x and w."
    )
    context.close()


def test_pages_without_a_graph_do_not_load_the_script(browser, address):
    page, script = browser.new_page(), "script[src*='stepper.js']"
    page.goto(address)
    assert page.locator(script).count() == 1
    page.goto(address.replace("two.html", "one.html"))
    assert page.locator(script).count() == 0
    page.close()
