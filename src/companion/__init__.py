"""PyTorch's training loop, small enough to read in an afternoon.

Names, meaning, random numbers and errors are PyTorch's; NumPy is all that it
needs. Start with :mod:`companion.autograd`, then :mod:`companion.nn`,
:mod:`companion.optim` and :mod:`companion.utils.data`.
"""

from companion._lazy import lazy

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy(__name__, __file__)
