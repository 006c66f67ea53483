"""Where to take readings: a walk through the places that matter, in an order that a person can walk.

Four kinds of place: where the band of a line is widest (a reading there narrows it most), the
lines themselves seen from every side, the worst corner of each space that the band touches, and the
doors that lead there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.checks.finding import Outcome
from mrsite.site.evidence import Region
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.spaces import space_at
from mrsite.studies.survey.prediction import predict

Array = NDArray[np.float64]

_LEVELS_T = (0.5e-3, 3e-3)
_BEARINGS = 12
#: A probe on its stand is not held nearer to a wall than this, m.
_OFF_WALL = 0.3
#: Two stops nearer than this tell the same, m.
_APART = 0.6
#: A space further than this outside the outer edge needs no reading of its own, m.
_BESIDE = 0.5
#: Height of the probe above the floor on another storey: where people come nearest to the magnet, m.
_FLOOR_ABOVE, _HEAD_BELOW = 0.1, 2.0


@dataclass(frozen=True)
class Stop:
    """One place to read.

    Parameters
    ----------
    at : (x, y), m
        In the drawing of the storey.
    height : float, m
        Above that storey's floor.
    along, across : float, m
        From the isocentre towards the patient end and to its left, level with the floor.
    predicted, lower, upper : float, T
        |B| of the magnet alone.
    """

    name: str
    storey: str
    at: tuple[float, float]
    height: float
    space: str
    why: str
    along: float
    across: float
    predicted: float
    lower: float
    upper: float


def widest(region: Region, most: int) -> list[tuple[float, float]]:
    """Return points of a region's centre line where its band is widest, well apart, widest first; plan metres."""
    import shapely

    if region.central.is_empty or region.upper.is_empty:
        return []
    places = shapely.get_coordinates(shapely.segmentize(region.central.boundary, 0.25))
    marks = shapely.points(places)
    width = shapely.distance(marks, region.upper.boundary)
    if not region.lower.is_empty:
        width = width + shapely.distance(marks, region.lower.boundary)
    chosen: list[tuple[float, float]] = []
    for k in np.argsort(-width, kind="stable"):
        here = (float(places[k, 0]), float(places[k, 1]))
        if all(math.dist(here, other) > 1.0 for other in chosen):
            chosen.append(here)
        if len(chosen) == most:
            break
    return chosen


def walk(outcome: Outcome, scanner: Scanner, most: int = 40) -> tuple[Stop, ...]:
    """Choose where to read.

    Parameters
    ----------
    most : int
        No more stops than this; the first kinds of place come first.

    Returns
    -------
    tuple of Stop
        Storey by storey, the scanner's own first, each in one turn about the isocentre.
    """
    project = outcome.project
    chosen: list[tuple[Storey, tuple[float, float], str]] = []
    for storey, here, why in _candidates(outcome, scanner):
        if len(chosen) >= most:
            break
        if all(storey is not other or math.dist(here, there) >= _APART for other, there, _ in chosen):
            chosen.append((storey, here, why))
    return tuple(_stops(project, scanner, chosen))


def _candidates(outcome: Outcome, scanner: Scanner) -> Iterator[tuple[Storey, tuple[float, float], str]]:
    project = outcome.project
    own = project.storey(scanner.storey)
    storeys = [own, *(s for s in project.storeys if s is not own)]
    regions = [
        (storey, region)
        for storey in storeys
        for level in _LEVELS_T
        if (region := outcome.evidence.region(storey.name, level)) is not None and not region.upper.is_empty
    ]
    floor = {storey.name: _walkable(project, storey) for storey in storeys}

    def stands(storey: Storey, here: tuple[float, float]) -> bool:
        import shapely

        return bool(floor[storey.name].covers(shapely.Point(here)))

    for storey, region in regions:
        for here in widest(region, 6):
            if stands(storey, here):
                yield storey, here, f"the band of the {region.level_mT:g} mT line is widest here"
    for storey, region in regions:
        if region.level == _LEVELS_T[0]:
            for here, name in _worst_of_spaces(project, scanner, storey, region):
                yield storey, here, f"nearest to the magnet in {name}"
            for door in project.doors:
                if door.storey == storey.name and door.at is not None and _near(region.upper, door.at):
                    yield storey, door.at, f"door {door.label}"
    for storey, region in regions:
        for here in _round(region.central, storey, scanner):
            if stands(storey, here):
                yield storey, here, f"on the {region.level_mT:g} mT line"


def _near(shape: Any, here: tuple[float, float]) -> bool:
    import shapely

    return bool(shape.distance(shapely.Point(here)) <= _BESIDE)


def _walkable(project: Project, storey: Storey) -> Any:
    """Where a person with a probe can stand; everywhere, on a storey of which no space is known."""
    import shapely

    known = [s for s in project.spaces if s.storey == storey.name and s.polygon is not None]
    open_ = [s.polygon.buffer(-_OFF_WALL) for s in known if s.occupancy != "none"]
    return shapely.union_all(open_) if known else shapely.box(*([-1e9] * 2), *([1e9] * 2))


def _worst_of_spaces(
    project: Project, scanner: Scanner, storey: Storey, region: Region
) -> Iterator[tuple[tuple[float, float], str]]:
    """Point of each space nearest to the isocentre, off its walls, where the outer edge is near."""
    import shapely
    from shapely.ops import nearest_points

    isocentre = shapely.Point(storey.to_site.back(scanner.poses[0].position[:2]))
    for space in project.spaces:
        if space.storey != storey.name or space.polygon is None or space.occupancy == "none":
            continue
        inside = space.polygon.buffer(-_OFF_WALL)
        if inside.is_empty or inside.covers(isocentre) or region.upper.distance(space.polygon) > _BESIDE:
            continue
        place = nearest_points(inside, isocentre)[0]
        yield (float(place.x), float(place.y)), space.label


def _round(shape: Any, storey: Storey, scanner: Scanner) -> Iterator[tuple[float, float]]:
    """Points of an outline seen from the isocentre, at even bearings."""
    import shapely

    centre = storey.to_site.back(scanner.poses[0].position[:2])
    for k in range(_BEARINGS):
        angle = 2 * math.pi * k / _BEARINGS
        far = (centre[0] + 1e3 * math.cos(angle), centre[1] + 1e3 * math.sin(angle))
        met = shapely.get_coordinates(shapely.LineString([centre, far]).intersection(shape.boundary))
        if len(met):
            out = met[np.argmax(np.hypot(*(met - centre).T))]
            yield float(out[0]), float(out[1])


def _stops(project: Project, scanner: Scanner, chosen: list[tuple[Storey, tuple[float, float], str]]) -> Iterator[Stop]:
    pose = scanner.poses[0]
    own = project.storey(scanner.storey)
    rows = []
    for storey, here, why in chosen:
        x, y = here if storey.to_site.identity else storey.to_site.point(here)
        if storey is own:
            height = scanner.isocentre_height
        else:
            height = _FLOOR_ABOVE if storey.elevation > own.elevation else _HEAD_BELOW
        off = (x - pose.position[0], y - pose.position[1])
        turn = math.radians(pose.bearing_deg)
        along = off[0] * math.cos(turn) + off[1] * math.sin(turn)
        across = -off[0] * math.sin(turn) + off[1] * math.cos(turn)
        rows.append(
            (storey is not own, storey.name, math.atan2(across, along), storey, here, why, height, along, across, x, y)
        )
    rows.sort(key=lambda row: row[:3])
    if not rows:
        return
    points = np.array([(row[9], row[10], row[3].elevation + row[6]) for row in rows])
    said = predict(project, scanner, points, np.zeros(3))
    for k, (_, name, _, storey, here, why, height, along, across, _, _) in enumerate(rows):
        space = space_at(project.spaces, storey.name, here, within=0.05)
        yield Stop(
            f"P{k + 1:02d}", name, here, height, "" if space is None else space.label, why, along, across,
            float(said.value[k]), float(said.lower[k]), float(said.upper[k]),
        )  # fmt: skip
