"""Adagrad, RMSprop and Adadelta: each weight has a step size of its own."""

from companion.optim.optimizer import Optimizer, settings, zeros


class Adagrad(Optimizer):
    """θ ← θ - lrₜ·g / (√s + ε), where s ← s + g².

    lrₜ = lr / (1 + (t - 1)η), with η the decay of lr. Source: Duchi, Hazan
    and Singer, "Adaptive subgradient methods", 2011.
    """

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0,
                 initial_accumulator_value=0, eps=1e-10, foreach=None, *,
                 maximize=False, differentiable=False,
                 fused=None):  # fmt: skip
        super().__init__(params, settings(locals()))
        for p in self.parameters():  # in state_dict before the first step
            self.state[p].update(self.start(p, **self.defaults))

    def start(self, p, *, initial_accumulator_value, **_):
        state = zeros(p, "sum")
        state["sum"].fill_(initial_accumulator_value)
        return state

    def update(self, p, grad, state, *, lr, lr_decay, eps, **_):
        s = state["sum"].addcmul_(grad, grad)
        lr = lr / (1 + (float(state["step"]) - 1) * lr_decay)
        p.addcdiv_(grad, s.sqrt().add_(eps), value=-lr)


class RMSprop(Optimizer):
    """θ ← θ - lr·g / (√v + ε), where v ← αv + (1 - α)g².

    Centred, v - ḡ² takes the place of v, with ḡ the running mean of g; with
    momentum μ, b ← μb + g / (√v + ε) and θ ← θ - lr·b. Source: Hinton,
    "Neural networks for machine learning", lecture 6, 2012.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8,
                 weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False,
                 differentiable=False):  # fmt: skip
        super().__init__(params, settings(locals()))

    def start(self, p, *, momentum, centered, **_):
        used = {"momentum_buffer": momentum, "grad_avg": centered}
        return zeros(p, "square_avg", *(name for name in used if used[name]))

    def update(
        self, p, grad, state, *, lr, alpha, eps, momentum, centered, **_
    ):
        v = state["square_avg"].mul_(alpha)
        v.addcmul_(grad, grad, value=1 - alpha)
        if centered:
            mean = state["grad_avg"].lerp_(grad, 1 - alpha)
            v = v.addcmul(mean, mean, value=-1)
        root = v.sqrt().add_(eps)
        if momentum:
            b = state["momentum_buffer"].mul_(momentum).addcdiv_(grad, root)
            p.add_(b, alpha=-lr)
        else:
            p.addcdiv_(grad, root, value=-lr)


class Adadelta(Optimizer):
    """θ ← θ - lr·δ, where δ = g·√(d + ε) / √(v + ε).

    v and d are running means of g² and δ², with decay ρ: the step is in the
    units of θ. Source: Zeiler, "ADADELTA", 2012.
    """

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0,
                 foreach=None, *, capturable=False, maximize=False,
                 differentiable=False):  # fmt: skip
        if not 0 <= rho <= 1:
            raise ValueError(f"Invalid rho value: {rho}")
        super().__init__(params, settings(locals()))

    def start(self, p, **_):
        return zeros(p, "square_avg", "acc_delta")

    def update(self, p, grad, state, *, lr, rho, eps, **_):
        v = state["square_avg"].mul_(rho)
        v.addcmul_(grad, grad, value=1 - rho)
        d = state["acc_delta"]
        delta = d.add(eps).sqrt_().div_(v.add(eps).sqrt_()).mul_(grad)
        d.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-lr)
