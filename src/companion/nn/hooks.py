"""Hooks: functions of yours that run when a module is called.

A forward hook sees, and may replace, what goes in or what comes out. A
backward hook needs the gradients of all inputs at once: so the tensors pass
a gate, an identity whose backward hands them over together.
"""

import warnings

from companion._library import is_tensor, library
from companion.utils.hooks import RemovableHandle


def add(module, kind, hook, prepend=False):
    """Enter a hook as the module's last, or first."""
    registry = module._hooks
    others = list(registry.items())
    handle = RemovableHandle(registry, (kind, hook))
    if prepend:  # a dict keeps the order of entry: enter the others anew
        for key, entry in others:
            del registry[key]
            registry[key] = entry
    return handle


def of(module, kind):
    return [hook for have, hook in module._hooks.values() if have == kind]


def call(module, args, kwargs):
    """`module.forward`, with every hook in its place around it."""
    for hook, with_kwargs in of(module, "forward_pre"):
        if not with_kwargs:
            args = replaced(args, hook(module, args))
        elif (answer := hook(module, args, kwargs)) is not None:
            args, kwargs = answer
    gates = Gates(module)
    args = gates.enter(args)
    try:
        result = module.forward(*args, **kwargs)
    except Exception:
        for hook, with_kwargs, always in of(module, "forward"):
            if always:
                hook(module, args, *[kwargs] * with_kwargs, None)
        raise
    for hook, with_kwargs, _ in of(module, "forward"):
        answer = hook(module, args, *[kwargs] * with_kwargs, result)
        result = result if answer is None else answer
    return gates.leave(result)


class Gates:
    """The gate before and the gate behind one call of a module."""

    def __init__(self, module):
        self.module = module
        self.before, self.after = (
            of(module, kind) for kind in ("backward_pre", "backward")
        )
        self.gated = False  # will gradients come out at the inputs?

    def enter(self, args):
        if not self.after:
            return args
        self.gated, args = gate(args, self.at_inputs)
        return args

    def leave(self, result):
        if not (self.before or self.after):
            return result
        single = is_tensor(result)
        _, passed = gate((result,) if single else result, self.at_outputs)
        return passed[0] if single else passed

    def at_outputs(self, grads):
        for hook in self.before:
            grads = replaced(grads, hook(self.module, grads))
        self.grad_output = grads
        if self.after and not self.gated:
            warnings.warn(
                "Full backward hook is firing when gradients are computed "
                "with respect to module outputs since no inputs require "
                "gradients.",
                stacklevel=2,
            )
            for hook in self.after:
                hook(self.module, (), grads)
        return grads

    def at_inputs(self, grads):
        for hook in self.after:
            answer = hook(self.module, grads, self.grad_output)
            grads = replaced(grads, answer)
        return grads


def gate(values, on_backward):
    """Whether there is a gate, and the values behind it.

    `on_backward` gets a gradient (or None) for each value, once, when all
    have arrived; what it returns flows on.
    """
    places = [i for i, value in enumerate(values) if is_tensor(value)]
    tensors = [values[i] for i in places]
    if not any(tensor.requires_grad for tensor in tensors):
        return False, values

    class Gate(library(tensors[0]).autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            passed = tuple(tensor.view(tensor.shape) for tensor in tensors)
            ctx.mark_non_differentiable(
                *(
                    new
                    for new, old in zip(passed, tensors, strict=True)
                    if not old.requires_grad
                )
            )
            return passed

        @staticmethod
        def backward(ctx, *grads):
            arrived = dict(zip(places, grads, strict=True))
            flowing = on_backward(
                tuple(arrived.get(i) for i in range(len(values)))
            )
            return tuple(flowing[i] for i in places)

    passed = dict(zip(places, Gate.apply(*tensors), strict=True))
    return True, tuple(passed.get(i, old) for i, old in enumerate(values))


def replaced(old, new):
    """What a hook answered, as a tuple; without an answer what was."""
    if new is None:
        return old
    return tuple(new) if isinstance(new, (tuple, list)) else (new,)
