"""What pictures show beside the evidence: a field map to read from under the cursor, and sections.

A map is sampled for display alone; no verdict rests on it. Sections are not sampled at all: the
field of one magnet is the same all round its axis, so the lines of the cut at the isocentre's
height, turned about the bore, are the lines of every plane through the bore.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.checks.finding import Outcome
from mrsite.outputs.magnet_marks import Standing
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


@dataclass(frozen=True, eq=False)
class SectionLine:
    """A line of one level in a section: a shapely (multi)polygon in (along, height) metres."""

    level: float
    edge: str
    region: Any


@dataclass(frozen=True, eq=False)
class Section:
    """A vertical cut through an isocentre.

    Parameters
    ----------
    name : str
        ``"A-A"`` along the bore, ``"B-B"`` across it.
    standing : Standing
        The magnet, in the frame of its storey.
    bearing_deg : float
        Direction of growing ``along`` in the storey's plan; zero lies at the isocentre.
    isocentre_level : float
        Above the site datum, m.
    lines : tuple of SectionLine
        Heights above the site datum.
    """

    name: str
    standing: Standing
    storey: str
    bearing_deg: float
    isocentre_level: float
    lines: tuple[SectionLine, ...]


def sections(outcome: Outcome, standing: Standing, storey_name: str) -> tuple[Section, ...]:
    """Return sections A-A and B-B of one magnet, that magnet's field alone."""
    from shapely import affinity

    storey = outcome.project.storey(storey_name)
    level = storey.elevation + standing.height
    heights = (standing.height, standing.height)
    cuts = [
        r
        for r in outcome.evidence.regions
        if (r.storey, r.kind, r.quantity, r.heights) == (storey_name, "cut", "B", heights)
    ]
    along: list[SectionLine] = []
    across: list[SectionLine] = []
    for cut in cuts:
        for edge in ("central", "upper"):
            shape = getattr(cut, edge)
            if shape is None or shape.is_empty:
                continue
            moved = affinity.translate(shape, -standing.at[0], -standing.at[1])
            turned = affinity.rotate(moved, -standing.bearing_deg, origin=(0, 0))
            along.append(SectionLine(cut.level, edge, affinity.translate(turned, 0.0, level)))
            ring = _revolved(turned)
            if not ring.is_empty:
                across.append(SectionLine(cut.level, edge, affinity.translate(ring, 0.0, level)))
    return (
        Section("A-A", standing, storey_name, standing.bearing_deg, level, tuple(along)),
        Section("B-B", standing, storey_name, standing.bearing_deg + 90.0, level, tuple(across)),
    )


def _revolved(cut: Any) -> Any:
    """Return the discs and rings that a cut through the axis makes of the plane across the bore."""
    from shapely import LineString, Point, Polygon, get_parts

    reach = max(abs(v) for v in cut.bounds) + 1.0
    whole = Polygon()
    held = cut.intersection(LineString([(0.0, 0.0), (0.0, reach)]))
    for part in get_parts(held):
        if part.geom_type != "LineString":
            continue
        low, high = sorted(abs(y) for _, y in (part.coords[0], part.coords[-1]))
        disc = Point(0, 0).buffer(high, quad_segs=180)
        if low > 1e-6:
            disc = disc.difference(Point(0, 0).buffer(low, quad_segs=180))
        whole = whole.union(disc)
    return whole
