"""The steps of a forward and a backward pass: numbers, words, table."""

import json
import xml.etree.ElementTree as ET

import pytest

import companion
from companion import viz

SVG = "{http://www.w3.org/2000/svg}"


def leaf(value):
    return companion.tensor(value, requires_grad=True)


@pytest.fixture
def worked():
    """(x w + b)² + x at x = 2, w = -3, b = 1: x is used twice, z as well."""
    x, w, b = leaf(2.0), leaf(-3.0), leaf(1.0)
    y = x * w
    z = y + b
    return {"loss": z * z + x, "x": x, "w": w, "b": b, "y": y, "z": z}


@pytest.fixture
def stepper(worked):
    return viz.Stepper(worked["loss"], **worked)


def test_each_value_and_gradient_arrives_in_its_step(stepper):
    assert [step["text"] for step in stepper.steps] == [
        "The leaves are given: x = 2, w = -3, b = 1.",
        "Forward: y = -6, by Mul of x and w.",
        "Forward: z = -5, by Add of y and b.",
        "Forward: Mul 5 is made, by Mul of z and z.",
        "Forward: loss = 27, by Add of Mul 5 and x.",
        "Backward begins at loss, with 1.",
        "loss has its whole gradient, 1. It sends 1 to Mul 5, and 1 to x.",
        "Mul 5 has its whole gradient, 1. It sends -5 to z, and -5 to z, "
        "which makes -10 there.",
        "z has its whole gradient, -10. It sends -10 to y, and -10 to b.",
        "y has its whole gradient, -10. It sends 30 to x, which makes 31 "
        "there, and -20 to w.",
        "What has arrived at the leaves stays: x.grad = 31, w.grad = -20, "
        "b.grad = -10.",
    ]


def test_a_step_says_what_is_new_in_which_box(stepper):
    step = stepper.steps[9]
    assert step["nodes"] == [3, 0, 1]
    assert step["values"] == {}
    assert step["gradients"] == {0: "grad 31", 1: "grad -20"}
    assert stepper.steps[1]["nodes"] == [3, 0, 1]
    assert stepper.steps[1]["values"] == {3: "value -6"}


def test_the_numbers_are_those_of_backward(worked, stepper):
    assert worked["x"].grad is None
    worked["loss"].backward()
    assert (
        f"x.grad = {worked['x'].grad.item():g}," in stepper.steps[-1]["text"]
    )


def test_small_arrays_are_shown_and_large_ones_described():
    x = leaf([[1.0, -2.0]])
    y = (x * companion.ones(3, 1)).sum(0)
    steps = viz.Stepper(y.sum(), x=x, y=y).steps
    assert steps[0]["text"] == "The leaves are given: x = [[1, -2]]."
    assert "y = [3, -6]" in steps[2]["text"]
    assert steps[-1]["text"].endswith("x.grad = [[3, 3]].")
    assert "numbers of shape (3, 2)" in steps[6]["text"]


def test_numbers_have_four_digits_and_zero_no_sign():
    x = leaf(1 / 3)
    steps = viz.Stepper(x * -0.0).steps
    assert steps[0]["text"].endswith("= 0.3333.")
    assert steps[-1]["text"].endswith("= 0.")


def test_a_leaf_alone_is_given_and_keeps_its_gradient():
    x = leaf(2.0)
    assert [step["text"] for step in viz.Stepper(x, x=x).steps] == [
        "The leaves are given: x = 2.",
        "Backward begins at x, with 1.",
        "What has arrived at the leaves stays: x.grad = 1.",
    ]


def test_the_table_has_all_in_words_and_as_data(stepper):
    tree = ET.fromstring(stepper._repr_html_())
    rows = tree.findall("details/table/tbody/tr")
    assert [row.find("th").text for row in rows] == [
        str(number) for number in range(1, 12)
    ]
    for row, step in zip(rows, stepper.steps, strict=True):
        assert row.find("td").text == step["text"]
        data = json.loads(row.get("data-step"))
        assert data == {
            "nodes": step["nodes"],
            "values": {str(n): v for n, v in step["values"].items()},
            "gradients": {str(n): g for n, g in step["gradients"].items()},
        }


def test_the_picture_has_the_last_numbers(stepper):
    tree = ET.fromstring(stepper._repr_html_())
    boxes = [
        [text.text for text in group.iter(f"{SVG}text")]
        for group in tree.iter(f"{SVG}g")
    ]
    assert boxes[0] == ["x", "leaf scalar", "value 2", "grad 31"]
    assert boxes[5] == ["Mul", "scalar", None, "grad 1"]


def test_a_box_has_room_for_the_longest_of_its_lines():
    """1/3 and 2/3 arrive, and make 1: the shortest line is the last."""
    x = leaf(1.0)
    tree = ET.fromstring(viz.Stepper(x / 3 + x * (2 / 3))._repr_html_())
    box = tree.find(f".//{SVG}g[@data-node='0']")
    *_, gradient = (text.text for text in box.iter(f"{SVG}text"))
    assert gradient.strip() == "grad 1"
    assert len(gradient) == len("grad 0.6667")


def test_the_same_html_every_time(worked, stepper):
    again = viz.Stepper(worked["loss"], **worked)
    assert again._repr_html_() == stepper._repr_html_()
