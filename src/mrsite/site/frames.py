"""From one storey's drawing to the site and back.

The site frame is the first drawing's plan frame. Other drawings are put on it by two tie points
or shown to coincide; what is drawn for a storey goes back into that storey's own frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.pose import Pose
from mrsite.plans.plan import Plan
from mrsite.plans.storeys import lay_on

Point = tuple[float, float]

#: Two ties may disagree in length by this share before the drawings are said not to fit:
#: more than any plot or survey error, less than any wrong unit.
_STRETCH = 2e-3


@dataclass(frozen=True, slots=True)
class Similarity:
    """A turn about ``pivot_here`` that lands it on ``pivot_site``; lengths do not change.

    Two pivots instead of one shift: at national-grid coordinates a shift computed about a far
    origin would lose the millimetres.
    """

    angle_rad: float = 0.0
    pivot_here: Point = (0.0, 0.0)
    pivot_site: Point = (0.0, 0.0)

    @property
    def identity(self) -> bool:
        """Whether both frames are one."""
        return self.angle_rad == 0.0 and self.pivot_here == self.pivot_site

    def point(self, here: Point) -> Point:
        """(x, y) of the drawing to (x, y) of the site, m."""
        return _turn(here, self.pivot_here, self.pivot_site, self.angle_rad)

    def back(self, site: Point) -> Point:
        """(x, y) of the site to (x, y) of the drawing, m."""
        return _turn(site, self.pivot_site, self.pivot_here, -self.angle_rad)

    def pose_back(self, pose: Pose) -> Pose:
        """A pose of the site frame as seen in the drawing."""
        if self.identity:
            return pose
        x, y = self.back(pose.position[:2])
        return Pose((x, y, pose.position[2]), pose.bearing_deg - math.degrees(self.angle_rad))

    def pose(self, pose: Pose) -> Pose:
        """A pose of the drawing in the site frame."""
        if self.identity:
            return pose
        x, y = self.point(pose.position[:2])
        return Pose((x, y, pose.position[2]), pose.bearing_deg + math.degrees(self.angle_rad))

    def then(self, outer: Similarity) -> Similarity:
        """Return the map that does this first and then the outer one."""
        if outer.identity:
            return self
        return Similarity(self.angle_rad + outer.angle_rad, self.pivot_here, outer.point(self.pivot_site))

    def geometry(self, here: Any) -> Any:
        """A shapely geometry of the drawing in the site frame."""
        return here if self.identity or here is None else _move(here, self.point)

    def geometry_back(self, site: Any) -> Any:
        """A shapely geometry of the site frame in the drawing's."""
        return site if self.identity or site is None else _move(site, self.back)


#: Of a drawing that shares the site's coordinates.
SAME_FRAME = Similarity()


def _turn(p: Point, about: Point, onto: Point, angle: float) -> Point:
    c, s = math.cos(angle), math.sin(angle)
    dx, dy = p[0] - about[0], p[1] - about[1]
    return onto[0] + c * dx - s * dy, onto[1] + s * dx + c * dy


def _move(geometry: Any, step: Any) -> Any:
    import numpy as np
    import shapely

    return shapely.transform(geometry, lambda xy: np.array([step((x, y)) for x, y in xy]).reshape(-1, 2))


def from_tie(here: tuple[Point, Point], site: tuple[Point, Point], where: str) -> Similarity:
    """Return the similarity that two tie points define.

    Raises
    ------
    InputError
        The points coincide, or their distances differ: another unit or the wrong points.
    """
    length_here, length_site = math.dist(*here), math.dist(*site)
    if min(length_here, length_site) < 0.5:
        raise InputError(f"{where}: the two tie points are less than 0.5 m apart; choose two far apart")
    if abs(length_here / length_site - 1) > _STRETCH:
        raise InputError(
            f"{where}: the tie points lie {length_here:.3f} m apart on this drawing and {length_site:.3f} m apart on "
            "the site: check the points and the drawing's units"
        )
    angle = math.atan2(site[1][1] - site[0][1], site[1][0] - site[0][0]) - math.atan2(
        here[1][1] - here[0][1], here[1][0] - here[0][0]
    )
    angle = math.remainder(angle, 2 * math.pi)
    middle_here = ((here[0][0] + here[1][0]) / 2, (here[0][1] + here[1][1]) / 2)
    middle_site = ((site[0][0] + site[1][0]) / 2, (site[0][1] + site[1][1]) / 2)
    if abs(angle) < 1e-12 and math.dist(middle_here, middle_site) < 1e-9:
        return Similarity()
    return Similarity(angle, middle_here, middle_site)


def laid_on(here: Plan, reference: Plan) -> tuple[Similarity, str] | None:
    """Return how a drawing lies on another by grid lines, stairs and lifts, and what shows it; else None."""
    laid = lay_on(reference, here)
    return None if laid is None else (Similarity(laid.angle_rad, laid.here, laid.there), laid.how)


def from_georeference(here: Plan, reference: Plan) -> Similarity | None:
    """Return how a drawing lies on another by what both say of one projected system; None where they do not.

    Both must name the same system and hold it to one scale: a drawing that was scaled to the ground would not fit
    one that was not.
    """
    a, b = here.georeference, reference.georeference
    if a is None or b is None or a.origin is None or b.origin is None or not a.crs or a.crs != b.crs:
        return None
    if abs(a.scale / b.scale - 1) > 1e-5:
        return None
    x0, y0, x1, y1 = here.extent
    pivot = ((x0 + x1) / 2, (y0 + y1) / 2)
    turn_a, turn_b = math.radians(a.rotation_deg), math.radians(b.rotation_deg)
    # The two origins are subtracted before anything is turned: map coordinates are millions of metres.
    arm = _turn(pivot, (0.0, 0.0), (0.0, 0.0), turn_a)
    off = ((a.origin[0] - b.origin[0]) / a.scale + arm[0], (a.origin[1] - b.origin[1]) / a.scale + arm[1])
    onto = _turn(off, (0.0, 0.0), (0.0, 0.0), -turn_b)
    return Similarity(math.remainder(turn_a - turn_b, 2 * math.pi), pivot, onto)


def north_of(plan: Plan, to_site: Similarity) -> float | None:
    """Return true north in the site frame as a drawing's georeference says, degrees anticlockwise from site +x."""
    if plan.georeference is None or plan.georeference.north_deg is None:
        return None
    return (plan.georeference.north_deg + math.degrees(to_site.angle_rad)) % 360.0
