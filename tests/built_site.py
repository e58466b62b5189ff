"""The site that `make book` built."""

from pathlib import Path

SITE = Path(__file__).parents[1] / "_build/html"


def pages():
    """Every page, relative to the site's root."""
    found = (p.relative_to(SITE) for p in SITE.rglob("*.html"))
    return sorted(str(p) for p in found if p.parts[0] != "_static")
