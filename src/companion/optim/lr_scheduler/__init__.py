"""Schedules: how the learning rate changes from epoch to epoch."""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
