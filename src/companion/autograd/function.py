"""`Function`: operations of your own, written as for torch.

Unlike a row of the tables, a Function works on tensors, may have several
outputs, and computes all its gradients at once. In the graph it is one
`FunctionNode`, which the nodes of its outputs point to.
"""

import functools

import numpy as np

from companion.autograd.graph import Node, unbroadcast
from companion.autograd.modes import no_grad, set_grad_enabled, switch
from companion.autograd.tensor import Tensor, alias, history, target, wrap


class FunctionCtx:
    """What `forward` leaves for `backward`: tensors, and any attribute."""

    needs_input_grad = ()
    _saved = _dirty = _constant = ()
    _materialize = True
    _node = None  # the graph's, while `backward` runs; held, it is a cycle

    def save_for_backward(self, *tensors):
        """Keep inputs or outputs for `backward`, which checks them."""
        for tensor in tensors:
            if not isinstance(tensor, (Tensor, type(None))):
                raise TypeError(
                    "save_for_backward can only save variables, but argument "
                    f"is of type {type(tensor).__name__}"
                )
        self._saved = tensors

    @property
    def saved_tensors(self):
        """What was kept, if nobody has changed it since."""
        return tuple(saved(self._node) for saved in self._saved)

    def mark_dirty(self, *tensors):
        """These inputs were changed in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        """These outputs are constants to backward."""
        self._constant = tensors

    def set_materialize_grads(self, value):
        """Does `backward` get zeros (or None) for an output not used?"""
        self._materialize = value


class Slots(dict):
    """Gradients of a function's outputs: number of the output -> g.

    For one output two may arrive: its own, and that of its saved copy.
    """

    def __add__(self, other):
        both = {i: self[i] + other[i] for i in self.keys() & other}
        return Slots({**self, **other, **both})


class OutputNode(Node):
    """Passes the gradient of one output on to its function."""

    __slots__ = ("function", "index")

    def __init__(self, function, index):
        super().__init__(function.name_, [(function,)])
        self.function, self.index = function, index

    @property
    def next_functions(self):
        return self.function.next_functions

    def gradients(self, g, as_tensor):
        return [(self.function, Slots({self.index: g}))]


class FunctionNode(Node):
    """Calls the user's `backward` with the gradients of all outputs."""

    __slots__ = ("arguments", "backward", "ctx", "shapes")

    def __init__(self, cls, ctx, args, outputs):
        self.arguments = [
            (target(arg), arg._array.shape, arg._array.dtype)
            if isinstance(arg, Tensor) and history(arg) is not None
            else None
            for arg in args
        ]
        edges = [edge for edge in self.arguments if edge]
        super().__init__(f"{cls.__name__}Backward", edges)
        self.backward, self.ctx = cls.backward, ctx
        self.shapes = [
            (out._array.shape, out._array.dtype)
            if isinstance(out, Tensor)
            else None
            for out in outputs
        ]

    def gradients(self, g, as_tensor):
        self.check()
        with set_grad_enabled(bool(as_tensor)):
            self.ctx._node = self
            found = self.backward(self.ctx, *self.outgoing(g))
            self.ctx._node = None
            found = found if isinstance(found, tuple) else (found,)
            extra = found[len(self.arguments) :]
            if len(found) < len(self.arguments) or any(
                grad is not None for grad in extra
            ):
                raise RuntimeError(
                    f"function {self.name_} returned an incorrect number of "
                    f"gradients (expected {len(self.arguments)}, got "
                    f"{len(found)})"
                )
            sent = []
            for index, (edge, grad) in enumerate(
                zip(self.arguments, found, strict=False)
            ):
                if edge is not None and grad is not None:
                    grad = self.fitted(grad, index, *edge[1:])
                    sent.append((edge[0], grad if as_tensor else grad._array))
            return sent

    def outgoing(self, g):
        """The arguments of `backward`: a tensor for each output."""
        for index, known in enumerate(self.shapes):
            grad = g.get(index)
            if grad is not None:
                yield grad if isinstance(grad, Tensor) else wrap(grad)
            elif known is None or not self.ctx._materialize:
                yield None
            else:
                yield wrap(np.zeros(*known))

    def fitted(self, grad, index, shape, dtype):
        if not isinstance(grad, Tensor):
            raise TypeError(
                f"{self.name_} returned {type(grad).__name__} as gradient "
                f"{index}: expected a Tensor or None"
            )
        got = grad._array.shape
        if got != shape:
            if not expands(shape, got):
                raise RuntimeError(
                    f"Function {self.name_} returned an invalid gradient at "
                    f"index {index} - got {list(got)} but expected shape "
                    f"compatible with {list(shape)}"
                )
            grad = unbroadcast(grad, shape)
        return grad.to(dtype)

    def release(self):
        if self.ctx._saved:
            self.edges, self.ctx._saved = None, ()


class SavedTensor:
    """A tensor that `save_for_backward` kept, given back if unchanged.

    An output is linked to its function anew, since to keep the tensor would
    be a cycle.
    """

    def __init__(self, tensor, outputs):
        places = [i for i, out in enumerate(outputs) if out is tensor]
        self.output = places[0] if places else None
        self.tensor = alias(tensor, None) if places else tensor
        self.version = tensor._counter[0]

    def __call__(self, node):
        if self.tensor._counter[0] != self.version:
            raise RuntimeError(
                "one of the variables needed for gradient computation has "
                "been modified by an inplace operation: it was saved at "
                f"version {self.version}, and it is at version "
                f"{self.tensor._counter[0]} now"
            )
        if self.output is None or node is None:
            return self.tensor
        return alias(self.tensor, OutputNode(node, self.output))


class Function:
    """Subclass it with static methods `forward` and `backward`.

    `forward(ctx, *args)` takes and returns tensors;
    `backward(ctx, *grad_outputs)` returns a gradient, or None, for each
    argument of forward. Call `YourFunction.apply(*args)`.
    """

    @staticmethod
    def forward(*args, **kwargs):
        """The outputs, of a `ctx` and the inputs."""
        raise NotImplementedError(
            "You must implement the forward function for custom "
            "autograd.Function."
        )

    setup_context = None  # or a static method of (ctx, inputs, output)

    @staticmethod
    def backward(ctx, *grad_outputs):
        """A gradient, or None, for each input of `forward`."""
        raise NotImplementedError(
            "You must implement the backward method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    def __call__(self, *args):
        raise RuntimeError(
            "an autograd Function is not called but applied: "
            f"{type(self).__name__}.apply(...)"
        )

    @classmethod
    def apply(cls, *args):
        """Compute, and record: this is what one calls."""
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(
            isinstance(arg, Tensor) and arg.requires_grad for arg in args
        )
        with no_grad():
            if cls.setup_context is None:
                returned = cls.forward(ctx, *args)
            else:
                returned = cls.forward(*args)
                cls.setup_context(ctx, args, returned)
        outputs = returned if isinstance(returned, tuple) else (returned,)
        record = switch.recording and any(ctx.needs_input_grad)
        node = FunctionNode(cls, ctx, args, outputs) if record else None
        ctx._saved = tuple(
            none if tensor is None else SavedTensor(tensor, outputs)
            for tensor in ctx._saved
        )
        linked = tuple(
            link(out, ctx, args, node and OutputNode(node, index))
            for index, out in enumerate(outputs)
        )
        ctx._constant = ctx._dirty = ()  # outputs: they would be a cycle
        return linked if isinstance(returned, tuple) else linked[0]


def none(node):
    """What a saved None gives back."""


def expands(shape, larger):
    """Does broadcasting make `larger` out of `shape`?"""
    return len(shape) <= len(larger) and all(
        size in (1, wide)
        for size, wide in zip(shape[::-1], larger[::-1], strict=False)
    )


def link(out, ctx, args, node):
    """An output as the caller gets it, with its place in the graph."""
    if not isinstance(out, Tensor):
        return out
    if any(out is dirty for dirty in ctx._dirty):
        out._counter[0] += 1
    elif any(out is arg for arg in args):
        out = alias(out, None)
    constant = any(out is one for one in ctx._constant)
    if node and not constant and out._array.dtype.kind == "f":
        out._node = node
    return out


def once_differentiable(backward):
    """For a `backward` that is not itself to be differentiated."""

    @functools.wraps(backward)
    def once(ctx, *grads):
        recording = switch.recording
        with no_grad():
            found = backward(ctx, *grads)
        if not recording or not any(
            g is not None and g.requires_grad for g in grads
        ):
            return found
        several = isinstance(found, tuple)
        refused = tuple(
            g if g is None else alias(g, Refusal("Error", []))
            for g in (found if several else (found,))
        )
        return refused if several else refused[0]

    return once


class Refusal(Node):
    __slots__ = ()

    def gradients(self, g, as_tensor):
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with "
            "@once_differentiable"
        )
