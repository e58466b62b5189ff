"""Optimizers with one known mistake each: who steps like one has made it."""

from companion import optim
from companion._library import library
from companion.check.settings import left_out, taken
from companion.optim.adam import moments


class Forgetful:
    def advance(self, p, group):
        self.state.pop(p, None)
        super().advance(p, group)


class Shared:
    def advance(self, p, group):
        first = group["params"][0]
        state = self.state[p] = self.state[first]
        if p is not first and "step" in state:
            state["step"] -= 1  # only the buffers are thought to be shared
        super().advance(p, group)


class Coupled:
    def decayed(self, p, grad, *, weight_decay, **_):
        return grad.add(p, alpha=weight_decay)


class Decoupled:
    def decayed(self, p, grad, *, lr, weight_decay, **_):
        p.mul_(1 - lr * weight_decay)
        return grad


class DecayedWithoutRate:
    def decayed(self, p, grad, *, weight_decay, **_):
        p.mul_(1 - weight_decay)
        return grad


class FromZero:
    def update(self, p, grad, state, **group):
        state.setdefault("momentum_buffer", library(p).zeros_like(p))
        super().update(p, grad, state, **group)


class Formula:
    """Adam in the letters of the paper, each of them open to change."""

    corrected = True, True  # m and v
    late = 0

    def root(self, v, eps):
        return v.sqrt() + eps

    def update(self, p, grad, state, *, lr, betas, eps, **_):
        t, *both = moments(grad, state, betas)
        m, v = (
            x / (1 - beta ** (t + self.late)) if wanted else x
            for x, beta, wanted in zip(
                both, betas, self.corrected, strict=True
            )
        )
        p.sub_(lr * m / self.root(v, eps))


class Uncorrected(Formula):
    corrected = False, False


class UncorrectedMean(Formula):
    corrected = False, True


class UncorrectedSquare(Formula):
    corrected = True, False


class CountsLate(Formula):
    late = 1


class Inside(Formula):
    def root(self, v, eps):
        return (v + eps).sqrt()


class Rootless(Formula):
    def root(self, v, eps):
        return v + eps


class InsideRMSprop:
    def update(self, p, grad, state, *, lr, alpha, eps, **_):
        v = state["square_avg"].mul_(alpha)
        v.addcmul_(grad, grad, value=1 - alpha)
        p.addcdiv_(grad, (v + eps).sqrt(), value=-lr)


class InsideAdagrad:
    def update(self, p, grad, state, *, lr, eps, **_):
        s = state["sum"].addcmul_(grad, grad)
        p.addcdiv_(grad, (s + eps).sqrt(), value=-lr)


INSIDE = "does ε stand inside the root? it belongs outside: √v + ε"
ADAM = {
    Uncorrected: "is the bias correction missing? m̂ = m / (1 - β₁ᵗ) and "
    "v̂ = v / (1 - β₂ᵗ)",
    UncorrectedMean: "is m used without its bias correction?",
    UncorrectedSquare: "is v used without its bias correction?",
    CountsLate: "is t one too large in the bias correction? it is 1 in the "
    "first step",
    Inside: INSIDE,
    Rootless: "is the root of v missing?",
}
FORMULAS = {
    "SGD": {FromZero: "is the first v damped? in PyTorch it is g"},
    "Adam": ADAM,
    "AdamW": ADAM,
    "RMSprop": {InsideRMSprop: INSIDE},
    "Adagrad": {InsideAdagrad: INSIDE},
}
HABITS = {  # of any optimizer
    Forgetful: "is the state made anew in each step?",
    Shared: "do the parameters share one state? each needs its own",
    Coupled: "is the decay added to the gradient? it is to shrink θ alone",
    Decoupled: "does the decay shrink θ alone? it is to join the gradient",
    DecayedWithoutRate: "is the decay not multiplied by lr?",
}
EDITS = {  # the settings it would need -> the cause
    "exchanged": "are β₁ and β₂ exchanged?",
    "complement": "are β and 1 - β exchanged?",
    "damped": "is the new gradient in v multiplied by 1 - μ? in PyTorch it "
    "is not",
    "epsilon": "is ε 1e-6? PyTorch's is 1e-8",
}


def suspects(like, settings):
    """(cause, class, settings) of each mistake that is known."""
    Right = getattr(optim, like)
    for Flaw, cause in {**FORMULAS.get(like, {}), **HABITS}.items():
        yield cause, type(like, (Flaw, Right), {}), settings
    for edit, changed in edited(settings, taken(Right)):
        yield EDITS[edit], Right, {**settings, **changed}
    for name, rest in left_out(Right, settings):
        yield f"it steps as if {name} were not given", Right, rest


def edited(settings, names):
    if "betas" in settings:
        first, second = settings["betas"]
        yield "exchanged", {"betas": (second, first)}
        yield "complement", {"betas": (1 - first, 1 - second)}
    if "momentum" in settings:
        yield "damped", {"dampening": settings["momentum"]}
    if "eps" in names - settings.keys():
        yield "epsilon", {"eps": 1e-6}
