"""Checkers for a reader's own code: is it right, and if not, why?"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
