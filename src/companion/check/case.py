"""An operation beside what it should be, and the point to try it at."""

import inspect
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import companion
from companion.check.comparing import same
from companion.check.differences import numerical_gradient
from companion.check.leaves import leaves


@dataclass
class Case:
    """The operation, what it should be, and the point to try it at."""

    call: object
    like: object
    at: object = None
    weighted: bool = True

    @cached_property
    def title(self):
        name = getattr(self.like, "__name__", self.like)
        return "operation" + (f" like {name}" if name.isidentifier() else "")

    @cached_property
    def reference(self):
        if isinstance(self.like, str):
            return getattr(companion.Tensor, self.like)
        return self.like

    @cached_property
    def arrays(self):
        """The inputs: where `like` is not defined at some, they are moved."""
        if self.at is not None:
            return [np.array(a, np.float64) for a in self.at]
        arrays = self.accepted()
        if np.isfinite(self.values(arrays)).all():
            return arrays
        return [np.abs(array) + 0.1 for array in arrays]

    def accepted(self):
        """As many arrays as `like` takes: NumPy's functions do not say."""
        for count in 1, 2, 3:
            arrays = list(generator().normal(size=(count, 2, 3)))
            try:
                self.values(arrays)
            except TypeError:
                continue
            return arrays
        raise ValueError("say what the operation is called with: at=(...)")

    @cached_property
    def names(self):
        """As the reader's function calls its inputs, or x, y, z."""
        count = len(self.arrays)
        if len(own := inputs_of(self.call)[:count]) == count:
            return own
        return (
            list("xyz"[:count])
            if count <= 3
            else [f"x{i}" for i in range(count)]
        )

    @cached_property
    def weights(self):
        """The gradient that comes in: another number at each entry."""
        shape = self.values(self.arrays).shape
        if not self.weighted:
            return np.ones(shape)
        signs = generator(2).choice([-1.0, 1.0], shape)
        return generator(1).uniform(0.5, 1.5, shape) * signs

    def values(self, arrays):
        with companion.no_grad():
            return self.reference(*leaves(arrays)).numpy()

    def gradients(self, arrays, weights):
        return numerical_gradient(
            lambda *at: (self.values(at) * weights).sum(), *arrays
        )

    def inputs(self, arrays=None):
        return dict(zip(self.names, arrays or self.arrays, strict=True))

    @property
    def entry_by_entry(self):
        """Several inputs of the output's shape, which is not ()."""
        shapes = {array.shape for array in self.arrays}
        return len(self.arrays) > 1 and shapes == {self.weights.shape} - {()}

    def same_value(self, given):
        expected = self.values(self.arrays)
        same(given, expected, self.inputs(), self.mistaken_values)

    def mistaken_values(self):
        ones = np.ones_like(self.weights)
        return {
            "it returns its input": self.arrays[0],
            "it is the derivative": self.gradients(self.arrays, ones)[0],
        }

    def mistakes(self, arrays, weights, expected, number, given):
        """What typical slips in a backward would give."""
        unused = self.gradients(arrays, np.ones_like(weights))[number]
        slips = {
            "the gradient that comes in is not used: multiply by it": unused,
            "the gradient that comes in is passed on as it is: the "
            "operation's own derivative is missing": weights,
            "the value stands where the derivative should": weights
            * self.values(arrays),
        }
        right = expected[number]
        for other, (name, g) in enumerate(
            zip(self.names, expected, strict=True)
        ):
            cause = f"it is what the gradient of {name} should be"
            if other in given and alike(given[other], right):
                cause += ": are they in the wrong order?"
            slips[cause] = g
        return {c: g for c, g in slips.items() if not alike(g, -right)}


def alike(one, other):
    return one.shape == other.shape and np.allclose(one, other)


def inputs_of(function):
    """The names of its inputs, of an operation's `apply` or any function."""
    try:
        owner = getattr(function, "__self__", None)
        forward = getattr(owner, "forward", function)
        found = inspect.signature(forward).parameters.values()
    except Exception:  # not everything can be asked
        return []
    return [
        p.name
        for p in found
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in ("ctx", "self")
    ]


def generator(seed=0):
    return np.random.default_rng(seed)
