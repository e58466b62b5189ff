"""Schedules that go up and down, some with the momentum against them."""

from math import cos, floor, log, pi
from types import FunctionType

from companion.optim.lr_scheduler.base import (
    LRScheduler,
    assign,
    checked,
    for_each_group,
)


def along_cosine(start, end, done):
    """From `start` to `end` along half a wave, `done` of the way."""
    return end + (start - end) / 2.0 * (cos(pi * done) + 1)


def checked_strategy(anneal_strategy):
    if anneal_strategy in ("cos", "linear"):
        return anneal_strategy
    raise ValueError(
        "anneal_strategy must be one of 'cos' or 'linear', instead got "
        f"{anneal_strategy}"
    )


def along_line(start, end, done):
    return (end - start) * done + start


class CosineAnnealingWarmRestarts(LRScheduler):
    """lr = η + (lr₀ - η)·(1 + cos(πt / T)) / 2, again and again.

    The first cycle lasts T = `T_0` epochs, each next one `T_mult` times as
    long; ``step(epoch)`` takes fractions of an epoch. Source: Loshchilov and
    Hutter, "SGDR", 2017.
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"eta_min must be a number, got {eta_min!r}")
        self.T_0, self.T_i, self.T_mult = T_0, T_0, T_mult
        self.eta_min, self.T_cur = eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def rate(self, i, lr):
        return along_cosine(
            self.base_lrs[i], self.eta_min, self.T_cur / self.T_i
        )

    def step(self, epoch=None):
        """Go to the next epoch, or to `epoch`, which may be a fraction."""
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = epoch or 0
            self.find_cycle(epoch)
        self.last_epoch = floor(epoch)
        self._set([self.rate(i, None) for i in range(len(self.base_lrs))])

    def find_cycle(self, epoch):
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        first, grows = self.T_0, self.T_mult
        if epoch < first:
            self.T_i, self.T_cur = first, epoch
        elif grows == 1:
            self.T_cur = epoch % first
        else:  # after n cycles, first·(growsⁿ - 1) / (grows - 1) epochs
            n = int(log(epoch / first * (grows - 1) + 1, grows))
            self.T_cur = epoch - first * (grows**n - 1) / (grows - 1)
            self.T_i = first * grows**n


class Cycle(LRScheduler):
    """A schedule that may move momentum, or Adam's β₁, too."""

    def cycle(self, optimizer, base_momentum, max_momentum, fresh):
        known = checked(optimizer).defaults
        if "momentum" not in known and "betas" not in known:
            raise ValueError(
                "optimizer must support momentum or beta1 with "
                "`cycle_momentum` option enabled"
            )
        self.use_beta1 = "betas" in known
        low = for_each_group("base_momentum", optimizer, base_momentum)
        high = for_each_group("max_momentum", optimizer, max_momentum)
        if fresh:
            groups = optimizer.param_groups
            for group, least, most in zip(groups, low, high, strict=True):
                self.set_momentum(group, most)
                group["max_momentum"], group["base_momentum"] = most, least
        return low, high

    def set_momentum(self, group, value):
        if self.use_beta1:
            group["betas"] = value, *group["betas"][1:]
        else:
            group["momentum"] = value


class CyclicLR(Cycle):
    """lr runs from `base_lr` up to `max_lr` and back along lines.

    The height is scaled, in cycle n and epoch t, by 1 ("triangular"),
    1 / 2^(n - 1) ("triangular2"), γᵗ ("exp_range") or your `scale_fn`;
    momentum runs the other way. Source: Smith, "Cyclical learning rates",
    2017.
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000,
                 step_size_down=None, mode="triangular", gamma=1.0,
                 scale_fn=None, scale_mode="cycle", cycle_momentum=True,
                 base_momentum=0.8, max_momentum=0.9,
                 last_epoch=-1):  # fmt: skip
        if scale_fn is None and mode not in SCALES:
            raise ValueError(f"mode is invalid and scale_fn is None: {mode!r}")
        base_lrs = for_each_group("base_lr", optimizer, base_lr)
        self.max_lrs = for_each_group("max_lr", optimizer, max_lr)
        fresh = last_epoch == -1
        for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
            if fresh:
                assign(group, "lr", lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma = mode, gamma
        self._scale_fn_custom, self.scale_mode = scale_fn, scale_mode
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self.cycle(
                optimizer, base_momentum, max_momentum, fresh
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x):
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return SCALES[self.mode](self.gamma, x)

    def height(self):
        """How far up: 0 at the base, 1 at the first peak."""
        t = self.last_epoch
        cycle = floor(1 + t / self.total_size)
        x = 1 + t / self.total_size - cycle
        up = self.step_ratio
        height = x / up if x <= up else (x - 1) / (up - 1)
        by_epoch = self.scale_mode != "cycle" or (
            self._scale_fn_custom is None and self.mode == "exp_range"
        )
        return height * self.scale_fn(t if by_epoch else cycle)

    def rate(self, i, lr):
        height, base = self.height(), self.base_lrs[i]
        if self.cycle_momentum:
            low, high = self.base_momentums[i], self.max_momentums[i]
            group = self.optimizer.param_groups[i]
            self.set_momentum(group, high - (high - low) * height)
        return base + (self.max_lrs[i] - base) * height

    def state_dict(self):
        """A scale function is saved only if it is an object, as its dict."""
        f = self._scale_fn_custom
        plain = f is None or isinstance(f, FunctionType)
        saved = None if plain else dict(vars(f))
        return {**super().state_dict(), "_scale_fn_custom": saved}

    def load_state_dict(self, state_dict):
        f, saved = self._scale_fn_custom, state_dict["_scale_fn_custom"]
        super().load_state_dict(state_dict)
        self._scale_fn_custom = f
        if saved is not None:
            vars(f).update(saved)


SCALES = {  # mode: scale of the height, from γ and the cycle or the epoch
    "triangular": lambda gamma, cycle: 1.0,
    "triangular2": lambda gamma, cycle: 1 / 2.0 ** (cycle - 1),
    "exp_range": lambda gamma, epoch: gamma**epoch,
}


class OneCycleLR(Cycle):
    """One cycle: lr warms up to `max_lr` and then falls far below the start.

    It starts at max_lr / div_factor, peaks after `pct_start` of all steps,
    and ends at the start / final_div_factor; momentum runs the other way.
    Call ``step()`` after each batch. Source: Smith and Topin,
    "Super-convergence", 2018.
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None,
                 steps_per_epoch=None, pct_start=0.3, anneal_strategy="cos",
                 cycle_momentum=True, base_momentum=0.85, max_momentum=0.95,
                 div_factor=25.0, final_div_factor=1e4, three_phase=False,
                 last_epoch=-1):  # fmt: skip
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start is a float 0 to 1, not {pct_start}")
        self._anneal_func_type = checked_strategy(anneal_strategy)
        peaks = for_each_group("max_lr", optimizer, max_lr)
        self.total_steps = steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = phases(
            self.total_steps, pct_start * self.total_steps, three_phase
        )
        fresh = last_epoch == -1
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            if fresh:
                start = peak / div_factor
                group.update(initial_lr=start, max_lr=peak)
                group["min_lr"] = start / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.cycle(optimizer, base_momentum, max_momentum, fresh)
        super().__init__(optimizer, last_epoch)

    def phase(self):
        """The phase of this epoch, and how much of it is done."""
        t, start = self.last_epoch, 0.0
        if t > self.total_steps:
            raise ValueError(
                f"Tried to step {t} times. The specified number of total "
                f"steps is {self.total_steps}"
            )
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if t <= end or phase is self._schedule_phases[-1]:
                return phase, (t - start) / (end - start)
            start = end

    def rate(self, i, lr):
        phase, done = self.phase()
        group = self.optimizer.param_groups[i]
        curved = self._anneal_func_type == "cos"
        anneal = along_cosine if curved else along_line
        if self.cycle_momentum:
            start, end = phase["start_momentum"], phase["end_momentum"]
            self.set_momentum(group, anneal(group[start], group[end], done))
        return anneal(group[phase["start_lr"]], group[phase["end_lr"]], done)


def steps(total, epochs, each):
    """`total`, or `epochs` times the steps of `each`."""
    if total is None and (epochs is None or each is None):
        raise ValueError(
            "You must define either total_steps OR (epochs AND "
            "steps_per_epoch)"
        )
    for value in (epochs, each) if total is None else (total,):
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integers, but got {value}")
    return epochs * each if total is None else total


def phases(total, up, three):
    """Where each phase ends, and the settings it leads from and to."""

    def phase(end_step, start_lr, end_lr, start_momentum, end_momentum):
        return locals()

    momenta = "max_momentum", "base_momentum"
    warm = phase(up - 1, "initial_lr", "max_lr", *momenta)
    if not three:
        return [warm, phase(total - 1, "max_lr", "min_lr", *reversed(momenta))]
    return [
        warm,
        phase(2 * up - 2, "max_lr", "initial_lr", *reversed(momenta)),
        phase(total - 1, "initial_lr", "min_lr", *["max_momentum"] * 2),
    ]
