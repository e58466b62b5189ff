"""The training loop, and what a run needs around it.

``fit`` trains a model of either library, validates it after each epoch, and
keeps a history; a ``Checkpoint`` lets a run that was killed go on exactly.
``python -m companion.train --help`` trains on MNIST from the command line.
"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
