"""The frame of every page, and what becomes of a page when it is written.

The templates (``templates``) stand in place of the theme's: the theme brings
half a megabyte of icons, four style sheets and nine scripts. Here a page has
one style sheet, put together from ours, Pygments' and KaTeX's, and one script
(``site.js``), besides those of its own. Each page says what it may load, in a
Content-Security-Policy: files of this site, and nothing else.
"""

import os
import re
from base64 import b64encode
from functools import partial
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import escape

import code_links
from PIL import Image
from sphinx.jinja2glue import BuiltinTemplateLoader

HERE = Path(__file__).parent
STATIC = HERE.parent / "_static"
KATEX = HERE.parents[1] / "third_party/katex/static/katex"
KEPT = ("pyodide", "katex/fonts", "katex/LICENSE")  # of what others bring
SEARCH = ("language_data.js", "searchtools.js")
FIRST_SCRIPT = (HERE / "templates" / "first.js").read_text().strip()
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {hashes}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
CHARSET = '<meta charset="utf-8">'
IMAGE = re.compile(r'<img ([^>]*?)src="([^"]*/?_images/([^"]+))"([^>]*?)/?>')
SVG_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
URL = re.compile(r"url\((?!data:)([^)]+)\)")
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
IN_SUMMARY = re.compile(r'<p( class="(?:collapsed|expanded)[^"]*")>(.*?)</p>')
REPLACED = (
    (' aria-label="Toggle hidden content"', ""),  # it hid what the label says
    (' role="doc-biblioentry"', ""),  # ARIA has withdrawn it
    (' role="list" class="citation-list"', ' class="citation-list"'),
    ('class="citation-list" role="list"', 'class="citation-list"'),
    ("pst-scrollable-table-container", "table-box"),
)


class Frame(BuiltinTemplateLoader):
    """Sphinx's templates, and the last changes to a finished page."""

    def init(self, builder, theme=None, dirs=None):
        self.builder = builder
        self.of_site = builder.name == "html"  # an EPUB has its own frame
        if self.of_site:
            builder.config.templates_path.append(str(HERE / "templates"))
        super().init(builder, theme, dirs)

    def render(self, template, context):
        html = super().render(template, context)
        if not self.of_site or "</html>" not in html:
            return html
        return self.finished(html, context["pagename"])

    def finished(self, html, page):
        for old, new in REPLACED:
            html = html.replace(old, new)
        html = IN_SUMMARY.sub(r"<span\1>\2</span>", html)
        html = IMAGE.sub(self.sized, html)
        html = code_links.link(html, partial(self.address, page))
        return html.replace(CHARSET, CHARSET + policy(html), 1)

    def address(self, page, name):
        """Of a name of ours on its API page, seen from `page`."""
        place = self.builder.env.domains["py"].objects.get(name)
        if not place:
            return None
        target = self.builder.get_relative_uri(page, place.docname)
        return f"{target}#{place.node_id}"

    def sized(self, match):
        """An image with its size, so that nothing jumps when it comes."""
        before, address, name, after = match.groups()
        files = {name: path for path, name in self.builder.images.items()}
        width, height = size(Path(self.builder.srcdir, files[name]))
        return (
            f'<img {before}src="{address}" width="{width}" height="{height}" '
            f'loading="lazy" decoding="async"{after}>'
        )


def policy(html):
    """What this page may load, and which of its scripts may run."""
    scripts = INLINE_SCRIPT.findall(html)
    hashes = " ".join(f"'sha256-{digest(script)}'" for script in scripts)
    content = POLICY.format(hashes=hashes)
    return f'\n<meta http-equiv="Content-Security-Policy" content="{content}">'


def digest(text):
    return b64encode(sha256(text.encode()).digest()).decode()


def size(path):
    """Width and height in pixels."""
    if path.suffix == ".svg":
        head = path.read_text(encoding="utf-8")[:2000]
        width, height = map(float, SVG_SIZE.search(head).groups())
        return round(width * 4 / 3), round(height * 4 / 3)  # of points
    with Image.open(path) as image:
        return image.size


def settle_address(app, config):
    """Whoever publishes may say where; pages lie below that address."""
    address = os.environ.get("SITE_ADDRESS") or config.html_baseurl
    config.html_baseurl = address.rstrip("/") + "/" if address else ""


def leave_out_of_epub(app):
    """Scripts and fonts: its readers bring their own."""
    if app.builder.name == "epub":
        app.config.html_static_path = []


def add_context(app, pagename, templatename, context, doctree):
    """What the templates ask for."""
    names = [Path(str(s.filename)).name for s in context["script_files"]]
    own = [name for name in names if (STATIC / name).exists()]
    context["own_scripts"] = [f"_static/{name}" for name in ["site.js", *own]]
    context["first_script"] = FIRST_SCRIPT
    context["site_description"] = app.config.site_description
    context["html_baseurl"] = app.config.html_baseurl


def not_found(app):
    if app.builder.name == "html":
        yield "404", {"title": "No such page"}, "404.html"


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    (static / "site.css").write_text(style(static), encoding="utf-8")
    leave_out(static)
    write_sitemap(app)


def style(static):
    """One style sheet: Pygments' and KaTeX's, then ours in their order.

    Sphinx writes Pygments' in every build. The others it copies only where
    it writes a page, so they are read from where they come from.
    """
    sheets = [static / "pygments.css", *sorted(STATIC.glob("*.css"))]
    pygments, *own = map(stripped, sheets)
    katex = URL.sub(r"url(katex/\1)", stripped(KATEX / "katex.min.css"))
    return "".join([pygments, katex, *own])


def stripped(sheet):
    """Without its comments."""
    text = COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    return text.strip() + "\n"


def leave_out(static):
    """Drop what Sphinx and the theme bring, and no page asks for."""
    for path in sorted(static.rglob("*"), reverse=True):
        name = str(path.relative_to(static))
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif not is_asked_for(name):
            path.unlink()


def is_asked_for(name):
    own = (STATIC / name).exists() and not name.endswith(".css")
    made = name in (*SEARCH, "site.css", "companion.zip")
    return own or made or name.startswith(KEPT)


def write_sitemap(app):
    """Where the site has an address; else there is none, of no build."""
    sitemap = Path(app.outdir) / "sitemap.xml"
    sitemap.unlink(missing_ok=True)
    if not app.config.html_baseurl:
        return
    pages = sorted(app.env.found_docs)
    links = [f"{app.config.html_baseurl}{page}.html" for page in pages]
    urls = "".join(f"<url><loc>{escape(link)}</loc></url>\n" for link in links)
    sitemap.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{urls}</urlset>\n",
        encoding="utf-8",
    )


def setup(app):
    app.add_config_value("site_description", "", "html")
    app.config.template_bridge = "frame.Frame"
    app.connect("config-inited", settle_address)
    app.connect("builder-inited", leave_out_of_epub)
    app.connect("html-page-context", add_context, priority=900)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
