"""What is taken from a building model: plain values in metres, written as JSON between two processes.

Outlines are horizontal cuts in the model's own x and y; heights are the model's z. Nothing here
needs ifcopenshell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from mrsite.base.errors import InputError

if TYPE_CHECKING:
    from shapely import Polygon

#: Plans are cut this high above the floor, m.
CUT_M = 1.2

Point = tuple[float, float]
Ring = tuple[Point, ...]
#: A storey's name, GlobalId or elevation (m), or several of them in order.
Wanted = str | float | Sequence[str | float]
#: One polygon: its outer ring, then its holes.
Outline = tuple[Ring, ...]


@dataclass(frozen=True)
class SpaceFacts:
    """An IfcSpace: the outline at its floor, and what its property and quantity sets state as area and volume."""

    guid: str
    name: str
    long_name: str
    outline: Outline
    floor: float
    top: float
    areas: tuple[float, ...]
    volume: float | None
    fault: str
    use: str
    at: Point | None


@dataclass(frozen=True)
class FillingFacts:
    """A door, a window, or an opening that nothing fills.

    ``middle`` and ``axis`` (a unit vector) lie along the wall, ``out`` is the local +y that a hinged
    leaf opens to; ``depth`` is how far the opening reaches across the wall, ``width`` along it.
    """

    guid: str
    kind: str
    name: str
    operation: str
    middle: Point
    axis: Point
    width: float
    depth: float
    low: float
    high: float
    stated_width: float | None
    lining: float | None
    host: str
    bounds: tuple[str, ...]


@dataclass(frozen=True)
class BodyFacts:
    """What stands in the way at the height of the cut: a wall, a column, glazing. ``band`` has no openings."""

    guid: str
    kind: str
    band: tuple[Outline, ...]
    cut: tuple[Outline, ...]


@dataclass(frozen=True)
class ThingFacts:
    """Anything else with a place: a stair, a lift (with its extent), a piece of equipment."""

    kind: str
    name: str
    at: Point
    turn_deg: float
    extent: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class StoreyFacts:
    """One storey, and what was read of it where it was wanted."""

    guid: str
    name: str
    elevation: float
    stated_elevation: float | None
    rooms: int
    doors: int
    slab: float | None
    read: bool
    spaces: tuple[SpaceFacts, ...] = ()
    fillings: tuple[FillingFacts, ...] = ()
    bodies: tuple[BodyFacts, ...] = ()
    things: tuple[ThingFacts, ...] = ()


@dataclass(frozen=True)
class MapFacts:
    """Directions and places that the model states."""

    north: Point | None
    latitude: float | None
    longitude: float | None
    crs: str
    origin: tuple[float, float, float] | None
    x_axis: Point | None
    scale: float
    source: str


@dataclass(frozen=True)
class Left:
    """How many of one thing were left out, and why."""

    what: str
    count: int
    why: str


@dataclass(frozen=True)
class ModelFacts:
    """A building model as far as a floor plan needs it.

    Parameters
    ----------
    unit, unit_m : str, float
        The length unit that the model states.
    heights : tuple of float, m
        Of its doors as stated, which speak for or against that unit.
    lost : tuple of Left
        What could not be read though it belongs to a plan.
    """

    schema: str
    program: str
    unit: str
    unit_m: float
    storeys: tuple[StoreyFacts, ...]
    place: MapFacts
    heights: tuple[float, ...]
    left_out: tuple[Left, ...]
    lost: tuple[Left, ...]
    notes: tuple[str, ...]


def to_json(model: ModelFacts) -> str:
    """Write the facts as JSON."""
    return json.dumps(asdict(model), allow_nan=False)


def from_json(text: str) -> ModelFacts:
    """Read the facts back.

    Raises
    ------
    ValueError
        The text is not what `to_json` writes.
    """
    model = _value(ModelFacts, json.loads(text, parse_constant=_refuse))
    if not isinstance(model, ModelFacts):
        raise ValueError("no facts")
    return model


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _value(kind: Any, data: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{f.name: _value(hints[f.name], data[f.name]) for f in fields(kind)})
    if isinstance(data, list):
        tuples = [p for p in get_args(kind) if get_args(p)] if type(None) in get_args(kind) else [kind]
        each = (get_args(tuples[0]) or (Any,))[0] if tuples else Any
        return tuple(_value(each, item) for item in data)
    return data


def polygon(outline: Outline) -> Polygon:
    """Return the shapely polygon of an outline."""
    from shapely import Polygon

    return Polygon(outline[0], outline[1:]) if outline else Polygon()


def outlines(shape: Any) -> tuple[Outline, ...]:
    """Return the outlines of a shapely polygon or multipolygon."""
    found = []
    for part in getattr(shape, "geoms", [shape]):
        if part.geom_type == "Polygon" and not part.is_empty:
            found.append(tuple(_ring(r) for r in (part.exterior, *part.interiors)))
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            found += outlines(part)
    return tuple(found)


def _ring(ring: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in list(ring.coords)[:-1])


def choose(storeys: tuple[StoreyFacts, ...], wanted: Wanted, file: str) -> StoreyFacts:
    """Return the one storey of a name, a GlobalId or an elevation; of several given the first that fits.

    Raises
    ------
    InputError
        None or several fit; the storeys there are are told.
    """
    words = (wanted,) if isinstance(wanted, (str, int, float)) else tuple(wanted)
    listed = "; ".join(describe(s) for s in storeys)
    for word in words:
        found = _called(storeys, word)
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{file}: storey {word!r} is there {len(found)} times; choose by GlobalId: {listed}")
    said = " or ".join(repr(w) if isinstance(w, str) else f"at {w:g} m" for w in words)
    raise InputError(
        f"{file}: no storey of the model is {said}; say which by storey (model_storey in a site file): {listed}"
    )


def _called(storeys: tuple[StoreyFacts, ...], wanted: str | float) -> list[StoreyFacts]:
    """Storeys of a GlobalId, else of a name, else at an elevation within 5 mm."""
    word = " ".join(str(wanted).split())
    found = [s for s in storeys if s.guid == word] or [s for s in storeys if _folded(s.name) == word.casefold()]
    if found:
        return found
    try:
        height = float(word)
    except ValueError:
        return []
    return [s for s in storeys if abs(s.elevation - height) <= 0.005]


def describe(storey: StoreyFacts) -> str:
    """Say in one line which storey this is."""
    return (
        f"{storey.name!r} at {storey.elevation:.3f} m ({storey.rooms} spaces, {storey.doors} doors, "
        f"GlobalId {storey.guid})"
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
