"""What people and equipment feel: |B|, the spatial field gradient, the force product."""

from __future__ import annotations

import numpy as np

from .source import Array


def magnitude(B: Array) -> Array:
    """|B|.

    Parameters
    ----------
    B : (..., 3), T

    Returns
    -------
    (...), T
    """
    out: Array = np.sqrt(B[..., 0] ** 2 + B[..., 1] ** 2 + B[..., 2] ** 2)
    return out


def gradient_of_magnitude(B: Array, J: Array) -> Array:
    """The spatial field gradient, the length of the gradient of |B|: |J^T B| / |B|.

    Parameters
    ----------
    B, J : (..., 3), (..., 3, 3); T, T/m

    Returns
    -------
    (...), T/m
        Where B is zero |B| has no gradient: there the largest slope in any direction, the norm of J.
    """
    m = magnitude(B)
    g = np.sqrt((np.einsum("...ij,...i->...j", J, B) ** 2).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Array = np.asarray(g / m)
    zero = m == 0.0
    if np.any(zero):
        out = np.where(zero, np.linalg.norm(np.where(zero[..., None, None], J, 0.0), 2, axis=(-2, -1)), out)
    return out


def force_product(B: Array, J: Array) -> Array:
    """|B| times the length of its gradient: |J^T B|, to which the force on a soft object is proportional.

    Parameters
    ----------
    B, J : (..., 3), (..., 3, 3); T, T/m

    Returns
    -------
    (...), T2/m
    """
    out: Array = np.sqrt((np.einsum("...ij,...i->...j", J, B) ** 2).sum(axis=-1))
    return out
