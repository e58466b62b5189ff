"""The oracle: our optimizer and PyTorch's walk beside each other.

The gradients are those of a bumpy bowl, f(θ) = Σ b·(1 - cos(3(θ - a))) / 9 +
(θ - a)² / 2, written down here: so that optimizers are tested without
autograd, on parameters of both libraries. `sign` -1 makes it a hill. The
bumps b are 1, where curvature turns negative, or less: L-BFGS divides by
differences of gradients, and in float32 two orders of summation, all else
equal, soon part on a wilder surface.
"""

import numpy as np
import torch

import companion

LIBRARIES = {"companion": companion, "torch": torch}
SHAPES = [(4, 3), (3, 5), (2, 2)]
BUMPS = {"LBFGS": 0.1}
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


class Bowl:
    """Parameters of one library, their loss, and their gradients."""

    def __init__(self, kind, dtype, shapes=SHAPES, seed=0, sign=1, bumps=1):
        self.library, self.dtype = LIBRARIES[kind], dtype
        self.sign, self.bumps = sign, bumps
        random = np.random.default_rng(seed)
        self.centers = [random.normal(size=shape) for shape in shapes]
        self.params = [
            self.tensor(random.normal(size=shape)).requires_grad_()
            for shape in shapes
        ]

    def tensor(self, array):
        return self.library.tensor(np.asarray(array, self.dtype))

    def values(self):
        return [p.detach().numpy().copy() for p in self.params]

    def closure(self, without=()):
        """Set the gradients, except of some, and return the loss."""
        loss = 0.0
        for i, (p, center) in enumerate(
            zip(self.params, self.centers, strict=True)
        ):
            away = p.detach().numpy().astype("float64") - center
            bump = self.bumps * (1 - np.cos(3 * away)) / 9
            loss += np.sum(bump + away**2 / 2)
            slope = self.bumps * np.sin(3 * away) / 3 + away
            gradient = self.tensor(self.sign * slope)
            p.grad = None if i in without else gradient
        return self.tensor(self.sign * loss)


def groups(bowl):
    """All parameters but the last, and the last with settings of its own."""
    return [{"params": bowl.params[:-1]}, {"params": bowl.params[-1:]}]


def walk(optimizer, bowl, steps=20, before=None):
    """The parameters after each step; `before(t)` may change things."""
    path = []
    for t in range(steps):
        without = before(optimizer, t) if before else ()
        optimizer.step(lambda missing=without: bowl.closure(missing or ()))
        path.append(bowl.values())
    return path


def distance(path, other):
    """The largest difference, relative to values above 1."""
    pairs = [
        (a, b)
        for here, there in zip(path, other, strict=True)
        for a, b in zip(here, there, strict=True)
    ]
    return max(
        np.max(np.abs(a - b) / np.maximum(1, np.abs(b))) for a, b in pairs
    )
