"""Muon: momentum whose matrix is made orthogonal before each step."""

from math import sqrt

from companion._library import library
from companion.optim.optimizer import Optimizer, settings

SCALES = {  # of lr, for a matrix of a rows and b columns
    "original": lambda a, b: sqrt(max(1, a / b)),
    "match_rms_adamw": lambda a, b: 0.2 * sqrt(max(a, b)),
    "spectral_unclamped": lambda a, b: sqrt(a / b),
}


class Muon(Optimizer):
    """θ ← (1 - lr·λ)θ - lr·scale·UVᵀ, where UΣVᵀ is the momentum.

    For the matrices of hidden layers; give biases and embeddings to AdamW.
    Source: Jordan et al., "Muon: an optimizer for hidden layers", 2024.
    """

    decoupled = True

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95,
                 nesterov=True, ns_coefficients=(3.4445, -4.7750, 2.0315),
                 eps=1e-7, ns_steps=5, adjust_lr_fn=None):  # fmt: skip
        if (adjust_lr_fn or "original") not in SCALES:
            raise ValueError(
                f"Adjust learning rate function {adjust_lr_fn} is not "
                f"supported, expected one of {', '.join(SCALES)}"
            )
        super().__init__(params, settings(locals()))

    def check_group(self, group):
        super().check_group(group)
        for p in group["params"]:
            if p.ndim != 2:
                raise ValueError(
                    "Muon only supports 2D parameters whereas we found a "
                    f"parameter with size: {tuple(p.shape)}"
                )

    def start(self, p, **_):
        return {"momentum_buffer": library(p).zeros_like(p)}

    def update(self, p, grad, state, *, lr, momentum, nesterov, adjust_lr_fn,
               ns_coefficients, ns_steps, eps, **_):  # fmt: skip
        v = state["momentum_buffer"].lerp_(grad, 1 - momentum)
        ahead = grad.lerp(v, momentum) if nesterov else v
        step = orthogonal(ahead, ns_coefficients, ns_steps, eps)
        scale = SCALES[adjust_lr_fn or "original"]
        p.add_(step, alpha=-lr * scale(*p.shape))


def orthogonal(matrix, coefficients, steps, eps):
    """About UVᵀ, of matrix = UΣVᵀ, by Newton and Schulz's iteration.

    X ← aX + (bG + cG²)X with G = XXᵀ applies the same quintic to each
    singular value; a few rounds bring all of them near 1.
    """
    a, b, c = library(matrix).tensor(coefficients).tolist()  # in float32
    tall = matrix.shape[0] > matrix.shape[1]
    x = rounded(matrix.T if tall else matrix)
    x = rounded(x / rounded(x.norm()).clamp(min=eps))
    for _ in range(steps):
        gram = rounded(x @ x.T)
        inner = rounded((c * (gram @ gram)).double().add(gram, alpha=b))
        x = rounded((inner @ x).double().add(x, alpha=a))
    return x.T if tall else x


def rounded(x):
    """`x` in float32, with the 8 significant bits of a bfloat16.

    Muon computes in bfloat16, which NumPy has not. Veltkamp's splitting.
    """
    x = x.float()
    high = x * (2**16 + 1)
    return high - (high - x)
