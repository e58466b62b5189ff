"""The graph behind a tensor, and the walk back through it.

Each recorded output remembers a `Node`: for each of its inputs an edge, with
the derivative that takes the output's gradient `g` to the input's. The walk
needs no search for an order. A node is made after the nodes that it points
to, so "largest number first" is a topological order: when a node's turn
comes, everything that used its output has already sent its share.
"""

import heapq
import itertools

import numpy as np

LEAF = "leaf"  # stands in a leaf's `_node`: gradients end in its `.grad`
OUT = "out"  # an operand that is the operation's own output
numbers = itertools.count()


class Node:
    """What an output remembers: its operation and an edge to each input.

    An edge is (target, shape, dtype, derivative, operands). Its target is
    the input's node, or the input itself where that is a leaf. A node holds
    the tensors its derivatives need, and of its own output only the array:
    to hold the tensor would be a cycle, and a dropped graph would live on.
    """

    __slots__ = (
        "__weakref__", "edges", "hooks", "name_", "number", "out", "watch",
    )  # fmt: skip

    def __init__(self, name, edges, watch=(), out=None):
        self.name_ = name
        self.edges = edges
        self.watch = watch  # (version counter, version when saved)
        self.out = out
        self.hooks = None
        self.number = next(numbers)

    def name(self):
        """The operation's name, as torch writes it."""
        return self.name_

    def __repr__(self):
        return f"<{self.name_}>"

    @property
    def next_functions(self):
        """Pairs (node, 0), one for each input that wants a gradient."""
        return tuple(
            (
                edge[0]
                if isinstance(edge[0], Node)
                else AccumulateGrad(*edge),
                0,
            )
            for edge in self.edges or ()
        )

    def gradients(self, g, as_tensor):
        """Pairs (target, gradient), one for each input that wants one.

        With `as_tensor` (make a tensor of an array, and of this node's
        output) the derivatives run on tensors and are recorded themselves;
        without, they run on arrays.
        """
        self.check()
        found = []
        for target, shape, dtype, derivative, operands in self.edges:
            values = []
            for value in operands:
                if value is OUT:
                    value = as_tensor(self) if as_tensor else self.out
                elif not as_tensor:
                    value = getattr(value, "_array", value)
                values.append(value)
            grad = derivative(g, *values)
            if grad is None:
                continue
            if grad.shape != shape:
                grad = unbroadcast(grad, shape)
            if as_tensor:
                grad = grad.to(dtype)
            elif grad.dtype != dtype:
                grad = grad.astype(dtype)
            elif grad is g and len(self.edges) > 1:
                grad = g.copy()  # every gradient in flight has one owner
            found.append((target, grad))
        return found

    def check(self):
        """Refuse to use values that are gone or have been overwritten."""
        if self.edges is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time: the "
                f"values that {self.name_} had saved were freed by the first "
                "backward. Say retain_graph=True there to keep them."
            )
        for counter, version in self.watch:
            if counter[0] != version:
                raise RuntimeError(
                    "one of the variables needed for gradient computation "
                    f"has been modified by an inplace operation: {self.name_} "
                    f"saved it at version {version}, and it is at version "
                    f"{counter[0]} now"
                )

    def release(self):
        """Free what was saved; a node that saved nothing stays usable."""
        if self.watch:
            self.edges = self.out = None


class AccumulateGrad:
    """The end of the graph as `next_functions` shows it: a leaf."""

    next_functions = ()

    def __init__(self, variable, *edge):
        self.variable = variable

    def name(self):
        return "AccumulateGrad"

    def __repr__(self):
        return "<AccumulateGrad>"


def unbroadcast(g, shape):
    """Sum `g` over the axes along which an input of `shape` was repeated."""
    extra = len(g.shape) - len(shape)
    if extra < 0:  # y[0] = x, with x of shape (1, n)
        g, extra = g.reshape((1,) * -extra + tuple(g.shape)), 0
    if g.shape[extra:] == shape:
        return g.sum(tuple(range(extra))) if extra else g
    repeated = tuple(range(extra)) + tuple(
        axis + extra
        for axis, size in enumerate(shape)
        if size == 1 and g.shape[axis + extra] != 1
    )
    return g.sum(repeated).reshape(shape)


def leading_to(roots, wanted):
    """`wanted` and all nodes on a way to them: the others need no walk."""
    seen, stack = set(), list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, Node) and node not in seen:
            seen.add(node)
            stack.extend(edge[0] for edge in node.edges or ())
    useful = wanted.copy()
    for node in sorted(seen, key=lambda node: node.number):
        if any(edge[0] in useful for edge in node.edges or ()):
            useful.add(node)
    return useful


@np.errstate(all="ignore")
def walk(roots, wanted=None, retain_graph=False, as_tensor=None):
    """Carry gradients from `roots`, pairs (target, gradient), to the leaves.

    Returns {target: gradient} for the leaves, or for the `wanted` targets.
    """
    ends = set(wanted or ())
    useful = wanted and leading_to([target for target, _ in roots], ends)
    flight, kept = {}, {}  # target -> the sum of what has arrived
    waiting, sent = [], roots  # a heap of (-number, node); what arrives now
    while True:
        for target, g in sent:
            if target in flight:
                flight[target] = flight[target] + g
            elif useful is None or target in useful:
                flight[target] = g
                if isinstance(target, Node):
                    heapq.heappush(waiting, (-target.number, target))
        if not waiting:
            return kept | flight
        node = heapq.heappop(waiting)[1]
        g = flight.pop(node)  # complete: nothing newer is left
        if node.hooks:
            for hook in tuple(node.hooks.values()):
                g = hook(g)
        if node in ends:
            kept[node] = g
        sent = node.gradients(g, as_tensor)
        if not retain_graph:
            node.release()
