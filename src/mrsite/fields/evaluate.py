"""From a packed source and points to arrays: the one place that calls the batch kernels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .source import Array, Leaf, Output, Params, as_points, output_for, pack

_THREADS = threading.Lock()
_LOADED_BY = os.getpid()
NO_TABLE: Params = (np.empty(0, dtype=np.int64), np.empty(0))
THREADED_FROM = 20_000  # below it threads cost more than they bring


class Packed:
    """The two methods of a field source, for a value that can list its leaves."""

    def leaves(self) -> tuple[Leaf, ...]:
        """Elementary sources, each in its pose."""
        raise NotImplementedError

    @cached_property
    def _params(self) -> Params:
        return pack(self.leaves())

    def _table(self, points: Array) -> Params:
        """Squares that stand for leaves near by, in a call with these points."""
        return NO_TABLE

    def flux_density(self, points: ArrayLike) -> Array:
        """Flux density.

        Parameters
        ----------
        points : (n, 3), m

        Returns
        -------
        (n, 3) float64, T
            NaN in the row of a point on a wire.
        """
        array = as_points(points)
        return evaluate(self._params, array, self._table(array), jacobian=False)[0]

    def jacobian(self, points: ArrayLike) -> Array:
        """Jacobian of the flux density.

        Parameters
        ----------
        points : (n, 3), m

        Returns
        -------
        (n, 3, 3) float64, T/m
            ``J[:, i, j] = dB_i/dx_j``. On a face of a winding, where some entries jump, their mean.
        """
        return self.flux_density_and_jacobian(points)[1]

    def flux_density_and_jacobian(self, points: ArrayLike, out: Output = None) -> tuple[Array, Array]:
        """Flux density and jacobian in one pass, at the price of one.

        Parameters
        ----------
        points : (n, 3), m
        out : pair of arrays, optional
            Contiguous float64 arrays (n, 3) and (n, 3, 3) to fill and return. Repeated calls with many points save
            the making of fresh memory, which costs as much as a simple field does.

        Returns
        -------
        (n, 3) float64, T and (n, 3, 3) float64, T/m
            NaN in the row of a point on a wire.

        Raises
        ------
        InputError
            Points or ``out`` are of another shape, or ``out`` cannot be filled in place.
        """
        array = as_points(points)
        return evaluate(self._params, array, self._table(array), out=out)


def evaluate(
    params: Params, points: Array, table: Params = NO_TABLE, *, jacobian: bool = True, out: Output = None
) -> tuple[Array, Array]:
    """B and jacobian of a packed source at (..., 3) points; ``table`` holds squares that stand for leaves near by.

    Without ``jacobian`` that array has no rows, and takes no memory.
    """
    from . import _kernels

    flat = points.reshape(-1, 3)
    if out is None:
        out = np.empty_like(points), np.empty((*points.shape, 3) if jacobian else (0, 3, 3))
    else:
        output_for(points, out)
    b, jac = out[0].reshape(-1, 3), out[1].reshape(-1, 9)
    run: Any = _kernels.serial
    threads = _kernels.threads() if flat.shape[0] >= THREADED_FROM and os.getpid() == _LOADED_BY else 1
    # numba's threads serve one caller at a time and do not outlive a fork: anyone else computes on the thread they have
    if threads > 1 and _THREADS.acquire(blocking=False):
        try:
            run = _kernels.threaded
            run(params, table, flat, b, jac, threads)
        finally:
            _THREADS.release()
    else:
        run(params, table, flat, b, jac)
    return out


def compiled(source: object) -> tuple[Callable[..., None], Params]:
    """The compiled seam: evaluate a source inside one's own compiled loops.

    Parameters
    ----------
    source : field source
        One of this package's own, alone, placed, or summed.

    Returns
    -------
    f : compiled function
        ``f(params, x, y, z, out12)`` writes B (3) and the jacobian, row by row (9), into ``out12``.
        It is one and the same function for every source, so that a loop over it compiles once.
    params : tuple of arrays
        ``(int64[::1], float64[::1])``.

    Raises
    ------
    TypeError
        The source is not made of this package's own: evaluate it in batches.
    """
    if not is_compiled(source):
        raise TypeError(f"{type(source).__name__} has no compiled form: evaluate it in batches by flux_density")
    from . import _kernels

    packed: Any = source
    return _kernels.point, packed._params


def compiled_bound(source: object) -> tuple[Callable[..., float], Params]:
    """The compiled seam's second half: how far B may bend.

    Parameters
    ----------
    source : field source
        As for :func:`compiled`.

    Returns
    -------
    g : compiled function
        ``g(params, x, y, z, radius)`` bounds the norm of the second derivatives of B, T/m2, within ``radius`` of the
        point;
        infinite where a winding comes that near.
    params : tuple of arrays
    """
    _, params = compiled(source)
    from . import _kernels

    return _kernels.second_derivative_bound, params


def is_compiled(source: object) -> bool:
    """Whether :func:`compiled` serves this source."""
    check = getattr(source, "is_packed", None)
    if check is not None:
        return bool(check())
    return isinstance(source, Packed)
