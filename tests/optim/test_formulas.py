"""Optimizers and schedules without PyTorch: formulas worked by hand."""

import subprocess
import sys

import pytest

import companion
from companion import optim


def weight(value, gradient):
    p = companion.tensor([value], requires_grad=True)
    p.grad = companion.tensor([gradient])
    return p


def test_sgd_subtracts_the_gradient():
    p = weight(1.0, 0.5)
    optim.SGD([p], lr=0.5).step()
    assert p.item() == 0.75


def test_momentum_adds_up():
    p = weight(0.0, 1.0)
    o = optim.SGD([p], lr=1.0, momentum=0.5)
    places = []
    for _ in range(3):
        o.step()
        places.append(p.item())
    assert places == [-1.0, -2.5, -4.25]


def test_the_first_step_of_adam_is_the_sign():
    for gradient in (1e-3, -7.0):
        p = weight(0.0, gradient)
        optim.Adam([p], lr=0.1, eps=0.0).step()
        assert p.item() == pytest.approx(-0.1 if gradient > 0 else 0.1)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("SGD", {}), ("Adam", {}), ("NAdam", {}), ("Adagrad", {"lr_decay": 1})],
)
def test_a_learning_rate_in_a_tensor_stays_as_it_is(name, settings):
    p, lr = weight(1.0, 0.5), companion.tensor(0.5)
    o = getattr(optim, name)([p], lr=lr, **settings)
    o.step()
    o.step()
    assert lr.item() == 0.5


def test_lbfgs_solves_a_parabola():
    p = companion.tensor([3.0, -4.0], requires_grad=True)
    o = optim.LBFGS([p], line_search_fn="strong_wolfe")

    def closure():
        o.zero_grad()
        loss = ((p - 1) ** 2 * companion.tensor([1.0, 10.0])).sum()
        loss.backward()
        return loss

    o.step(closure)
    assert p.tolist() == pytest.approx([1.0, 1.0], abs=1e-4)


def test_a_schedule_halves():
    p = weight(1.0, 0.0)
    o = optim.SGD([p], lr=1.0)
    schedule = optim.lr_scheduler.StepLR(o, step_size=2, gamma=0.5)
    rates = []
    for _ in range(5):
        rates += schedule.get_last_lr()
        o.step()
        schedule.step()
    assert rates == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_the_mean_of_weights():
    model = companion.nn.Linear(1, 1)
    average = optim.swa_utils.AveragedModel(model)
    for value in (1.0, 2.0, 6.0):
        with companion.no_grad():
            model.weight.fill_(value)
        average.update_parameters(model)
    assert average.module.weight.item() == pytest.approx(3.0)
    assert average.n_averaged.item() == 3


def test_what_is_not_used_is_not_imported():
    program = (
        "import sys; from companion.optim import SGD; "
        "print(*sorted(m for m in sys.modules if 'optim' in m or m=='torch'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == [
        "companion.optim",
        "companion.optim.optimizer",
        "companion.optim.sgd",
    ]
