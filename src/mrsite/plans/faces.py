"""Faces of the line work: what the walls, closed at their openings, enclose."""

from __future__ import annotations

from typing import Any

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.noding import noded

# What is narrower than this everywhere is a wall's inside, not a space (m).
THIN_M = 0.66
SMALLEST_M2 = 0.55


def enclosed_faces(segments: Array, grid_m: float = 1e-4) -> list[Any]:
    """Polygonise segments; returns shapely polygons with their holes, m."""
    import shapely

    if not len(segments):
        return []
    pieces = noded(segments, grid_m)
    if pieces is None:
        lines = shapely.unary_union(shapely.linestrings(segments.reshape(-1, 2, 2)), grid_size=grid_m)
        return list(shapely.get_parts(shapely.polygonize([lines])))
    return list(shapely.get_parts(shapely.polygonize(shapely.linestrings(pieces.reshape(-1, 2, 2)))))


def sort_faces(faces: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """Split faces into spaces, small ones (shafts, columns) and thin ones (the inside of walls)."""
    import shapely

    if not faces:
        return [], [], []
    array = np.array(faces, dtype=object)
    area, length = shapely.area(array), shapely.length(array)
    mean = 2 * area / np.maximum(length, 1e-9)
    maybe = (area >= SMALLEST_M2) & (mean > 0.12)
    core = shapely.is_empty(shapely.buffer(array[maybe], -0.5 * THIN_M, join_style="mitre"))
    thin = mean <= 0.12
    thin[np.flatnonzero(maybe)[core]] = True
    small = ~thin & (area < SMALLEST_M2)
    return list(array[~thin & ~small]), list(array[small]), list(array[thin])
