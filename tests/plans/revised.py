"""Buildings drawn twice, with known edits between: the key of what a comparison of two revisions must say.

A building is bands of corridors with rooms on both sides. An edit changes the model and says what must be
told of it; how the second drawing is made (unit, layers, frame, jitter) is no edit of the building.
"""

from __future__ import annotations

import copy
import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import ezdxf
from ezdxf.enums import TextEntityAlignment
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

from tests.plans.drawn import LAYERS, UNITS

Expected = tuple[str, str, str]  # kind, what, a word that the sentence must hold


@dataclass(frozen=True)
class Room:
    number: str
    name: str
    x0: float
    y0: float
    x1: float
    y1: float
    tag: tuple[float, float] = (0.0, 0.0)

    @property
    def box(self) -> Polygon:
        return box(self.x0, self.y0, self.x1, self.y1)


@dataclass(frozen=True)
class Hole:
    """An opening: door or window, in a wall along x ("h") or y ("v")."""

    id: str
    x: float
    y: float
    width: float
    wall: str
    thick: float
    side: int = 1
    hinge: int = -1
    kind: str = "door"

    @property
    def area(self) -> Polygon:
        half, deep = self.width / 2, self.thick / 2 + 0.01
        dx, dy = (half, deep) if self.wall == "h" else (deep, half)
        return box(self.x - dx, self.y - dy, self.x + dx, self.y + dy)


@dataclass
class Building:
    rooms: list[Room] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    extra: list[Polygon] = field(default_factory=list)  # columns
    rows: list[list[str]] = field(default_factory=list)  # numbers of rooms side by side

    def room(self, number: str) -> Room:
        return next(r for r in self.rooms if r.number == number)

    def put(self, was: str, now: Room) -> None:
        self.rooms = [now if r.number == was else r for r in self.rooms]

    def hole(self, id_: str) -> Hole:
        return next(h for h in self.holes if h.id == id_)

    def swap_hole(self, now: Hole) -> None:
        self.holes = [now if h.id == now.id else h for h in self.holes]


NAMES = ["OFFICE", "STORE", "MEETING", "CONSULT", "CONTROL", "CHANGING", "WAITING", "STAFF", "REPORTING", "PLANT"]
EXT, PART = 0.3, 0.15


def building(seed: int, per_row: int = 6, bands: int = 1) -> Building:
    """Make a building of ``bands * (2 * per_row + 1)`` rooms."""
    rng = random.Random(seed)
    b = Building()
    width = sum(3.6 + 0.1 * rng.randrange(0, 16) for _ in range(per_row))
    y = 0.0
    for band in range(bands):
        deep, wide = [4.0 + 0.1 * rng.randrange(0, 10) for _ in range(2)], 2.2
        lows = [y, y + deep[0] + PART + wide + PART]
        corridor = f"{band + 1}.900"
        b.rooms.append(Room(corridor, "CORRIDOR", 0.0, y + deep[0] + PART, width, y + deep[0] + PART + wide))
        for side in (0, 1):
            shares = [3.6 + 0.1 * rng.randrange(0, 16) for _ in range(per_row)]
            k = (width - PART * (per_row - 1)) / sum(shares)
            x, row = 0.0, []
            for i, share in enumerate(shares):
                w = share * k
                number = f"{band + 1}.{side}{i + 1:02d}"
                row.append(number)
                b.rooms.append(Room(number, rng.choice(NAMES), x, lows[side], x + w, lows[side] + deep[side]))
                wall_y = lows[0] + deep[0] + PART / 2 if side == 0 else lows[1] - PART / 2
                inward = -1 if side == 0 else 1
                at = x + 1.0 + 0.1 * rng.randrange(0, 8)
                b.holes.append(Hole(f"D{number}", at, wall_y, rng.choice([0.9, 1.0, 1.1]), "h", PART, inward))
                outer = (side == 0 and band == 0) or (side == 1 and band == bands - 1)
                if outer:
                    edge = -EXT / 2 if side == 0 else lows[1] + deep[1] + EXT / 2
                    b.holes.append(Hole(f"W{number}", x + w / 2, edge, 1.4, "h", EXT, kind="window"))
                x += w + PART
            b.rows.append(row)
        b.holes.append(Hole(f"DX{band}", -EXT / 2, y + deep[0] + PART + wide / 2, 1.2, "v", EXT, side=-1))
        y = lows[1] + deep[1] + PART
    return b


# -- how it is drawn ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hand:
    """How a drawing is made: no edit of the building."""

    unit: str = "mm"
    layers: str = "aia"
    turn_deg: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    mirror: bool = False
    jitter: float = 0.0
    doors: str = "arc"
    rings: bool = True
    seed: int = 0
    version: str = "R2010"


def save(b: Building, path: Path, hand: Hand = Hand()) -> Path:
    """Draw the building and save it."""
    doc = ezdxf.new(hand.version)
    doc.header["$INSUNITS"] = UNITS[hand.unit][1]
    space, names, rng = doc.modelspace(), LAYERS[hand.layers], random.Random(hand.seed)
    k = 1.0 / UNITS[hand.unit][0]
    c, s = math.cos(math.radians(hand.turn_deg)), math.sin(math.radians(hand.turn_deg))
    for name in sorted(set(names.values()) - {"0"}):
        doc.layers.add(name)

    def at(p: tuple[float, float]) -> tuple[float, float]:
        x, y = (-p[0] if hand.mirror else p[0]) + rng.uniform(-1, 1) * hand.jitter, p[1]
        y += rng.uniform(-1, 1) * hand.jitter
        return (c * x - s * y + hand.origin[0]) * k, (s * x + c * y + hand.origin[1]) * k

    bounds = unary_union([r.box for r in b.rooms]).bounds
    body = box(bounds[0] - EXT, bounds[1] - EXT, bounds[2] + EXT, bounds[3] + EXT)
    solid = unary_union([body.difference(unary_union([r.box for r in b.rooms])), *b.extra])
    solid = (
        solid.difference(unary_union([h.area for h in b.holes])).buffer(-1e-6, join_style=2).buffer(1e-6, join_style=2)
    )
    for piece in sorted(getattr(solid, "geoms", [solid]), key=lambda g: g.bounds):
        for ring in (piece.exterior, *piece.interiors):
            points = [at(p) for p in list(ring.simplify(1e-4).coords)[:-1]]
            if hand.rings:
                space.add_lwpolyline(points, close=True, dxfattribs={"layer": names["wall"]})
            else:
                for p, q in zip(points, points[1:] + points[:1], strict=True):
                    space.add_line(p, q, dxfattribs={"layer": names["wall"]})
    for h in b.holes:
        _draw_hole(space, h, at, names, hand)
    for r in b.rooms:
        x, y = (r.x0 + r.x1) / 2 + r.tag[0], (r.y0 + r.y1) / 2 + r.tag[1]
        for row, words in enumerate((r.name, r.number)):
            if not words:
                continue
            text = space.add_text(words, height=0.2 * k, rotation=hand.turn_deg, dxfattribs={"layer": names["tag"]})
            text.set_placement(at((x, y - 0.35 * row)), align=TextEntityAlignment.MIDDLE_CENTER)
    doc.saveas(path)
    return path


def _draw_hole(space, h: Hole, at, names, hand: Hand) -> None:  # type: ignore[no-untyped-def]
    half = h.width / 2

    def p(along: float, aside: float) -> tuple[float, float]:
        return at((h.x + along, h.y + aside) if h.wall == "h" else (h.x + aside, h.y + along))

    if h.kind == "window":
        for aside in (-h.thick / 2, -0.03, 0.03, h.thick / 2):
            space.add_line(p(-half, aside), p(half, aside), dxfattribs={"layer": names["window"]})
        return
    face, a = h.side * h.thick / 2, h.hinge
    hinge, tip = (a * half, face), (a * half, face + h.side * h.width)
    space.add_line(p(*hinge), p(*tip), dxfattribs={"layer": names["door"]})
    steps = 12 if hand.doors == "lines" else 2
    turn = [math.pi / 2 * i / steps for i in range(steps + 1)]
    points = [p(a * half - a * h.width * math.cos(t), face + h.side * h.width * math.sin(t)) for t in turn]
    if hand.doors == "lines":
        for q, r in itertools.pairwise(points):
            space.add_line(q, r, dxfattribs={"layer": names["door"]})
        return
    (x0, y0), (x1, y1) = points[0], points[-1]
    hx, hy = p(*hinge)
    cross = (x0 - hx) * (y1 - hy) - (y0 - hy) * (x1 - hx)
    start, end = math.degrees(math.atan2(y0 - hy, x0 - hx)), math.degrees(math.atan2(y1 - hy, x1 - hx))
    if cross < 0:
        start, end = end, start
    space.add_arc((hx, hy), math.dist((hx, hy), (x0, y0)), start, end, dxfattribs={"layer": names["door"]})


# -- edits: each changes a building and says what must be told --------------------------------------------

Change = Callable[[Building, str, random.Random], "list[Expected] | None"]


def _beside(b: Building, number: str) -> str | None:
    """The room to the right in the same row."""
    for row in b.rows:
        if number in row and row.index(number) + 1 < len(row):
            return row[row.index(number) + 1]
    return None


def move_wall(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    other = _beside(b, number)
    if other is None:
        return None
    by = rng.choice([-0.6, -0.4, -0.25, 0.1, 0.2, 0.3])
    a, c = b.room(number), b.room(other)
    b.put(number, replace(a, x1=a.x1 + by))
    b.put(other, replace(c, x0=c.x0 + by))
    return [("moved", "wall", f"{abs(by) * 1000:.0f} mm")]


def rename(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    r = b.room(number)
    b.put(number, replace(r, name=f"{r.name} SPECIAL"))
    return [("renamed", "room", "SPECIAL")]


def renumber(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    b.put(number, replace(b.room(number), number=f"{number}X"))
    return [("renamed", "room", f"{number}X")]


def swap(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    other = _beside(b, number)
    if other is None:
        return None
    a, c = b.room(number), b.room(other)
    b.put(number, replace(a, number="?"))
    b.put(other, replace(c, number=a.number, name=a.name))
    b.put("?", replace(a, number=c.number, name=c.name))
    return [("swapped", "label", "exchanged")]


def new_door(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    other = _beside(b, number)
    if other is None:
        return None
    a, c = b.room(number), b.room(other)
    y = (max(a.y0, c.y0) + min(a.y1, c.y1)) / 2
    b.holes.append(Hole(f"N{number}", (a.x1 + c.x0) / 2, y, 0.9, "v", PART, rng.choice([-1, 1])))
    return [("appeared", "door", "is new")]


def delete_door(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    b.holes = [h for h in b.holes if h.id != f"D{number}"]
    return [("vanished", "door", "is gone")]


def widen(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    h = b.hole(f"D{number}")
    b.swap_hole(replace(h, width=h.width + rng.choice([0.2, 0.3])))
    return [("changed", "door", "width")]


def widen_one_jamb(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    h = b.hole(f"D{number}")
    b.swap_hole(replace(h, width=h.width + 0.3, x=h.x + 0.15))
    return [("changed", "door", "width")]


def swing(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    h = b.hole(f"D{number}")
    b.swap_hole(replace(h, side=-h.side))
    return [("changed", "door", "swings into")]


def rehang(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    h = b.hole(f"D{number}")
    b.swap_hole(replace(h, hinge=-h.hinge))
    return [("changed", "door", "other jamb")]


def move_door(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    h, r = b.hole(f"D{number}"), b.room(number)
    x = r.x1 - 0.2 - h.width / 2 if h.x < (r.x0 + r.x1) / 2 else r.x0 + 0.2 + h.width / 2
    by = abs(x - h.x)
    b.swap_hole(replace(h, x=x))
    return [("moved", "door", f"{by * 1000:.0f} mm" if by < 1 else f"{by:.3f} m")]


def move_window(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    if not any(h.id == f"W{number}" for h in b.holes):
        return None
    h = b.hole(f"W{number}")
    b.swap_hole(replace(h, x=h.x + 0.4))
    return [("moved", "window", "400 mm")]


def delete_window(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    if not any(h.id == f"W{number}" for h in b.holes):
        return None
    b.holes = [h for h in b.holes if h.id != f"W{number}"]
    return [("vanished", "window", "is gone")]


def move_label(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    b.put(number, replace(b.room(number), tag=(0.5, 0.45)))
    return [("moved", "label", "within its room")]


def split(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    r, h = b.room(number), b.hole(f"D{number}")
    if h.y > r.y1:  # the corridor lies above: the part below is cut off
        b.put(number, replace(r, y0=r.y0 + 1.8 + PART))
        b.rooms.append(Room(f"{number}a", "SPLIT", r.x0, r.y0, r.x1, r.y0 + 1.8))
    else:
        b.put(number, replace(r, y1=r.y1 - 1.8 - PART))
        b.rooms.append(Room(f"{number}a", "SPLIT", r.x0, r.y1 - 1.8, r.x1, r.y1))
    return [("split", "room", "was split into")]


def merge(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    other = _beside(b, number)
    if other is None:
        return None
    a, c = b.room(number), b.room(other)
    if (a.y0, a.y1) != (c.y0, c.y1):
        return None
    b.rooms = [r for r in b.rooms if r.number not in (number, other)]
    b.rooms.append(replace(a, x1=c.x1))
    return [("merged", "room", "was merged into")]


def column(b: Building, number: str, rng: random.Random) -> list[Expected] | None:
    r = b.room(number)
    b.extra.append(box(r.x1 - 1.0, (r.y0 + r.y1) / 2 + 0.8, r.x1 - 0.65, (r.y0 + r.y1) / 2 + 1.15))
    return [("appeared", "column", "is new")]


CHANGES: dict[str, Change] = {
    f.__name__: f
    for f in (
        move_wall, rename, renumber, swap, new_door, delete_door, widen, widen_one_jamb, swing, rehang, move_door,
        move_window, delete_window, move_label, split, merge, column,
    )
}  # fmt: skip


def revise(b: Building, names: list[str], rng: random.Random) -> tuple[Building, list[Expected]]:
    """Apply edits by name in rooms that are not neighbours, so that each stays a fact of its own."""
    now, expected, used = copy.deepcopy(b), [], set()
    for name in names:
        rooms = [n for row in b.rows for n in row]
        rng.shuffle(rooms)
        for number in rooms:
            near = {n for row in b.rows for i, n in enumerate(row) if number in row[max(0, i - 1) : i + 3]}
            if near & used:
                continue
            trial = copy.deepcopy(now)
            said = CHANGES[name](trial, number, rng)
            if said is not None:
                now, used = trial, used | {number, _beside(b, number) or number}
                expected += said
                break
        else:
            raise AssertionError(f"no room left for {name}")
    return now, expected
