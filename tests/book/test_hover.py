"""A word of the glossary shows its definition."""

import sys

import pytest
from bs4 import BeautifulSoup
from small_book import PAGES, ROOT, make_book

sys.path.insert(0, str(ROOT / "book/_ext"))
import hover

GLOSSARY = """
```{glossary}
gradient
  How fast a loss
  rises.

learning rate
  By what $\\beta$ a gradient is multiplied.

rate
  A number for each second.

kernel
  A small filter.
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


USED = """
Cut-rate gradients and learning rates, **rate**, `rate`, kernels, a gradient
and a [rate](https://rate.example). At any rate, that is all.

## A rate in a heading

Of rates.
"""


def test_the_first_mention_of_a_term_is_a_link(tmp_path):
    """In running text; and an everyday word is none."""
    pages = PAGES | {"book/one": PAGES["book/one"] + GLOSSARY}
    book = make_book(tmp_path, pages)
    book.add("book/two", USED)
    book.built()
    page = BeautifulSoup(book.html("book/two"), "html.parser").article
    assert [
        (link.get_text(), link["href"]) for link in page.select(".term")
    ] == [
        ("gradients", "one.html#term-gradient"),
        ("learning rates", "one.html#term-learning-rate"),
        ("rate", "one.html#term-rate"),
    ]
    titles = [link["title"] for link in page.select(".term")]
    assert titles[1] == "By what β a gradient is multiplied."
    assert "At any" in page.select(".term")[2].previous_sibling
    glossary = BeautifulSoup(book.html("book/one"), "html.parser")
    assert not glossary.select(".term")


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"1 - \beta^t", "1 - β^t"),
        (r"\tfrac{\lambda}{2} \lVert \theta \rVert^2", "λ/2 ‖ θ ‖^2"),
        (r"(\hat y - y) / 2\varepsilon", "(ŷ - y) / 2ε"),
        (r"-\sum_k t_k \log p_k", "-∑_k t_k log p_k"),
        (r"\max(z, 0)", "max(z, 0)"),
    ],
)
def test_a_title_has_signs_for_tex(tex, text):
    assert hover.plain(tex) == text
