"""The same loop on PyTorch's models, losses, optimizers and loaders."""

import pytest
import torch
from train import cases, test_fit

from companion import train


@pytest.mark.parametrize(("every", "batch"), [(4, 20), (None, 33)])
def test_resuming_is_exact(tmp_path, every, batch):
    cases.resuming_is_exact("torch", tmp_path, every, batch)


def test_resumed_when_complete(tmp_path):
    cases.resumed_when_complete("torch", tmp_path)


@pytest.mark.parametrize(
    "case", test_fit.CASES, ids=lambda case: case.__name__
)
def test_case(case):
    case("torch")


def test_get_data():
    x = torch.arange(12)
    dataset = torch.utils.data.TensorDataset(x, x)
    train_dl, valid_dl = train.get_data(dataset, dataset, 4)
    assert isinstance(train_dl, torch.utils.data.DataLoader)
    assert [len(xb) for xb, _ in valid_dl] == [8, 4]


def test_the_engines_agree():
    """From the same seed: the losses of all steps, to 1e-6."""
    ours, theirs = map(cases.history_of, ("companion", "torch"))
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-6)
