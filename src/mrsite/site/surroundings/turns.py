"""Whether something long gets round the corners: a rectangle moved and turned on the floor.

Every place and direction of the rectangle is tried on a raster: the floor is eroded by the
rectangle in each direction, and two places belong together where one leads to the other by steps
and turns through free places. What is shown is shown to the size of a cell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Point = tuple[float, float]

_CELL = 0.05
_DIRECTIONS = 36
_MOST_CELLS = 400_000


def turning_length(corridor_m: float, opening_m: float, width_m: float) -> float:
    """Return the longest rectangle of a width that goes round a square corner from one corridor into another.

    Notes
    -----
    The least over the angle t of (a - w cos t)/sin t + (b - w sin t)/cos t, for corridors a and b: the
    ladder problem for a thick ladder. For w = 0 it is (a^(2/3) + b^(2/3))^(3/2).
    """
    t = np.linspace(1e-4, 0.5 * math.pi - 1e-4, 20001)
    length = (corridor_m - width_m * np.cos(t)) / np.sin(t) + (opening_m - width_m * np.sin(t)) / np.cos(t)
    return max(0.0, float(length.min()))


@dataclass(frozen=True, eq=False)
class Turning:
    """What a rectangle can reach on a floor.

    Parameters
    ----------
    cell_m : float
        What is shown is shown to this length.
    """

    origin: Point
    cell_m: float
    labels: NDArray[np.int32]  #: (directions, rows, columns): 0 blocked, else the part it belongs to

    def parts_at(self, at: Point, within_m: float) -> frozenset[int]:
        """Return the parts that hold a place, in any direction, or places within some distance of it."""
        columns, rows = (int((at[k] - self.origin[k]) / self.cell_m) for k in (0, 1))
        r = math.ceil(within_m / self.cell_m)
        block = self.labels[:, max(rows - r, 0) : rows + r + 1, max(columns - r, 0) : columns + r + 1]
        return frozenset(int(v) for v in np.unique(block) if v > 0)

    def joined(self, a: Point, b: Point, within_m: float) -> bool:
        """Whether the rectangle goes from (near) one place to (near) another."""
        return bool(self.parts_at(a, within_m) & self.parts_at(b, within_m))


def turning(floor: Any, width_m: float, length_m: float) -> Turning:
    """Return where a rectangle goes on a floor (shapely area, doorways included).

    The cell grows with the floor so that the raster stays within its budget.
    """
    import shapely
    from scipy import ndimage

    x0, y0, x1, y1 = floor.bounds
    cell = max(_CELL, math.sqrt((x1 - x0) * (y1 - y0) / _MOST_CELLS))
    pad = 2
    columns, rows = (math.ceil(d / cell) + 2 * pad for d in (x1 - x0, y1 - y0))
    origin = (x0 - pad * cell, y0 - pad * cell)
    x = origin[0] + (np.arange(columns) + 0.5) * cell
    y = origin[1] + (np.arange(rows) + 0.5) * cell
    grid_x, grid_y = np.meshgrid(x, y)
    shapely.prepare(floor)
    blocked = ~shapely.contains_xy(floor, grid_x.ravel(), grid_y.ravel()).reshape(rows, columns)
    free = np.stack(
        [_eroded(blocked, cell, width_m, length_m, a) for a in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS]
    )
    # a half turn leaves a rectangle as it was: the last direction is next to the first
    labels, count = ndimage.label(free, structure=np.ones((3, 3, 3), dtype=int))
    return Turning(origin, cell, _wrapped(labels.astype(np.int32), count))


def _eroded(blocked: NDArray[np.bool_], cell: float, width: float, length: float, angle: float) -> NDArray[np.bool_]:
    """Return the cells at which a rectangle lies free: no blocked cell has its middle in it."""
    from scipy.signal import fftconvolve

    half_l, half_w = 0.5 * length, 0.5 * width
    reach = math.ceil(0.5 * math.hypot(length, width) / cell)
    k = np.arange(-reach, reach + 1) * cell
    kx, ky = np.meshgrid(k, k)
    along, across = kx * math.cos(angle) + ky * math.sin(angle), -kx * math.sin(angle) + ky * math.cos(angle)
    kernel = (np.abs(along) < half_l) & (np.abs(across) < half_w)
    hits = fftconvolve(blocked.astype(np.float32), kernel.astype(np.float32), mode="same")
    free: NDArray[np.bool_] = (hits < 0.5) & ~blocked
    # beyond the raster nothing is free
    free[:1], free[-1:], free[:, :1], free[:, -1:] = False, False, False, False
    return free


def _wrapped(labels: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Join the parts that touch across the last and the first direction."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    both = (labels[0] > 0) & (labels[-1] > 0)
    pairs = np.unique(np.column_stack([labels[0][both], labels[-1][both]]), axis=0)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count + 1, count + 1))
    _, group = connected_components(graph, directed=False)
    table = group.astype(np.int32) + 1
    table[0] = 0
    out: NDArray[np.int32] = table[labels]
    return out


def furthest_joined(found: Turning, places: Sequence[Point], within_m: float) -> int:
    """Return how many of the places, in order, the rectangle reaches from the first."""
    if not places:
        return 0
    parts = found.parts_at(places[0], within_m)
    reached = 0
    for place in places:
        parts = parts & found.parts_at(place, within_m)
        if not parts:
            break
        reached += 1
    return reached
