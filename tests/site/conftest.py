"""The built site, served to a Chromium that can reach nothing else."""

import os
import shutil

import pytest
from built_site import SITE, pages
from playwright.sync_api import sync_playwright
from visit import Visit, serving

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


def chromium():
    """The path of the browser: CHROMIUM's, or the first that is there."""
    chosen = os.environ.get("CHROMIUM")
    found = map(shutil.which, [chosen] if chosen else BROWSERS)
    path = next(filter(None, found), None)
    assert path, "no Chromium found: install it, or name it in CHROMIUM"
    return path


@pytest.fixture(scope="session")
def address():
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, NOBODY_ELSE]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=pages())
def visit(request, browser, address):
    """Each page, opened once for all tests that only look at it."""
    visit = Visit(browser, address + request.param)
    yield visit
    visit.page.close()
