"""Layers on our engine with nothing else installed."""

import pytest

import companion
from companion import nn
from companion.autograd import gradcheck, gradgradcheck

LAYERS = {
    "linear": (lambda: nn.Linear(3, 2), (4, 3)),
    "conv2d": (lambda: nn.Conv2d(2, 3, 3, 2, 1), (2, 2, 5, 4)),
    "grouped": (
        lambda: nn.Conv2d(2, 4, 2, groups=2, dilation=2),
        (1, 2, 4, 4),
    ),
    "transposed": (lambda: nn.ConvTranspose2d(2, 3, 3, 2, 1), (1, 2, 3, 2)),
    "average": (lambda: nn.AvgPool2d(2), (1, 2, 4, 4)),
    "batch norm": (lambda: nn.BatchNorm1d(3), (5, 3)),
    "layer norm": (lambda: nn.LayerNorm(3), (5, 3)),
    "softplus": (nn.Softplus, (5, 3)),
    "gelu": (nn.GELU, (5, 3)),
}


def point(*shape):
    companion.manual_seed(0)
    return companion.randn(*shape, dtype=companion.float64, requires_grad=True)


@pytest.mark.parametrize("name", LAYERS)
def test_derivatives_by_finite_differences(name):
    make, shape = LAYERS[name]
    layer = make().double()
    assert gradcheck(layer, (point(*shape),))
    assert gradgradcheck(layer, (point(*shape),))


def test_a_cnn_learns_where_the_light_is():
    companion.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(8, 2, 3, 2, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
    sides = companion.randint(0, 2, (64,))
    images = companion.rand(64, 1, 8, 8)
    for image, side in zip(images, sides.tolist(), strict=True):
        image[..., 4 * side : 4 * side + 4] += 1
    criterion = nn.CrossEntropyLoss()
    for _ in range(60):
        model.zero_grad()
        loss = criterion(model(images), sides)
        loss.backward()
        with companion.no_grad():
            for parameter in model.parameters():
                parameter -= 0.5 * parameter.grad
    assert loss.item() < 0.3
    assert (model(images).argmax(1) == sides).float().mean().item() > 0.9


def test_a_layer_says_what_is_wrong_with_its_input():
    with pytest.raises(RuntimeError, match="to have 3 channels, but got 2"):
        nn.Conv2d(3, 4, 3)(companion.ones(1, 2, 5, 5))
    with pytest.raises(IndexError, match="Target 9 is out of bounds"):
        nn.CrossEntropyLoss()(companion.ones(1, 3), companion.tensor([9]))
    with pytest.raises(RuntimeError, match="size mismatch for weight"):
        nn.Linear(2, 2).load_state_dict(nn.Linear(3, 2).state_dict())
