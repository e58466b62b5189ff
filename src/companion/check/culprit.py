"""Whose code raised an exception: the reader's, or a package's below it."""

import linecache
import random
import traceback
from pathlib import Path

import numpy as np

PACKAGES = (
    str(Path(__file__).parents[1]),
    str(Path(np.__file__).parent),
    str(Path(random.__file__).parent),
)


def is_readers(frame):
    return not frame.filename.startswith(PACKAGES)


def raised_by_reader(error):
    """Was it the reader's code in which the exception arose?"""
    return is_readers(traceback.extract_tb(error.__traceback__)[-1])


def place(error):
    """The innermost line of the reader's own code, where it is known."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if is_readers(frame):
            line = linecache.getline(frame.filename, frame.lineno).strip()
            return f"in {frame.name}, at: {line}" if line else ""
    return ""
