"""The built site, served to a Chromium that can reach nothing else."""

import pytest
from built_site import SITE, pages
from playwright.sync_api import sync_playwright
from visit import FLAGS, NOBODY_ELSE, Visit, chromium, serving


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
