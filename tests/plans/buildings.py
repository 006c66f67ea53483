"""Buildings to be drawn: footprints of many shapes cut into rooms, with their walls, doors and windows, in metres.

Where ``drawn.py`` has a corridor with rooms on both sides, here an L, T, U or ring (about a court) is cut
again and again; rooms are joined into L shapes, an end may be round, a shaft may stand free in a room.
The walls are what the rooms leave, so that the key is exact.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, field
from typing import Any

from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box
from shapely.ops import linemerge, unary_union


@dataclass
class Hole:
    """An opening: ends on the wall's centre line (m), thickness, kind, the two rooms, the side it swings to."""

    a: tuple[float, float]
    b: tuple[float, float]
    wall: float
    kind: str
    rooms: tuple[str, str]
    into: tuple[float, float] = (0.0, 0.0)
    number: str = ""

    @property
    def width(self) -> float:
        """Clear width, m."""
        return math.dist(self.a, self.b)

    @property
    def at(self) -> tuple[float, float]:
        """Middle of the opening."""
        return (self.a[0] + self.b[0]) / 2, (self.a[1] + self.b[1]) / 2


@dataclass
class Building:
    """One storey."""

    rooms: list[tuple[str, Any]]
    solid: Any
    holes: list[Hole]
    legs: list[tuple[Any, float]]  # wall centre lines with their thickness
    shafts: list[Any] = field(default_factory=list)
    round_end: tuple[tuple[float, float], tuple[float, ...]] | None = None


FOOTPRINTS = ("rect", "L", "T", "U", "ring", "round")


def build(
    rng: random.Random, shape: str, rooms: int, storey: int, *, double: float, sliding: float, part: float, ext: float
) -> Building:
    """Return a building of about so many rooms."""
    scale = math.sqrt(rooms * rng.uniform(14, 20))
    outline, disc = _footprint(rng, shape, scale)
    cells = _cut(rng, outline, rooms, part)
    cells = _join_some(rng, cells)
    ids = [f"S{storey}:{i:02d}" for i in range(len(cells))]
    inner = [c.buffer(-part / 2, join_style=2, mitre_limit=8) for c in cells]
    body = outline.buffer(ext - part / 2, join_style=2, mitre_limit=8)
    shafts = []
    for k, p in enumerate(inner):
        if p.area > 22 and rng.random() < 0.35:
            c = p.representative_point()
            s = box(c.x - 0.6, c.y + 0.7, c.x + 0.6, c.y + 1.7)
            if p.buffer(-0.9).contains(s):
                inner[k] = p.difference(s)
                shafts.append(s)
    solid = body.difference(unary_union(inner)).difference(unary_union([s.buffer(-part, join_style=2) for s in shafts]))
    holes: list[Hole] = []
    shared = []
    for i in range(len(cells)):
        for j in range(i):
            edge = _straight(cells[i].boundary.intersection(cells[j].boundary))
            if edge is not None and edge.length > 1.25 + part:
                shared.append((i, j, edge))
    rng.shuffle(shared)
    group = list(range(len(cells)))

    def root(k: int) -> int:
        while group[k] != k:
            k = group[k]
        return k

    for i, j, edge in sorted(shared, key=lambda s: -s[2].length * rng.uniform(0.5, 1)):
        tree = root(i) != root(j)
        if tree or rng.random() < 0.08:
            hole = _door(rng, edge, part, (ids[i], ids[j]), inner[i], double, sliding)
            both = hole is not None and all(inner[k].distance(Point(hole.at)) < part for k in (i, j))
            if hole is not None and both and not _crowded(hole, holes):
                holes.append(hole)
                if tree:
                    group[root(i)] = root(j)
    for i, c in enumerate(cells):
        edges = c.boundary.intersection(outline.boundary)
        for n, edge in enumerate(_straights(edges)):
            off = (ext - part) / 2
            if edge.length < 2.2 or (disc and _on_disc(edge, disc)):
                continue
            outer = _shifted(edge, off, outline)
            court = shape == "ring" and Polygon(outline.exterior).buffer(-0.5).contains(edge)
            if n == 0 and not court and (root(i) not in _with_way_out(holes, root, ids) or rng.random() < 0.1):
                hole = _door(rng, outer, ext, ("outside", ids[i]), None, double, 0.0)
                if hole is not None:
                    d = _toward(hole, inner[i])
                    out = rng.random() < 0.7
                    hole.into = (-d[0], -d[1]) if out else d
                    hole.rooms = ("outside", ids[i]) if out else (ids[i], "outside")
                    holes.append(hole)
                    continue
            if rng.random() < 0.75:
                w = min(edge.length - 1.0, rng.uniform(0.8, 2.4))
                hole = _place(rng, outer, w, ext, "window", (ids[i], "outside"))
                if not _crowded(hole, holes):
                    holes.append(hole)
    for n, hole in enumerate(h for h in holes if h.kind != "window"):
        hole.number = f"D{storey + 1}.{n + 1:02d}"
    legs = [(e, part) for _, _, e in _all_shared(cells)] + [
        (_shifted(e, (ext - part) / 2, outline), ext)
        for c in cells
        for e in _straights(c.boundary.intersection(outline.boundary))
    ]
    radii = None
    if disc:
        radii = (disc[0], (disc[1] - part / 2, disc[1] + ext - part / 2))
    return Building(list(zip(ids, inner, strict=True)), solid, holes, legs, shafts, radii)


def _with_way_out(holes: list[Hole], root: Any, ids: list[str]) -> set[int]:
    """Groups of rooms that have a door to outdoors."""
    doors = [h for h in holes if "outside" in h.rooms and h.kind != "window"]
    return {root(ids.index(r)) for h in doors for r in h.rooms if r != "outside"}


def _footprint(rng: random.Random, shape: str, s: float) -> tuple[Any, tuple[tuple[float, float], float] | None]:
    w, h = s * rng.uniform(1.1, 1.5), s * rng.uniform(0.8, 1.0)
    full = box(0, 0, w, h)
    if shape == "L":
        return full.difference(box(w * 0.55, h * 0.5, w + 1, h + 1)), None
    if shape == "T":
        return full.difference(box(-1, -1, w * 0.3, h * 0.5)).difference(box(w * 0.72, -1, w + 1, h * 0.5)), None
    if shape == "U":
        return full.difference(box(w * 0.33, h * 0.45, w * 0.66, h + 1)), None
    if shape == "ring":
        return full.difference(box(w * 0.35, h * 0.36, w * 0.65, h * 0.64)), None
    if shape == "round":
        centre, r = (w - h * 0.55, h / 2), h * 0.55
        disc = Point(centre).buffer(r, quad_segs=32)
        return box(0, 0, centre[0], h).union(disc.intersection(box(centre[0], 0, w + h, h))), (centre, r)
    return full, None


def _cut(rng: random.Random, outline: Any, rooms: int, part: float) -> list[Any]:
    cells = [outline]
    stuck = 0
    while len(cells) < rooms and stuck < 60:
        cells.sort(key=lambda c: -c.area)
        c = cells[min(stuck // 10, len(cells) - 1)]
        x0, y0, x1, y1 = c.bounds
        tall = (y1 - y0) > (x1 - x0)
        t = rng.uniform(0.3, 0.7)
        at = (y0 + t * (y1 - y0)) if tall else (x0 + t * (x1 - x0))
        if rng.random() < 0.5:
            at = round(at * 4) / 4
        one = c.intersection(box(x0 - 1, y0 - 1, x1 + 1, at) if tall else box(x0 - 1, y0 - 1, at, y1 + 1))
        two = c.difference(one)
        pieces = [p for g in (one, two) for p in getattr(g, "geoms", [g])]
        ok = all(
            p.area > 4.5 and not p.buffer(-0.75 - part / 2).is_empty and p.geom_type == "Polygon" and not p.interiors
            for p in pieces
        )
        ok = ok and all(_roomy(p, 0.55 + part / 2) for p in pieces)
        if ok:
            cells.remove(c)
            cells += pieces
            stuck = 0
        else:
            stuck += 1
    return [c.simplify(1e-6) for c in cells]


def _join_some(rng: random.Random, cells: list[Any]) -> list[Any]:
    """Join a few neighbours: rooms of L and other shapes."""
    out = list(cells)
    for _ in range(len(cells) // 6):
        i = rng.randrange(len(out))
        near = [j for j in range(len(out)) if j != i and out[i].boundary.intersection(out[j].boundary).length > 1.8]
        if not near:
            continue
        j = rng.choice(near)
        both = out[i].union(out[j])
        if both.geom_type != "Polygon" or both.interiors or both.area > 60 or not _roomy(both):
            continue
        out = [c for k, c in enumerate(out) if k not in (i, j)] + [both.simplify(1e-6)]
    return out


def _roomy(cell: Any, neck: float = 0.5) -> bool:
    """Whether no part of a room is narrower than a metre."""
    opened = cell.buffer(-neck, join_style=2).buffer(neck, join_style=2)
    return bool(opened.geom_type == "Polygon" and cell.difference(opened).area < 0.02 * cell.area)


def _straights(g: Any) -> list[Any]:
    lines = [p for p in getattr(g, "geoms", [g]) if p.geom_type == "LineString" and p.length > 1e-6]
    if not lines:
        return []
    merged = linemerge(MultiLineString(lines))
    out = []
    for line in getattr(merged, "geoms", [merged]):
        pts = list(line.simplify(1e-6).coords)
        out += [LineString([p, q]) for p, q in itertools.pairwise(pts) if math.dist(p, q) > 0.05]
    return sorted(out, key=lambda e: -e.length)


def _straight(g: Any) -> Any:
    found = _straights(g)
    return found[0] if found else None


def _all_shared(cells: list[Any]) -> list[tuple[int, int, Any]]:
    return [
        (i, j, e)
        for i in range(len(cells))
        for j in range(i)
        for e in _straights(cells[i].boundary.intersection(cells[j].boundary))
    ]


def _on_disc(edge: Any, disc: tuple[tuple[float, float], float]) -> bool:
    return all(abs(math.dist(p, disc[0]) - disc[1]) < 0.02 for p in edge.coords)


def _shifted(edge: Any, off: float, outline: Any) -> Any:
    """The edge moved outwards."""
    (x0, y0), (x1, y1) = edge.coords
    n = math.dist((x0, y0), (x1, y1))
    for sign in (1, -1):
        dx, dy = -(y1 - y0) / n * off * sign, (x1 - x0) / n * off * sign
        moved = affinity.translate(edge, dx, dy)
        mid = moved.interpolate(0.5, normalized=True)
        if off <= 0 or not outline.contains(mid):
            return moved
    return edge


def _place(rng: random.Random, edge: Any, width: float, wall: float, kind: str, rooms: tuple[str, str]) -> Hole:
    (x0, y0), (x1, y1) = edge.coords
    n = edge.length
    margin = 0.28 + width / 2
    c = rng.uniform(margin, n - margin) if n > 2 * margin else n / 2
    ux, uy = (x1 - x0) / n, (y1 - y0) / n
    a, b = c - width / 2, c + width / 2
    return Hole((x0 + ux * a, y0 + uy * a), (x0 + ux * b, y0 + uy * b), wall, kind, rooms)


def _door(
    rng: random.Random, edge: Any, wall: float, rooms: tuple[str, str], first: Any, double: float, sliding: float
) -> Hole | None:
    width, kind = rng.choice([0.76, 0.8, 0.885, 0.9, 1.0, 1.1, 1.25]), "single"
    if rng.random() < double and edge.length > 2.4:
        width, kind = rng.choice([1.4, 1.6, 1.8]), "double"
    elif rng.random() < sliding:
        kind = "sliding"
    if edge.length < width + 0.5:
        return None
    hole = _place(rng, edge, width, wall, kind, rooms)
    if first is not None:
        d = _toward(hole, first)
        hole.into = d
        if rng.random() < 0.4:
            hole.rooms, hole.into = (rooms[1], rooms[0]), (-d[0], -d[1])
    return hole


def _toward(hole: Hole, room: Any) -> tuple[float, float]:
    """Unit normal of the wall on the side of the room."""
    w = hole.width
    n = (-(hole.b[1] - hole.a[1]) / w, (hole.b[0] - hole.a[0]) / w)
    x, y = hole.at
    reach = hole.wall / 2 + 0.15
    return n if room.contains(Point(x + n[0] * reach, y + n[1] * reach)) else (-n[0], -n[1])


def _crowded(hole: Hole, others: list[Hole]) -> bool:
    line = LineString([hole.a, hole.b])
    return any(line.distance(LineString([o.a, o.b])) < 0.35 for o in others)


def hole_box(hole: Hole) -> Any:
    """What is taken from the wall."""
    return LineString([hole.a, hole.b]).buffer(hole.wall / 2 + 0.01, cap_style=2)


def pieces_of(solid: Any, holes: list[Hole]) -> list[Polygon]:
    """The walls with their openings taken out."""
    cut = solid.difference(unary_union([hole_box(x) for x in holes]))
    cut = cut.buffer(-1e-6, join_style=2).buffer(1e-6, join_style=2)
    return [p for p in getattr(cut, "geoms", [cut]) if p.area > 1e-4]
