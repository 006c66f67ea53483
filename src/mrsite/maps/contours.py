"""Isofield contours on a plane, traced on the exact field to a stated tolerance, and what is proven of them.

The work is done by :mod:`.tracing`; here are the public functions and their results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import FieldSource, certified

from .grid import numbers
from .plane import Plane
from .quantity import Quantity, check_quantity
from .tracing import RTOL, Traced, Window, trace

Array = NDArray[np.float64]
FINE_RTOL = 1e-12  # of gradients, which all but vanish where the field is homogeneous
_CODES = {"B": 0, "gradient": 1, "force_product": 2}


@dataclass(frozen=True)
class Contours:
    """All pieces of one contour in a window.

    Parameters
    ----------
    level : float
        T, T/m or T2/m, after ``quantity``.
    paths : tuple of (n, 3) float64, m
        A closed path ends on its first point. Values are larger on the left, seen against the plane's u x v.
    closed : tuple of bool
        False where a path begins and ends on the window's sides: none ends elsewhere.
    error_m : float
        Largest distance found from a path to the contour. Away from windings, where it is smooth, the field is asked
        at the middle of each chord and at its quarters (of a line followed from a seed, at the middle, with the slopes
        at the ends); elsewhere, where it has corners, it is crossed at seven points of each chord, and cells are
        quartered until that is within the tolerance. What is narrower than that, as the needles that a contour
        runs out along a winding's face, may be cut short: ``resolved_to_m`` says what is never missed.
    quantity : str
    skipped : int
        Seeding points where the field is not defined (on a wire): taken for stronger than any level.
    unsettled : int
        Cells away from windings in which the contour's course could not be proven: it crosses itself or nearly so,
        the field hardly varies about the level, or the bounds are too wide. Zero: every piece has been found, outside
        a skin of three centimetres about windings.
    resolved_to_m : float
        What is not proven is sampled, in the skin about windings too: a piece, or a gap between two, that holds a
        circle of this diameter has been found. 0 where all is proven.
    evaluations : tuple of int
        Of the field: for the search, and for tracing.
    """

    level: float
    paths: tuple[Array, ...]
    closed: tuple[bool, ...]
    error_m: float
    quantity: str = "B"
    skipped: int = 0
    unsettled: int = 0
    resolved_to_m: float = 0.0
    evaluations: tuple[int, int] = (0, 0)


def check_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Return levels as floats.

    Raises
    ------
    InputError
        None given, or one that is not a positive finite number, named.
    """
    try:
        out = tuple(float(level) for level in np.atleast_1d(np.asarray(levels, dtype=float)))
    except (TypeError, ValueError):
        raise InputError(f"levels: {levels!r} must be numbers in SI units") from None
    if not out:
        raise InputError("levels: none given; give at least one")
    for level in out:
        if not (np.isfinite(level) and level > 0.0):
            raise InputError(f"levels: {level} cannot be contoured: a level is a positive finite number in SI units")
    return out


def contours(
    source: FieldSource,
    levels: Sequence[float],
    plane: Plane,
    window: Window,
    tolerance: float = 1e-3,
    quantity: Quantity = "B",
) -> tuple[Contours, ...]:
    """Trace the contours of |B|, of its gradient or of the force product on a plane.

    Parameters
    ----------
    source : field source
    levels : sequence of float
        T for ``"B"``, T/m for ``"gradient"``, T2/m for ``"force_product"``.
    plane : Plane
    window : (u0, v0, u1, v1), m
        In the plane's own coordinates.
    tolerance : float, m
        Largest distance allowed between the polyline and the contour.
    quantity : "B", "gradient" or "force_product"
        The bounds for the last two are wider: more is left to sampling, as ``unsettled`` and ``resolved_to_m`` say.

    Returns
    -------
    tuple of Contours
        One a level, in the order given.

    Raises
    ------
    InputError
        A level, the window, the tolerance or the quantity cannot be used.
    """
    wanted = check_levels(levels)
    check_quantity(quantity)
    window = _checked(window, tolerance)
    source = certified(source, RTOL if quantity == "B" else FINE_RTOL)
    return tuple(
        _in_space(level, plane, quantity, trace(source, level, plane, window, float(tolerance), _CODES[quantity]))
        for level in wanted
    )


def envelope_contours(
    source: FieldSource,
    levels: Sequence[float],
    plane: Plane,
    window: Window,
    heights: tuple[float, float],
    tolerance: float = 1e-3,
) -> tuple[Contours, ...]:
    """Outline where |B| reaches a level at any height above the plane, for any source: two magnets, the earth's field.

    The largest |B| over the heights is found at each point by branch and bound, so that no peak between samples is
    lost.

    Parameters
    ----------
    source, levels, plane, window, tolerance
        As for :func:`contours`.
    heights : (h0, h1), m
        Along the plane's normal u x v.

    Raises
    ------
    InputError
        As for :func:`contours`, or heights that are not finite.
    """
    wanted = check_levels(levels)
    window = _checked(window, tolerance)
    low, high = sorted(numbers("heights", heights, 2))
    source = certified(source, RTOL)
    return tuple(
        _in_space(level, plane, "B", trace(source, level, plane, window, float(tolerance), 3, (low, high)))
        for level in wanted
    )


def _in_space(level: float, plane: Plane, quantity: str, traced: Traced) -> Contours:
    paths = tuple(plane.at(path) for path in traced.paths)
    return Contours(
        level,
        paths,
        traced.closed,
        traced.error_m,
        quantity,
        traced.skipped,
        traced.unsettled,
        traced.resolved_to_m,
        traced.evaluations,
    )


def _checked(window: Window, tolerance: float) -> Window:
    u0, v0, u1, v1 = numbers("window", window, 4)
    if not (u0 < u1 and v0 < v1):
        raise InputError(f"window: ({u0}, {v0}, {u1}, {v1}) must be u0 < u1 and v0 < v1, in metres")
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise InputError(f"tolerance: {tolerance} must be a positive length in metres")
    return u0, v0, u1, v1
