"""What needs the addresses of the site and the repository."""

import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from small_book import make_book

SITE = "https://reader.example/loop/"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    book = make_book(tmp_path_factory.mktemp("addresses"))
    book.replace("_config.yml", 'baseurl: ""', f'baseurl: "{SITE[:-1]}"')
    book.built()
    return book


def head(book, page):
    return BeautifulSoup(book.html(page), "html.parser").head


@pytest.mark.parametrize("page", ["index", "book/one", "book/two"])
def test_a_page_names_its_address(book, page):
    found = head(book, page)
    address = f"{SITE}{page}.html"
    assert found.select_one("link[rel=canonical]")["href"] == address
    assert found.select_one("meta[property='og:url']")["content"] == address
    title = {"index": "A small book", "book/one": "One", "book/two": "Two"}
    named = found.select_one("meta[property='og:title']")["content"]
    assert named == title[page]


def test_the_sitemap_lists_all_pages(book):
    sitemap = ET.fromstring(book.site()["sitemap.xml"])
    listed = {place.text for place in sitemap.iterfind("{*}url/{*}loc")}
    pages = "index", "book/one", "book/two"
    assert listed == {f"{SITE}{page}.html" for page in pages}


def test_a_lost_reader_finds_the_way_from_any_depth(book):
    assert head(book, "404").base["href"] == SITE


def test_who_publishes_may_say_where(book):
    elsewhere = "https://publisher.example/"
    book.built("env", f"SITE_ADDRESS={elsewhere}")
    canonical = head(book, "book/one").select_one("link[rel=canonical]")
    assert canonical["href"] == f"{elsewhere}book/one.html"


def test_without_an_address_nothing_is_invented(tmp_path):
    book = make_book(tmp_path)
    book.built()
    assert "sitemap.xml" not in book.site()
    for page in "index", "book/one", "404":
        found = head(book, page)
        assert not found.select("[rel=canonical], [property], base")
