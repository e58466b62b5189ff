"""Modules: layers, losses and models that know their parameters.

Start with :mod:`companion.nn.module`; what layers compute stands in
:mod:`companion.nn.functional`.
"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
