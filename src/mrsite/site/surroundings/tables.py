"""The figures that the surroundings are judged by, from ``data/surroundings``: each with its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from mrsite.base.data import data_folder
from mrsite.base.quantity import Cited, Grade
from mrsite.base.toml import read_toml
from mrsite.magnets.model import MagnetModel

MetalClass = Literal["light", "car", "bus_truck", "heavy"]

#: How a figure's status reads as a grade of evidence.
_GRADES: Mapping[str, Grade] = {
    "read": "read",
    "second-hand": "second-hand",
    "inferred": "assumed",
    "recalled": "assumed",
    "unread": "assumed",
    "unverified": "unverified",
}


@dataclass(frozen=True)
class MetalKind:
    """A kind of moving metal: car, lorry, lift, train, trolley, helicopter."""

    id: str
    aliases: tuple[str, ...]
    class_: MetalClass
    length_m: float
    width_m: float
    source: str
    mass_kg: float | None = None
    heights_m: tuple[float, float] | None = None
    lasts_s: float | None = None
    railway: bool = False


@dataclass(frozen=True)
class TableRow:
    """One row of a vendor's table for moving metal.

    ``criterion`` is ``"contour"`` (stay outside ``contour_T``), ``"ellipse"`` (centre of the lane
    outside ``radial_m`` by ``axial_m`` about the isocentre) or ``"change"`` (peak-to-peak change
    of B_z at the isocentre below ``long_T``, or ``short_T`` where it lasts less than ``short_below_s``).
    """

    id: str
    vendor: str
    models: tuple[str, ...]
    B0_T: float
    class_: MetalClass
    criterion: Literal["contour", "ellipse", "change"]
    source: str
    grade: Grade
    contour_T: float | None = None
    radial_m: float | None = None
    axial_m: float | None = None
    long_T: float | None = None
    short_T: float | None = None
    short_below_s: float | None = None
    from_kg: float | None = None
    to_kg: float | None = None

    def change_limit(self, lasts_s: float | None) -> float:
        """Return the limit, T peak to peak, for a disturbance of that duration (unknown: the long one)."""
        assert self.long_T is not None
        if lasts_s is not None and self.short_T is not None and self.short_below_s is not None:
            return self.short_T if lasts_s < self.short_below_s else self.long_T
        return self.long_T


@dataclass(frozen=True)
class Envelope:
    """How far a line may reach for a while: a quench, a fault, a ramp."""

    id: str
    event: str
    level_T: float
    radial_m: float
    axial_m: float
    lasts_s: float | None
    source: str
    grade: Grade


@dataclass(frozen=True)
class Contour:
    """A line that some moving metal must stay outside, whatever the magnet."""

    id: str
    classes: tuple[str, ...]  #: classes of metal, or "railway"
    level_T: float
    severity: Literal["law", "standard", "professional", "vendor", "advice"]
    source: str
    grade: Grade


@dataclass(frozen=True)
class Limit:
    """One limit with its id and source."""

    id: str
    value: float
    unit: str
    source: str
    grade: Grade


def _grade(status: str) -> Grade:
    return _GRADES[status]


@cache
def _document(name: str) -> dict[str, Any]:
    return read_toml(data_folder("surroundings") / f"{name}.toml").data


@cache
def metal_kinds() -> tuple[MetalKind, ...]:
    """Return the kinds of moving metal."""
    return tuple(
        MetalKind(
            id=row["id"],
            aliases=tuple(row["aliases"]),
            class_=row["class"],
            length_m=row["length_m"],
            width_m=row["width_m"],
            source=row["source"],
            mass_kg=row.get("mass_kg"),
            heights_m=tuple(row["heights_m"]) if "heights_m" in row else None,  # type: ignore[arg-type]
            lasts_s=row.get("lasts_s"),
            railway=row.get("railway", False),
        )
        for row in _document("moving_metal")["kind"]
    )


def kind_of(word: str) -> MetalKind | None:
    """Return the kind that a word names: by id or alias, case, hyphens and a plural s aside."""
    wanted = _fold(word)
    for kind in metal_kinds():
        if wanted in {_fold(w) for w in (kind.id, *kind.aliases)}:
            return kind
    return None


def _fold(word: str) -> str:
    plain = " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
    return plain[:-1] if plain.endswith("s") and not plain.endswith(("ss", "us")) else plain


@cache
def source_term() -> Mapping[str, float]:
    """Return the measured moment of vehicles: figures of `moving_metal.toml`, keyed as there."""
    document = _document("moving_metal")
    numbers = {**document["source_term"], **document["validity"], "earth_T": document["earth"]["field_T"]}
    return {key: value for key, value in numbers.items() if isinstance(value, float)}


@cache
def vendor_rows() -> tuple[TableRow, ...]:
    """Return every row of every vendor's table."""
    rows = []
    for row in _document("vendor_tables")["row"]:
        rest = {k: v for k, v in row.items() if k not in ("class", "models", "status")}
        rows.append(TableRow(class_=row["class"], models=tuple(row["models"]), grade=_grade(row["status"]), **rest))
    return tuple(rows)


def contours_for(class_: MetalClass | None, railway: bool) -> tuple[Contour, ...]:
    """Return the lines that moving metal of a class must stay outside, by general guidance."""
    rows = (
        Contour(r["id"], tuple(r["classes"]), r["contour_T"], r["severity"], r["source"], _grade(r["status"]))
        for r in _document("vendor_tables")["contour"]
    )
    return tuple(c for c in rows if class_ in c.classes or (railway and "railway" in c.classes))


def is_own(vendor: str, models: tuple[str, ...], B0_T: float, magnet: MagnetModel) -> bool:
    """Whether a table was printed for this very model."""
    name = f"{magnet.vendor} {magnet.model} {magnet.id}".casefold()
    return (
        vendor.casefold() in name
        and any(word in name for word in models)
        and magnet.B0_T is not None
        and abs(magnet.B0_T - B0_T) < 0.05
    )


@dataclass(frozen=True)
class Table:
    """The rows for one class of moving metal that judge a magnet."""

    row: TableRow | None
    own: bool
    grade: Grade


def row_for(magnet: MagnetModel, class_: MetalClass) -> Table:
    """Return the row that decides: of the magnet's own file, its own vendor's table, else another's (borrowed)."""
    mine = _from_file(magnet, class_)
    if mine is not None:
        return Table(mine, True, mine.grade)
    rows = [r for r in vendor_rows() if r.class_ == class_]
    own = [r for r in rows if is_own(r.vendor, r.models, r.B0_T, magnet)]
    if own:
        return Table(own[0], True, own[0].grade)
    if not rows:
        return Table(None, False, "assumed")
    nearest = min(rows, key=lambda r: abs(r.B0_T - (magnet.B0_T or r.B0_T)))
    return Table(nearest, False, "borrowed")


#: Names that a magnet file may use for a class of moving metal.
_CLASS_WORDS: Mapping[MetalClass, tuple[str, ...]] = {
    "light": ("light", "trolley", "bed", "wheelchair"),
    "car": ("car", "cars"),
    "bus_truck": ("bus_truck", "bus", "lorry", "truck"),
    "heavy": ("heavy", "lift", "train"),
}


def _from_file(magnet: MagnetModel, class_: MetalClass) -> TableRow | None:
    """Return the row of the magnet's own file.

    ``[siting]`` holds ``moving_metal_car = { value = [radial, axial], unit = "m", ... }``, or a
    contour in mT as ``{ value = 0.3, unit = "mT" }``; and ``centre_change_uT`` (one number, or
    the long and the short limit) for whatever has no line of its own.
    """
    for word in _CLASS_WORDS[class_]:
        cited = magnet.siting.get(f"moving_metal_{word}")
        if cited is None:
            continue
        common: dict[str, Any] = {
            "id": f"{magnet.id}/moving_metal_{word}",
            "vendor": magnet.vendor,
            "models": (),
            "B0_T": magnet.B0_T or 0.0,
            "class_": class_,
            "source": cited.source,
            "grade": _grade(cited.status),
        }
        numbers = _numbers(cited)
        if len(numbers) == 2:
            return TableRow(criterion="ellipse", radial_m=numbers[0], axial_m=numbers[1], **common)
        if cited.unit == "mT":
            return TableRow(criterion="contour", contour_T=numbers[0] * 1e-3, **common)
        return TableRow(criterion="ellipse", radial_m=numbers[0], axial_m=numbers[0], **common)
    change = magnet.siting.get("centre_change_uT")
    if change is not None and class_ == "heavy":
        numbers = _numbers(change)
        return TableRow(
            id=f"{magnet.id}/centre_change_uT",
            vendor=magnet.vendor,
            models=(),
            B0_T=magnet.B0_T or 0.0,
            class_=class_,
            criterion="change",
            source=change.source,
            grade=_grade(change.status),
            long_T=numbers[0] * 1e-6,
            short_T=numbers[1] * 1e-6 if len(numbers) > 1 else None,
            short_below_s=_short_below() if len(numbers) > 1 else None,
        )
    return None


def _short_below() -> float:
    return next(r.short_below_s for r in vendor_rows() if r.short_below_s is not None)


def _numbers(cited: Cited) -> list[float]:
    value: Any = cited.value
    if isinstance(value, str):  # a list of the magnet file arrives as its text
        return [float(word) for word in re.findall(r"[-+0-9.eE]+", value)]
    return [float(v) for v in value] if isinstance(value, list | tuple) else [float(value)]


def change_row(magnet: MagnetModel) -> Table:
    """Return the row that limits the peak-to-peak change at the isocentre, for whatever moves."""
    return row_for(magnet, "heavy")


def envelopes_of(magnet: MagnetModel) -> tuple[Envelope, ...]:
    """Return the transient envelopes of a magnet: its own published ones, its vendor's, else borrowed.

    Empty where no vendor's figure is near: another field strength says nothing of this one.
    """
    rows = _document("vendor_tables")["transient"]
    mine = [r for r in rows if is_own(r["vendor"], tuple(r["models"]), r["B0_T"], magnet)]
    own = tuple(
        Envelope(
            # the same figure under the id by which rule packs know it
            id=next((r["id"] for r in mine if abs(r["level_T"] - (p.level_T or 0.0)) < 1e-9), f"{magnet.id}/transient"),
            event=_event(p.note),
            level_T=p.level_T or 0.0,
            radial_m=p.radial_m or p.vertical_m or p.axial_m or 0.0,
            axial_m=p.axial_m or p.radial_m or 0.0,
            lasts_s=p.lasts_s,
            source=p.source,
            grade=p.grade,
        )
        for p in magnet.published
        if p.quantity == "transient" and p.level_T and (p.axial_m or p.radial_m)
    )
    if own:
        return own
    near = mine or [r for r in rows if magnet.B0_T is not None and abs(magnet.B0_T - r["B0_T"]) < 0.3]
    return tuple(
        Envelope(
            id=r["id"],
            event=r["event"],
            level_T=r["level_T"],
            radial_m=r["radial_m"],
            axial_m=r["axial_m"],
            lasts_s=r["lasts_s"],
            source=r["source"],
            grade=_grade(r["status"]) if mine else "borrowed",
        )
        for r in near
    )


def _event(note: str) -> str:
    """Return what a published note says the event is."""
    return next((word for word in ("quench", "fault", "ramp") if word in note.casefold()), "transient")


@cache
def limit(name: str) -> Limit:
    """Return a limit of ``limits.toml`` by its name there."""
    row = _document("limits")[name]
    return Limit(row["id"], row.get("value", 0.0), row["unit"], row["source"], _grade(row["status"]))


@cache
def spectrum_limit() -> tuple[tuple[float, float], ...]:
    """Return the vibration limit: (frequency in Hz, m/s2 rms), log-log between rows."""
    return tuple((float(f), float(a)) for f, a in _document("limits")["vibration"]["spectrum"])


@cache
def floor_steel_limit() -> tuple[tuple[float, float], ...]:
    """Return (depth below the isocentre from which it holds, m; kg/m2)."""
    row = _document("limits")["static_steel"]
    return tuple(zip(row["below_isocentre_m"], row["kg_per_m2"]))


@cache
def body(name: str) -> Cited:
    """Return a figure of ``bodies.toml``."""
    return Cited(**_document("bodies")[name])


def body_value(name: str) -> float:
    """Return the number of a figure of ``bodies.toml``."""
    return float(body(name).value)


@cache
def way_needs(kind: str) -> Mapping[str, Any]:
    """Return what a kind of way needs where the site file does not say (``ways.toml``)."""
    return dict(_document("ways")[kind])
