"""How uncertain the line of several magnets together is.

Where two fields partly cancel a small error of either moves their common line a long way, so the
band of the sum is not the band of either laid about it. It is found where it arises: the sum may
be larger or smaller by what each magnet alone may be, added up, and the line is drawn where the
sum so raised or lowered meets the level.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.pose import Pose
from mrsite.fields import FieldSource, magnitude
from mrsite.magnets import banded_values
from mrsite.magnets.model import MagnetModel
from mrsite.maps import Plane

Array = NDArray[np.float64]
Window = tuple[float, float, float, float]

#: Where a magnet's uncertainty is tabulated: distances (spaced evenly in their logarithm) and angles.
_NEAREST_M, _FARTHEST_M, _DISTANCES, _ANGLES = 0.8, 30.0, 56, 55
#: Between the places of the table the uncertainty may be higher than interpolated by this (tried at random places).
_BETWEEN = 1.06
_CELL_M = 0.1
_MOST_CELLS = 220
#: Set off outwards for the straight lines between grid points, m: at 0.1 m a power law bends less than this.
_OFF_M = 0.01


@dataclass(frozen=True, eq=False)
class _Key:
    """A magnet by its file, with what its band depends on."""

    magnet: MagnetModel
    extra_m: float

    def __hash__(self) -> int:
        return hash((self.magnet.id, self.magnet.sha256, self.extra_m))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Key)
            and self.extra_m == other.extra_m
            and self.magnet.id == other.magnet.id
            and self.magnet.sha256 == other.magnet.sha256
            and (bool(self.magnet.sha256) or self.magnet is other.magnet)
        )


@lru_cache(maxsize=16)
def _table(key: _Key) -> tuple[Any, Any]:
    """Return interpolators of the logarithm of how far |B| may be above and below its value, T.

    Over (log distance, angle from the axis) in the magnet's own frame.
    """
    from scipy.interpolate import RegularGridInterpolator

    logs = np.linspace(np.log(_NEAREST_M), np.log(_FARTHEST_M), _DISTANCES)
    angles = np.linspace(0.0, np.pi, _ANGLES)
    r, theta = np.meshgrid(np.exp(logs), angles, indexing="ij")
    points = np.column_stack([(r * np.sin(theta)).ravel(), np.zeros(r.size), (r * np.cos(theta)).ravel()])
    magnet = key.magnet
    value, lower, upper = banded_values(magnet, points, site_spread=magnet.site_spread, extra_m=key.extra_m)
    made = []
    for gap in (upper - value, value - lower):
        safe = np.maximum(np.nan_to_num(gap, nan=np.nanmax(gap)), 1e-15).reshape(r.shape)
        made.append(RegularGridInterpolator((logs, angles), np.log(safe), bounds_error=False, fill_value=None))
    return made[0], made[1]


def uncertainty(magnet: MagnetModel, extra_m: float, local: Array) -> tuple[Array, Array]:
    """Return how far |B| may be above and below its value, T (n,), at points (n, 3) of the magnet's frame."""
    above, below = _table(_Key(magnet, extra_m))
    r = np.sqrt((local**2).sum(axis=1))
    logs = np.log(np.clip(r, _NEAREST_M, _FARTHEST_M))
    theta = np.arccos(np.clip(local[:, 2] / np.maximum(r, 1e-12), -1.0, 1.0))
    where = np.column_stack([logs, theta])
    return _BETWEEN * np.exp(above(where)), _BETWEEN * np.exp(below(where))


def sum_edges(
    source: FieldSource,
    magnets: Sequence[tuple[MagnetModel, Pose]],
    level_T: float,
    plane: Plane,
    window: Window,
    extra_m: float,
) -> tuple[Any, Any]:
    """Return the parts of a plane where a sum of magnets may, and must, reach a level.

    Parameters
    ----------
    source : field source
        The sum, site frame.
    magnets : sequence of (MagnetModel, Pose)
        Its parts.
    plane : Plane
        In the site frame.
    window : (u0, v0, u1, v1), m
        In the plane's own coordinates.
    extra_m : float
        Position tolerance of each.

    Returns
    -------
    (outer, inner) : shapely MultiPolygons
        In the plane's own coordinates; set off outwards and inwards by what the grid may miss.
    """
    import contourpy

    u0, v0, u1, v1 = window
    counts = [int(np.clip((b - a) / _CELL_M, 40, _MOST_CELLS)) + 1 for a, b in ((u0, u1), (v0, v1))]
    u, v = np.linspace(u0, u1, counts[0]), np.linspace(v0, v1, counts[1])
    grid_u, grid_v = np.meshgrid(u, v)
    points = plane.at(np.column_stack([grid_u.ravel(), grid_v.ravel()]))
    total = np.nan_to_num(magnitude(source.flux_density(points)), nan=np.inf)
    above, below = np.zeros(len(points)), np.zeros(len(points))
    for magnet, pose in magnets:
        over, under = uncertainty(magnet, extra_m, pose.to_magnet(points))
        above += over
        below += under
    off = max(_OFF_M, 0.1 * float(max(u[1] - u[0], v[1] - v[0])))
    edges = []
    for values, sign in ((total + above, 1.0), (total - below, -1.0)):
        logs = np.log(np.clip(values, 1e-12, 1e3)).reshape(grid_u.shape)
        generator = contourpy.contour_generator(u, v, logs, fill_type=contourpy.FillType.OuterOffset)
        edges.append(_polygons(generator.filled(np.log(level_T), 1e9)).buffer(sign * off))
    return edges[0], edges[1]


def _polygons(filled: Any) -> Any:
    """Return contourpy's filled areas as one shapely geometry."""
    import shapely
    from shapely import Polygon, union_all

    shapes = []
    for points, offsets in zip(*filled):
        rings = [points[a:b] for a, b in itertools.pairwise(offsets)]
        if len(rings[0]) >= 4:
            shapes.append(shapely.make_valid(Polygon(rings[0], [r for r in rings[1:] if len(r) >= 4])))
    return union_all(shapes)
