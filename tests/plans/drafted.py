"""The buildings of ``buildings.py`` drawn in manners that ``drawn.py`` does not have.

Wall boxes that overlap at corners, cavity walls, exploded hatching on the wall layer, MLINE walls, true arcs;
doors as nested or mirrored blocks of real size with frames and numbers, anonymous blocks, plain leaves, splines;
windows as blocks, boxes, lines on the wall layer; labels with formatting codes, bubbles, texts far apart and foreign
notes; legends with door symbols, room schedules, a key plan, sanitary ware, old schemes on frozen layers, a whole
plan bound into a block.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import ezdxf
from shapely.geometry import Point, Polygon, box

from tests.plans.buildings import FOOTPRINTS, Building, Hole, build, hole_box, pieces_of
from tests.plans.drawn import LAYERS, NAMES, UNITS, Key

WORDS = {
    "en": [*NAMES, "CLEAN UTILITY", "DIRTY UTILITY", "MRI CONTROL", "LINEN", "SEMINAR"],
    "de": ["Büro", "Warten", "Schaltraum", "Untersuchung MRT", "WC Damen", "Lager", "Umkleide 1", "Technik", "Flur"],
    "fr": ["Bureau", "Salle d'attente", "Local technique", "Vestiaire", "Sanitaires", "Dégagement", "Salle IRM"],
    "es": ["Despacho", "Sala de espera", "Aseo", "Vestuario", "Almacén", "Pasillo", "Sala de control"],
    "it": ["Ufficio", "Attesa", "Bagno", "Spogliatoio", "Deposito", "Corridoio", "Sala comandi"],
}


@dataclass
class Manner:
    """How a plan is drafted."""

    unit: str = "mm"
    version: str = "R2010"
    layers: str = "aia"
    shape: str = "rect"
    rooms: int = 12
    storeys: int = 1
    rotation: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    walls: str = "outline"  # outline, boxes, cavity, hatched, mline, solid
    doors: str = "nested"  # nested, anonymous, framed, bulge, leaf45, spline, gap
    windows: str = "block"  # block, box, wall, glass
    labels: str = "formatted"  # formatted, apart, bubble, attribs, notes
    language: str = "en"
    areas: bool = True
    numbers: str = "none"  # none, attrib, text, bubble, label
    clutter: tuple[str, ...] = ()  # legend, schedule, keyplan, frozen, section, sanitary, cloud
    bound: bool = False
    double: float = 0.12
    sliding: float = 0.06
    declared: int | None = None


CLUTTER = ("legend", "schedule", "keyplan", "frozen", "section", "sanitary", "cloud")


class Pen:
    """Draws in metres; turns, places and scales into the drawing's own frame, or into a block."""

    def __init__(self, m: Manner, doc: Any, space: Any) -> None:
        self.m, self.doc, self.space = m, doc, space
        self.k = 1.0 / UNITS[m.unit][0]
        self.names = LAYERS[m.layers]
        a = 0.0 if m.bound else m.rotation
        self.turn = a
        self.o = (0.0, 0.0) if m.bound else m.origin
        self.c, self.s = math.cos(math.radians(a)), math.sin(math.radians(a))

    def at(self, p: Any) -> tuple[float, float]:
        """Plan to drawing."""
        return (p[0] * self.c - p[1] * self.s + self.o[0]) * self.k, (
            p[0] * self.s + p[1] * self.c + self.o[1]
        ) * self.k

    def layer(self, what: str) -> dict[str, Any]:
        """Attributes that put an entity on the layer of its kind."""
        return {"layer": self.names.get(what, what)}

    def line(self, a: Any, b: Any, what: str) -> None:
        """One line."""
        self.space.add_line(self.at(a), self.at(b), dxfattribs=self.layer(what))

    def poly(self, points: Any, what: str, closed: bool = True) -> None:
        """A polyline of (x, y[, bulge])."""
        pts = [(*self.at(p), 0, 0, p[2] if len(p) > 2 else 0.0) for p in points]
        if self.m.version == "R12":
            line = self.space.add_polyline2d([p[:2] for p in pts], close=closed, dxfattribs=self.layer(what))
            for v, p in zip(line.vertices, pts, strict=True):
                v.dxf.bulge = p[4]
        else:
            self.space.add_lwpolyline(pts, format="xyseb", close=closed, dxfattribs=self.layer(what))

    def text(self, words: str, p: Any, height: float, what: str, turn: float = 0.0) -> None:
        """A text about its middle."""
        t = self.space.add_text(words, height=height * self.k, rotation=self.turn + turn, dxfattribs=self.layer(what))
        t.set_placement(self.at(p), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER)

    def mtext(self, words: str, p: Any, height: float, what: str) -> None:
        """An MTEXT about its middle; plain texts in R12."""
        if self.m.version == "R12":
            import re

            for i, line in enumerate(words.split("\\P")):
                self.text(re.sub(r"\\[A-Za-z][^;]*;|[{}]", "", line), (p[0], p[1] - 1.6 * height * i), height, what)
            return
        e = self.space.add_mtext(
            words,
            dxfattribs={
                **self.layer(what),
                "char_height": height * self.k,
                "rotation": self.turn,
                "attachment_point": 5,
            },
        )
        e.set_location(self.at(p))

    def insert(self, name: str, p: Any, what: str, turn: float, sx: float = 1.0, sy: float = 1.0) -> Any:
        """A block drawn in metres."""
        return self.space.add_blockref(
            name,
            self.at(p),
            dxfattribs={**self.layer(what), "xscale": sx * self.k, "yscale": sy * self.k, "rotation": turn + self.turn},
        )


def draft(seed: int, m: Manner) -> tuple[Any, Key]:
    """Return an ezdxf document and its key."""
    rng = random.Random(seed)
    doc = ezdxf.new(m.version)
    doc.header["$INSUNITS"] = m.declared if m.declared is not None else UNITS[m.unit][1]
    space = doc.blocks.new("GA-PLAN") if m.bound else doc.modelspace()
    pen = Pen(m, doc, space)
    for name in sorted(set(pen.names.values())):
        if name not in doc.layers:
            doc.layers.add(name)
    _symbols(doc)
    key = Key(m.unit)
    dx = 0.0
    part, ext = rng.choice([0.08, 0.1, 0.125, 0.15, 0.2]), rng.choice([0.24, 0.3, 0.365, 0.42])
    for storey in range(m.storeys):
        b = build(rng, m.shape, m.rooms, storey, double=m.double, sliding=m.sliding, part=part, ext=ext)
        b = _moved(b, dx)
        _storey(pen, rng, m, b, storey, key)
        x0, y0, x1, _ = b.solid.bounds
        pen.text(
            f"LEVEL {storey + 1}" if m.language == "en" else f"Grundriss EG {storey + 1}",
            ((x0 + x1) / 2, y0 - 3.0),
            0.5,
            "sheet",
        )
        dx = x1 + rng.uniform(6, 10)
    _surroundings(pen, rng, m, dx, key)
    if m.bound:
        doc.modelspace().add_blockref(
            "GA-PLAN", (m.origin[0] * pen.k, m.origin[1] * pen.k), dxfattribs={"layer": "0", "rotation": m.rotation}
        )
    return doc, key


def _moved(b: Building, dx: float) -> Building:
    from shapely import affinity

    move = lambda g: affinity.translate(g, dx, 0)
    for h in b.holes:
        h.a, h.b = (h.a[0] + dx, h.a[1]), (h.b[0] + dx, h.b[1])
    end = b.round_end and ((b.round_end[0][0] + dx, b.round_end[0][1]), b.round_end[1])
    return Building(
        [(r, move(p)) for r, p in b.rooms],
        move(b.solid),
        b.holes,
        [(move(e), t) for e, t in b.legs],
        [move(s) for s in b.shafts],
        end,
    )


def _world(m: Manner, p: Any) -> tuple[float, float]:
    a = math.radians(m.rotation)
    return p[0] * math.cos(a) - p[1] * math.sin(a) + m.origin[0], p[0] * math.sin(a) + p[1] * math.cos(a) + m.origin[1]


def _storey(pen: Pen, rng: random.Random, m: Manner, b: Building, storey: int, key: Key) -> None:
    _walls(pen, rng, m, b)
    name = f"Level {storey + 1}"
    for i, (rid, p) in enumerate(b.rooms):
        label, number = rng.choice(WORDS[m.language]), f"{storey + 1}.{i + 1:02d}"
        ring = lambda r: [list(_world(m, q)) for q in r.coords]
        key.rooms.append({
            "id": rid, "label": label, "number": number, "storey": name, "polygon": ring(p.exterior),
            "holes": [ring(r) for r in p.interiors], "area_m2": p.area, "open_to": [],
        })  # fmt: skip
        _label(pen, rng, m, p, label, number)
        _things(pen, rng, m, p, b.holes)
    for h in b.holes:
        if h.kind == "window":
            _window(pen, m, h)
            key.windows.append({"at": list(_world(m, h.at)), "width_m": h.width})
            continue
        _door(pen, rng, m, h)
        key.doors.append(
            {
                "at": list(_world(m, h.at)),
                "width_m": h.width,
                "rooms": list(h.rooms),
                "storey": name,
                "kind": h.kind,
                "number": h.number,
            }
        )
    if "cloud" in m.clutter:
        x0, y0, x1, _ = b.solid.bounds
        n = 12
        pts = [
            (x0 + 1 + 3 * math.cos(2 * math.pi * i / n), y0 - 5 + math.sin(2 * math.pi * i / n), 0.5) for i in range(n)
        ]
        pen.poly(pts, "sheet")
        pen.poly([(x0 - 1.2, y0 + 1), (x1 + 1.2, y0 + 1)], "grid", closed=False)


# -- walls -------------------------------------------------------------------------------------------


def _walls(pen: Pen, rng: random.Random, m: Manner, b: Building) -> None:
    pieces = pieces_of(b.solid, b.holes)
    if m.walls in ("boxes", "mline") and b.round_end is None:
        _legs(pen, m, b)
        for s in b.shafts:
            t = 0.08
            for g in (s, s.buffer(-t, join_style=2)):
                pen.poly(list(g.exterior.coords)[:-1], "wall")
        return
    for p in pieces:
        for ring in (p.exterior, *p.interiors):
            _ring(pen, list(ring.simplify(1e-5).coords)[:-1], b)
        if m.walls == "solid" and m.version != "R12":
            hatch = pen.space.add_hatch(color=8, dxfattribs=pen.layer("wall"))
            for ring in (p.exterior, *p.interiors):
                hatch.paths.add_polyline_path([pen.at(q) for q in ring.coords], is_closed=True)
        if m.walls == "cavity":
            inner = p.buffer(-0.09, join_style=2)
            for g in getattr(inner, "geoms", [inner]):
                if not g.is_empty and g.area > 0.05:
                    _ring(pen, list(g.exterior.simplify(1e-5).coords)[:-1], b)
        if m.walls == "hatched":
            _exploded_hatch(pen, p)


def _ring(pen: Pen, pts: list[Any], b: Building) -> None:
    """Lines and, on the round end, true arcs."""
    n = len(pts)
    on = lambda p: (
        next((r for r in b.round_end[1] if abs(math.dist(p, b.round_end[0]) - r) < 0.004), None)
        if b.round_end
        else None
    )
    i = 0
    start = next((k for k in range(n) if on(pts[k]) is None), 0)
    pts = pts[start:] + pts[:start]
    while i < n:
        j = i
        r = on(pts[i])
        if r is not None:
            while j + 1 < n and on(pts[(j + 1) % n]) == r and math.dist(pts[j], pts[(j + 1) % n]) < 0.4:
                j += 1
        if j > i + 1:
            c = b.round_end[0]  # type: ignore[index]
            a0, a1 = (math.degrees(math.atan2(p[1] - c[1], p[0] - c[0])) for p in (pts[i], pts[j]))
            sweep = math.remainder(a1 - a0, 360)
            if sweep < 0:
                a0, a1 = a1, a0
            pen.space.add_arc(pen.at(c), r * pen.k, a0 + pen.turn, a1 + pen.turn, dxfattribs=pen.layer("wall"))
            i = j
        else:
            pen.line(pts[i], pts[(i + 1) % n], "wall")
            i += 1


def _legs(pen: Pen, m: Manner, b: Building) -> None:
    """Each straight wall piece a closed box or an MLINE of its own, overlapping at corners."""
    from shapely.ops import unary_union

    taken = unary_union([hole_box(h) for h in b.holes])
    for edge, t in b.legs:
        (x0, y0), (x1, y1) = edge.coords
        ux, uy = (x1 - x0) / edge.length, (y1 - y0) / edge.length
        reach = max(t / 2, 0.05)
        whole = type(edge)([(x0 - ux * reach, y0 - uy * reach), (x1 + ux * reach, y1 + uy * reach)])
        rest = whole.difference(taken)
        for g in getattr(rest, "geoms", [rest]):
            if g.length < 0.02:
                continue
            if m.walls == "mline" and m.version != "R12":
                pen.space.add_mline(
                    [pen.at(p) for p in g.coords],
                    dxfattribs={**pen.layer("wall"), "scale_factor": t * pen.k, "justification": 1},
                )
                (p, q) = g.coords
                n = (-uy * t / 2, ux * t / 2)
                for e in (p, q):
                    pen.line((e[0] - n[0], e[1] - n[1]), (e[0] + n[0], e[1] + n[1]), "wall")
            else:
                pen.poly(list(g.buffer(t / 2, cap_style=2).exterior.coords)[:-1], "wall")


def _exploded_hatch(pen: Pen, p: Any) -> None:
    from shapely.geometry import LineString

    x0, y0, x1, y1 = p.bounds
    step, d = 0.14, y1 - y0
    x = x0 - d
    while x < x1:
        cut = LineString([(x, y0), (x + d, y1)]).intersection(p)
        for g in getattr(cut, "geoms", [cut]):
            if g.length > 0.02 and g.geom_type == "LineString":
                pen.line(g.coords[0], g.coords[-1], "hatch")
        x += step


# -- doors and windows -------------------------------------------------------------------------------


def _symbols(doc: Any) -> None:
    leaf = doc.blocks.new("LEAF")
    leaf.add_polyline2d([(0, 0), (0.04, 0), (0.04, 1), (0, 1)], close=True)
    swing = doc.blocks.new("SWING")
    swing.add_arc((0, 0), 1, 0, 90)
    d = doc.blocks.new("DR-SGL")
    d.add_blockref("LEAF", (0, 0))
    d.add_blockref("SWING", (0, 0))
    d.add_attdef("DOOR_NO", (0.3, 0.3), height=0.15)
    w = doc.blocks.new("WIN-STD")
    for y in (-0.5, -0.1, 0.1, 0.5):
        w.add_line((0, y), (1, y))
    wc = doc.blocks.new("SAN-WC")
    wc.add_polyline2d([(0, 0), (0.36, 0), (0.36, 0.2), (0, 0.2)], close=True)
    wc.add_arc((0.18, 0.2), 0.18, 0, 180)
    basin = doc.blocks.new("SAN-BASIN")
    basin.add_polyline2d([(0, 0, 0), (0.55, 0, 0.0), (0.55, 0.2, 0.6), (0, 0.2, 0)], format="xyb", close=True)
    bub = doc.blocks.new("TAG-BUBBLE")
    bub.add_circle((0, 0), 0.45)
    bub.add_attdef("NUMBER", (0, 0), height=0.2)
    room = doc.blocks.new("RM-TAG")
    room.add_polyline2d([(-1, -0.3), (1, -0.3), (1, 0.3), (-1, 0.3)], close=True)
    for i, tag in enumerate(("RAUMNAME", "RAUMNUMMER", "FLAECHE")):
        room.add_attdef(tag, (0, -0.2 * i), height=0.15)


def _door(pen: Pen, rng: random.Random, m: Manner, h: Hole) -> None:
    a, b, w = h.a, h.b, h.width
    ux, uy = (b[0] - a[0]) / w, (b[1] - a[1]) / w
    nx, ny = -uy, ux
    side = 1.0 if h.into[0] * nx + h.into[1] * ny > 0 else -1.0
    face = side * h.wall / 2
    to = lambda p, o: (p[0] + nx * o, p[1] + ny * o)
    if h.kind == "sliding":
        pen.poly([to(a, -0.02), to(b, -0.02), to(b, 0.02), to(a, 0.02)], "door")
        back = (a[0] - ux * w, a[1] - uy * w)
        pen.poly([to(p, face + side * o) for p, o in ((back, 0.03), (a, 0.03), (a, 0.07), (back, 0.07))], "door")
    elif m.doors != "gap":
        frame = 0.05 if m.doors == "framed" else 0.0
        if frame:  # two frame profiles in the reveal, the leaf between them
            for p, sgn in ((a, 1), (b, -1)):
                q = (p[0] + ux * frame * sgn, p[1] + uy * frame * sgn)
                pen.poly([to(p, -h.wall / 2), to(q, -h.wall / 2), to(q, h.wall / 2), to(p, h.wall / 2)], "door")
        a2, b2 = (a[0] + ux * frame, a[1] + uy * frame), (b[0] - ux * frame, b[1] - uy * frame)
        clear = w - 2 * frame
        share = 0.65 if rng.random() < 0.3 else 0.5
        leaves = [(a2, (ux, uy), clear)]
        if h.kind == "double":
            leaves = [(a2, (ux, uy), clear * share), (b2, (-ux, -uy), clear * (1 - share))]
        elif rng.random() < 0.5:
            leaves = [(b2, (-ux, -uy), clear)]
        for n, (p, d, r) in enumerate(leaves):
            _leaf(pen, m, to(p, face), d, r, h, h.number if n == 0 else "")
    elif m.doors == "gap":
        for o in (-h.wall / 2, h.wall / 2):
            pen.line(to(a, o), to(b, o), "door")
    if m.numbers != "none" and not (
        m.numbers == "attrib" and m.doors in ("nested", "anonymous") and h.kind != "sliding"
    ):
        x, y = h.at
        off = h.wall / 2 + 0.35
        at = (x + h.into[0] * off, y + h.into[1] * off)
        if m.numbers == "bubble":
            ref = pen.insert("TAG-BUBBLE", at, "door", 0.0, 0.4, 0.4)
            ref.add_attrib("NUMBER", h.number, pen.at(at), dxfattribs={**pen.layer("door"), "height": 0.1 * pen.k})
        else:
            pen.text(h.number, at, 0.12, "tag" if m.numbers == "label" else "door")


def _leaf(pen: Pen, m: Manner, hinge: Any, d: Any, r: float, h: Hole, number: str) -> None:
    turn = math.copysign(1.0, d[0] * h.into[1] - d[1] * h.into[0])
    shut = math.atan2(d[1], d[0])
    tip = shut + turn * math.pi / 2
    if m.doors in ("nested", "anonymous"):
        name = "DR-SGL"
        if m.doors == "anonymous" and m.version != "R12":
            block = pen.doc.blocks.new_anonymous_block(type_char="U")
            block.add_blockref("LEAF", (0, 0), dxfattribs={"xscale": r, "yscale": r})
            block.add_blockref("SWING", (0, 0), dxfattribs={"xscale": r, "yscale": r})
            name, r = block.name, 1.0
        ref = pen.insert(name, hinge, "door", math.degrees(shut), r, r * turn)
        if number and m.numbers == "attrib":
            ref.add_attrib(
                "DOOR_NO", number, pen.at(h.at), dxfattribs={"layer": pen.names["door"], "height": 0.12 * pen.k}
            )
        return
    at = lambda ang, rad: (hinge[0] + rad * math.cos(ang), hinge[1] + rad * math.sin(ang))
    thick = 0.04 * -turn
    if m.doors == "leaf45":
        tip = shut + turn * math.pi / 4
    end = at(tip, r)
    n = (-math.sin(tip) * thick, math.cos(tip) * thick)
    pen.poly([hinge, end, (end[0] + n[0], end[1] + n[1]), (hinge[0] + n[0], hinge[1] + n[1])], "door")
    closed = at(shut, r)
    if m.doors == "spline" and m.version != "R12":
        pts = [at(shut + turn * math.pi / 2 * i / 6, r) for i in range(7)]
        pen.space.add_spline([(*pen.at(p), 0) for p in pts], dxfattribs=pen.layer("door"))
    else:
        pen.poly(
            [(*closed, turn * math.tan((math.pi / 4 if m.doors == "leaf45" else math.pi / 2) / 4)), end],
            "door",
            closed=False,
        )


def _window(pen: Pen, m: Manner, h: Hole) -> None:
    a, b, w = h.a, h.b, h.width
    ux, uy = (b[0] - a[0]) / w, (b[1] - a[1]) / w
    to = lambda p, o: (p[0] - uy * o, p[1] + ux * o)
    t = h.wall / 2
    if m.windows == "block":
        pen.insert("WIN-STD", a, "window", math.degrees(math.atan2(uy, ux)), w, 2 * t)
    elif m.windows == "box":
        pen.poly([to(a, -t), to(b, -t), to(b, t), to(a, t)], "window")
        pen.line(to(a, 0), to(b, 0), "window")
        e = 0.1
        pen.line(to((a[0] - ux * e, a[1] - uy * e), t + 0.05), to((b[0] + ux * e, b[1] + uy * e), t + 0.05), "window")
    elif m.windows == "wall":
        for o in (-t, t):
            pen.line(to(a, o), to(b, o), "wall")
        pen.line(to(a, 0.02), to(b, 0.02), "window")
    else:
        for o in (-0.02, 0.02):
            pen.line(to(a, o), to(b, o), "window")
        for p in (a, b):
            pen.line(to(p, -0.04), to(p, 0.04), "window")


# -- labels and the rest -----------------------------------------------------------------------------


def _label(pen: Pen, rng: random.Random, m: Manner, p: Any, label: str, number: str) -> None:
    c = p.representative_point()
    inside = p.buffer(-0.5)
    if not inside.is_empty:
        c = inside.representative_point()
    x, y = c.x, c.y
    x0, y0, x1, y1 = p.bounds
    tall = 0.18 if min(x1 - x0, y1 - y0) > 2.2 else 0.1
    imperial = m.unit in ("inch", "foot")
    area = f"{p.area / 0.3048**2:.0f} SF" if imperial else f"{p.area:.2f} m²"
    area = area.replace(".", ",") if m.language in ("de", "fr", "es", "it") and not imperial else area
    if m.labels == "attribs":
        ref = pen.insert("RM-TAG", (x, y), "tag", 0.0)
        for i, (tag, words) in enumerate(
            zip(("RAUMNAME", "RAUMNUMMER", "FLAECHE"), (label, number, area if m.areas else ""), strict=True)
        ):
            ref.add_attrib(
                tag,
                words,
                pen.at((x, y - 1.5 * tall * i)),
                dxfattribs={**pen.layer("tag"), "height": tall * pen.k, "rotation": pen.turn},
            )
    elif m.labels == "formatted":
        words = f"{{\\fArial|b1|i0|c0|p34;\\H1.2x;{label}}}\\P\\C1;{number}"
        pen.mtext(words + (f"\\P{{\\H0.8x;{area}}}" if m.areas else ""), (x, y), tall, "tag")
    elif m.labels == "bubble":
        pen.text(label, (x, y + 2.2 * tall), tall, "tag")
        pen.space.add_circle(pen.at((x, y)), 2.2 * tall * pen.k, dxfattribs=pen.layer("tag"))
        pen.text(number, (x, y), 0.8 * tall, "tag")
        if m.areas:
            pen.text(area, (x, y - 3.0 * tall), 0.8 * tall, "tag")
    else:
        pen.text(number, (x, y + 1.6 * tall), tall, "tag")
        pen.text(label, (x, y), tall, "tag")
        if m.areas:
            pen.text(area, (x, y - 1.6 * tall), 0.8 * tall, "tag")
        if m.labels == "notes" and p.area > 9:
            pen.text(rng.choice(["FF-03", "CH 2700", "+0.00", "VINYL", "B1"]), (x, y - 4.2 * tall), 0.6 * tall, "furn")


def _things(pen: Pen, rng: random.Random, m: Manner, p: Any, holes: list[Hole]) -> None:
    x0, y0, x1, _ = p.bounds
    if "sanitary" in m.clutter and p.area < 9:
        pen.insert("SAN-WC", (x0 + 0.1, y0 + 0.02), "furn", 0)
        pen.insert("SAN-BASIN", (x1 - 0.7, y0 + 0.02), "furn", 0)
    if p.area > 14 and rng.random() < 0.5:
        c = p.representative_point()
        pen.space.add_circle(pen.at((c.x, c.y)), 0.75 * pen.k, dxfattribs=pen.layer("furn"))
        for _ in range(3):
            q = box(c.x + 0.9, c.y + 0.2, c.x + 2.5, c.y + 1.0)
            if p.buffer(-0.1).contains(q):
                pen.poly(list(q.exterior.coords)[:-1], "furn")
                a = pen.at((c.x + 1.7, c.y + 0.1))
                pen.space.add_arc(a, 0.28 * pen.k, 180 + pen.turn, 360 + pen.turn, dxfattribs=pen.layer("furn"))
    if rng.random() < 0.3 and not any(Point(h.at).distance(p) < 0.3 and False for h in holes):
        r = 0.75  # a wheelchair's turning circle, dashed
        c = p.representative_point()
        pen.space.add_circle(pen.at((c.x, c.y)), r * pen.k, dxfattribs=pen.layer("furn"))


def _surroundings(pen: Pen, rng: random.Random, m: Manner, x: float, key: Key) -> None:
    pen.poly([(-6, -12), (x + 22, -12), (x + 22, 46), (-6, 46)], "sheet")
    pen.poly([(x + 12, -11), (x + 21, -11), (x + 21, -6), (x + 12, -6)], "sheet")
    pen.text("GENERAL ARRANGEMENT", (x + 16, -7), 0.4, "sheet")
    pen.text("1:100", (x + 16, -8.5), 0.3, "sheet")
    if "legend" in m.clutter:
        for i in range(3):
            y = 20 - 2 * i
            pen.insert("DR-SGL", (x + 4, y), "door", 0, 0.9, 0.9)
            pen.text(("SINGLE DOOR", "FIRE DOOR", "SECURED DOOR")[i], (x + 8, y + 0.4), 0.25, "sheet")
            pen.poly([(x + 4, y - 9), (x + 6, y - 9), (x + 6, y - 8.4), (x + 4, y - 8.4)], "wall")
            pen.text(("NEW WALL", "EXISTING WALL", "FIRE WALL")[i], (x + 8, y - 8.7), 0.25, "sheet")
    if "schedule" in m.clutter:
        for i, r in enumerate(key.rooms[:20]):
            y = 28 - 0.6 * i
            pen.line((x + 12, y - 0.3), (x + 21, y - 0.3), "sheet")
            pen.text(r["number"], (x + 13, y), 0.2, "sheet")
            pen.text(r["label"], (x + 16, y), 0.2, "sheet")
            pen.text(f"{r['area_m2']:.1f} m²", (x + 19.5, y), 0.2, "sheet")
        for k in (12, 14, 18, 21):
            pen.line((x + k, 28.3), (x + k, 28.3 - 0.6 * min(20, len(key.rooms))), "sheet")
    if "keyplan" in m.clutter:
        pen.poly([(x + 13, -4), (x + 19, -4), (x + 19, 0), (x + 13, 0)], "sheet")
        for k in range(3):
            pen.line((x + 15 + k, -4), (x + 15 + k, 0), "sheet")
        pen.text("KEY PLAN", (x + 16, -5), 0.25, "sheet")
    if "frozen" in m.clutter:
        layer = pen.doc.layers.add("EXISTING-WALLS-OLD")
        layer.freeze()
        for k in range(6):
            pen.space.add_line(pen.at((1.3 * k, 0)), pen.at((1.3 * k, 9)), dxfattribs={"layer": "EXISTING-WALLS-OLD"})
    if "section" in m.clutter:
        bx, by = 0.0, 36.0
        for k in range(4):
            pen.line((bx, by + 3.2 * k / 2), (bx + 12, by + 3.2 * k / 2), "wall")
            pen.line((bx, by + 3.2 * k / 2 - 0.3), (bx + 12, by + 3.2 * k / 2 - 0.3), "wall")
        for xx in (0.0, 0.3, 5.8, 6.0, 11.7, 12.0):
            pen.line((bx + xx, by), (bx + xx, by + 4.8), "wall")
        pen.text("SECTION A-A", (bx + 6, by - 1.2), 0.4, "sheet")
        pen.text("+3.20", (bx - 1, by + 3.2), 0.2, "sheet")


def random_manner(seed: int) -> Manner:
    """Draw a manner at random."""
    rng = random.Random(seed * 104729 + 7)
    walls = rng.choice(["outline", "boxes", "cavity", "hatched", "mline", "solid"])
    return Manner(
        unit=rng.choice(["mm", "mm", "cm", "m", "inch", "foot"]),
        version=rng.choice(["R12", "R2000", "R2004", "R2010", "R2013", "R2018"]),
        layers=rng.choice([k for k in LAYERS if k != "zero"]),
        shape=rng.choice(FOOTPRINTS),
        rooms=rng.choice([5, 9, 14, 22, 40]),
        storeys=rng.choice([1, 1, 2]),
        rotation=rng.choice([0.0, 0.0, 90.0, 12.5, -33.0, 180.0]),
        origin=rng.choice([(0.0, 0.0), (530123.4, 180456.7), (-1204.5, 77.0)]),
        walls=walls,
        doors=rng.choice(["nested", "nested", "anonymous", "framed", "bulge", "leaf45", "spline", "gap"]),
        windows=rng.choice(["block", "box", "wall", "glass"]),
        labels=rng.choice(["formatted", "apart", "bubble", "attribs", "notes"]),
        language=rng.choice(list(WORDS)),
        areas=rng.random() < 0.6,
        numbers=rng.choice(["none", "attrib", "text", "bubble", "label"]),
        clutter=tuple(c for c in CLUTTER if rng.random() < 0.35),
        bound=rng.random() < 0.15,
        double=rng.choice([0.0, 0.12, 0.3]),
        sliding=rng.choice([0.0, 0.08]),
    )


def polygon_of(room: dict[str, Any]) -> Polygon:
    """The outline of a room of the key."""
    return Polygon(room["polygon"], room["holes"])
