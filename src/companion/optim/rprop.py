"""Resilient backpropagation: only the sign of the gradient counts."""

from companion.optim.optimizer import Optimizer, settings, zeros


class Rprop(Optimizer):
    """θ ← θ - Δ·sign(g), with a step Δ for each weight.

    Δ grows by η⁺ while g keeps its sign; where it changes, Δ shrinks by η⁻
    and the weight rests for a step. For whole batches only. Source:
    Riedmiller and Braun, "A direct adaptive method", 1993.
    """

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2),
                 step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
                 maximize=False, differentiable=False):  # fmt: skip
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(
                f"Invalid eta values: {etas[0]}, {etas[1]}, expected "
                "0 < eta1 < 1 < eta2"
            )
        super().__init__(params, settings(locals()))

    def start(self, p, *, lr, **_):
        state = zeros(p, "prev", "step_size")
        state["step_size"].fill_(lr)
        return state

    def update(self, p, grad, state, *, etas, step_sizes, **_):
        shrink, grow = etas
        sign = grad.mul(state["prev"]).sign_()
        turned = sign < 0
        factor = sign.masked_fill(sign == 0, 1).masked_fill_(turned, shrink)
        step = state["step_size"].mul_(factor.masked_fill_(sign > 0, grow))
        step.clamp_(*step_sizes)
        grad = grad.masked_fill(turned, 0)
        p.addcmul_(grad.sign(), step, value=-1)
        state["prev"].copy_(grad)
