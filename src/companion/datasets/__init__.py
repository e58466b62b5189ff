"""MNIST, inside the package, and as a data set for a loader.

:func:`load_mnist` gives its arrays, :func:`mnist_root` a folder that
torchvision reads too.
"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
