"""Learning rates with one known mistake each: who has them has made it.

A course of learning rates is an array: a row for each epoch t, a column for
each parameter group. Each function yields a cause and the course it leads to.
"""

import numpy as np


def of_any(longer, lr):
    """`longer` is the right course, and one epoch more."""
    course, late = longer[:-1], np.concatenate([longer[:1], longer[:-2]])
    factors = course / lr
    begun = np.concatenate([np.ones_like(factors[:1]), factors[1:]])
    yield "the learning rate never changes", lr + 0 * course
    yield "one epoch too early: is the first epoch 0?", longer[1:]
    yield "one epoch too late: does the first step() lead to epoch 1?", late
    yield "is the rate of epoch 0 set when the schedule is made?", lr * begun
    yield COMPOUNDED, lr * factors.cumprod(axis=0)
    yield COMPOUNDED, lr * begun.cumprod(axis=0)
    yield (
        "each factor is of the initial learning rate: was it read too late?",
        course[0] * factors,
    )
    yield "is the factor of the initial rate set as the rate?", factors
    yield "is the initial rate multiplied twice?", course * lr
    yield "do all groups get the first one's rate?", lr * 0 + course[:, :1]
    yield (
        "does the first group alone get a new rate?",
        np.where(np.arange(len(lr)), lr, course),
    )


def of_lines(t, lr, start_factor, total_iters, end_factor=1.0, **_):
    """PyTorch's is lr₀·(s + (1 - s)·min(t / T, 1))."""
    done, early = (np.minimum(n / total_iters, 1) for n in (t, t + 1))
    rise = end_factor - start_factor
    yield "is start_factor left out?", lr * end_factor * done
    yield "is start_factor left out?", lr * end_factor * early
    yield "does it fall where it is to rise?", lr * (end_factor - rise * done)
    steep = start_factor + t / total_iters
    yield STEEP, lr * (start_factor + done)
    yield STEEP, lr * np.minimum(steep, end_factor)


def of_powers(t, lr, total_iters, power=1.0, **_):
    done = np.minimum(t / total_iters, 1)
    yield (
        "is it 1 - (t / T)ᵖ? PyTorch's is (1 - t / T)ᵖ",
        lr * (1 - done**power),
    )


def of_steps(t, lr, step_size, gamma=0.1, **_):
    yield (
        "is it t / step_size, not t // step_size?",
        lr * gamma ** (t / step_size),
    )


def of_waves(t, lr, T_max, eta_min=0.0, **_):
    """PyTorch's is η + (lr₀ - η)·(1 + cos(πt / T)) / 2."""
    height, done = lr - eta_min, t / T_max
    half = (1 + np.cos(np.pi * done)) / 2
    twice = (1 + np.cos(2 * np.pi * done)) / 2
    yield DEGREES, eta_min + height * (1 + np.cos(180 * done)) / 2
    yield "is π missing?", eta_min + height * (1 + np.cos(done)) / 2
    yield "is it 2π?", eta_min + height * twice
    yield "is the 1 + missing?", eta_min + height * np.cos(np.pi * done)
    yield "is the half missing?", eta_min + height * half * 2
    yield "does it fall from lr₀, not lr₀ - η?", eta_min + lr * half
    yield (
        "is η multiplied by lr₀? it is a rate itself",
        lr * (eta_min + (1 - eta_min) * half),
    )
    yield "does it rise where it is to fall?", eta_min + height * (1 - half)
    yield COMPOUNDED, eta_min + height * half.cumprod(axis=0)


def of_restarts(t, lr, T_0, eta_min=0.0, **_):
    half = (1 + np.cos(np.pi * t / T_0)) / 2
    for wave in half, np.where(t < T_0, half, 0):
        yield "is the restart missing?", eta_min + (lr - eta_min) * wave


FORMULAS = {
    "LinearLR": of_lines,
    "PolynomialLR": of_powers,
    "StepLR": of_steps,
    "CosineAnnealingLR": of_waves,
    "CosineAnnealingWarmRestarts": of_restarts,
}
COMPOUNDED = (
    "each factor is of the initial learning rate: is the last one multiplied "
    "instead?"
)
STEEP = "is the 1 - start_factor missing? it is s + (1 - s)·t / T"
DEGREES = "the angle is in degrees, and cos takes radians"
