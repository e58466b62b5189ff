"""Losses of two parameters, and the paths that optimizers take on them.

A surface is a function of two tensors of one shape.
"""

import numpy as np

import companion
from companion.viz.curves import INK, axes_or_new

GRID = 121  # points along each side, at which a surface is computed


def beale(x, y):
    """A plain between steep walls; its least value, 0, is at (3, ½).

    (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²
    """
    return (
        (1.5 - x + x * y) ** 2
        + (2.25 - x + x * y**2) ** 2
        + (2.625 - x + x * y**3) ** 2
    )


def rosenbrock(x, y):
    """(1 - x)² + 100 (y - x²)²: a bent valley that hardly falls to (1, 1)."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def ravine(x, y):
    """½ (x² + 25 y²): 25 times as steep in y as in x, least at (0, 0)."""
    return (x**2 + 25 * y**2) / 2


def saddle(x, y):
    """½ (x² - y²) + ¼ y⁴: level at (0, 0), but least, -¼, at (0, ±1)."""
    return (x**2 - y**2) / 2 + y**4 / 4


def path(surface, make, start, steps):
    """The points at which an optimizer stops, as an array (steps + 1, 2).

    `make` takes a list of parameters and returns the optimizer.
    """
    point = companion.tensor(
        start, dtype=companion.float64, requires_grad=True
    )
    optimizer = make([point])

    def closure():
        optimizer.zero_grad()
        loss = surface(point[0], point[1])
        loss.backward()
        return loss

    visited = [point.tolist()]
    for _ in range(steps):
        optimizer.step(closure)
        visited.append(point.tolist())
    return np.array(visited)


def trajectory(
    surface, optimizers, start, steps=100, x=(-2, 2), y=(-2, 2), axes=None
):
    """Draw the `path` of each of `optimizers`, {label: make}, on the surface.

    Contour lines are at heights above the least that double from one to the
    next. `x` and `y` are the ends of the axes. Returns matplotlib's axes.
    """
    axes = axes_or_new(axes)
    grid = np.meshgrid(np.linspace(*x, GRID), np.linspace(*y, GRID))
    height = surface(*map(companion.from_numpy, grid)).numpy()
    levels = height.min() + np.ptp(height) / 2.0 ** np.arange(12, 0, -1)
    thin = {"linewidths": 0.6, "linestyles": "solid"}
    axes.contour(*grid, height, levels, colors=INK, **thin)
    for label, make in optimizers.items():
        way = path(surface, make, start, steps)
        axes.plot(*way.T, marker=".", markersize=4, label=label)
    axes.plot(*start, "o", color=INK)
    axes.set(xlim=x, ylim=y, xlabel="x", ylabel="y")
    axes.legend()
    return axes
