"""Stochastic gradient descent, with momentum."""

from companion.optim.optimizer import Optimizer, settings


class SGD(Optimizer):
    """θ ← θ - lr·v, where v = g, or with momentum μ: v ← μv + (1 - τ)g.

    τ is the dampening; the first v is g. With Nesterov's momentum the step
    looks ahead: θ ← θ - lr·(g + μv). Source: Sutskever et al., "On the
    importance of initialization and momentum in deep learning", 2013.
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0,
                 weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):  # fmt: skip
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "Nesterov momentum requires a momentum and zero dampening, "
                f"got momentum={momentum}, dampening={dampening}"
            )
        super().__init__(params, settings(locals()))

    def update(
        self, p, grad, state, *, lr, momentum, dampening, nesterov, **_
    ):
        if momentum:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = grad.clone()
            else:
                v.mul_(momentum).add_(grad, alpha=1 - dampening)
            grad = grad.add(v, alpha=momentum) if nesterov else v
        p.add_(grad, alpha=-lr)
