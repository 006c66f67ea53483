"""The resolved project: everything that was stated or read about a site, as frozen values.

A `Project` is what hop 3 makes of a site file: drawings are read, magnets loaded, packs chosen,
rooms and doors of the file tied to those of the drawings. From here on nobody asks a file again.
All coordinates are plan metres in the frame of the storey's own drawing unless a field says
*site*; `Storey.to_site` leads from the one to the other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

from mrsite.base.pose import Pose
from mrsite.base.quantity import Grade
from mrsite.guidance.packs import EquipmentClass, Pack
from mrsite.magnets.model import MagnetModel
from mrsite.plans.plan import Plan
from mrsite.site.earth import EarthField
from mrsite.site.frames import SAME_FRAME, Similarity
from mrsite.site.schema import (
    AbsentEntry,
    AmbientEntry,
    AttestationEntry,
    CableEntry,
    DrawingTable,
    IssueTable,
    MovingMetalEntry,
    OpeningEntry,
    OperatorEntry,
    PathwayEntry,
    QuenchPipeEntry,
    StaticSteelEntry,
    SurveyEntry,
    TransformerEntry,
)

Zone = Literal["I", "II", "III", "IV"]
Occupancy = Literal["public", "staff", "restricted", "maintenance", "none"]


@dataclass(frozen=True)
class Storey:
    """One level of the building."""

    name: str
    elevation: float  #: m, finished floor from the site datum
    height: float | None  #: m, floor to floor
    ceiling: float | None  #: m above floor
    slab_m: float | None
    plan: Plan | None
    drawing: str | None
    revision: str | None
    occupied: tuple[float, float]  #: m above floor
    occupancy: Occupancy | None  #: of whatever no room of the storey holds
    to_site: Similarity = SAME_FRAME
    building: str | None = None  #: its storeys lie over one another; other buildings stand beside it
    registered: str | None = None  #: how the drawing was put on the others; None: not shown to coincide
    doubt: str = ""  #: what contradicts how it was put there, in words
    miss_m: float = 0.0  #: m, how far it may be out by what contradicts it
    plan_tolerance_m: float = 0.0  #: m, of walls as built against those drawn
    where: str = ""


@dataclass(frozen=True)
class Scanner:
    """One magnet at one place (or several, where it moves)."""

    id: str
    magnet: MagnetModel
    storey: str
    poses: tuple[Pose, ...]  #: site frame; the first is the parking or only one
    isocentre_height: float  #: m above finished floor
    field_directions: tuple[Literal["+z", "-z"], ...]  #: both where it is unknown
    status: Literal["existing", "proposed", "removed"]
    assumed: tuple[str, ...] = ()  #: facts taken from elsewhere, in words
    where: str = ""


@dataclass(frozen=True)
class Space:
    """A room or an area: what the drawing shows and what the file states, tied together."""

    id: str  #: stable: storey, then number, name or point
    name: str | None
    number: str | None
    storey: str
    polygon: Any  #: shapely Polygon or None where nobody has drawn it
    from_plan: bool
    status: Literal["confirmed", "proposed", "withheld", "stated"]
    zone: Zone | None = None
    use: str | None = None
    occupancy: Occupancy | None = None
    occupied: tuple[float, float] | None = None  #: m above floor; None: the storey's
    workstation: bool | None = None
    rf_cage: Any = None  #: True, False, shapely Polygon or None (not said)
    ceiling: float | None = None
    relief_area_m2: float | None = None
    oxygen_monitor: bool | None = None
    exhaust_m3_h: float | None = None
    air_changes: float | None = None
    switches: tuple[str, ...] | None = None
    is_area: bool = False  #: outdoors or otherwise unwalled
    level: float | None = None  #: m, where an area lies on no storey
    stated: bool = False  #: the file speaks of it
    where: str = ""
    plan_id: str = ""  #: id of the room in its plan
    note: str = ""  #: why it is withheld or only proposed
    tag_at: tuple[float, float] | None = None  #: where its label stands

    @property
    def label(self) -> str:
        """What a person calls it."""
        return " ".join(part for part in (self.number, self.name) if part) or self.id


@dataclass(frozen=True)
class Door:
    """A door with the two spaces it joins."""

    id: str
    number: str | None
    storey: str
    at: tuple[float, float] | None
    jambs: tuple[tuple[float, float], tuple[float, float]] | None
    spaces: tuple[str, str] | None  #: ids of spaces, or "outside"; None: not known
    clear_width_m: float | None
    leaves: int | None
    opens_into: str | None  #: id of a space, from the swing drawn or as stated
    opens: Literal["outward", "inward", "sliding"] | None = None
    lock: bool | None = None
    lock_kind: str | None = None
    self_closing: bool | None = None
    free_egress: bool | None = None
    signs: tuple[str, ...] | None = None
    detector: bool | str | None = None
    from_plan: bool = True
    status: Literal["confirmed", "proposed", "withheld", "stated"] = "proposed"
    where: str = ""
    wall_m: float | None = None  #: thickness of the wall it stands in

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.number or self.id.split("/", 1)[-1]


@dataclass(frozen=True)
class Window:
    """A window that can be seen through or breathed through."""

    storey: str
    ends: tuple[tuple[float, float], tuple[float, float]]
    sill: float | None
    head: float | None
    kind: Literal["observation", "external"]
    from_plan: bool = False


@dataclass(frozen=True)
class Equipment:
    """An item with the volume in which it is sensitive."""

    id: str
    storey: str
    footprint: Any  #: shapely Polygon, plan metres
    heights: tuple[float, float]  #: m above floor
    heights_from: str  #: "stated", "class" or "floor to ceiling"
    class_: EquipmentClass | None
    max_field_mT: float | None
    label: Literal["safe", "conditional", "unsafe"] | None
    label_max_field_mT: float | None
    label_max_gradient_T_per_m: float | None
    tether_m: float | None
    source: str | None
    placed_by: str = "at"  #: "at", "room" (anywhere in it) or "at_block"
    where: str = ""


@dataclass(frozen=True)
class Steel:
    """A passive shield as stated; drawn, and a reason for caution until it is solved."""

    id: str
    storey: str
    lines: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    polygon: Any
    thickness_m: float
    material: str | None
    where: str = ""


@dataclass(frozen=True)
class Project:
    """Everything known of a site."""

    name: str
    path: str
    inputs: Mapping[str, str]  #: file name -> sha256
    north_deg: float | None
    ground_level: float | None
    position_tolerance_m: float
    packs: tuple[Pack, ...]
    equipment_table: Mapping[str, EquipmentClass]
    storeys: tuple[Storey, ...]
    scanners: tuple[Scanner, ...]
    spaces: tuple[Space, ...] = ()
    doors: tuple[Door, ...] = ()
    windows: tuple[Window, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    steel: tuple[Steel, ...] = ()
    openings: tuple[OpeningEntry, ...] = ()
    operators: tuple[OperatorEntry, ...] = ()
    moving_metal: tuple[MovingMetalEntry, ...] = ()
    absent: tuple[AbsentEntry, ...] = ()
    cables: tuple[CableEntry, ...] = ()
    transformers: tuple[TransformerEntry, ...] = ()
    static_steel: tuple[StaticSteelEntry, ...] = ()
    ambient: tuple[AmbientEntry, ...] = ()  #: readings files already taken in
    pathways: tuple[PathwayEntry, ...] = ()
    quench_pipes: tuple[QuenchPipeEntry, ...] = ()
    surveys: tuple[SurveyEntry, ...] = ()
    attestations: tuple[AttestationEntry, ...] = ()
    review: tuple[AttestationEntry, ...] = ()  #: answers of the commissioning review, of rules of any kind
    boundary: Any = None  #: shapely Polygon, site frame
    earth: EarthField | None = None  #: in no line and no finding
    issue: IssueTable = field(default_factory=IssueTable)
    drawing: DrawingTable = field(default_factory=DrawingTable)
    checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  #: what was assumed or could not be read, in words

    def storey(self, name: str) -> Storey:
        """Return the storey of that name."""
        return next(s for s in self.storeys if s.name == name)

    def buildings(self) -> tuple[tuple[Storey, ...], ...]:
        """Return the storeys of each building, the lowest first."""
        found: dict[str | None, list[Storey]] = {}
        for storey in sorted(self.storeys, key=lambda s: s.elevation):
            found.setdefault(storey.building, []).append(storey)
        return tuple(map(tuple, found.values()))

    @cached_property
    def spaces_by_id(self) -> Mapping[str, Space]:
        """Every space by its id."""
        return {s.id: s for s in self.spaces}

    @cached_property
    def doors_by_space(self) -> Mapping[str, tuple[Door, ...]]:
        """The doors of each space by its id, and of ``outside``."""
        found: dict[str, list[Door]] = {}
        for door in self.doors:
            for id_ in dict.fromkeys(door.spaces or ()):
                found.setdefault(id_, []).append(door)
        return {id_: tuple(doors) for id_, doors in found.items()}

    @cached_property
    def unnumbered_doors(self) -> Mapping[tuple[str, frozenset[str]], int]:
        """How many doors without a number join, on a storey, spaces of two labels."""
        return Counter((d.storey, self.sides_of(d)) for d in self.doors if d.spaces is not None and not d.number)

    def sides_of(self, door: Door) -> frozenset[str]:
        """Return the labels of the spaces that a door joins."""
        sides = (self.spaces_by_id.get(i) for i in door.spaces or ())
        return frozenset("outside" if s is None else s.label for s in sides)

    def __getstate__(self) -> dict[str, Any]:
        """What was stated and read: what follows from it is found again, and equal projects pickle alike."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def space(self, id_: str) -> Space:
        """Return the space of that id."""
        return self.spaces_by_id[id_]

    def untied(self, name: str, *others: str) -> Storey | None:
        """Return a storey that nothing puts on the rest, so that what is on other storeys has no place on this one.

        None where it has: it stands on this storey, or the drawings are shown to coincide.

        Parameters
        ----------
        others : str
            Storeys; by default those of the magnets.
        """
        names = others or tuple(s.storey for s in self.scanners if s.status != "removed")
        pairs = ((name, other) for other in names if other != name)
        return next((s for pair in pairs for s in map(self.storey, pair) if s.registered is None), None)

    def placing_m(self, name: str) -> float:
        """Return how far the magnets may be from where they are put on the drawing of a storey, m.

        In quadrature: the tolerance of position, the drawing's own, and for a magnet on another storey what
        contradicts how the two drawings were laid on one another.
        """
        storey = self.storey(name)
        others = (self.storey(s.storey) for s in self.scanners if s.status != "removed" and s.storey != name)
        miss = max((math.hypot(storey.miss_m, other.miss_m) for other in others), default=0.0)
        return math.hypot(self.position_tolerance_m, storey.plan_tolerance_m, miss)

    def grade(self) -> Grade:
        """Return the weakest grade among the magnets in use."""
        from mrsite.base.quantity import weakest

        return weakest(*(s.magnet.grade for s in self.scanners if s.status != "removed"))
