"""Which library a tensor comes from: the one file that knows.

Everything above the engine is written once, in tensor methods and operators,
and runs on tensors of both libraries. What no method can do (making a
tensor, joining several, asking whether a value is a parameter) goes through
here, and nowhere else is a tensor's type tested.
"""

import sys

import companion


def library(value):
    """``torch`` if `value` is torch's, else ``companion``."""
    torch = sys.modules.get("torch")  # not loaded: nothing can be torch's
    if torch and isinstance(value, (torch.Tensor, torch.Generator)):
        return torch
    return companion


def is_tensor(value):
    return isinstance(value, library(value).Tensor)


def is_parameter(value):
    return isinstance(value, library(value).nn.Parameter)
