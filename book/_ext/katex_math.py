"""Mathematics rendered when the book is built, by KaTeX.

A page carries finished HTML, with MathML inside for screen readers, and no
script: nothing is fetched and nothing jumps while the reader waits. KaTeX
itself is in ``third_party/katex``. A formula that KaTeX cannot read is a
warning, and so fails the build.
"""

from functools import cache
from pathlib import Path

from docutils.nodes import SkipNode
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

KATEX = Path(__file__).parents[2] / "third_party" / "katex"
logger = logging.getLogger(__name__)


@cache
def renderer():
    engine = MiniRacer()
    engine.eval((KATEX / "katex.min.js").read_text(encoding="utf-8"))
    return engine


@cache
def render(tex, display):
    options = {"displayMode": display, "output": "htmlAndMathml"}
    return renderer().call("katex.renderToString", tex, options)


def html(node, display):
    try:
        return render(node.astext(), display)
    except JSEvalException as error:
        reason = str(error).strip().splitlines()[0]
        logger.warning("%s: %s", reason, node.astext(), location=node)
        return node.astext()


def visit_math(self, node):
    self.body.append(f'<span class="math">{html(node, False)}</span>')


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(html(node, True))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")


def skip(visit):
    def visitor(self, node):
        visit(self, node)
        raise SkipNode

    return visitor


def setup(app):
    app.add_html_math_renderer(
        "katex", (skip(visit_math), None), (skip(visit_math_block), None)
    )
    app.config.html_static_path.append(str(KATEX / "static"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
