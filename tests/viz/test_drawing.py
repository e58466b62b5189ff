"""The picture of a graph: all of it is there, in its place, and in words."""

import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import hypothesis
import hypothesis.strategies as st
import pytest

import companion
from companion import viz
from companion.autograd import trace
from companion.viz.layout import layout

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def named():
    x = companion.ones(3, 2)
    w = companion.ones(2, 4, requires_grad=True)
    b = companion.zeros(4, requires_grad=True)
    h = (x @ w + b).relu()
    loss = (h * h).mean() + w.sum()
    return {"loss": loss, "w": w, "b": b, "h": h}


def picture(named):
    return ET.fromstring(str(viz.graph(named["loss"], **named)))


def boxes(svg):
    """{node: (left, top, right, bottom)}"""
    found = {}
    for group in svg.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect").attrib
        left, top, width, height = (
            float(box[key]) for key in ("x", "y", "width", "height")
        )
        number = int(group.get("data-node"))
        found[number] = (left, top, left + width, top + height)
    return found


def lines(svg):
    return [
        [text.text for text in group.iter(f"{SVG}text")]
        for group in svg.iter(f"{SVG}g")
    ]


def test_every_node_has_a_box_with_its_name_operation_and_shape(named):
    assert lines(picture(named)) == [
        ["w", "leaf (2, 4)"],
        ["b", "leaf (4,)"],
        ["Matmul", "(3, 4)"],
        ["Add", "(3, 4)"],
        ["h", "Relu (3, 4)"],
        ["Mul", "(3, 4)"],
        ["Mean", "scalar"],
        ["Sum", "scalar"],
        ["loss", "Add scalar"],
    ]


def test_every_edge_has_an_arrow_from_box_to_box(named):
    svg = picture(named)
    box = boxes(svg)
    arrows = svg.findall(f"{SVG}path")
    edges = trace.graph(named["loss"])["edges"]
    assert [(a.get("data-from"), a.get("data-to")) for a in arrows] == [
        (str(edge["from"]), str(edge["to"])) for edge in edges
    ]
    ends = []
    for arrow in arrows:
        curve, head = arrow.get("d")[1:].split("M")
        points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", curve)
        (x, y), (tip_x, tip_y) = (
            tuple(map(float, points[n])) for n in (0, -1)
        )
        left, _, right, foot = box[int(arrow.get("data-to"))]
        assert left < x < right
        assert y == foot
        left, top, right, _ = box[int(arrow.get("data-from"))]
        assert left < tip_x < right
        assert tip_y == top
        assert f"L{tip_x} {tip_y:.0f}L" in head
        ends.append((tip_x, tip_y))
    assert len(set(ends)) == len(ends)  # h * h: two arrows that can be seen


def test_nothing_lies_outside_the_frame_or_on_another_box(named):
    svg = picture(named)
    left, top, width, height = map(float, svg.get("viewBox").split())
    for box in boxes(svg).values():
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= left + width
        assert box[3] <= top + height
    for one, other in itertools.combinations(boxes(svg).values(), 2):
        apart = one[2] < other[0] or other[2] < one[0]
        assert apart or one[3] < other[1] or other[3] < one[1]


def test_data_flow_downwards(named):
    svg = picture(named)
    for arrow in svg.findall(f"{SVG}path"):
        user, used = (int(arrow.get(f"data-{end}")) for end in ("from", "to"))
        assert boxes(svg)[used][3] < boxes(svg)[user][1]


@st.composite
def graphs(draw):
    """Widths of boxes, and edges that all lead towards the last of them."""
    widths = draw(st.lists(st.integers(20, 200), min_size=2, max_size=12))
    last = len(widths) - 1
    edges = [(draw(st.integers(n + 1, last)), n) for n in range(last)]
    more = st.tuples(st.integers(1, last), st.integers(0, last))
    edges += [e for e in draw(st.lists(more, max_size=12)) if e[0] > e[1]]
    return widths, edges


@hypothesis.given(graphs())
@hypothesis.settings(max_examples=60, deadline=None)
def test_no_stop_of_a_layout_lies_on_another(graph):
    widths, edges = graph
    row, x, routes = layout(widths, edges)
    assert set(x) == set(row) == {stop for way in routes for stop in way}
    for way in routes:
        rows = [row[stop] for stop in way]
        assert rows == list(range(rows[0], rows[-1] - 1, -1))

    def half(stop):
        return 0 if isinstance(stop, tuple) else widths[stop] / 2

    for one, other in itertools.combinations(x, 2):
        if row[one] == row[other]:
            room = half(one) + half(other)
            assert abs(x[one] - x[other]) > room


def test_a_chain_is_straight():
    x = layout([50, 80, 20, 60], [(1, 0), (2, 1), (3, 2)])[1]
    assert len(set(x.values())) == 1


def test_the_words_tell_the_graph(named):
    svg = picture(named)
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text == (
        "Graph of 7 operations on 2 leaves"
    )
    words = svg.find(f"{SVG}desc").text
    assert words.startswith(
        "w: leaf (2, 4). b: leaf (4,). Matmul 2: (3, 4), made of w."
    )
    assert "Mul 5: (3, 4), made of h, h." in words


def test_the_picture_takes_the_colour_of_its_surroundings(named):
    text = str(viz.graph(named["loss"]))
    assert set(re.findall(r'(?:fill|stroke)="(.*?)"', text)) == {
        "currentColor",
        "none",
    }


def test_a_leaf_alone_and_a_name_that_must_be_escaped():
    leaf = companion.ones(2, requires_grad=True)
    svg = picture({"loss": leaf, "a": leaf})
    assert lines(svg) == [["a", "leaf (2,)"]]
    assert lines(picture({"loss": leaf, "<&>": leaf})) == [
        ["<&>", "leaf (2,)"]
    ]


def test_without_history_there_is_no_graph():
    with pytest.raises(RuntimeError, match="does not require grad"):
        viz.graph(companion.ones(2))


def test_the_same_picture_every_time_and_in_a_file(named, tmp_path):
    one, two = (viz.graph(named["loss"], **named) for _ in range(2))
    assert str(one) == str(two) == one._repr_svg_() == one._repr_html_()
    one.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == str(one)


def test_graphs_need_no_matplotlib():
    program = (
        "import sys; sys.modules['matplotlib'] = None; import companion\n"
        "assert 'companion.viz' not in sys.modules\n"
        "w = companion.ones(2, requires_grad=True)\n"
        "assert '<svg' in str(companion.viz.graph(w.sum()))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
