"""Legible for all: axe-core, the Nu checker, keyboard, colours, paper."""

import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from built_site import SITE, pages
from PIL import Image
from visit import Visit

MODULES = Path(__file__).parent / "node_modules"
AXE = MODULES / "axe-core/axe.min.js"
NU = MODULES / "vnu-jar/build/dist/vnu.jar"
CHAPTER = "book/learning/by_hand.html"

RUN_AXE = """
async (options) => {
  document.querySelectorAll("details").forEach(d => { d.open = true; });
  const { violations } = await axe.run(options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.target} ${node.failureSummary}`));
}
"""

FOCUSED = """
() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const { outlineWidth, outlineStyle } = getComputedStyle(at);
  return {
    label: at.getAttribute("aria-label") ?? at.textContent.trim(),
    outlined: outlineStyle === "solid" && parseFloat(outlineWidth) >= 3,
    seen: box.width > 0 && box.height > 0 && box.right > 0
      && box.bottom > 0 && box.top < innerHeight,
    body: at === document.body,
  };
}
"""


# Figures that do not lie on white, where the page is dark.
IN_THE_DARK = """
() => {
  document.documentElement.dataset.theme = "dark";
  const figures = [...document.querySelectorAll("article img[src*=_images]")];
  return figures.filter(figure =>
    getComputedStyle(figure).backgroundColor !== "rgb(255, 255, 255)").length;
}
"""

# The letters of a drawing, and what the page writes its text in.
COLOURS = """
theme => {
  document.documentElement.dataset.theme = theme;
  const letters = [...document.querySelectorAll("svg.graph text")];
  const used = new Set(letters.map(text => getComputedStyle(text).fill));
  return [[...used], getComputedStyle(document.body).color];
}
"""


@pytest.fixture(scope="session")
def axe():
    assert AXE.exists(), "npm ci --prefix tests/site brings what this needs"
    return AXE.read_text(encoding="utf-8")


def test_axe_finds_nothing(visit, axe):
    """In light and, as to contrasts, in dark; all that is folded is open."""
    visit.page.add_style_tag(
        content="* { content-visibility: visible !important; }"
    )
    visit.page.evaluate(axe)
    assert visit.page.evaluate(RUN_AXE, {}) == []
    visit.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert visit.page.evaluate(RUN_AXE, {"runOnly": "color-contrast"}) == []


def test_the_html_is_valid():
    done = subprocess.run(
        [
            "java",
            "-jar",
            NU,
            "--stdout",
            "--format",
            "json",
            "--also-check-svg",
        ]
        + [SITE / page for page in pages()],
        stdout=subprocess.PIPE,
        text=True,
    )
    messages = json.loads(done.stdout)["messages"]
    errors = {
        f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}"
        for m in messages
        if m["type"] == "error"
    }
    assert errors == set()


@pytest.fixture
def chapter(browser, address):
    visit = Visit(browser, address + CHAPTER)
    yield visit.page
    visit.page.close()


def tab(page, times=1):
    """Press the Tab key; where that leads."""
    for _ in range(times):
        page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_reaches_everything_in_sight(chapter, width):
    chapter.set_viewport_size({"width": width, "height": 800})
    operable = "a[href], button, summary, textarea, input, [tabindex='0']"
    there = chapter.locator(operable).locator("visible=true").count()
    reached = []
    while not (at := tab(chapter))["body"] and len(reached) <= 2 * there:
        assert at["outlined"], at
        assert at["seen"], at
        reached.append(at["label"])
    assert reached[0] == "Skip to the text"
    assert len(reached) >= there
    order = [reached.index("Search"), reached.index("Run cell 1")]
    assert order == sorted(order)


def test_the_first_tab_skips_to_the_text(chapter):
    tab(chapter)
    chapter.keyboard.press("Enter")
    assert chapter.url.endswith("#main")
    tab(chapter)
    inside = "document.activeElement.closest('main') !== null"
    assert chapter.evaluate(inside)


def test_the_menus_open_and_close_by_keyboard(chapter):
    chapter.set_viewport_size({"width": 390, "height": 800})
    for button, menu in (
        ("Chapters", "#chapters"),
        ("On this page", "#contents"),
    ):
        assert not chapter.locator(menu).is_visible()
        chapter.get_by_role("button", name=button).press("Enter")
        assert chapter.locator(menu).is_visible()
        chapter.keyboard.press("Escape")
        assert not chapter.locator(menu).is_visible()


def test_colours_follow_the_system_and_the_reader(browser, address):
    ground = "getComputedStyle(document.body).backgroundColor"
    visit = Visit(browser, address + CHAPTER, color_scheme="dark")
    dark = visit.page.evaluate(ground)
    button = visit.page.locator(".theme")
    button.click()
    light = visit.page.evaluate(ground)
    assert (dark, light) == ("rgb(20, 23, 28)", "rgb(255, 255, 255)")
    visit.page.reload()
    assert visit.page.evaluate(ground) == light
    visit.page.close()


def test_colours_follow_the_system_without_scripts(browser, address):
    settings = {"color_scheme": "dark", "java_script_enabled": False}
    visit = Visit(browser, address + CHAPTER, **settings)
    shot = visit.page.screenshot(
        clip={"x": 2, "y": 60, "width": 1, "height": 1}
    )
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    assert image.getpixel((0, 0)) == (20, 23, 28)
    visit.page.close()


def test_figures_lie_on_white_in_the_dark(visit):
    assert visit.page.evaluate(IN_THE_DARK) == 0


def test_figures_bring_their_white_along():
    """For a dark system without scripts, and for an EPUB's dark mode."""
    for figure in (SITE / "_images").glob("*.svg"):
        ground = figure.read_text(encoding="utf-8").partition("axes_1")[0]
        assert "fill: #ffffff" in ground


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_drawings_are_in_the_pages_colour(browser, address, theme):
    visit = Visit(browser, address + "book/autograd/inside.html")
    used, color = visit.page.evaluate(COLOURS, theme)
    assert used == [color]
    visit.page.close()


def test_nothing_moves_by_itself():
    """So that `prefers-reduced-motion` has nothing to reduce."""
    sheet = (SITE / "_static/site.css").read_text(encoding="utf-8")
    assert not re.search(r"\b(transition|animation|scroll-behavior)\b", sheet)
    for script in (SITE / "_static").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\.animate\(|[\"']smooth[\"']", text)


def test_on_paper_there_is_the_text_alone(chapter):
    chapter.evaluate("document.documentElement.dataset.theme = 'dark'")
    chapter.emulate_media(media="print")
    for box in (".top", "#chapters", "#contents", ".onward", ".live-bar"):
        assert not chapter.locator(box).first.is_visible()
    color = "getComputedStyle(document.querySelector('main')).color"
    assert chapter.evaluate(color) == "rgb(31, 36, 48)"
    hint = "document.querySelector('.sd-summary-content').checkVisibility"
    assert chapter.evaluate(f"{hint}({{contentVisibilityAuto: true}})")
    wide = "[...document.querySelectorAll('main pre')]"
    assert chapter.evaluate(
        f"{wide}.every(p => p.scrollWidth <= p.clientWidth)"
    )
