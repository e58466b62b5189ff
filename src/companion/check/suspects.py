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


class Kept:
    """The first v is p.grad itself, which is then set to zero."""

    def update(self, p, grad, state, *, momentum, **group):
        first = momentum and "momentum_buffer" not in state
        super().update(p, grad, state, momentum=momentum, **group)
        if first:
            state["momentum_buffer"].zero_()


class RateInside:
    def update(self, p, grad, state, *, lr, **group):
        super().update(p, lr * grad, state, lr=1.0, **group)


class Formula:
    """Adam in the letters of the paper, each of them open to change."""

    corrected = True, True  # m and v
    calls = 0  # of update, for all parameters

    def count(self, t):
        return t

    def root(self, v, eps):
        return v.sqrt() + eps

    def update(self, p, grad, state, *, lr, betas, eps, **_):
        self.calls += 1
        t, *both = moments(grad, state, betas)
        m, v = (
            x / (1 - beta ** self.count(t)) if wanted else x
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
    def count(self, t):
        return t + 1


class CountsCalls(Formula):
    def count(self, t):
        return self.calls


class StaysAtOne(Formula):
    def count(self, t):
        return 1


class Inside(Formula):
    def root(self, v, eps):
        return (v + eps).sqrt()


class Rootless(Formula):
    def root(self, v, eps):
        return v + eps


class InsideRMSprop:
    def root(self, v, eps):
        return (v + eps).sqrt()

    def update(self, p, grad, state, *, lr, alpha, eps, **_):
        v = state["square_avg"].mul_(alpha)
        v.addcmul_(grad, grad, value=1 - alpha)
        p.addcdiv_(grad, self.root(v, eps), value=-lr)


class RootlessRMSprop(InsideRMSprop):
    def root(self, v, eps):
        return v + eps


class InsideAdagrad:
    def update(self, p, grad, state, *, lr, eps, **_):
        s = state["sum"].addcmul_(grad, grad)
        p.addcdiv_(grad, (s + eps).sqrt(), value=-lr)


ROOTLESS = "is the root of v missing?"
INSIDE = "does ε stand inside the root? it belongs outside: √v + ε"
ADAM = {
    Uncorrected: "is the bias correction missing? m̂ = m / (1 - β₁ᵗ) and "
    "v̂ = v / (1 - β₂ᵗ)",
    UncorrectedMean: "is m used without its bias correction?",
    UncorrectedSquare: "is v used without its bias correction?",
    CountsLate: "is t one too large in the bias correction? it is 1 in the "
    "first step",
    CountsCalls: "is t counted on for each parameter? each step counts once",
    StaysAtOne: "does t stay 1?",
    Inside: INSIDE,
    Rootless: ROOTLESS,
}
FORMULAS = {
    "SGD": {
        FromZero: "is the first v damped? in PyTorch it is g",
        Kept: "is p.grad itself kept for v? zero_grad may clear it: make v "
        "a tensor of its own",
        RateInside: "is lr multiplied into v? in PyTorch v is multiplied by "
        "the lr of the step",
    },
    "Adam": ADAM,
    "AdamW": ADAM,
    "RMSprop": {InsideRMSprop: INSIDE, RootlessRMSprop: ROOTLESS},
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
    "single": "is β₁ used for both?",
    "complement": "are β and 1 - β exchanged?",
    "remainder": "are α and 1 - α exchanged?",
    "damped": "is the new gradient in v multiplied by 1 - μ? in PyTorch it "
    "is not",
    "epsilon": "is ε 1e-6? PyTorch's is 1e-8",
    "undecayed": "it steps as if weight_decay were 0",
}


def suspects(like, settings):
    """(cause, class, settings) of each mistake that is known."""
    Right = getattr(optim, like)
    for Flaw, cause in {**FORMULAS.get(like, {}), **HABITS}.items():
        yield cause, type(like, (Flaw, Right), {}), settings
    for name, rest in left_out(Right, settings):
        yield f"it steps as if {name} were not given", Right, rest
    for edit, changed in edited(settings, taken(Right)):
        yield EDITS[edit], Right, {**settings, **changed}


def edited(settings, names):
    if "betas" in settings:
        first, second = settings["betas"]
        yield "exchanged", {"betas": (second, first)}
        yield "single", {"betas": (first, first)}
        yield "complement", {"betas": (1 - first, 1 - second)}
    if "alpha" in settings:
        yield "remainder", {"alpha": 1 - settings["alpha"]}
    if "momentum" in settings:
        yield "damped", {"dampening": settings["momentum"]}
    if "eps" in names - settings.keys():
        yield "epsilon", {"eps": 1e-6}
    if "weight_decay" in names:
        yield "undecayed", {"weight_decay": 0}
