"""The magnet file, in and out: data (what is published) and model (what was fitted) in one TOML."""

from __future__ import annotations

import csv
import hashlib
import math
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.base.quantity import Cited, weakest
from mrsite.base.text import slug
from mrsite.base.toml import Document, read_toml, validate
from mrsite.magnets.model import (
    FITTED_QUANTITIES,
    Branch,
    Ensemble,
    FitRecord,
    MagnetGrade,
    MagnetModel,
    Published,
    Residual,
)

if TYPE_CHECKING:
    from mrsite.magnets.schema import CitedEntry, MagnetFile, PublishedEntry

_VALUE_KEYS = {
    "field_on_axis": ("value_T", "rounding_T"),
    "field_at": ("value_T", "rounding_T"),
    "gradient_max": ("value_T_per_m", "rounding_T_per_m"),
    "gradient_on_cylinder": ("value_T_per_m", "rounding_T_per_m"),
    "force_product_max": ("value_T2_per_m", "rounding_T2_per_m"),
}
#: Rounding where the file gives none: a distance to 0.1 m, a position on a plot to 0.02 m, a value to 1 %.
_DEFAULT_ROUNDING_M = {"isofield": 0.1, "transient": 0.1, "gradient_on_cylinder": 0.02}
_DEFAULT_ROUNDING_PERCENT = 1.0
_TABLE_LIMIT = 100_000


def read_model(path: Path | str) -> MagnetModel:
    """Read one magnet file; ``same_as`` is left to the catalogue.

    Raises
    ------
    InputError
        The file is missing, broken, or says something that cannot be; with file, line and key.
    """
    from mrsite.magnets.schema import MagnetFile

    path = Path(path)
    document = read_toml(path)
    entry = validate(MagnetFile, document)
    return _model(entry, document, path)


def _model(entry: MagnetFile, document: Document, path: Path) -> MagnetModel:
    published = tuple(
        item for index, figure in enumerate(entry.published) for item in _published(figure, document, index, path)
    )
    fit, ensemble = _fit(entry), _ensemble(entry, document)
    coils = _windings(entry)
    dimensions = {name: _cited(value) for name, value in entry.sources.items()}
    why = _why_not_modelled(entry, bool(coils))
    return MagnetModel(
        id=entry.id or slug(path.stem, "magnet"),
        vendor=entry.vendor,
        model=entry.model or ("" if entry.vendor else path.stem),
        B0_T=entry.B0_T if entry.B0_T is not None or not coils else _centre(coils),
        field_axis=entry.field_axis,
        shielding=entry.shielding,
        geometry=entry.geometry,
        bore_diameter_m=entry.bore_diameter_m,
        magnet_length_m=entry.magnet_length_m,
        cryostat_diameter_m=entry.cryostat_diameter_m,
        imaging_diameter_m=entry.imaging_diameter_m,
        distances=entry.distances,
        published=published,
        coils=coils,
        ensemble=ensemble,
        fit=fit,
        helium=MappingProxyType({name: _cited(value) for name, value in entry.helium.items()}),
        siting=MappingProxyType({name: _cited(value) for name, value in entry.siting.items()}),
        dimension_sources=MappingProxyType(dimensions),
        path=path.resolve(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        grade=_grade(entry, published),
        modelled=not why,
        not_modelled_why=why,
        defaults_used=tuple(entry.fit.defaults_used) if entry.fit else (),
        same_as=entry.same_as,
        class_prior=entry.class_prior,
        design=MappingProxyType(entry.design.model_dump(exclude_none=True) if entry.design else {}),
        note=entry.note,
    )


def _centre(coils: tuple[Any, ...]) -> float:
    """Field at the isocentre of windings whose file does not say it, T."""
    from mrsite.fields import CoilSet

    return float(abs(CoilSet(list(coils)).flux_density([[0.0, 0.0, 0.0]])[0, 2]))


def _published(entry: PublishedEntry, document: Document, index: int, path: Path) -> list[Published]:
    place = document.places.get(("published", index), (0, 0))
    common: dict[str, Any] = {
        "quantity": entry.quantity,
        "source": entry.source,
        "grade": entry.grade,
        "use": entry.use,
        "end": entry.end,
        "reading": entry.distances,
        "lasts_s": entry.lasts_s,
        "note": entry.note,
        "line": place[0],
        "rounding_m": entry.rounding_m or _DEFAULT_ROUNDING_M.get(entry.quantity, 0.01),
        "csv": entry.csv or "",
    }
    if entry.csv is not None:
        columns = ("z_m", "value_T") if entry.quantity == "field_on_axis" else ("x_m", "y_m", "z_m", "value_T")
        rows = _table(path.parent / entry.csv, columns, document.where("published", index, "csv"), entry.csv)
        found = []
        row: dict[str, Any]
        for row in rows:
            value = row.pop("value_T")
            found.append(Published(value=value, rounding_value=_rounding(entry, value, None), **row, **common))
        return found
    value_key, rounding_key = _VALUE_KEYS.get(entry.quantity, (None, None))
    quoted: float | None = getattr(entry, value_key) if value_key else None
    given = getattr(entry, rounding_key) if rounding_key else None
    return [
        Published(
            value=quoted,
            rounding_value=0.0 if quoted is None else _rounding(entry, quoted, given),
            level_T=None if entry.level_mT is None else entry.level_mT * 1e-3,
            axial_m=entry.axial_m,
            radial_m=entry.radial_m,
            vertical_m=entry.vertical_m,
            x_m=entry.x_m,
            y_m=entry.y_m,
            z_m=entry.z_m,
            r_m=entry.r_m if entry.r_m is not None else entry.radius_m,
            **common,
        )
    ]


def _rounding(entry: PublishedEntry, value: float, given: float | None) -> float:
    if given is not None:
        return float(given)
    percent = entry.rounding_percent if entry.rounding_percent is not None else 2.0 * _DEFAULT_ROUNDING_PERCENT
    return abs(value) * percent / 100.0


def _table(path: Path, columns: tuple[str, ...], where: str, name: str) -> list[dict[str, Any]]:
    """Read a CSV of numbers whose header names the columns; other columns are left alone."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise InputError(f"{where}: csv {name!r} must lie beside the magnet file: copy it there")
    if not path.is_file():
        raise InputError(f"{where}: there is no file {name!r} beside the magnet file")
    rows: list[dict[str, Any]] = []
    with path.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(line for line in stream if line.strip() and not line.startswith("#"))
        missing = [c for c in columns if c not in (reader.fieldnames or ())]
        if missing:
            raise InputError(
                f"{name}, line 1: column {missing[0]!r} is missing; the header must hold {', '.join(columns)}"
            )
        for number, record in enumerate(reader, 2):
            try:
                row = {c: float(record[c]) for c in columns}
            except (TypeError, ValueError):
                raise InputError(
                    f"{name}, row {number}: {', '.join(columns)} must be numbers with a decimal point"
                ) from None
            if not all(map(math.isfinite, row.values())):
                raise InputError(f"{name}, row {number}: a value is not finite: leave the row out")
            row["value_T"] = abs(row["value_T"])
            rows.append(row)
            if len(rows) > _TABLE_LIMIT:
                raise InputError(f"{name} has more than {_TABLE_LIMIT} rows: thin the table")
    if not rows:
        raise InputError(f"{name} holds no rows")
    return rows


def _windings(entry: MagnetFile) -> tuple[Any, ...]:
    if not entry.coil and not entry.loop:
        return ()
    from mrsite.fields import Coil, Loop

    coils: list[Any] = [
        Coil(
            inner_radius=c.inner_radius,
            outer_radius=c.outer_radius,
            z_min=c.z_min,
            z_max=c.z_max,
            current_density=c.current_density,
        )
        for c in entry.coil
    ]
    coils += [Loop(radius=c.radius, z=c.z, current=c.current) for c in entry.loop]
    return tuple(coils)


def _fit(entry: MagnetFile) -> FitRecord | None:
    fit = entry.fit
    if fit is None:
        return None
    return FitRecord(
        seed=fit.seed,
        members=fit.members,
        method=fit.method,
        residuals=tuple(Residual(**r.model_dump()) for r in fit.residual),
        refused=tuple(fit.refused),
        notes=tuple(fit.notes),
        widening=fit.widening,
        conductor_A_m=fit.conductor_A_m,
        homogeneity_ppm=fit.homogeneity_ppm,
        peak_gradient_T_per_m=fit.peak_gradient_T_per_m,
        magnet_length_m=fit.magnet_length_m,
        cryostat_diameter_m=fit.cryostat_diameter_m,
        figures_sha256=fit.figures_sha256,
    )


def _ensemble(entry: MagnetFile, document: Document) -> Ensemble | None:
    table = entry.ensemble
    if table is None:
        return None
    cells = np.array(table.cells, dtype=np.float64).reshape(-1, 4)
    if not ((cells[:, 0] < cells[:, 1]) & (cells[:, 2] < cells[:, 3]) & (cells[:, 0] > 0)).all():
        raise InputError(
            f"{document.where('ensemble', 'cells')}: a cell must be [inner, outer, z_min, z_max] in rising order"
        )
    currents = np.zeros((len(table.member), len(cells)))
    for k, member in enumerate(table.member):
        currents[k, member.cell] = member.current_density
    weights = np.array([m.weight for m in table.member])
    if not weights.sum() > 0:
        raise InputError(f"{document.where('ensemble', 'member')}: the members' weights add up to nothing")
    return Ensemble(
        cells=cells,
        mirrored=table.mirrored,
        currents=currents,
        branch=np.array([m.branch for m in table.member], dtype=np.int64),
        weights=weights / weights.sum(),
        branches=tuple(Branch(**b.model_dump()) for b in table.branches),
        prior=table.prior,
        infeasible_share=table.infeasible_share,
    )


def _cited(entry: CitedEntry) -> Cited:
    value: Any = entry.value
    if isinstance(value, list):
        value = str(value)
    return Cited(value=value, unit=entry.unit, source=entry.source, status=entry.grade)


def _grade(entry: MagnetFile, published: tuple[Published, ...]) -> MagnetGrade:
    """Weakest evidence among what the field rests on; windings given outright have their own."""
    if entry.design is not None and entry.fit is None:
        return entry.design.grade
    fitted = [p.grade for p in published if p.use == "fit" and p.quantity in FITTED_QUANTITIES]
    if not fitted:
        # A stub: how well what it does say is known.
        fitted = [p.grade for p in published] + [
            c.grade for c in (*entry.sources.values(), *entry.siting.values(), *entry.helium.values())
        ]
        return weakest(*fitted) if fitted else "unverified"  # type: ignore[return-value]
    return weakest(*fitted)  # type: ignore[return-value]


def _why_not_modelled(entry: MagnetFile, has_windings: bool) -> str:
    from mrsite.magnets.refusals import not_air_coils, what_to_ask

    if has_windings or entry.same_as is not None:
        return ""
    reason = not_air_coils(entry.shielding, entry.geometry, entry.field_axis)
    if reason:
        return reason
    if entry.stub:
        return what_to_ask(entry.B0_T, entry.bore_diameter_m, entry.magnet_length_m, entry.cryostat_diameter_m)
    return ""


# ---------------------------------------------------------------------------------------------- out


def write_model(model: MagnetModel) -> str:
    """Return a magnet as the text of its file; reading it again gives the same magnet.

    Coil positions are written to the micrometre and current densities to nine figures.
    """
    lines = [
        "schema = 1",
        f"id = {_text(model.id)}",
        f"vendor = {_text(model.vendor)}",
        f"model = {_text(model.model)}",
    ]
    for key in ("B0_T", "field_axis", "shielding", "geometry"):
        _put(lines, key, getattr(model, key))
    for key in (
        "bore_diameter_m",
        "magnet_length_m",
        "cryostat_diameter_m",
        "imaging_diameter_m",
        "distances",
        "same_as",
    ):
        _put(lines, key, getattr(model, key))
    if not model.modelled and not model.coils:
        lines.append("stub = true")
    if model.class_prior:
        lines.append("class_prior = true")
    if model.note:
        _put(lines, "note", model.note)
    for table, cited in (("sources", model.dimension_sources), ("helium", model.helium), ("siting", model.siting)):
        if cited:
            lines += ["", f"[{table}]"]
            lines += [f"{name} = {_inline(value)}" for name, value in cited.items()]
    written: set[int] = set()
    for figure in model.published:
        if figure.csv:
            if figure.line in written:
                continue
            written.add(figure.line)
        lines += ["", "[[published]]", *_published_lines(figure)]
    if model.design:
        lines += ["", "[design]"]
        for key, value in model.design.items():
            _put(lines, key, value)
    from mrsite.fields import Coil

    for coil in model.coils:
        lines.append("")
        if isinstance(coil, Coil):
            lines += [
                "[[coil]]",
                f"inner_radius = {_metre(coil.inner_radius)}",
                f"outer_radius = {_metre(coil.outer_radius)}",
                f"z_min = {_metre(coil.z_min)}",
                f"z_max = {_metre(coil.z_max)}",
                f"current_density = {coil.current_density:.9e}",
            ]
        else:
            lines += [
                "[[loop]]",
                f"radius = {_metre(coil.radius)}",
                f"z = {_metre(coil.z)}",
                f"current = {coil.current:.9e}",
            ]
    if model.fit is not None:
        lines += _fit_lines(model.fit, model.defaults_used)
    if model.ensemble is not None:
        lines += _ensemble_lines(model.ensemble)
    return "\n".join(lines) + "\n"


def _published_lines(figure: Published) -> list[str]:
    lines = [f"quantity = {_text(figure.quantity)}"]
    if figure.csv:
        _put(lines, "csv", figure.csv)
        _put(lines, "rounding_percent", round(100.0 * figure.rounding_value / max(abs(figure.value or 0.0), 1e-30), 9))
    else:
        if figure.level_T is not None:
            _put(lines, "level_mT", round(figure.level_T * 1e3, 12))
        for key in ("axial_m", "radial_m", "vertical_m", "x_m", "y_m", "z_m"):
            _put(lines, key, getattr(figure, key))
        if figure.r_m is not None:
            _put(lines, "radius_m" if figure.quantity == "gradient_on_cylinder" else "r_m", figure.r_m)
        value_key, rounding_key = _VALUE_KEYS.get(figure.quantity, (None, None))
        if value_key and rounding_key:
            _put(lines, value_key, figure.value)
            if figure.rounding_value:
                _put(lines, rounding_key, figure.rounding_value)
    if figure.quantity in ("isofield", "transient", "gradient_on_cylinder"):
        _put(lines, "rounding_m", figure.rounding_m)
    _put(lines, "end", figure.end)
    _put(lines, "distances", figure.reading)
    _put(lines, "lasts_s", figure.lasts_s)
    if figure.note:
        _put(lines, "note", figure.note)
    _put(lines, "source", figure.source)
    _put(lines, "grade", figure.grade)
    if figure.use != "fit":
        _put(lines, "use", figure.use)
    return lines


def _fit_lines(fit: FitRecord, defaults: tuple[str, ...]) -> list[str]:
    lines = ["", "# Written by `mrsite magnets fit` from the figures above.", "[fit]"]
    for key in ("seed", "members", "method"):
        _put(lines, key, getattr(fit, key))
    for key, value in (("refused", fit.refused), ("notes", fit.notes), ("defaults_used", defaults)):
        lines.append(f"{key} = [{', '.join(_text(v) for v in value)}]")
    _put(lines, "widening", fit.widening)
    for key in ("magnet_length_m", "cryostat_diameter_m"):
        _put(lines, key, getattr(fit, key))
    _put(lines, "conductor_A_m", fit.conductor_A_m)
    _put(lines, "homogeneity_ppm", fit.homogeneity_ppm)
    _put(lines, "peak_gradient_T_per_m", fit.peak_gradient_T_per_m)
    if fit.figures_sha256:
        _put(lines, "figures_sha256", fit.figures_sha256)
    for r in fit.residuals:
        lines += ["", "[[fit.residual]]", f"figure = {_text(r.figure)}"]
        for key in ("published", "model", "lower", "upper", "allowed"):
            lines.append(f"{key} = {_number(getattr(r, key))}")
        lines += [f"unit = {_text(r.unit)}", f"role = {_text(r.role)}"]
    return lines


def _ensemble_lines(e: Ensemble) -> list[str]:
    lines = [
        "",
        "# Equally good windings. cells: inner radius, outer radius, z_min, z_max (m); current_density in A/m2.",
        "[ensemble]",
        f"prior = {_text(e.prior)}",
        f"mirrored = {str(e.mirrored).lower()}",
        f"infeasible_share = {_number(e.infeasible_share)}",
        "branches = [",
    ]
    lines += [
        f"  {{ signs = {_text(b.signs)}, weight = {_number(b.weight)}, tries = {b.tries}, accepted = {b.accepted} }},"
        for b in e.branches
    ]
    lines += ["]", "cells = ["]
    lines += ["  [" + ", ".join(_metre(v) for v in row) + "]," for row in e.cells]
    lines.append("]")
    for k in range(len(e.weights)):
        used = np.flatnonzero(e.currents[k])
        lines += [
            "",
            "[[ensemble.member]]",
            f"branch = {int(e.branch[k])}",
            f"weight = {e.weights[k]:.12g}",
            "cell = [" + ", ".join(str(int(c)) for c in used) + "]",
            "current_density = ["
            + ", ".join(f"{v:.7g}" if v != round(v) else f"{v:.1f}" for v in e.currents[k, used])
            + "]",
        ]
    return lines


def _put(lines: list[str], key: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        lines.append(f"{key} = {str(value).lower()}")
    elif isinstance(value, int):
        lines.append(f"{key} = {value}")
    elif isinstance(value, float):
        lines.append(f"{key} = {_number(value)}")
    else:
        lines.append(f"{key} = {_text(str(value))}")


def _number(value: float) -> str:
    text = repr(float(value))
    return text if any(c in text for c in ".en") else text + ".0"


def _metre(value: float) -> str:
    text = f"{value:.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _inline(cited: Cited) -> str:
    value = cited.value
    if isinstance(value, bool):
        shown = str(value).lower()
    elif isinstance(value, int | float):
        shown = _number(float(value))
    elif isinstance(value, str) and value.startswith("["):
        shown = value
    else:
        shown = _text(str(value))
    unit = f", unit = {_text(cited.unit)}" if cited.unit else ""
    return f"{{ value = {shown}{unit}, source = {_text(cited.source)}, grade = {_text(cited.status)} }}"


def _text(value: str) -> str:
    """Return a TOML basic string; control characters as escapes."""
    out = []
    for c in value:
        if c in '"\\':
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif c == "\t":
            out.append("\\t")
        elif ord(c) < 0x20 or ord(c) == 0x7F:
            out.append(f"\\u{ord(c):04X}")
        else:
            out.append(c)
    return '"' + "".join(out) + '"'
