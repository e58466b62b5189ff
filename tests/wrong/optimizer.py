"""Optimizers: what goes wrong, and what is right."""

from collections import defaultdict
from math import sqrt

from wrong.entry import Entry

import companion
from companion import no_grad, optim


class Plain:
    """What the short ones below share: their parameters, and zero_grad."""

    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None


class SGD(Plain):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.sub_(p.grad, alpha=self.lr)


class SGDByData:
    """No decorator and no base: `.data` is not recorded."""

    def __init__(self, parameters, rate):
        self.parameters = [*parameters]
        self.rate = rate

    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p.data = p.data - self.rate * p.grad

    def zero_grad(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad.zero_()


class Momentum(Plain):
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(params, lr)
        self.momentum, self.decay = momentum, weight_decay
        self.velocity = {}

    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            v = p.grad + self.decay * p
            if p in self.velocity:
                v = v + self.momentum * self.velocity[p]
            self.velocity[p] = v
            p -= self.lr * v


class FormulaSGD(optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    def update(self, p, grad, state, *, lr, **_):
        p.sub_(lr * grad)


class Adam(Plain):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps
        self.m = [companion.zeros_like(p) for p in self.params]
        self.v = [companion.zeros_like(p) for p in self.params]
        self.t = 0

    @no_grad()
    def step(self):
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.move(i, p, p.grad)

    def move(self, i, p, g):
        first, second = self.betas
        self.m[i] = first * self.m[i] + (1 - first) * g
        self.v[i] = second * self.v[i] + (1 - second) * g * g
        p.sub_(self.lr * self.ratio(self.m[i], self.v[i]))

    def ratio(self, m, v):
        m_hat = m / (1 - self.betas[0] ** self.t)
        v_hat = v / (1 - self.betas[1] ** self.t)
        return m_hat / (v_hat.sqrt() + self.eps)


class FormulaAdam(optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    def update(self, p, grad, state, *, lr, betas, eps, **_):
        t = state["t"] = state.get("t", 0) + 1
        for name, value, beta in (
            ("m", grad, betas[0]),
            (
                "v",
                grad**2,
                betas[1],
            ),
        ):
            state[name] = beta * state.get(name, 0) + (1 - beta) * value
        size = lr * sqrt(1 - betas[1] ** t) / (1 - betas[0] ** t)
        eps *= sqrt(1 - betas[1] ** t)
        p -= size * state["m"] / (state["v"].sqrt() + eps)


class RMSprop(Plain):
    def __init__(self, params, lr, alpha=0.99, eps=1e-8):
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps
        self.squares = defaultdict(float)

    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                rest = (1 - self.alpha) * p.grad.square()
                self.squares[p] = self.alpha * self.squares[p] + rest
                p -= self.lr * p.grad / (self.squares[p].sqrt() + self.eps)


class AdamW(Adam):
    def __init__(self, params, lr, weight_decay=1e-2, **settings):
        super().__init__(params, lr, **settings)
        self.decay = weight_decay

    def move(self, i, p, g):
        p.mul_(1 - self.lr * self.decay)
        super().move(i, p, g)


class Stub:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self): ...

    def zero_grad(self): ...


class Empty:
    pass


def returns_its_input(params, lr):
    return params


class NoZeroGrad(SGD):
    zero_grad = None


class ZeroGradForgets(SGD):
    def zero_grad(self):
        for p in self.params:
            grad = p.grad
            grad = 0  # noqa: F841 - that is the mistake


class ZeroGradOfTheFirst(SGD):
    def zero_grad(self):
        self.params[0].grad = None


class ZeroGradOfTheWeights(SGD):
    @no_grad()
    def zero_grad(self):
        for p in self.params:
            p.zero_()
            p.grad = None


class ZeroGradOnce(SGD):
    @no_grad()
    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()
            p.grad = None


class ZeroGradNeedsGradients(SGD):
    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()


class ZeroGradByNumber(SGD):
    def zero_grad(self):
        for p in self.params:
            p.grad = 0


class ClearsInStep(SGD):
    def step(self):
        super().step()
        self.zero_grad()


class Generator(SGD):
    def __init__(self, params, lr):
        self.params, self.lr = params, lr


class Rebinds(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            p = p - self.lr * p.grad


class Recorded(SGD):
    def step(self):
        for p in self.params:
            p -= self.lr * p.grad


class Uphill(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p += self.lr * p.grad


class WithoutRate(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p -= p.grad


class NoneForgotten(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            p -= self.lr * p.grad


class StopsAtNone(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                return
            p -= self.lr * p.grad


class NewList(SGD):
    @no_grad()
    def step(self):
        self.params = [p - self.lr * p.grad for p in self.params]


class MovesOn(Momentum):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                p -= self.lr * self.momentum * self.velocity.get(p, 0)
        super().step()


class DecaysWithoutGradient(AdamW):
    def step(self):
        with no_grad():
            for p in self.params:
                if p.grad is None:
                    p.mul_(1 - self.lr * self.decay)
        super().step()


class FirstOnly(SGD):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p -= self.lr * p.grad
            return


class NoLongerRequiresGrad(SGD):
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.requires_grad_(False)
                p -= self.lr * p.grad


class Endless(SGD):
    def step(self):
        while self.params:
            pass


class ChangesGradients(Momentum):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.add_(p, alpha=self.decay)
                p.grad.mul_(self.lr)
                p.sub_(p.grad)


class DecayChangesGradients(Momentum):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.grad += self.decay * p
        super_decay, self.decay = self.decay, 0
        super().step()
        self.decay = super_decay


class KeepsTheGradient(Momentum):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr, momentum)

    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None and p not in self.velocity:
                self.velocity[p] = p.grad
            elif p.grad is not None:
                self.velocity[p].mul_(self.momentum).add_(p.grad)
            if p.grad is not None:
                p -= self.lr * self.velocity[p]


class RateInVelocity(optim.Optimizer):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def update(self, p, grad, state, *, lr, momentum, **_):
        state["v"] = momentum * state.get("v", 0) + lr * grad
        p.sub_(state["v"])


class SharedVelocity(Momentum):
    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr, momentum)
        self.v = 0

    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                self.v = self.momentum * self.v + p.grad
                p -= self.lr * self.v


class VelocityOfAllObjects(Plain):
    velocity = {}  # noqa: RUF012 - that is the mistake

    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, lr)
        self.momentum = momentum

    @no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is not None:
                v = self.momentum * self.velocity.get(i, 0) + p.grad
                self.velocity[i] = v
                p -= self.lr * v


class ForgetfulVelocity(Momentum):
    @no_grad()
    def step(self):
        self.velocity = {}
        super().step()


class AveragedVelocity(Momentum):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            v = p.grad.clone()
            if p in self.velocity:
                old = self.momentum * self.velocity[p]
                v = old + (1 - self.momentum) * p.grad
            self.velocity[p] = v
            p -= self.lr * v


class DecoupledSGD(Momentum):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p *= 1 - self.lr * self.decay
        decay, self.decay = self.decay, 0
        super().step()
        self.decay = decay


class IgnoresDecay(Momentum):
    @no_grad()
    def step(self):
        self.decay = 0
        super().step()


class DecayPastTheRate(AdamW):
    def move(self, i, p, g):
        p.mul_(1 - self.decay)
        Adam.move(self, i, p, g)


class CoupledAdamW(AdamW):
    def move(self, i, p, g):
        Adam.move(self, i, p, g + self.decay * p)


class FixedRate(FormulaSGD):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.lr = lr

    def update(self, p, grad, state, **_):
        p.sub_(self.lr * grad)


class WithoutRateInGroups(FormulaSGD):
    def update(self, p, grad, state, **_):
        p.sub_(grad)


class FirstGroupOnly(FormulaSGD):
    @no_grad()
    def step(self):
        group = self.param_groups[0]
        for p in group["params"]:
            if p.grad is not None:
                p.sub_(group["lr"] * p.grad)


class Uncorrected(Adam):
    def ratio(self, m, v):
        return m / (v.sqrt() + self.eps)


class UncorrectedSquare(Adam):
    def ratio(self, m, v):
        m_hat = m / (1 - self.betas[0] ** self.t)
        return m_hat / (v.sqrt() + self.eps)


class CountsLate(Adam):
    def ratio(self, m, v):
        self.t += 1
        right = super().ratio(m, v)
        self.t -= 1
        return right


class CountsEachParameter(Adam):
    def move(self, i, p, g):
        self.t += i > 0
        super().move(i, p, g)


class StaysAtOne(Adam):
    def ratio(self, m, v):
        self.t = 1
        return super().ratio(m, v)


class OneBeta(Adam):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, (betas[0], betas[0]), eps)


class SquareForgotten(Adam):
    def move(self, i, p, g):
        first, second = self.betas
        self.m[i] = first * self.m[i] + (1 - first) * g
        self.v[i] = second * self.v[i] + (1 - second) * g
        p.sub_(self.lr * self.ratio(self.m[i], self.v[i]))


class WithoutDecay(AdamW):
    def move(self, i, p, g):
        Adam.move(self, i, p, g)


class EpsInside(Adam):
    def ratio(self, m, v):
        m_hat = m / (1 - self.betas[0] ** self.t)
        v_hat = v / (1 - self.betas[1] ** self.t)
        return m_hat / (v_hat + self.eps).sqrt()


class LargeEps(Adam):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-6):
        super().__init__(params, lr, betas, eps)


class Rootless(Adam):
    def ratio(self, m, v):
        m_hat = m / (1 - self.betas[0] ** self.t)
        v_hat = v / (1 - self.betas[1] ** self.t)
        return m_hat / (v_hat + self.eps)


class ExchangedBetas(Adam):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas[::-1], eps)


class ComplementBetas(Adam):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, tuple(1 - b for b in betas), eps)


class EpsInsideRMSprop(RMSprop):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                rest = (1 - self.alpha) * p.grad.square()
                self.squares[p] = self.alpha * self.squares[p] + rest
                p -= self.lr * p.grad / (self.squares[p] + self.eps).sqrt()


class RootlessRMSprop(RMSprop):
    @no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                rest = (1 - self.alpha) * p.grad.square()
                self.squares[p] = self.alpha * self.squares[p] + rest
                p -= self.lr * p.grad / (self.squares[p] + self.eps)


class ComplementAlpha(RMSprop):
    def __init__(self, params, lr, alpha=0.99, eps=1e-8):
        super().__init__(params, lr, 1 - alpha, eps)


class GrowsParameters(SGD):
    def step(self):
        for p in self.params:
            p.data = p.data * companion.ones(2, 1)


class NarrowsParameters(SGD):
    def step(self):
        super().step()
        for p in self.params:
            p.data = p.data.float()


def table(like, rows):
    return [Entry(*row, settings={"like": like}) for row in rows]


WRONG = [
    *table("SGD", [
        ("the stub", Stub, "nothing moves"),
        ("an empty answer", Empty, "it raised TypeError"),
        ("the input returned", returns_its_input, "no method step()"),
        ("zero_grad is missing", NoZeroGrad, "no method zero_grad()"),
        ("zero_grad does nothing", ZeroGradForgets, "is zero_grad empty"),
        ("zero_grad of one parameter", ZeroGradOfTheFirst,
         "parameter 2 still has its gradient"),
        ("zero_grad clears the weights", ZeroGradOfTheWeights,
         "changed its argument p1"),
        ("zero_grad needs a gradient", ZeroGradOnce, "NoneType"),
        ("zero_grad counts on gradients", ZeroGradNeedsGradients,
         "(grad is None) left out?"),
        ("zero_grad sets a number", ZeroGradByNumber,
         "in zero_grad, at: p.grad = 0"),
        ("the step clears the gradients", ClearsInStep,
         "after the step p1.grad is another one"),
        ("the list is made anew", NewList, "at: self.params = ["),
        ("it moves on without a gradient", MovesOn,
         "a parameter moved whose grad is None"),
        ("the generator is used up", Generator, "keep list(params)"),
        ("p is bound to a new tensor", Rebinds, "bind the name"),
        ("the update is recorded", Recorded, "under no_grad()"),
        ("uphill", Uphill, "the sign is reversed"),
        ("the learning rate is forgotten", WithoutRate, "10 times"),
        ("grad is None, not expected", NoneForgotten, "(grad is None)"),
        ("a missing gradient ends the step", StopsAtNone,
         "does the step end where the first grad is None?"),
        ("one parameter only", FirstOnly, "only the first parameter moves"),
        ("requires_grad is lost", NoLongerRequiresGrad, "is no leaf"),
        ("an endless loop", Endless, "does a loop never end?"),
        ("the shape changes", GrowsParameters, "shape became (2, 3)"),
        ("the type changes", NarrowsParameters, "and type float32"),
        ("the gradients are changed", ChangesGradients,
         "changed its argument p1.grad"),
        ("the gradient kept as velocity", KeepsTheGradient,
         "is p.grad itself kept for v?"),
        ("the rate inside the velocity", RateInVelocity,
         "is lr multiplied into v?"),
        ("one velocity for all parameters", SharedVelocity,
         "do the parameters share one state?"),
        ("one velocity for all optimizers", VelocityOfAllObjects,
         "is the state kept in the class"),
        ("the velocity is forgotten", ForgetfulVelocity,
         "is the state made anew in each step?"),
        ("the velocity is an average", AveragedVelocity,
         "multiplied by 1 - μ"),
        ("decay past the gradient", DecoupledSGD,
         "it is to join the gradient"),
        ("decay ignored", IgnoresDecay, "as if weight_decay were not given"),
        ("the learning rate of no group", WithoutRateInGroups, "10 times"),
        ("one group only", FirstGroupOnly, "left early, or missing?"),
        ("the lr of the start for ever", FixedRate, 'read group["lr"]'),
    ]),
    *table("Adam", [
        ("no bias correction", Uncorrected, "the bias correction missing"),
        ("half the bias correction", UncorrectedSquare,
         "is v used without its bias correction?"),
        ("t one too large", CountsLate, "is t one too large"),
        ("ε inside the root", EpsInside, "ε stand inside the root"),
        ("ε of 1e-6", LargeEps, "is ε 1e-6?"),
        ("no root", Rootless, "is the root of v missing?"),
        ("β₁ and β₂ exchanged", ExchangedBetas, "β₁ and β₂ exchanged"),
        ("β and 1 - β exchanged", ComplementBetas, "β and 1 - β exchanged"),
        ("t counts the parameters", CountsEachParameter,
         "is t counted on for each parameter?"),
        ("t stays 1", StaysAtOne, "does t stay 1?"),
        ("one β for both", OneBeta, "is β₁ used for both?"),
        ("the square forgotten", SquareForgotten, "a negative number?"),
    ]),
    *table("AdamW", [
        ("AdamW with Adam's decay", CoupledAdamW, "is to shrink θ alone"),
        ("decay not times lr", DecayPastTheRate, "not multiplied by lr"),
        ("no decay", WithoutDecay, "as if weight_decay were 0"),
        ("decay without a gradient", DecaysWithoutGradient,
         "a parameter moved whose grad is None"),
    ]),
    *table("RMSprop", [
        ("RMSprop with ε inside", EpsInsideRMSprop, "inside the root"),
        ("RMSprop without its root", RootlessRMSprop, "is the root of v"),
        ("α and 1 - α exchanged", ComplementAlpha, "α and 1 - α exchanged"),
    ]),
]  # fmt: skip
RIGHT = [
    *table("SGD", [
        ("under no_grad, in place", SGD),
        ("by .data", SGDByData),
        ("with momentum and decay", Momentum),
        ("a formula for the base", FormulaSGD),
        ("the companion's own", optim.SGD),
    ]),
    *table("Adam", [
        ("Adam by the paper's letters", Adam),
        ("Adam as a formula for the base", FormulaAdam),
    ]),
    *table("AdamW", [("AdamW from Adam", AdamW)]),
    *table("RMSprop", [("RMSprop with a dictionary", RMSprop)]),
]  # fmt: skip
