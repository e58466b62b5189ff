"""The nuclear norm of matrices, from X = U S Vᵀ: the sum of S.

Its derivative is the polar factor U Vᵀ, whose own derivative has a closed
form too (Higham, Functions of Matrices, 2008, chapter 8).
"""

import numpy as np

from companion.autograd.operation import operation


def decomposed(x):
    return np.linalg.svd(x, full_matrices=False)


def nuclear_norm(x):
    """The sum of the singular values of each matrix"""
    return decomposed(x)[1].sum(-1)


def polar(x):
    """The orthogonal factor U Vᵀ"""
    u, _, vt = decomposed(x)
    return u @ vt


def polar_slope(g, x):
    """How the polar factor changes with x in the direction g, and back."""
    u, s, vt = decomposed(x)
    ut, v = np.swapaxes(u, -1, -2), np.swapaxes(vt, -1, -2)
    s = s[..., None, :]
    core = ut @ g @ v
    turn = (core - np.swapaxes(core, -1, -2)) / (s + np.swapaxes(s, -1, -2))
    tall = (g @ v - u @ core) / s @ vt  # zero if x is square
    wide = u @ ((ut @ g - core @ vt) / np.swapaxes(s, -1, -2))
    return u @ turn @ vt + tall + wide


def refused(g):
    raise NotImplementedError("the nuclear norm has no third derivative here")


# fmt: off
nuclear_norm = operation(nuclear_norm,
    x=lambda g, x: g[..., None, None] * polar(x))
polar = operation(polar,
    x=lambda g, x: polar_slope(g, x))
polar_slope = operation(polar_slope,
    g=lambda g, x: polar_slope(g, x),
    x=refused)
# fmt: on
