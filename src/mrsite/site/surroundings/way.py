"""A way through the building as it was found: its stretches, doors and width, and what the field's lines are to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.site.project import Project
from mrsite.site.surroundings.walkable import (
    Passage,
)

Array = NDArray[np.float64]
Point = tuple[float, float]


#: Height at which the field of a walk is told, m: the chest of somebody upright.
WALK_HEIGHT_M = 1.2


@dataclass(frozen=True)
class Needs:
    """What goes, and how.

    ``assumed`` names what was taken for want of a statement.
    """

    kind: str
    width_m: float
    length_m: float
    height_m: float
    speed_m_s: float
    stairs: bool
    lifts: bool
    around_magnets: bool
    assumed: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Leg:
    """One stretch of a way: on a storey, or between two.

    Parameters
    ----------
    points : tuple of (x, y), m
        Plan metres of the storey's own drawing.
    """

    mode: Literal["walk", "stair", "lift"]
    storey: str
    points: tuple[Point, ...]
    length_m: float
    time_s: float
    to_storey: str | None = None


@dataclass(frozen=True, eq=False)
class Way:
    """A way that fits.

    Parameters
    ----------
    spaces : tuple of str
        Ids of the spaces gone through, in order (``"outside"`` where it starts or ends there).
    passages : tuple of Passage
        Doors and openings gone through, in order.
    narrowest : Passage or None
        The least of those whose width is known.
    unknown : tuple of Passage
        Those whose width nobody knows.
    turns_shown : bool or None
        Whether what is long was shown to get round every corner; None: nothing long goes here.
    stuck_at : str or None
        Where it does not.
    """

    needs: Needs
    legs: tuple[Leg, ...]
    spaces: tuple[str, ...]
    passages: tuple[Passage, ...]
    turns_shown: bool | None = None
    stuck_at: str | None = None
    cell_m: float = 0.0

    @property
    def length_m(self) -> float:
        """Length of all stretches."""
        return sum(leg.length_m for leg in self.legs)

    @property
    def time_s(self) -> float:
        """Time at the stated speed, lifts and stairs included."""
        return sum(leg.time_s for leg in self.legs)

    @property
    def narrowest(self) -> Passage | None:
        """The narrowest passage of known width."""
        known = [p for p in self.passages if p.width_m is not None]
        return min(known, key=lambda p: p.width_m or 0.0, default=None)

    @property
    def unknown(self) -> tuple[Passage, ...]:
        """Passages whose width is not known."""
        return tuple(p for p in self.passages if p.width_m is None)


@dataclass(frozen=True)
class NoWay:
    """Why there is none.

    ``known`` False: a room or door on the way may simply not have been read.
    """

    needs: Needs
    why: str
    supply: str
    known: bool
    too_narrow: tuple[Passage, ...] = ()


def walk_points(project: Project, way: Way, height_m: float = WALK_HEIGHT_M) -> list[Array]:
    """Return the walked stretches as points (n, 3) in the site frame, at a height above each floor."""
    stretches = []
    for leg in way.legs:
        if leg.mode == "walk":
            storey = project.storey(leg.storey)
            z = storey.elevation + height_m
            stretches.append(np.array([(*storey.to_site.point(p), z) for p in leg.points], dtype=float))
    return stretches


@dataclass(frozen=True)
class Crossing:
    """Where a way goes into or out of a region."""

    storey: str
    level_T: float
    at: Point
    along_m: float  #: from the start of its stretch
    entering: bool


def crossings(way: Way, regions: Sequence[Any]) -> tuple[Crossing, ...]:
    """Return where a way crosses the outer edges of some regions (site evidence), in order."""
    import shapely

    found = []
    for leg in way.legs:
        if leg.mode != "walk":
            continue
        line = shapely.LineString(leg.points)
        for region in regions:
            if region.storey != leg.storey or region.upper.is_empty:
                continue
            cut = line.intersection(region.upper.boundary)
            for part in shapely.get_parts(cut):
                if part.is_empty:
                    continue
                p = part if part.geom_type == "Point" else part.centroid
                along = float(line.project(p))
                ahead = line.interpolate(min(along + 0.01, line.length))
                found.append(Crossing(leg.storey, region.level, (p.x, p.y), along, bool(region.upper.covers(ahead))))
    return tuple(sorted(found, key=lambda c: c.along_m))


def inside_m(way: Way, regions: Sequence[Any]) -> dict[float, float]:
    """Return, by level in T, how many metres of a way lie inside the outer edge of a region."""
    import shapely

    lengths: dict[float, float] = {}
    for leg in way.legs:
        if leg.mode != "walk":
            continue
        line = shapely.LineString(leg.points)
        for region in regions:
            if region.storey == leg.storey:
                inside = float(line.intersection(region.upper).length)
                lengths[region.level] = lengths.get(region.level, 0.0) + inside
    return lengths
