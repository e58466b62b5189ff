"""The same on PyTorch's tensors, with its optimizer and its loader."""

import torch
from train.kills import check


def test_killed_and_resumed(tmp_path):
    assert torch.__version__
    check(tmp_path, "torch", 4, 0, chance="torch")
