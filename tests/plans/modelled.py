"""Building models whose right answer is known: a ward on a corridor, written as IFC in many manners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Point = tuple[float, float]

METRES = {"m": 1.0, "mm": 1e-3, "foot": 0.3048, "inch": 0.0254}
OUTER, INNER = 0.3, 0.15
COLUMNS, ROWS = (0.0, 4.0, 7.5, 12.0), (0.0, 4.0, 6.4, 10.0)
HEIGHT = 2.7


@dataclass(frozen=True)
class Habits:
    """How a model is written."""

    schema: str = "IFC4"
    unit: str = "mm"
    turn_deg: float = 0.0
    shift: Point = (0.0, 0.0)
    wall_shape: str = "extrusion"
    space_shape: str = "extrusion"
    names: Sequence[str] = ("Office", "Scan Room", "Control", "Store", "Prep", "WC")
    spaces: str = "all"
    storeys: int = 1
    areas: str = "quantity"
    boundaries: bool = True
    north: Point | None = None
    grow: float = 0.0
    loose_doors: bool = False
    extras: bool = False


@dataclass
class Key:
    """What is to be read: by storey, rooms (number, name, ring in the model's own metres) and doors."""

    rooms: list[tuple[str, str, str, list[Point]]] = field(default_factory=list)
    doors: list[tuple[str, Point, float, frozenset[str], str, Point]] = field(default_factory=list)


class Writer:
    """Writes entities in the model's own unit from metres."""

    def __init__(self, habits: Habits) -> None:
        import ifcopenshell
        import ifcopenshell.guid

        self.h = habits
        self.f = ifcopenshell.file(schema=habits.schema)
        self.new_guid = ifcopenshell.guid.new
        self.u = METRES[habits.unit]
        self.owner = self._owner() if habits.schema == "IFC2X3" else None
        self.context = self._project()

    def e(self, kind: str, *values: Any, **named: Any) -> Any:
        return self.f.create_entity(kind, *values, **named)

    def root(self, kind: str, **named: Any) -> Any:
        return self.e(kind, GlobalId=self.new_guid(), OwnerHistory=self.owner, **named)

    def _owner(self) -> Any:
        person = self.e("IfcPerson", FamilyName="x")
        organisation = self.e("IfcOrganization", Name="x")
        both = self.e("IfcPersonAndOrganization", person, organisation)
        program = self.e("IfcApplication", organisation, "1", "Test writer", "T")
        return self.e("IfcOwnerHistory", both, program, None, "ADDED", None, None, None, 0)

    def _project(self) -> Any:
        if self.h.unit in ("m", "mm"):
            length = self.e("IfcSIUnit", None, "LENGTHUNIT", "MILLI" if self.h.unit == "mm" else None, "METRE")
        else:
            metre = self.e("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
            factor = self.e("IfcMeasureWithUnit", self.e("IfcLengthMeasure", self.u), metre)
            exponents = self.e("IfcDimensionalExponents", 1, 0, 0, 0, 0, 0, 0)
            length = self.e("IfcConversionBasedUnit", exponents, "LENGTHUNIT", self.h.unit.upper(), factor)
        area = self.e("IfcSIUnit", None, "AREAUNIT", None, "SQUARE_METRE")
        self.units = self.e("IfcUnitAssignment", [length, area])
        north = None if self.h.north is None else self.e("IfcDirection", [float(v) for v in self.h.north])
        context = self.e("IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, self.axes(), north)
        self.project = self.root("IfcProject", Name="P", RepresentationContexts=[context], UnitsInContext=self.units)
        return context

    def point(self, *xyz: float) -> Any:
        return self.e("IfcCartesianPoint", [float(v) / self.u for v in xyz])

    def axes(self, at: Sequence[float] = (0, 0, 0), x: Sequence[float] = (1, 0, 0)) -> Any:
        z = self.e("IfcDirection", [0.0, 0.0, 1.0])
        return self.e("IfcAxis2Placement3D", self.point(*at), z, self.e("IfcDirection", [float(v) for v in x]))

    def place(self, parent: Any, at: Sequence[float] = (0, 0, 0), x: Sequence[float] = (1, 0, 0)) -> Any:
        return self.e("IfcLocalPlacement", parent, self.axes(at, x))

    def ring(self, points: Sequence[Point]) -> Any:
        corners = [self.point(*p) for p in points]
        return self.e("IfcPolyline", [*corners, corners[0]])

    def profile(self, points: Sequence[Point], bulge: float = 0.0) -> Any:
        """A closed profile; with a bulge its first edge is an arc with that sagitta, m."""
        if not bulge:
            return self.e("IfcArbitraryClosedProfileDef", "AREA", None, self.ring(points))
        (x0, y0), (x1, y1) = points[0], points[1]
        length = math.hypot(x1 - x0, y1 - y0)
        middle = ((x0 + x1) / 2 + bulge * (y1 - y0) / length, (y0 + y1) / 2 - bulge * (x1 - x0) / length)
        where = [points[0], middle, *points[1:]]
        listed = self.e("IfcCartesianPointList2D", [[v / self.u for v in p] for p in where])
        n = len(where)
        parts = [self.e("IfcArcIndex", (1, 2, 3)), self.e("IfcLineIndex", (*range(3, n + 1), 1))]
        return self.e("IfcArbitraryClosedProfileDef", "AREA", None, self.e("IfcIndexedPolyCurve", listed, parts, False))

    def extrusion(self, points: Sequence[Point], height: float, bulge: float = 0.0) -> Any:
        up = self.e("IfcDirection", [0.0, 0.0, 1.0])
        return self.e("IfcExtrudedAreaSolid", self.profile(points, bulge), self.axes(), up, height / self.u)

    def body(self, points: Sequence[Point], height: float, shape: str) -> Any:
        """A prism over a ring, written as one of many shapes."""
        kind, items = "SweptSolid", []
        if shape in ("extrusion", "arc"):
            items = [self.extrusion(points, height, 0.6 if shape == "arc" else 0.0)]
        elif shape == "mapped":
            inner = self.e(
                "IfcShapeRepresentation", self.context, "Body", "SweptSolid", [self.extrusion(points, height)]
            )
            source = self.e("IfcRepresentationMap", self.axes(), inner)
            target = self.e("IfcCartesianTransformationOperator3D", None, None, self.point(0, 0, 0), None, None)
            kind, items = "MappedRepresentation", [self.e("IfcMappedItem", source, target)]
        elif shape == "clipped":
            plane = self.e("IfcPlane", self.axes((0, 0, height)))
            half = self.e("IfcHalfSpaceSolid", plane, False)
            solid = self.extrusion(points, height + 1.0)
            kind, items = "Clipping", [self.e("IfcBooleanClippingResult", "DIFFERENCE", solid, half)]
        elif shape in ("brep", "surface"):
            faces = [self._face(f) for f in _faces(points, height)]
            if shape == "brep":
                kind, items = "Brep", [self.e("IfcFacetedBrep", self.e("IfcClosedShell", faces))]
            else:
                kind = "SurfaceModel"
                items = [self.e("IfcFaceBasedSurfaceModel", [self.e("IfcConnectedFaceSet", faces)])]
        elif shape == "tessellated":
            n = len(points)
            xyz = [[v / self.u for v in (*p, z)] for z in (0.0, height) for p in points]
            index = [list(range(n, 0, -1)), list(range(n + 1, 2 * n + 1))]
            index += [[k + 1, (k + 1) % n + 1, (k + 1) % n + n + 1, k + n + 1] for k in range(n)]
            faces = [self.e("IfcIndexedPolygonalFace", f) for f in index]
            kind = "Tessellation"
            items = [self.e("IfcPolygonalFaceSet", self.e("IfcCartesianPointList3D", xyz), None, faces)]
        elif shape == "footprint":
            ring = self.e("IfcShapeRepresentation", self.context, "FootPrint", "Curve2D", [self.ring(points)])
            return self.e("IfcProductDefinitionShape", None, None, [ring])
        elif shape == "broken":
            loop = [self.point(*points[0], 0), self.point(*points[0], 0), self.point(*points[0], 0)]
            shell = self.e("IfcClosedShell", [self._face_of(loop)])
            kind, items = "Brep", [self.e("IfcFacetedBrep", shell)]
        made = self.e("IfcShapeRepresentation", self.context, "Body", kind, items)
        return self.e("IfcProductDefinitionShape", None, None, [made])

    def _face(self, corners: Sequence[Sequence[float]]) -> Any:
        return self._face_of([self.point(*c) for c in corners])

    def _face_of(self, points: Sequence[Any]) -> Any:
        return self.e("IfcFace", [self.e("IfcFaceOuterBound", self.e("IfcPolyLoop", points), True)])

    def aggregate(self, whole: Any, parts: Sequence[Any]) -> None:
        self.root("IfcRelAggregates", RelatingObject=whole, RelatedObjects=list(parts))

    def contain(self, where: Any, elements: Sequence[Any]) -> None:
        self.root("IfcRelContainedInSpatialStructure", RelatingStructure=where, RelatedElements=list(elements))


def _faces(points: Sequence[Point], height: float) -> list[list[tuple[float, float, float]]]:
    low = [(x, y, 0.0) for x, y in points]
    high = [(x, y, height) for x, y in points]
    sides = [[low[k], low[(k + 1) % len(low)], high[(k + 1) % len(low)], high[k]] for k in range(len(low))]
    return [low[::-1], high, *sides]


@dataclass(frozen=True)
class Wall:
    """A straight wall between two points of its centre line."""

    p: Point
    q: Point
    thickness: float


def write_ward(path: Path, habits: Habits) -> Key:
    """Write a model of a ward on a corridor and return its key.

    The building is placed turned and shifted by nested placements; every wall and door has its own axes.
    """
    w, h = Writer(habits), habits
    a = math.radians(h.turn_deg)
    site = w.root("IfcSite", Name="S", ObjectPlacement=w.place(None, (*h.shift, 0)), CompositionType="ELEMENT")
    turned = w.place(site.ObjectPlacement, (3, -2, 0), (math.cos(a), math.sin(a), 0))
    building = w.root("IfcBuilding", Name="B", ObjectPlacement=turned, CompositionType="ELEMENT")
    w.aggregate(w.project, [site])
    w.aggregate(site, [building])
    key = Key()

    def world(p: Point) -> Point:
        x, y = p
        return (
            h.shift[0] + 3 + x * math.cos(a) - y * math.sin(a),
            h.shift[1] - 2 + x * math.sin(a) + y * math.cos(a),
        )

    storeys = []
    for n in range(h.storeys):
        elevation = 3.2 * n
        storey = w.root(
            "IfcBuildingStorey", Name=f"Level {n + 1}", ObjectPlacement=w.place(turned, (0, 0, elevation)),
            CompositionType="ELEMENT", Elevation=elevation / w.u,
        )  # fmt: skip
        storeys.append(storey)
        _storey(w, storey, n, key, world)
    w.aggregate(building, storeys)
    w.f.write(str(path))
    return key


def _storey(w: Writer, storey: Any, n: int, key: Key, world: Any) -> None:
    h = w.h
    (x0, *_, x3), (y0, y1, y2, y3) = COLUMNS, ROWS
    walls = {
        "south": Wall((x0, y0), (x3, y0), OUTER),
        "north": Wall((x3, y3), (x0, y3), OUTER),
        "west": Wall((x0, y3), (x0, y0), OUTER),
        "east": Wall((x3, y0), (x3, y3), OUTER),
        "low": Wall((x0, y1), (x3, y1), INNER),
        "high": Wall((x3, y2), (x0, y2), INNER),
    }
    for k, x in enumerate(COLUMNS[1:-1]):
        walls[f"a{k}"] = Wall((x, y0), (x, y1), INNER)
        walls[f"b{k}"] = Wall((x, y3), (x, y2), INNER)
    made = {name: _wall(w, storey, wall) for name, wall in walls.items()}
    half = INNER / 2
    xs = [x0 + OUTER / 2, *(v for x in COLUMNS[1:-1] for v in (x - half, x + half)), x3 - OUTER / 2]
    rooms: list[tuple[str, str, list[Point]]] = []
    names = list(h.names)
    for row, (low, high) in enumerate(((y0 + OUTER / 2, y1 - half), (y2 + half, y3 - OUTER / 2))):
        for k in range(3):
            left, right = xs[2 * k], xs[2 * k + 1]
            ring = [(left, low), (right, low), (right, high), (left, high)]
            rooms.append((f"{n + 1}.{3 * row + k + 1:02d}", names[3 * row + k], ring))
    corridor = [
        (x0 + OUTER / 2, y1 + half), (x3 - OUTER / 2, y1 + half), (x3 - OUTER / 2, y2 - half),
        (x0 + OUTER / 2, y2 - half),
    ]  # fmt: skip
    rooms.append((f"{n + 1}.10", "Corridor", corridor))
    guids = {}
    for k, (number, name, ring) in enumerate(rooms):
        if h.spaces == "none" or (h.spaces == "some" and k in (1, 4)):
            key.rooms.append((f"Level {n + 1}", "", "", [world(p) for p in ring]))
            continue
        guids[number] = _space(w, storey, number, name, ring)
        key.rooms.append((f"Level {n + 1}", number, name, [world(p) for p in ring]))
    # A door from each room to the corridor, and one from the corridor out, each drawn from its wall's own start.
    for k in range(3):
        for row, wall in ((0, "low"), (1, "high")):
            number = rooms[3 * row + k][0]
            middle = ((xs[2 * k] + xs[2 * k + 1]) / 2, y1 if row == 0 else y2)
            width = 0.9 if k else 1.25
            operation = "SINGLE_SWING_LEFT" if k != 1 else "SINGLE_SWING_RIGHT"
            into = (0.0, -1.0) if row == 0 else (0.0, 1.0)
            door = _door(w, storey, made[wall], walls[wall], middle, width, operation, into)
            _bounded(w, door, [guids.get(number), guids.get(f"{n + 1}.10")])
            side = -1 if operation.endswith("LEFT") else 1
            axis = (into[1], -into[0])
            hinge = (
                middle[0] + side * width / 2 * axis[0] + half * into[0],
                middle[1] + side * width / 2 * axis[1] + half * into[1],
            )
            pair = frozenset((number, f"{n + 1}.10"))
            key.doors.append((f"Level {n + 1}", world(middle), width, pair, number, world(hinge)))
    out = (x0, (y1 + y2) / 2)
    door = _door(w, storey, made["west"], walls["west"], out, 1.6, "DOUBLE_DOOR_SINGLE_SWING", (-1.0, 0.0))
    _bounded(w, door, [guids.get(f"{n + 1}.10")])
    key.doors.append((f"Level {n + 1}", world(out), 1.6, frozenset((f"{n + 1}.10", "outside")), "outside", world(out)))
    if h.extras:
        _extras(w, storey)
    window = _opening(w, made["south"], walls["south"], (2.0, y0), 1.4, 0.9, 1.2)
    _fill(w, storey, "IfcWindow", window, 1.4, 1.2, "", 0.3)


def _extras(w: Writer, storey: Any) -> None:
    """A column in the corridor, a screen of glass across it, a low wall, a stair, a lift and a desk."""
    for kind, ring, height, at in (
        ("IfcColumn", [(-0.15, -0.15), (0.15, -0.15), (0.15, 0.15), (-0.15, 0.15)], 2.7, (6.0, 5.2)),
        ("IfcWall", [(0, 0), (1.0, 0), (1.0, 0.1), (0, 0.1)], 0.9, (5.0, 1.0)),
        ("IfcStair", [(0, 0), (1.2, 0), (1.2, 2.0), (0, 2.0)], 3.0, (9.0, 7.0)),
        ("IfcTransportElement", [(0, 0), (1.6, 0), (1.6, 1.4), (0, 1.4)], 2.4, (1.0, 8.0)),
        ("IfcFurniture", [(0, 0), (1.4, 0), (1.4, 0.7), (0, 0.7)], 0.7, (1.0, 1.0)),
    ):
        place = w.place(storey.ObjectPlacement, (*at, 0))
        body = w.body(ring, height, "extrusion")
        w.contain(storey, [w.root(kind, Name=f"{kind} 1", ObjectPlacement=place, Representation=body)])
    curtain = w.root("IfcCurtainWall", Name="C", ObjectPlacement=w.place(storey.ObjectPlacement, (9.0, 4.075, 0)))
    pane = w.root(
        "IfcPlate", Name="P", ObjectPlacement=w.place(curtain.ObjectPlacement),
        Representation=w.body([(0, 0), (0.06, 0), (0.06, 2.25), (0, 2.25)], 2.7, "extrusion"),
    )  # fmt: skip
    w.aggregate(curtain, [pane])
    w.contain(storey, [curtain])


def _wall(w: Writer, storey: Any, wall: Wall) -> Any:
    (x0, y0), (x1, y1) = wall.p, wall.q
    length = math.hypot(x1 - x0, y1 - y0)
    x = ((x1 - x0) / length, (y1 - y0) / length)
    t = wall.thickness / 2
    # Outer walls meet at the corner's outside.
    ring = [(-t, -t), (length + t, -t), (length + t, t), (-t, t)] if wall.thickness == OUTER else [
        (0, -t), (length, -t), (length, t), (0, t)
    ]  # fmt: skip
    place = w.place(storey.ObjectPlacement, (x0, y0, 0), (*x, 0))
    kind = "IfcWallStandardCase" if w.h.schema == "IFC2X3" else "IfcWall"
    made = w.root(kind, Name="W", ObjectPlacement=place, Representation=w.body(ring, HEIGHT, w.h.wall_shape))
    w.contain(storey, [made])
    return made


def _opening(w: Writer, host: Any, wall: Wall, middle: Point, width: float, low: float, height: float) -> Any:
    (x0, y0), (x1, y1) = wall.p, wall.q
    length = math.hypot(x1 - x0, y1 - y0)
    along = ((middle[0] - x0) * (x1 - x0) + (middle[1] - y0) * (y1 - y0)) / length
    place = w.place(host.ObjectPlacement, (along, 0, low))
    t = wall.thickness
    ring = [(-width / 2, -t), (width / 2, -t), (width / 2, t), (-width / 2, t)]
    hole = w.root(
        "IfcOpeningElement", Name="O", ObjectPlacement=place, Representation=w.body(ring, height, "extrusion")
    )
    if not w.h.loose_doors:
        w.root("IfcRelVoidsElement", RelatingBuildingElement=host, RelatedOpeningElement=hole)
    return hole


def _fill(
    w: Writer, storey: Any, kind: str, hole: Any, width: float, height: float, operation: str, deep: float,
    x: Sequence[float] = (1, 0, 0), start: Sequence[float] | None = None,
) -> Any:  # fmt: skip
    ring = [(0, -deep / 6), (width, -deep / 6), (width, deep / 6), (0, deep / 6)]
    place = w.place(hole.ObjectPlacement, start or (-width / 2, 0, 0), x)
    named = {"OverallHeight": height / w.u, "OverallWidth": width / w.u}
    if operation and w.h.schema != "IFC2X3":
        named["OperationType"] = operation
    made = w.root(kind, Name="D", ObjectPlacement=place, Representation=w.body(ring, height, "extrusion"), **named)
    if operation and w.h.schema == "IFC2X3":
        style = w.root("IfcDoorStyle", Name="T", OperationType=operation, ConstructionType="NOTDEFINED",
                       ParameterTakesPrecedence=False, Sizeable=False)  # fmt: skip
        w.root("IfcRelDefinesByType", RelatedObjects=[made], RelatingType=style)
    if not w.h.loose_doors:
        w.root("IfcRelFillsElement", RelatingOpeningElement=hole, RelatedBuildingElement=made)
    w.contain(storey, [made])
    return made


def _door(
    w: Writer, storey: Any, host: Any, wall: Wall, middle: Point, width: float, operation: str, into: Point
) -> Any:
    hole = _opening(w, host, wall, middle, width, 0.0, 2.1)
    (x0, y0), (x1, y1) = wall.p, wall.q
    length = math.hypot(x1 - x0, y1 - y0)
    normal = (-(y1 - y0) / length, (x1 - x0) / length)
    same = normal[0] * into[0] + normal[1] * into[1] > 0
    # The leaf opens to the door's own +y, so the door is turned round in its opening where that is the other side.
    start, x = ((-width / 2, 0, 0), (1, 0, 0)) if same else ((width / 2, 0, 0), (-1, 0, 0))
    return _fill(w, storey, "IfcDoor", hole, width, 2.1, operation, wall.thickness, x, start)


def _bounded(w: Writer, element: Any, spaces: Sequence[Any]) -> None:
    for space in spaces:
        if space is not None and w.h.boundaries:
            w.root(
                "IfcRelSpaceBoundary", RelatingSpace=space, RelatedBuildingElement=element,
                PhysicalOrVirtualBoundary="PHYSICAL", InternalOrExternalBoundary="INTERNAL",
            )  # fmt: skip


def _space(w: Writer, storey: Any, number: str, name: str, ring: list[Point]) -> Any:
    shape = w.h.space_shape
    g = w.h.grow
    ring = [
        (x + g * sx, y + g * sy) for (x, y), (sx, sy) in zip(ring, ((-1, -1), (1, -1), (1, 1), (-1, 1)), strict=True)
    ]
    made = w.root(
        "IfcSpace", Name=number, LongName=name, CompositionType="ELEMENT",
        ObjectPlacement=w.place(storey.ObjectPlacement), Representation=w.body(ring, HEIGHT, shape),
    )  # fmt: skip
    w.aggregate(storey, [made])
    (x0, y0), _, (x1, y1), _ = ring
    area = (x1 - x0) * (y1 - y0)
    if w.h.areas == "quantity":
        quantity = w.e("IfcQuantityArea", Name="NetFloorArea", AreaValue=area)
        wall = w.e("IfcQuantityArea", Name="NetWallArea", AreaValue=5 * area)
        sets = w.root("IfcElementQuantity", Name="Qto_SpaceBaseQuantities", Quantities=[wall, quantity])
    elif w.h.areas == "property":
        value = w.e("IfcPropertySingleValue", Name="Area", NominalValue=w.e("IfcAreaMeasure", area))
        sets = w.root("IfcPropertySet", Name="Dimensions", HasProperties=[value])
    else:
        return made
    w.root("IfcRelDefinesByProperties", RelatedObjects=[made], RelatingPropertyDefinition=sets)
    return made
