"""What the quench pipe passes and what its outlet stands by: rooms crossed, openings and walkways near."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mrsite.site.project import Project, Space, Storey
from mrsite.venting.outlet import Neighbour
from mrsite.venting.route import Piece, Route

Point3 = tuple[float, float, float]

_OUTDOOR = ("pavement", "road", "car-park", "roof", "garden", "bay")
#: Uses of rooms that a quench pipe may pass: nobody stays in them.
SERVICE = ("plant", "riser", "shaft", "void", "store", "technical", "scan")
#: Heights of a window or door whose sill and head nobody gives, m above the floor.
_WINDOW = (0.0, 2.5)
_DOOR = (0.0, 2.1)
_PEOPLE = 2.1
#: Height of a topmost storey where nobody states one, m
_USUAL_HEIGHT = 4.0
#: Floors nearer than this are parts of one level, m.
_LEVEL = 0.5
#: A pipe may run so far outside the walls of its own building, m.
_OUTSIDE = 2.0
#: Around the box of a pipe for what rounding does, m: no room beyond is looked at.
_NEAR = 1e-3
#: Outlets are compared with what lies within this distance, m: the farthest plume computed reaches less.
REACH = 80.0


@dataclass(frozen=True)
class Crossing:
    """A room that the pipe passes through."""

    space: Space
    storey: str
    length: float  #: m inside it
    bare: float  #: m of that without insulation
    line: Any  #: shapely geometry in the storey's drawing, metres
    nearest_floor: float  #: m, lowest height of the pipe above the floor there

    @property
    def service(self) -> bool:
        """Whether it is a room in which nobody stays."""
        words = f"{self.space.use or ''} {self.space.name or ''}".casefold()
        return self.space.occupancy in ("maintenance", "none") or any(word in words for word in SERVICE)


def crossings(project: Project, route: Route, own: str | None) -> tuple[Crossing, ...]:
    """Return the rooms that a route crosses, the scanner's own room (id ``own``) left out."""
    from shapely import box

    found = []
    for storey, top in _levels(project):
        legs = [leg for p in route.pieces if p.kind == "pipe" for leg in _leg_in(p, route, storey, top)]
        if not legs:
            continue
        xs, ys = zip(*(end for a, b, *_ in legs for end in (a, b)))
        around = box(min(xs) - _NEAR, min(ys) - _NEAR, max(xs) + _NEAR, max(ys) + _NEAR)
        for space in project.spaces:
            if space.storey != storey.name or space.id == own or space.is_area or space.polygon is None:
                continue
            crossing = _crossed(space, storey, legs) if around.intersects(space.polygon) else None
            if crossing is not None:
                found.append(crossing)
    return tuple(found)


def floors_crossed(project: Project, route: Route) -> tuple[str, ...]:
    """Return the storeys whose floor the pipe passes: each a slab, and perhaps a fire compartment, to seal."""
    if route.points is None:
        return ()
    low, high = float(route.points[:, 2].min()), float(route.points[:, 2].max())
    passed = [s for s, _ in _levels(project) if low < s.elevation < high]
    places = [(float(x), float(y)) for x, y, _ in route.points]
    return tuple(s.name for s in passed if any(_stands_at(project, s, at) for at in places))


def storey_at(project: Project, point: Point3) -> tuple[str, tuple[float, float]]:
    """Return the storey on whose drawing a point is shown, and its place there: that of its level, or the nearest."""
    levels = [s for s, _ in _levels(project)]
    levels = [s for s in levels if _stands_at(project, s, point[:2])] or levels
    storey = levels[0]
    for candidate in levels:
        if candidate.elevation <= point[2] + 1e-6:
            storey = candidate
    return storey.name, storey.to_site.back((point[0], point[1]))


def _stands_at(project: Project, storey: Storey, at: tuple[float, float]) -> bool:
    """Whether a storey is of the building at a place; where there is one building alone it always is."""
    if len(project.buildings()) == 1 or storey.plan is None:
        return True
    (x, y), (x0, y0, x1, y1) = storey.to_site.back(at), storey.plan.extent
    return x0 - _OUTSIDE <= x <= x1 + _OUTSIDE and y0 - _OUTSIDE <= y <= y1 + _OUTSIDE


def bare_indoors(crossed: tuple[Crossing, ...]) -> float:
    """Length of uninsulated pipe inside rooms, m."""
    return sum(c.bare for c in crossed)


def _levels(project: Project) -> list[tuple[Storey, float]]:
    result = []
    for storey in sorted(project.storeys, key=lambda s: s.elevation):
        own = [s.elevation for s in project.storeys if s.building == storey.building]
        above = min((level for level in own if level > storey.elevation + _LEVEL), default=math.inf)
        # the topmost storey needs a roof: its height, or its ceiling, or a usual one
        tall = storey.height or (above - storey.elevation if math.isfinite(above) else storey.ceiling or _USUAL_HEIGHT)
        result.append((storey, min(above, storey.elevation + tall)))
    return result


_Leg = tuple[tuple[float, float], tuple[float, float], float, float, bool]


def _leg_in(piece: Piece, route: Route, storey: Storey, top: float) -> list[_Leg]:
    """The part of a straight length between a floor and the next: plan ends, length, lowest height, bare."""
    a = piece.at if piece.at is not None else route.point_at(piece.start)
    b = route.point_at(piece.start + piece.length)
    low, high = 0.0, 1.0
    if abs(b[2] - a[2]) > 1e-9:
        s0, s1 = sorted(((storey.elevation - a[2]) / (b[2] - a[2]), (top - a[2]) / (b[2] - a[2])))
        low, high = max(0.0, s0), min(1.0, s1)
    elif not storey.elevation <= a[2] < top:
        return []
    if high - low <= 1e-9:
        return []
    start, end = (tuple(a[i] + s * (b[i] - a[i]) for i in range(3)) for s in (low, high))
    return [
        (
            storey.to_site.back((start[0], start[1])),
            storey.to_site.back((end[0], end[1])),
            (high - low) * piece.length,
            min(start[2], end[2]) - storey.elevation,
            piece.insulation is None,
        )
    ]


def _crossed(space: Space, storey: Storey, legs: list[_Leg]) -> Crossing | None:
    import shapely

    length = bare = 0.0
    lowest = math.inf
    parts = []
    for a, b, long, height, is_bare in legs:
        flat = math.dist(a, b)
        if flat < 1e-6:
            inside = long if space.polygon.contains(shapely.Point(a)) else 0.0
            shape: Any = shapely.Point(a).buffer(0.1)
        else:
            shape = shapely.LineString([a, b]).intersection(space.polygon)
            inside = long * shape.length / flat
        if inside <= 0.02:
            continue
        length += inside
        bare += inside if is_bare else 0.0
        lowest = min(lowest, height)
        parts.append(shape)
    if not parts:
        return None
    return Crossing(space, storey.name, length, bare, shapely.union_all(parts), lowest)


def neighbours(project: Project, outlet: Point3) -> tuple[Neighbour, ...]:
    """Return windows, doors, intakes, walkways, roofs and the boundary near an outlet, each at its nearest point.

    Site frame, heights from the datum. Windows without sill and head are taken from floor to 2.5 m.
    """
    found: list[Neighbour] = []
    for number, opening in enumerate(project.openings, 1):
        found.append(Neighbour(opening.name or f"{opening.kind} {number}", opening.kind, opening.at))
    for number, window in enumerate(project.windows, 1):
        if window.kind != "external":
            continue
        storey = project.storey(window.storey)
        low = storey.elevation + (window.sill if window.sill is not None else _WINDOW[0])
        high = storey.elevation + (window.head if window.head is not None else _WINDOW[1])
        ends = [storey.to_site.point(e) for e in window.ends]
        at = _nearest_on(ends, outlet, low, high)
        found.append(Neighbour(f"window {number} of {window.storey}", "window", at))
    for door in project.doors:
        if door.at is None or door.spaces is None or "outside" not in door.spaces:
            continue
        storey = project.storey(door.storey)
        ends = [storey.to_site.point(e) for e in (door.jambs or (door.at, door.at))]
        at = _nearest_on(ends, outlet, storey.elevation + _DOOR[0], storey.elevation + _DOOR[1])
        found.append(Neighbour(f"door {door.label}", "door", at))
    found += _areas(project, outlet)
    if project.boundary is not None:
        found.append(Neighbour("property line", "neighbour", _on_edge(project.boundary.boundary, outlet)))
    return tuple(n for n in found if math.dist(n.at, outlet) <= REACH)


def _areas(project: Project, outlet: Point3) -> list[Neighbour]:
    import shapely
    import shapely.ops

    found = []
    for space in project.spaces:
        if not space.is_area or space.polygon is None or space.occupancy == "none":
            continue
        use = (space.use or "").casefold()
        if use not in _OUTDOOR and space.use is not None:
            continue
        storey = project.storey(space.storey) if space.level is None else None
        level = space.level if space.level is not None else storey.elevation if storey is not None else 0.0
        polygon = space.polygon if storey is None else storey.to_site.geometry(space.polygon)
        point = shapely.Point(outlet[:2])
        flat = outlet[:2] if polygon.covers(point) else shapely.ops.nearest_points(polygon, point)[0].coords[0][:2]
        kind = "roof" if use == "roof" else "walkway"
        z = min(max(outlet[2], level), level + _PEOPLE)
        found.append(Neighbour(space.label, kind, (float(flat[0]), float(flat[1]), z)))
    return found


def _on_edge(edge: Any, outlet: Point3) -> Point3:
    import shapely
    import shapely.ops

    near = shapely.ops.nearest_points(edge, shapely.Point(outlet[:2]))[0]
    return float(near.x), float(near.y), outlet[2]


def _nearest_on(ends: list[tuple[float, float]], outlet: Point3, low: float, high: float) -> Point3:
    (x0, y0), (x1, y1) = ends
    length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2
    t = 0.0 if length2 == 0 else ((outlet[0] - x0) * (x1 - x0) + (outlet[1] - y0) * (y1 - y0)) / length2
    t = min(max(t, 0.0), 1.0)
    return x0 + t * (x1 - x0), y0 + t * (y1 - y0), min(max(outlet[2], low), high)
