"""What pages show beside the evidence: a field map to read from under the cursor.

A map is sampled for display alone; no verdict rests on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.checks.finding import Outcome
from mrsite.outputs.mark import Box

#: Points of one map at most: 60 000 values are 160 kB of a page.
_MOST_POINTS = 60_000
_FINEST_M = 0.1
#: Points asked for at once: below this the field engine stays on one thread, which starts at once.
_BLOCK = 2000


@dataclass(frozen=True, eq=False)
class FieldMap:
    """|B| on a horizontal plane of a storey.

    Parameters
    ----------
    x0, y0, spacing : m
        Plan coordinates of the first value.
    height : float, m
        Above the storey's floor.
    values : (ny, nx) float64, T
        Rows of growing y; NaN on a winding.
    """

    storey: str
    height: float
    x0: float
    y0: float
    spacing: float
    values: npt.NDArray[np.float64]


def field_maps(outcome: Outcome, extents: Mapping[str, Box]) -> dict[str, FieldMap]:
    """Sample |B| (the worse where directions are unknown) over each storey's picture.

    The plane lies at the isocentre's height on a scanner's own storey; on others at whichever end
    of the occupied heights is nearer to a magnet. Empty where no magnet is modelled.
    """
    from mrsite.site.total_field import total_field

    field = total_field(outcome.project)
    if not field.scanners:
        return {}
    maps = {}
    for storey in outcome.project.storeys:
        if storey.name not in extents:
            continue
        height = _height(storey, field.scanners)
        x0, y0, x1, y1 = extents[storey.name]
        spacing = max(_FINEST_M, math.sqrt((x1 - x0) * (y1 - y0) / _MOST_POINTS))
        nx, ny = int((x1 - x0) / spacing) + 2, int((y1 - y0) / spacing) + 2
        xs, ys = x0 + spacing * np.arange(nx), y0 + spacing * np.arange(ny)
        grid_x, grid_y = np.meshgrid(xs, ys)
        here = np.column_stack([grid_x.ravel(), grid_y.ravel()])
        points = np.empty((len(here), 3))
        points[:, :2] = _to_site(storey.to_site, here)
        points[:, 2] = storey.elevation + height
        blocks = [field.worst_magnitude(points[k : k + _BLOCK]) for k in range(0, len(points), _BLOCK)]
        values = np.concatenate(blocks).reshape(ny, nx)
        maps[storey.name] = FieldMap(storey.name, height, x0, y0, spacing, values)
    return maps


def _height(storey: Any, scanners: Any) -> float:
    own = [s.isocentre_height for s in scanners if s.storey == storey.name]
    if own:
        return float(own[0])
    low, high = storey.occupied
    levels = [pose.position[2] - storey.elevation for s in scanners for pose in s.poses]
    nearest = min(levels, key=lambda z: min(abs(z - low), abs(z - high)))
    return float(min(max(nearest, low), high))


def _to_site(to_site: Any, here: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if to_site.identity:
        return here
    c, s = math.cos(to_site.angle_rad), math.sin(to_site.angle_rad)
    d = here - np.array(to_site.pivot_here)
    turned = np.column_stack([c * d[:, 0] - s * d[:, 1], s * d[:, 0] + c * d[:, 1]])
    return np.asarray(turned + np.array(to_site.pivot_site))
