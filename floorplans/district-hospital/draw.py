"""Draws the two plans of the district hospital, as an architect would: ``python draw.py``.

The building is invented. Drawing unit millimetre, layers after AIA, one modelspace a storey.
The same script always writes the same bytes.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from pathlib import Path

import ezdxf
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

HERE = Path(__file__).parent
MM = 1000.0
OUTLINE = (0.0, 0.0, 25.2, 15.0)


@dataclass(frozen=True)
class Room:
    """A room by its wall faces, in metres."""

    number: str
    name: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def box(self) -> Polygon:
        return box(self.x0, self.y0, self.x1, self.y1)


@dataclass(frozen=True)
class Door:
    """An opening in a wall; the leaf is hinged at one jamb and swings to one side.

    ``wall`` is "h" (wall along x) or "v"; ``side`` +1 or -1 is the side of the wall the leaf swings to
    (up or right: +1); ``hinge`` -1 is the jamb at the lower coordinate.
    """

    number: str
    x: float
    y: float
    width: float
    wall: str
    thickness: float
    side: int = 1
    hinge: int = -1
    leaves: int = 1

    @property
    def opening(self) -> Polygon:
        half, deep = self.width / 2, self.thickness / 2 + 0.01
        if self.wall == "h":
            return box(self.x - half, self.y - deep, self.x + half, self.y + deep)
        return box(self.x - deep, self.y - half, self.x + deep, self.y + half)


@dataclass(frozen=True)
class Window:
    """A window in a wall."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Storey:
    """All that one sheet shows."""

    title: str
    number: str
    rooms: list[Room]
    doors: list[Door]
    windows: list[Window]
    furniture: list[tuple[float, float, float, float]] = field(default_factory=list)


GROUND = Storey(
    "GROUND FLOOR PLAN",
    "A-101",
    rooms=[
        Room("G01", "CORRIDOR", 0.3, 5.15, 5.75, 7.35),
        Room("G02", "WAITING", 0.3, 0.3, 3.6, 5.0),
        Room("G03", "SCREENING", 3.75, 0.3, 9.0, 5.0),
        Room("G04", "CHANGING", 9.15, 0.3, 12.0, 5.0),
        Room("G05", "PATIENT WC", 12.15, 0.3, 15.0, 5.0),
        Room("G06", "MR LOBBY", 5.9, 5.15, 15.0, 7.35),
        Room("G07", "TECHNICAL ROOM", 0.3, 7.5, 4.0, 14.7),
        Room("G08", "MR CONTROL", 4.15, 7.5, 7.6, 14.7),
        Room("G09", "MR SCAN ROOM", 7.85, 7.6, 15.55, 14.7),
        Room("G10", "CT SCAN ROOM", 15.8, 7.5, 21.2, 14.7),
        Room("G11", "CT CONTROL", 21.35, 7.5, 24.9, 14.7),
        Room("G12", "EAST CORRIDOR", 15.15, 5.15, 24.9, 7.35),
        Room("G13", "STAIR", 15.15, 0.3, 17.8, 5.0),
        Room("G14", "LIFT", 17.95, 0.3, 20.0, 2.6),
        Room("G15", "STORE", 17.95, 2.75, 20.0, 5.0),
        Room("G16", "CT WAITING", 20.15, 0.3, 24.9, 5.0),
    ],
    doors=[
        Door("D01", 0.15, 6.25, 1.8, "v", 0.3, side=-1, leaves=2),
        Door("D02", 2.4, 5.075, 1.0, "h", 0.15, side=-1),
        Door("D03", 4.7, 5.075, 1.2, "h", 0.15, side=-1, hinge=1),
        Door("D04", 9.075, 2.6, 0.9, "v", 0.15, side=1),
        Door("D05", 12.075, 2.6, 0.9, "v", 0.15, side=1, hinge=1),
        Door("D06", 7.6, 5.075, 1.4, "h", 0.15, side=-1, hinge=1),
        Door("D07", 11.7, 7.475, 1.4, "h", 0.25, side=-1),
        Door("D08", 6.75, 7.425, 1.0, "h", 0.15, side=1),
        Door("D09", 4.075, 12.6, 1.0, "v", 0.15, side=-1),
        Door("D10", 16.2, 5.075, 1.1, "h", 0.15, side=-1),
        Door("D11", 18.9, 2.675, 1.0, "h", 0.15, side=1, leaves=2),
        Door("D12", 19.0, 5.075, 1.1, "h", 0.15, side=-1, hinge=1),
        Door("D13", 22.4, 5.075, 1.0, "h", 0.15, side=-1),
        Door("D14", 19.6, 7.425, 1.4, "h", 0.15, side=1),
        Door("D15", 23.2, 7.425, 1.0, "h", 0.15, side=1),
        Door("D16", 21.275, 9.2, 1.0, "v", 0.15, side=1),
        Door("D17", 25.05, 6.25, 1.8, "v", 0.3, side=1, leaves=2),
    ],
    windows=[
        Window(7.6, 9.6, 7.85, 11.6),  # observation
        Window(21.2, 10.6, 21.35, 12.4),  # CT observation
        Window(0.9, 0.0, 3.0, 0.3),
        Window(4.6, 0.0, 6.4, 0.3),
        Window(9.6, 0.0, 11.4, 0.3),
        Window(4.8, 14.7, 6.8, 15.0),
        Window(21.0, 0.0, 23.8, 0.3),
    ],
    furniture=[
        (0.5, 0.6, 3.4, 1.1),
        (4.2, 9.8, 4.9, 11.4),
        (16.6, 9.8, 18.6, 12.4),
        (17.3, 12.4, 17.9, 14.4),
        (9.4, 0.5, 10.0, 1.5),
        (10.4, 0.5, 11.0, 1.5),
        (22.0, 10.6, 22.7, 12.2),
    ],
)

FIRST = Storey(
    "FIRST FLOOR PLAN",
    "A-102",
    rooms=[
        Room("101", "WARD A", 0.3, 7.5, 8.2, 14.7),
        Room("102", "WARD B", 8.35, 7.5, 16.6, 14.7),
        Room("103", "NURSE STATION", 16.75, 7.5, 20.4, 14.7),
        Room("104", "SEMINAR ROOM", 20.55, 7.5, 24.9, 14.7),
        Room("105", "WARD CORRIDOR", 0.3, 5.15, 24.9, 7.35),
        Room("106", "DAY ROOM", 0.3, 0.3, 6.0, 5.0),
        Room("107", "SHOWER", 6.15, 0.3, 8.6, 5.0),
        Room("108", "CLEAN UTILITY", 8.75, 0.3, 11.8, 5.0),
        Room("109", "OFFICE", 11.95, 0.3, 15.0, 5.0),
        Room("110", "STAIR", 15.15, 0.3, 17.8, 5.0),
        Room("111", "LIFT", 17.95, 0.3, 20.0, 2.6),
        Room("112", "LIFT LOBBY", 17.95, 2.75, 20.0, 5.0),
        Room("113", "STAFF ROOM", 20.15, 0.3, 24.9, 5.0),
    ],
    doors=[
        Door("D101", 4.2, 7.425, 1.4, "h", 0.15, side=1),
        Door("D102", 12.4, 7.425, 1.4, "h", 0.15, side=1),
        Door("D103", 18.6, 7.425, 1.2, "h", 0.15, side=1),
        Door("D104", 22.6, 7.425, 1.0, "h", 0.15, side=1),
        Door("D105", 3.0, 5.075, 1.0, "h", 0.15, side=-1),
        Door("D106", 7.4, 5.075, 0.9, "h", 0.15, side=-1),
        Door("D107", 10.2, 5.075, 1.0, "h", 0.15, side=-1),
        Door("D108", 13.4, 5.075, 1.0, "h", 0.15, side=-1),
        Door("D109", 16.2, 5.075, 1.1, "h", 0.15, side=-1),
        Door("D110", 18.9, 2.675, 1.0, "h", 0.15, side=1, leaves=2),
        Door("D111", 19.0, 5.075, 1.4, "h", 0.15, side=-1, leaves=2),
        Door("D112", 22.4, 5.075, 1.0, "h", 0.15, side=-1),
    ],
    windows=[Window(x, 14.7, x + 1.8, 15.0) for x in (1.0, 4.2, 9.0, 12.6, 21.6)]
    + [Window(x, 0.0, x + 1.6, 0.3) for x in (1.0, 3.6, 9.4, 12.6, 21.6)],
    furniture=[(x, y, x + 0.95, y + 2.0) for x in (0.9, 3.6, 6.2, 9.2, 11.9, 14.6) for y in (8.2, 12.2)],
)

LAYERS = {  # name: colour, lineweight in 1/100 mm
    "A-WALL": (7, 50),
    "A-DOOR": (3, 25),
    "A-GLAZ": (4, 18),
    "A-AREA-IDEN": (2, 18),
    "A-ANNO-DIMS": (1, 13),
    "A-ANNO-TEXT": (2, 18),
    "S-GRID": (8, 13),
    "A-FLOR-STRS": (8, 18),
    "A-FURN": (9, 13),
    "A-ANNO-TTLB": (7, 35),
    "A-FLOR-LEVL": (2, 13),
}


def draw(storey: Storey, path: Path) -> None:
    """Draw one storey and save it."""
    ezdxf.options.write_fixed_meta_data_for_testing = True
    doc = ezdxf.new("R2010", setup=["linetypes", "styles"])
    doc.units = ezdxf.units.MM
    doc.header["$MEASUREMENT"] = 1
    doc.header["$LUNITS"] = 2
    for name, (colour, weight) in LAYERS.items():
        doc.layers.add(name, color=colour, lineweight=weight)
    style = doc.dimstyles.duplicate_entry("Standard", "ARCH-100")
    for key, value in {
        "dimtxt": 250,
        "dimasz": 150,
        "dimexe": 100,
        "dimexo": 100,
        "dimgap": 60,
        "dimlfac": 1,
        "dimscale": 1,
        "dimdec": 0,
        "dimtad": 1,
        "dimlunit": 2,
        "dimtih": 0,
        "dimtoh": 0,
    }.items():
        style.set_dxf_attrib(key, value)
    for key, value in {
        "$DIMTXT": 250.0,
        "$DIMASZ": 150.0,
        "$DIMEXE": 100.0,
        "$DIMEXO": 100.0,
        "$DIMGAP": 60.0,
        "$DIMLFAC": 1.0,
        "$DIMSCALE": 1.0,
        "$DIMDEC": 0,
        "$DIMTAD": 1,
        "$DIMSTYLE": "ARCH-100",
    }.items():
        doc.header[key] = value
    space = doc.modelspace()
    _walls(space, storey)
    _doors(doc, space, storey)
    _windows(space, storey)
    _tags(space, storey)
    _grid_and_dimensions(space)
    _stairs_and_lift(space, storey)
    for x0, y0, x1, y1 in storey.furniture:
        space.add_lwpolyline(_mm((x0, y0), (x1, y0), (x1, y1), (x0, y1)), close=True, dxfattribs={"layer": "A-FURN"})
    _title(space, storey)
    doc.header["$EXTMIN"] = (-3000, -6000, 0)
    doc.header["$EXTMAX"] = (28000, 17500, 0)
    doc.classes.add_required_classes(doc.dxfversion)  # ezdxf takes them from a set: sort, or the bytes vary
    doc.classes.classes = dict(sorted(doc.classes.classes.items()))
    doc.saveas(path)


def _mm(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(round(x * MM, 3), round(y * MM, 3)) for x, y in points]


def _walls(space, storey: Storey) -> None:
    openings = [d.opening for d in storey.doors]
    solid = box(*OUTLINE).difference(unary_union([r.box for r in storey.rooms] + openings))
    pieces = sorted(getattr(solid, "geoms", [solid]), key=lambda p: p.bounds)
    for piece in pieces:
        for ring in (piece.exterior, *piece.interiors):
            space.add_lwpolyline(_mm(*ring.simplify(1e-6).coords[:-1]), close=True, dxfattribs={"layer": "A-WALL"})


def _doors(doc, space, storey: Storey) -> None:
    block = doc.blocks.new("DOOR-LEAF")  # unit leaf along +x, hinge at the origin, swinging to +y
    block.add_lwpolyline([(0, 0), (0, 1), (0.04, 1), (0.04, 0)], close=True, dxfattribs={"layer": "0"})
    block.add_arc((0, 0), 1, 0, 90, dxfattribs={"layer": "0"})
    block.add_attdef("NUMBER", (0.4, 0.35), dxfattribs={"height": 0.16, "layer": "0"})
    for door in storey.doors:
        width = door.width / door.leaves
        for leaf in range(door.leaves):
            hinge = door.hinge if door.leaves == 1 else (-1, 1)[leaf]
            offset = hinge * door.width / 2
            face = door.side * door.thickness / 2
            x, y = (door.x + offset, door.y + face) if door.wall == "h" else (door.x + face, door.y + offset)
            if door.wall == "h":
                scale_x, scale_y, turn = -hinge, door.side, 0.0
            else:
                scale_x, scale_y, turn = -hinge, -door.side, 90.0
            insert = space.add_blockref(
                "DOOR-LEAF",
                (x * MM, y * MM),
                dxfattribs={
                    "layer": "A-DOOR",
                    "xscale": scale_x * width * MM,
                    "yscale": scale_y * width * MM,
                    "rotation": turn,
                },
            )
            if leaf == 0:
                tag = (
                    door.x + (0 if door.wall == "h" else 0.35 * door.side),
                    door.y + (0.35 * door.side if door.wall == "h" else 0),
                )
                insert.add_attrib(
                    "NUMBER", door.number, (tag[0] * MM, tag[1] * MM), dxfattribs={"height": 160, "layer": "A-DOOR"}
                )


def _windows(space, storey: Storey) -> None:
    for w in storey.windows:
        along_x = (w.x1 - w.x0) > (w.y1 - w.y0)
        attributes = {"layer": "A-GLAZ"}
        if along_x:
            lines = [((w.x0, y), (w.x1, y)) for y in (w.y0 + (w.y1 - w.y0) * k for k in (0.4, 0.6))]
            lines += [((x, w.y0), (x, w.y1)) for x in (w.x0, w.x1)]
        else:
            lines = [((x, w.y0), (x, w.y1)) for x in (w.x0 + (w.x1 - w.x0) * k for k in (0.4, 0.6))]
            lines += [((w.x0, y), (w.x1, y)) for y in (w.y0, w.y1)]
        for start, end in lines:
            space.add_line(*_mm(start, end), dxfattribs=attributes)


def _tags(space, storey: Storey) -> None:
    for room in storey.rooms:
        x, y = (room.x0 + room.x1) / 2, (room.y0 + room.y1) / 2 + 0.35
        if room.name in ("STAIR",):
            y = room.y1 - 0.7
        height = 0.2 if room.x1 - room.x0 > 3 else 0.14
        for row, text in enumerate((room.name, room.number, f"{room.box.area:.1f} m2")):
            entity = space.add_text(text, height=height * MM, dxfattribs={"layer": "A-AREA-IDEN"})
            entity.set_placement(
                (x * MM, (y - row * height * 1.8) * MM), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER
            )


def _grid_and_dimensions(space) -> None:
    columns = {"1": 0.15, "2": 4.075, "3": 7.725, "4": 15.675, "5": 21.275, "6": 25.05}
    for name, x in columns.items():
        space.add_line((x * MM, -1500), (x * MM, 16500), dxfattribs={"layer": "S-GRID", "linetype": "CENTER"})
        space.add_circle((x * MM, 16900), 400, dxfattribs={"layer": "S-GRID"})
        space.add_text(name, height=300, dxfattribs={"layer": "S-GRID"}).set_placement(
            (x * MM, 16900), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER
        )
    xs = list(columns.values())
    for x0, x1 in itertools.pairwise(xs):
        space.add_linear_dim(
            base=(0, -1900),
            p1=(x0 * MM, -1500),
            p2=(x1 * MM, -1500),
            dimstyle="ARCH-100",
            dxfattribs={"layer": "A-ANNO-DIMS"},
        ).render()
    space.add_linear_dim(
        base=(0, -2700), p1=(0, -1500), p2=(25200, -1500), dimstyle="ARCH-100", dxfattribs={"layer": "A-ANNO-DIMS"}
    ).render()
    space.add_linear_dim(
        base=(-2200, 0),
        p1=(-1500, 0),
        p2=(-1500, 15000),
        angle=90,
        dimstyle="ARCH-100",
        dxfattribs={"layer": "A-ANNO-DIMS"},
    ).render()


def _stairs_and_lift(space, storey: Storey) -> None:
    for room in storey.rooms:
        if room.name == "STAIR":
            for k in range(11):
                y = room.y0 + 0.6 + k * 0.28
                space.add_line(*_mm((room.x0, y), (room.x1, y)), dxfattribs={"layer": "A-FLOR-STRS"})
            middle = (room.x0 + room.x1) / 2
            space.add_line(*_mm((middle, room.y0 + 0.6), (middle, room.y0 + 3.4)), dxfattribs={"layer": "A-FLOR-STRS"})
        if room.name == "LIFT":
            corners = (
                (room.x0 + 0.1, room.y0 + 0.1),
                (room.x1 - 0.1, room.y0 + 0.1),
                (room.x1 - 0.1, room.y1 - 0.1),
                (room.x0 + 0.1, room.y1 - 0.1),
            )
            space.add_lwpolyline(_mm(*corners), close=True, dxfattribs={"layer": "A-FLOR-STRS"})
            space.add_line(*_mm(corners[0], corners[2]), dxfattribs={"layer": "A-FLOR-STRS"})
            space.add_line(*_mm(corners[1], corners[3]), dxfattribs={"layer": "A-FLOR-STRS"})


def _title(space, storey: Storey) -> None:
    attributes = {"layer": "A-ANNO-TTLB"}
    space.add_text(f"DISTRICT HOSPITAL  {storey.title}", height=400, dxfattribs=attributes).set_placement((0, -4200))
    space.add_text(
        f"DRAWING {storey.number}   REV B   SCALE 1:100   ALL DIMENSIONS IN MILLIMETRES",
        height=250,
        dxfattribs=attributes,
    ).set_placement((0, -4900))
    centre, radius = (27.0, 13.0), 0.7  # north arrow
    space.add_circle((centre[0] * MM, centre[1] * MM), radius * MM, dxfattribs=attributes)
    tip = (centre[0] + radius * math.cos(math.pi / 2), centre[1] + radius)
    space.add_line(*_mm((centre[0], centre[1] - radius), tip), dxfattribs=attributes)
    space.add_text("N", height=300, dxfattribs=attributes).set_placement(
        (centre[0] * MM, (centre[1] + radius + 0.3) * MM), align=ezdxf.enums.TextEntityAlignment.MIDDLE_CENTER
    )


if __name__ == "__main__":
    draw(GROUND, HERE / "ground.dxf")
    draw(FIRST, HERE / "first.dxf")
