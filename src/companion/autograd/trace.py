"""The graph behind a tensor, and its backward pass step by step, as data.

Both are plain dicts and lists, ready for JSON, and the same on every run:
nodes are numbered in the order in which they were made, leaves first.
"""

import numpy as np

from companion.autograd.graph import Node
from companion.autograd.tensor import target


def reachable(root):
    """All nodes and leaves behind a node, in the order of their numbers."""
    found, stack = {}, [root]
    while stack:
        end = stack.pop()
        if id(end) not in found:
            found[id(end)] = end
            edges = end.edges if isinstance(end, Node) else ()
            stack += [edge[0] for edge in edges[::-1]]
    leaves = [end for end in found.values() if not isinstance(end, Node)]
    nodes = [end for end in found.values() if isinstance(end, Node)]
    return leaves + sorted(nodes, key=lambda node: node.number)


def graph(tensor, **names):
    """{"nodes": [{id, operation, shape}], "edges": [{from, to}]}

    An edge leads from an operation to one that its input came from. `names`
    are the leaves' names: `graph(loss, w=w, b=b)`.
    """
    ends = reachable(target(tensor))
    numbers = {id(end): number for number, end in enumerate(ends)}
    known = {id(leaf): name for name, leaf in names.items()}
    nodes = [
        {
            "id": numbers[id(end)],
            "operation": end.name()
            if isinstance(end, Node)
            else known.get(id(end), "leaf"),
            "shape": list(tensor.shape),
        }
        for end in ends
    ]
    edges = []
    for end in ends:
        for source, shape, *_ in end.edges if isinstance(end, Node) else ():
            nodes[numbers[id(source)]]["shape"] = list(shape)
            edges.append({"from": numbers[id(end)], "to": numbers[id(source)]})
    return {"nodes": nodes, "edges": edges}


def trace(tensor, gradient=None):
    """The steps of `tensor.backward(gradient)`, which it does not change.

    A step: {"node", "gradient", "sends": [{"to", "gradient"}]}, with the
    numbers that `graph` gives the nodes, and gradients as nested lists. The
    last steps, which send nothing, are the leaves'.
    """
    ends = reachable(target(tensor))
    numbers = {id(end): number for number, end in enumerate(ends)}
    first = np.ones_like(tensor._array)
    arrived = {ends[-1]: first if gradient is None else gradient._array}
    steps = []
    for end in reversed(ends):
        g, sends = arrived.pop(end), []
        for source, part in (
            end.gradients(g, None) if isinstance(end, Node) else ()
        ):
            before = arrived.get(source)
            arrived[source] = part if before is None else before + part
            sends.append(
                {"to": numbers[id(source)], "gradient": part.tolist()}
            )
        steps.append(
            {
                "node": numbers[id(end)],
                "gradient": g.tolist(),
                "sends": sends,
            }
        )
    return steps
