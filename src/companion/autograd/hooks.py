"""Functions that see, and may replace, a tensor's gradient on its way.

A leaf keeps its hooks itself; those of a computed tensor belong to its node,
and so live as long as the graph.
"""

import weakref

from companion.autograd.graph import LEAF, Node
from companion.autograd.modes import no_grad
from companion.autograd.tensor import Tensor, accumulate, history, wrap
from companion.utils.hooks import RemovableHandle


def register_hook(self, hook):
    """Call `hook(gradient)`; what it returns replaces the gradient."""
    node = history(self)
    if node is None:
        raise RuntimeError(
            "cannot register a hook on a tensor that doesn't require gradient"
        )
    owner, field = (
        (node, "hooks") if isinstance(node, Node) else (self, "_hooks")
    )
    hooks = getattr(owner, field) or {}
    handle = RemovableHandle(hooks, adapted(hook))
    if "retain" in hooks:
        hooks["retain"] = hooks.pop("retain")  # sees the final gradient
    setattr(owner, field, hooks)
    return handle


def retain_grad(self):
    """Keep the gradient of a computed tensor in `.grad` too."""
    node = history(self)
    if node is None:
        raise RuntimeError(
            "can't retain_grad on Tensor that has requires_grad=False"
        )
    if node is LEAF or retains_grad(self):
        return
    kept = weakref.ref(self)  # the node must not keep its output alive

    def retain(g):
        if kept() is not None:
            accumulate(kept(), g)
        return g

    node.hooks = (node.hooks or {}) | {"retain": retain}


def retains_grad(self):
    """Was `retain_grad` called?"""
    return "retain" in (getattr(history(self), "hooks", None) or {})


def adapted(hook):
    """`hook`, which takes and gives tensors, for gradients of both kinds."""

    def run(g):
        if isinstance(g, Tensor):
            replaced = hook(g)
            return g if replaced is None else replaced
        with no_grad():
            replaced = hook(wrap(g))
        return g if replaced is None else replaced._array

    return run
