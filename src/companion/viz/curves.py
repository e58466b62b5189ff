"""What a training run looks like: its losses, and how far its steps go."""

import numpy as np

from companion._library import named

INK = "0.5"  # mid-grey can be seen on white and on black


def axes_or_new(axes):
    """`axes`, or those of a new figure; the first use of matplotlib."""
    if axes is None:
        axes = named("matplotlib.pyplot", extra="viz").subplots()[1]
    return axes


def loss_curves(curves, window=1, log=False, axes=None):
    """Draw {label: losses of the steps}; returns matplotlib's axes.

    Of each `window` losses in a row their mean is drawn, at the last of them:
    a curve of minibatches is noisy. `log` makes the axis of losses so.
    """
    axes = axes_or_new(axes)
    weights = np.full(window, 1 / window)
    for label, losses in curves.items():
        means = np.convolve([float(loss) for loss in losses], weights, "valid")
        axes.plot(np.arange(window, len(means) + window), means, label=label)
    axes.set(xlabel="step", ylabel="loss", yscale="log" if log else "linear")
    axes.legend()
    return axes


class UpdateRatios:
    """How far each step moved each parameter: ‖change‖ / ‖before‖.

    Made of a model's `named_parameters()`; call `note()` after each step.
    A ratio of about 1e-3 is a healthy pace: far below it, a parameter hardly
    learns; far above it, it forgets what it was.
    """

    def __init__(self, named_parameters):
        self.parameters = dict(named_parameters)
        self.before = self.copies()
        self.ratios = {name: [] for name in self.parameters}

    def copies(self):
        return {n: p.detach().clone() for n, p in self.parameters.items()}

    def note(self):
        """Compare each parameter with what it was at the last call."""
        for name, p in self.parameters.items():
            before = self.before[name]
            ratio = (p.detach() - before).norm() / before.norm()
            self.ratios[name].append(float(ratio))
        self.before = self.copies()


def update_ratios(ratios, axes=None):
    """Draw `UpdateRatios` on a logarithmic axis, with a line at 1e-3."""
    axes = loss_curves(ratios.ratios, log=True, axes=axes)
    axes.axhline(1e-3, color=INK, linestyle="--")
    axes.set(ylabel="update / weight")
    return axes
