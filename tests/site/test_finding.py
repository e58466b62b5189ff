"""Finding things: search, and a page for what is not there."""

import pytest
from built_site import SITE
from visit import Visit


def text(page):
    return (SITE / page).read_text(encoding="utf-8")


def test_there_is_a_page_for_what_is_not_there():
    assert "No such page" in text("404.html")


@pytest.mark.parametrize("key", ["Control+k", "Meta+k"])
def test_a_key_leads_to_search(browser, address, key):
    visit = Visit(browser, address + "book/learning/by_hand.html")
    visit.page.keyboard.press(key)
    visit.page.wait_for_url("**/search.html")
    focused = "document.activeElement.id"
    assert visit.page.evaluate(focused) == "query"
    visit.page.close()


def test_search_follows_what_is_typed(browser, address):
    visit = Visit(browser, address + "search.html")
    results = visit.page.locator("#search-results")
    visit.page.keyboard.type("chain rule")
    results.locator("a").first.wait_for()
    visit.page.keyboard.type(" qwertz")
    results.get_by_text("Nothing found").wait_for()
    assert visit.troubles == []
    visit.page.close()
