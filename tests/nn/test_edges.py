"""Odd input to functions: empty, 0-d, of a wrong dtype, shape or setting.

Each row runs torch's function and ours on both engines: the same exception,
or the same value, gradients and dtypes.
"""

import math
import warnings

import pytest
import torch
from nn import conformance
from nn.layer_table import below, part, real

import companion
from companion import nn

nan, inf = math.nan, math.inf
INTEGERS = below(5, 4, 4)
HALVES = part(5, 4).detach().round()


def const(*shape):
    return real(*shape).detach()


def row(name, *args, **kwargs):
    return name, args, kwargs


FLOATS_ONLY = [
    "leaky_relu",
    "rrelu",
    "hardsigmoid",
    "hardswish",
    "hardshrink",
    "softshrink",
    "softplus",
    "elu",
    "celu",
    "selu",
    "silu",
    "mish",
    "gelu",
]

ROWS = [
    # Activations
    *(row(name, INTEGERS) for name in FLOATS_ONLY),
    *(row(name, 3.0) for name in FLOATS_ONLY),
    row("gelu", real(3), "tanh"),
    row("gelu", real(3), approximate=1),
    row("gelu", real(3), approximate="fast"),
    *(row("softshrink", real(3), lambd) for lambd in (-1.0, nan, inf)),
    *(row("rrelu", real(3), *ends) for ends in ((nan,), (0.1, inf), (2, 1))),
    row("prelu", real(5, 4), const(4).float()),
    row("prelu", INTEGERS, const(4)),
    # Losses of numbers
    row("huber_loss", real(5, 4), const(5, 4), weight=part(5, 4).detach()),
    row("huber_loss", real(5), const(5), delta=nan),
    row("mse_loss", real(5, 4), const(5, 4), weight=part(5, 4).detach()),
    row("kl_div", real(5, 4), INTEGERS[:4].repeat(2, 1)[:5]),
    # Losses of classes
    row("nll_loss", real(5, 4), torch.tensor(0)),
    row("nll_loss", real(), torch.tensor(0)),
    row("nll_loss", real(4), below(4, 4)),
    row("nll_loss", real(5, 4), below(4, 3)),
    row("nll_loss", real(2, 4, 3), below(4, 2, 2)),
    row("nll_loss", real(5, 0), below(4, 5), reduction="no"),
    *(
        row("cross_entropy", real(5, 4), below(4, 5).to(dtype))
        for dtype in (torch.int32, torch.int16, torch.uint8, torch.bool)
    ),
    row(
        "nll_loss",
        real(5, 4),
        torch.tensor([0, -100, 1, 2, 3]),
        ignore_index=4,
    ),
    row("binary_cross_entropy", part(5, 4), below(2, 5, 4)),
    row("binary_cross_entropy", part(5, 4), HALVES.float()),
    row("binary_cross_entropy", part(5, 4), HALVES + 1),
    row("binary_cross_entropy", real(5, 4), HALVES),
    row("binary_cross_entropy", part(5, 4) * nan, HALVES),
    row("binary_cross_entropy_with_logits", real(5, 4), below(2, 5, 4)),
    row("multilabel_soft_margin_loss", real(), const()),
    row("multilabel_soft_margin_loss", real(4), const(5, 4).sign()),
    # Losses with a margin
    row("soft_margin_loss", real(4), const(5, 4).sign()),
    row("soft_margin_loss", real(4).float(), const(4).sign()),
    row("multi_margin_loss", real(4), torch.tensor([1]), reduction="none"),
    row("multi_margin_loss", real(4), torch.tensor(1), reduction="none"),
    row("multi_margin_loss", real(), torch.tensor(0)),
    row("multi_margin_loss", real(5, 4), below(4, 5).int()),
    row("multi_margin_loss", real(5, 4), below(4, 4)),
    row("multi_margin_loss", real(5, 4), below(4, 5), weight=const(4, 1)),
    row("multi_margin_loss", real(5, 4), below(4, 5), weight=const(3)),
    row("multilabel_margin_loss", real(), torch.tensor(0)),
    row("multilabel_margin_loss", real(), torch.tensor(-1)),
    row("multilabel_margin_loss", real(), torch.tensor([0])),
    row("multilabel_margin_loss", real(0), below(4, 0)),
    row("multilabel_margin_loss", real(5, 0), below(4, 5, 0)),
    row("multilabel_margin_loss", real(2, 4, 3), below(3, 2, 4, 3)),
    row("multilabel_margin_loss", real(4), below(4, 4).int()),
    row("multilabel_margin_loss", real(4), torch.tensor([0, 4, -1, 1])),
    row("multilabel_margin_loss", real(4), torch.tensor([0, -2, 1, 1])),
    row("multilabel_margin_loss", real(4), torch.tensor([[1, 2, 0, 3]])),
    row(
        "cosine_embedding_loss",
        real(2, 4, 3),
        const(2, 4, 3),
        const(2, 4).sign(),
    ),
    row("triplet_margin_loss", real(5, 4), const(4), const(5, 4)),
    row("triplet_margin_loss", real(4), const(5, 4), const(5, 4)),
    # CTC
    *(
        row("ctc_loss", real(9, 3, 5), below(4, 3, 4) + 1, *lengths)
        for lengths in (
            ((10, 8, 9), (4, 2, 3)),
            ((-1, 8, 9), (4, 2, 3)),
            (torch.tensor([9.0, 8, 9]), torch.tensor([4, 2, 3])),
        )
    ),
    row("ctc_loss", real(9, 3, 5), below(4, 12) + 1, (9, 8, 9), (4, 2, 3)),
    row("ctc_loss", real(0, 3, 5), below(4, 3, 4), (0,) * 3, (4, 2, 3)),
    row("ctc_loss", real(5), below(4, 3, 4), (9, 8, 9), (4, 2, 3)),
    # Products and rows
    row("bilinear", real(5, 4), real(5, 3), real(4, 3)),
    row("bilinear", real(5, 4), real(5, 3), real(2, 4, 3), real(1)),
    row("embedding", torch.tensor(2), real(6, 3)),
    row("embedding", torch.tensor(2), real(6, 3), scale_grad_by_freq=True),
    row("embedding", below(6, 0), real(6, 3)),
    row("embedding", below(6, 5).to(torch.uint8), real(6, 3)),
    row("embedding", below(6, 5) > 1, real(6, 3)),
    row("embedding", below(6, 5).short(), real(6, 3)),
    row("embedding", below(6, 5).int(), real(6, 3)),
    row("embedding", below(6, 5), real(6)),
    row("one_hot", below(4, 5).int()),
    row("one_hot", below(4, 0)),
    row("one_hot", below(4, 0), 0),
    row("one_hot", below(4, 5), -2),
    # Dropout and attention
    row("dropout2d", real(2, 3, 4), 0.4),
    row("dropout2d", real(1, 3, 4), 0.4),
    row("dropout2d", real(5, 4), 0.4),
    row("dropout2d", real(4), 0.4),
    row("dropout2d", real(4), 0.4, False),
    *(
        row(
            "scaled_dot_product_attention",
            real(2, 4, 3, 4),
            const(2, heads, 5, 4),
            const(2, values, 5, 6),
            enable_gqa=True,
        )
        for heads, values in ((2, 2), (1, 1), (4, 4), (3, 3), (2, 4))
    ),
    *(
        row(
            "scaled_dot_product_attention",
            real(2, 3, 4),
            const(2, 5, 4),
            const(2, 5, 6),
            mask,
        )
        for mask in (
            torch.zeros(3, 5, dtype=torch.bool),
            below(3, 3, 1) > 0,
            torch.full((3, 5), -inf, dtype=torch.float64),
            below(3, 3, 5),
        )
    ),
    row("scaled_dot_product_attention", real(4), const(4), const(4)),
    row("scaled_dot_product_attention", *(real(3, 4),) * 3, None, 0, True, 1),
    # Normalisation
    *(
        row("batch_norm", real(*shape), const(4), part(4).detach(), training=t)
        for shape in ((0, 4), (5, 0), (0, 4, 3), (5, 4, 0), (4,), (5, 3))
        for t in (True, False)
    ),
    row("batch_norm", real(5, 4), None, None),
    row("batch_norm", real(0, 4), None, None),
    row("batch_norm", real(5, 4), const(4), None, training=True),
    *(
        row("batch_norm", real(5, 4), const(4), part(4).detach(), **settings)
        for settings in (
            {"eps": -1.0},
            {"eps": 0.0, "training": True},
            {"weight": real(3)},
            {"weight": real()},
            {"weight": real(4).detach().float()},
            {"bias": real(1)},
        )
    ),
    row("layer_norm", real(5, 4), (4,), real(1, 4)),
    row("layer_norm", real(5, 4), (4,), const(4).float()),
    row("layer_norm", real(), ()),
    row("rms_norm", real(5, 4), (4,), real(1, 4)),
    row("rms_norm", real(), ()),
    *(
        row("group_norm", real(*shape), 2)
        for shape in ((0, 4), (0, 4, 3), (5, 0), (5, 4, 0), (4,), (5, 3))
    ),
    row("group_norm", real(5, 4, 3), 2, real(1, 4)),
    row("group_norm", real(5, 4, 3), 2, const(4).float()),
    # Convolutions
    *(
        row("conv1d", real(2, 4, 7), real(6, 4, 3), **setting)
        for setting in (
            {"dilation": 0},
            {"dilation": -1},
            {"dilation": (1, 2)},
            {"padding": (1, 2)},
            {"stride": 0},
            {"stride": ()},
            {"padding": -1},
        )
    ),
    row("conv1d", real(2, 4, 7), real(0, 4, 3)),
    row("conv2d", real(2, 4, 7, 6), real(6, 4, 3, 3), dilation=-1),
    row("conv2d", real(0, 4, 7, 6), real(6, 4, 3, 3)),
    *(
        row("conv_transpose2d", real(2, 4, 5, 6), real(4, 6, 3, 3), **setting)
        for setting in (
            {"stride": 0},
            {"stride": (1, 2, 3)},
            {"padding": -1},
            {"dilation": 0},
            {"output_padding": -1, "stride": 2},
            {"bias": real()},
        )
    ),
    row("conv_transpose2d", real(2, 4, 5, 0), real(4, 6, 3, 3)),
    row("conv_transpose2d", real(), real(4, 6, 3, 3)),
    row("conv_transpose2d", real(2, 4, 5, 6), real(4, 6)),
    # Pooling
    *(
        row(f"{kind}_pool2d", real(2, 4, 7, 6), *settings)
        for kind in ("max", "avg")
        for settings in (
            (0,),
            (-1,),
            ((3, 2, 1),),
            ((),),
            (3, 0),
            (3, (1, 2, 3)),
            (3, 1, -1),
            (3, 1, 2),
        )
    ),
    row("max_pool2d", real(2, 4, 7, 6), 3, dilation=0),
    row("max_pool1d", real(0, 7), 3),
    row("avg_pool1d", real(0, 7), 3),
    row("avg_pool1d", real(2, 4, 7), 3, divisor_override=2),
    row("avg_pool2d", real(2, 4, 7, 6), 3, divisor_override=0),
    row("avg_pool1d", below(9, 2, 4, 7) - 4, 3),
    row("avg_pool2d", below(9, 2, 4, 7, 6) - 4, 3, 2, 1, True, False),
    row("avg_pool2d", below(9, 2, 4, 7, 6) - 4, 3, divisor_override=2),
    row("avg_pool2d", below(9, 2, 4, 7, 6).int(), 3),
    row("avg_pool2d", below(9, 2, 4, 7, 6).to(torch.uint8), 3),
    *(
        row(f"adaptive_{kind}_pool2d", const(2, 4, 7, 6), size)
        for kind in ("max", "avg")
        for size in (0, -1, (2, -1), (3, 2, 1), (0, 3))
    ),
    row("adaptive_avg_pool1d", real(), 2),
    row("adaptive_max_pool1d", real(2, 4, 7), (3, 2)),
    # Padding
    *(
        row("pad", real(*shape), sides, mode)
        for mode in ("reflect", "replicate", "circular", "bogus")
        for shape, sides in (
            ((5,), (1, 1)),
            ((2, 4, 5), ()),
            ((2, 4, 5), (1, 1, 1, 1, 1, 1)),
            ((2, 4, 5), (-6, 0)),
            ((2, 4, 5), (9, 0)),
            ((2, 4, 5), (-1, 2)),
            ((2, 4, 5), (1,)),
        )
    ),
    row("pad", real(2, 4, 5), (-3, -2), "reflect"),
    row("pad", real(2, 0, 5), (1, 1), "replicate"),
    row("pad", real(2, 3, 4), (1, 1), "reflect", 2.5),
    row("pad", real(2, 3, 4), (1, 1), "reflect", 0),
]


def outcome(function, args, kwargs):
    """The exception's type; or values and gradients, as torch has them."""
    torch.manual_seed(3)
    companion.manual_seed(3)
    try:
        results = conformance.tensors(function(*args, **kwargs))
    except Exception as error:
        return type(error)
    if any(result.requires_grad for result in results):
        results[0].sum().backward()
    leaves = conformance.tensors(args) + conformance.tensors(kwargs)
    gradients = [x.grad for x in leaves if x.requires_grad]
    return [conformance.back(x) for x in results + gradients]


@pytest.mark.parametrize("engine", conformance.ENGINES)
@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{name}{i}" for i, (name, *_) in enumerate(ROWS)]
)
def test_odd_input(row, engine):
    name, args, kwargs = row
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch warns of, we may, too
        expected = outcome(
            getattr(torch.nn.functional, name),
            conformance.on("torch", args),
            conformance.on("torch", kwargs),
        )
        found = outcome(
            getattr(nn.functional, name),
            conformance.on(engine, args),
            conformance.on(engine, kwargs),
        )
    if isinstance(expected, type):
        assert found is expected
    else:
        torch.testing.assert_close(found, expected, equal_nan=True)


def test_older_names_of_arguments():
    for lib in (companion, torch):
        with pytest.warns(FutureWarning, match="min_val"):
            layer = lib.nn.Hardtanh(min_value=-2.0)
        assert (layer.min_val, layer.max_val) == (-2.0, 1.0)
        with pytest.warns(FutureWarning, match="max_val"):
            layer = lib.nn.Hardtanh(max_value=2.0)
        assert (layer.min_val, layer.max_val) == (-1.0, 2.0)
        with pytest.raises(AssertionError, match="greater than min_val"):
            lib.nn.Hardtanh(1.0, 1.0)
