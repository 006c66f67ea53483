"""What mrsite holds of a drawing once it is read: plain frozen values in plan metres.

Plan metres are the drawing's own coordinates times ``unit_m``, with no shift, so that what is
written back lands where the architect drew it. Every piece of the building carries where it was
read from (``source``) and how far it can be trusted (``status``): ``confirmed`` by independent
evidence, ``proposed`` by geometry alone, or ``withheld`` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from shapely import MultiLineString, Polygon

Array = npt.NDArray[np.float64]
Point = tuple[float, float]
Segment = tuple[Point, Point]
Status = Literal["confirmed", "proposed", "withheld"]

OUTSIDE = "outside"


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for a drawing unit.

    Parameters
    ----------
    kind : str
        ``"dimension text"``, ``"door swings"``, ``"declared"``, ...
    says : str
        The unit it points to, or several joined by ``" or "``.
    weight : float
        Log-likelihood ratio of that unit over the mean of the others (nats).
    detail : str
        What was seen, in words with its numbers.
    """

    kind: str
    says: str
    weight: float
    detail: str


@dataclass(frozen=True)
class Candidate:
    """A drawing unit and how well all evidence together fits it (log-likelihood, best is 0)."""

    unit: str
    score: float


@dataclass(frozen=True)
class UnitDecision:
    """Which unit the drawing is taken to be in, and why.

    Parameters
    ----------
    chosen : str
        Unit name.
    source : str
        ``"evidence"``: the file says it and the geometry agrees; ``"given"`` by the caller;
        ``"calibrated"`` from two points; ``"guess"`` where the caller asked for a plan without a
        certain unit.
    certain : bool
        False for a guess.
    conflicts : tuple of str
        What speaks against the choice.
    """

    chosen: str
    source: str
    evidence: tuple[Evidence, ...]
    candidates: tuple[Candidate, ...]
    declared: str | None = None
    certain: bool = True
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerDecision:
    """What a layer is taken to hold: ``kind`` (wall, door, ...), score 0 to 1, and why."""

    name: str
    kind: str
    score: float
    why: str
    entities: int


@dataclass(frozen=True)
class Text:
    """A text of the drawing: ``at`` is the middle of its first line, ``height_m`` its letters."""

    text: str
    at: Point
    height_m: float
    layer: str
    handle: str
    rotation_deg: float = 0.0
    source: str = "text"
    suspect: str = ""


@dataclass(frozen=True, eq=False)
class Line:
    """A polyline of the drawing for use as a background; arcs are flattened within 5 mm."""

    layer: str
    kind: str
    points: Array


@dataclass(frozen=True)
class Dimension:
    """A dimension: what it measures (drawing units) and what it prints."""

    measured: float
    printed: str
    at: Point
    style: str
    handle: str


@dataclass(frozen=True, eq=False)
class Room:
    """An enclosed space.

    Parameters
    ----------
    polygon : shapely Polygon, m
        The faces of its walls, holes included; empty when ``status`` is withheld without one.
    area_m2 : float
        Area of the outline as its source has it: of the polygon, or of the space of a building model, which
        may reach to the middle of its walls where the polygon ends at their faces.
    printed_area_m2 : float or None
        What the drawing prints in the room, or the model's quantities state.
    reason : str
        Why it is withheld or only proposed.
    source : str
        ``"area outline"``, ``"walls"``, ``"site file"``...
    """

    name: str
    number: str
    storey: str | None
    polygon: Polygon
    area_m2: float
    printed_area_m2: float | None
    label_at: Point | None
    status: Status
    reason: str
    source: str
    id: str = ""


@dataclass(frozen=True)
class Door:
    """A door.

    Parameters
    ----------
    at : (x, y), m
        Middle of the opening, on the wall's centre line.
    width_m : float
        Clear opening in the wall, all leaves together.
    leaves : int
        Number of leaves.
    hinge_at : (x, y) or None
        Of the single leaf.
    swing_to : str
        Room (number, name or id) that the leaf swings into, ``"outside"``, or ``""`` unknown.
    rooms : (str, str)
        The two spaces joined, the swing side first: number, else name, else id; or ``"outside"``.
    jambs : ((x, y), (x, y))
        The opening's two ends on the wall's centre line.
    kind : str
        ``"single"``, ``"double"``, ``"sliding"``.
    room_ids : (str, str)
        Ids of the two rooms; ``"outside"``.
    number : str
        As the drawing numbers it; empty where it does not.
    number_from : str
        The attribute or text that says it.
    """

    at: Point
    width_m: float
    leaves: int
    hinge_at: Point | None
    swing_to: str
    rooms: tuple[str, str]
    status: Status
    source: str
    jambs: Segment
    kind: str = "single"
    reason: str = ""
    storey: str | None = None
    id: str = ""
    room_ids: tuple[str, str] = (OUTSIDE, OUTSIDE)
    wall_m: float = 0.0
    number: str = ""
    number_from: str = ""


@dataclass(frozen=True)
class Window:
    """A window: middle, ends on the wall's centre line, and the two spaces on its sides.

    ``sill_m`` and ``head_m`` are heights above the storey's floor, where a building model tells them.
    """

    at: Point
    width_m: float
    ends: Segment
    rooms: tuple[str, str]
    status: Status
    source: str
    storey: str | None = None
    sill_m: float | None = None
    head_m: float | None = None


@dataclass(frozen=True)
class Opening:
    """A doorless opening in a wall."""

    at: Point
    width_m: float
    ends: Segment
    rooms: tuple[str, str]
    status: Status
    source: str
    storey: str | None = None


@dataclass(frozen=True)
class Fixture:
    """A stair or a lift: its extent (x0, y0, x1, y1) and what shows it."""

    kind: str
    at: Point
    extent: tuple[float, float, float, float]
    status: Status
    source: str
    storey: str | None = None


@dataclass(frozen=True)
class View:
    """One drawing among those that share the modelspace."""

    name: str
    kind: str
    extent: tuple[float, float, float, float]
    reason: str
    read: bool


@dataclass(frozen=True)
class GridLine:
    """A line of the structural grid with the name in its bubble."""

    name: str
    ends: Segment


@dataclass(frozen=True)
class Block:
    """A block reference of modelspace.

    Parameters
    ----------
    at : (x, y), m
        Its insertion point.
    rotation_deg : float
        Of its own x, anticlockwise.
    scale : (float, float)
        Drawing units in one unit of the block, along its x and y; y is negative where it is mirrored.
    attributes : tuple of (tag, text)
        Seen on the drawing or not.
    """

    name: str
    at: Point
    rotation_deg: float
    scale: tuple[float, float] = (1.0, 1.0)
    attributes: tuple[tuple[str, str], ...] = ()
    layer: str = ""
    handle: str = ""


@dataclass(frozen=True)
class Cull:
    """How many of one thing were left out, and why."""

    what: str
    count: int
    why: str


@dataclass(frozen=True)
class ModelStorey:
    """A storey of the building model that a plan was cut from.

    Parameters
    ----------
    key : str
        What tells it apart for good: the model's GlobalId.
    elevation : float, m
        Of its floor, in the model's own heights.
    height : float or None, m
        To the next storey above.
    slab_m : float or None
        Thickness of the slab under its floor.
    rooms, doors : int
        What the model says is on it.
    read : bool
        Whether the plan holds it.
    """

    name: str
    key: str
    elevation: float
    height: float | None
    slab_m: float | None
    rooms: int
    doors: int
    read: bool


@dataclass(frozen=True)
class Georeference:
    """Where a plan lies on the earth, as far as its file says.

    Parameters
    ----------
    north_deg : float or None
        True north, degrees anticlockwise from plan +x.
    latitude, longitude : float or None
        Of the plan's origin, degrees.
    crs : str
        Name of the projected system of ``origin``, e.g. ``"EPSG:27700"``.
    origin : (easting, northing, height) or None, m
        Where the plan's origin lies in it.
    rotation_deg : float
        Of plan +x in it, anticlockwise from east.
    scale : float
        Map metres in one plan metre.
    source : str
        What says so.
    """

    north_deg: float | None
    latitude: float | None
    longitude: float | None
    crs: str
    origin: tuple[float, float, float] | None
    rotation_deg: float
    scale: float
    source: str


@dataclass(frozen=True, eq=False)
class Plan:
    """A drawing read. All coordinates are plan metres (drawing coordinate times ``unit_m``).

    ``linework`` is stored as one array of points, cut at ``line_offsets``, with the index into
    ``layers`` of each piece. ``blocks`` are the block references of modelspace.
    ``storeys`` are those of the building model that the plan was cut from; a drawing has none.

    ``read``, ``repaired`` and ``guessed`` are the three lists to show a person;
    ``incomplete`` says why walls may be missing, and is empty when none is known to be.
    """

    path: str
    sha256: str
    dxf_version: str
    encoding: str
    declared_insunits: int | None
    unit: str
    unit_m: float
    unit_decision: UnitDecision
    layers: tuple[LayerDecision, ...]
    texts: tuple[Text, ...]
    wall_segments: Array
    rooms: tuple[Room, ...]
    doors: tuple[Door, ...]
    windows: tuple[Window, ...]
    openings: tuple[Opening, ...]
    stairs: tuple[Fixture, ...]
    lifts: tuple[Fixture, ...]
    views: tuple[View, ...]
    extent: tuple[float, float, float, float]
    dimensions: tuple[Dimension, ...]
    line_points: Array = field(repr=False)
    line_offsets: npt.NDArray[np.int64] = field(repr=False)
    line_layers: npt.NDArray[np.int64] = field(repr=False)
    grid: tuple[GridLine, ...] = ()
    culls: tuple[Cull, ...] = ()
    read: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    storeys: tuple[ModelStorey, ...] = ()
    georeference: Georeference | None = None

    @property
    def walls(self) -> MultiLineString:
        """The wall segments as one shapely MultiLineString, m."""
        import shapely

        return shapely.multilinestrings(shapely.linestrings(self.wall_segments))

    @property
    def linework(self) -> tuple[Line, ...]:
        """The drawing as polylines in metres with their layer and its kind, for a background."""
        edges = self.line_offsets
        return tuple(
            Line(self.layers[k].name, self.layers[k].kind, self.line_points[edges[i] : edges[i + 1]])
            for i, k in enumerate(self.line_layers.tolist())
        )

    @property
    def shape(self) -> dict[str, int]:
        """Counts of what was read."""
        names = ("layers", "texts", "rooms", "doors", "windows", "openings", "stairs", "lifts", "dimensions")
        counts: dict[str, Any] = {name: len(getattr(self, name)) for name in names}
        return {"wall_segments": len(self.wall_segments), **counts}
