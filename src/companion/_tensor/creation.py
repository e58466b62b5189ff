"""Making tensors: from data, filled, counted, and like another one."""

import functools
import math

import numpy as np

from companion._tensor import dtypes
from companion.autograd.tensor import Tensor, wrap

ONE_TYPE = {int}, {float}, {bool}  # of a list's numbers: no need to look
inf, nan, pi, e = math.inf, math.nan, math.pi, math.e


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
    if isinstance(data, list) and set(map(type, data)) in ONE_TYPE:
        dtype = dtypes.number_type(data[0]) if dtype is None else dtype
    elif not isinstance(data, (np.ndarray, np.generic)):
        if dtype is None:
            types = types_in(data) or {dtypes.default}
            dtype = functools.reduce(dtypes.promote, types)
        data = unwrapped(data)
    array = np.array(data, dtype)
    dtypes.of(array.dtype)  # refuses strings, objects, complex numbers
    return array


def types_in(data):
    """The types of the numbers in nested lists."""
    if isinstance(data, (list, tuple)):
        return set().union(*map(types_in, data))
    if isinstance(data, (np.ndarray, np.generic)):
        return {data.dtype}
    if isinstance(data, Tensor):
        return {data._array.dtype}
    return {dtypes.number_type(data)}


def unwrapped(data):
    """Nested lists with the numbers of tensors in the tensors' place."""
    if isinstance(data, Tensor):
        return data._array
    if isinstance(data, (list, tuple)):
        return [unwrapped(item) for item in data]
    return data


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
        return (
            from_numpy(data) if dtype is None else from_numpy(data).to(dtype)
        )
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array):
    """A tensor that shares the array's memory."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    dtypes.of(array.dtype)
    return wrap(array.view(np.ndarray))


def filled(fill, name):
    """The factory of tensors whose elements are all one number."""

    def factory(*size, dtype=None, device="cpu", requires_grad=False):
        dtypes.device(device)
        array = np.full(sizes(size), fill, kind_of(dtype))
        return made(array, requires_grad)

    factory.__name__ = factory.__qualname__ = name
    factory.__doc__ = f"A tensor of a size, filled with {fill}"
    return factory


zeros, ones = filled(0, "zeros"), filled(1, "ones")
empty = filled(0, "empty")  # torch promises no values; these are the safest


def full(size, fill_value, *, dtype=None, device="cpu", requires_grad=False):
    """A tensor of a size, filled with one number."""
    dtypes.device(device)
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    kind = kind_of(dtype, dtypes.number_type(fill_value))
    return made(np.full(sizes((size,)), fill_value, kind), requires_grad)


def refuse_bool(name, kind):
    if kind == np.bool_:
        raise NotImplementedError(f"{name}() is not implemented for bool")


def arange(
    start, end=None, step=1, *, dtype=None, device="cpu", requires_grad=False
):
    """start, start + step, ... as long as it is below end"""
    dtypes.device(device)
    start, end = (0, start) if end is None else (start, end)
    numbers = [getattr(n, "item", lambda n=n: n)() for n in (start, end, step)]
    start, end, step = numbers
    if step == 0 or not 0 <= (end - start) / step < math.inf:
        raise RuntimeError(
            f"arange(): no step of {step} leads from {start} to {end}"
        )
    whole = not any(isinstance(number, float) for number in numbers)
    kind = kind_of(dtype, np.dtype(np.int64) if whole else None)
    count = -int((start - end) // step)  # of ceil((end - start) / step)
    refuse_bool("arange", kind)
    if kind.kind != "f":
        start, step = int(start), int(step)
    values = start + np.arange(count, dtype=np.int64) * step
    return made(values.astype(kind), requires_grad)


def linspace(
    start, end, steps, *, dtype=None, device="cpu", requires_grad=False
):
    """Evenly spaced numbers from start to end, both included."""
    dtypes.device(device)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = kind_of(dtype)
    refuse_bool("linspace", kind)
    number = float if kind.kind == "f" else int
    values = np.linspace(number(start), number(end), steps)
    return made(values.astype(kind), requires_grad)


def eye(n, m=None, *, dtype=None, device="cpu", requires_grad=False):
    """Ones on the diagonal of a matrix, zeros elsewhere."""
    dtypes.device(device)
    if n < 0 or (m or 0) < 0:
        raise RuntimeError(f"eye(): n and m must not be negative: {n}, {m}")
    return made(np.eye(n, m, dtype=kind_of(dtype)), requires_grad)


# Like another tensor


def like(factory):
    """`zeros_like(x)`: a factory that takes shape and type from x."""

    def from_tensor(x, *values, dtype=None, requires_grad=False, **options):
        """Made anew, of the size of x and, unless told otherwise, its type"""
        return factory(
            x.shape,
            *values,
            dtype=dtype or x.dtype,
            requires_grad=requires_grad,
            **options,
        )

    return from_tensor


def new(factory):
    """`x.new_zeros(size)`: a factory that takes the type from x."""

    def method(x, *size, dtype=None, requires_grad=False, **options):
        """Made anew, of the type of x unless told otherwise"""
        kind = dtype or x.dtype
        return factory(
            *size, dtype=kind, requires_grad=requires_grad, **options
        )

    return method


zeros_like, ones_like, empty_like, full_like = map(
    like, (zeros, ones, empty, full)
)
new_zeros, new_ones, new_empty, new_full, new_tensor = map(
    new, (zeros, ones, empty, full, tensor)
)
