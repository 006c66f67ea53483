"""A model taken apart: storeys, and on each the spaces, doors, windows, walls. Runs in the worker's process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsite.plans.ifc import fillings, spaces
from mrsite.plans.ifc.facts import CUT_M, BodyFacts, Left, ModelFacts, StoreyFacts, ThingFacts, Wanted, choose, outlines
from mrsite.plans.ifc.measures import length_unit, place_on_earth, placement, power_unit
from mrsite.plans.ifc.relations import Relations, relations_of
from mrsite.plans.ifc.shapes import Mesh, Mesher, cut, shadow

# What begins this far above a floor still stands on it, m.
_STEP_M = 0.5
# Storeys of a model that has none: floors nearer than this are one, m.
_SAME_FLOOR_M = 1.5
_BARRIERS = {"IfcWall": "wall", "IfcCurtainWall": "glazing", "IfcColumn": "column"}
_EQUIPMENT = ("IfcFurnishingElement", "IfcBuildingElementProxy", "IfcDistributionElement", "IfcElementAssembly")
_READ = (
    *_BARRIERS, *_EQUIPMENT, "IfcSlab", "IfcDoor", "IfcWindow", "IfcSpace", "IfcOpeningElement", "IfcStair",
    "IfcStairFlight", "IfcRamp", "IfcRampFlight", "IfcTransportElement", "IfcPlate", "IfcMember",
    "IfcSpatialStructureElement", "IfcBuildingElementPart", "IfcGrid", "IfcAnnotation",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What the parts of the reader share: the model, its relations, its units, the mesher, the storeys from below."""

    model: Any
    relations: Relations
    unit_m: float
    area_m2: float
    volume_m3: float
    storeys: tuple[StoreyFacts, ...]
    wanted: frozenset[str]
    mesh: Callable[..., Mesh | None]
    crashing: frozenset[str]

    def fault(self, element: Any) -> str:
        """Say why an element has no mesh."""
        if element.GlobalId in self.crashing:
            return "its shape crashes the geometry library"
        return "no shape" if getattr(element, "Representation", None) is None else "its shape cannot be made"

    def storey_at(self, height: float) -> StoreyFacts:
        """Return the highest storey whose floor is not above a height."""
        below = [s for s in self.storeys if s.elevation <= height + _STEP_M]
        return max(below, key=lambda s: s.elevation) if below else min(self.storeys, key=lambda s: s.elevation)

    def storey_of(self, element: Any, height: float | None = None) -> StoreyFacts:
        """Return the storey that an element belongs to: as the model says, else by where it is."""
        stated = self.relations.storey_of(element)
        if stated is not None:
            for s in self.storeys:
                if s.guid == stated.GlobalId:
                    return s
        if height is None:
            matrix = placement(element, self.unit_m)
            height = 0.0 if matrix is None else float(matrix[2, 3])
        return self.storey_at(height)


def take_apart(
    model: Any,
    *,
    file: str,
    units_m: float | None,
    storey: Wanted | None,
    mark: Callable[[str], None],
    skip: frozenset[str],
) -> ModelFacts:
    """Read a model that ifcopenshell has opened.

    Parameters
    ----------
    units_m : float, optional
        Metres in its length unit, where the caller says it.
    storey : str or float, or several, optional
        The one storey wanted, by name, GlobalId or elevation; all of them without it.
    mark : callable
        Told of each element before its shape is made, so that a crash has a name.
    skip : set of str
        GlobalIds of elements whose shapes are not to be made.

    Raises
    ------
    InputError
        No storey, or not the one that is wanted.
    """
    unit, stated_m, stated = length_unit(model)
    unit_m = stated_m if units_m is None else units_m
    links = relations_of(model)
    mesher = Mesher(unit_m / stated_m)
    lost: Counter[tuple[str, str]] = Counter()

    def mesh(element: Any, lines: bool = False) -> Mesh | None:
        if element.GlobalId in skip:
            return None
        mark(element.GlobalId)
        return mesher.mesh(element, lines=lines)

    floors = _storeys(model, links, unit_m)
    wanted = {s.guid for s in floors} if storey is None else {choose(floors, storey, file).guid}
    area, volume = (power_unit(model, kind, stated_m) for kind in ("AREAUNIT", "VOLUMEUNIT"))
    reading = Reading(model, links, unit_m, area, volume, floors, frozenset(wanted), mesh, skip)
    bodies, low = _bodies(reading, lost)
    found_spaces, left = spaces.spaces_of(reading, lost)
    found_fillings, more = fillings.fillings_of(reading, lost)
    things = _things(reading)
    slabs = _slabs(reading)
    done = tuple(
        replace(
            s,
            read=True,
            slab=slabs.get(s.guid),
            spaces=tuple(found_spaces.get(s.guid, ())),
            fillings=tuple(found_fillings.get(s.guid, ())),
            bodies=tuple(bodies.get(s.guid, ())),
            things=tuple(things.get(s.guid, ())),
        )
        if s.guid in wanted
        else s
        for s in floors
    )
    heights = [d.OverallHeight for d in model.by_type("IfcDoor") if d.OverallHeight]
    unread = Counter(e.is_a() for e in model.by_type("IfcProduct") if not any(e.is_a(k) for k in _READ))
    left_out = [Left(k, n, "no part of a floor plan") for k, n in sorted(unread.items())]
    if low:
        left_out.append(Left("walls", low, f"lower than the cut at {CUT_M} m: parapets, plinths"))
    notes = () if stated else ("the model states no length unit",)
    return ModelFacts(
        schema=str(model.schema_identifier),
        program=_program(model),
        unit=unit,
        unit_m=stated_m,
        storeys=done,
        place=place_on_earth(model, unit_m),
        heights=tuple(float(h) * unit_m for h in heights),
        left_out=(*left_out, *left, *more),
        lost=tuple(Left(what, n, why) for (what, why), n in sorted(lost.items())),
        notes=notes,
    )


def _program(model: Any) -> str:
    for application in model.by_type("IfcApplication")[:1]:
        return " ".join(str(w) for w in (application.ApplicationFullName, application.Version) if w)[:120]
    return ""


def _storeys(model: Any, links: Relations, unit_m: float) -> tuple[StoreyFacts, ...]:
    """List the storeys from below; of a model without any, the floors that its walls and spaces stand on."""
    of: dict[int, list[Any]] = {}
    rooms: Counter[int] = Counter()
    doors: Counter[int] = Counter()
    loose: list[float] = []
    for kind in ("IfcWall", "IfcSpace", "IfcDoor"):
        for element in model.by_type(kind):
            storey = links.storey_of(element)
            if storey is None:
                matrix = placement(element, unit_m)
                loose += [] if matrix is None else [float(matrix[2, 3])]
                continue
            of.setdefault(storey.id(), []).append(element)
            rooms[storey.id()] += kind == "IfcSpace"
            doors[storey.id()] += kind == "IfcDoor"
    found = []
    for storey in model.by_type("IfcBuildingStorey"):
        key = storey.id()
        stated = None if storey.Elevation is None else float(storey.Elevation) * unit_m
        elevation = _floor(storey, stated, of.get(key, ()), unit_m)
        found.append(
            StoreyFacts(
                storey.GlobalId, storey.Name or storey.LongName or "", elevation, stated, rooms[key], doors[key], None,
                False,
            )
        )  # fmt: skip
    if not found:
        for z in _steps(loose):
            found.append(StoreyFacts(f"level {z:.2f}", f"level {z:.2f} m", z, None, 0, 0, None, False))
    return tuple(sorted(found, key=lambda s: (s.elevation, s.name, s.guid)))


def _floor(storey: Any, stated: float | None, elements: Iterable[Any], unit_m: float) -> float:
    """Height of a storey: of its placement or as stated, whichever its walls and spaces stand nearer to."""
    matrix = placement(storey, unit_m)
    placed = None if matrix is None else float(matrix[2, 3])
    if placed is None or stated is None:
        return placed if placed is not None else stated if stated is not None else 0.0
    if abs(placed - stated) < 1e-3:
        return placed
    low = [float(m[2, 3]) for m in (placement(e, unit_m) for e in elements) if m is not None]
    if not low:
        return placed
    middle = float(np.median(low))
    return placed if abs(middle - placed) <= abs(middle - stated) else stated


def _steps(heights: list[float]) -> list[float]:
    """Return the floors that heights stand on."""
    floors: list[float] = []
    for z in sorted(heights):
        if not floors or z > floors[-1] + _SAME_FLOOR_M:
            floors.append(z)
    return floors or [0.0]


def _bodies(reading: Reading, lost: Counter[tuple[str, str]]) -> tuple[dict[str, list[BodyFacts]], int]:
    """Cut walls, columns and curtain walls at the height of each wanted storey's plan."""
    import shapely

    floors = [s for s in reading.storeys if s.guid in reading.wanted]
    highest = max(s.elevation for s in floors) + CUT_M
    out: dict[str, list[BodyFacts]] = {}
    low = 0
    for ifc_kind, kind in _BARRIERS.items():
        for element in reading.model.by_type(ifc_kind):
            home = reading.storey_of(element)
            if home.elevation > highest:
                continue
            # Doors in a curtain wall are parts of it, and doors all the same.
            bodies = [b for b in reading.relations.bodies_of(element) if not (b.is_a("IfcDoor") or b.is_a("IfcWindow"))]
            if not bodies:
                if home.guid in reading.wanted:
                    lost[(ifc_kind, "no shape")] += 1
                continue
            for body in bodies:
                mesh = reading.mesh(body)
                if mesh is None:
                    if home.guid in reading.wanted:
                        lost[(ifc_kind, reading.fault(body))] += 1
                    continue
                holes = []
                for opening in reading.relations.openings.get(body.id(), ()):
                    holes.append(reading.mesh(opening))
                    if holes[-1] is None and home.guid in reading.wanted:
                        lost[("IfcOpeningElement", reading.fault(opening))] += 1
                for s in floors:
                    height = s.elevation + CUT_M
                    if not mesh.low < height < mesh.high:
                        low += bool(s.guid == home.guid and mesh.high <= height)
                        continue
                    band = cut(mesh, height)
                    if band.is_empty:
                        band = shadow(mesh)
                    if band.is_empty:
                        lost[(ifc_kind, "its shape encloses nothing")] += 1
                        continue
                    gaps = [cut(h, height) for h in holes if h is not None and h.low < height < h.high]
                    rest = band.difference(shapely.unary_union(gaps)) if gaps else band
                    out.setdefault(s.guid, []).append(BodyFacts(element.GlobalId, kind, outlines(band), outlines(rest)))
    return out, low


def _things(reading: Reading) -> dict[str, list[ThingFacts]]:
    """Find stairs and lifts with their extent, and the places of equipment."""
    out: dict[str, list[ThingFacts]] = {}
    for kind, ifc_kind in (
        ("stair", "IfcStair"),
        ("stair", "IfcStairFlight"),
        ("stair", "IfcRamp"),
        ("lift", "IfcTransportElement"),
    ):
        for element in reading.model.by_type(ifc_kind):
            if kind == "lift" and not _is_lift(element):
                continue
            if ifc_kind == "IfcStairFlight" and element.id() in reading.relations.whole:
                continue
            meshes = [m for m in (reading.mesh(b) for b in reading.relations.bodies_of(element)) if m is not None]
            if not meshes:
                continue
            xyz = np.vstack([m.corners for m in meshes])
            lo, hi = xyz.min(axis=0), xyz.max(axis=0)
            extent = (float(lo[0]), float(lo[1]), float(hi[0]), float(hi[1]))
            at = ((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
            for s in reading.storeys:
                if s.guid in reading.wanted and lo[2] < s.elevation + 1.0 and hi[2] > s.elevation + 0.3:
                    out.setdefault(s.guid, []).append(ThingFacts(kind, element.Name or "", at, 0.0, extent))
    for ifc_kind in _EQUIPMENT:
        for element in reading.model.by_type(ifc_kind) if _known(reading.model, ifc_kind) else ():
            matrix = placement(element, reading.unit_m)
            storey = None if matrix is None else reading.storey_of(element, float(matrix[2, 3]))
            if matrix is None or storey is None or storey.guid not in reading.wanted:
                continue
            style = reading.relations.kind.get(element.id())
            name = element.Name or element.ObjectType or getattr(style, "Name", None) or element.is_a()
            turn = float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])))
            at = (float(matrix[0, 3]), float(matrix[1, 3]))
            out.setdefault(storey.guid, []).append(ThingFacts("equipment", str(name), at, turn, None))
    return out


def _is_lift(element: Any) -> bool:
    word = getattr(element, "PredefinedType", None) or getattr(element, "OperationType", None)
    return word in (None, "ELEVATOR", "NOTDEFINED", "USERDEFINED", "LIFTINGGEAR")


def _known(model: Any, kind: str) -> bool:
    """Whether the schema of the model has a class of that name."""
    try:
        model.by_type(kind)
    except RuntimeError:
        return False
    return True


def _slabs(reading: Reading) -> dict[str, float]:
    """Thickness of the largest slab whose top is a storey's floor, or little below it under a screed."""
    best: dict[str, tuple[float, float]] = {}
    for element in reading.model.by_type("IfcSlab"):
        if getattr(element, "PredefinedType", None) in ("ROOF", "LANDING"):
            continue
        mesh = reading.mesh(element)
        if mesh is None or not 0.03 < mesh.high - mesh.low < 1.5:
            continue
        span = mesh.corners[:, :2].max(axis=0) - mesh.corners[:, :2].min(axis=0)
        for s in reading.storeys:
            if s.guid in reading.wanted and s.elevation - 0.35 <= mesh.high <= s.elevation + 0.05:
                size = float(span[0] * span[1])
                if size > best.get(s.guid, (0.0, 0.0))[0]:
                    best[s.guid] = (size, round(mesh.high - mesh.low, 6))
    return {guid: thickness for guid, (_, thickness) in best.items()}
