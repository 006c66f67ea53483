"""What a magnet's card says: data with sources, lines with their band, the fit figure by figure.

A value for people: text only, so that the terminal, the report and Jupyter print the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.magnets.band import reach, reach_by_end, unsafe_side
from mrsite.magnets.model import MagnetModel, Published

NOT_FOR_CONSTRUCTION = "NOT FOR CONSTRUCTION - MAGNET DATA UNVERIFIED"


@dataclass(frozen=True)
class CardRow:
    """One fact with its source and the grade of the evidence."""

    name: str
    value: str
    grade: str
    source: str


@dataclass(frozen=True)
class Card:
    """All that is known of a magnet, in words."""

    title: str
    warnings: tuple[str, ...]
    rows: tuple[CardRow, ...]
    line_header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    residual_header: tuple[str, ...]
    residuals: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def card_of(model: MagnetModel, levels_mT: Sequence[float] = (0.5, 1.0, 3.0, 5.0, 20.0)) -> Card:
    """Return a magnet's card.

    Parameters
    ----------
    levels_mT : sequence of float
        Lines to tabulate; left out where the magnet has no field model.
    """
    modelled = model.modelled and bool(model.coils)
    warnings = []
    if not model.verified:
        warnings.append(NOT_FOR_CONSTRUCTION)
    if not modelled:
        warnings.append(f"no field model: {model.not_modelled_why or 'run `mrsite magnets fit` on its file'}")
    header, lines = _lines(model, levels_mT if modelled else ())
    return Card(
        title=f"{model.vendor} {model.model} ({model.id})",
        warnings=tuple(warnings),
        rows=tuple(_facts(model)),
        line_header=header,
        lines=lines,
        residual_header=("figure", "published", "model", "band", "allowed", "unit", "role", "met"),
        residuals=tuple(_residuals(model)) if modelled else (),
        notes=tuple(_notes(model)) if modelled else (),
    )


def comparison(
    models: Sequence[MagnetModel], levels_mT: Sequence[float]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows that set magnets side by side."""
    header = ("", *(m.id for m in models))
    rows: list[tuple[str, ...]] = [
        ("B0 T", *("" if m.B0_T is None else f"{m.B0_T:g}" for m in models)),
        ("evidence", *(m.grade for m in models)),
        ("bore m", *(_metres(m.bore_diameter_m) for m in models)),
    ]
    tables: list[list[dict[str, float]] | None] = [
        reach(m, levels_mT) if m.modelled and m.coils else None for m in models
    ]
    for k, level in enumerate(levels_mT):
        for direction, word in (("axial", "along"), ("radial", "across")):
            cells = ("no model" if t is None else _banded(t[k], direction) for t in tables)
            rows.append((f"{level:g} mT {word} m", *cells))
    rows.append(
        ("peak gradient on the bore T/m", *(f"{m.fit.peak_gradient_T_per_m:.1f}" if m.fit else "" for m in models))
    )
    rows.append(("sign branches", *(_branches(m) for m in models)))
    return header, rows


def _facts(model: MagnetModel) -> list[CardRow]:
    rows = []
    units = {"B0_T": "T"}
    for name, label in (
        ("B0_T", "B0"),
        ("bore_diameter_m", "patient bore"),
        ("magnet_length_m", "magnet length"),
        ("cryostat_diameter_m", "cryostat diameter"),
        ("imaging_diameter_m", "imaging volume"),
    ):
        value = getattr(model, name)
        cited = model.dimension_sources.get(name)
        if value is None:
            stood = getattr(model.fit, name, None) if model.fit else None
            if name in model.defaults_used and stood:
                rows.append(CardRow(label, f"{stood:g} m", "assumed", "class default: not published"))
            continue
        grade, source = (cited.status, cited.source) if cited else (model.grade, "not stated in the file")
        if cited is None and model.design:
            source = str(model.design.get("source", source))
        rows.append(CardRow(label, f"{value:g} {units.get(name, 'm')}", grade, source))
    rows.append(CardRow("shielding", model.shielding, "", ""))
    for p in model.published:
        rows.append(CardRow(p.name, _figure(model, p), p.grade, p.source))
    for group, table in (("helium", model.helium), ("siting", model.siting)):
        for name, cited in table.items():
            rows.append(CardRow(f"{group}: {name}", f"{cited.value} {cited.unit}".strip(), cited.status, cited.source))
    if model.design:
        rows.append(CardRow("windings", "given outright", str(model.design["grade"]), str(model.design["source"])))
    return rows


def _figure(model: MagnetModel, p: Published) -> str:
    if p.quantity in ("isofield", "transient"):
        parts = [
            f"{word} {value:g} m"
            for word, value in (("axial", p.axial_m), ("radial", p.radial_m), ("vertical", p.vertical_m))
            if value is not None
        ]
        reading = p.reading or model.distances
        tail = f"; rounded to {p.rounding_m:g} m, {reading}"
        if p.quantity == "transient":
            tail = "; a quench or fault envelope, never fitted"
        elif p.use == "check":
            tail += ", held back as a check"
        return ", ".join(parts) + tail
    unit = {"field_on_axis": "T", "field_at": "T", "force_product_max": "T²/m"}.get(p.quantity, "T/m")
    return f"{p.value:g} {unit}" + (", held back as a check" if p.use == "check" else "")


def _lines(model: MagnetModel, levels_mT: Sequence[float]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Header and rows of how far each line reaches, the two ends apart where the source tells them apart."""
    if any(p.end for p in model.published):
        table = reach_by_end(model, levels_mT)
        words = {"patient": "towards the patient end", "service": "towards the service end"}
    else:
        table, words = reach(model, levels_mT), {"axial": "along the bore"}
    words["radial"] = "across the bore"
    rows = tuple((f"{row['level_mT']:g}", *(_banded(row, name) for name in words)) for row in table)
    return ("level mT", *words.values()), rows


def _banded(row: dict[str, float], direction: str) -> str:
    low = unsafe_side(row[f"{direction}_lower_m"], up=False)
    high = unsafe_side(row[f"{direction}_upper_m"])
    return f"{unsafe_side(row[f'{direction}_m']):.2f} [{low:.2f} to {high:.2f}]"


def _residuals(model: MagnetModel) -> list[tuple[str, ...]]:
    if model.fit is None:
        return []
    return [
        (
            r.figure,
            f"{r.published:.4g}",
            f"{r.model:.4g}",
            f"{r.lower:.4g} to {r.upper:.4g}",
            f"±{r.allowed:.3g}",
            r.unit,
            r.role,
            "yes" if r.inside else "no",
        )
        for r in model.fit.residuals
    ]


def _notes(model: MagnetModel) -> list[str]:
    notes: list[str] = []
    if model.note:
        notes.append(model.note)
    if model.same_as:
        notes.append(f"the published figures equal those of {model.same_as}: its fit is used")
    if model.fit is None:
        return notes
    notes += model.fit.notes
    notes += [f"left out: {line}" for line in model.fit.refused]
    record: Any = model.fit
    notes.append(
        f"{record.members} designs, seed {record.seed}, {record.method}; "
        f"conductor {record.conductor_A_m / 1e6:.1f} MA m, homogeneity {record.homogeneity_ppm:.0f} ppm peak to peak, "
        f"largest gradient on the bore {record.peak_gradient_T_per_m:.1f} T/m (central model)"
    )
    if model.ensemble is not None and not model.ensemble.prior.startswith("bounds"):
        notes.append(f"{100 * model.ensemble.infeasible_share:.0f} % of the designs tried could not meet the figures")
    return notes


def _branches(model: MagnetModel) -> str:
    if model.ensemble is None:
        return "known windings" if model.coils else ""
    return ", ".join(
        f"({b.signs[0]},{b.signs[1]}){b.signs[2:]} {100 * b.weight:.0f} %" for b in model.ensemble.branches
    )


def _metres(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
