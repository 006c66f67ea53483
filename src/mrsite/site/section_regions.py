"""Where several magnets together reach a level on a vertical plane through one of them.

One magnet alone is the same on every plane through its axis, and its section is read off its profile. Together they
are not: the sum is traced on the plane, and its band found where it arises (`sum_band`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.maps import Plane, contours
from mrsite.site.project import Project
from mrsite.site.regions import even_odd, union
from mrsite.site.sum_band import sum_edges
from mrsite.site.total_field import total_field


@dataclass(frozen=True, eq=False)
class SectionRegion:
    """Where the sum is at or above a level: shapely MultiPolygons in (along, height above the site datum), m."""

    level: float
    central: Any
    upper: Any


def section_regions(
    project: Project, through: tuple[float, float, float], bearing_deg: float, levels: Sequence[float], reach_m: float
) -> tuple[SectionRegion, ...]:
    """Trace the field of all magnets together on a vertical plane.

    Parameters
    ----------
    through : (x, y, z), m
        The isocentre that the plane goes through, site frame; along is zero there.
    bearing_deg : float
        Direction of growing along, anticlockwise from the site's +x.
    levels : sequence of float, T
    reach_m : float
        Half the width and height of what is looked at about the isocentre.

    Returns
    -------
    tuple of SectionRegion
        One a level; where a field's direction is not known, the worse.
    """
    field = total_field(project)
    angle = math.radians(bearing_deg)
    # The origin lies at the isocentre: far grid coordinates must not cost the tracer its digits.
    plane = Plane(through, (math.cos(angle), math.sin(angle), 0.0), (0.0, 0.0, 1.0))
    window = (-reach_m, -reach_m, reach_m, reach_m)
    magnets = [(s.magnet, s.poses[0]) for s in field.scanners]
    origin, u = np.array(plane.origin), np.array(plane.u)
    found = []
    for level in levels:
        central, upper = [], []
        for source in field.sources:
            (lines,) = contours(source, [level], plane, window)
            rings = [np.column_stack([(p - origin) @ u, p[:, 2]]) for p in lines.paths]
            central.append(even_odd(rings))
            may, _ = sum_edges(source, magnets, level, plane, window, project.position_tolerance_m)
            upper.append(_lifted(may, through[2]))
        whole = union(central)
        found.append(SectionRegion(level, whole, union([*upper, whole])))
    return tuple(found)


def _lifted(shape: Any, height: float) -> Any:
    from shapely.affinity import translate

    return translate(shape, 0.0, height)
