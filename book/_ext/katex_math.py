"""Mathematics rendered when the book is built, by KaTeX.

A page carries finished HTML, with MathML inside for screen readers, and no
script: nothing is fetched and nothing jumps while the reader waits. KaTeX
itself is in ``third_party/katex``. A formula that KaTeX cannot read is a
warning, and so fails the build.
"""

import atexit
import re
from functools import cache
from pathlib import Path

from docutils.nodes import SkipNode
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

KATEX = Path(__file__).parents[2] / "third_party" / "katex"
# KaTeX leaves an index like \max in two parts, where MathML wants one.
LOOSE_OPERATOR = re.compile(r"(<mi>\w+</mi><mo>\u2061</mo>)(?=</msu[bp]>)")
logger = logging.getLogger(__name__)


@cache
def renderer():
    engine = MiniRacer()
    # Left to Python's own end, it may wait for its thread for ever.
    atexit.register(engine.close)
    engine.eval((KATEX / "katex.min.js").read_text(encoding="utf-8"))
    return engine


@cache
def render(tex, display, output):
    options = {"displayMode": display, "output": output}
    made = renderer().call("katex.renderToString", tex, options)
    return LOOSE_OPERATOR.sub(r"<mrow>\1</mrow>", made)


def html(self, node, display):
    """HTML with MathML inside; for an EPUB, whose readers know it, MathML."""
    output = "mathml" if self.builder.name == "epub" else "htmlAndMathml"
    try:
        return render(node.astext(), display, output)
    except JSEvalException as error:
        reason = str(error).strip().splitlines()[0]
        logger.warning("%s: %s", reason, node.astext(), location=node)
        return node.astext()


def visit_math(self, node):
    self.body.append(f'<span class="math">{html(self, node, False)}</span>')


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(html(self, node, True))
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
