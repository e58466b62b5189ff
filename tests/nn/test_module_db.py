"""torch's own cases for its modules; nn/conformance.py prints the count."""

import pytest
import torch  # noqa: F401  (conformance needs it: see tests/conftest.py)
from nn import conformance

from companion import nn

# What issue and book name, and torch has cases for: none may be left out.
SCOPE = """
    Linear Bilinear Embedding Conv1d Conv2d ConvTranspose2d MaxPool1d MaxPool2d
    AvgPool1d AvgPool2d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveMaxPool1d
    AdaptiveMaxPool2d ZeroPad1d ZeroPad2d ConstantPad1d ConstantPad2d
    ReflectionPad1d ReflectionPad2d ReplicationPad1d ReplicationPad2d
    CircularPad1d CircularPad2d BatchNorm1d BatchNorm2d LayerNorm GroupNorm
    RMSNorm ReLU ReLU6 LeakyReLU PReLU Threshold Hardtanh Hardswish Hardshrink
    Softshrink Sigmoid LogSigmoid Tanh Tanhshrink Softsign Softplus ELU CELU
    SELU SiLU Mish GELU GLU Softmax Softmax2d Softmin LogSoftmax RNNCell
    LSTMCell GRUCell MultiheadAttention L1Loss MSELoss SmoothL1Loss HuberLoss
    NLLLoss CrossEntropyLoss BCELoss BCEWithLogitsLoss KLDivLoss
    PoissonNLLLoss GaussianNLLLoss HingeEmbeddingLoss MarginRankingLoss
    SoftMarginLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss
    MultiMarginLoss CosineEmbeddingLoss CTCLoss
""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", sorted(conformance.CASES))
@pytest.mark.filterwarnings("ignore")
def test_every_case(name):
    count, failed = conformance.problems(name)
    assert count
    assert failed == []


def test_nothing_is_left_out():
    assert set(SCOPE) == set(conformance.CASES)
    without_cases = {"Hardsigmoid", "RReLU", "TripletMarginLoss", "Dropout"}
    assert without_cases <= set(nn.__all__)
