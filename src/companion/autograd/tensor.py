"""The tensor: a NumPy array with a memory.

This file holds what a tensor *is*: its array, its place in the graph, its
gradient, its version. The operations come from the tables (elementwise,
reductions, ...), and `methods` binds them onto the class defined here.
"""

import numpy as np

from companion._tensor import dtypes
from companion.autograd.graph import LEAF, Node
from companion.autograd.modes import enable_grad


class Tensor:
    """An array that remembers how it was computed.

    Fields, set only where they differ from the class's defaults:
    `_array`, the values; `_node`, None without a history, LEAF where
    gradients end, else the node that computed it; `_counter`, a list with
    the number of in-place changes, shared by all tensors that share storage;
    `_view`, how it was taken from another tensor's storage.
    """

    __array_priority__ = 1000  # array * tensor is ours to answer
    _node = None
    _view = None
    _hooks = None
    _grad = None

    def __new__(cls, *data, device=None):
        """`Tensor([1, 2])` of data, `Tensor(2, 3)` of sizes; float32."""
        if data and not isinstance(data[0], int):
            if len(data) > 1:
                raise TypeError(
                    f"Tensor takes data or sizes, but got {len(data)} values"
                )
            source = getattr(data[0], "_array", data[0])
            return wrap(np.array(source, dtypes.default), cls)
        return wrap(np.zeros(data, dtypes.default), cls)

    @classmethod
    def _make_subclass(cls, data, require_grad=False):
        """A `cls` that shares the array of `data` and has no history."""
        made = wrap(data._array, cls)
        made._counter = data._counter
        return made.requires_grad_(require_grad)

    # What it looks like

    @property
    def shape(self):
        """The size of each dimension, as a tuple."""
        return dtypes.Size(self._array.shape)

    @property
    def dtype(self):
        """The type of the elements."""
        return dtypes.of(self._array.dtype)

    @property
    def device(self):
        """The CPU, always."""
        return dtypes.device("cpu")

    @property
    def ndim(self):
        """How many dimensions there are."""
        return self._array.ndim

    def numel(self):
        """How many elements there are."""
        return self._array.size

    def stride(self, dim=None):
        """Steps to the next element along each dimension, in elements."""
        steps = tuple(n // self.itemsize for n in self._array.strides)
        return steps if dim is None else steps[dim]

    def is_contiguous(self):
        """Do the elements lie in memory in the order of their indices?"""
        return self._array.flags.c_contiguous

    def is_floating_point(self):
        """Are the elements floating-point numbers?"""
        return self._array.dtype.kind == "f"

    def data_ptr(self):
        """The address of the first element: equal for two that share it."""
        return self._array.__array_interface__["data"][0]

    def element_size(self):
        """The bytes of one element."""
        return self._array.itemsize

    nelement = numel
    itemsize = property(element_size)
    nbytes = property(lambda self: self._array.nbytes, doc="All bytes.")
    is_cuda = False  #: Never: elements are where NumPy has them.
    is_sparse = False  #: Never: all elements are kept.

    def dim(self):
        """How many dimensions there are."""
        return self._array.ndim

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[dim]

    # Its place in the graph

    @property
    def grad_fn(self):
        """The node of the operation that made this; None for a leaf."""
        node = history(self)
        return node if isinstance(node, Node) else None

    @property
    def is_leaf(self):
        """Was this made by no recorded operation?"""
        return not isinstance(history(self), Node)

    @property
    def requires_grad(self):
        """Will a backward pass find a gradient for this?"""
        return history(self) is not None

    @requires_grad.setter
    def requires_grad(self, wanted):
        self.requires_grad_(wanted)

    def requires_grad_(self, requires_grad=True):
        """Let gradients end here, in `.grad`; on leaves only."""
        node = history(self)
        if isinstance(node, Node):
            if requires_grad:
                return self
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables; "
                "to use a computed value as a constant, detach() it"
            )
        if requires_grad and self._array.dtype.kind != "f":
            raise RuntimeError(
                "only Tensors of floating point dtype can require gradients, "
                f"and this one is of {self.dtype}"
            )
        self._node = LEAF if requires_grad else None
        return self

    @property
    def grad(self):
        """The gradient, once a backward pass has found it."""
        return self._grad

    @grad.setter
    def grad(self, grad):
        if not isinstance(grad, (Tensor, type(None))):
            raise TypeError(
                "assigned grad expected to be a Tensor or None but got grad "
                f"of type {type(grad).__name__}"
            )
        if grad is not None and described(grad) != described(self):
            raise RuntimeError(
                f"attempting to assign a gradient {described(grad)} to a "
                f"tensor {described(self)}"
            )
        self._grad = grad

    @property
    def data(self):
        """The same storage without history, unseen by version checks."""
        return wrap(self._array)

    @data.setter
    def data(self, other):
        if not isinstance(other, Tensor):
            raise TypeError(
                f"data must be a Tensor, not {type(other).__name__}"
            )
        self._array = other._array

    def detach(self):
        """The same storage without history; its changes are still seen."""
        return alias(self, None)

    def detach_(self):
        """Forget the history, here and now."""
        if self._view is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead"
            )
        self._node = None
        return self

    @property
    def _version(self):
        return self._counter[0]

    # Python's protocols

    __hash__ = object.__hash__  # by identity, though == compares elements

    def __len__(self):
        if not self._array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._array)

    def __bool__(self):
        return bool(self.item())

    def __int__(self):
        return int(self.item())

    def __float__(self):
        return float(self.item())

    def __index__(self):
        if self._array.dtype.kind == "f" or self._array.size != 1:
            raise TypeError(
                "only integer tensors of a single element can be converted "
                f"to an index, not shape {tuple(self.shape)} of {self.dtype}"
            )
        return int(self.item())

    def __iter__(self):
        if not self._array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __format__(self, spec):
        if self._array.ndim:
            return object.__format__(self, spec)
        return format(self.item(), spec)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype, copy=copy)

    def __reduce__(self):
        return rebuild, (type(self), self._array, self._node is LEAF)

    def __deepcopy__(self, memo):
        if not self.is_leaf:
            raise RuntimeError(
                "only leaf tensors support deepcopy; detach() this one first"
            )
        copied = rebuild(type(self), self._array.copy(), self._node is LEAF)
        copied.grad = None if self.grad is None else self.grad.clone()
        memo[id(self)] = copied
        return copied

    def numpy(self):
        """The array itself: what changes one changes the other."""
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use "
                "tensor.detach().numpy() instead."
            )
        return self._array

    def item(self):
        """The only element, as a number of Python's."""
        if self._array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._array.size} elements cannot be "
                f"converted to Scalar; its shape is {tuple(self.shape)}"
            )
        return self._array.item()

    def cpu(self):
        """The tensor itself."""
        return self

    def tolist(self):
        """The elements in nested lists; of a 0-d tensor, its number."""
        return self._array.tolist()


def wrap(array, cls=Tensor):
    """A tensor of `array` (or of a NumPy number), without a history."""
    tensor = object.__new__(cls)
    tensor._array = array if type(array) is np.ndarray else np.asarray(array)
    tensor._counter = [0]
    return tensor


def described(tensor):
    return f"of shape {tensor._array.shape} and type {tensor._array.dtype}"


def rebuild(cls, array, requires_grad):
    return wrap(array, cls).requires_grad_(requires_grad)


def alias(tensor, node):
    """Another tensor on the same storage, with the history `node`."""
    other = wrap(tensor._array)
    other._counter = tensor._counter
    other._node = node
    return other


def history(tensor):
    """The tensor's node: None, LEAF, or what computed it.

    A view whose storage was changed in place through another tensor is taken
    again from that tensor, and so finds its new history.
    """
    view = tensor._view
    if view is not None and view.version != tensor._counter[0]:
        view.version = tensor._counter[0]
        if view.recorded and tensor._node is not LEAF:
            with enable_grad():
                tensor._node = view.again()._node
    return tensor._node


def accumulate(leaf, g):
    """leaf.grad += g"""
    if isinstance(g, Tensor):
        leaf._grad = g if leaf._grad is None else leaf._grad + g
    elif leaf._grad is None:
        # A broadcast gradient is a read-only view that repeats one number.
        leaf._grad = wrap(g if g.flags.writeable else g.copy())
    elif isinstance(leaf._grad, Tensor) and leaf._grad._node is None:
        leaf._grad._array += g
        leaf._grad._counter[0] += 1
    else:
        leaf._grad = leaf._grad.detach() + wrap(g)


def target(tensor):
    """Where the gradient of `tensor` goes: its node, or a leaf itself."""
    node = history(tensor)
    return tensor if node is LEAF else node
