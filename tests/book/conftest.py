"""Small books, one for each test."""

import pytest
from small_book import make_book, make_package_book


@pytest.fixture
def book(tmp_path):
    return make_book(tmp_path)


@pytest.fixture
def package_book(tmp_path):
    return make_package_book(tmp_path)
