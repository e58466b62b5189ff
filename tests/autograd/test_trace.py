"""The graph and its backward pass as data."""

import json

import pytest

import companion
from companion.autograd.trace import graph, trace


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
        "x",
        "AddBackward0",
        "MulBackward0",
        "MulBackward0",
        "MeanBackward0",
    ]
    assert [node["shape"] for node in found["nodes"]] == [[2, 2]] * 4 + [[]]
    assert {"from": 3, "to": 1} in found["edges"]
    assert len(found["edges"]) == 5


def test_trace(worked):
    x, out = worked
    steps = trace(out)
    assert [step["node"] for step in steps] == [4, 3, 2, 1, 0]
    assert steps[-1]["gradient"] == [[4.5, 4.5], [4.5, 4.5]]
    assert steps[0]["sends"] == [{"to": 3, "gradient": [[0.25] * 2] * 2}]
    assert x.grad is None
    out.backward()
    assert x.grad.tolist() == steps[-1]["gradient"]


def test_both_are_deterministic_and_json(worked):
    _, out = worked
    assert json.loads(json.dumps(graph(out))) == graph(out)
    assert json.dumps(trace(out)) == json.dumps(trace(out))
