"""Adam and AdamW: steps scaled by running moments of the gradient."""

from math import sqrt

from companion._library import is_tensor
from companion.optim.optimizer import Optimizer, settings, zeros


class Adam(Optimizer):
    """θ ← θ - lr·m̂ / (√v̂ + ε), m and v running means of g and g².

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g² start at zero; the hats
    undo that bias: m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ). AMSGrad uses the
    largest v so far. Source: Kingma and Ba, "Adam", 2015.
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
        beta1, beta2 = betas
        t, m, v = float(state["step"]), state["exp_avg"], state["exp_avg_sq"]
        m.lerp_(grad, 1 - beta1)
        v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        if amsgrad:
            largest = state["max_exp_avg_sq"]
            v = largest.copy_(largest.maximum(v))
        root = v.sqrt().div_(sqrt(1 - beta2**t)).add_(eps)
        p.addcdiv_(m, root, value=-lr / (1 - beta1**t))


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
