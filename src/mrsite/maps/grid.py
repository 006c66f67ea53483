"""Where a field is sampled: planes, boxes, vertical sections, polylines, with their coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.base.errors import InputError

Array = NDArray[np.float64]

MOST_ON_AN_AXIS = 10_000_000  # coordinates along an axis are held whole


@dataclass(frozen=True)
class Grid:
    """A regular set of points, product of one to three axes; never held as points all at once.

    Parameters
    ----------
    dims : tuple of str
        Slowest first.
    axes : tuple of (k,) float64, m
        Coordinate values along each.
    origin : (3,), m
    directions : tuple of (3,)
        Step in space of one metre along each axis; a point is ``origin + sum value * direction``.
    path : (n, 3) float64, m, optional
        Where the last axis bends: its points, one for each of its values, in place of a direction.
    """

    dims: tuple[str, ...]
    axes: tuple[Array, ...]
    origin: tuple[float, float, float]
    directions: tuple[tuple[float, float, float], ...]
    path: Array | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """Points in all."""
        return math.prod(self.shape)

    def points(self, first: slice = slice(None)) -> Array:
        """Points (..., 3) of a slab along the first axis."""
        out = np.broadcast_to(np.asarray(self.origin), (*(1,) * len(self.axes), 3))
        for i, axis in enumerate(self.axes):
            values = axis[first] if i == 0 else axis
            shape = [1] * (len(self.axes) + 1)
            shape[i] = len(values)
            if i == len(self.axes) - 1 and self.path is not None:
                step = self.path[first] if i == 0 else self.path
                out = out + step.reshape((*shape[:-1], 3))
            else:
                out = out + values.reshape(shape) * np.asarray(self.directions[i])
        return np.ascontiguousarray(out)

    def slabs(self, block: int) -> Iterator[slice]:
        """Slices of the first axis with at most ``block`` points each, one row at least."""
        row = max(1, self.size // max(1, len(self.axes[0])))
        step = max(1, block // row)
        for start in range(0, len(self.axes[0]), step):
            yield slice(start, min(start + step, len(self.axes[0])))


def horizontal_grid(window: Sequence[float], height: float, spacing: float) -> Grid:
    """Points of a horizontal plane, dims (y, x), for a window (x0, y0, x1, y1), a height z and a spacing, all in m."""
    x0, y0, x1, y1 = numbers("window", window, 4)
    (height,) = numbers("height", [height], 1)
    return Grid(
        ("y", "x"),
        (_axis("y", y0, y1, spacing), _axis("x", x0, x1, spacing)),
        (0.0, 0.0, height),
        ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )


def box_grid(low: Sequence[float], high: Sequence[float], spacing: float) -> Grid:
    """Points of a box, dims (z, y, x), between its low and its high corner (3,), at a spacing, all in m."""
    corners = zip("xyz", numbers("low", low, 3), numbers("high", high, 3), strict=True)
    axes = [_axis(name, a, b, spacing) for name, a, b in corners]
    return Grid(
        ("z", "y", "x"),
        (axes[2], axes[1], axes[0]),
        (0.0, 0.0, 0.0),
        ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )


def section_grid(line: ArrayLike, heights: tuple[float, float], spacing: float) -> Grid:
    """Points of a vertical section over a line in plan, dims (z, s): s is the distance along the line.

    Parameters
    ----------
    line : (k, 2), m
        Corners of the line in plan.
    heights : (z0, z1), m
    spacing : float, m
    """
    corners = _corners(line, 2)
    s, path = _along(np.column_stack([corners, np.zeros(len(corners))]), spacing)
    z0, z1 = numbers("heights", heights, 2)
    z = _axis("z", z0, z1, spacing)
    return Grid(("z", "s"), (z, s), (0.0, 0.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 0.0, 0.0)), path)


def polyline_grid(points: ArrayLike, spacing: float) -> Grid:
    """Points along a polyline, dims (s,): a walk by the points (k, 3), m, at a spacing, m, and at its corners."""
    s, path = _along(_corners(points, 3), spacing)
    return Grid(("s",), (s,), (0.0, 0.0, 0.0), ((0.0, 0.0, 0.0),), path)


def numbers(name: str, values: Sequence[float], count: int) -> tuple[float, ...]:
    """Return that many finite numbers.

    Raises
    ------
    InputError
        They are fewer, more, or not finite: by name.
    """
    try:
        out = tuple(float(v) for v in values)
    except (TypeError, ValueError):
        out = ()
    if len(out) != count or not np.isfinite(out).all():
        raise InputError(f"{name}: {values!r} must be {count} finite number{'s' if count > 1 else ''}, in metres")
    return out


def _axis(name: str, start: float, stop: float, spacing: float) -> Array:
    if not (np.isfinite([start, stop, spacing]).all() and stop >= start and spacing > 0.0):
        raise InputError(
            f"{name}: from {start} to {stop} m in steps of {spacing} m cannot be sampled: "
            "the second must not be the smaller, the step positive"
        )
    if (stop - start) / spacing > MOST_ON_AN_AXIS:
        raise InputError(
            f"{name}: from {start} to {stop} m in steps of {spacing} m are {(stop - start) / spacing:.3g} points, "
            f"more than {MOST_ON_AN_AXIS:.0e}: take a larger step or a smaller window"
        )
    # at national-grid coordinates only whole steps from the start keep the spacing even
    steps = np.arange(int((stop - start) / spacing + 1e-9) + 1, dtype=np.float64)
    return start + spacing * steps


def _corners(line: ArrayLike, width: int) -> Array:
    array = np.asarray(line, dtype=float)
    if array.ndim != 2 or array.shape[1] != width or len(array) < 2 or not np.isfinite(array).all():
        raise InputError(f"line: at least two points of {width} finite numbers each are needed, in metres")
    return array


def _along(corners: Array, spacing: float) -> tuple[Array, Array]:
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    s = np.union1d(_axis("s", 0.0, float(at[-1]), spacing), at)  # its corners too
    path = np.stack([np.interp(s, at, corners[:, i]) for i in range(3)], axis=1)
    return s, path
