"""The dtypes that go by names of Python's own: `companion.bool` and others."""

from companion._tensor.dtypes import bool_ as bool
from companion._tensor.dtypes import float_ as float
from companion._tensor.dtypes import int_ as int

__all__ = ["bool", "float", "int"]
