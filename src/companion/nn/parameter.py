"""What training changes: a tensor that a module registers when it is set."""

import companion
from companion._library import library


class Parameter(companion.Tensor):
    """A leaf tensor that belongs to a module and wants a gradient.

    It shares the memory of `data`. Of a torch tensor it makes torch's own
    Parameter, so that a module written with this class runs on both.
    """

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = companion.empty(0)
        if library(data) is not companion:
            return library(data).nn.Parameter(data, requires_grad)
        return cls._make_subclass(data, requires_grad)

    def __init__(self, data=None, requires_grad=True):
        """All is done in `__new__`."""

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


def empty(*shape, device=None, dtype=None):
    """A Parameter whose values an initialiser has yet to set."""
    return Parameter(companion.empty(*shape, device=device, dtype=dtype))


def buffer(shape, dtype=None, device=None):
    """A tensor that is state without being trained."""
    dtype = getattr(companion, dtype) if isinstance(dtype, str) else dtype
    return companion.empty(shape, dtype=dtype, device=device)
