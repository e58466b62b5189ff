"""Figures hold what was given to them, and paths are the optimizers' own."""

import io
import sys

import matplotlib
import numpy as np
import pytest
from numpy.testing import assert_allclose

import companion
from companion import nn, optim, viz

matplotlib.use("agg")
from matplotlib import pyplot


@pytest.fixture
def axes():
    figure, axes = pyplot.subplots()
    yield axes
    pyplot.close(figure)


def sgd(lr, **options):
    return lambda parameters: optim.SGD(parameters, lr=lr, **options)


def drawn(axes):
    """{label: points} of the lines that a legend names."""
    handles, labels = axes.get_legend_handles_labels()
    return {
        label: handle.get_xydata()
        for handle, label in zip(handles, labels, strict=True)
    }


LEAST = {
    viz.beale: (3.0, 0.5, 0.0),
    viz.rosenbrock: (1.0, 1.0, 0.0),
    viz.ravine: (0.0, 0.0, 0.0),
    viz.saddle: (0.0, -1.0, -0.25),
}


@pytest.mark.parametrize("surface", LEAST, ids=lambda s: s.__name__)
def test_a_surface_is_least_where_it_says(surface):
    *place, least = LEAST[surface]
    x, y = (companion.tensor(p, requires_grad=True) for p in place)
    value = surface(x, y)
    value.backward()
    assert value.item() == least
    assert x.grad.item() == y.grad.item() == 0
    around = np.linspace(-0.1, 0.1, 21)
    x, y = np.meshgrid(place[0] + around, place[1] + around)
    assert surface(x, y).min() >= least


def test_the_saddle_is_level_and_not_least_at_its_middle():
    x, y = (companion.zeros((), requires_grad=True) for _ in range(2))
    value = viz.saddle(x, y)
    value.backward()
    assert x.grad.item() == y.grad.item() == 0
    assert value.item() > viz.saddle(0, 0.1)
    assert value.item() < viz.saddle(0.1, 0)


def test_a_path_is_the_optimizers():
    """On the ravine SGD multiplies x by 1 - lr and y by 1 - 25 lr."""
    found = viz.path(viz.ravine, sgd(0.03), (-1.5, 1.0), steps=5)
    step = np.arange(6)
    assert_allclose(found[:, 0], -1.5 * 0.97**step, rtol=1e-12)
    assert_allclose(found[:, 1], 0.25**step, rtol=1e-12)


def test_a_path_of_an_optimizer_that_looks_several_times():
    found = viz.path(viz.rosenbrock, optim.LBFGS, (-1.0, 1.0), steps=5)
    assert viz.rosenbrock(*found[-1]) < 1e-9 < viz.rosenbrock(*found[1])


def test_trajectories_are_the_paths_on_contour_lines(axes):
    makes = {"slow": sgd(0.01), "fast": sgd(0.03, momentum=0.5)}
    returned = viz.trajectory(
        viz.ravine, makes, (-1.5, 1.0), steps=9, y=(-1, 3), axes=axes
    )
    assert returned is axes
    lines = drawn(axes)
    assert list(lines) == ["slow", "fast"]
    for label, make in makes.items():
        way = viz.path(viz.ravine, make, (-1.5, 1.0), 9)
        assert_allclose(lines[label], way)
    assert axes.get_xlim() + axes.get_ylim() == (-2, 2, -1, 3)
    (contours,) = axes.collections
    assert_allclose(np.diff(np.log2(contours.levels)), 1)
    on_line = contours.get_paths()[-1].vertices  # half the greatest height
    assert_allclose(viz.ravine(*on_line.T), contours.levels[-1], rtol=0.01)


def test_loss_curves_draw_the_losses(axes):
    losses = {"ours": [3.0, 2.0, 1.0], "other": [companion.tensor(4.0)] * 2}
    assert viz.loss_curves(losses, axes=axes) is axes
    lines = drawn(axes)
    assert lines["ours"].tolist() == [[1, 3], [2, 2], [3, 1]]
    assert lines["other"].tolist() == [[1, 4], [2, 4]]
    assert axes.get_yscale() == "linear"


def test_loss_curves_draw_means_of_a_window(axes):
    viz.loss_curves({"noisy": [1, 3, 5, 1]}, window=2, log=True, axes=axes)
    assert drawn(axes)["noisy"].tolist() == [[2, 2], [3, 4], [4, 3]]
    assert axes.get_yscale() == "log"


def test_update_ratios_are_change_over_weight(axes):
    model = nn.Linear(2, 2, bias=False)
    with companion.no_grad():
        model.weight.fill_(1.0)  # of norm 2
    ratios = viz.UpdateRatios(model.named_parameters())
    for step in (0.5, 0.75):
        with companion.no_grad():
            model.weight += step
        ratios.note()
    assert ratios.ratios == {"weight": [0.5, 0.5]}
    assert viz.update_ratios(ratios, axes) is axes
    assert drawn(axes)["weight"].tolist() == [[1, 0.5], [2, 0.5]]
    assert axes.get_yscale() == "log"
    assert axes.lines[-1].get_ydata() == [1e-3, 1e-3]


def test_without_axes_there_is_a_new_figure():
    before = pyplot.get_fignums()
    axes = viz.loss_curves({"a": [1.0]})
    assert axes.figure.number not in before
    pyplot.close(axes.figure)


def test_the_same_figure_every_time():
    def svg():
        with matplotlib.rc_context({"svg.hashsalt": "book"}):
            axes = viz.trajectory(viz.saddle, {"SGD": sgd(0.1)}, (-1, 0.1))
            file = io.BytesIO()
            axes.figure.savefig(file, format="svg", metadata={"Date": None})
            pyplot.close(axes.figure)
            return file.getvalue()

    assert svg() == svg()


def test_what_is_missing_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"training-loop-companion\[viz\]"):
        viz.loss_curves({"a": [1.0]})
