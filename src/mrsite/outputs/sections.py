"""Vertical cuts through a magnet: along its bore (A-A) and across it (B-B).

The field of one magnet is the same all round its axis, so the lines of the cut at the isocentre's height, turned about
the bore, are the lines of every plane through the bore: nothing is computed again. Where several magnets stand the
sum is traced on each plane (`mrsite.site.section_regions`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.checks.finding import Outcome
from mrsite.outputs.magnet_marks import Standing
from mrsite.site.section_regions import section_regions

#: Farthest from the isocentre that a section of several magnets is looked at, m.
_FARTHEST_M = 30.0


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
    together : tuple of str
        Ids of the magnets whose field is shown, this one's first.
    """

    name: str
    standing: Standing
    storey: str
    bearing_deg: float
    isocentre_level: float
    lines: tuple[SectionLine, ...]
    together: tuple[str, ...]

    @property
    def field_of(self) -> str:
        """Whose field the lines are, in words."""
        if len(self.together) == 1:
            return f"field of {self.together[0]}"
        return f"field of {' and '.join(self.together)} together"


def sections(outcome: Outcome, standing: Standing, storey_name: str) -> tuple[Section, ...]:
    """Return sections A-A and B-B of one magnet; without lines where none was computed at its height."""
    storey = outcome.project.storey(storey_name)
    level = storey.elevation + standing.height
    heights = (standing.height, standing.height)
    cuts = [
        r
        for r in outcome.evidence.regions
        if (r.storey, r.kind, r.quantity, r.heights) == (storey_name, "cut", "B", heights)
    ]
    there = [s.id for s in outcome.project.scanners if s.status != "removed" and s.magnet.modelled and s.poses]
    together = (standing.id, *(i for i in there if i != standing.id))
    made = []
    for name, turn in (("A-A", 0.0), ("B-B", 90.0)):
        bearing = standing.bearing_deg + turn
        if len(together) > 1:
            lines = _of_all(outcome, standing, storey, bearing, cuts)
        else:
            lines = _of_one(standing, level, cuts, across=turn != 0.0)
        made.append(Section(name, standing, storey_name, bearing, level, lines, together))
    return tuple(made)


def _of_all(
    outcome: Outcome, standing: Standing, storey: Any, bearing: float, cuts: Sequence[Any]
) -> tuple[SectionLine, ...]:
    x, y = storey.to_site.point(standing.at)
    reach = min(_FARTHEST_M, max((_reach(c.upper, standing.at) for c in cuts), default=4.0) + 1.0)
    found = section_regions(
        outcome.project,
        (x, y, storey.elevation + standing.height),
        bearing + math.degrees(storey.to_site.angle_rad),
        sorted({c.level for c in cuts}),
        reach,
    )
    shown = [SectionLine(r.level, edge, getattr(r, edge)) for r in found for edge in ("central", "upper")]
    return tuple(line for line in shown if not line.region.is_empty)


def _reach(region: Any, at: tuple[float, float]) -> float:
    """Return how far the part of a region that holds a point goes from it, m."""
    from shapely import Point, get_coordinates, get_parts

    here = [part for part in get_parts(region) if part.covers(Point(at))]
    return max((math.dist(at, xy) for part in here for xy in get_coordinates(part)), default=0.0)


def _of_one(standing: Standing, level: float, cuts: Sequence[Any], *, across: bool) -> tuple[SectionLine, ...]:
    from shapely import affinity

    lines = []
    for cut in cuts:
        for edge in ("central", "upper"):
            shape = getattr(cut, edge)
            if shape is None or shape.is_empty:
                continue
            moved = affinity.translate(shape, -standing.at[0], -standing.at[1])
            turned = affinity.rotate(moved, -standing.bearing_deg, origin=(0, 0))
            shown = _revolved(turned) if across else turned
            if not shown.is_empty:
                lines.append(SectionLine(cut.level, edge, affinity.translate(shown, 0.0, level)))
    return tuple(lines)


def _revolved(cut: Any) -> Any:
    """Return the discs and rings that a cut through the axis makes of the plane across the bore."""
    from shapely import LineString, Point, Polygon, get_parts

    reach = max(abs(v) for v in cut.bounds) + 1.0
    whole = Polygon()
    held = cut.intersection(LineString([(0.0, 0.0), (0.0, reach)]))
    for part in get_parts(held):
        if part.geom_type != "LineString" or part.is_empty:  # a level may be reached beside the mid-plane alone
            continue
        low, high = sorted(abs(y) for _, y in (part.coords[0], part.coords[-1]))
        disc = Point(0, 0).buffer(high, quad_segs=180)
        if low > 1e-6:
            disc = disc.difference(Point(0, 0).buffer(low, quad_segs=180))
        whole = whole.union(disc)
    return whole
