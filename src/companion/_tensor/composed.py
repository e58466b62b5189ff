"""What is made of other operations: nothing here has a derivative itself."""

import numpy as np

from companion.autograd.tensor import Tensor, wrap


def argmax(x, dim=None, keepdim=False):
    """Where the largest element is; the first, if there are several"""
    return wrap(np.argmax(x._array, axis=dim, keepdims=keepdim))


def argmin(x, dim=None, keepdim=False):
    """Where the smallest element is; the first, if there are several"""
    return wrap(np.argmin(x._array, axis=dim, keepdims=keepdim))
