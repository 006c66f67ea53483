"""What bounds a space: where its walls are, how thick, and whether its edge is closed.

Polygons of rooms are the faces of their walls, so walls lie between polygons. A line that ends
inside a wall has not reached the space behind it; one beyond the outer face has. The wall is
therefore taken from the drawing: what lies between two wall faces no farther apart than
`THICKEST_WALL_M`, found by a morphological closing of all wall lines and room outlines. Where no
drawing shows a second face the wall has no thickness, and what lies beyond is in no known space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mrsite.site.project import Door, Project, Space, Storey, Window
from mrsite.site.remembered import Same

#: Two faces farther apart are two walls with a space between, m: an external wall with a
#: radiation or radio-frequency lining stays below, a cupboard or riser one can enter above.
THICKEST_WALL_M = 0.75
#: An outline lies on a wall where a wall line is this near, m: linings stand off their walls.
_ON_WALL = 0.3
#: Shorter pieces of an outline without a wall are gaps of drafting, not ways through, m.
_SLIT = 0.3
#: Penetration that is drafting and tracing noise and not a line in a room, m.
NOISE_M = 0.005
#: Where the other side of an opening is looked for, m past its wall.
_STEP = 0.3

#: Uses (and words in names) of what one storey shares with the next: occupied to above the next floor.
TALL = ("stair", "lift", "elevator", "ramp", "atrium", "escalator", "treppe", "aufzug", "scala", "ascensore")


@dataclass(frozen=True)
class Edge:
    """Whether the edge of a space is doors and walls throughout."""

    closed: bool
    known: bool  #: False: nothing shows it either way
    why: str = ""
    at: Any = None  #: shapely point or line of the first place that is open or unknown
    leads_to: tuple[str, ...] = ()  #: ids of spaces behind doorless openings


@dataclass(frozen=True)
class Floor:
    """The spaces of a storey with the walls between them."""

    storey: Storey
    spaces: tuple[Space, ...]  #: those whose outline can be trusted, rooms before areas
    walls: Any  #: shapely geometry: material between wall faces
    covered: Any  #: union of the spaces
    wall_lines: Any  #: union of wall lines, doors and windows; None without a drawing

    def beyond(self, region: Any) -> Any:
        """Return the part of a region that is in no known space and in no wall."""
        from shapely import get_parts, union_all

        rest = region.difference(self.covered).difference(self.walls)
        parts = [p for p in get_parts(rest) if p.area > 1e-4 and not p.buffer(-NOISE_M).is_empty]
        return union_all(parts)


def usable(space: Space) -> bool:
    """Whether a space has an outline to judge by."""
    return space.polygon is not None and not space.polygon.is_empty and space.status != "withheld"


def floor_of(project: Project, storey: Storey) -> Floor:
    """Return the spaces and walls of a storey; computed once for a project."""
    return _floors(Same(project))[storey.name]


@lru_cache(maxsize=4)
def _floors(key: Same[Project]) -> dict[str, Floor]:
    p = key.value
    return {
        storey.name: _floor(
            storey,
            tuple(s for s in p.spaces if s.storey == storey.name),
            tuple(d for d in p.doors if d.storey == storey.name),
            tuple(w for w in p.windows if w.storey == storey.name),
        )
        for storey in p.storeys
    }


@lru_cache(maxsize=16)
def _floor(storey: Storey, spaces: tuple[Space, ...], doors: tuple[Door, ...], windows: tuple[Window, ...]) -> Floor:
    import shapely

    here = [s for s in spaces if usable(s) and s.level is None]
    here.sort(key=lambda s: s.is_area)
    rooms = [s for s in here if not s.is_area]
    lines = [s.polygon.boundary for s in rooms]
    wall_lines = None
    openings: list[Any] = []
    if storey.plan is not None:
        segments = shapely.linestrings(storey.plan.wall_segments) if len(storey.plan.wall_segments) else []
        lines.extend(segments)
        openings = [shapely.LineString(w.ends) for w in storey.plan.windows]
    openings += [shapely.LineString(w.ends) for w in windows]
    material = _closing(lines)
    doorways = [d for d in (_doorway(door, rooms) for door in doors) if d]
    if storey.plan is not None:
        wall_lines = shapely.union_all([*lines[len(rooms) :], *openings, *doorways])
    covered = shapely.union_all([s.polygon for s in here])
    walls = shapely.union_all([material, *doorways]).difference(shapely.union_all([s.polygon for s in rooms]))
    return Floor(storey, tuple(here), walls, covered, wall_lines)


def _closing(lines: Sequence[Any]) -> Any:
    """Fill what lies between lines less than the thickest wall apart."""
    import shapely

    if not lines:
        return shapely.MultiPolygon()
    # Coordinates may be 10^6 m from zero: the buffer works on differences, so shift first.
    x, y = shapely.get_coordinates(lines[0])[0]
    near = [shapely.transform(line, lambda xy: xy - (x, y)) for line in lines]
    r = THICKEST_WALL_M / 2
    closed = shapely.union_all(shapely.buffer(near, r, quad_segs=16)).buffer(-r, quad_segs=16)
    return shapely.transform(closed, lambda xy: xy - (-x, -y))


def _doorway(door: Door, rooms: Sequence[Space]) -> Any:
    """Return the opening of a door as a rectangle through the wall."""
    import shapely

    if door.jambs is None:
        return None
    line = shapely.LineString(door.jambs)
    depth = door.wall_m
    if depth is None:
        sides = [s.polygon.distance(line) for s in rooms if door.spaces and s.id in door.spaces]
        depth = 2 * min([d for d in sides if d > 0] or [0.1])
    return line.buffer(min(depth, THICKEST_WALL_M) / 2 + NOISE_M, cap_style="flat")


def edge_of(project: Project, space: Space) -> Edge:
    """Say whether the whole edge of a space is doors and walls."""
    import shapely

    storey = project.storey(space.storey)
    floor = floor_of(project, storey)
    if not usable(space):
        return Edge(False, False, f"the outline of {space.label} is not known")
    if storey.plan is None or floor.wall_lines is None:
        return Edge(False, False, f"no drawing of {storey.name} shows what bounds {space.label}")
    if storey.plan.incomplete:
        return Edge(False, False, f"walls may be missing from the drawing: {storey.plan.incomplete[0]}")
    openings = _openings(project, floor, space)
    if openings:
        line, behind = openings[0]
        ids = tuple(dict.fromkeys(i for _, ids in openings for i in ids))
        names = " and ".join(project.space(i).label for i in behind) or "a space that is not known"
        return Edge(False, True, f"it is open to {names} without a door", line, ids)
    x0, y0, x1, y1 = space.polygon.bounds
    near = shapely.clip_by_rect(floor.wall_lines, x0 - 1, y0 - 1, x1 + 1, y1 + 1)  # a hospital's walls are many
    bare = space.polygon.boundary.difference(near.buffer(_ON_WALL))
    gaps = [p for p in shapely.get_parts(bare) if p.length > _SLIT]
    if gaps:
        worst = max(gaps, key=lambda p: float(p.length))
        return Edge(
            False, False, f"{worst.length:.1f} m of its edge is neither a wall nor a door on the drawing", worst
        )
    return Edge(True, True)


def _openings(project: Project, floor: Floor, space: Space) -> list[tuple[Any, tuple[str, ...]]]:
    """Return the doorless openings on a space's edge, with what lies behind each."""
    import shapely

    assert floor.storey.plan is not None
    found = []
    for opening in floor.storey.plan.openings:
        line = shapely.LineString(opening.ends)
        if space.polygon.distance(line) > THICKEST_WALL_M:
            continue
        touching = [s for s in floor.spaces if not s.is_area and s.polygon.distance(line.centroid) <= _STEP]
        if space not in touching:
            continue
        behind = tuple(s.id for s in touching if s.id != space.id)
        found.append((line, behind))
    return found


def controlled(project: Project, space: Space) -> Edge:
    """Say whether a restricted space is bounded by doors and walls, with all that it is open to.

    Restricted spaces open to one another count as one: each of them must be closed to the rest.
    """
    seen: set[str] = set()
    todo = [space]
    while todo:
        here = todo.pop()
        if here.id in seen:
            continue
        seen.add(here.id)
        edge = edge_of(project, here)
        if edge.closed:
            continue
        if not edge.leads_to:
            return edge
        for id_ in edge.leads_to:
            other = project.space(id_)
            if other.occupancy != "restricted":
                return edge
            todo.append(other)
    return Edge(True, True)


def heights_of(project: Project, space: Space) -> tuple[float, float]:
    """Return the heights above its floor in which people can be in a space, m."""
    storey = project.storey(space.storey)
    low, high = space.occupied or storey.occupied
    if space.level is not None:
        shift = space.level - storey.elevation
        return low + shift, high + shift
    if space.occupied is None and tall(space):
        rise = to_next_floor(project, storey)
        if rise is not None:
            return low, rise + high
    return low, high


def tall(space: Space) -> bool:
    """Whether a space goes through to the next storey: stairs, lifts, ramps, atria."""
    words = f"{space.use or ''} {space.name or ''}".casefold()
    return any(word in words for word in TALL)


def to_next_floor(project: Project, storey: Storey) -> float | None:
    """Return the height from this floor to the next one, m, or None where nobody says."""
    own = [s for s in project.storeys if s.building == storey.building]
    above = [s.elevation - storey.elevation for s in own if s.elevation > storey.elevation + 0.5]
    return storey.height or (min(above) if above else None)


def depth_of(part: Any, region: Any) -> float:
    """Return by how much a region must draw back to leave a part of it, m."""
    import shapely

    points = shapely.points(shapely.get_coordinates(shapely.segmentize(part, 0.05)))
    # where the part holds the middle of the region the deepest place lies inside it, not on its edge
    lobes = [g for g in shapely.get_parts(region) if g.geom_type == "Polygon" and not g.is_empty]
    middles = shapely.get_point(shapely.maximum_inscribed_circle(lobes, tolerance=0.01), 0)
    deepest = [*points, *(m for m in middles if part.covers(m))]
    return float(shapely.distance(deepest, region.boundary).max()) if len(points) else 0.0


def scan_rooms(project: Project) -> dict[str, Space | None]:
    """Return, for each scanner id, the space that holds its isocentre (None where none was read)."""
    import shapely

    result: dict[str, Space | None] = {}
    for scanner in project.scanners:
        storey = project.storey(scanner.storey)
        here = shapely.Point(storey.to_site.back(scanner.poses[0].position[:2]))
        holding = [s for s in floor_of(project, storey).spaces if not s.is_area and s.polygon.covers(here)]
        result[scanner.id] = min(holding, key=lambda s: float(s.polygon.area)) if holding else None
    return result
