"""What every test runs with.

A test module that imports torch at its top is a torch test: it gets the mark
``torch``, and ``pytest -m "not torch"`` does not even import it, so that the
rest runs where torch is not installed.
"""

import os
import re

# Before NumPy and torch load: one thread each. Rounding depends on the
# number of threads, and two pools in one process get in each other's way.
for pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"

import pytest  # noqa: E402

IMPORTS_TORCH = re.compile(r"^(import torch|from torch)", re.MULTILINE)


def is_torch_test(path):
    return path.suffix == ".py" and IMPORTS_TORCH.search(
        path.read_text(encoding="utf-8")
    )


def pytest_ignore_collect(collection_path, config):
    if config.option.markexpr == "not torch" and is_torch_test(
        collection_path
    ):
        return True
    return None


def pytest_collection_modifyitems(items):
    for item in items:
        if is_torch_test(item.path):
            item.add_marker(pytest.mark.torch)
