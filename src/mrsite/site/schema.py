"""The site file as it is written: hop 2 of the walk.

Pydantic stands at the door and nowhere else: every fault of the file is told at once, with line,
column and nearest key. The models are frozen, so that entries that need no resolving (a stated
absence, an attestation) go on through the project as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mrsite.base.errors import InputError
from mrsite.base.toml import Document, read_toml, validate
from mrsite.base.units import unit_name

#: Farther than any place on earth from any grid's origin, m, and more than any quantity of a site in its unit.
_MOST = 1e8
Finite = Annotated[float, Field(strict=True, ge=-_MOST, le=_MOST, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, le=_MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=_MOST, allow_inf_nan=False)]
#: Of an isocentre above its floor, and of a room or storey: a slip of the unit would take a magnet out of the building.
IsocentreHeight = Annotated[float, Field(strict=True, gt=0, le=3)]
RoomHeight = Annotated[float, Field(strict=True, ge=1, le=200)]
#: Lengths given in millimetres: of a door or pipe that people or helium pass, and of a slab.
Clear_mm = Annotated[float, Field(strict=True, ge=50, le=20_000)]
Bore_mm = Annotated[float, Field(strict=True, ge=10, le=3_000)]
Slab_mm = Annotated[float, Field(strict=True, ge=0, le=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Flag = Annotated[bool, Field(strict=True)]
Point = tuple[Finite, Finite]
Point3 = tuple[Finite, Finite, Finite]
Ring = Annotated[tuple[Point, ...], Field(min_length=3)]
Heights = tuple[Finite, Finite]
#: TOML has dates of its own; in a title block a date is text.
Date = Annotated[str, BeforeValidator(lambda value: value.isoformat() if hasattr(value, "isoformat") else value)]

Zone = Literal["I", "II", "III", "IV"]
Occupancy = Literal["public", "staff", "restricted", "maintenance", "none"]


class Entry(BaseModel):
    """What every table of the file has: no unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


def _one_of(entry: Entry, *names: str, at_least: bool = True, at_most: bool = True) -> None:
    given = [n for n in names if getattr(entry, n) is not None]
    spelt = " or ".join(names)
    if at_least and not given:
        raise ValueError(f"give {spelt}")
    if at_most and len(given) > 1:
        raise ValueError(f"give only one of {spelt}, not {' and '.join(given)}")


def _drawn_or_given(entry: Entry, name: str) -> None:
    """A line is given by its points, or drawn on a layer, from where it is filled in when the drawings are read."""
    layer: str | None = getattr(entry, "layer", None)
    if not getattr(entry, name) and layer is None:
        spelt = type(entry).model_fields[name].alias or name
        raise ValueError(f"give {spelt}, or layer = the layer of the drawing that holds it")


def _rising(pair: Heights | None, name: str) -> None:
    if pair is not None and not pair[0] < pair[1]:
        raise ValueError(f"{name} must rise: [low, high]")


class SiteTable(Entry):
    """``[site]``."""

    name: Name
    guidance: tuple[Name, ...] = ()
    checks: tuple[Name, ...] = ()
    north_deg: Finite | None = None
    ground_level: Finite | None = None
    position_tolerance_m: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.05
    catalogues: tuple[str, ...] = ()


class IssueTable(Entry):
    """``[issue]``: what the title block says. No clock is ever read."""

    number: str | None = None
    revision: str | None = None
    status: str | None = None
    date: Date | None = None
    prepared_by: str | None = None
    checked_by: str | None = None
    changes: str | tuple[str, ...] | None = None


class EarthTable(Entry):
    """``[earth]``: the earth's field, shown beside the lines and never added to them."""

    vector_uT: Point3 | None = None
    latitude: Annotated[float, Field(strict=True, ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(strict=True, ge=-180, le=360)] | None = None
    date: Date | None = None

    @model_validator(mode="after")
    def _complete(self) -> EarthTable:
        place = (self.latitude, self.longitude, self.date)
        if self.vector_uT is None and None in place:
            raise ValueError("give vector_uT, or latitude, longitude and date together")
        if self.vector_uT is not None and place != (None, None, None):
            raise ValueError("give vector_uT, or latitude, longitude and date, not both")
        return self


class DrawingTable(Entry):
    """``[drawing]``: how our marks are drawn."""

    plot_scale: Annotated[float, Field(strict=True, ge=1, le=10_000)] = 50
    paper: Name = "A1"
    layers: Name = "aia"
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")] = "X-MRIS"
    show: tuple[Literal["mT", "G"], ...] = ("mT",)
    lengths: Literal["m", "mm", "ft-in"] = "m"


class SchedulesTable(Entry):
    """``[schedules]``: CSV files whose headers are the keys of the tables they fill."""

    rooms: str | None = None
    doors: str | None = None
    equipment: str | None = None
    encoding: Name | None = None  #: of CSV files that are not Unicode, e.g. cp1252


class Tie(Entry):
    """Two points that put one drawing on the others."""

    here: tuple[Point, Point]
    site: tuple[Point, Point]


class LayerHints(Entry):
    """Patterns of layer names that the person drawing the plan knows to be right."""

    walls: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class StoreyEntry(Entry):
    """``[[storey]]``."""

    name: Name
    plan: str | None = None
    plan_sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{12,64}$")] | None = None  #: of the drawing it speaks of
    drawing: str | None = None
    revision: str | None = None
    building: Name | None = None  #: storeys of one building lie over one another; those of others stand beside it
    elevation: Finite = 0.0
    height: RoomHeight | None = None
    ceiling: RoomHeight | None = None
    slab_mm: Slab_mm | None = None
    units: str | None = None
    model_storey: Name | Finite | None = None
    window: tuple[Point, Point] | None = None
    tie: Tie | None = None
    plan_tolerance_m: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.0  #: of walls as built against those drawn
    layers: LayerHints | None = None
    occupancy: Occupancy | None = None
    occupied: Heights | None = None

    @model_validator(mode="after")
    def _sound(self) -> StoreyEntry:
        _rising(self.occupied, "occupied")
        if self.units is not None:
            try:
                unit_name(self.units)
            except InputError as error:  # pydantic gathers ValueErrors with their place
                raise ValueError(error.message) from None
        return self


class ScannerEntry(Entry):
    """``[[scanner]]``."""

    id: Name
    magnet: Name
    storey: Name | None = None
    isocentre: Point | None = None
    at_block: Name | None = None
    positions: Annotated[tuple[Point3, ...], Field(min_length=1)] | None = None
    isocentre_height: IsocentreHeight | None = None
    bearing_deg: Finite | None = None
    patient_end_towards: Point | None = None
    field_direction: Literal["+z", "-z"] | None = None
    status: Literal["existing", "proposed", "removed"] = "proposed"

    @model_validator(mode="after")
    def _placed(self) -> ScannerEntry:
        _one_of(self, "isocentre", "at_block", "positions")
        if self.positions is None and self.at_block is None:
            _one_of(self, "bearing_deg", "patient_end_towards")
        return self


class Keyed(Entry):
    """A thing named by number first, then name, then a point."""

    number: Name | None = None
    name: Name | None = None
    at: Point | None = None
    storey: Name | None = None


class RoomEntry(Keyed):
    """``[[room]]``."""

    polygon: Ring | None = None
    zone: Zone | None = None
    use: Name | None = None
    occupancy: Occupancy | None = None
    occupied: Heights | None = None
    workstation: Flag | None = None
    rf_cage: Flag | Ring | None = None
    ceiling: RoomHeight | None = None
    relief_area_m2: NotNegative | None = None
    oxygen_monitor: Flag | None = None
    exhaust_m3_h: NotNegative | None = None
    air_changes: NotNegative | None = None
    switches: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _named(self) -> RoomEntry:
        if self.number is None and self.name is None and self.at is None:
            raise ValueError("a room needs number, name or at = [x, y]")
        _rising(self.occupied, "occupied")
        return self


class AreaEntry(Entry):
    """``[[area]]``: what no wall encloses."""

    name: Name
    polygon: Ring = ()
    layer: Name | None = None  #: holds the outline, closed
    storey: Name | None = None
    level: Finite | None = None
    use: Name | None = None
    occupancy: Occupancy | None = None
    occupied: Heights | None = None

    @model_validator(mode="after")
    def _sound(self) -> AreaEntry:
        _drawn_or_given(self, "polygon")
        _one_of(self, "storey", "level", at_least=False)
        _rising(self.occupied, "occupied")
        return self


class DoorEntry(Entry):
    """``[[door]]``."""

    number: Name | None = None
    at: Point | None = None
    storey: Name | None = None
    between: tuple[Name, Name] | None = None
    lock: Flag | None = None
    lock_kind: str | None = None
    self_closing: Flag | None = None
    free_egress: Flag | None = None
    opens: Literal["outward", "inward", "sliding"] | None = None
    opens_into: Name | None = None
    clear_width_mm: Clear_mm | None = None
    signs: tuple[Literal["outside", "inside"], ...] | None = None
    detector: Flag | str | None = None

    @model_validator(mode="after")
    def _named(self) -> DoorEntry:
        if self.number is None and self.at is None and self.between is None:
            raise ValueError("a door needs number, at = [x, y] or between = [room, room]")
        return self


class WindowEntry(Entry):
    """``[[window]]``."""

    start: Point = Field(alias="from")
    end: Point = Field(alias="to")
    storey: Name | None = None
    sill: NotNegative | None = None
    head: Positive | None = None
    kind: Literal["observation", "external"] = "external"

    @model_validator(mode="after")
    def _sound(self) -> WindowEntry:
        if self.start == self.end:
            raise ValueError("from and to are one point: give both ends of the window")
        if self.sill is not None and self.head is not None:
            _rising((self.sill, self.head), "sill and head")
        return self


class OpeningEntry(Entry):
    """``[[opening]]``: where air or people pass, for the quench outlet."""

    at: Point3
    kind: Literal["intake", "extract", "window", "door"]
    name: Name | None = None


class OperatorEntry(Entry):
    """``[[operator]]``."""

    at: Point
    storey: Name | None = None
    eye_heights: tuple[Positive, ...] = (1.2, 1.6)
    watches: tuple[Name, ...] = ()
    cctv: Flag | None = None


class EquipmentEntry(Entry):
    """``[[equipment]]``."""

    id: Name
    class_: Name | None = Field(default=None, alias="class")
    max_field_mT: Positive | None = None
    at: Point | None = None
    room: Name | None = None
    at_block: Name | None = None
    storey: Name | None = None
    size: tuple[Positive, Positive] | None = None
    heights: Heights | None = None
    label: Literal["safe", "conditional", "unsafe"] | None = None
    label_max_field_mT: Positive | None = None
    label_max_gradient_T_per_m: Positive | None = None
    tether_m: NotNegative | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> EquipmentEntry:
        _one_of(self, "at", "room", "at_block")
        if self.class_ is None and self.max_field_mT is None and self.label_max_field_mT is None and self.label is None:
            raise ValueError("give class, max_field_mT or the item's own label")
        _rising(self.heights, "heights")
        return self


class TractionTable(Entry):
    """``traction`` of a railway: what flows in its conductors."""

    supply: Literal["dc", "ac"] = "dc"
    current_A: Positive | None = None
    spacing_m: Positive | None = None  #: between outgoing and returning conductor
    leakage_A: NotNegative | None = None  #: net current that does not return by the track
    leakage_share: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> TractionTable:
        _one_of(self, "leakage_A", "leakage_share", at_least=False)
        return self


class MovingMetalEntry(Entry):
    """``[[moving_metal]]``."""

    id: Name
    kind: Name
    mass_kg: Positive | None = None
    counterweight_kg: NotNegative | None = None
    counterweight_at: Point | None = None  #: where the counterweight runs; default: the car's own place
    path: Annotated[tuple[Point, ...], Field(min_length=1)] = ()
    layer: Name | None = None  #: holds the path
    storey: Name | None = None
    heights: Heights | None = None  #: m above floor; of a lift: its travel, lowest floor to highest ceiling
    length_m: Positive | None = None
    width_m: Positive | None = None
    lasts_s: Positive | None = None
    measured_uT: NotNegative | None = None  #: peak-to-peak change of B_z measured at the isocentre
    traction: TractionTable | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _placed(self) -> MovingMetalEntry:
        _drawn_or_given(self, "path")
        return self


class CableEntry(Entry):
    """``[[cable]]``: a power cable, tray or busbar."""

    id: Name
    path: Annotated[tuple[Point, ...], Field(min_length=1)] = ()
    layer: Name | None = None  #: holds the path
    storey: Name | None = None
    height: Finite | None = None  #: m above floor
    current_A: Positive | None = None  #: rms, of one conductor
    spacing_m: Positive | None = None  #: largest distance between conductors
    net_A: NotNegative | None = None  #: rms sum of all conductors' currents
    source: str | None = None

    @model_validator(mode="after")
    def _placed(self) -> CableEntry:
        _drawn_or_given(self, "path")
        return self


class TransformerEntry(Entry):
    """``[[transformer]]``: transformer, switchgear, generator or supply unit."""

    id: Name
    at: Point
    storey: Name | None = None
    height: Finite | None = None  #: m above floor
    measured_uT: NotNegative | None = None  #: rms at the isocentre
    source: str | None = None


class StaticSteelEntry(Entry):
    """``[[static_steel]]``: beams, reinforcement and plates near and under a magnet."""

    id: Name
    scanner: Name | None = None
    kg_per_m2: NotNegative
    below_isocentre_m: tuple[NotNegative, NotNegative]  #: nearest and farthest depth of the layer
    source: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> StaticSteelEntry:
        if not self.below_isocentre_m[0] <= self.below_isocentre_m[1]:
            raise ValueError("below_isocentre_m must rise: [nearest, farthest]")
        return self


class AmbientEntry(Entry):
    """``[[ambient]]``: what an instrument found at the planned isocentre before the magnet came."""

    scanner: Name | None = None
    kind: Literal["vibration", "ac-field", "dc-change"]
    readings: str | None = None  #: CSV: frequency_Hz and m_s2_rms (vibration), or uT
    spectrum: tuple[tuple[Positive, NotNegative], ...] | None = None  #: [frequency in Hz, m/s2 rms]
    peak_m_s2: NotNegative | None = None  #: largest transient, zero to peak
    value_uT: NotNegative | None = None  #: rms (ac-field) or peak to peak (dc-change)
    lasts_s: Positive | None = None
    instrument: str | None = None
    date: Date | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> AmbientEntry:
        if self.kind == "vibration":
            _one_of(self, "readings", "spectrum", "peak_m_s2", at_most=False)
        else:
            _one_of(self, "readings", "value_uT")
        return self


class AbsentEntry(Entry):
    """``[[absent]]``: a class of neighbour looked for and not there."""

    kind: Name
    within_m: Positive | None = None
    stated_by: Name
    date: Date | None = None


class PathwayEntry(Entry):
    """``[[pathway]]``."""

    kind: Literal["patient", "bed", "staff", "crash-team", "evacuation", "delivery", "removal"]
    id: Name | None = None
    start: Name | Point = Field(default="", alias="from")
    end: Name | Point = Field(default="", alias="to")
    layer: Name | None = None  #: holds a line from one to the other; mrsite seeks the way between its ends
    storey: Name | None = None
    to_storey: Name | None = None  #: where the end lies on another storey
    width_m: Positive | None = None
    height_m: Positive | None = None
    length_m: Positive | None = None  #: of what is wheeled or carried
    speed_m_s: Positive | None = None
    stairs: Flag | None = None  #: whether stairs may be used; default by kind
    lifts: Flag | None = None

    @model_validator(mode="after")
    def _placed(self) -> PathwayEntry:
        _drawn_or_given(self, "start")
        _drawn_or_given(self, "end")
        return self


class SteelEntry(Entry):
    """``[[steel]]``: a passive shield."""

    id: Name | None = None
    room: Name | None = None
    faces: tuple[Name, ...] | None = None
    wall: tuple[Point, Point] | None = None
    polygon: Ring | None = None
    storey: Name | None = None
    thickness_mm: Positive
    material: Name | None = None


class QuenchPipeEntry(Entry):
    """``[[quench_pipe]]``."""

    scanner: Name | None = None
    points: Annotated[tuple[Point3, ...], Field(min_length=2)] | None = None
    layer: Name | None = None
    storey: Name | None = None
    diameter_mm: Bore_mm | tuple[Bore_mm, ...] | None = None
    fittings: tuple[Any, ...] | dict[str, Any] | None = None
    insulation: str | dict[str, Any] | None = None
    material: str | None = None
    wall_mm: Positive | None = None
    roughness_mm: Positive | None = None
    supports_m: Positive | None = None
    outlet: str | dict[str, Any] | None = None


class SurveyEntry(Entry):
    """``[[survey]]``."""

    scanner: Name | None = None
    readings: str
    instrument: str | None = None
    calibrated: Date | None = None
    background: Point3 | Finite | None = None
    level_mT: Positive | None = None  #: the readings are a digitised line of this level
    height: Finite = 1.0  #: m above floor, of that line
    layer: Name | None = None  #: of that line, where the readings are a DXF
    units: str | None = None


class AttestationEntry(Entry):
    """``[[attestation]]``: somebody's word, which never reads as a calculation."""

    rule: Name
    answer: Flag | str
    who: Name
    date: Date
    subject: Name | None = None
    covers: str | None = None
    expires: Date | None = None


class ReviewTable(Entry):
    """``[review]``: the commissioning review that ``mrsite review`` wrote and people filled in."""

    sheet: str


class BoundaryTable(Entry):
    """``[boundary]``: the owner's property line."""

    polygon: Ring | None = None
    plan: str | None = None
    layer: Name | None = None
    units: str | None = None
    tie: Tie | None = None

    @model_validator(mode="after")
    def _placed(self) -> BoundaryTable:
        _one_of(self, "polygon", "layer")
        if self.layer is None and (self.plan or self.units or self.tie):
            raise ValueError("plan, units and tie belong to a line on a layer: give layer")
        return self


class SiteFile(Entry):
    """The whole file."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    site: SiteTable
    issue: IssueTable = IssueTable()
    earth: EarthTable | None = None
    drawing: DrawingTable = DrawingTable()
    schedules: SchedulesTable | None = None
    storey: Annotated[tuple[StoreyEntry, ...], Field(min_length=1)]
    scanner: tuple[ScannerEntry, ...] = ()
    room: tuple[RoomEntry, ...] = ()
    area: tuple[AreaEntry, ...] = ()
    door: tuple[DoorEntry, ...] = ()
    window: tuple[WindowEntry, ...] = ()
    opening: tuple[OpeningEntry, ...] = ()
    operator: tuple[OperatorEntry, ...] = ()
    equipment: tuple[EquipmentEntry, ...] = ()
    moving_metal: tuple[MovingMetalEntry, ...] = ()
    absent: tuple[AbsentEntry, ...] = ()
    cable: tuple[CableEntry, ...] = ()
    transformer: tuple[TransformerEntry, ...] = ()
    static_steel: tuple[StaticSteelEntry, ...] = ()
    ambient: tuple[AmbientEntry, ...] = ()
    pathway: tuple[PathwayEntry, ...] = ()
    steel: tuple[SteelEntry, ...] = ()
    quench_pipe: tuple[QuenchPipeEntry, ...] = ()
    survey: tuple[SurveyEntry, ...] = ()
    attestation: tuple[AttestationEntry, ...] = ()
    boundary: BoundaryTable | None = None
    review: ReviewTable | None = None


def read_site_file(path: Path | str) -> tuple[SiteFile, Document]:
    """Read and check a site file.

    Parameters
    ----------
    path : path of a ``site.toml``, or of the folder that holds one

    Returns
    -------
    SiteFile, Document
        The checked file, and where its keys stand (for messages of later hops).

    Raises
    ------
    InputError
        Missing or broken file, unknown key, wrong type: all faults at once, each with its line.
    """
    path = Path(path)
    if path.is_dir() and (path / "site.toml").is_file():
        path = path / "site.toml"
    document = with_schedules(read_toml(path))
    return validate(SiteFile, document), document


def with_schedules(document: Document) -> Document:
    """Return the document with the rows of its ``[schedules]`` among its tables; itself where it has none."""
    from mrsite.site.schedules import merged

    if "schedules" not in document.data:
        return document
    models = {"room": RoomEntry, "door": DoorEntry, "equipment": EquipmentEntry}
    named = validate(SchedulesTable, document, document.data["schedules"], at=("schedules",))
    return merged(document, named, models)
