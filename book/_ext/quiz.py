"""Questions with choices, each of which says why it is right or wrong.

The ``question`` directive holds the question and a list of choices, marked
``[x]`` (right: exactly one) or ``[ ]``, each followed by its explanation. On
the site a choice opens when it is picked: HTML's own ``details``, which needs
no script, is operated by keyboard, and is known to screen readers. In EPUB all
are open, and any other builder shows a list.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

MARKS = {"[x] ": "Right.", "[ ] ": "Wrong."}
logger = logging.getLogger(__name__)


class question(nodes.container):
    """The question's paragraphs, then a list of choices."""


class choice(nodes.list_item):
    """An answer, then why it is right or wrong."""


class answer(nodes.paragraph):
    """What a choice says: all that is seen of it until it is opened."""


class Question(SphinxDirective):
    has_content = True

    def run(self):
        asked = question(classes=["question"])
        self.set_source_info(asked)
        self.state.nested_parse(self.content, self.content_offset, asked)
        if fault := fault_of(asked):
            logger.warning("question: %s", fault, location=asked)
            return []
        asked["number"] = self.next_number()
        asked[0][:0] = bold(f"{asked['number']}.")
        asked[-1]["classes"].append("choices")
        asked[-1][:] = [as_choice(item) for item in asked[-1]]
        return [asked]

    def next_number(self):
        """Questions are counted from the top of their page."""
        count = self.env.temp_data.get("questions", 0) + 1
        self.env.temp_data["questions"] = count
        return count


def fault_of(asked):
    """What is wrong with a question as it was written; None: nothing."""
    if not asked.children or not isinstance(asked[0], nodes.paragraph):
        return "begin with the question, as a paragraph"
    if not isinstance(asked[-1], nodes.bullet_list):
        return "end with a list of choices"
    marks = list(map(mark, asked[-1]))
    if None in marks:
        return "mark each choice with [ ] or [x]"
    if len(marks) < 2 or marks.count("[x] ") != 1:
        return "two or more choices, one of them right, are a question"
    if any(len(item) < 2 for item in asked[-1]):
        return "say of each choice why it is right or wrong"
    return None


def mark(item):
    """The mark that an item of a list begins with; None: it has none."""
    text = item[0].astext()[:4] if item.children else ""
    return text if text in MARKS else None


def as_choice(item):
    verdict = MARKS[mark(item)]
    said, *reasons = item.children
    said[0] = nodes.Text(said[0].astext()[4:])
    if not isinstance(reasons[0], nodes.paragraph):
        reasons.insert(0, nodes.paragraph())
    reasons[0][:0] = bold(verdict)
    return choice("", answer("", "", *said.children), *reasons)


def bold(text):
    return [nodes.strong("", text), nodes.Text(" ")]


def visit_question(self, node):
    label = f"Question {node['number']}"
    self.body.append(
        self.starttag(
            node,
            "div",
            CLASS="question",
            role="group",
            **{"aria-label": label},
        )
    )


def depart_question(self, node):
    self.body.append("</div>\n")


def visit_choice(self, node):
    unfolded = " open" if self.builder.name == "epub" else ""
    self.body.append(f"<li><details{unfolded}>")


def depart_choice(self, node):
    self.body.append("</details></li>\n")


def visit_answer(self, node):
    self.body.append("<summary>")


def depart_answer(self, node):
    self.body.append("</summary>\n")


def setup(app):
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(choice, html=(visit_choice, depart_choice))
    app.add_node(answer, html=(visit_answer, depart_answer))
    app.add_directive("question", Question)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
