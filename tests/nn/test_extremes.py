"""Losses and activations where numbers are extreme: value and gradient."""

import math

import pytest
import torch

import companion

HUGE = [1e4, -1e4, 88.0, -88.0, 200.0, -200.0, 0.0, 1e-30, -1e-30]
ENDLESS = [math.inf, -math.inf]
CLASSES = [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [0.0, 1e4, 1e4], [88, 89, 90]]

# name: inputs; the function's arguments by position
LOSSES = {
    "cross_entropy": (CLASSES, [0, 1, 2, 0]),
    "cross_entropy of probabilities": (CLASSES, [[0.5, 0.25, 0.25]] * 4),
    "binary_cross_entropy_with_logits": (HUGE, [0, 1, 0, 1, 0, 1, 0.5, 0, 1]),
    "binary_cross_entropy": (
        [0.0, 0.0, 1.0, 1.0, 1e-30, 1e-30, 1e-12, 0.999999],
        [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0],
    ),
    "multilabel_soft_margin_loss": ([HUGE], [[0, 1, 0, 1, 0, 1, 1, 0, 1]]),
    "kl_div": ([-1e4, -88.0, -1e-30], [0.0, 1.0, 1e-30]),
    "poisson_nll_loss": ([-1e4, -88.0, 0.0, 80.0], [0.0, 1.0, 2.0, 1e-30]),
    "smooth_l1_loss": (HUGE + ENDLESS, [0.0] * 11),
    "huber_loss": (HUGE + ENDLESS, [0.0] * 11),
    "l1_loss": (HUGE + ENDLESS, [0.0] * 11),
}
ACTIVATIONS = [
    "relu",
    "leaky_relu",
    "hardtanh",
    "relu6",
    "hardsigmoid",
    "hardswish",
    "hardshrink",
    "softshrink",
    "sigmoid",
    "logsigmoid",
    "tanh",
    "tanhshrink",
    "softsign",
    "softplus",
    "elu",
    "celu",
    "selu",
    "silu",
    "mish",
    "gelu",
]
KINKS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, 20.0, 1e-8, -1e-8]


def value_and_gradient(lib, function, x, *others):
    x = lib.tensor(x, dtype=lib.float32, requires_grad=True)
    others = [lib.tensor(other) for other in others]
    loss = function(x, *others)
    loss.backward()
    return loss.detach().numpy(), x.grad.numpy()


def same(ours, theirs, **tolerance):
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(
            torch.as_tensor(one),
            torch.as_tensor(other),
            equal_nan=True,
            **tolerance,
        )


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.filterwarnings("ignore:reduction. 'mean'")
def test_losses(name, reduction):
    def function(nn):
        loss = getattr(nn.functional, name.partition(" ")[0])
        return lambda *args: loss(*args, reduction=reduction)

    theirs = value_and_gradient(torch, function(torch.nn), *LOSSES[name])
    assert all(map(math.isfinite, theirs[1].ravel()))
    ours = value_and_gradient(companion, function(companion.nn), *LOSSES[name])
    same(ours, theirs)
    on_torch = value_and_gradient(torch, function(companion.nn), *LOSSES[name])
    same(on_torch, theirs)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("values", [HUGE, KINKS], ids=["huge", "kinks"])
def test_activations(name, values):
    """Finite gradients far out, and torch's choice of slope at each kink."""

    def function(nn):
        return lambda x: getattr(nn.functional, name)(x).sum()

    theirs = value_and_gradient(torch, function(torch.nn), values)
    ours = value_and_gradient(companion, function(companion.nn), values)
    same(ours, theirs)
    on_torch = value_and_gradient(torch, function(companion.nn), values)
    same(on_torch, theirs)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_infinite_values(name):
    for x in (*ENDLESS, math.nan):
        ours = getattr(companion.nn.functional, name)(companion.tensor([x]))
        theirs = getattr(torch.nn.functional, name)(torch.tensor([x]))
        same([ours.numpy()], [theirs.numpy()])


@pytest.mark.parametrize(
    "logits", [[math.inf, 0.0], [-math.inf, 0.0], [-math.inf, -math.inf]]
)
@pytest.mark.parametrize("target", [0, 1])
def test_cross_entropy_of_infinite_logits(logits, target):
    results = [
        value_and_gradient(
            lib, lib.nn.functional.cross_entropy, [logits], [target]
        )
        for lib in (companion, torch)
    ]
    same(*results)


def test_soft_margin_does_not_overflow():
    """torch's gives inf here; the exact value is 1e4."""
    x = companion.tensor([-1e4], requires_grad=True)
    loss = companion.nn.functional.soft_margin_loss(x, companion.ones(1))
    loss.backward()
    assert loss.item() == 1e4
    assert x.grad.item() == -1


def test_ctc_of_an_impossible_target():
    """Three labels cannot be said in two steps."""
    for lib in (companion, torch):
        logits = lib.zeros(2, 1, 4, requires_grad=True)
        args = lib.tensor([[1, 2, 3]]), lib.tensor([2]), lib.tensor([3])
        log_p = logits.log_softmax(2)
        assert lib.nn.functional.ctc_loss(log_p, *args).item() == math.inf
        loss = lib.nn.functional.ctc_loss(log_p, *args, zero_infinity=True)
        loss.backward()
        assert loss.item() == 0
        assert not logits.grad.any()
