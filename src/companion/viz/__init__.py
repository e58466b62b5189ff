"""Pictures: the graph behind a tensor, losses, paths of optimizers.

Graphs need nothing but NumPy, all else the extra ``viz``.
"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
