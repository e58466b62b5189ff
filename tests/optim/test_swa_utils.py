"""Averages of weights beside PyTorch's."""

import pytest
import torch

import companion
from companion.optim import SGD, swa_utils

ORACLE = torch.optim.swa_utils


def network(library=torch):
    library.manual_seed(0)
    return library.nn.Sequential(
        library.nn.Linear(3, 4),
        library.nn.BatchNorm1d(4),
        library.nn.Linear(4, 2),
    ).double()


def weights(model):
    state = model.state_dict().values()
    return [torch.tensor(t.numpy().copy()) for t in state]


CHOICES = [
    {},
    {"use_buffers": True},
    {"avg_fn": ("get_ema_avg_fn", 0.9)},
    {"avg_fn": ("get_swa_avg_fn",)},
    {"multi_avg_fn": ("get_ema_multi_avg_fn", 0.8)},
    {"multi_avg_fn": ("get_swa_multi_avg_fn",)},
    {"avg_fn": ("get_ema_avg_fn", 0.9), "use_buffers": True},
]


def averages(library, choice, home=torch):
    """Five models, each counted in, and the average after each."""
    model = network(home)
    options = {
        key: getattr(library, value[0])(*value[1:])
        if isinstance(value, tuple)
        else value
        for key, value in choice.items()
    }
    average = library.AveragedModel(model, **options)
    found = []
    for i in range(5):
        with home.no_grad():
            for p in model.parameters():
                p.add_((p + i).sin())
        model(home.rand(6, 3, dtype=home.float64))
        average.update_parameters(model)
        found.append(weights(average.module))
    assert average.n_averaged == 5
    return found


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("home", [companion, torch], ids=["ours", "torch"])
def test_average(choice, home):
    torch.testing.assert_close(
        averages(swa_utils, choice, home), averages(ORACLE, choice)
    )


def test_the_average_is_a_model_of_its_own():
    model = network().eval()
    average = swa_utils.AveragedModel(model)
    x = torch.randn(2, 3, dtype=torch.float64)
    before = average(x)
    torch.testing.assert_close(before, model(x))
    with torch.no_grad():
        model[0].weight.zero_()
    torch.testing.assert_close(average(x), before)


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("home", [companion, torch], ids=["ours", "torch"])
def test_update_bn(lists, home):
    arrays = torch.randn(4, 5, 3, dtype=torch.float64).numpy()
    found = []
    for library, kind in [(swa_utils, home), (ORACLE, torch)]:
        batches = [kind.tensor(array) for array in arrays]
        loader = [[x, "label"] for x in batches] if lists else batches
        model = network(kind).eval()
        library.update_bn(loader, model, device="cpu")
        assert not model.training
        assert model[1].momentum == 0.1
        found.append(weights(model))
    torch.testing.assert_close(*found)


def test_update_bn_without_batch_normalization():
    model = torch.nn.Linear(2, 2)
    swa_utils.update_bn(iter([None]), model)  # never looks at the data


@pytest.mark.parametrize(
    "settings",
    [
        {"swa_lr": 0.01},
        {"swa_lr": 0.5, "anneal_epochs": 4, "anneal_strategy": "linear"},
        {"swa_lr": 0.01, "anneal_epochs": 0},
    ],
)
def test_swalr(settings):
    found = []
    for library in (swa_utils, ORACLE):
        optimizer = SGD if library is swa_utils else torch.optim.SGD
        o = optimizer([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = library.SWALR(o, **settings)
        path = []
        for _ in range(15):
            o.step()
            scheduler.step()
            path += scheduler.get_last_lr()
        found.append(path)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_bad_input():
    o = SGD([torch.zeros(1)])
    for settings in (
        {"swa_lr": [1, 2]},
        {"swa_lr": 1, "anneal_strategy": "square"},
        {"swa_lr": 1, "anneal_epochs": -1},
    ):
        with pytest.raises(ValueError, match=r"swa_lr|anneal"):
            swa_utils.SWALR(o, **settings)
    for make in (swa_utils.get_ema_avg_fn, swa_utils.get_ema_multi_avg_fn):
        with pytest.raises(ValueError, match="decay"):
            make(1.5)
    with pytest.raises(AssertionError):
        swa_utils.AveragedModel(network(), avg_fn=print, multi_avg_fn=print)


def test_all_are_there():
    assert all(hasattr(swa_utils, name) for name in ORACLE.__all__)
