"""Automatic differentiation: the graph, the tables of derivatives, checks.

Read `graph` (what is remembered, and the walk back), `tensor`, `operation`
(how a row of a table becomes a function), then the tables: `elementwise`,
`reductions`, `linear`, `shapes`, `indexing`.
"""

from companion._lazy import lazy
from companion.autograd import methods as methods  # a tensor has its methods

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
