"""Cars, lorries, lifts, trains and trolleys: where they go against what the magnet's vendor allows.

The magnet's own vendor's table decides; where it has none another vendor's does, and the finding
is ``borrowed``. The induced-dipole model stands beside it and can only turn a pass into a warning.
Lifts and trains have no distance in any table: a measured change at the isocentre is judged,
together with what the magnet's own field will induce and no survey before it can see.
"""

from __future__ import annotations

from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.criterion import Criterion, combine, pack_rule, soft, unplaced
from mrsite.checks.finding import Finding, Severity, Status
from mrsite.checks.judge import field_up, no_field, rules_of, safe, scanners, state, temper, unsafe
from mrsite.site.evidence import Evidence, Wanted, WantedVolume
from mrsite.site.project import Project
from mrsite.site.surroundings.results import MetalResult, metal_key
from mrsite.site.surroundings.tables import (
    Contour,
    MetalClass,
    TableRow,
    contours_for,
    kind_of,
    metal_kinds,
    row_for,
    source_term,
    vendor_rows,
)
from mrsite.site.surroundings.tracks import Track, track

KINDS = ("moving-metal",)

CLASSES: tuple[MetalClass, ...] = ("light", "car", "bus_truck", "heavy")

_MODEL = "ENV-induced-dipole"


def wants(project: Project) -> Wanted:
    """Ask for every piece of moving metal beside every scanner, and for the field where its limit is a contour."""
    topics, volumes = [], []
    for entry in project.moving_metal:
        topics += [("moving-metal", metal_key(entry.id, s.id)) for s in scanners(project)]
        path = track(project, entry)
        if _contours(project, path):
            volumes.append(WantedVolume(f"moving/{entry.id}", path.storey.name, path.footprint, path.heights))
    return Wanted(volumes=tuple(volumes), surroundings=tuple(topics))


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every piece of moving metal beside every scanner."""
    findings = []
    several = len(scanners(project)) > 1
    for entry in project.moving_metal:
        for scanner in scanners(project):
            result = evidence.surroundings.get(("moving-metal", metal_key(entry.id, scanner.id)))
            subject = f"{entry.id} beside {scanner.id}" if several else entry.id
            if result is not None:
                findings.append(_judge(project, evidence, result, subject))
    return [*findings, *_silent(project, findings)]


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the vendor's rows that judge no magnet here: each has a table of its own, or a nearer one."""
    used = {t.row.id for s in scanners(project) for t in (row_for(s.magnet, c) for c in CLASSES) if t.row is not None}
    rows = {r.id for r in vendor_rows()}
    return {
        r.id: "the magnets here are judged by another vendor's or their own table"
        for r in rules_of(project, *KINDS)
        if r.id in rows and r.id not in used
    }


def _silent(project: Project, findings: list[Finding]) -> list[Finding]:
    """Where a pack's rule met nothing that moves: declared absent, or not assessed."""
    spoken = {r for f in findings for r in (f.rule, *f.also)} | does_not_apply(project).keys()
    kinds: dict[str, tuple[str, ...]] = {r.id: (r.class_,) for r in vendor_rows()}
    kinds |= {c.id: c.classes for class_ in CLASSES for c in contours_for(class_, railway=True)}
    gone = {k.id for a in project.absent if (k := kind_of(a.kind)) is not None}
    found = []
    for rule in rules_of(project, *KINDS):
        if rule.id in spoken:
            continue
        concerned = [k for k in metal_kinds() if k.class_ in kinds.get(rule.id, CLASSES)]
        here = [k.id for k in concerned if k.id not in gone and k.id != "helicopter"]
        more: dict[str, Any] = {"kind": "moving metal"}
        subject = f"moving metal: {', '.join(k.id for k in concerned)}"
        if here:
            says = f"Nobody says whether {' or '.join(here)} moves near the magnet: {rule.wording}"
            remedy = (
                "Add [[moving_metal]] with kind, path and mass_kg for each, or [[absent]] with kind, within_m and "
                "stated_by."
            )
            found.append(state("moving_metal", (rule,), subject, "not-assessed", says, remedy=remedy, **more))
        else:
            who = ", ".join(dict.fromkeys(a.stated_by for a in project.absent if kind_of(a.kind) in concerned))
            says = f"There is none near the magnet, as stated by {who}."
            found.append(state("moving_metal", (rule,), subject, "pass", says, basis="attested", **more))
    return found


def _judge(project: Project, evidence: Evidence, result: MetalResult, subject: str) -> Finding:
    from shapely import Point

    path = result.track
    criteria: list[Criterion] = []
    row = result.table.row
    if path.class_ is None:
        criteria.append(_unknown_kind(path))
    elif row is not None and row.criterion == "ellipse":
        criteria.append(_ellipse(project, result, row))
    elif row is not None and row.criterion == "change":
        criteria.append(_change(result, row))
    criteria += [_contour(project, evidence, result, c) for c in _contours(project, path)]
    if row is None or row.criterion != "change":
        criteria.append(_model(result, alone=not criteria))
    storey = path.storey
    untied = project.untied(storey.name)
    if untied is not None:
        criteria = [unplaced(criteria[0], untied, _what(path))]
    return combine(
        "moving_metal",
        subject,
        criteria,
        notes=path.assumed,
        storey=storey.name,
        kind="moving metal",
        location=path.footprint if len(path.entry.path) > 1 else Point(result.nearest_at),
        grades=_magnet(project, result),
    )


def _magnet(project: Project, result: MetalResult) -> tuple[Grade, ...]:
    """A vendor's distance needs no field model: the grade of the magnet's field does not touch it."""
    if result.table.row is not None and result.table.row.criterion == "ellipse":
        return ()
    return (next(s for s in project.scanners if s.id == result.scanner).magnet.grade,)


def _what(path: Track) -> str:
    return f"{path.entry.id} ({path.entry.kind})"


def _whose(result: MetalResult, row: TableRow) -> str:
    if result.table.own:
        return f"{row.vendor}'s table for this model"
    return f"{row.vendor}'s table for a {row.B0_T:g} T model, borrowed"


_ASK = "Ask the magnet's vendor for its own table of moving metal."


def _ellipse(project: Project, result: MetalResult, row: TableRow) -> Criterion:
    assert result.ellipse_m is not None
    assert row.radial_m is not None
    assert row.axial_m is not None
    tolerance = project.placing_m(result.track.storey.name)
    out = result.ellipse_m
    status: Status = "fail" if out < 0 else "warn" if out < tolerance else "pass"
    status = soft(status, "vendor", result.table.grade)
    x, y = result.nearest_at
    size = f"the ellipse of {row.radial_m:g} m across by {row.axial_m:g} m along the axis ({_whose(result, row)})"
    if out < 0:
        says = f"{_what(result.track)} comes {unsafe(out)} m inside {size}, at ({x:.2f}, {y:.2f})."
    else:
        says = f"{_what(result.track)} stays {safe(out)} m outside {size}; nearest at ({x:.2f}, {y:.2f})."
        if status == "warn":
            says += f" That is within the tolerance of position, {tolerance:g} m."
    step = max(tolerance - out, 0.0)
    remedy = f"Move the lane or bay, or the magnet, by at least {unsafe(step)} m."
    return Criterion(
        row.id, status, says, "vendor", row.source, result.table.grade,
        measured=Banded(out, out - tolerance, out + tolerance, "m"), limit=(0.0, "m"), margin=out - tolerance,
        margin_m=out - tolerance, remedy=remedy if result.table.own else f"{remedy} {_ASK}",
    )  # fmt: skip


def _limit_text(row: TableRow, lasts_s: float | None) -> str:
    limit = row.change_limit(lasts_s)
    lasting = "of unknown duration" if lasts_s is None else f"lasting {lasts_s:g} s"
    return f"{limit * 1e6:g} uT peak to peak for a disturbance {lasting}"


def _change(result: MetalResult, row: TableRow) -> Criterion:
    """Judge a lift, a train or another heavy mass by the change of B_z at the isocentre."""
    path, model = result.track, result.model
    limit = row.change_limit(path.lasts_s)
    measured = path.entry.measured_uT
    grade: Grade = result.table.grade
    text = f"the limit is {_limit_text(row, path.lasts_s)} ({_whose(result, row)})"
    survey = "Measure the peak-to-peak change along the bore at the planned isocentre, with a fluxgate, while it runs."

    def made(status: Status, says: str, value: float | None, remedy: str | None, weak: Grade = grade) -> Criterion:
        band = None if value is None else Banded(value * 1e6, value * 1e6, value * 1e6, "uT")
        if band is not None and measured is None:
            band = Banded(band.value, band.value / _factor(), band.value * _factor(), "uT")
        return Criterion(
            row.id, soft(status, "vendor", weak), says, "vendor", row.source, weak, measured=band,
            limit=(limit * 1e6, "uT"), margin=None if band is None else limit * 1e6 - band.upper, remedy=remedy,
        )  # fmt: skip

    if measured is not None:
        induced = model.induced_T if model is not None else 0.0
        total = measured * 1e-6 + induced
        says = f"{_what(path)}: {measured:g} uT was measured; {text}."
        if measured * 1e-6 >= limit:
            cure = "Move the magnet or the shaft, or ask the vendor for active compensation."
            return made("fail", says, measured * 1e-6, cure)
        if model is None or not result.field_known:
            return made(
                "warn", f"{says} What the magnet's own field will add is not known.", measured * 1e-6,
                "Give mass_kg (and counterweight_kg).",
            )  # fmt: skip
        says += f" The magnet's own field will add {_nT(induced)} by the induced-dipole model."
        status: Status = "pass" if total < limit else "warn"
        ask = "Ask the vendor, naming the mass and the distance." if status == "warn" else None
        return made(status, says, total, ask)
    if model is None:
        says = f"{_what(path)}: its mass is not stated, and nothing was measured; {text}."
        weight = " and counterweight_kg" if path.kind and path.kind.id == "lift" else ""
        return made("not-assessed", says, None, f"Give mass_kg{weight}, or measured_uT. {survey}")
    value = model.peak_to_peak_T
    says = (
        f"{_what(path)}: {_nT(value)} peak to peak at the isocentre by the induced-dipole model (within a factor "
        f"{_factor():g}), nearest {result.nearest_m:.1f} m; {text}."
    )
    says += "" if model.valid else " The model does not hold so near to the magnet."
    if value >= limit / _factor():
        return made("warn", says, value, f"{survey} Move it or the magnet apart where that exceeds the limit.")
    if not model.valid or not result.field_known:
        why = "" if result.field_known else f" {result.scanner} has no field model, so what it induces is missing."
        return made("not-assessed", says + why, value, survey)
    return made("pass", says, value, None, "assumed" if not path.mass_stated else grade)


def _factor() -> float:
    return source_term()["factor"]


def _nT(value: float) -> str:
    return f"{field_up(value * 1e9)} nT"


def _model(result: MetalResult, alone: bool) -> Criterion:
    """Say what the model says: a warning at worst; alone (a mass below any table) its pass is assumed."""
    path, model, change = result.track, result.model, result.change
    source = "Induced-dipole model: Kuboki (1966), measured moments of vehicles"
    if model is None or change.row is None:
        status: Status = "not-assessed" if alone else "pass"
        return Criterion(_MODEL, status, "The induced-dipole model needs a mass.", "advice", source, "assumed",
                         remedy="Give mass_kg.")  # fmt: skip
    limit = change.row.change_limit(path.lasts_s)
    value = model.peak_to_peak_T
    says = (
        f"The induced-dipole model gives {_nT(value)} peak to peak at the isocentre, against "
        f"{limit * 1e9:g} nT ({'own' if change.own else 'borrowed'})."
    )
    if not model.valid:
        says += " It does not hold so near, or in so strong a field."
    if not result.field_known:
        says += " What the magnet induces is missing: it has no field model."
    status = "warn" if value >= limit else "pass"
    if alone and status == "pass" and not (model.valid and result.field_known):
        status = "not-assessed"
    return Criterion(
        _MODEL, status, says, "vendor" if status == "warn" else "advice", source,
        # beside a deciding row a quiet model takes nothing from its grade
        "assumed" if status == "warn" or alone or result.table.row is None else result.table.grade,
        measured=Banded(value * 1e6, value / _factor() * 1e6, value * _factor() * 1e6, "uT"), limit=(limit * 1e6, "uT"),
        margin=(limit - value) * 1e6, remedy="Have the change at the isocentre measured, or ask the vendor.",
    )  # fmt: skip


def _unknown_kind(path: Track) -> Criterion:
    return Criterion(
        "VEN-GE-07",
        "not-assessed",
        f"{_what(path)}: this kind is in no table, and its mass is not stated.",
        "vendor",
        "vendors' tables of moving metal",
        "assumed",
        remedy="Use kind = car, lorry, lift, train, trolley or helicopter, or give mass_kg.",
    )


# Contours ----------------------------------------------------------------------------------------


def _contours(project: Project, path: Track) -> tuple[Contour, ...]:
    """Return the lines that this metal must stay outside: of the tables, then of the project's own packs."""
    found = list(contours_for(path.class_, path.railway))
    known = {c.id for c in found}
    for scanner in scanners(project):
        table = row_for(scanner.magnet, path.class_) if path.class_ else None
        row = table.row if table is not None else None
        light = row is not None and row.from_kg is not None and (path.entry.mass_kg or row.from_kg) < row.from_kg
        if table is not None and row is not None and row.criterion == "contour" and row.id not in known and not light:
            assert row.contour_T is not None
            found.append(Contour(row.id, (row.class_,), row.contour_T, "vendor", row.source, table.grade))
            known.add(row.id)
    for rule in rules_of(project, *KINDS):
        own = rule.quantity == "B" and rule.unit == "mT" and len(rule.limits) == 1 and not rule.id.startswith("VEN-GE")
        if own and rule.id not in known and path.class_ in ("car", "bus_truck"):
            level = rule.limits[0] * 1e-3
            found.append(Contour(rule.id, (path.class_,), level, rule.severity, rule.source, rule.grade))
    return tuple(found)


def _contour(project: Project, evidence: Evidence, result: MetalResult, contour: Contour) -> Criterion:
    level = contour.level_T * 1e3
    path = result.track
    rule = pack_rule(project, contour.id)
    severity: Severity = rule.severity if rule is not None else contour.severity
    grade: Grade = contour.grade
    borrowed = ", borrowed from another model" if grade == "borrowed" else ""
    volume = evidence.volume(f"moving/{path.entry.id}")
    if volume is None:
        return Criterion(
            contour.id, "not-assessed", f"{_what(path)}: the {level:g} mT line is not known: {no_field(evidence)}.",
            severity, contour.source, grade,
        )  # fmt: skip
    band = volume.worst
    worst: Status = "fail" if band.value >= contour.level_T else "warn" if band.upper >= contour.level_T else "pass"
    status = soft(worst, severity, grade)
    x, y, z = volume.at
    verb = {"fail": "reaches", "warn": "may reach, by its band,", "pass": "stays below"}[worst]
    says = (
        f"{_what(path)}: {field_up(band.upper * 1e3)} mT where it goes, at ({x:.2f}, {y:.2f}), {z:.1f} m up, {verb} "
        f"{level:g} mT{borrowed}."
    )
    if worst == "fail" and status == "warn":
        says += " This limit is advice."
    status, says = temper(evidence, status, says)
    out = (contour.level_T - band.upper) / volume.gradient_T_per_m if volume.gradient_T_per_m > 0 else None
    step = "" if out is None or out >= 0 else f" by about {unsafe(out, 1)} m"
    return Criterion(
        contour.id, status, says, severity, contour.source, grade,
        measured=Banded(band.value * 1e3, band.lower * 1e3, band.upper * 1e3, "mT"), limit=(level, "mT"),
        margin=level - band.upper * 1e3, margin_m=out,
        remedy=f"Move the lane, bay or route, or the magnet{step}, or bar the place.",
    )  # fmt: skip
