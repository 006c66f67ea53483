"""Isofield contours on a plane, traced on the exact field to a stated tolerance, every piece found.

Why no piece is missed. Let F = |B|^2 - level^2 on the plane. The engine bounds the second derivatives of B over any
disc (n-th
derivatives of 1/s are at most n!/s^(n+1); far away the multipoles' own terms), so on a cell of radius r with F, its
slope s and the bound M at
the middle: F has no zero if |F| > r s + M r^2 / 2; and if s > r M then F rises throughout in one direction, so that
no closed piece
lies within. A closed piece encloses an extremum of F, where the slope is zero: that point lies in a cell of the
first kind. Hence every piece
passes through cells of the second kind, and enters and leaves them by their sides. A side is settled when F provably
has
just the root, or none, that the signs at its ends show. Cells that are neither are quartered. What cannot be settled
down to the
smallest cell is counted: a contour that crosses itself at a saddle, and a skin about the windings, where no bound
holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import Certified, FieldSource, certified, compiled, compiled_bound, is_compiled

from .batches import traced_in_batches
from .plane import Plane
from .quantity import Quantity, check_quantity

Array = NDArray[np.float64]
Window = tuple[float, float, float, float]

RTOL = 1e-9  # of the field that is traced; the search for pieces makes do with fewer digits
FINE_RTOL = 1e-12  # of gradients, which all but vanish where the field is homogeneous
ROUGH = 1e-5
AT_WINDINGS = 0.01  # m, smallest cell of the search in the skin about windings
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
        False where a path leaves the window, or ends: contours of the gradient run into the points where B vanishes,
        about which it takes all values at once.
    error_m : float
        Largest distance found between a path and the contour, in mid-chord.
    quantity : str
    skipped : int
        Seeding points left out since the field is not defined there (on a wire).
    unsettled : int
        Cells of the search, millimetres in size, in which the contour's course could not be proven: it crosses
        itself or
        nearly so. Zero: every piece has been found, outside a skin of two centimetres about windings.
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
    evaluations: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Traced:
    """Pieces in plane coordinates: paths (n, 2), their status and what the search could not settle."""

    paths: tuple[Array, ...]
    closed: tuple[bool, ...]
    error_m: float
    skipped: int = 0
    unsettled: int = 0
    evaluations: tuple[int, int] = (0, 0)


def check_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Return levels as floats.

    Raises
    ------
    InputError
        None given, or one that is not a positive finite number, named.
    """
    out = tuple(float(level) for level in np.atleast_1d(np.asarray(levels, dtype=float)))
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
        For the last two pieces smaller than a 128th of the window may be missed: the proof in this module is for |B|.

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
    low, high = float(min(heights)), float(max(heights))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"heights: ({heights[0]}, {heights[1]}) must be two finite numbers, in metres")
    source = certified(source, RTOL)
    return tuple(
        _in_space(level, plane, "B", trace(source, level, plane, window, float(tolerance), 3, (low, high)))
        for level in wanted
    )


def trace(
    source: FieldSource,
    level: float,
    plane: Plane,
    window: Window,
    tolerance: float,
    code: int,
    heights: tuple[float, float] = (0.0, 0.0),
    seeds: Array | None = None,
) -> Traced:
    """Pieces of one contour in plane coordinates, through the compiled seam, or in batches where a source has none.

    ``seeds``, points near the pieces wanted, takes the place of the search.
    """
    if not is_compiled(source):
        return Traced(*traced_in_batches(source, level, plane, window, tolerance, code, heights))
    from . import _kernels

    run: Any = _kernels.trace
    fast = source if isinstance(source, Certified) else certified(source, RTOL)
    f, params = compiled(fast)
    g, _ = compiled_bound(fast)
    rough = params if seeds is not None else compiled(certified(source, ROUGH if code in (0, 3) else RTOL))[1]
    u0, v0, u1, v1 = window
    wide, long = u1 - u0, v1 - v0
    cell = max(wide, long) / 8.0
    frame = np.array([*plane.origin, *plane.u, *plane.v, *np.cross(plane.u, plane.v), *heights])
    fine = min(max(wide, long) / 128.0, 0.1)
    points, ends, status, worst, unsettled, _wound, _lost, count, searched = run(
        _kernels.evaluate,
        _kernels.highest,
        f,
        g,
        params,
        rough,
        frame,
        code,
        level,
        tolerance,
        np.array([u0, v0, u1, v1], dtype=float),
        max(1, round(wide / cell)),
        max(1, round(long / cell)),
        fine,
        max(2.0 * tolerance, 1e-4 * cell),
        min(AT_WINDINGS, max(wide, long) / 200.0),
        min(1.0, 0.1 * max(wide, long)),
        np.empty((0, 2)) if seeds is None else np.ascontiguousarray(seeds, dtype=float),
    )
    paths = tuple(np.ascontiguousarray(p) for p in np.split(points, ends[:-1])) if len(ends) else ()
    return Traced(paths, tuple(bool(s == 1) for s in status), worst, 0, int(unsettled), (int(searched), int(count)))


def _in_space(level: float, plane: Plane, quantity: str, traced: Traced) -> Contours:
    paths = tuple(plane.at(path) for path in traced.paths)
    return Contours(
        level, paths, traced.closed, traced.error_m, quantity, traced.skipped, traced.unsettled, traced.evaluations
    )


def _checked(window: Window, tolerance: float) -> Window:
    u0, v0, u1, v1 = (float(w) for w in window)
    if not (np.isfinite([u0, v0, u1, v1]).all() and u0 < u1 and v0 < v1):
        raise InputError(f"window: ({u0}, {v0}, {u1}, {v1}) must be u0 < u1 and v0 < v1, in metres")
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise InputError(f"tolerance: {tolerance} must be a positive length in metres")
    return u0, v0, u1, v1
