"""Finding things: search, and a page for what is not there."""

from functools import cache

import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages
from visit import Visit

GLOSSARY = "book/appendices/glossary.html"
CHAPTERS = [  # the pages with questions
    page
    for page in pages()
    if 'class="question"' in (SITE / page).read_text(encoding="utf-8")
]
REFERENCE = [
    page
    for page in pages()
    if page.startswith("book/api/") and not page.endswith("index.html")
]


@cache
def parsed(page):
    text = (SITE / page).read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def titled(links):
    return {link["href"]: link.get("title") for link in links}


def test_there_are_chapters_and_a_reference():
    assert len(CHAPTERS) >= 20
    assert len(REFERENCE) >= 10


def test_there_is_a_page_for_what_is_not_there(browser, address):
    visit = Visit(browser, address + "404.html")
    article = visit.page.locator("article")
    assert article.locator("h1").inner_text() == "No such page"
    article.get_by_role("link", name="its first page").click()
    visit.page.wait_for_url("**/index.html")
    visit.page.close()


def words(part):
    return " ".join(part.get_text().split())


@cache
def definitions():
    """What the glossary says, by the place of the term."""
    terms = parsed(GLOSSARY).select("dl.glossary dt[id]")
    return {dt["id"]: dt.find_next_sibling("dd") for dt in terms}


@pytest.mark.parametrize("name", CHAPTERS)
def test_words_of_the_glossary_show_what_it_says(name):
    links = titled(parsed(name).select("a.reference[href*='#term-']"))
    assert len(links) > 5
    for link, title in links.items():
        said = definitions()[link.partition("#")[2]]
        assert title
        assert title == words(said) or said.select_one(".math")


NUMBERS = {"figure": ".caption-number", "div.math[id]": ".eqno"}


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("kind", NUMBERS)
def test_figures_and_formulas_have_numbers_and_addresses(name, kind):
    for box in parsed(name).select(kind):
        assert box.select_one(NUMBERS[kind]).get_text().strip("()# ")
        assert box.select_one("a.headerlink")["href"] == f"#{box['id']}"


@pytest.mark.parametrize("kind", NUMBERS)
def test_figures_and_formulas_are_cited_by_their_numbers(kind):
    cited = [
        (words(link), words(box.select_one(NUMBERS[kind])).rstrip("#"))
        for page in map(parsed, CHAPTERS)
        for box in page.select(kind)
        for link in page.select(f"a.reference[href='#{box['id']}']")
    ]
    assert len(cited) > 10
    assert [pair for pair in cited if pair[0] != pair[1]] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_names_in_code_lead_to_their_pages(name):
    links = titled(parsed(name).select(".highlight pre a"))
    ours = {k: v for k, v in links.items() if v.startswith("companion")}
    assert ours
    assert len(links) > 10
    for link in ours:
        assert link.startswith("../api/")
        assert link.partition("#")[2].startswith(("companion", "module-"))
    others = links.keys() - ours.keys()
    assert all(
        link.startswith(("https://numpy.org", "https://docs.pytorch.org"))
        for link in others
    )


@pytest.mark.parametrize("name", REFERENCE)
def test_an_api_page_shows_sources_and_leads_back_to_chapters(name):
    page = parsed(name)
    assert len(page.select("details.api-source pre")) > 5
    assert page.select_one(".api-foot a[href^='../']")


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
