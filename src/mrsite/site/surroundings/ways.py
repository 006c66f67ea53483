"""Ways through the building: the shortest that a person, a bed or a magnet fits through.

Doors that are too narrow are left out, magnets are walked around, storeys are joined where a
stair or a lift stands over itself. The least time at the stated speed wins, which on one storey
is the shortest way. Geometry comes back in the plan metres of each storey's own drawing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.site.project import Project, Space, Storey
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings.tables import body_value, way_needs
from mrsite.site.surroundings.turns import furthest_joined, turning
from mrsite.site.surroundings.walkable import (
    OUTSIDE,
    Passage,
    covers,
    fits,
    free_floor,
    obstacles,
    passages,
    room_graph,
    walkable_spaces,
)

Array = NDArray[np.float64]
Point = tuple[float, float]

#: Words in uses and names of what leads from storey to storey.
_STAIRS = ("stair", "treppe", "scala", "escalier", "ramp")
_LIFTS = ("lift", "elevator", "aufzug", "ascensore", "ascenseur")
#: Height at which the field of a walk is told, m: the chest of somebody upright.
WALK_HEIGHT_M = 1.2
#: Places are one where a rectangle stands this near, m: its middle need not pass the very point.
_NEAR = 0.6
#: What gets through anything: for the way that there would be if every door were wide enough, m.
_SLIM = 0.3


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


@dataclass
class _Graph:
    """Places and the stretches between them."""

    places: list[tuple[str, str, Point]] = field(default_factory=list)  #: (storey, space, point)
    edges: dict[tuple[int, int], tuple[float, Any]] = field(default_factory=dict)

    def add(self, storey: str, space: str, point: Point) -> int:
        self.places.append((storey, space, point))
        return len(self.places) - 1

    def join(self, i: int, j: int, time: float, what: Any) -> None:
        for a, b in ((i, j), (j, i)):
            if (a, b) not in self.edges or self.edges[a, b][0] > time:
                self.edges[a, b] = (time, what)


def needs_of(project: Project, entry: PathwayEntry) -> Needs | str:
    """Return what an entry needs, or what to supply where that is not known."""
    table = way_needs(entry.kind)
    assumed = []
    width, length, height = entry.width_m, entry.length_m, entry.height_m
    if entry.kind in ("delivery", "removal"):
        size = _crate(project, entry, float(table["clearance_m"]))
        if size is None and (width is None or length is None):
            return "Give width_m and length_m of the magnet on its way (its vendor's rigging drawing)"
        if size is not None:
            if width is None or length is None:
                assumed.append(f"{size[0]:.2f} m by {size[1]:.2f} m, {table['source'].split(':')[0].lower()}")
            width, length, height = width or size[0], length or size[1], height or size[2]
        height = height or 0.0
    else:
        for name, given in (("width_m", width), ("length_m", length)):
            if given is None and table[name]:
                assumed.append(f"{name} {table[name]:g}")
        width = width if width is not None else float(table["width_m"])
        length = length if length is not None else float(table["length_m"])
        height = height if height is not None else float(table["height_m"])
    speed = entry.speed_m_s
    if speed is None:
        speed = body_value(str(table["speed"]))
        assumed.append(f"speed {speed:g} m/s")
    assert width is not None
    assert length is not None
    narrow, long = min(width, length) if length else width, max(width, length)
    return Needs(
        kind=entry.kind,
        width_m=narrow,
        length_m=long if length else 0.0,
        height_m=height,
        speed_m_s=speed,
        stairs=entry.stairs if entry.stairs is not None else bool(table["stairs"]),
        lifts=entry.lifts if entry.lifts is not None else bool(table["lifts"]),
        around_magnets=entry.kind not in ("delivery", "removal"),
        assumed=tuple(assumed),
    )


def _crate(project: Project, entry: PathwayEntry, clearance: float) -> tuple[float, float, float] | None:
    """Return the size of the magnet that an entry speaks of: the one it names, else the largest."""
    ends = [e for e in (entry.start, entry.end) if isinstance(e, str)]
    named = [s for s in project.scanners if s.id in ends] or list(project.scanners)
    sizes = [size for size in (covers(s.magnet) for s in named) if size is not None]
    if not sizes:
        return None
    long, round_ = max(sizes, key=lambda p: p[0] * p[1])
    return min(long, round_) + clearance, max(long, round_) + clearance, round_ + clearance


class _Key:
    """A project by identity: its values hold arrays, which do not hash."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def __hash__(self) -> int:
        return id(self.project)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.project is self.project


def find_way(project: Project, entry: PathwayEntry) -> Way | NoWay | str:
    """Return the way an entry asks for, why there is none, or what to supply to look for one."""
    return _find(_Key(project), entry)


@lru_cache(maxsize=128)
def _find(key: _Key, entry: PathwayEntry) -> Way | NoWay | str:
    project = key.project
    needs = needs_of(project, entry)
    if isinstance(needs, str):
        return needs
    ends = []
    for word, name in ((entry.start, entry.storey), (entry.end, entry.to_storey or entry.storey)):
        end = _end(project, word, name)
        if isinstance(end, str):
            return end
        ends.append(end)
    closed: set[str] = set()
    first: Way | NoWay | None = None
    for _ in range(4):
        way = _search(project, needs, ends[0], ends[1], frozenset(closed))
        if isinstance(way, NoWay):
            return first or way
        if needs.length_m <= needs.width_m * 1.05:
            return way
        way = _with_turns(project, way)
        if way.turns_shown:
            return way
        first = first or way
        # another way may be longer and wider: close the passage at which it sticks and look again
        culprit = next((p.id for p in way.passages if p.label == way.stuck_at), None)
        if culprit is None or culprit in closed:
            return first
        closed.add(culprit)
    return first or way


# Ends --------------------------------------------------------------------------------------------

_End = tuple[str, str, Point | None]  # storey, space id or "outside", point


def _end(project: Project, word: str | Point, storey_name: str | None) -> _End | str:
    """Return the place an end names: outside, a scanner, a room, an item of equipment or a point."""
    if isinstance(word, str):
        if word.casefold() in (OUTSIDE, "outdoors", "street"):
            return ("", OUTSIDE, None)
        scanner = next((s for s in project.scanners if s.id == word), None)
        if scanner is not None:
            return _couch(project, word)
        item = next((e for e in project.equipment if e.id == word), None)
        if item is not None and item.footprint is not None:
            middle = item.footprint.centroid
            return _at(project, (middle.x, middle.y), item.storey)
        return _room(project, word, storey_name)
    return _at(project, word, storey_name)


def _couch(project: Project, id_: str) -> _End | str:
    """Return the place in front of a scanner's patient end."""
    scanner = next(s for s in project.scanners if s.id == id_)
    storey = project.storey(scanner.storey)
    pose = storey.to_site.pose_back(scanner.poses[0])
    out = 0.5 * (scanner.magnet.magnet_length_m or 1.7) + 0.8
    axis = pose.rotation[:, 2]
    return _at(project, (pose.position[0] + out * axis[0], pose.position[1] + out * axis[1]), storey.name)


def _room(project: Project, word: str, storey_name: str | None) -> _End | str:
    folded = " ".join(word.casefold().split())

    def same(text: str | None) -> bool:
        return text is not None and " ".join(text.casefold().split()) == folded

    pool = [s for s in project.spaces if storey_name in (None, s.storey)]
    for key in ("number", "name", "id", "use"):
        found = [s for s in pool if same(getattr(s, key))]
        if len(found) > 1:
            names = ", ".join(f"{s.label} on {s.storey}" for s in found[:4])
            return f"Say which {word!r} is meant ({names}): use its number, or storey and to_storey"
        if found:
            space = found[0]
            if space.polygon is None or space.polygon.is_empty or space.status == "withheld":
                return f"The outline of {space.label} was not read: give polygon, or a point as the end of the way"
            return (space.storey, space.id, None)
    return f"No room, scanner or equipment is called {word!r}: use a number, a name, a point or 'outside'"


def _at(project: Project, point: Point, storey_name: str | None) -> _End | str:
    from shapely import Point as P

    here = P(point)
    found = [
        (s.polygon.area, s)
        for storey in project.storeys
        if storey_name in (None, storey.name)
        for s in walkable_spaces(project, storey)
        if s.polygon.covers(here)
    ]
    if not found:
        return (
            f"The point ({point[0]:g}, {point[1]:g}) lies in no room that was read: move it, or give the room's polygon"
        )
    storeys = {s.storey for _, s in found}
    if len(storeys) > 1:
        return f"The point ({point[0]:g}, {point[1]:g}) lies in rooms of {len(storeys)} storeys: give storey"
    space = min(found, key=lambda row: row[0])[1]
    return (space.storey, space.id, point)


# Search ------------------------------------------------------------------------------------------


def _search(project: Project, needs: Needs, start: _End, end: _End, closed: frozenset[str]) -> Way | NoWay:
    graph = _Graph()
    free_by: dict[str, dict[str, Any]] = {}
    members: dict[str, list[int]] = {}  # space id -> places in it
    outside: list[int] = []
    for storey in project.storeys:
        free = free_floor(project, storey, needs.width_m, needs.around_magnets)
        free_by[storey.name] = free
        for passage in passages(project, storey, needs.width_m, free):
            if fits(passage.width_m, needs.width_m) is False or passage.id in closed or None in passage.stand:
                continue
            ends = []
            for side, stand in zip(passage.spaces, passage.stand):
                assert stand is not None
                index = graph.add(storey.name, side, stand)
                ends.append(index)
                (outside if side == OUTSIDE else members.setdefault(side, [])).append(index)
            length = math.dist(*(graph.places[i][2] for i in ends))
            graph.join(ends[0], ends[1], length / needs.speed_m_s, ("door", passage))
    _vertical(project, needs, graph, free_by, members)
    terminals = []
    for place in (start, end):
        if place[1] == OUTSIDE:
            index = graph.add("", OUTSIDE, (0.0, 0.0))
            for other in outside:
                graph.join(index, other, 0.0, ("outside", None))
            terminals.append(index)
            continue
        point = _standing(free_by[place[0]].get(place[1]), place[2])
        if point is None:
            space = project.space(place[1])
            return NoWay(
                needs, f"{space.label} has no place where {needs.width_m:g} m of width stands free",
                "Check width_m against the room", True,
            )  # fmt: skip
        index = graph.add(place[0], place[1], point)
        members.setdefault(place[1], []).append(index)
        terminals.append(index)
    for space_id, places in members.items():
        storey_name = graph.places[places[0]][0]
        _within(graph, needs, free_by[storey_name][space_id], places)
    order = _dijkstra(graph, terminals[0], terminals[1])
    if order is None:
        return _why_not(project, needs, start, end)
    return _assemble(project, needs, graph, order)


def _standing(free: Any, point: Point | None) -> Point | None:
    """Return the free place nearest to a point, or the middle of what is free."""
    from shapely import Point as P
    from shapely import get_parts, shortest_line

    if free is None or free.is_empty:
        return None
    if point is None:
        largest = max(get_parts(free), key=lambda p: float(p.area))
        middle = largest.centroid if largest.covers(largest.centroid) else largest.representative_point()
        return (middle.x, middle.y)
    x, y = shortest_line(free, P(point)).coords[0]
    return (x, y)


def _within(graph: _Graph, needs: Needs, free: Any, places: list[int]) -> None:
    if len(places) < 2 or free.is_empty:
        return
    points = [graph.places[i][2] for i in places]
    ways = room_graph(free, points)
    for a, b in itertools.combinations(range(len(places)), 2):
        if np.isfinite(ways.length[a, b]):
            path = ways.path(a, b)
            graph.join(places[a], places[b], float(ways.length[a, b]) / needs.speed_m_s, ("room", places[a], path))


def _leads_up(space: Space, words: Sequence[str]) -> bool:
    text = f" {space.use or ''} {space.name or ''} ".casefold()
    return any(word in text for word in words)


def _vertical(
    project: Project, needs: Needs, graph: _Graph, free_by: dict[str, dict[str, Any]], members: dict[str, list[int]]
) -> None:
    """Join storeys where a stair or a lift on one lies over that on another."""
    order = sorted(project.storeys, key=lambda s: s.elevation)
    slope = math.radians(body_value("stair_slope_deg"))
    for words, allowed, mode in ((_STAIRS, needs.stairs, "stair"), (_LIFTS, needs.lifts, "lift")):
        if not allowed:
            continue
        for k, low in enumerate(order):
            above = order[k + 1 : k + 2] if mode == "stair" else order[k + 1 :]
            for high, a, b in _over(project, low, above, words):
                if mode == "lift" and not _car_fits(a, needs):
                    continue
                ends = []
                for storey, space in ((low, a), (high, b)):
                    at = _standing(free_by[storey.name].get(space.id), None)
                    if at is None:
                        break
                    index = graph.add(storey.name, space.id, at)
                    members.setdefault(space.id, []).append(index)
                    ends.append(index)
                if len(ends) < 2:
                    continue
                rise = high.elevation - low.elevation
                if mode == "stair":
                    length = rise / math.sin(slope)
                    time = length / body_value("stair_m_s")
                else:
                    length, time = rise, rise / body_value("lift_m_s") + body_value("lift_wait_s")
                graph.join(ends[0], ends[1], time, (mode, length))


def _over(
    project: Project, low: Storey, above: Sequence[Storey], words: Sequence[str]
) -> list[tuple[Storey, Space, Space]]:
    """Return the pairs of such spaces, one over the other, on storeys that are shown to coincide."""
    found = []
    for high in above:
        if high.registered is None or low.registered is None:
            continue
        for a in walkable_spaces(project, low):
            if not _leads_up(a, words):
                continue
            here = low.to_site.geometry(a.polygon)
            for b in walkable_spaces(project, high):
                there = high.to_site.geometry(b.polygon)
                if _leads_up(b, words) and here.intersection(there).area > 0.3 * min(here.area, there.area):
                    found.append((high, a, b))
    return found


def _car_fits(space: Space, needs: Needs) -> bool:
    import shapely

    ring = shapely.get_coordinates(space.polygon.minimum_rotated_rectangle)
    sides = sorted((math.dist(ring[0], ring[1]), math.dist(ring[1], ring[2])))
    return sides[0] >= needs.width_m and sides[1] >= max(needs.length_m, needs.width_m)


def _dijkstra(graph: _Graph, start: int, end: int) -> list[int] | None:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    keys = list(graph.edges)
    if not keys:
        return [start] if start == end else None
    n = len(graph.places)
    i, j = np.array(keys).T
    weight = np.array([graph.edges[k][0] for k in keys]) + 1e-9
    length, before = dijkstra(csr_matrix((weight, (i, j)), shape=(n, n)), indices=start, return_predecessors=True)
    if not np.isfinite(length[end]):
        return None
    order = [end]
    while order[-1] != start:
        order.append(int(before[order[-1]]))
    return order[::-1]


def _why_not(project: Project, needs: Needs, start: _End, end: _End) -> NoWay:
    """Say whether doors are too narrow, or whether the drawing simply does not show a way."""
    names = ["outside" if p[1] == OUTSIDE else project.space(p[1]).label for p in (start, end)]
    lead = f"no way from {names[0]} to {names[1]} lets {needs.width_m:g} m of width through"
    slim = replace(needs, width_m=_SLIM, length_m=0.0)
    way = _search(project, slim, start, end, frozenset()) if needs.width_m > _SLIM else None
    if not isinstance(way, Way):
        lost = ", ".join(d.label for d in project.doors if d.at is None)
        supply = "Supply a drawing on which the doors can be read, or state them as [[door]] with between and at"
        return NoWay(
            needs,
            f"{lead}: the doors, stairs and lifts whose place is known do not join them indoors",
            f"Give at = [x, y] of {lost}" if lost else supply,
            False,
        )
    narrow = tuple(p for p in way.passages if fits(p.width_m, needs.width_m) is False)
    if narrow:
        worst = ", ".join(f"{p.label} ({p.width_m:.2f} m)" for p in sorted(narrow, key=lambda p: p.width_m or 0)[:5])
        cure = f"Widen {', '.join(p.label for p in narrow)} to {needs.width_m:.2f} m clear"
        return NoWay(needs, f"{lead}; too narrow are {worst}", cure, True, narrow)
    by = [project.space(i).label for i in way.spaces if i != OUTSIDE]
    return NoWay(needs, f"{lead}; a room on the way is too narrow ({', '.join(by)})", "Widen the rooms", True)


def _assemble(project: Project, needs: Needs, graph: _Graph, order: Sequence[int]) -> Way:
    legs: list[Leg] = []
    spaces: list[str] = []
    gone: list[Passage] = []
    points: list[Point] = []
    storey = next((graph.places[i][0] for i in order if graph.places[i][0]), "")

    def close() -> None:
        if len(points) > 1:
            length = sum(math.dist(p, q) for p, q in itertools.pairwise(points))
            legs.append(Leg("walk", storey, tuple(points), length, length / needs.speed_m_s))
        points.clear()

    for i in order:
        space = graph.places[i][1]
        if not spaces or spaces[-1] != space:
            spaces.append(space)
    for i, j in itertools.pairwise(order):
        time, what = graph.edges[i, j]
        mode = what[0]
        if mode == "outside":
            continue
        if mode == "door":
            gone.append(what[1])
            step = [graph.places[i][2], graph.places[j][2]]
        elif mode == "room":
            step = what[2] if what[1] == i else what[2][::-1]
        else:
            close()
            up = graph.places[j][0]
            legs.append(Leg(mode, storey, (graph.places[i][2],), float(what[1]), time, up))
            storey = up
            continue
        points.extend(step if not points else step[1:])
    close()
    return Way(needs, tuple(legs), tuple(spaces), tuple(gone))


# Turns -------------------------------------------------------------------------------------------


def _with_turns(project: Project, way: Way) -> Way:
    """Return the way with whether what is long gets round its corners, storey by storey."""
    import shapely

    cell = 0.0
    for leg in way.legs:
        if leg.mode != "walk":
            continue
        storey = project.storey(leg.storey)
        rooms = [s.polygon for s in walkable_spaces(project, storey) if s.id in way.spaces]
        doorways = [_doorway(p) for p in way.passages if p.storey == leg.storey]
        floor = shapely.union_all([*rooms, *doorways])
        if way.needs.around_magnets:
            floor = floor.difference(obstacles(project, storey))
        found = turning(floor, way.needs.width_m, way.needs.length_m)
        cell = max(cell, found.cell_m)
        here = [p for p in way.passages if p.storey == leg.storey]
        marks = [leg.points[0], *(p.at for p in here), leg.points[-1]]
        names = ["its start", *(p.label for p in here), "its end"]
        # in the open beyond a door to the outside there is room for anything
        keep = [k for k, m in enumerate(marks) if 0 < k < len(marks) - 1 or floor.buffer(1e-6).covers(shapely.Point(m))]
        marks, names = [marks[k] for k in keep], [names[k] for k in keep]
        reach = max(_NEAR, 0.5 * way.needs.length_m)
        reached = furthest_joined(found, marks, reach)
        if reached < len(marks):
            return replace(way, turns_shown=False, stuck_at=names[reached], cell_m=cell)
    return replace(way, turns_shown=True, cell_m=cell)


def _doorway(passage: Passage) -> Any:
    """Return the opening of a passage as a rectangle through the wall, and outdoors a yard before it."""
    from shapely import LineString

    a, b = passage.stand
    assert a is not None
    assert b is not None
    length = math.dist(a, b) or 1.0
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    half = passage.half_wall_m + 0.05
    x, y = passage.at
    width = passage.width_m if passage.width_m is not None else 1.0
    hole = LineString([(x - ux * half, y - uy * half), (x + ux * half, y + uy * half)]).buffer(
        0.5 * width, cap_style="flat"
    )
    if OUTSIDE not in passage.spaces:
        return hole
    sign = 1.0 if passage.spaces[1] == OUTSIDE else -1.0
    yard = LineString([(x + sign * ux * half, y + sign * uy * half), (x + sign * ux * 4.0, y + sign * uy * 4.0)])
    return hole.union(yard.buffer(2.0, cap_style="flat"))


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
