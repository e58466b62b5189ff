"""One row for each layer and each loss: how to make it, what to give it."""

import math
from functools import partial

import torch


def real(*shape):
    """Reproducible numbers around 0, none of them at a kink."""
    count = math.prod(shape)
    values = torch.arange(count, dtype=torch.float64) * 2.39996 + 0.1
    return (2 * values.sin()).reshape(shape).requires_grad_()


def part(*shape):
    """Numbers between 0 and 1."""
    return (real(*shape).detach() / 5 + 0.5).requires_grad_()


def sign(*shape):
    return real(*shape).detach().sign()


def below(limit, *shape):
    """Integers from 0 to limit - 1."""
    count = math.prod(shape)
    return (torch.arange(count) * 7 % limit).reshape(shape)


def row(name, args=(), kwargs=None, inputs=(), weight=None):
    """(id, class name, constructor's arguments, the inputs)."""
    return name, args, kwargs or {}, inputs


IMAGE = real(2, 4, 7, 6)
LINE = real(2, 4, 9)
TIES = (below(5, 2, 4, 7, 6) // 2).double().requires_grad_()
ROWS = real(5, 4)

activation = partial(row, inputs=(ROWS,))

LAYERS = [
    row("Identity", inputs=(ROWS,)),
    row("Linear", (4, 3), inputs=(ROWS,)),
    row("Linear", (4, 3), {"bias": False}, (real(2, 3, 4),)),
    row("Linear", (4, 3), inputs=(real(4),)),
    row("Bilinear", (4, 3, 2), inputs=(ROWS, real(5, 3))),
    row("Bilinear", (4, 3, 2, False), inputs=(real(4), real(3))),
    row("Flatten", inputs=(IMAGE,)),
    row("Flatten", (0, 1), inputs=(IMAGE,)),
    row("Unflatten", (1, (2, 2)), inputs=(ROWS,)),
    row("Embedding", (6, 3), inputs=(below(6, 2, 5),)),
    row("Embedding", (6, 3, 2), inputs=(below(6, 2, 5),)),
    row("Embedding", (6, 3, -1, 1.0), inputs=(below(6, 2, 5),)),
    row(
        "Embedding",
        (4, 3),
        {"scale_grad_by_freq": True},
        (below(4, 2, 5),),
    ),
    row("Conv1d", (4, 6, 3), inputs=(LINE,)),
    row("Conv1d", (4, 6, 3, 2, 1, 2, 2), inputs=(LINE,)),
    row("Conv1d", (4, 6, 4), {"padding": "same"}, (LINE,)),
    row("Conv2d", (4, 6, 3), inputs=(IMAGE,)),
    row("Conv2d", (4, 6, (3, 2), (2, 1), (1, 2)), inputs=(IMAGE,)),
    row("Conv2d", (4, 6, 3, 1, 2, 2, 2, False), inputs=(IMAGE,)),
    row("Conv2d", (4, 4, 3), {"groups": 4}, (real(4, 5, 5),)),
    row("Conv2d", (4, 6, (2, 3)), {"padding": "same"}, (IMAGE,)),
    row("Conv2d", (4, 6, 3), {"padding": "valid"}, (IMAGE,)),
    *(
        row("Conv2d", (4, 2, 3, 2, 1), {"padding_mode": mode}, (IMAGE,))
        for mode in ("reflect", "replicate", "circular")
    ),
    row("ConvTranspose2d", (4, 6, 3), inputs=(IMAGE,)),
    row("ConvTranspose2d", (4, 6, 3, 2, 1, 1, 2), inputs=(IMAGE,)),
    row(
        "ConvTranspose2d",
        (4, 6, (2, 3), (3, 2), (0, 1)),
        {"dilation": 2, "bias": False, "output_padding": 1},
        (real(4, 3, 5),),
    ),
    row("MaxPool1d", (3,), inputs=(LINE,)),
    row("MaxPool1d", (2, 1, 1, 2, True, True), inputs=(LINE,)),
    row("MaxPool2d", (2,), inputs=(IMAGE,)),
    row("MaxPool2d", (3, 2, 1, 1, True, True), inputs=(IMAGE,)),
    row("MaxPool2d", ((2, 3),), {"dilation": 2}, (IMAGE,)),
    row("MaxPool2d", (3, 2, 1), {"return_indices": True}, (TIES,)),
    row("AdaptiveMaxPool2d", (2, True), inputs=(TIES,)),
    row("AvgPool1d", (3,), inputs=(LINE,)),
    row("AvgPool1d", (3, 2, 1, True, False), inputs=(LINE,)),
    row("AvgPool2d", (2,), inputs=(IMAGE,)),
    row("AvgPool2d", (3, 2, 1, True, False), inputs=(IMAGE,)),
    row("AvgPool2d", ((2, 3), 2, 1, False, True, 5), inputs=(IMAGE,)),
    row("AdaptiveAvgPool1d", (4,), inputs=(LINE,)),
    row("AdaptiveAvgPool2d", (1,), inputs=(IMAGE,)),
    row("AdaptiveAvgPool2d", ((3, None),), inputs=(IMAGE,)),
    row("AdaptiveMaxPool1d", (4, True), inputs=(LINE,)),
    row("AdaptiveMaxPool2d", ((5, 4), True), inputs=(IMAGE,)),
    *(
        row(f"{kind}1d", (size,), inputs=(LINE,))
        for kind in (
            "ZeroPad",
            "ReflectionPad",
            "ReplicationPad",
            "CircularPad",
        )
        for size in (2, (3, 1))
    ),
    *(
        row(f"{kind}2d", (size,), inputs=(IMAGE,))
        for kind in (
            "ZeroPad",
            "ReflectionPad",
            "ReplicationPad",
            "CircularPad",
        )
        for size in (2, (3, 1, 0, 2))
    ),
    row("ZeroPad2d", ((-1, 2, 1, -2),), inputs=(IMAGE,)),
    row("ConstantPad1d", (2, 3.5), inputs=(LINE,)),
    row("ConstantPad2d", ((1, 2, 0, 3), -1.0), inputs=(IMAGE,)),
    row("BatchNorm1d", (4,), inputs=(ROWS,)),
    row("BatchNorm1d", (4, 1e-3, 0.3, False), inputs=(LINE,)),
    row("BatchNorm2d", (4,), inputs=(IMAGE,)),
    row("BatchNorm2d", (4,), {"momentum": None}, (IMAGE,)),
    row("BatchNorm2d", (4,), {"track_running_stats": False}, (IMAGE,)),
    row("BatchNorm2d", (4,), {"bias": False}, (IMAGE,)),
    row("LayerNorm", (4,), inputs=(ROWS,)),
    row("LayerNorm", ((7, 6), 1e-3, True, False), inputs=(IMAGE,)),
    row("LayerNorm", (6,), {"elementwise_affine": False}, (IMAGE,)),
    row("GroupNorm", (2, 4), inputs=(IMAGE,)),
    row("GroupNorm", (4, 4), {"affine": False}, (LINE,)),
    row("RMSNorm", (4,), inputs=(ROWS,)),
    row("RMSNorm", ((7, 6), 1e-3), inputs=(IMAGE,)),
    row("Dropout", (0.4,), inputs=(ROWS,)),
    row("Dropout", (1.0,), inputs=(ROWS,)),
    row("Dropout2d", (0.4,), inputs=(IMAGE,)),
    activation("ReLU"),
    activation("ReLU6"),
    activation("LeakyReLU", (0.2,)),
    activation("PReLU"),
    row("PReLU", (4, 0.1), inputs=(IMAGE,)),
    activation("RReLU"),
    activation("Threshold", (0.1, 20.0)),
    activation("Hardtanh", (-0.5, 0.7)),
    activation("Hardsigmoid"),
    activation("Hardswish"),
    activation("Hardshrink", (0.3,)),
    activation("Softshrink", (0.3,)),
    activation("Sigmoid"),
    activation("LogSigmoid"),
    activation("Tanh"),
    activation("Tanhshrink"),
    activation("Softsign"),
    activation("Softplus", (2.0, 1.5)),
    activation("ELU", (0.7,)),
    activation("CELU", (0.7,)),
    activation("SELU"),
    activation("SiLU"),
    activation("Mish"),
    activation("GELU"),
    activation("GELU", ("tanh",)),
    activation("GLU"),
    row("GLU", (1,), inputs=(IMAGE,)),
    activation("Softmax", (1,)),
    row("Softmax2d", inputs=(IMAGE,)),
    activation("Softmin", (0,)),
    activation("LogSoftmax", (-1,)),
    row("RNNCell", (4, 3), inputs=(ROWS, real(5, 3))),
    row("RNNCell", (4, 3, False, "relu"), inputs=(ROWS,)),
    row("LSTMCell", (4, 3), inputs=(ROWS,)),
    row("LSTMCell", (4, 3, False), inputs=(ROWS, (real(5, 3), part(5, 3)))),
    row("GRUCell", (4, 3), inputs=(real(4), real(3))),
    row("GRUCell", (4, 3, False), inputs=(ROWS,)),
    row(
        "MultiheadAttention",
        (4, 2),
        inputs=(real(3, 2, 4), real(5, 2, 4), part(5, 2, 4)),
    ),
    row(
        "MultiheadAttention",
        (4, 2, 0.0, False, True, True, 3, 5, True),
        inputs=(real(2, 3, 4), real(2, 5, 3), part(2, 5, 5)),
    ),
]

# Layers of the package that are no layers of torch's, or hold others: these
# have tests of their own.
WITHOUT_ROW = {
    "Module",
    "Parameter",
    "Sequential",
    "ModuleList",
    "ModuleDict",
    "ParameterList",
    "Lambda",
}

LOGITS = real(5, 4)
CLASSES = below(4, 5)
SEGMENTS = real(2, 4, 3, 5)
SEGMENT_CLASSES = below(4, 2, 3, 5)
WEIGHT = torch.tensor([0.5, 2.0, 1.0, 0.1])
DISTRIBUTION = part(5, 4).detach().softmax(1)


def every_reduction(name, kwargs, *inputs):
    return [
        row(name, (), {**kwargs, "reduction": reduction}, inputs)
        for reduction in ("none", "mean", "sum")
    ]


LOSSES = [
    *every_reduction("L1Loss", {}, ROWS, part(5, 4)),
    *every_reduction("MSELoss", {}, ROWS, part(5, 4)),
    *every_reduction("SmoothL1Loss", {}, ROWS, part(5, 4)),
    *every_reduction("SmoothL1Loss", {"beta": 0.5}, ROWS, part(5, 4)),
    *every_reduction("SmoothL1Loss", {"beta": 0.0}, ROWS, part(5, 4)),
    *every_reduction("HuberLoss", {"delta": 0.7}, ROWS, part(5, 4)),
    *every_reduction("PoissonNLLLoss", {}, ROWS, part(5, 4)),
    *every_reduction(
        "PoissonNLLLoss",
        {"log_input": False, "full": True},
        part(5, 4),
        below(4, 5, 4).double(),
    ),
    *every_reduction("GaussianNLLLoss", {}, ROWS, part(5, 4), part(5, 4)),
    *every_reduction(
        "GaussianNLLLoss",
        {"full": True, "eps": 0.5},
        ROWS,
        part(5, 4),
        part(5),
    ),
    *every_reduction("NLLLoss", {}, LOGITS, CLASSES),
    *every_reduction("NLLLoss", {"weight": WEIGHT}, SEGMENTS, SEGMENT_CLASSES),
    *every_reduction("NLLLoss", {"ignore_index": 1}, LOGITS, CLASSES),
    *every_reduction("CrossEntropyLoss", {}, LOGITS, CLASSES),
    *every_reduction("CrossEntropyLoss", {}, real(4), below(4, 1)[0]),
    *every_reduction("CrossEntropyLoss", {}, SEGMENTS, SEGMENT_CLASSES),
    *every_reduction("CrossEntropyLoss", {}, LOGITS, DISTRIBUTION),
    *every_reduction(
        "CrossEntropyLoss",
        {"weight": WEIGHT, "ignore_index": 2, "label_smoothing": 0.3},
        SEGMENTS,
        SEGMENT_CLASSES,
    ),
    *every_reduction(
        "CrossEntropyLoss",
        {"weight": WEIGHT, "label_smoothing": 0.3},
        LOGITS,
        DISTRIBUTION,
    ),
    *every_reduction("BCELoss", {}, part(5, 4), part(5, 4)),
    *every_reduction("BCELoss", {"weight": WEIGHT}, part(5, 4), part(5, 4)),
    *every_reduction("BCEWithLogitsLoss", {}, ROWS, part(5, 4)),
    *every_reduction(
        "BCEWithLogitsLoss",
        {"weight": WEIGHT, "pos_weight": WEIGHT + 1},
        ROWS,
        part(5, 4),
    ),
    *every_reduction("KLDivLoss", {}, ROWS, part(5, 4)),
    *every_reduction("KLDivLoss", {"log_target": True}, ROWS, part(5, 4)),
    row("KLDivLoss", (), {"reduction": "batchmean"}, (ROWS, part(5, 4))),
    *every_reduction("HingeEmbeddingLoss", {}, ROWS, sign(5, 4)),
    *every_reduction(
        "MarginRankingLoss", {"margin": 0.3}, ROWS, part(5, 4), sign(5, 4)
    ),
    *every_reduction("SoftMarginLoss", {}, ROWS, sign(5, 4)),
    *every_reduction(
        "MultiLabelMarginLoss",
        {},
        ROWS,
        torch.tensor(
            [[0, 2, -1, 1], [3, -1, 0, 0], [-1] * 4, [3, 1, 2, 0]] * 2
        )[:5],
    ),
    *every_reduction("MultiLabelSoftMarginLoss", {}, ROWS, below(2, 5, 4)),
    *every_reduction(
        "MultiLabelSoftMarginLoss", {"weight": WEIGHT}, ROWS, below(2, 5, 4)
    ),
    *every_reduction("MultiMarginLoss", {}, ROWS, CLASSES),
    *every_reduction(
        "MultiMarginLoss",
        {"p": 2, "margin": 0.5, "weight": WEIGHT},
        ROWS,
        CLASSES,
    ),
    *every_reduction(
        "CosineEmbeddingLoss", {"margin": 0.2}, ROWS, part(5, 4), sign(5)
    ),
    *every_reduction("TripletMarginLoss", {}, ROWS, part(5, 4), sign(5, 4)),
    *every_reduction(
        "TripletMarginLoss",
        {"p": 1.0, "swap": True, "margin": 3.0},
        ROWS,
        part(5, 4),
        real(5, 4).flip(0).detach().requires_grad_(),
    ),
    *every_reduction(
        "CTCLoss",
        {},
        real(9, 3, 5).detach().log_softmax(2).requires_grad_(),
        below(4, 3, 4) + 1,
        (9, 8, 9),
        (4, 2, 3),
    ),
    *every_reduction(
        "CTCLoss",
        {"blank": 2, "zero_infinity": True},
        real(9, 3, 5).detach().log_softmax(2).requires_grad_(),
        torch.tensor([1, 1, 3, 4, 0, 0, 3, 3, 3]),
        torch.tensor([9, 3, 4]),
        torch.tensor([4, 0, 5]),
    ),
]
