"""The floor as something to walk on: rooms less a half width, joined where doors are wide enough.

A body of some width is a disc: its middle may be anywhere in a room shrunk by half that width, and
goes straight through a door along its normal. Within a room the shortest way runs over the room's
inward corners, so it is found exactly on the graph of what sees what.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.magnets.model import MagnetModel
from mrsite.site.project import Door, Project, Space, Storey
from mrsite.site.remembered import Same

Array = NDArray[np.float64]
Point = tuple[float, float]

OUTSIDE = "outside"
#: A door this much narrower than asked still passes, m: drafting.
_NOISE = 0.002
#: How far a body may stand off its door's axis or go in before it stands free, m.
_ROOM_TO_STAND = 2.5
#: A doorless opening is in a wall no thicker than this, m.
_WALL = 0.75
#: Above this many inward corners of a room arcs are cut to one corner each.
_MANY = 250


@dataclass(frozen=True)
class Passage:
    """A door or doorless opening through which two spaces are joined.

    ``stand`` are the two places, in plan metres, where a body stands free on either side; None
    where it cannot. ``width_m`` None: not known.
    """

    id: str
    label: str
    storey: str
    spaces: tuple[str, str]
    at: Point
    width_m: float | None
    stand: tuple[Point | None, Point | None]
    door: Door | None
    half_wall_m: float


def walkable_spaces(project: Project, storey: Storey) -> list[Space]:
    """Return the spaces of a storey whose outline is known and that somebody may enter."""
    return [
        s
        for s in project.spaces
        if s.storey == storey.name
        and s.polygon is not None
        and not s.polygon.is_empty
        and s.status != "withheld"
        and s.level is None
    ]


def covers(magnet: MagnetModel) -> tuple[float, float] | None:
    """Return length and diameter of a magnet, m: its covers, its cryostat, else what its field was fitted with."""
    fit = magnet.fit
    shown = [magnet.siting.get(name) for name in ("cover_length", "cover_outer_radius")]
    length = float(shown[0].value) if shown[0] is not None else magnet.magnet_length_m
    length = length or (fit.magnet_length_m if fit is not None else None)
    diameter = 2 * float(shown[1].value) if shown[1] is not None else magnet.cryostat_diameter_m
    diameter = diameter or (fit.cryostat_diameter_m if fit is not None else None)
    return None if length is None or diameter is None else (length, diameter)


def obstacles(project: Project, storey: Storey) -> Any:
    """Return the magnets standing on a storey, as they lie on its drawing (shapely), where their size is known."""
    from shapely import affinity, box, union_all

    shapes = []
    for scanner in project.scanners:
        size = covers(scanner.magnet)
        if scanner.status == "removed" or scanner.storey != storey.name or size is None:
            continue
        pose = storey.to_site.pose_back(scanner.poses[0])
        a, r = 0.5 * size[0], 0.5 * size[1]
        turned = affinity.rotate(box(-a, -r, a, r), pose.bearing_deg, origin=(0, 0))
        shapes.append(affinity.translate(turned, pose.position[0], pose.position[1]))
    return union_all(shapes)


@lru_cache(maxsize=4096)
def shrunk(polygon: Any, half: float) -> Any:
    """Return where the middle of a body of that half width may be."""
    free = polygon.buffer(-half, quad_segs=3)
    if _corners(free) > _MANY:
        free = polygon.buffer(-half, join_style="mitre")
    return free


def _corners(shape: Any) -> int:
    from shapely import get_num_coordinates

    return int(get_num_coordinates(shape))


def free_floor(project: Project, storey: Storey, width_m: float, around_magnets: bool = True) -> dict[str, Any]:
    """Return, by space, where the middle of a body of a width may be (shapely)."""
    blocked = obstacles(project, storey) if around_magnets else None
    free = {}
    for space in walkable_spaces(project, storey):
        clear = blocked is None or space.polygon.disjoint(blocked)
        free[space.id] = shrunk(space.polygon if clear else space.polygon.difference(blocked), 0.5 * width_m)
    return free


def passages(project: Project, storey: Storey, width_m: float, free: dict[str, Any]) -> list[Passage]:
    """Return every door and opening of a storey whose place and rooms are known, as a body of a width meets it.

    ``free`` is from `free_floor` for that width.
    """
    made = (
        _passage(opening, *(Same(free.get(side)) for side in opening.value.sides), width_m)
        for opening in _openings(Same(project.doors), tuple(walkable_spaces(project, storey)), storey)
    )
    return [passage for passage in made if passage is not None]


@dataclass(frozen=True)
class _Opening:
    """A door or a doorless opening, with the outlines of the two spaces that it joins."""

    id: str
    label: str
    storey: str
    sides: tuple[str, str]
    at: Point
    jambs: tuple[Point, Point] | None
    width_m: float | None
    wall_m: float | None
    door: Door | None
    outlines: tuple[Any, Any]


@lru_cache(maxsize=64)
def _openings(doors: Same[tuple[Door, ...]], here: tuple[Space, ...], storey: Storey) -> tuple[Same[_Opening], ...]:
    """Return the openings of a storey whose place and rooms are known: one object each, whatever layout asks."""
    outlines = {s.id: s.polygon for s in here}

    def between(sides: tuple[str, str]) -> tuple[Any, Any]:
        return outlines.get(sides[0]), outlines.get(sides[1])

    found = [
        _Opening(d.id, d.label, storey.name, d.spaces, d.at, d.jambs, d.clear_width_m, d.wall_m, d, between(d.spaces))
        for d in doors.value
        if d.storey == storey.name and d.spaces is not None and d.at is not None
    ]
    for count, hole in enumerate(storey.plan.openings if storey.plan is not None else (), 1):
        sides = _sides(hole.ends, here)
        if sides is not None:
            id_, name = f"{storey.name}/opening {count}", f"opening {count}"
            found.append(
                _Opening(id_, name, storey.name, sides, hole.at, hole.ends, hole.width_m, None, None, between(sides))
            )
    return tuple(map(Same, found))


def _sides(ends: tuple[Point, Point], spaces: Sequence[Space]) -> tuple[str, str] | None:
    """Return the two rooms that a doorless opening joins."""
    from shapely import LineString

    line = LineString(ends)
    near = sorted((float(s.polygon.distance(line.centroid)), s.id) for s in spaces if not s.is_area)
    close = [id_ for distance, id_ in near if distance <= _WALL]
    return (close[0], close[1]) if len(close) > 1 else None


@lru_cache(maxsize=4096)
def _passage(asked: Same[_Opening], one: Same[Any], other: Same[Any], body: float) -> Passage | None:
    """Return an opening as a body of some width meets it; ``one`` and ``other`` are free on either side."""
    from shapely import Point as P

    opening = asked.value
    at, outlines, sides = opening.at, opening.outlines, opening.sides
    here = P(at)
    known = [float(outline.distance(here)) for outline in outlines if outline is not None]
    if not known:
        return None
    half = 0.5 * opening.wall_m if opening.wall_m else max(known)
    normal = _normal(at, opening.jambs, outlines)
    if normal is None:
        return None
    stand: list[Point | None] = []
    for outline, room in zip(outlines, (one.value, other.value)):
        if outline is None:
            stand.append(None)
            continue
        sign = _which_way(outline, at, normal, half)
        stand.append(_stand(room, at, (sign * normal[0], sign * normal[1]), half + 0.5 * body))
    for k, side in enumerate(sides):
        inner = stand[1 - k]
        if side == OUTSIDE and inner is not None:
            away = (at[0] - inner[0], at[1] - inner[1])
            length = math.hypot(*away) or 1.0
            step = half + 0.5 * body
            stand[k] = (at[0] + away[0] / length * step, at[1] + away[1] / length * step)
    return Passage(
        opening.id, opening.label, opening.storey, sides, at, opening.width_m, (stand[0], stand[1]), opening.door, half
    )


def _normal(at: Point, jambs: tuple[Point, Point] | None, outlines: Sequence[Any]) -> Point | None:
    if jambs is not None and math.dist(*jambs) > 0:
        (x0, y0), (x1, y1) = jambs
        length = math.dist(*jambs)
        return -(y1 - y0) / length, (x1 - x0) / length
    from shapely import Point as P
    from shapely import shortest_line

    for outline in outlines:
        if outline is None:
            continue
        (x0, y0), (x1, y1) = shortest_line(P(at), outline).coords
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 1e-6:
            return (x1 - x0) / length, (y1 - y0) / length
    return None


def _which_way(outline: Any, at: Point, normal: Point, half: float) -> float:
    from shapely import Point as P

    step = half + 0.1
    places = [P(at[0] + s * step * normal[0], at[1] + s * step * normal[1]) for s in (1.0, -1.0)]
    return 1.0 if outline.distance(places[0]) <= outline.distance(places[1]) else -1.0


def _stand(free: Any, at: Point, ahead: Point, step: float) -> Point | None:
    """Return the first place on the door's axis where the body stands free, else the nearest to it."""
    from shapely import LineString, shortest_line
    from shapely import Point as P

    if free.is_empty:
        return None
    start = (at[0] + ahead[0] * step, at[1] + ahead[1] * step)
    end = (at[0] + ahead[0] * (step + _ROOM_TO_STAND), at[1] + ahead[1] * (step + _ROOM_TO_STAND))
    on_axis = LineString([start, end]).intersection(free.buffer(1e-6))
    near = on_axis if not on_axis.is_empty else free
    x, y = shortest_line(near, P(start)).coords[0]
    return (x, y) if math.dist((x, y), start) <= _ROOM_TO_STAND else None


@dataclass(frozen=True, eq=False)
class RoomGraph:
    """Shortest ways between some places of one room, for a body of some width."""

    nodes: Array  #: (n, 2), the places asked for first
    length: Array  #: (k, n) from each of the k places
    before: Array  #: (k, n) predecessor

    def path(self, i: int, j: int) -> list[Point]:
        """Return the way from place i to place j; empty where there is none."""
        if not np.isfinite(self.length[i, j]):
            return []
        way = [j]
        while way[-1] != i:
            way.append(int(self.before[i, way[-1]]))
        return [(float(x), float(y)) for x, y in self.nodes[way[::-1]]]


@lru_cache(maxsize=1024)
def room_ways(free: Same[Any], places: tuple[Point, ...]) -> tuple[tuple[int, int, float, list[Point]], ...]:
    """Return the shortest way between each two places of a room that are joined: both, its length and its points."""
    graph = room_graph(free.value, places)
    pairs = itertools.combinations(range(len(places)), 2)
    return tuple(
        (a, b, float(graph.length[a, b]), graph.path(a, b)) for a, b in pairs if np.isfinite(graph.length[a, b])
    )


def room_graph(free: Any, places: Sequence[Point]) -> RoomGraph:
    """Return the shortest ways between places within a region (shapely), over its inward corners."""
    import shapely
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    # coordinates may be 10^6 m from zero: judge what sees what near the origin
    x0, y0 = places[0]
    region = shapely.transform(free, lambda xy: xy - (x0, y0)).buffer(1e-6, join_style="mitre")
    corners = _inward(region)
    nodes = np.vstack([np.asarray(places, dtype=float) - (x0, y0), corners])
    i, j = np.triu_indices(len(nodes), 1)
    shapely.prepare(region)
    lines = shapely.linestrings(np.stack([nodes[i], nodes[j]], axis=1))
    seen = shapely.covers(region, lines)
    i, j = i[seen], j[seen]
    weight = np.hypot(*(nodes[i] - nodes[j]).T) + 1e-12
    graph = csr_matrix((weight, (i, j)), shape=(len(nodes), len(nodes)))
    length, before = dijkstra(graph, directed=False, indices=np.arange(len(places)), return_predecessors=True)
    return RoomGraph(np.add(nodes, (x0, y0)), length, before)


def _inward(region: Any) -> Array:
    """Return the corners of a region about which a shortest way can bend: those that point into it."""
    import shapely
    from shapely.geometry.polygon import orient

    found = []
    for part in shapely.get_parts(region):
        if part.geom_type != "Polygon":
            continue
        whole = orient(part)  # outer ring anticlockwise, holes clockwise: the region lies on the left
        for ring in (whole.exterior, *whole.interiors):
            p = np.asarray(ring.coords)[:-1]
            ahead, behind = np.roll(p, -1, axis=0) - p, p - np.roll(p, 1, axis=0)
            turn = behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]
            found.append(p[turn < -1e-12])
    return np.vstack(found) if found else np.zeros((0, 2))


def fits(width_m: float | None, body_m: float) -> bool | None:
    """Whether a body passes an opening; None: its width is not known."""
    return None if width_m is None else width_m >= body_m - _NOISE
