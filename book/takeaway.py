"""The built book as one PDF, one EPUB and one zip, into _build/takeaway.

``make takeaway`` calls it, and then builds the site again, with links.
"""

import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from built_site import SITE  # noqa: E402
from visit import FLAGS, chromium  # noqa: E402

MADE = ROOT / "_build/takeaway"
NAME = "inside-the-training-loop"
HEAD = (
    '<!DOCTYPE html><html lang="en" data-theme="light"><head>'
    '<meta charset="utf-8"><title>Inside the Training Loop</title>'
    '<link rel="stylesheet" href="_static/site.css">'
    "<style>article { break-before: page; }</style></head><body><main>"
)
AT_FOOT = (
    '<div style="font-size: 8px; width: 100%; text-align: center">'
    '<span class="pageNumber"></span></div>'
)


def pages(soup):
    """The book's pages in their order, from the menu of the first."""
    links = [link["href"] for link in soup.select("#chapters a")]
    return ["index.html", *links]


def single_page():
    """All articles in one page, their links inside it."""
    first = parsed("index.html")
    within = pages(first)
    articles = (article(page, within) for page in within)
    return HEAD + "".join(articles) + "</main></body></html>"


def parsed(page):
    text = (SITE / page).read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def article(page, within):
    """Its links lead to the pages `within`, or to other sites."""
    found = parsed(page).select_one("article")
    found["id"] = page
    for part in found.select("[id]"):
        part["id"] = f"{page}--{part['id']}"
    for image in found.select("img"):
        image["src"] = joined(page, image["src"])
        image["loading"] = "eager"
    for link in found.select("a[href]"):
        if re.match(r"[a-z]+:", link["href"]):
            continue
        place = joined(page, link["href"])
        if place.partition("#")[0] in within:
            link["href"] = "#" + inside(place)
        else:  # to a page of the API reference, which only the site has
            del link["href"]
    for details in found.select("details"):
        details["open"] = ""
    return str(found)


def joined(page, address):
    """An address on a page, as seen from the top of the site."""
    if address.startswith("#"):
        return page + address
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def inside(address):
    """The name in the single page of a place in the site."""
    page, _, place = address.partition("#")
    return f"{page}--{place}" if place else page


def print_pdf(path):
    whole = SITE / "whole-book.html"
    whole.write_text(single_page(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS
        )
        page = browser.new_page()
        page.goto(whole.as_uri(), wait_until="networkidle")
        page.pdf(
            path=path,
            format="A4",
            margin=dict.fromkeys(("top", "bottom", "left", "right"), "18mm"),
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=AT_FOOT,
            outline=True,
            tagged=True,
        )
        browser.close()
    whole.unlink()


def make_epub(path):
    program = Path(sys.executable).with_name("jupyter-book")
    builder = ["--builder", "custom", "--custom-builder", "epub"]
    subprocess.run([program, "build", ".", *builder], cwd=ROOT, check=True)
    (made,) = (ROOT / "_build/epub").glob("*.epub")
    shutil.copy(made, path)


def main():
    shutil.rmtree(MADE, ignore_errors=True)
    shutil.rmtree(SITE / "takeaway", ignore_errors=True)
    MADE.mkdir()
    make_epub(MADE / f"{NAME}.epub")
    print_pdf(MADE / f"{NAME}.pdf")
    shutil.make_archive(MADE.parent / NAME, "zip", SITE.parent, SITE.name)
    (MADE.parent / f"{NAME}.zip").rename(MADE / f"{NAME}.zip")
    for path in sorted(MADE.iterdir()):
        print(f"{path.stat().st_size / 1e6:6.1f} MB  {path}")


if __name__ == "__main__":
    main()
