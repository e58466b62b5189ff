"""What the checkers of the parts of a loop take beyond their tables."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from check.test_checkers import THINGS, Hostile, Made
from wrong import fit as loops
from wrong import optimizer as optimizers
from wrong import sampler as samplers

import companion
from companion import check, optim
from companion.utils.data import TensorDataset


class HostileParts(Made):
    """Made, and called, as each checker does; each answer is hostile."""

    param_groups = batch_size = Hostile()

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([Hostile(), Hostile(), Hostile()])

    def __getitem__(self, index):
        return Hostile()

    def step(self):
        return Hostile()

    zero_grad = step


class NoGroups(HostileParts):
    param_groups = ()


class NoIntegers(HostileParts):
    def __len__(self):
        return 3.5


class ReplacesParameters(HostileParts):
    """Whatever it is given is turned into what cannot be compared."""

    param_groups = ()

    def __init__(self, params=(), *args, **settings):
        self.params = list(params)

    def step(self):
        for p in self.params:
            p.data = companion.ones(2, 5)
            p.grad = companion.tensor(3)


def breaks_the_model(epochs, model, loss_func, opt, train_dl, valid_dl):
    for x, y in train_dl:
        loss_func(model(x), y).backward()
        for p in model.parameters():
            p.data = companion.ones(1, 2) * p.data.sum()
            p.grad = companion.ones(1, 1)
        opt.step()
    return {1: model}


CHECKERS = [
    "optimizer",
    "schedule",
    "dataset",
    "sampler",
    "loader",
    "fit",
]
SAMPLERS = [
    "BatchSampler",
    "DistributedSampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]
MORE = {
    "hostile parts": HostileParts,
    "hostile parts, made": HostileParts(),
    "no groups": NoGroups,
    "no groups, made": NoGroups(),
    "no integers": NoIntegers,
    "no integers, made": NoIntegers(),
    "parameters replaced": ReplacesParameters,
    "a model broken": breaks_the_model,
    "a hostile answer": lambda *args, **settings: Hostile(),
    "hostile answers": lambda *args, **settings: [Hostile()] * 3,
}
THINGS = {**THINGS, **MORE}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("checker", CHECKERS)
def test_whatever_is_handed_in_the_answer_is_a_refusal(checker, thing):
    settings = {"items": [1, 2, 3]} if checker == "dataset" else {}
    report = getattr(check, checker)(THINGS[thing], **settings)
    assert not report
    assert report.wrong
    assert "0x" not in repr(report)


@pytest.mark.parametrize("like", SAMPLERS)
@pytest.mark.parametrize("thing", THINGS)
def test_samplers_of_each_kind_are_refused_too(thing, like):
    assert not check.sampler(THINGS[thing], like=like)


WITHOUT_TORCH = """
import sys
from wrong import dataset, fit, loader, optimizer, sampler, schedule
for table in dataset, fit, loader, optimizer, sampler, schedule:
    name = table.__name__.removeprefix("wrong.")
    assert all(entry.report(name) for entry in table.RIGHT), name
    assert not any(entry.report(name) for entry in table.WRONG[:3]), name
print({"torch", "signal", "multiprocessing"} & set(sys.modules))
"""


def test_neither_torch_nor_signals_nor_processes_are_needed():
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "set()\n"


def test_settings_of_an_optimizer_reach_both():
    settings = {"momentum": 0.5, "weight_decay": 0.1}
    report = check.optimizer(optim.SGD, **settings)
    assert report
    report = check.optimizer(optimizers.Momentum, nesterov=True)
    assert "unexpected keyword argument 'nesterov'" in report.wrong


def test_only_what_a_sampler_offers_is_in_the_report():
    for Own, offered in (
        (samplers.Batches, True),
        (samplers.BatchesBySlices, False),
    ):
        found = repr(check.sampler(Own, like="BatchSampler"))
        assert ("drop_last" in found) == offered


class FarAhead(optim.SGD):
    """Nesterov's momentum, with the momentum twice."""

    def __init__(self, params, lr, momentum=0.0, nesterov=False):
        super().__init__(params, lr, momentum, nesterov=nesterov)

    def update(self, p, grad, state, *, nesterov, momentum, **group):
        group["momentum"] = momentum**2 if nesterov else momentum
        super().update(p, grad, state, nesterov=nesterov, **group)


def test_a_mistake_without_a_name_is_a_difference():
    report = check.optimizer(FarAhead)
    assert [bool(wrong) for _, wrong in report.findings[:4]] == [
        *(False, False, False, True)
    ]
    assert "nesterov=True" in report.findings[3][0]
    assert "expected" in report.wrong


@pytest.mark.parametrize("like", ["Adagrad", "Adamax", "NAdam", "Adadelta"])
def test_the_companions_optimizers_are_accepted(like):
    report = check.optimizer(getattr(optim, like), like=like)
    assert report, report


@pytest.mark.parametrize(
    "like",
    ["MultiStepLR", "ExponentialLR", "ConstantLR", "PolynomialLR", "LinearLR"],
)
def test_the_companions_schedules_are_accepted(like):
    report = check.schedule(getattr(optim.lr_scheduler, like), like=like)
    assert report, report


def test_a_schedule_with_settings_of_ones_own():
    cosine = optim.lr_scheduler.CosineAnnealingLR
    assert check.schedule(cosine, T_max=4, steps=9)
    assert not check.schedule(cosine, like=lambda t: 1.0, T_max=4)


def test_what_a_loop_prints_is_not_shown(capsys):
    assert check.fit(loops.in_two_parts)
    assert capsys.readouterr().out == ""


def test_samples_may_be_dictionaries_with_text():
    items = [{"x": np.ones(2) * i, "name": f"row {i}"} for i in range(4)]
    assert check.dataset(list(items), items=items)
    renamed = [{**item, "name": "row"} for item in items]
    report = check.dataset(renamed, items=items)
    assert "name, expected 'row 0', got 'row'" in report.wrong
    report = check.dataset([{"x": 1}] * 4, items=items)
    assert "expected a dictionary with x, name" in report.wrong


def test_samples_of_several_sizes_are_not_put_into_batches():
    items = [np.ones(i) for i in range(1, 4)]
    report = check.dataset(items, items=items)
    assert report
    assert not any("DataLoader" in tried for tried, _ in report.findings)


@pytest.mark.parametrize("target", [0, 2, 4, 32])
def test_of_one_number_no_factor_is_guessed(target):
    items = [(np.ones(2), 16)]
    report = check.dataset([(np.ones(2), target)], items=items)
    assert report.wrong == f"sample 0, part 2, expected 16, got {target}"


def test_another_data_set_says_what_the_samples_are():
    y = companion.arange(6)
    data = TensorDataset(y * 2.0, y)
    assert check.dataset(data, items=data)
    assert not check.dataset(TensorDataset(y * 2.0, y + 1), items=data)
