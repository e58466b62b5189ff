"""Adafactor: Adam's second moment in the memory of a row and a column."""

from math import sqrt

from companion._library import library
from companion.optim.optimizer import Optimizer, settings, zeros


class Adafactor(Optimizer):
    """θ ← θ - α·u / max(1, rms(u) / d), where u = g / √v.

    α = max(ε₂, rms(θ)) · min(lr, 1/√t). Of a matrix v only the running means
    of its rows R and its columns C are kept, v ≈ R C / mean(R); their weight
    for new values is t^β₂decay. Source: Shazeer and Stern, "Adafactor", 2018.
    """

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3),
                 d=1.0, weight_decay=0.0, *, foreach=None,
                 maximize=False):  # fmt: skip
        options = settings({**locals(), "eps": 0})
        if beta2_decay > 0:
            raise ValueError(
                f"beta2_decay should be <= 0 but is {beta2_decay}"
            )
        for i, value in enumerate(eps, 1):
            if value is not None and value < 0:
                raise ValueError(f"epsilon{i} should be >= 0 but is {value}")
        if d < 1:
            raise ValueError(f"Clipping threshold d should be >= 1 but is {d}")
        super().__init__(params, {**options, "eps": eps})

    def start(self, p, **_):
        if p.ndim < 2:
            return zeros(p, "variance")
        *batch, rows, columns = p.shape
        return {
            **zeros(p),
            "row_var": p.new_zeros([*batch, rows, 1]),
            "col_var": p.new_zeros([*batch, 1, columns]),
        }

    def decayed(self, p, grad, **_):
        return grad  # `update` decays the weights, after rms(θ)

    def update(
        self, p, grad, state, *, lr, beta2_decay, eps, d, weight_decay, **_
    ):
        tiny, least = eps
        if tiny is None:
            tiny = library(p).finfo(p.dtype).eps
        t = float(state["step"])
        alpha = max(least, rms(p)) * min(lr, 1 / sqrt(t))
        if weight_decay:
            p.mul_(1 - lr * weight_decay)
        v = self.variance(grad.square(), state, t**beta2_decay, tiny)
        u = grad.div(v.clamp(min=tiny**2).sqrt_())
        p.add_(u, alpha=-alpha / max(1, rms(u) / d))

    def variance(self, squares, state, weight, tiny):
        if "variance" in state:
            return state["variance"].lerp_(squares, weight)
        rows = state["row_var"].lerp_(squares.mean(-1, keepdim=True), weight)
        columns = state["col_var"]
        columns.lerp_(squares.mean(-2, keepdim=True), weight)
        mean = rows.mean(-2, keepdim=True).clamp_(min=tiny)
        return rows.div(mean).mul(columns)


def rms(x):
    """√(mean of x²)."""
    return x.norm().item() / sqrt(x.numel())
