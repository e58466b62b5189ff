"""A link to the glossary shows the definition."""

from small_book import PAGES, make_book

GLOSSARY = """
```{glossary}
gradient
  How fast a loss
  rises.
```

See {term}`gradient`.
"""


def test_a_term_shows_its_definition_on_every_page(tmp_path):
    pages = PAGES | {
        "book/one": PAGES["book/one"] + GLOSSARY,
        "book/two": PAGES["book/two"] + "\nThe {term}`gradient` again.\n",
    }
    book = make_book(tmp_path, pages)
    book.built()
    for page, place in (("one", ""), ("two", "one.html")):
        html = book.html(f"book/{page}")
        link = f'href="{place}#term-gradient" title="How fast a loss rises."'
        assert link in html
