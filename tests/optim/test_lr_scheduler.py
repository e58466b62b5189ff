"""Schedules beside PyTorch's, epoch by epoch."""

import copy
import warnings

import pytest
import torch

from companion import optim
from companion.optim import lr_scheduler

EPOCHS = 40


class Scale:
    """A callable object, whose attributes a state_dict keeps."""

    def __init__(self, base):
        self.base = base

    def __call__(self, t):
        return self.base**t


ROWS = [
    ("LambdaLR", {"lr_lambda": lambda t: 0.95**t}),
    ("LambdaLR", {"lr_lambda": [lambda t: 0.9**t, Scale(0.8)]}),
    ("MultiplicativeLR", {"lr_lambda": lambda t: 0.9 + t / 1000}),
    ("MultiplicativeLR", {"lr_lambda": [Scale(0.999), lambda t: 0.9]}),
    ("StepLR", {"step_size": 3}),
    ("StepLR", {"step_size": 1, "gamma": 0.7}),
    ("MultiStepLR", {"milestones": [3, 7, 7, 11], "gamma": 0.5}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 9}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 13}),
    ("LinearLR", {"start_factor": 0.3, "total_iters": 0}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {"total_iters": 12}),
    ("PolynomialLR", {"total_iters": 17, "power": 2.5}),
    ("CosineAnnealingLR", {"T_max": 10}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.01}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4}),
    (
        "CyclicLR",
        {
            "base_lr": [0.01, 0.02],
            "max_lr": [0.1, 0.3],
            "step_size_up": 4,
            "step_size_down": 7,
            "mode": "triangular2",
            "base_momentum": 0.7,
        },
    ),
    (
        "CyclicLR",
        {
            "base_lr": 0.01,
            "max_lr": 0.1,
            "step_size_up": 3,
            "mode": "exp_range",
            "gamma": 0.97,
            "cycle_momentum": False,
        },
    ),
    (
        "CyclicLR",
        {
            "base_lr": 0.01,
            "max_lr": 0.1,
            "step_size_up": 3,
            "scale_fn": Scale(0.9),
            "scale_mode": "iterations",
        },
    ),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": EPOCHS + 1}),
    (
        "OneCycleLR",
        {
            "max_lr": [0.5, 0.2],
            "epochs": 6,
            "steps_per_epoch": 8,
            "pct_start": 0.4,
            "anneal_strategy": "linear",
            "three_phase": True,
            "div_factor": 10.0,
        },
    ),
    (
        "OneCycleLR",
        {"max_lr": 0.5, "total_steps": 50, "cycle_momentum": False},
    ),
]
IDS = [f"{name}{i}" for i, (name, _) in enumerate(ROWS)]
table = pytest.mark.parametrize(("name", "settings"), ROWS, ids=IDS)
oracles = pytest.mark.parametrize(
    "maker", [optim, torch.optim], ids=["ours", "theirs"]
)
kinds = pytest.mark.parametrize("kind", ["SGD", "Adam"])


def optimizer(library, kind="SGD", **settings):
    """Two groups, with learning rates 0.05 and 0.3."""
    first, second = (torch.zeros(2, requires_grad=True) for _ in range(2))
    groups = [
        {"params": [first], "lr": 0.05},
        {"params": [second], "lr": 0.3},
    ]
    if kind == "SGD":
        settings["momentum"] = 0.9
    return getattr(library, kind)(groups, **settings)


def schedule(library, name, optimizer, settings, **more):
    make = getattr(library.lr_scheduler, name)
    return make(optimizer, **copy.deepcopy(settings), **more)


def rates(optimizer):
    """Learning rates and momenta, or betas, of all groups."""
    return [
        value
        for group in optimizer.param_groups
        for value in (
            group["lr"],
            *group.get("betas", ()),
            group.get("momentum", 0),
        )
    ]


def run(optimizer, scheduler, epochs=EPOCHS):
    found = [rates(optimizer)]
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
        found.append(rates(optimizer))
        assert scheduler.get_last_lr() == [
            group["lr"] for group in optimizer.param_groups
        ]
    return found


def close(found, expected):
    torch.testing.assert_close(
        torch.tensor(found, dtype=torch.float64),
        torch.tensor(expected, dtype=torch.float64),
        rtol=1e-12,
        atol=1e-15,
    )


@table
@kinds
@oracles
def test_schedule(name, settings, kind, maker):
    """On our optimizer and on PyTorch's, the numbers are PyTorch's."""
    ours, theirs = optimizer(maker, kind), optimizer(torch.optim, kind)
    scheduler = schedule(optim, name, ours, settings)
    oracle = schedule(torch.optim, name, theirs, settings)
    close(run(ours, scheduler), run(theirs, oracle))


@table
def test_state_goes_on(name, settings):
    """A schedule that is loaded in the middle goes on as if nothing was."""
    whole = optimizer(optim)
    expected = run(whole, schedule(optim, name, whole, settings))
    first = optimizer(optim)
    scheduler = schedule(optim, name, first, settings)
    begun = run(first, scheduler, 15)
    second = optimizer(optim)
    follower = schedule(optim, name, second, settings)
    second.load_state_dict(first.state_dict())
    follower.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    close(begun + run(second, follower, EPOCHS - 15)[1:], expected)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("LambdaLR", {"lr_lambda": "SCALE"}),
        ("MultiplicativeLR", {"lr_lambda": "SCALE"}),
        ("CyclicLR", {"base_lr": 0.1, "max_lr": 1, "scale_fn": "SCALE"}),
    ],
)
def test_state_of_a_callable_object(name, settings):
    """Its attributes are saved and loaded; the object stays."""

    def made(base):
        scale = Scale(base)
        options = {
            k: scale if v == "SCALE" else v for k, v in settings.items()
        }
        o = optimizer(optim)
        return scale, getattr(lr_scheduler, name)(o, **options)

    _, first = made(0.5)
    scale, second = made(0.25)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    assert scale.base == 0.5
    second.optimizer.step()
    second.step()
    first.optimizer.step()
    first.step()
    assert first.get_last_lr() == second.get_last_lr()


@table
def test_pytorch_state_goes_on(name, settings):
    """The state of PyTorch's schedule continues in ours, and the reverse."""
    for one, other in [(torch.optim, optim), (optim, torch.optim)]:
        whole = optimizer(torch.optim)
        expected = run(whole, schedule(torch.optim, name, whole, settings))
        first = optimizer(one)
        scheduler = schedule(one, name, first, settings)
        run(first, scheduler, 15)
        second = optimizer(other)
        follower = schedule(other, name, second, settings)
        second.load_state_dict(first.state_dict())
        follower.load_state_dict(copy.deepcopy(scheduler.state_dict()))
        close(run(second, follower, EPOCHS - 15)[1:], expected[16:])


@table
@pytest.mark.parametrize("last_epoch", [0, 4, 6])
def test_resumed(name, settings, last_epoch):
    """Made with last_epoch, a schedule starts where PyTorch's does."""
    found = []
    for library in (optim, torch.optim):
        first = optimizer(library)
        scheduler = schedule(library, name, first, settings)
        run(first, scheduler, last_epoch)
        second = optimizer(library)
        second.load_state_dict(first.state_dict())
        more = {"last_epoch": last_epoch}
        follower = schedule(library, name, second, settings, **more)
        found.append(run(second, follower, 20))
    close(*found)


@table
def test_tensor_rates_keep_their_identity(name, settings):
    found = []
    for library in (optim, torch.optim):
        p = torch.zeros(2, requires_grad=True)
        lr = torch.tensor(0.05, dtype=torch.float64)
        o = library.SGD(
            [{"params": [p]}, {"params": [torch.zeros(1)]}],
            lr=lr,
            momentum=0.9,
        )
        scheduler = schedule(library, name, o, settings)
        for _ in range(20):
            o.step()
            scheduler.step()
            found.append(float(o.param_groups[0]["lr"]))
        assert o.param_groups[0]["lr"] is lr
    close(found[:20], found[20:])


def test_deprecated_epoch_jumps():
    for name, settings in ROWS:
        if name in ("CyclicLR", "OneCycleLR", "MultiplicativeLR"):
            continue
        if settings.get("total_iters") == 0:  # PyTorch divides by it
            continue
        found = []
        for library in (optim, torch.optim):
            o = optimizer(library)
            scheduler = schedule(library, name, o, settings)
            o.step()
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                scheduler.step(9)
                if name != "CosineAnnealingWarmRestarts":
                    assert "deprecated" in str(caught[0].message)
            found.append(rates(o))
        close(*found)


def test_warm_restarts_take_fractions():
    found = []
    for library in (optim, torch.optim):
        o = optimizer(library)
        scheduler = schedule(
            library, "CosineAnnealingWarmRestarts", o, {"T_0": 3, "T_mult": 2}
        )
        path = []
        for i in range(60):
            scheduler.step(i / 5)
            path.append(rates(o))
        found.append(path)
    close(*found)


METRICS = [1, 0.9, 0.91, 0.9, 0.95, 0.9, 0.89999, 1, 1, 1, 0.5, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "settings",
    [
        {"patience": 1},
        {"patience": 0, "factor": 0.5, "cooldown": 2},
        {"mode": "max", "patience": 2, "threshold": 0.05},
        {"threshold_mode": "abs", "threshold": 0.02, "patience": 1},
        {"mode": "max", "threshold_mode": "abs", "patience": 1},
        {"patience": 0, "min_lr": [0.01, 0.1]},
        {"patience": 0, "min_lr": 0.02, "eps": 0.01},
    ],
)
def test_plateau(settings):
    found = []
    for library in (optim, torch.optim):
        o = optimizer(library)
        scheduler = schedule(library, "ReduceLROnPlateau", o, settings)
        assert scheduler.get_last_lr() == [0.05, 0.3]
        path = []
        for i, metric in enumerate(METRICS):
            scheduler.step(torch.tensor(metric))
            path.append([*rates(o), scheduler.num_bad_epochs])
            if i == 7:
                state = scheduler.state_dict()
                scheduler = schedule(library, "ReduceLROnPlateau", o, settings)
                scheduler.load_state_dict(state)
        found.append(path)
    close(*found)


def test_plateau_with_a_group_added():
    for library in (optim, torch.optim):
        for least in (0.001, [0.001, 0.001]):
            o = optimizer(library)
            scheduler = library.lr_scheduler.ReduceLROnPlateau(
                o, patience=0, min_lr=least
            )
            o.add_param_group({"params": [torch.zeros(1)], "lr": 0.2})
            scheduler.step(1)
            if isinstance(least, list):
                with pytest.raises(RuntimeError):
                    scheduler.step(2)
            else:
                scheduler.step(2)
                close([rates(o)[0::2]], [[0.005, 0.03, 0.02]])


def sequential(library, o):
    made = library.lr_scheduler
    return made.SequentialLR(
        o,
        [
            made.LinearLR(o, start_factor=0.1, total_iters=5),
            made.ExponentialLR(o, gamma=0.9),
            made.CosineAnnealingLR(o, T_max=10),
            made.StepLR(o, step_size=2),
        ],
        milestones=[5, 12, 20],
    )


def chained(library, o):
    made = library.lr_scheduler
    return made.ChainedScheduler(
        [
            made.ConstantLR(o, factor=0.1, total_iters=4),
            made.ExponentialLR(o, gamma=0.9),
            made.CosineAnnealingLR(o, T_max=6, eta_min=0.001),
        ]
    )


def nested(library, o):
    made = library.lr_scheduler
    inner = made.SequentialLR(
        o, [made.ConstantLR(o), made.StepLR(o, 3)], milestones=[4]
    )
    last = made.LambdaLR(o, lambda t: 0.9**t)
    with warnings.catch_warnings():  # of the order of steps, as PyTorch
        warnings.simplefilter("ignore")
        return made.SequentialLR(o, [inner, last], milestones=[9])


@pytest.mark.parametrize("composed", [sequential, chained, nested])
def test_composed(composed):
    found = []
    for library in (optim, torch.optim):
        o = optimizer(library)
        scheduler = composed(library, o)
        path = run(o, scheduler, 14)
        state = copy.deepcopy(scheduler.state_dict())
        saved = copy.deepcopy(o.state_dict())
        o = optimizer(library)
        scheduler = composed(library, o)
        o.load_state_dict(saved)
        scheduler.load_state_dict(state)
        found.append(path + run(o, scheduler, 14))
    close(*found)


@oracles
def test_composed_of_both(maker):
    """Our chain links PyTorch's schedules too, on PyTorch's optimizer."""
    o = optimizer(torch.optim)
    links = [
        maker.lr_scheduler.ExponentialLR(o, 0.9),
        optim.lr_scheduler.StepLR(o, 3),
    ]
    expected = optimizer(torch.optim)
    close(
        run(o, lr_scheduler.ChainedScheduler(links)),
        run(
            expected,
            torch.optim.lr_scheduler.ChainedScheduler(
                [
                    torch.optim.lr_scheduler.ExponentialLR(expected, 0.9),
                    torch.optim.lr_scheduler.StepLR(expected, 3),
                ]
            ),
        ),
    )


def test_an_own_schedule():
    """A user's subclass written for PyTorch overrides `get_lr`."""
    found = []
    for library in (optim, torch.optim):

        class Halved(library.lr_scheduler.LRScheduler):
            def get_lr(self):
                return [base / 2**self.last_epoch for base in self.base_lrs]

        o = optimizer(library)
        found.append(run(o, Halved(o)))
    close(*found)


@oracles
def test_warns_of_the_wrong_order(maker):
    o = optimizer(maker)
    scheduler = lr_scheduler.StepLR(o, 3)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()
    scheduler.step()  # once is enough


def test_warns_of_get_lr():
    scheduler = lr_scheduler.StepLR(optimizer(optim), 3)
    with pytest.warns(UserWarning, match="get_last_lr"):
        assert scheduler.get_lr() == [0.05, 0.3]


BAD = [
    ("StepLR", {"optimizer": object(), "step_size": 3}),
    ("ReduceLROnPlateau", {"optimizer": object()}),
    ("CyclicLR", {"optimizer": object(), "base_lr": 1, "max_lr": 2}),
    ("OneCycleLR", {"optimizer": object(), "max_lr": 2, "total_steps": 2}),
    ("StepLR", {"step_size": 3, "last_epoch": 2}),
    ("LambdaLR", {"lr_lambda": [abs]}),
    ("MultiplicativeLR", {"lr_lambda": [abs]}),
    ("MultiplicativeLR", {"lr_lambda": 3}),
    ("ConstantLR", {"factor": 1.5}),
    ("LinearLR", {"start_factor": 0}),
    ("LinearLR", {"end_factor": 1.5}),
    ("ReduceLROnPlateau", {"factor": 1.0}),
    ("ReduceLROnPlateau", {"mode": "best"}),
    ("ReduceLROnPlateau", {"threshold_mode": "some"}),
    ("ReduceLROnPlateau", {"min_lr": [1]}),
    ("CosineAnnealingWarmRestarts", {"T_0": 0}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3.5}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 0}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "eta_min": "low"}),
    ("CyclicLR", {"base_lr": [1], "max_lr": 2}),
    ("CyclicLR", {"base_lr": 1, "max_lr": [2]}),
    ("CyclicLR", {"base_lr": 1, "max_lr": 2, "mode": "square"}),
    ("OneCycleLR", {"max_lr": 1}),
    ("OneCycleLR", {"max_lr": 1, "total_steps": 0}),
    ("OneCycleLR", {"max_lr": 1, "epochs": 2.5, "steps_per_epoch": 1}),
    ("OneCycleLR", {"max_lr": 1, "epochs": 2, "steps_per_epoch": -1}),
    ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "pct_start": 2.0}),
    ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "anneal_strategy": "x"}),
    ("SequentialLR", {"schedulers": [], "milestones": []}),
    ("SequentialLR", {"schedulers": [3], "milestones": []}),
    ("ChainedScheduler", {"schedulers": []}),
]


@pytest.mark.parametrize(("name", "settings"), BAD)
def test_bad_input(name, settings):
    """What PyTorch refuses, ours refuses with the same type of error."""
    theirs = {"optimizer": optimizer(torch.optim), **settings}
    with pytest.raises(Exception) as refusal:  # noqa: PT011
        getattr(torch.optim.lr_scheduler, name)(**theirs)
    ours = {"optimizer": optimizer(optim), **settings}
    with pytest.raises(refusal.type):
        getattr(lr_scheduler, name)(**ours)


def test_bad_compositions():
    for library in (optim, torch.optim):
        made, o = library.lr_scheduler, optimizer(library)
        foreign = made.StepLR(optimizer(library), 3)
        step = made.StepLR(o, 3)
        plateau = made.ReduceLROnPlateau(o)
        for schedulers in ([foreign], [plateau], [step, foreign]):
            with pytest.raises(ValueError, match="SequentialLR"):
                made.SequentialLR(o, schedulers, [1] * (len(schedulers) - 1))
            with pytest.raises(ValueError, match="ChainedScheduler"):
                made.ChainedScheduler(schedulers, o)
        with pytest.raises(ValueError, match="milestone"):
            made.SequentialLR(o, [step], [1])


def test_cycling_needs_a_momentum():
    for library in (optim, torch.optim):
        o = library.Adagrad([torch.zeros(1)])
        with pytest.raises(ValueError, match="cycle_momentum"):
            library.lr_scheduler.CyclicLR(o, 0.1, 1)


def test_one_cycle_ends():
    o = optimizer(optim)
    scheduler = lr_scheduler.OneCycleLR(o, max_lr=1, total_steps=3)
    run(o, scheduler, 3)
    with pytest.raises(ValueError, match="Tried to step 4 times"):
        scheduler.step()


def test_all_are_there():
    """A schedule of PyTorch's without a row above is a failure."""
    names = set(torch.optim.lr_scheduler.__all__)
    assert set(lr_scheduler.__all__) == names
    tested = {name for name, _ in ROWS}
    others = {"ReduceLROnPlateau", "SequentialLR", "ChainedScheduler"}
    assert names == tested | others | {"LRScheduler"}
