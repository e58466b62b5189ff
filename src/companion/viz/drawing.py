"""The graph behind a tensor, drawn: boxes for its nodes, arrows for data.

The picture has the colour of the text around it, and so is legible in light
and in dark. Its words tell the graph to those who do not see it.
"""

from html import escape
from itertools import pairwise
from pathlib import Path

from companion.autograd import trace
from companion.viz.layout import layout

LETTER, LINE = 7.3, 17  # of monospace in 12 pixels: its width and height
PADDING = 8  # in a box
SPACE = 34  # between two rows, for the arrows
STYLE = (
    'style="max-width: 100%; height: auto" font-family="monospace" '
    'font-size="12" text-anchor="middle" fill="none" stroke="currentColor"'
)


class Picture:
    """An SVG: notebooks show it, `str` gives its text, `save` a file."""

    def __init__(self, svg):
        self.svg = svg

    def __str__(self):
        return self.svg

    def _repr_svg_(self):
        return self.svg

    def _repr_html_(self):
        return self.svg  # in the page, and so in the page's colours

    def save(self, path):
        """Write the SVG to a file."""
        Path(path).write_text(self.svg, encoding="utf-8")


def graph(tensor, **names):
    """The graph that made `tensor`, as a `Picture`, with the leaves on top.

    `names` are those of tensors in it: ``viz.graph(loss, w=w, b=b)``.
    """
    return Picture(draw(trace.graph(tensor, **names)))


def draw(data, notes=None):
    """The SVG of a graph as data; `notes`: {node: more lines in its box}."""
    drawing = Drawing(data, notes or {})
    arrows = map(drawing.arrow, range(len(drawing.routes)))
    boxes = map(drawing.box, range(len(drawing.nodes)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" '
        f"{drawing.frame()} {STYLE}>{words(data)}{''.join(arrows)}"
        f"{''.join(boxes)}</svg>"
    )


class Drawing:
    """A graph as data, and where its boxes and arrows stand."""

    def __init__(self, data, notes):
        self.nodes = data["nodes"]
        self.lines = [
            [title(node), subtitle(node), *notes.get(node["id"], ())]
            for node in self.nodes
        ]
        self.widths = [
            LETTER * max(map(len, lines)) + 2 * PADDING for lines in self.lines
        ]
        self.tall = LINE * max(map(len, self.lines)) + PADDING
        edges = [(edge["from"], edge["to"]) for edge in data["edges"]]
        row, self.x, self.routes = layout(self.widths, edges)
        top = max(row.values())
        self.y = {s: (top - row[s]) * (self.tall + SPACE) for s in self.x}

    def frame(self):
        left = min(self.x[n] - w / 2 for n, w in enumerate(self.widths))
        right = max(self.x[n] + w / 2 for n, w in enumerate(self.widths))
        width, height = right - left + 2, max(self.y.values()) + self.tall + 2
        return (
            f'width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="{left - 1:.1f} -1 {width:.1f} {height:.1f}"'
        )

    def box(self, number):
        """A node: round for a leaf, with its title in bold."""
        x, y, width = self.x[number], self.y[number], self.widths[number]
        leaf = self.nodes[number]["operation"] == "leaf"
        lines = "".join(
            f'<text x="{x:.1f}" y="{y + LINE * n:.1f}" fill="currentColor" '
            f'stroke="none"{"" if n > 1 else BOLD}>{escape(line)}</text>'
            for n, line in enumerate(self.lines[number], 1)
        )
        return (
            f'<g class="node" data-node="{self.nodes[number]["id"]}">'
            f'<rect x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" '
            f'height="{self.tall}" rx="{14 if leaf else 3}"/>{lines}</g>'
        )

    def arrow(self, number):
        """An edge: down from the used node, past others, to its user."""
        way, end = self.routes[number], self.entry(number)
        x = self.x | {way[-1]: end}
        path = f"M{x[way[0]]:.1f} {self.y[way[0]] + self.tall}"
        for here, there in pairwise(way):
            y, half = self.y[there], self.y[there] - SPACE / 2
            path += f"C{x[here]:.1f} {half} {x[there]:.1f} {half} "
            path += f"{x[there]:.1f} {y}V{y + self.tall}"
        path = path.removesuffix(f"V{y + self.tall}")
        path += f"M{end - 4:.1f} {y - 7}L{end:.1f} {y}L{end + 4:.1f} {y - 7}"
        return (
            f'<path class="edge" data-from="{way[-1]}" data-to="{way[0]}" '
            f'd="{path}"/>'
        )

    def entry(self, number):
        """Where an edge meets its user's box: in a row with the others."""
        user = self.routes[number][-1]
        ends = [n for n, way in enumerate(self.routes) if way[-1] == user]
        ends.sort(key=lambda n: self.x[self.routes[n][-2]])
        share = (ends.index(number) + 1) / (len(ends) + 1)
        return self.x[user] + self.widths[user] * (share - 0.5)


BOLD = ' font-weight="bold"'


def title(node):
    return node["name"] or operation(node)


def subtitle(node):
    """Its shape, and what made it, where the title does not say."""
    shape = str(tuple(node["shape"])) if node["shape"] else "scalar"
    return f"{operation(node)} {shape}" if node["name"] else shape


def operation(node):
    return node["operation"].partition("Backward")[0]


def called(node):
    return node["name"] or f"{operation(node)} {node['id']}"


def words(data):
    """The graph told: a sentence for each node, in the order they arose."""
    nodes = data["nodes"]
    sentences = []
    for node in nodes:
        used = [e["to"] for e in data["edges"] if e["from"] == node["id"]]
        inputs = ", ".join(called(nodes[number]) for number in used)
        made = f", made of {inputs}" if used else ""
        sentences.append(f"{called(node)}: {subtitle(node)}{made}.")
    count = sum(node["operation"] != "leaf" for node in nodes)
    summary = f"Graph of {count} operations on {len(nodes) - count} leaves"
    return (
        f"<title>{summary}</title><desc>{escape(' '.join(sentences))}</desc>"
    )
