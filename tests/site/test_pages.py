"""Every page, as a browser sees it."""

from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages
from visit import Visit

ALL_LOADED = """
async () => {
  const images = [...document.images];
  images.forEach(image => { image.loading = "eager"; });
  await Promise.allSettled(images.map(image => image.decode()));
  return images.filter(image => !image.naturalWidth).map(image => image.src);
}
"""

# What is folded, or not yet laid out, may be too wide as well.
LAY_OUT = "* { content-visibility: visible !important; }"
UNFOLD = "document.querySelectorAll('details').forEach(d => { d.open = true })"
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


def test_it_opens_without_an_error(visit):
    assert visit.page.title()
    assert visit.troubles == []


def test_it_asks_no_other_host(visit):
    assert visit.strangers == []


def test_every_image_loads(visit):
    assert visit.page.evaluate(ALL_LOADED) == []


def test_every_image_has_a_text_alternative(visit):
    images = visit.page.locator("article img")
    without = [
        image.get_attribute("src")
        for image in images.all()
        if not image.get_attribute("alt")
    ]
    assert without == []


@pytest.mark.parametrize("width", [320, 1280])
def test_it_does_not_scroll_sideways(visit, width):
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.add_style_tag(content=LAY_OUT)
    visit.page.evaluate(UNFOLD)
    assert visit.page.evaluate(SIDEWAYS) <= 0


def test_every_local_link_leads_somewhere(visit):
    links = visit.page.evaluate("[...document.links].map(link => link.href)")
    local = {link for link in links if urlsplit(link).netloc == visit.host}
    assert local
    assert [link for link in local if not leads_somewhere(link)] == []


def leads_somewhere(link):
    parts = urlsplit(link)
    page = unquote(parts.path).lstrip("/") or "index.html"
    place = unquote(parts.fragment)
    exists = (SITE / page).exists()
    return exists and (not place or place in places(page))


@cache
def places(page):
    """What links to a page may name behind a `#`."""
    text = (SITE / page).read_text(encoding="utf-8")
    return {p["id"] for p in BeautifulSoup(text, "html.parser").select("[id]")}


def test_the_landing_page_is_the_index(browser, address):
    page = browser.new_page()
    page.goto(address)
    assert page.url == address
    title = page.locator("article h1").inner_text()
    assert title.startswith("Inside the Training Loop")
    page.close()


def test_every_chapter_is_there():
    """An empty site would pass everything above."""
    assert {
        "index.html",
        "book/start/install.html",
        "book/learning/by_hand.html",
        "search.html",
    } <= set(pages())


def test_search_finds_a_word_of_a_chapter(browser, address):
    visit = Visit(browser, address + "search.html?q=backpropagation")
    found = visit.page.locator("#search-results a")
    found.get_by_text("A network by hand").first.wait_for()
    assert visit.troubles == []
    visit.page.close()
