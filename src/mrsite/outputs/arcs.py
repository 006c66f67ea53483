"""A traced ring as few circular arcs, which never lie inside the region that the ring bounds.

CAD readers lose the dashes of a line of many short chords, and chords of a convex line lie on the
unsafe side of it. Both are cured by arcs: each begins and ends on traced vertices, holds all traced
points between them on its inner side, and departs from none by more than the tolerance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.outputs.mark import Vertex

Array = npt.NDArray[np.float64]

#: Largest departure of an arc from the traced points and from where the line bows between them, m: with the bow
#: estimated too large here and there the arc stays within 1 mm of the true line.
TOLERANCE = 0.4e-3
#: To which lines are traced: no chord lies farther than this from the true line, m.
_TRACED = 1e-3
#: Smaller holes are not drawn, m2.
_POCKET_M2 = 0.01
#: No arc is longer than about 120 degrees, so that centre and radius stay well determined.
_LARGEST_BULGE = 0.577


def safe_arcs(ring: Array, tolerance: float = TOLERANCE) -> tuple[Vertex, ...]:
    """Return a closed ring as vertices with bulges.

    Parameters
    ----------
    ring : (n, 2) float64, m
        Closed (the first point may be repeated at the end), the region on its left: outer rings
        anticlockwise, holes clockwise.
    tolerance : float, m

    Returns
    -------
    tuple of (x, y, bulge)
        Vertices of the ring itself, unchanged. The arcs lie on the right of, or on, the traced
        line; between traced points they also hold the sagitta that the local curvature implies.
    """
    ring = np.asarray(ring, dtype=np.float64)
    if len(ring) > 1 and np.array_equal(ring[0], ring[-1]):
        ring = ring[:-1]
    keep = np.any(ring != np.roll(ring, 1, axis=0), axis=1)
    ring = ring[keep] if keep.any() else ring[:1]
    if len(ring) < 3:
        return tuple((float(x), float(y), 0.0) for x, y in ring)
    ring = np.roll(ring, -_sharpest(ring), axis=0)
    # Local origin: at national-grid coordinates products of coordinates lose the millimetre.
    local = ring - ring[0]
    closed = np.vstack([local, local[:1]])
    middles = _bowed_middles(local)
    result: list[Vertex] = []
    i, n = 0, len(local)
    while i < n:
        j, bulge = _longest(closed, middles, i, n, tolerance)
        result.append((float(ring[i, 0]), float(ring[i, 1]), bulge))
        i = j
    return tuple(result)


def region_arcs(region: Any, tolerance: float = TOLERANCE) -> list[tuple[Vertex, ...]]:
    """Return every ring of a shapely (multi)polygon as arcs on the safe side, outer rings first.

    Pockets of a few square centimetres, where the field cancels within windings, count as part of the region.
    """
    from shapely import Polygon, get_parts, is_empty
    from shapely.geometry.polygon import orient

    rings: list[tuple[Vertex, ...]] = []
    for part in get_parts(region):
        if is_empty(part) or part.geom_type != "Polygon":
            continue
        sound = orient(part)
        for ring in (sound.exterior, *(hole for hole in sound.interiors if Polygon(hole).area > _POCKET_M2)):
            rings.append(safe_arcs(np.asarray(ring.coords, dtype=np.float64)[:, :2], tolerance))
    return rings


def _sharpest(ring: Array) -> int:
    """Return the index of the vertex where the ring turns most: the best place to begin."""
    before = ring - np.roll(ring, 1, axis=0)
    after = np.roll(ring, -1, axis=0) - ring
    return int(np.argmax(np.abs(np.arctan2(_cross(before, after), np.sum(before * after, axis=1)))))


def _cross(u: Array, v: Array) -> Array:
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])


def _bowed_middles(ring: Array) -> Array:
    """Return for each chord the point to which the true line can bow out between its ends.

    The curvature is that of the circles through the chord and the point before or after it,
    whichever is greater; the sagitta is capped by the tolerance to which rings are traced.
    """
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    a, b = ring - before, after - ring
    lengths = np.hypot(*b.T)
    product = np.hypot(*a.T) * lengths * np.hypot(*(after - before).T)
    curvature = 2 * _cross(a, b) / np.where(product > 0, product, np.inf)
    greater = np.maximum(curvature, np.roll(curvature, -1))
    sagitta = np.clip(lengths**2 * greater / 8, 0.0, _TRACED)
    outward = np.stack([b[:, 1], -b[:, 0]], axis=1) / np.where(lengths > 0, lengths, 1.0)[:, None]
    return np.asarray((ring + after) / 2 + outward * sagitta[:, None])


def _longest(closed: Array, middles: Array, i: int, n: int, tolerance: float) -> tuple[int, float]:
    """Return where the longest allowed arc from vertex i ends, and its bulge."""
    best, bulge = i + 1, _allowed(closed, middles, i, i + 1, tolerance)
    if bulge is None:
        bulge = 0.0
    step, low = 2, i + 1
    while low < n:
        high = min(low + step, n)
        found = _allowed(closed, middles, i, high, tolerance)
        if found is None:
            break
        best, bulge, low, step = high, found, high, 2 * step
        if high == n:
            return best, bulge
    high = min(low + step, n)
    while high - low > 1:
        middle = (low + high) // 2
        found = _allowed(closed, middles, i, middle, tolerance)
        if found is None:
            high = middle
        else:
            low = best = middle
            bulge = found
    return best, bulge


def _allowed(closed: Array, middles: Array, i: int, j: int, tolerance: float) -> float | None:
    """Return the bulge of the tightest arc i to j that holds all between, or None beyond tolerance."""
    a, b = closed[i], closed[j]
    chord = b - a
    length = float(np.hypot(*chord))
    if length == 0.0:
        return None
    points = np.vstack([closed[i + 1 : j], middles[i:j]])
    u, v = a - points, b - points
    side = chord[0] * (points[:, 1] - a[1]) - chord[1] * (points[:, 0] - a[0])  # > 0: left of the chord
    area = np.abs(_cross(u, v))
    # Angle seen from a point of the arc is half a turn less half the arc's own angle.
    sum_ = np.hypot(*u.T) * np.hypot(*v.T) + np.sum(u * v, axis=1)
    if np.any(np.sum(u * v, axis=1) > 0) and np.any(area < 1e-12 * length):
        return None  # a point behind an end: no arc of ours passes there
    with np.errstate(divide="ignore", invalid="ignore"):
        tangents = np.where(area > 1e-15 * length * length, sum_ / area, 0.0)
    # cot(angle / 2) at the point is 1 / tan of half the angle seen; the bulge is its tangent form.
    bulges = np.where(side < 0, tangents, -tangents)
    bulge = float(np.max(bulges))
    if abs(bulge) > _LARGEST_BULGE:
        return None
    if abs(bulge) < 1e-9:
        distance = np.abs(side) / length
        return 0.0 if np.all(distance <= tolerance) else None
    k = (1 - bulge * bulge) / (4 * bulge)
    centre = (a + b) / 2 + k * np.array([-chord[1], chord[0]])
    radius = length * (1 + bulge * bulge) / (4 * abs(bulge))
    departure = np.abs(np.hypot(*(points - centre).T) - radius)
    return bulge if np.all(departure <= tolerance) else None
