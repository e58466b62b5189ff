"""The graph behind a tensor, and its backward pass step by step, as data.

All are plain dicts and lists, ready for JSON, and the same on every run:
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
            stack += [edge[0] for edge in edges_of(end)[::-1]]
    leaves = [end for end in found.values() if not isinstance(end, Node)]
    nodes = [end for end in found.values() if isinstance(end, Node)]
    return leaves + sorted(nodes, key=lambda node: node.number)


def edges_of(end):
    if not isinstance(end, Node):
        return ()
    if end.edges is None:
        end.check()  # says why they are gone
    return end.edges


def numbered(tensor):
    """The ends of the graph behind `tensor`, and {id(end): its number}."""
    if not tensor.requires_grad:
        raise RuntimeError(
            "a tensor that does not require grad has no graph behind it"
        )
    ends = reachable(target(tensor))
    return ends, {id(end): number for number, end in enumerate(ends)}


def graph(tensor, **names):
    """{"nodes": [{id, name, operation, shape}], "edges": [{from, to}]}

    An edge leads from an operation to one that its input came from. `names`
    are those of tensors in the graph, `graph(loss, w=w, b=b)`; a node
    without one has the name "". A leaf's operation is "leaf".
    """
    ends, numbers = numbered(tensor)
    known = {id(target(named)): name for name, named in names.items()}
    nodes = [
        {
            "id": number,
            "name": known.get(id(end), ""),
            "operation": end.name() if isinstance(end, Node) else "leaf",
            "shape": list(tensor.shape),
        }
        for number, end in enumerate(ends)
    ]
    edges = []
    for end in ends:
        for source, shape, *_ in edges_of(end):
            nodes[numbers[id(source)]]["shape"] = list(shape)
            edges.append({"from": numbers[id(end)], "to": numbers[id(source)]})
    return {"nodes": nodes, "edges": edges}


def values(tensor, **names):
    """{number: value} of the leaves, of `names`' tensors and of `tensor`.

    Numbers are those that `graph` gives, values nested lists. What no name
    holds is not known: a graph keeps no more than its derivatives need.
    """
    ends, numbers = numbered(tensor)
    leaves = [end for end in ends if not isinstance(end, Node)]
    found = {
        numbers[id(target(known))]: known.tolist()
        for known in (*leaves, *names.values(), tensor)
        if id(target(known)) in numbers
    }
    return dict(sorted(found.items()))


def trace(tensor, gradient=None):
    """The steps of `tensor.backward(gradient)`, which it does not change.

    A step: {"node", "gradient", "sends": [{"to", "gradient"}]}, with the
    numbers that `graph` gives the nodes, and gradients as nested lists. The
    last steps, which send nothing, are the leaves'.
    """
    ends, numbers = numbered(tensor)
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
            {"node": numbers[id(end)], "gradient": g.tolist(), "sends": sends}
        )
    return steps
