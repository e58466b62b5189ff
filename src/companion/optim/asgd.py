"""Stochastic gradient descent that averages the parameters it passes."""

from companion._library import library
from companion.optim.optimizer import Optimizer, settings, zeros


class ASGD(Optimizer):
    """θ ← (1 - λη)θ - ηg, and their mean in ``state[p]["ax"]``.

    η = lr / (1 + λ·lr·t)^α, and ax ← ax + μ(θ - ax) with
    μ = 1 / max(1, t - t₀): averaging begins at t₀. Source: Polyak and
    Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
    """

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6,
                 weight_decay=0, foreach=None, maximize=False,
                 differentiable=False, capturable=False):  # fmt: skip
        super().__init__(params, settings(locals()))

    def start(self, p, *, lr, **_):
        tensor = library(p).tensor
        return {**zeros(p, "ax"), "eta": tensor(float(lr)), "mu": tensor(1.0)}

    def update(self, p, grad, state, *, lr, lambd, alpha, t0, **_):
        eta, mu = float(state["eta"]), float(state["mu"])
        p.mul_(1 - lambd * eta).add_(grad, alpha=-eta)
        if mu == 1:  # not yet a mean
            state["ax"].copy_(p)
        else:
            state["ax"].lerp_(p, mu)
        t = float(state["step"])
        state["eta"].fill_(lr / (1 + lambd * lr * t) ** alpha)
        state["mu"].fill_(1 / max(1, t - t0))
