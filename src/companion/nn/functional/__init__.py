"""Layers and losses as functions: what they compute, without state."""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
