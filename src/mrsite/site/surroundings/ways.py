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
from typing import Any

import numpy as np

from mrsite.site.project import Door, Project, Space, Storey
from mrsite.site.remembered import Same
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings.tables import body_value
from mrsite.site.surroundings.turns import furthest_joined, turning
from mrsite.site.surroundings.walkable import (
    OUTSIDE,
    Passage,
    fits,
    free_floor,
    obstacles,
    passages,
    room_ways,
    walkable_spaces,
)
from mrsite.site.surroundings.way import Leg, Needs, NoWay, Point, Way
from mrsite.site.surroundings.way_asked import End, end_of, needs_of

#: Words in uses and names of what leads from storey to storey.
_STAIRS = ("stair", "treppe", "scala", "escalier", "ramp")
_LIFTS = ("lift", "elevator", "aufzug", "ascensore", "ascenseur")
#: Places are one where a rectangle stands this near, m: its middle need not pass the very point.
_NEAR = 0.6
#: What gets through anything: for the way that there would be if every door were wide enough, m.
_SLIM = 0.3


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


def find_way(project: Project, entry: PathwayEntry) -> Way | NoWay | str:
    """Return the way an entry asks for, why there is none, or what to supply to look for one."""
    return _find(Same(project), entry)


@lru_cache(maxsize=128)
def _find(key: Same[Project], entry: PathwayEntry) -> Way | NoWay | str:
    """The last project that asked for a way asks for it again: lines, figures and several checks want it."""
    project = key.value
    needs = needs_of(project, entry)
    if isinstance(needs, str):
        return needs
    ends = []
    for word, name in ((entry.start, entry.storey), (entry.end, entry.to_storey or entry.storey)):
        end = end_of(project, word, name)
        if isinstance(end, str):
            return end
        ends.append(end)
    blocked = tuple(obstacles(project, s) for s in project.storeys) if needs.around_magnets else ()
    building = _Building(Same(project.storeys), Same(project.spaces), Same(project.doors), blocked, project)
    return _through(building, needs, ends[0], ends[1])


@dataclass(frozen=True)
class _Building:
    """What the search depends on: of the project nothing else is asked."""

    storeys: Same[tuple[Storey, ...]]
    spaces: Same[tuple[Space, ...]]
    doors: Same[tuple[Door, ...]]
    blocked: tuple[Any, ...]  #: by magnets, on each storey; empty for what does not go around them
    project: Project = field(compare=False)


@lru_cache(maxsize=128)
def _through(building: _Building, needs: Needs, start: End, end: End) -> Way | NoWay:
    project = building.project
    closed: set[str] = set()
    first: Way | NoWay | None = None
    for _ in range(4):
        way = _search(project, needs, start, end, frozenset(closed))
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


# Search ------------------------------------------------------------------------------------------


def _search(project: Project, needs: Needs, start: End, end: End, closed: frozenset[str]) -> Way | NoWay:
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
    for a, b, length, path in room_ways(Same(free), tuple(graph.places[i][2] for i in places)):
        graph.join(places[a], places[b], length / needs.speed_m_s, ("room", places[a], path))


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


def _why_not(project: Project, needs: Needs, start: End, end: End) -> NoWay:
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
