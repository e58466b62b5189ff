"""Which library a tensor comes from: the one file that knows.

Everything above the engine is written once, in tensor methods and operators,
and runs on tensors of both libraries. What no method can do (making a
tensor, joining several, asking whether a value is a parameter) goes through
here, and nowhere else is a tensor's type tested.
"""

import importlib
import random
import sys

import numpy as np

import companion
from companion.autograd import fused
from companion.autograd.tensor import Tensor


def library(value):
    """``torch`` if `value` is torch's, else ``companion``."""
    if isinstance(value, Tensor):  # most often, and torch's own test is slow
        return companion
    torch = sys.modules.get("torch")  # not loaded: nothing can be torch's
    if torch and isinstance(
        value, (torch.Tensor, torch.Generator, torch.utils.data.Dataset)
    ):
        return torch
    return companion


def loaded():
    """The libraries in use: ours, and torch once something imports it."""
    torch = sys.modules.get("torch")
    return [companion, torch] if torch else [companion]


def operators(value):
    """What no tensor method offers: fused operations, by ATen's names."""
    home = library(value)
    return fused if home is companion else home.ops.aten


def is_tensor(value):
    return isinstance(value, library(value).Tensor)


def is_parameter(value):
    return isinstance(value, library(value).nn.Parameter)


def named(name, extra=None):
    """The library of that name; an ImportError says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} is not installed: "
            f"pip install 'training-loop-companion[{extra or name}]'"
        ) from error


def converted(value, new):
    """`value` as a tensor of the library `new`, sharing memory."""
    if library(value) is new:
        return value
    return new.from_numpy(value.detach().numpy())


def seed_worker(base_seed, number):
    """Seed a new process's generators, NumPy's global one too, as torch does.

    torch gets one thread: a fork does not copy those that it had.
    """
    seed = base_seed + number
    random.seed(seed)
    companion.manual_seed(seed)
    words = np.random.SeedSequence(
        [number, base_seed % 2**32, base_seed >> 32]
    )
    np.random.seed(words.generate_state(4))
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
