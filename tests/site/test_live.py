"""Live cells, in the Python of the browser: under node, and in Chromium."""

import gzip
import re
import sys
from pathlib import Path

import pytest
from built_site import SITE, pages
from visit import Visit, serving

sys.path.insert(0, str(Path(__file__).parent))
from live_cells import Cell, live_cells, report, troubles

ARCHIVE = SITE / "_static/companion.zip"
LIVE = [page for page in pages() if list(live_cells(SITE / page))]
MOST = 10_000_000  # bytes that the first run may fetch
HAS_RUN = ".live-status:text-is('Done'), .live-status:text-is('An error')"
CHECKED = "check.gradient(bias_gradients, of=bias_loss, at=at)"
FOREVER = "print('begun')\nwhile True:\n    pass"
MINUTE = 60_000


def test_there_are_live_pages():
    assert "book/learning/by_hand.html" in LIVE


def test_every_live_cell_of_the_book():
    assert list(report([SITE / page for page in LIVE], ARCHIVE)) == []


@pytest.fixture
def open_page(browser, address):
    context = browser.new_context()
    context.set_default_timeout(MINUTE)
    yield lambda page: open_in(context, address + page)
    context.close()


def open_in(context, url):
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("requestfailed", lambda r: page.errors.append(r.url))
    page.goto(url, wait_until="networkidle")
    return page


def cells(page):
    return page.locator(".cell.tag_runnable:has(.live-bar)")


def press(cell, label):
    """Press a button, in a closed solution too."""
    cell.get_by_role("button", name=label, include_hidden=True).evaluate(
        "button => button.click()"
    )


def write(cell, source):
    press(cell, "Edit")
    cell.locator("textarea").evaluate(
        "(field, text) => { field.value = text;"
        " field.dispatchEvent(new Event('input')); }",
        source,
    )


def show(cell, text):
    cell.locator(".cell_output").get_by_text(text).wait_for()


def say(cell, words):
    cell.locator(f".live-status:text-is({words!r})").wait_for(state="attached")


def output(cell):
    return cell.locator(".cell_output").text_content()


@pytest.mark.parametrize("name", LIVE)
def test_a_page_runs_in_the_browser(open_page, name):
    """All its cells, by running the last: each runs those above it."""
    page = open_page(name)
    published = list(live_cells(SITE / name))
    assert cells(page).count() == len(published)
    last = cells(page).last
    press(last, "Run")
    last.locator(HAS_RUN).wait_for(state="attached")
    for cell, before in zip(cells(page).all(), published, strict=True):
        assert cell.locator(HAS_RUN).count() == 1
        if cell.locator(".stepper").count():
            continue  # its script shows one step; node has compared them all
        now = Cell(before.source, output(cell), before.may_fail)
        assert compared(before, now) == []
    assert page.errors == []


def compared(before, now):
    kind = "error" if before.may_fail else "printed"
    answer = {"printed": "", "seconds": 0, kind: now.output}
    return list(troubles(before, answer))


def test_nothing_is_fetched_before_the_first_run(open_page):
    page = open_page(LIVE[0])
    page.wait_for_timeout(500)
    assert fetched(page, "pyodide|companion.zip|live-worker") == []


def test_the_first_run_fetches_little(open_page):
    page = open_page("book/learning/by_hand.html")
    before = set(fetched(page, ""))
    press(cells(page).first, "Run")
    say(cells(page).first, "Done")
    new = set(fetched(page, "")) - before
    # A worker's own requests are not its page's: all that it might ask for.
    assert any("live-worker" in url for url in new)
    files = [*(SITE / "_static").glob("pyodide*/*"), ARCHIVE]
    assert 0 < sum(len(gzip.compress(f.read_bytes())) for f in files) < MOST


def test_no_click_asks_another_host(browser, address):
    """Whatever can be pressed is, and Python started: workers, too, ask."""
    visit = Visit(browser, address + "book/learning/by_hand.html")
    press(cells(visit.page).first, "Run")
    say(cells(visit.page).first, "Done")
    for part in visit.page.locator("button, summary").all():
        part.evaluate("part => part.click()")
    visit.page.wait_for_load_state("networkidle")
    assert any(url.endswith("companion.zip") for url in visit.requests)
    assert visit.strangers == []
    visit.page.close()


def test_cells_run_under_a_path(browser):
    with serving(SITE.parent) as address:
        visit = Visit(browser, f"{address}{SITE.name}/index.html")
        press(cells(visit.page).first, "Run")
        say(cells(visit.page).first, "Done")
        assert visit.troubles == []
        visit.page.close()


def fetched(page, pattern):
    names = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    return [name for name in names if re.search(pattern, name)]


@pytest.fixture
def first_two(open_page):
    page = open_page("book/learning/by_hand.html")
    first, second = cells(page).all()[:2]
    yield first, second
    assert page.errors == []


def test_cells_share_what_the_reader_wrote(first_two):
    first, second = first_two
    write(first, "shared = 6")
    write(second, "shared * 7")
    press(second, "Run")
    say(second, "Done")
    assert output(second).strip() == "42"
    write(first, "shared = 7")  # changed, so it is run again
    press(second, "Run")
    show(second, "49")


def test_a_traceback_names_the_readers_lines(first_two):
    first, second = first_two
    write(first, "def f(x):\n    return 1 / x")
    write(second, "f(0)")
    press(second, "Run")
    say(second, "An error")
    assert "return 1 / x" in output(second)
    assert "ZeroDivisionError: division by zero" in output(second)
    assert output(second).count("File") == 2


def test_a_cell_below_an_error_is_not_run(first_two):
    first, second = first_two
    published = output(second)
    write(first, "1 / 0")
    press(second, "Run")
    say(second, "Not run, since cell 1 above it failed.")
    assert output(second) == published


def test_a_loop_without_end_can_be_stopped(first_two):
    first, second = first_two
    write(first, "a = 1")
    write(second, FOREVER)
    press(second, "Run")
    show(second, "begun")
    press(second, "Stop")
    say(second, "Stopped. The next run begins with the first cell.")
    write(second, "a + 1")
    press(second, "Run")
    say(second, "Done")
    assert output(second).strip() == "2"


def test_the_built_output_stays_until_there_is_another(first_two):
    _, second = first_two
    published = output(second)
    write(second, "import time\ntime.sleep(1)\nprint('new')")
    press(second, "Run")
    say(second, "Running")
    assert output(second) == published
    show(second, "new")
    assert output(second).strip() == "new"


def test_reset_gives_the_cell_back_and_empties_the_memory(first_two):
    first, second = first_two
    published = output(second)
    write(first, "kept = 1")
    write(second, "changed = kept")
    press(second, "Run")
    say(second, "Done")
    press(second, "Reset")
    assert output(second) == published
    assert "line_loss" in second.locator(".cell_input pre").text_content()
    write(second, "'changed' in globals(), kept")
    press(second, "Run")
    say(second, "Done")
    assert output(second).strip() == "(False, 1)"


def test_a_checker_refuses_the_stub_and_accepts_a_solution(open_page):
    page = open_page("book/learning/by_hand.html")
    stub = page.locator(".tag_runnable", has_text="# your code").first
    solution = stub.locator("~ .tag_hide-cell").first
    press(stub, "Run")
    say(stub, "Done")
    assert "not yet" in output(stub)
    answer = solution.locator(".cell_input pre").text_content()
    given = stub.locator(".cell_input pre").text_content()
    write(stub, f"{given}\n{answer.partition('report =')[0]}\n{CHECKED}")
    press(stub, "Run")
    show(stub, "accepted")
    assert page.errors == []


def test_a_graph_that_a_live_cell_draws_can_be_stepped_through(open_page):
    page = open_page("book/autograd/inside.html")
    cell = page.locator(".tag_runnable:has(.stepper)")
    source = cell.locator(".cell_input pre").text_content()
    write(cell, source.replace("(3.0, 4.0, 5.0)", "(1.0, 2.0, 3.0)"))
    press(cell, "Run")
    say(cell, "Done")
    assert "w = 1, x = 2, b = 3" in cell.locator("output").inner_text()
    cell.get_by_role("button", name="Last").click()
    assert "w.grad = 21" in cell.locator("output").inner_text()
    assert page.errors == []


def test_the_editor_by_keyboard(first_two):
    first, _ = first_two
    page = first.page
    first.get_by_role("button", name="Edit").press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("if True:\nprint(6 / 2)")  # `/` is Sphinx's own key
    page.keyboard.press("Shift+Enter")
    show(first, "3.0")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not first.locator("textarea").evaluate(
        "field => field === document.activeElement"
    )


def test_from_a_folder_it_says_why_not(browser):
    page = browser.new_page()
    page.goto((SITE / "book/learning/by_hand.html").as_uri())
    press(cells(page).first, "Run")
    cells(page).first.get_by_text("served over http").wait_for()
    page.close()
