"""What stands around a model. So far: :mod:`companion.utils.data`."""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
