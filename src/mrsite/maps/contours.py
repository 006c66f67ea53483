"""Isofield contours on a plane, traced on the exact field to a stated tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import FieldSource

from .plane import Plane
from .quantity import Quantity, check_quantity, values, values_and_slope

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Contours:
    """All pieces of one contour in a window.

    Parameters
    ----------
    level : float
        T, T/m or T2/m, after ``quantity``.
    paths : tuple of (n, 3) float64, m
        A closed path ends on its first point.
    closed : tuple of bool
        False where a path leaves the window.
    error_m : float
        Largest distance found between a path and the contour, at vertices and in mid-chord.
    quantity : str
    skipped : int
        Seeding points left out since the field is not defined there (on a wire).
    """

    level: float
    paths: tuple[Array, ...]
    closed: tuple[bool, ...]
    error_m: float
    quantity: str = "B"
    skipped: int = 0


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
    window: tuple[float, float, float, float],
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
    u0, v0, u1, v1 = (float(w) for w in window)
    if not (np.isfinite([u0, v0, u1, v1]).all() and u0 < u1 and v0 < v1):
        raise InputError(f"window: ({u0}, {v0}, {u1}, {v1}) must be u0 < u1 and v0 < v1, in metres")
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise InputError(f"tolerance: {tolerance} must be a positive length in metres")
    return _on_grid(source, wanted, plane, (u0, v0, u1, v1), float(tolerance), quantity)


def _on_grid(
    source: FieldSource,
    levels: tuple[float, ...],
    plane: Plane,
    window: tuple[float, float, float, float],
    tolerance: float,
    quantity: Quantity,
) -> tuple[Contours, ...]:
    import contourpy

    u0, v0, u1, v1 = window
    nu = int(np.clip((u1 - u0) / 0.1, 100, 400)) + 1
    nv = int(np.clip((v1 - v0) / 0.1, 100, 400)) + 1
    u, v = np.linspace(u0, u1, nu), np.linspace(v0, v1, nv)
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    q = values(source, plane, grid.reshape(-1, 2), quantity).reshape(nv, nu)
    skipped = int(np.count_nonzero(~np.isfinite(q)))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.maximum(q, 1e-30))  # the field falls as a power: its logarithm is nearer to linear
    generator = contourpy.contour_generator(u, v, np.ma.masked_invalid(logs))
    out = []
    for level in levels:
        paths, closed, worst = [], [], 0.0
        for line in generator.lines(np.log(level)):
            uv, error = _refined(source, level, plane, np.asarray(line, dtype=float), tolerance, quantity)
            if len(uv) < 2:
                continue
            is_closed = len(line) > 3 and bool(np.array_equal(line[0], line[-1]))
            if is_closed:
                uv[-1] = uv[0]
            paths.append(plane.at(uv))
            closed.append(is_closed)
            worst = max(worst, error)
        out.append(Contours(level, tuple(paths), tuple(closed), worst, quantity, skipped))
    return tuple(out)


def _refined(
    source: FieldSource, level: float, plane: Plane, line: Array, tolerance: float, quantity: Quantity
) -> tuple[Array, float]:
    """Put vertices on the contour by Newton steps, then halve chords until their middles are near it."""
    step = 1e-2 * tolerance
    uv = _projected(source, level, plane, line, tolerance, quantity, step)
    for _ in range(12):
        middle = 0.5 * (uv[1:] + uv[:-1])
        q, slope = values_and_slope(source, plane, middle, quantity, step)
        distance = np.abs(q - level) / np.hypot(slope[:, 0], slope[:, 1])
        bad = ~(distance <= 0.5 * tolerance)
        if not bad.any():
            break
        new = _projected(source, level, plane, middle[bad], tolerance, quantity, step)
        uv = np.insert(uv, np.flatnonzero(bad) + 1, new, axis=0)
    middle = 0.5 * (uv[1:] + uv[:-1])
    q, slope = values_and_slope(source, plane, middle, quantity, step)
    distance = np.abs(q - level) / np.hypot(slope[:, 0], slope[:, 1])
    return uv, float(np.nanmax(distance, initial=0.0))


def _projected(
    source: FieldSource, level: float, plane: Plane, uv: Array, tolerance: float, quantity: Quantity, step: float
) -> Array:
    uv = uv.copy()
    cap = 0.1 if len(uv) < 2 else max(0.5 * float(np.median(np.hypot(*np.diff(uv, axis=0).T))), 1e-3)
    for _ in range(30):
        q, slope = values_and_slope(source, plane, uv, quantity, step)
        s2 = (slope**2).sum(axis=1)
        # Newton on the logarithm converges from further away on a power law
        with np.errstate(divide="ignore", invalid="ignore"):
            move = (np.log(level / q) * q / s2)[:, None] * slope
        move = np.nan_to_num(move, nan=0.0, posinf=0.0, neginf=0.0)
        length = np.hypot(move[:, 0], move[:, 1])
        move *= np.minimum(1.0, cap / np.maximum(length, 1e-300))[:, None]
        uv += move
        if length.max(initial=0.0) < 1e-4 * tolerance:
            break
    return uv
