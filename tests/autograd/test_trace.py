"""The graph and its backward pass as data."""

import json

import pytest

import companion
from companion.autograd.trace import graph, trace, values


@pytest.fixture
def worked():
    """x = ones(2, 2), y = x + 2, z = 3 y², out = mean(z): 27 and 4.5."""
    x = companion.ones(2, 2, requires_grad=True)
    y = x + 2
    return x, (3 * y * y).mean()


def test_graph(worked):
    x, out = worked
    found = graph(out, x=x)
    assert [node["operation"] for node in found["nodes"]] == [
        "leaf",
        "AddBackward0",
        "MulBackward0",
        "MulBackward0",
        "MeanBackward0",
    ]
    assert [node["name"] for node in found["nodes"]] == ["x", "", "", "", ""]
    assert [node["shape"] for node in found["nodes"]] == [[2, 2]] * 4 + [[]]
    assert {"from": 3, "to": 1} in found["edges"]
    assert len(found["edges"]) == 5


def test_names_and_values_of_tensors_on_the_way():
    x = companion.tensor([1.0, 2.0], requires_grad=True)
    b = companion.tensor(3.0, requires_grad=True)
    y = x * x
    z = y + b
    other = companion.ones(2)
    names = {"x": x, "y": y, "other": other}
    found = graph(z.sum(), **names)
    assert [n["name"] for n in found["nodes"]] == ["x", "", "y", "", ""]
    assert values(z.sum(), **names) == {
        0: [1.0, 2.0],
        1: 3.0,
        2: [1.0, 4.0],
        4: 11.0,
    }


def test_trace(worked):
    x, out = worked
    steps = trace(out)
    assert [step["node"] for step in steps] == [4, 3, 2, 1, 0]
    assert steps[-1]["gradient"] == [[4.5, 4.5], [4.5, 4.5]]
    assert steps[0]["sends"] == [{"to": 3, "gradient": [[0.25] * 2] * 2}]
    assert x.grad is None
    out.backward()
    assert x.grad.tolist() == steps[-1]["gradient"]


def test_a_graph_that_was_freed_has_no_picture(worked):
    _, out = worked
    out.backward()
    with pytest.raises(RuntimeError, match="freed by the first backward"):
        graph(out)


def test_both_are_deterministic_and_json(worked):
    _, out = worked
    assert json.loads(json.dumps(graph(out))) == graph(out)
    assert json.dumps(trace(out)) == json.dumps(trace(out))
