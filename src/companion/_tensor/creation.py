"""Making tensors: from data, filled, counted, and like another one."""

import numpy as np

from companion._tensor import dtypes
from companion.autograd.tensor import Tensor, wrap


def made(array, requires_grad=False):
    tensor = wrap(array)
    return tensor.requires_grad_() if requires_grad else tensor


def kind_of(dtype, otherwise=None):
    """NumPy's dtype for a `dtype=` keyword."""
    if dtype is None:
        return dtypes.default if otherwise is None else otherwise
    return dtypes.as_numpy(dtype)


def sizes(size):
    """`zeros(2, 3)` means `zeros((2, 3))`."""
    spread = size[0] if len(size) == 1 and not is_number(size[0]) else size
    shape = tuple(int(n.__index__()) for n in spread)
    if any(n < 0 for n in shape):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension: {list(shape)}"
        )
    return shape


def is_number(value):
    return isinstance(value, (int, float, np.number)) or (
        isinstance(value, Tensor) and not value.ndim
    )


def array_of(data, dtype=None):
    """The data as an array: numbers with a point in the default type."""
    if isinstance(data, (list, tuple)):
        data = unwrapped(data)
    if dtype is None and not isinstance(data, (np.ndarray, np.generic)):
        array = np.array(data)
        if array.dtype == np.float64 and not holds_arrays(data):
            dtype = dtypes.default
        elif array.dtype.kind == "i":
            dtype = np.dtype(np.int64)
        else:
            dtype = array.dtype
        data = array if array.size else np.empty(array.shape, dtypes.default)
        dtype = dtype if array.size else dtypes.default
    array = np.array(data, dtype)
    dtypes.of(array.dtype)  # refuses strings, objects, complex numbers
    return array


def unwrapped(data):
    """Nested lists with the numbers of tensors in the tensors' place."""
    if isinstance(data, Tensor):
        return data._array
    if isinstance(data, (list, tuple)):
        return [unwrapped(item) for item in data]
    return data


def holds_arrays(data):
    while isinstance(data, list) and data:
        data = data[0]
    return isinstance(data, (np.ndarray, np.generic))


def tensor(data, *, dtype=None, device=None, requires_grad=False):
    """A tensor with a copy of the data, and no history."""
    if isinstance(data, Tensor):
        data = data._array
    dtypes.device(device or "cpu")
    kind = None if dtype is None else dtypes.as_numpy(dtype)
    try:
        return made(array_of(data, kind), requires_grad)
    except ValueError as error:
        raise ValueError(f"tensor(): {error}") from None


def as_tensor(data, dtype=None, device=None):
    """`data` itself where it is a tensor; arrays share their memory."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray):
        return from_numpy(data) if dtype is None else from_numpy(data).to(dtype)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array):
    """A tensor that shares the array's memory."""
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"expected np.ndarray (got {type(array).__name__})"
        )
    dtypes.of(array.dtype)
    return wrap(array.view(np.ndarray))


def filled(fill):
    """The factory of tensors whose elements are all one number."""

    def factory(
        *size, dtype=None, device=None, requires_grad=False, generator=None
    ):
        dtypes.device(device or "cpu")
        size = sizes(size)
        return made(np.full(size, fill, kind_of(dtype)), requires_grad)

    return factory


zeros, ones, empty = filled(0), filled(1), filled(0)


def full(
    size, fill_value, *, dtype=None, device=None, requires_grad=False
):
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    kind = kind_of(dtype, dtypes.number_type(fill_value))
    dtypes.device(device or "cpu")
    return made(np.full(sizes((size,)), fill_value, kind), requires_grad)
