"""Imported means used: a layer loads nothing that it does not use."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from companion import nn
from companion.nn import functional as F
import companion.nn.functional
assert companion.nn.functional is F
{line}
print(*(name for name in sys.modules if name.startswith("companion.nn.")))
assert "torch" not in sys.modules
"""


def loaded(line):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(line=line)],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.removeprefix("companion.nn.") for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("nn.Linear(2, 2)", {"convolution", "loss", "functional.activation"}),
        ("F.linear", {"functional.activation", "module", "linear"}),
        ("nn.Linear(2, 2), F.linear, F.bilinear", {"activation"}),
        ("nn.ReLU()", {"linear", "functional.convolution", "loss"}),
        ("nn.MSELoss()", {"convolution", "linear", "functional.pooling"}),
        ("nn.Module()", {"linear", "functional.product", "containers"}),
        ("nn.Sequential()", {"linear", "functional.product", "layer"}),
    ],
)
def test_what_is_not_used_is_not_loaded(line, without):
    assert not loaded(line) & without


def test_functions_are_not_hidden_by_their_modules():
    """A submodule of a function's name would take its place once loaded."""
    names = (
        "import types;"
        "[getattr(F, name) for name in F.__all__];"
        "assert not any(isinstance(getattr(F, name), types.ModuleType)"
        " for name in F.__all__)"
    )
    assert loaded(names)
