"""Adam and its family: steps scaled by running moments of the gradient."""

from math import sqrt

from companion._library import is_tensor
from companion.optim.optimizer import Optimizer, settings, zeros


class Adam(Optimizer):
    """θ ← θ - lr·m̂ / (√v̂ + ε), m and v running means of g and g².

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g² start at zero; the hats
    undo that bias: m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ). AMSGrad uses the
    largest v so far. Source: Kingma and Ba, "Adam", 2015; the step is written
    as at the end of their section 2, with √(1 - β₂ᵗ) on top.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8,
                 weight_decay=0, amsgrad=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False,
                 fused=None, decoupled_weight_decay=False):  # fmt: skip
        check_tensors(lr, betas, foreach and not capturable)
        betas = tuple(float(beta) for beta in betas)
        super().__init__(params, settings(locals()))

    def start(self, p, *, amsgrad, **_):
        largest = ["max_exp_avg_sq"] if amsgrad else []
        return zeros(p, "exp_avg", "exp_avg_sq", *largest)

    def update(self, p, grad, state, *, lr, betas, eps, amsgrad, **_):
        t, m, v = moments(grad, state, betas)
        if amsgrad:
            v = state["max_exp_avg_sq"].clamp_(min=v)
        scale = sqrt(1 - betas[1] ** t)
        root = v.sqrt().add_(eps * scale)
        p.addcdiv_(m, root, value=-lr * scale / (1 - betas[0] ** t))


def moments(grad, state, betas):
    """The step t, m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g²."""
    m = state["exp_avg"].lerp_(grad, 1 - betas[0])
    v = state["exp_avg_sq"].mul_(betas[1])
    v.addcmul_(grad, grad, value=1 - betas[1])
    return float(state["step"]), m, v


class AdamW(Adam):
    """Adam whose weight decay shrinks θ directly, past the moments.

    Source: Loshchilov and Hutter, "Decoupled weight decay", 2019.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8,
                 weight_decay=1e-2, amsgrad=False, *, maximize=False,
                 foreach=None, capturable=False, differentiable=False,
                 fused=None):  # fmt: skip
        options = settings(locals())
        super().__init__(params, **options, decoupled_weight_decay=True)


class Adamax(Optimizer):
    """θ ← θ - lr·m̂ / u, with u ← max(β₂u, |g| + ε): Adam in the ∞-norm.

    Source: Kingma and Ba, "Adam", 2015, section 7.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8,
                 weight_decay=0, foreach=None, *, maximize=False,
                 differentiable=False, capturable=False):  # fmt: skip
        super().__init__(params, settings(locals()))

    def start(self, p, **_):
        return zeros(p, "exp_avg", "exp_inf")

    def update(self, p, grad, state, *, lr, betas, eps, **_):
        m = state["exp_avg"].lerp_(grad, 1 - betas[0])
        u = state["exp_inf"].mul_(betas[1])
        u.clamp_(min=grad.abs().add_(eps))
        p.addcdiv_(m, u, value=-lr / (1 - betas[0] ** float(state["step"])))


class NAdam(Optimizer):
    """Adam with Nesterov's look ahead: m̂ mixes in the gradient at hand.

    m̂ = μ'm / (1 - πμ') + (1 - μ)g / (1 - π), where π is the product of all
    μ = β₁(1 - 0.96^(tψ) / 2) so far, μ' is the next μ, and ψ the momentum
    decay. Source: Dozat, "Incorporating Nesterov momentum into Adam", 2016.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8,
                 weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, foreach=None,
                 maximize=False, capturable=False,
                 differentiable=False):  # fmt: skip
        super().__init__(params, settings(locals()))

    def start(self, p, **_):
        state = zeros(p, "exp_avg", "exp_avg_sq")
        return {**state, "mu_product": state["step"] + 1}

    def update(self, p, grad, state, *, lr, betas, eps, momentum_decay, **_):
        t, m, v = moments(grad, state, betas)
        mu, ahead = (
            betas[0] * (1 - 0.96 ** (i * momentum_decay) / 2)
            for i in (t, t + 1)
        )
        state["mu_product"] *= mu
        product = float(state["mu_product"])
        scale = sqrt(1 - betas[1] ** t)
        lr = lr * scale  # not in place: lr may be the caller's tensor
        step = grad.mul(lr * (1 - mu) / (1 - product))
        step.add_(m, alpha=lr * ahead / (1 - product * ahead))
        p.sub_(step.div_(v.sqrt().add_(eps * scale)))


class RAdam(Optimizer):
    """Adam that trusts v only when it has seen enough.

    ρ is the length of the average behind v. At ρ > 5 Adam's step is scaled
    by r, the ratio of the variances of 1/√v̂ at ρ∞ and at ρ; before, it is
    θ ← θ - lr·m̂. Source: Liu et al., "On the variance of the adaptive
    learning rate and beyond", 2020.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8,
                 weight_decay=0, decoupled_weight_decay=False, *,
                 foreach=None, maximize=False, capturable=False,
                 differentiable=False):  # fmt: skip
        super().__init__(params, settings(locals()))

    def start(self, p, **_):
        return zeros(p, "exp_avg", "exp_avg_sq")

    def update(self, p, grad, state, *, lr, betas, eps, **_):
        t, m, v = moments(grad, state, betas)
        size = lr / (1 - betas[0] ** t)
        correction = 1 - betas[1] ** t
        limit = 2 / (1 - betas[1]) - 1  # ρ∞
        rho = limit - 2 * t * betas[1] ** t / correction
        if rho <= 5:
            p.add_(m, alpha=-size)
            return
        r = (rho - 4) * (rho - 2) * limit / (limit - 4) / (limit - 2) / rho
        p.addcdiv_(m, v.sqrt().add_(eps), value=-size * sqrt(r * correction))


def check_tensors(lr, betas, foreach):
    """Tensors may be given as settings where PyTorch takes them."""
    if len({is_tensor(beta) for beta in betas}) > 1:
        raise ValueError("betas must be either both floats or both Tensors")
    for name, value in {"lr": lr, "betas[0]": betas[0]}.items():
        if foreach and is_tensor(value):
            raise ValueError(
                f"{name} as a Tensor is not supported for capturable=False "
                "and foreach=True"
            )
