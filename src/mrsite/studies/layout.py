"""One layout: whether the magnet fits where it is put, and what a search weighs."""

from __future__ import annotations

import math
from typing import Any

from mrsite.checks.finding import Outcome
from mrsite.site.project import Project, Scanner, Space
from mrsite.site.surroundings.walkable import covers

#: What a search reports beside the measures of a sweep, with what it means and its unit.
LAYOUT_MEASURES = {
    "outside_m2": "area inside the outer 0.5 mT edge beyond the magnet's own room, all storeys, m2",
    "neighbour_m": "least distance of the isocentre from where public or staff may be, and from equipment, m",
    "pipe_m": "length of the quench pipe, m",
}
_LEVEL = 0.5e-3
#: A side that lies on the wall's face fits: drafting, m.
_NOISE = 1e-3
#: At this distance along the axis from its first place a point of the pipe still stands over the isocentre, m.
_OVER = 0.02


def misfit(project: Project, scanner_id: str, rooms: tuple[str, ...], clearance_m: float) -> str | None:
    """Return why a magnet with its clearance does not fit where it stands, or None where it does.

    A magnet whose size nobody gives is taken as a point: `size_known` says so.
    """
    from shapely import Point, affinity, box

    scanner = _scanner(project, scanner_id)
    storey = project.storey(scanner.storey)
    pose = storey.to_site.pose_back(scanner.poses[0])
    here = Point(pose.position[:2])
    room = own_room(project, scanner)
    if room is None:
        return f"the isocentre lies in no room that was read on {storey.name}"
    if rooms and not {room.number, room.name, room.id} & set(rooms):
        return f"it stands in {room.label}, which is not one of the rooms to search"
    size = covers(scanner.magnet)
    if size is None:
        return None
    half = (0.5 * size[0] + clearance_m - _NOISE, 0.5 * size[1] + clearance_m - _NOISE)
    body = affinity.rotate(box(-half[0], -half[1], half[0], half[1]), pose.bearing_deg, origin=(0, 0))
    outside = affinity.translate(body, here.x, here.y).difference(room.polygon)
    if not outside.is_empty:
        return f"the magnet with {clearance_m:g} m of clearance reaches {outside.area:.2f} m2 out of {room.label}"
    ceiling = room.ceiling if room.ceiling is not None else storey.ceiling
    top = scanner.isocentre_height + 0.5 * size[1]
    if ceiling is not None and top > ceiling:
        return f"the magnet is {top:.2f} m high, the ceiling of {room.label} {ceiling:g} m"
    return None


def size_known(project: Project, scanner_id: str) -> bool:
    """Whether the fit of a magnet could be judged by its size."""
    return covers(_scanner(project, scanner_id).magnet) is not None


def own_room(project: Project, scanner: Scanner) -> Space | None:
    """Return the room that holds a scanner's isocentre."""
    from shapely import Point

    storey = project.storey(scanner.storey)
    here = Point(storey.to_site.back(scanner.poses[0].position[:2]))
    holding = [
        s
        for s in project.spaces
        if s.storey == scanner.storey
        and not s.is_area
        and s.polygon is not None
        and s.status != "withheld"
        and s.polygon.covers(here)
    ]
    return min(holding, key=lambda s: float(s.polygon.area), default=None)


def layout_measures(outcome: Outcome, scanner_id: str) -> dict[str, Any]:
    """Return what a search weighs; None where it was not computed."""
    project = outcome.project
    scanner = _scanner(project, scanner_id)
    room = own_room(project, scanner)
    vent = outcome.evidence.vents.get(scanner_id)
    return {
        "outside_m2": _outside(outcome, room),
        "neighbour_m": _nearest(project, scanner, room),
        "pipe_m": None if vent is None or vent.route is None else round(float(vent.route.length), 6),
    }


def _scanner(project: Project, id_: str) -> Scanner:
    return next(s for s in project.scanners if s.id == id_)


def _outside(outcome: Outcome, room: Space | None) -> float | None:
    total, computed = 0.0, False
    for storey in outcome.project.storeys:
        region = outcome.evidence.region(storey.name, _LEVEL)
        if region is None:
            continue
        computed = True
        beyond = region.upper
        if room is not None and room.storey == storey.name:
            beyond = beyond.difference(room.polygon)
        total += float(beyond.area)
    return round(total, 6) if computed else None


def _nearest(project: Project, scanner: Scanner, room: Space | None) -> float | None:
    """In space: across to the outline, up or down to the heights in question."""
    from shapely import Point

    x, y, z = scanner.poses[0].position
    here = Point(x, y)
    found = []

    def measure(storey_name: str, outline: Any, heights: tuple[float, float]) -> None:
        storey = project.storey(storey_name)
        low, high = (storey.elevation + h for h in heights)
        rise = max(low - z, z - high, 0.0)
        found.append(math.hypot(float(storey.to_site.geometry(outline).distance(here)), rise))

    for space in project.spaces:
        kept_out = space.occupancy in ("restricted", "none", "maintenance")
        if space.polygon is None or space.polygon.is_empty or kept_out or space is room or space.level is not None:
            continue
        measure(space.storey, space.polygon, space.occupied or project.storey(space.storey).occupied)
    for item in project.equipment:
        at_home = room is not None and room.storey == item.storey and room.polygon.covers(item.footprint.centroid)
        if not at_home:
            measure(item.storey, item.footprint, item.heights)
    return round(min(found), 6) if found else None


def with_pipe(data: dict[str, Any], scanner_id: str, before: Any) -> tuple[dict[str, Any], bool]:
    """Return a site's data with the foot of the quench pipe moved to where the isocentre is now.

    Parameters
    ----------
    before : (x, y)
        Where the isocentre was.

    Returns
    -------
    data : dict
        The points of the pipe that stood over the isocentre stand over it again; all others stay.
    moved : bool
        False: a pipe is stated by points and none of them stood there, so it was left as it is.
    """
    scanner = next(s for s in data["scanner"] if s.get("id") == scanner_id)
    now = scanner.get("isocentre")
    pipes = [p for p in data.get("quench_pipe", ()) if p.get("points") and p.get("scanner", scanner_id) == scanner_id]
    if before is None or now is None or not pipes:
        return data, True
    moved = False
    for pipe in pipes:
        for point in pipe["points"]:
            if math.dist(point[:2], before) > _OVER:
                break
            point[:2] = now
            moved = True
    return data, moved
