"""Optimizers and learning-rate schedules: one formula each."""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
