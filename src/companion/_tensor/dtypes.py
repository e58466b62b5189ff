"""Data types and devices by torch's names, and torch's rules of promotion.

The rules differ from NumPy's: an int64 and a float32 make a float32, and a
0-d tensor gives way to one with dimensions within the same kind of number.
"""

import functools

import numpy as np


class dtype:
    """A data type; `str(companion.float32)` is ``companion.float32``."""

    def __init__(self, name):
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"
        self.is_complex = False
        self.is_signed = self.numpy.kind in "if"

    def __repr__(self):
        return f"companion.{self.name}"

    def __reduce__(self):
        return of, (self.name,)


float16, float32, float64 = map(dtype, ("float16", "float32", "float64"))
int8, int16, int32, int64 = map(dtype, ("int8", "int16", "int32", "int64"))
uint8, bool_ = map(dtype, ("uint8", "bool"))
half, float_, double = float16, float32, float64
short, int_, long = int16, int32, int64
DTYPES = {
    kind.numpy: kind
    for kind in (
        float16, float32, float64, int8, int16, int32, int64, uint8, bool_,
    )
}  # fmt: skip

default = float32.numpy  # of numbers with a point; set_default_dtype sets it


@functools.cache
def of(kind):
    """The companion dtype of NumPy's `kind`."""
    try:
        return DTYPES[np.dtype(kind)]
    except KeyError:
        raise TypeError(
            f"tensors of {np.dtype(kind)} do not exist here; the types are "
            f"{', '.join(known.name for known in DTYPES.values())}"
        ) from None


def as_numpy(kind):
    """NumPy's dtype of ours, of torch's, or of ``float``, ``int``, ``bool``.

    As in torch, ``float`` is the default type, and ``int`` is int64.
    """
    if isinstance(kind, dtype):
        return kind.numpy
    if kind is float:
        return default
    if kind in (int, bool):
        return np.dtype(np.int64 if kind is int else np.bool_)
    raise TypeError(f"dtype must be a companion.dtype, not {kind!r}")


def set_default_dtype(kind):
    """Let numbers with a point have this type where none is named."""
    global default
    if not isinstance(kind, dtype) or not kind.is_floating_point:
        raise TypeError(
            f"only floating-point types are supported as the default, "
            f"not {kind}"
        )
    default = kind.numpy


def get_default_dtype():
    """The type of numbers with a point, where none is named."""
    return of(default)


def category(kind):
    """0 for bool, 1 for integers, 2 for floats."""
    return {"b": 0, "i": 1, "u": 1, "f": 2}[kind.kind]


def promote(a, b):
    """The common type of two NumPy dtypes, by torch's rule."""
    if category(a) != category(b) and "f" in (a.kind, b.kind):
        return a if a.kind == "f" else b
    return np.promote_types(a, b)


def number_type(value):
    """The type that a Python number has on its own."""
    if isinstance(value, (bool, np.bool_)):
        return np.dtype(np.bool_)
    if isinstance(value, (int, np.integer)):
        return np.dtype(np.int64)
    if isinstance(value, (float, np.floating)):
        return default
    raise TypeError(f"expected a number or a tensor, not {value!r}")


def common_type(values):
    """The type in which arrays and numbers meet.

    Arrays with dimensions outrank 0-d arrays, and these outrank numbers: a
    lower rank counts only where its category (bool, int, float) is higher.
    """
    ranks = [None, None, None]
    for value in values:
        if isinstance(value, np.ndarray):
            rank, kind = 0 if value.ndim else 1, value.dtype
        else:
            rank, kind = 2, number_type(value)
        known = ranks[rank]
        ranks[rank] = kind if known is None else promote(known, kind)
    result = None
    for kind in ranks:
        if kind is not None and (
            result is None or category(kind) > category(result)
        ):
            result = kind if result is None else promote(result, kind)
    return result


def common(*values):
    """The values, arrays cast to their common type: for elementwise rules."""
    kind = common_type([value for value in values if value is not None])
    return tuple(
        value if value is None else np.asarray(value, kind) for value in values
    )


def refuse_numbers(*values):
    for value in values:
        if type(value) in (int, float, bool):
            raise TypeError(f"argument must be Tensor, not {value!r}")


def floating(*values):
    """`common`, with integers made floats: for exp, sin, division, ..."""
    values = common(*values)
    if next(v for v in values if v is not None).dtype.kind == "f":
        return values
    return tuple(
        value if value is None else np.asarray(value, default)
        for value in values
    )


def minuends(x, other):
    """`common`, for differences, which bools do not have."""
    for value in (x, other):
        known = getattr(value, "dtype", None)
        if (known or number_type(value)) == np.bool_:
            raise NotImplementedError(
                "Subtraction, the `-` operator, with a bool tensor is not "
                "supported; use the `^` or `~` operator instead"
            )
    return common(x, other)


def alike(*values):
    """The values as they are; arrays of several types are an error."""
    kinds = {v.dtype for v in values if isinstance(v, np.ndarray)}
    if len(kinds) > 1:
        raise RuntimeError(
            "expected tensors of the same dtype, but got "
            + " and ".join(sorted(kind.name for kind in kinds))
        )
    return values


class device:
    """Where tensors live: the CPU. `device("cpu")` compares with "cpu"."""

    type, index = "cpu", None

    def __init__(self, type=None, index=None):
        name = str(type or "cpu").partition(":")[0]
        if name != "cpu":
            raise RuntimeError(
                f"device {type!r} is not available: this engine computes on "
                "the CPU; train on others with model.torch()"
            )

    def __repr__(self):
        return "device(type='cpu')"

    def __str__(self):
        return "cpu"

    def __eq__(self, other):
        return isinstance(other, device)

    def __hash__(self):
        return hash("cpu")


class finfo:
    """The limits of a floating-point type: `finfo(float32).eps`."""

    def __init__(self, type=None):
        limits = np.finfo(default if type is None else as_numpy(type))
        self.bits, self.dtype = limits.bits, limits.dtype.name
        self.eps, self.tiny = float(limits.eps), float(limits.tiny)
        self.max, self.min = float(limits.max), float(limits.min)


class cuda:
    """`cuda.is_available()` is False, so device-agnostic scripts run."""

    @staticmethod
    def is_available():
        """False: this engine computes on the CPU."""
        return False

    @staticmethod
    def device_count():
        """0: there is no such device."""
        return 0


class Size(tuple):
    """A shape, as a tuple that prints as torch's."""

    __slots__ = ()

    def numel(self):
        """How many elements a tensor of this shape has."""
        return int(np.prod(self, dtype=np.int64))

    def __repr__(self):
        return f"companion.Size({list(self)})"

    def __getitem__(self, index):
        part = super().__getitem__(index)
        return Size(part) if isinstance(index, slice) else part

    def __add__(self, other):
        return Size(super().__add__(other))
