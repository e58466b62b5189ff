"""Comparisons and tests: their results are bools, without a derivative."""

import numpy as np

from companion._tensor.dtypes import common
from companion.autograd.operation import operation


def compare(ufunc):
    """A comparison of tensors (and numbers), at their common type."""

    def value(x, other):
        """Compared element by element: True where it holds, else False"""
        if other is None:
            raise TypeError("comparison with None: use `is None`")
        return ufunc(x, other)

    value.__name__ = ufunc.__name__
    return operation(value, common, tensors=1)


eq, ne = compare(np.equal), compare(np.not_equal)
lt, le = compare(np.less), compare(np.less_equal)
gt, ge = compare(np.greater), compare(np.greater_equal)
logical_and = operation(np.logical_and, common, tensors=2)
logical_or = operation(np.logical_or, common, tensors=2)
logical_xor = operation(np.logical_xor, common, tensors=2)
logical_not = operation(np.logical_not)
bitwise_and = operation(np.bitwise_and, common, kinds="biu")
bitwise_or = operation(np.bitwise_or, common, kinds="biu")
bitwise_xor = operation(np.bitwise_xor, common, kinds="biu")
bitwise_not = operation(np.bitwise_not, kinds="biu")
isnan, isinf = operation(np.isnan), operation(np.isinf)
isfinite = operation(np.isfinite)
