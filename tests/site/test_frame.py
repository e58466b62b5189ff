"""Pages are light, keep to themselves, and work from anywhere."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from built_site import SITE, pages
from visit import Visit, serving

POLICY = re.compile(r'Content-Security-Policy" content="([^"]*)"')
MOST = 250_000  # bytes over the wire, without figures
BLOCKING = 3
FIGURE = 60_000  # bytes over the wire, at most
SCRIPTS = {"site.js", "live.js", "stepper.js"}
KINDS = (  # of pages
    "index.html",
    "book/learning/by_hand.html",
    "book/api/optim.html",
    "book/appendices/glossary.html",
    "genindex.html",
    "search.html",
    "404.html",
)

SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

BLOCKED = """
performance.getEntriesByType("resource")
  .filter(entry => entry.renderBlockingStatus === "blocking")
  .map(entry => entry.name)
"""

SIZED = re.compile(r' width="\d+" height="\d+"')

SCROLL = """
async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 400) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
}
"""

# Formulas that no KaTeX font has drawn, or that nothing has.
UNDRAWN = """
async () => {
  await document.fonts.ready;
  const drawn = [...document.fonts].filter(
    ({ family, status }) => family.includes("KaTeX") && status === "loaded");
  const formulas = [...document.querySelectorAll(".math")];
  return formulas.filter(f => !drawn.length || !f.querySelector("math")
    || !f.getClientRects().length && f.checkVisibility()).length;
}
"""

INTRUDE = """
() => {
  const script = document.createElement("script");
  script.textContent = "window.intruded = true";
  document.body.append(script);
  document.body.insertAdjacentHTML(
    "beforeend", '<img src="x" onerror="window.intruded = true">');
}
"""


def html(page):
    return (SITE / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", pages())
def test_every_page_says_what_it_may_load(name):
    directives = dict(
        directive.strip().split(" ", 1)
        for directive in POLICY.search(html(name))[1].split(";")
    )
    assert directives["default-src"] == "'self'"
    sources = directives["script-src"].split()
    assert sources[:2] == ["'self'", "'wasm-unsafe-eval'"]
    assert all(source.startswith("'sha256-") for source in sources[2:])
    assert len(sources) == 2 + html(name).count("<script>")
    assert "on" not in re.findall(r" (on)[a-z]+=\"", html(name))


def test_a_script_that_is_not_ours_does_not_run(browser, address):
    visit = Visit(browser, address)
    visit.page.evaluate(INTRUDE)
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("window.intruded") is None
    refused = [t for t in visit.troubles if "Content Security Policy" in t]
    assert len(refused) >= 2
    visit.page.close()


@pytest.mark.parametrize("name", pages())
def test_a_page_has_no_scripts_but_ours(name):
    named = parsed(name).select("script[src]")
    assert {script["src"].rpartition("/")[2] for script in named} <= SCRIPTS


@pytest.mark.parametrize("name", pages())
def test_no_formula_is_left_to_a_script(name):
    """Each has KaTeX's HTML, and MathML in it; the rest is not TeX."""
    page = parsed(name).article
    for formula in page.select(".math"):
        assert formula.select_one(".katex-html[aria-hidden=true]")
        assert formula.select_one(".katex-mathml > math")
    for part in page.select(".math, pre, code, svg"):
        part.extract()
    assert not re.search(r"\$[^$]+\$|\\[(\[a-z]", page.get_text())


def test_formulas_are_drawn_in_their_fonts(browser, address):
    visit = Visit(browser, address + "book/learning/by_hand.html")
    assert visit.page.locator(".math").count() > 50
    assert visit.page.evaluate(UNDRAWN) == 0
    visit.page.close()


def parsed(page):
    return BeautifulSoup(html(page), "html.parser")


def test_it_weighs_little(visit):
    files = {urlsplit(url).path.lstrip("/") for url in visit.requests}
    files = {f for f in files if f and not f.startswith("_images")}
    weight = sum(wire(SITE / file) for file in files)
    assert 5_000 < weight <= MOST


def wire(path):
    """Bytes over the wire; fonts are compressed as they are."""
    content = path.read_bytes()
    packed = path.suffix == ".woff2"
    return len(content if packed else gzip.compress(content))


def test_little_holds_up_its_first_sight(visit):
    assert 0 < len(visit.page.evaluate(BLOCKED)) <= BLOCKING


@pytest.mark.parametrize("name", pages())
def test_images_have_their_sizes_and_figures_wait(name):
    for image in re.findall("<img [^>]*>", html(name)):
        assert SIZED.search(image)
        assert ("_images/" in image) == ('loading="lazy"' in image)


def test_figures_are_drawn_and_not_heavy():
    figures = list((SITE / "_images").iterdir())
    assert len(figures) > 20
    for figure in figures:
        assert figure.suffix == ".svg"
        assert wire(figure) <= FIGURE


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps(browser, address, width):
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(SHIFTS)
    for name in KINDS:
        page = context.new_page()
        page.goto(address + name, wait_until="networkidle")
        page.evaluate(SCROLL)
        assert page.evaluate("window.shifted") < 0.02, name
        page.close()
    context.close()


@pytest.fixture(scope="module")
def nested():
    """The site, one folder further down on its server."""
    with serving(SITE.parent) as address:
        yield f"{address}{SITE.name}/"


@pytest.mark.parametrize("name", KINDS)
def test_it_works_under_a_path(browser, nested, name):
    visit = Visit(browser, nested + name)
    assert visit.troubles == []
    assert all(url.startswith(nested) for url in visit.requests)
    visit.page.close()


@pytest.mark.parametrize("name", KINDS)
def test_it_works_from_a_folder(browser, name):
    visit = Visit(browser, (SITE / name).as_uri())
    assert visit.troubles == []
    sheet = "document.styleSheets[0].cssRules.length"
    styled = "getComputedStyle(document.body).margin"
    assert visit.page.evaluate(styled) == "0px", sheet
    visit.page.close()


def test_search_works_from_a_folder(browser):
    visit = Visit(browser, (SITE / "search.html").as_uri())
    visit.page.keyboard.type("backpropag")  # as one types
    found = visit.page.locator("#search-results a")
    found.get_by_text("A network by hand").first.wait_for()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(re.compile(r"/book/"))
    assert visit.troubles == []
    visit.page.close()
