"""L-BFGS: Newton's direction, from the last few changes of the gradient."""

from typing import Any, NamedTuple

from companion.optim.optimizer import Optimizer, settings


class Point(NamedTuple):
    """A place on the line θ + t·d: the loss, its gradient and its slope."""

    t: Any
    f: float
    g: Any
    slope: Any


class LBFGS(Optimizer):
    """θ ← θ + t·d with d = -H∇f, where H approximates the inverse Hessian.

    H comes from the last `history_size` pairs s = Δθ and y = Δ∇f. A step
    runs up to `max_iter` iterations and calls the closure about `max_eval`
    times at most. All state is kept with the first parameter. Source:
    Nocedal and Wright, "Numerical optimization", 2006, chapters 3 and 7.
    """

    def __init__(self, params, lr=1, max_iter=20, max_eval=None,
                 tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None, *,
                 maximize=False):  # fmt: skip
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        super().__init__(params, settings(locals()))
        if len(self.param_groups) != 1:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter "
                f"groups): got {len(self.param_groups)} groups"
            )

    def step(self, closure):
        """Minimise; `closure` computes the loss and its gradients anew."""
        with self.library.no_grad():
            loss = self.evaluate(closure)
            if self.param_groups[0]["params"]:
                self.minimize(closure, loss)
        return loss

    def minimize(self, closure, loss):
        group = self.param_groups[0]
        state = self.state[group["params"][0]]
        budget = state.setdefault("func_evals", 0) + group["max_eval"]
        f, g = self.measure(loss, state)
        for left in reversed(range(group["max_iter"])):
            if largest(g) <= group["tolerance_grad"]:
                break
            start = self.aim(f, g, state, group)
            if start.slope > -group["tolerance_change"]:
                break
            f, g = self.search(closure, start, state, group, budget, left)
            if (
                state["func_evals"] >= budget
                or largest(state["d"] * state["t"])
                <= group["tolerance_change"]
                or abs(f - start.f) < group["tolerance_change"]
            ):
                break

    def measure(self, loss, state):
        """The loss and the gradient of all parameters as one vector."""
        state["func_evals"] += 1
        grads = [
            p.new_zeros(p.numel()) if p.grad is None else p.grad.reshape(-1)
            for p in self.parameters()
        ]
        g = self.library.cat(grads)
        uphill = self.param_groups[0].get("maximize", False)
        return (-float(loss), -g) if uphill else (float(loss), g)

    def aim(self, f, g, state, group):
        """Choose a direction d and a first t; the start of their line."""
        t = group["lr"] * 1  # a copy, if it is a tensor
        state["n_iter"] = state.get("n_iter", 0) + 1
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            t = min(1.0, 1 / g.abs().sum()) * t
        else:
            remember(g, state, group["history_size"])
        d = newton(g, state)
        state.update(d=d, t=t, prev_flat_grad=g, prev_loss=f)
        return Point(0, f, g, g.dot(d))

    def search(self, closure, start, state, group, budget, left):
        """Move to θ + t·d; the loss and the gradient found there."""
        d = state["d"]
        if group["line_search_fn"] is None:
            self.move(state["t"], d)
            if not left:  # nobody will look at the new gradient
                return start.f, start.g
            return self.measure(self.evaluate(closure), state)
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")

        def at(t):
            origin = [p.clone() for p in self.parameters()]
            self.move(t, d)
            f, g = self.measure(self.evaluate(closure), state)
            for p, value in zip(self.parameters(), origin, strict=True):
                p.copy_(value)
            return Point(t, f, g, g.dot(d))

        trials = budget - state["func_evals"]
        found = strong_wolfe(at, start, state["t"], largest(d), trials)
        state["t"] = found.t
        self.move(found.t, d)
        return found.f, found.g

    def move(self, t, d):
        sizes = [p.numel() for p in self.parameters()]
        for p, part in zip(self.parameters(), d.split(sizes), strict=True):
            p.add_(part.view(p.shape), alpha=float(t))


def largest(vector):
    return vector.abs().max().item()


def remember(g, state, size):
    """Keep the last pairs y = Δ∇f and s = Δθ, where yᵀs > 0."""
    y, s = g - state["prev_flat_grad"], state["d"] * state["t"]
    curvature = y.dot(s)
    if curvature <= 1e-10:
        return
    pairs = {"old_dirs": y, "old_stps": s, "ro": 1 / curvature}
    for name, value in pairs.items():
        state[name] = [*state[name], value][-size:]
    state["H_diag"] = curvature / y.dot(y)


def newton(g, state):
    """-H∇f by the two-loop recursion; H itself is never formed."""
    pairs = list(
        zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True)
    )
    d, alphas = g.neg(), []
    for y, s, rho in reversed(pairs):
        alphas.append(s.dot(d) * rho)
        d.add_(y, alpha=-alphas[-1].item())
    d.mul_(state["H_diag"])
    for y, s, rho in pairs:
        d.add_(s, alpha=(alphas.pop() - y.dot(d) * rho).item())
    return d


class Wolfe(NamedTuple):
    """f(t) ≤ f(0) + c₁·t·f'(0), not too high, and |f'(t)| ≤ c₂·|f'(0)|."""

    start: Point

    def high(self, point):
        line = self.start.f + 1e-4 * point.t * self.start.slope
        return point.f > line

    def flat(self, point):
        return abs(point.slope) <= -0.9 * self.start.slope


def strong_wolfe(at, start, t, size, trials):
    """A point that meets both conditions, found in about `trials` trials.

    ``at(t)`` measures a point; `size` is the largest element of d.
    """
    wolfe = Wolfe(start)
    points, left = bracket(at, wolfe, t, trials)
    return zoom(at, wolfe, points, size, left)


def bracket(at, wolfe, t, trials):
    """The ends of an interval with such a point, or the point; trials left."""
    before, new = wolfe.start, at(t)
    for tried in range(trials):
        if wolfe.high(new) or (tried > 1 and new.f >= before.f):
            return [before, new], trials - tried
        if wolfe.flat(new):
            return [new], 0
        if new.slope >= 0:
            return [before, new], trials - tried
        ahead = new.t + 0.01 * (new.t - before.t), new.t * 10
        before, new = new, at(cubic(before, new, *ahead))
    return [wolfe.start, new], 0


def zoom(at, wolfe, points, size, trials):
    """Shrink the interval until an end of it will do."""
    low, other = ordered(points[0], points[-1])
    stuck = False
    for _ in range(trials):
        if abs(low.t - other.t) * size < 1e-9:
            break
        t, stuck = trial(low, other, stuck)
        new = at(t)
        if wolfe.high(new) or new.f >= low.f:
            low, other = ordered(low, new)
            continue
        if wolfe.flat(new):
            return new
        if new.slope * (other.t - low.t) >= 0:
            other = low
        low = new
    return low


def ordered(a, b):
    return (a, b) if a.f <= b.f else (b, a)


def trial(a, b, stuck):
    """The next t inside an interval, and whether it hugs an end of it."""
    least, most = sorted([a.t, b.t])
    t = cubic(a, b, least, most)
    margin = 0.1 * (most - least)
    if min(most - t, t - least) >= margin:
        return t, False
    if not (stuck or t >= most or t <= least):
        return t, True
    return (most - margin if most - t < t - least else least + margin), False


def cubic(a, b, least, most):
    """Where the cubic through two points and their slopes is lowest."""
    a, b = sorted([a, b], key=lambda point: point.t)
    d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if square < 0:
        return (least + most) / 2
    d2 = square.sqrt()
    ratio = (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return min(max(b.t - (b.t - a.t) * ratio, least), most)
