"""One model in two libraries: torch() and numpy() share its memory."""

import sys

import pytest
import torch

import companion
from companion import nn


def model():
    companion.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))


def test_memory_is_shared_there_and_back():
    ours = model()
    weight = ours[0].weight
    theirs = ours.torch()[0].weight
    assert ours[0].weight is theirs
    assert isinstance(theirs, torch.nn.Parameter)
    with torch.no_grad():
        theirs.fill_(7)
    assert (weight == 7).all()
    again = ours.numpy()[0].weight
    assert isinstance(again, nn.Parameter)
    with companion.no_grad():
        again.zero_()
    assert not theirs.any()


def test_buffers_and_gradients_go_along():
    ours = model()
    ours(companion.ones(4, 3)).sum().backward()
    gradient = ours[0].weight.grad.numpy().tolist()
    ours.torch()
    assert ours[0].weight.grad.tolist() == gradient
    assert isinstance(ours[1].running_mean, torch.Tensor)
    assert ours[1].num_batches_tracked.item() == 1
    ours.numpy()
    assert ours[0].weight.grad.tolist() == gradient
    assert isinstance(ours[1].running_mean, companion.Tensor)


def test_a_shared_weight_stays_shared_and_a_frozen_one_frozen():
    ours = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    ours[1].weight = ours[0].weight
    ours[0].bias.requires_grad_(False)
    ours.torch()
    assert ours[1].weight is ours[0].weight
    assert not ours[0].bias.requires_grad
    assert len(list(ours.parameters())) == 3


def test_the_same_output_in_both():
    ours = model().eval()
    x = [[1.0, -2.0, 3.0]]
    before = ours(companion.tensor(x)).tolist()
    after = ours.torch()(torch.tensor(x))
    assert isinstance(after, torch.Tensor)
    torch.testing.assert_close(after, torch.tensor(before))


def test_to_as_in_torch_after_torch():
    ours = model().torch().to(torch.device("cpu"), torch.float64)
    assert ours[0].weight.dtype == torch.float64
    assert ours(torch.ones(4, 3, dtype=torch.float64)).dtype == torch.float64


def test_a_parameter_of_a_torch_tensor_is_torchs():
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(2))

        def forward(self, x):
            return x * self.scale

    layer = Scale()
    assert [type(p) for p in layer.parameters()] == [torch.nn.Parameter]
    layer(torch.ones(2)).sum().backward()
    assert layer.scale.grad.tolist() == [1, 1]


def test_a_state_of_torchs_is_loaded_into_ours():
    theirs = torch.nn.Linear(3, 2)
    ours = nn.Linear(3, 2)
    ours.load_state_dict(theirs.state_dict())
    assert isinstance(ours.weight, nn.Parameter)
    assert ours.weight.tolist() == theirs.weight.tolist()


def test_without_torch_the_extra_is_named(monkeypatch):
    ours = nn.Linear(2, 2)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"companion\[torch\]"):
        ours.torch()
