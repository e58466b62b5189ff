"""From a data set to batches: data sets, samplers, collation, the loader.

A :class:`Dataset` gives the sample at an index; a :class:`Sampler` says which
indices, in which order; collation makes one batch of a list of samples; the
:class:`DataLoader` joins the three, in this process or in several.
"""

from companion._lazy import lazy

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
