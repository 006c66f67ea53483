"""Random floor plans drawn with known keys, in the habits of many offices: measures generality.

A building is a corridor with rooms on both sides, cut by partitions; the walls are one solid from
which openings are taken, so that the key's rooms, doors and windows are exact.
"""

from __future__ import annotations

import itertools
import math
import random
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ezdxf
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.ops import unary_union

UNITS = {"mm": (0.001, 4), "cm": (0.01, 5), "m": (1.0, 6), "inch": (0.0254, 1), "foot": (0.3048, 2)}
LAYERS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("conventions.toml").read_text("utf-8"))
NAMES = [
    "OFFICE",
    "STORE",
    "MEETING ROOM",
    "WC",
    "CONTROL ROOM",
    "SCAN ROOM",
    "CHANGING",
    "WAITING",
    "PREP ROOM",
    "STAFF",
    "REPORTING",
    "PLANT ROOM",
    "CT",
    "ULTRASOUND 1",
    "Recovery Bay",
    "CONSULT 2",
]


@dataclass
class Habits:
    """How a plan is drawn."""

    unit: str = "mm"
    version: str = "R2010"
    layers: str = "aia"
    rotation: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    walls: str = "lines"  # lines, rings, single
    jambs: bool = True
    gaps: float = 0.0
    overshoot: float = 0.0
    duplicates: float = 0.0
    header: str = "none"  # none, wall, head
    doors: str = "block"  # block, mirrored, arc, bulge, lines, polyline
    open_deg: float = 90.0
    tags: str = "text"  # text, mtext, attrib, stacked
    areas: str = "all"  # all, some, none
    frames: bool = False
    tags_out: int = 0
    hatch: bool = False
    windows: str = "lines"  # lines, one, wall
    columns: bool = False
    furniture: bool = True
    sheet: bool = True
    dims: bool = True
    storeys: int = 1
    rooms: int = 10
    double: float = 0.1
    sliding: float = 0.0
    declared: int | None = None


@dataclass
class Key:
    """The right answer, in plan metres, shaped as the scorer wants it."""

    unit: str
    rooms: list[dict[str, Any]] = field(default_factory=list)
    doors: list[dict[str, Any]] = field(default_factory=list)
    windows: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the key for the scorer."""
        pairs = {tuple(sorted(d["rooms"])) for d in self.doors}
        return {
            "unit": self.unit,
            "rooms": self.rooms,
            "doors": self.doors,
            "open_groups": [],
            "openings": [],
            "unlabelled_enclosed": [],
            "adjacency": [list(p) for p in pairs],
        }


@dataclass
class _Hole:
    """An opening in a wall: centre line from a to b (m), wall thickness, kind, the two rooms."""

    a: tuple[float, float]
    b: tuple[float, float]
    wall: float
    kind: str
    rooms: tuple[str, str]
    into: tuple[float, float] = (0.0, 0.0)


def _layout(
    rng: random.Random, h: Habits, storey: int, dx: float
) -> tuple[list[tuple[str, Any]], Any, list[_Hole], list[Any]]:
    """Rooms (id, polygon), wall solid, openings and columns of one storey, in metres before placing."""
    ext, part = rng.choice([0.3, 0.365, 0.24]), rng.choice([0.1, 0.125, 0.15])
    depth = [rng.uniform(3.2, 6.0), rng.uniform(3.2, 6.0)]
    cor = rng.uniform(1.6, 2.6)
    per_side = max(2, (h.rooms - 1) // 2)
    rooms: list[tuple[str, Any]] = []
    holes: list[_Hole] = []
    y0 = [0.0, depth[0] + part + cor + part]
    cor_y = (depth[0] + part, depth[0] + part + cor)
    widths = [[rng.uniform(2.6, 5.6) for _ in range(per_side)] for _ in range(2)]
    total = max(sum(w) + part * (per_side - 1) for w in widths)
    for w in widths:
        k = (total - part * (per_side - 1)) / sum(w)
        w[:] = [x * k for x in w]
    corridor = f"S{storey}:C"
    rooms.append((corridor, box(0, cor_y[0], total, cor_y[1])))
    for side in range(2):
        x = 0.0
        for i, w in enumerate(widths[side]):
            rid = f"S{storey}:{side}{i:02d}"
            poly = box(x, y0[side], x + w, y0[side] + depth[side])
            split = w > 3.4 and depth[side] > 3.6 and rng.random() < 0.25
            yd = depth[0] + part / 2 if side == 0 else y0[1] - part / 2
            up = -1.0 if side == 0 else 1.0
            if split:  # a small WC in the outer corner, its door into the room
                wx, wy = rng.uniform(1.4, 1.7), rng.uniform(1.5, 1.9)
                oy = y0[side] if side == 0 else y0[side] + depth[side] - wy
                wc = box(x, oy, x + wx, oy + wy)
                wall = wc.buffer(part, join_style=2)
                rooms.append((rid + "w", wc))
                poly = poly.difference(wall)
                cy = oy + wy / 2
                holes.append(
                    _Hole(
                        (x + wx + part / 2, cy - 0.4),
                        (x + wx + part / 2, cy + 0.4),
                        part,
                        "single",
                        (rid, rid + "w"),
                        (1.0, 0.0),
                    )
                )
            rooms.append((rid, poly))
            dw = rng.choice([0.8, 0.9, 1.0, 1.2])
            kind = "single"
            if rng.random() < h.double:
                dw, kind = rng.choice([1.5, 1.8]), "double"
            elif rng.random() < h.sliding:
                kind = "sliding"
            lo, hi = x + 0.1 + dw / 2, x + w - 0.1 - dw / 2
            cx = rng.uniform(lo, hi)
            if rng.random() < 0.3:
                cx = x + 0.06 + dw / 2
            inward = rng.random() < 0.75
            into = (0.0, up if inward else -up)
            pair = (rid, corridor) if inward else (corridor, rid)
            holes.append(_Hole((cx - dw / 2, yd), (cx + dw / 2, yd), part, kind, pair, into))
            ww = min(w - 1.0, rng.uniform(0.9, 2.4))
            yw = -ext / 2 if side == 0 else y0[1] + depth[1] + ext / 2
            wx0 = x + (w - ww) / 2 + rng.uniform(-0.15, 0.15)
            if ww > 0.5 and not (split and rng.random() < 0.5):
                holes.append(_Hole((wx0, yw), (wx0 + ww, yw), ext, "window", (rid, "outside")))
            x += w + part
    top = y0[1] + depth[1]
    body = box(-ext, -ext, total + ext, top + ext)
    solid = body.difference(unary_union([p for _, p in rooms]))
    ends = [(-ext / 2, -1.0), (total + ext / 2, 1.0)]
    for n, (x, out) in enumerate(ends):
        dw = rng.choice([1.0, 1.5])
        cy = sum(cor_y) / 2
        if dw > cor - 0.2:
            dw = 1.0
        kind = "double" if dw > 1.2 else "single"
        if n == 0 or rng.random() < 0.7:
            holes.append(_Hole((x, cy - dw / 2), (x, cy + dw / 2), ext, kind, ("outside", corridor), (out, 0.0)))
    columns = []
    if h.columns:
        columns = [Point(rng.uniform(1, total - 1), sum(cor_y) / 2).buffer(0.2, quad_segs=8) for _ in range(2)]
        c, face = total * 0.37, cor_y[0] - part / 2
        if not any(q.a[0] - 0.3 < c < q.b[0] + 0.3 and abs(q.a[1] - face) < 0.2 for q in holes):
            columns.append(box(c - 0.2, cor_y[0] - part - 0.15, c + 0.2, cor_y[0] + 0.15))
    move = lambda g: affinity.translate(g, dx, 0)
    for hole in holes:
        hole.a, hole.b = (hole.a[0] + dx, hole.a[1]), (hole.b[0] + dx, hole.b[1])
    return [(r, move(p)) for r, p in rooms], move(solid), holes, [move(c) for c in columns]


class _Pen:
    """Draws in metres; places, turns and scales into the drawing's own frame."""

    def __init__(self, h: Habits, doc: Any, rng: random.Random) -> None:
        self.h, self.doc, self.space, self.rng = h, doc, doc.modelspace(), rng
        self.k = 1.0 / UNITS[h.unit][0]
        self.names = LAYERS[h.layers]
        self.c, self.s = math.cos(math.radians(h.rotation)), math.sin(math.radians(h.rotation))
        self.r12 = h.version == "R12"

    def at(self, p: tuple[float, float]) -> tuple[float, float]:
        x, y = self.world(p)
        return x * self.k, y * self.k

    def world(self, p: tuple[float, float]) -> tuple[float, float]:
        return p[0] * self.c - p[1] * self.s + self.h.origin[0], p[0] * self.s + p[1] * self.c + self.h.origin[1]

    def line(self, a: tuple[float, float], b: tuple[float, float], what: str) -> None:
        self.space.add_line(self.at(a), self.at(b), dxfattribs={"layer": self.names[what]})

    def poly(self, points: list[tuple[float, ...]], what: str, closed: bool = True) -> None:
        pts = [(*self.at((p[0], p[1])), 0, 0, p[2] if len(p) > 2 else 0.0) for p in points]
        if self.r12:
            line = self.space.add_polyline2d([p[:2] for p in pts], close=closed, dxfattribs={"layer": self.names[what]})
            for v, p in zip(line.vertices, pts, strict=True):
                v.dxf.bulge = p[4]
        else:
            self.space.add_lwpolyline(pts, format="xyseb", close=closed, dxfattribs={"layer": self.names[what]})

    def text(self, words: str, p: tuple[float, float], height: float, what: str) -> None:
        t = self.space.add_text(
            words, height=height * self.k, rotation=self.h.rotation, dxfattribs={"layer": self.names[what]}
        )
        t.set_placement(self.at(p), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)


def draw(seed: int, h: Habits) -> tuple[Any, Key]:
    """Return an ezdxf document and its key."""
    rng = random.Random(seed)
    doc = ezdxf.new(h.version)
    doc.header["$INSUNITS"] = h.declared if h.declared is not None else UNITS[h.unit][1]
    pen = _Pen(h, doc, rng)
    for name in sorted(set(pen.names.values())):
        if name not in doc.layers:
            doc.layers.add(name)
    _blocks(doc)
    key = Key(h.unit)
    dx = 0.0
    for storey in range(h.storeys):
        rooms, solid, holes, columns = _layout(rng, h, storey, dx)
        _draw_storey(pen, rng, h, key, storey, rooms, solid, holes, columns)
        dx = max(p.bounds[2] for _, p in rooms) + rng.uniform(6, 9)
    if h.sheet:
        _sheet(pen, dx)
    return doc, key


def _blocks(doc: Any) -> None:
    for name, sign in (("DOOR-L", 1.0), ("DOOR-R", -1.0)):
        b = doc.blocks.new(name)
        # Unit leaf: hinge at the origin, shut along +x, open along +y times sign.
        b.add_line((0, 0), (0, sign))
        b.add_line((0.045, 0), (0.045, sign))
        b.add_line((0, sign), (0.045, sign))
        b.add_arc((0, 0), 1.0, 0 if sign > 0 else 270, 90 if sign > 0 else 360)
    tag = doc.blocks.new("ROOMTAG")
    for i, name in enumerate(("ROOM_NAME", "ROOM_NO", "AREA")):
        tag.add_attdef(name, (0, -0.4 * i), height=0.25)


def _hole_box(hole: _Hole) -> Any:
    return LineString([hole.a, hole.b]).buffer(hole.wall / 2 + 0.01, cap_style=2)


def _draw_storey(
    pen: _Pen,
    rng: random.Random,
    h: Habits,
    key: Key,
    storey: int,
    rooms: list[Any],
    solid: Any,
    holes: list[_Hole],
    columns: list[Any],
) -> None:
    name = f"Level {storey + 1}"
    single = h.walls == "single"
    if single:
        rooms = _single_line(pen, rooms, solid, holes)
    else:
        cut = solid.difference(unary_union([_hole_box(x) for x in holes]))
        cut = cut.buffer(-1e-6, join_style=2).buffer(1e-6, join_style=2)
        pieces = list(cut.geoms) if isinstance(cut, MultiPolygon) else [cut]
        for piece in pieces:
            for ring in (piece.exterior, *piece.interiors):
                _wall_ring(pen, rng, h, list(ring.simplify(1e-4).coords)[:-1], holes)
            if h.hatch and not pen.r12:
                hatch = pen.space.add_hatch(dxfattribs={"layer": pen.names["hatch"]})
                hatch.set_pattern_fill("ANSI31", scale=20)
                for ring in (piece.exterior, *piece.interiors):
                    hatch.paths.add_polyline_path([pen.at(p) for p in ring.coords], is_closed=True)
        for c in columns:
            pen.poly([tuple(p) for p in list(c.exterior.coords)[:-1]], "wall")
    labels = {}
    for i, (rid, poly) in enumerate(rooms):
        label = "CORRIDOR" if rid.endswith(":C") else rng.choice(NAMES)
        number = f"{storey + 1}.{i:02d}"
        labels[rid] = (label, number)
        world = Polygon(
            [pen.world(p) for p in poly.exterior.coords], [[pen.world(p) for p in r.coords] for r in poly.interiors]
        )
        printed = h.areas == "all" or (h.areas == "some" and rng.random() < 0.5)
        key.rooms.append({
            "id": rid, "label": label, "number": number, "storey": name,
            "polygon": [list(p) for p in world.exterior.coords],
            "holes": [list(map(list, r.coords)) for r in world.interiors], "area_m2": world.area, "open_to": [],
        })  # fmt: skip
        _tag(pen, rng, h, poly, label, number, poly.area if printed else None, outside=i <= h.tags_out and i > 0)
        if h.furniture:
            _furniture(pen, rng, poly)
    for hole in holes:
        _hole(pen, rng, h, hole)
        mid = pen.world(((hole.a[0] + hole.b[0]) / 2, (hole.a[1] + hole.b[1]) / 2))
        if hole.kind == "window":
            key.windows.append({"at": list(mid), "width_m": math.dist(hole.a, hole.b)})
        else:
            key.doors.append(
                {
                    "at": list(mid),
                    "width_m": math.dist(hole.a, hole.b),
                    "rooms": list(hole.rooms),
                    "storey": name,
                    "kind": hole.kind,
                }
            )
    x0, y0, x1, y1 = solid.bounds
    if h.dims:
        _dims(pen, x0, y0, x1, y1)
    pen.text(f"LEVEL {storey + 1}", ((x0 + x1) / 2, y0 - 3.5), 0.6, "sheet")


def _wall_ring(pen: _Pen, rng: random.Random, h: Habits, pts: list[Any], holes: list[_Hole]) -> None:
    n = len(pts)
    edges = [(pts[i], pts[(i + 1) % n]) for i in range(n)]
    if h.walls == "rings" and h.jambs and not h.gaps:
        pen.poly([tuple(p) for p in pts], "wall")
        return
    for a, b in edges:
        length = math.dist(a, b)
        if not h.jambs and any(_is_jamb(a, b, x) for x in holes):
            continue
        ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
        e0 = e1 = 0.0
        if rng.random() < h.gaps and length > 0.3:
            e0 = -rng.uniform(0.004, 0.02)
        if rng.random() < h.gaps and length > 0.3:
            e1 = -rng.uniform(0.004, 0.02)
        if rng.random() < h.overshoot:
            e1 = rng.uniform(0.01, 0.06)
        p, q = (a[0] - ux * e0, a[1] - uy * e0), (b[0] + ux * e1, b[1] + uy * e1)
        pen.line(p, q, "wall")
        if rng.random() < h.duplicates:
            pen.line(q, p, "wall")


def _is_jamb(a: Any, b: Any, x: _Hole) -> bool:
    if abs(math.dist(a, b) - x.wall) > 0.03:
        return False
    m = Point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    return m.distance(Point(x.a)) < 0.02 or m.distance(Point(x.b)) < 0.02


def _single_line(pen: _Pen, rooms: list[Any], solid: Any, holes: list[_Hole]) -> list[Any]:
    """Walls as their centre lines; the rooms grow to them."""
    grown, lines = [], []
    ext = 0.5 * (max(x.wall for x in holes) if holes else 0.3)
    part = 0.5 * min((x.wall for x in holes), default=0.1)
    x0, y0, x1, y1 = solid.bounds
    hull = box(x0 + ext, y0 + ext, x1 - ext, y1 - ext)
    for rid, p in rooms:
        g = p.buffer(part, join_style=2)
        gx0, gy0, gx1, gy1 = p.bounds
        ax0 = x0 + ext if gx0 - x0 < 2 * ext + 0.01 else gx0 - part
        ax1 = x1 - ext if x1 - gx1 < 2 * ext + 0.01 else gx1 + part
        ay0 = y0 + ext if gy0 - y0 < 2 * ext + 0.01 else gy0 - part
        ay1 = y1 - ext if y1 - gy1 < 2 * ext + 0.01 else gy1 + part
        frame = box(ax0, ay0, ax1, ay1)
        notch = box(*p.bounds).difference(p).buffer(0) if p.area < box(*p.bounds).area - 1e-6 else None
        g = frame
        if notch is not None and not notch.is_empty:
            nb = notch.bounds
            n = box(ax0 if nb[0] - gx0 < 0.01 else nb[0] + part, ay0 if nb[1] - gy0 < 0.01 else nb[1] + part,
                    ax1 if gx1 - nb[2] < 0.01 else nb[2] - part,
                    ay1 if gy1 - nb[3] < 0.01 else nb[3] - part)  # fmt: skip
            g = frame.difference(n)
        grown.append((rid, g.intersection(hull)))
    for _, g in grown:
        lines.append(LineString(g.exterior.coords))
    merged = unary_union(lines).difference(unary_union([_hole_box(x) for x in holes]))
    from shapely.ops import linemerge

    merged = linemerge(merged)
    for part_line in getattr(merged, "geoms", [merged]):
        pts = list(part_line.simplify(1e-4).coords)
        for a, b in itertools.pairwise(pts):
            pen.line(a, b, "wall")
    return grown


def _hole(pen: _Pen, rng: random.Random, h: Habits, x: _Hole) -> None:
    a, b = x.a, x.b
    w = math.dist(a, b)
    ux, uy = (b[0] - a[0]) / w, (b[1] - a[1]) / w
    nx, ny = -uy, ux
    single = h.walls == "single"
    t = 0.0 if single else x.wall
    shift = lambda p, o: (p[0] + nx * o, p[1] + ny * o)
    if x.kind == "window":
        what = "wall" if h.windows == "wall" else "window"
        offsets = {"lines": (-t / 2, -0.03, 0.03, t / 2), "one": (0.0,), "wall": (-t / 2, 0.0, t / 2)}[h.windows]
        for o in offsets:
            pen.line(shift(a, o), shift(b, o), what)
        return
    if h.header != "none" and not single:
        for o in (-t / 2, t / 2):
            pen.line(shift(a, o), shift(b, o), "wall" if h.header == "wall" else "head")
    side = x.into[0] * nx + x.into[1] * ny
    face = (t / 2) * (1 if side > 0 else -1)
    if x.kind == "sliding":
        for p, q in ((-0.04, 0.0), (0.0, 0.04)):
            pen.poly([shift(a, p), shift(b, p), shift(b, q), shift(a, q)], "door")
        return
    hinges = (
        [(shift(a, face), (ux, uy), w)]
        if x.kind == "single"
        else [(shift(a, face), (ux, uy), w / 2), (shift(b, face), (-ux, -uy), w / 2)]
    )
    if x.kind == "single" and rng.random() < 0.5:
        hinges = [(shift(b, face), (-ux, -uy), w)]
    for hinge, d, r in hinges:
        _leaf(pen, rng, h, hinge, d, r, (x.into[0], x.into[1]))


def _leaf(
    pen: _Pen,
    rng: random.Random,
    h: Habits,
    hinge: tuple[float, float],
    d: tuple[float, float],
    r: float,
    into: tuple[float, float],
) -> None:
    turn = math.copysign(1.0, d[0] * into[1] - d[1] * into[0])
    shut = math.atan2(d[1], d[0])
    angle = math.radians(h.open_deg)
    layer = pen.names["door"]
    k = pen.k
    if h.doors in ("block", "mirrored"):
        rot = math.degrees(shut) + h.rotation
        if h.doors == "block":
            name, yscale = ("DOOR-L", 1.0) if turn > 0 else ("DOOR-R", 1.0)
        else:
            name, yscale = "DOOR-L", turn
        pen.space.add_blockref(
            name, pen.at(hinge), dxfattribs={"layer": layer, "xscale": r * k, "yscale": r * k * yscale, "rotation": rot}
        )
        return
    tip = shut + turn * angle
    end = (hinge[0] + r * math.cos(tip), hinge[1] + r * math.sin(tip))
    closed = (hinge[0] + r * d[0], hinge[1] + r * d[1])
    pen.line(hinge, end, "door")
    if h.doors == "arc":
        a0, a1 = (shut, tip) if turn > 0 else (tip, shut)
        pen.space.add_arc(
            pen.at(hinge),
            r * k,
            math.degrees(a0) + h.rotation,
            math.degrees(a1) + h.rotation,
            dxfattribs={"layer": layer},
        )
    elif h.doors == "bulge":
        pen.poly([(*closed, turn * math.tan(angle / 4)), end], "door", closed=False)
    else:
        n = rng.choice([5, 6, 8, 12])
        pts = [
            (hinge[0] + r * math.cos(shut + turn * angle * i / n), hinge[1] + r * math.sin(shut + turn * angle * i / n))
            for i in range(n + 1)
        ]
        if h.doors == "lines":
            for p, q in itertools.pairwise(pts):
                pen.line(p, q, "door")
        else:
            pen.poly(list(pts), "door", closed=False)


def _tag(
    pen: _Pen, rng: random.Random, h: Habits, poly: Any, label: str, number: str, area: float | None, outside: bool
) -> None:
    c = poly.representative_point()
    x, y = c.x, c.y
    if outside:
        tx, ty = poly.bounds[0] + 0.6, -3.0 if poly.centroid.y < 6 else poly.bounds[3] + 3.0
        pen.line((x, y), (tx, ty - 0.3 if ty > y else ty + 0.3), "tag")
        x, y = tx, ty
    imperial = h.unit in ("inch", "foot")
    printed = None if area is None else (f"{area / 0.3048**2:.0f} SQ FT" if imperial else f"{area:.1f} m²")
    height = 0.2 if min(poly.bounds[2] - poly.bounds[0], poly.bounds[3] - poly.bounds[1]) > 2 else 0.12
    lines = [label, number] + ([printed] if printed else [])
    if h.tags == "stacked":
        lines = [*label.split(), number] + ([printed] if printed else [])
    k = pen.k
    layer = pen.names["tag"]
    if h.tags == "mtext" and not pen.r12:
        m = pen.space.add_mtext(
            "\\P".join(lines),
            dxfattribs={"layer": layer, "char_height": height * k, "rotation": h.rotation, "attachment_point": 5},
        )
        m.set_location(pen.at((x, y)))
    elif h.tags == "attrib":
        ref = pen.space.add_blockref("ROOMTAG", pen.at((x, y)), dxfattribs={"layer": layer})
        for i, (tag, words) in enumerate(zip(("ROOM_NAME", "ROOM_NO", "AREA"), lines, strict=False)):
            ref.add_attrib(
                tag,
                words,
                pen.at((x, y - 1.6 * height * i)),
                dxfattribs={"layer": layer, "height": height * k, "rotation": h.rotation},
            )
    else:
        top = y + 0.8 * height * (len(lines) - 1)
        for i, words in enumerate(lines):
            pen.text(words, (x, top - 1.6 * height * i), height, "tag")
    if h.frames:
        wx, wy = 0.45 * height * max(len(t) for t in lines) + 0.15, 0.9 * height * len(lines) + 0.1
        pen.poly([(x - wx, y - wy), (x + wx, y - wy), (x + wx, y + wy), (x - wx, y + wy)], "tag")


def _furniture(pen: _Pen, rng: random.Random, poly: Any) -> None:
    x0, y0, x1, y1 = poly.bounds
    for _ in range(rng.choice([0, 1, 2, 3])):
        w, d = rng.choice([(0.9, 2.0), (1.6, 0.8), (0.6, 1.2), (0.45, 0.45), (1.2, 0.6)])
        if x1 - x0 < w + 0.5 or y1 - y0 < d + 0.5:
            continue
        x, y = rng.uniform(x0 + 0.1, x1 - w - 0.1), rng.uniform(y0 + 0.1, y1 - d - 0.1)
        b = box(x, y, x + w, y + d)
        if poly.buffer(-0.05).contains(b):
            pen.poly([tuple(p) for p in list(b.exterior.coords)[:-1]], "furn")
    if rng.random() < 0.3:
        c = poly.representative_point()
        pen.space.add_circle(pen.at((c.x + 0.5, c.y)), 0.3 * pen.k, dxfattribs={"layer": pen.names["furn"]})


def _dims(pen: _Pen, x0: float, y0: float, x1: float, y1: float) -> None:
    k = pen.k
    style = pen.doc.dimstyles.get("Standard")
    style.dxf.dimtxt, style.dxf.dimasz = 0.25 * k, 0.2 * k
    names = pen.names["dim"]
    text = (
        f"{round((x1 - x0) * 1000)}"
        if pen.h.unit != "inch"
        else f"{int((x1 - x0) / 0.3048)}'-{round((x1 - x0) / 0.0254 % 12)}\""
    )
    d = pen.space.add_aligned_dim(
        pen.at((x0, y0)), pen.at((x1, y0)), distance=-2.0 * k, text=text, dxfattribs={"layer": names}
    )
    d.render()
    for i in range(3):
        x = x0 + (x1 - x0) * i / 2
        pen.line((x, y0 - 4), (x, y1 + 4), "grid")
        pen.space.add_circle(pen.at((x, y1 + 4.4)), 0.4 * k, dxfattribs={"layer": pen.names["grid"]})
        pen.text(str(i + 1), (x, y1 + 4.4), 0.3, "grid")


def _sheet(pen: _Pen, width: float) -> None:
    pen.poly([(-10, -14), (width + 10, -14), (width + 10, 30), (-10, 30)], "sheet")
    pen.poly([(width - 2, -13), (width + 9, -13), (width + 9, -9), (width - 2, -9)], "sheet")
    pen.text("GENERAL ARRANGEMENT PLAN", (width + 3, -10), 0.35, "sheet")
    pen.text("SCALE 1:100", (width + 3, -11), 0.25, "sheet")


def random_habits(seed: int, *, degraded: bool = False) -> Habits:
    """Draw habits at random; degraded ones have gaps, one layer, single lines or no jambs."""
    rng = random.Random(seed * 7919 + 13)
    unit = rng.choice(["mm", "mm", "cm", "m", "inch", "foot"])
    h = Habits(
        unit=unit,
        version=rng.choice(["R2010", "R2018", "R2000", "R12"]),
        layers=rng.choice([k for k in LAYERS if k != "zero"]),
        rotation=rng.choice([0.0, 0.0, 0.0, 90.0, 21.0, -37.5, 45.0]),
        origin=rng.choice([(0.0, 0.0), (0.0, 0.0), (412345.6, 287654.3), (-35.2, 812.4)]),
        walls=rng.choice(["lines", "rings"]),
        header=rng.choice(["none", "none", "wall", "head"]),
        doors=rng.choice(["block", "mirrored", "arc", "bulge", "lines", "polyline"]),
        open_deg=rng.choice([90.0, 90.0, 90.0, 60.0, 88.0]),
        tags=rng.choice(["text", "mtext", "attrib", "stacked"]),
        areas=rng.choice(["all", "some", "none"]),
        frames=rng.random() < 0.3,
        tags_out=rng.choice([0, 0, 0, 2]),
        hatch=rng.random() < 0.4,
        windows=rng.choice(["lines", "one", "lines", "wall"]),
        columns=rng.random() < 0.3,
        storeys=rng.choice([1, 1, 1, 2]),
        rooms=rng.choice([6, 10, 16, 24]),
        double=rng.choice([0.0, 0.15, 0.3]),
        sliding=rng.choice([0.0, 0.0, 0.15]),
    )
    if degraded:
        kind = rng.choice(["single", "gaps", "zero", "nojambs", "zero+gaps"])
        if kind == "single":
            h.walls, h.sliding = "single", 0.0
        if "gaps" in kind:
            h.walls, h.gaps, h.overshoot, h.duplicates = "lines", 0.2, 0.1, 0.1
        if "zero" in kind:
            h.layers = "zero"
        if kind == "nojambs":
            h.walls, h.jambs = "lines", False
    return h
