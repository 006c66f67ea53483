"""Currents: railways, power cables, transformers, and what an instrument found at the isocentre.

Direct current is judged like a lift, by the change of B_z that lasts minutes a train; alternating
current by the vendor's field at mains frequency. A balanced pair and a leaking return can add:
the sum is a bound, so it warns, and either alone fails.
"""

from __future__ import annotations

import math
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.criterion import Criterion, combine, soft, unplaced
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import field_up, rules_of, scanners, state
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Scanner
from mrsite.site.schema import AmbientEntry
from mrsite.site.surroundings.results import LineResult, metal_key
from mrsite.site.surroundings.tables import Limit, change_row, limit
from mrsite.site.surroundings.tracks import storey_of, track
from mrsite.site.surroundings.traction import distance_for

KINDS = ("ac-field",)

#: Equipment that is a source of alternating field as well as something that the magnet disturbs.
SOURCES = ("transformer", "switchgear", "ups", "generator")
#: A share of the current that an ordinary cable may lack in balance: below it a net current is likely.
_LIKELY_IMBALANCE = 0.05
#: Nearer than this in plan counts as straight above or below, m: the size of a cryostat.
_ABOVE = 2.5


def wants(project: Project) -> Wanted:
    """Ask for the field of every railway and cable at every isocentre."""
    keys = [("traction", metal_key(m.id, s.id)) for m in _railways(project) for s in scanners(project)]
    keys += [("cable", metal_key(c.id, s.id)) for c in project.cables for s in scanners(project)]
    return Wanted(surroundings=tuple(keys))


def _railways(project: Project) -> list[Any]:
    return [m for m in project.moving_metal if track(project, m).railway]


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every source of current and every reading."""
    findings: list[Finding] = []
    for scanner in scanners(project):
        for entry in _railways(project):
            findings.append(_railway(project, evidence, entry, scanner))
        for cable in project.cables:
            findings.append(_cable(project, evidence, cable, scanner))
        findings += _transformers(project, scanner)
        for reading in project.ambient:
            if reading.kind != "vibration" and reading.scanner in (None, scanner.id):
                findings.append(_reading(project, reading, scanner))
        findings += _silent(project, scanner)
    return findings


def _subject(project: Project, what: str, scanner: Scanner) -> str:
    return f"{what} beside {scanner.id}" if len(scanners(project)) > 1 else what


def _change_limit(scanner: Scanner, lasts_s: float | None) -> Limit:
    """Return the limit on a slow change: the vendor's own or a borrowed one."""
    table = change_row(scanner.magnet)
    assert table.row is not None
    return Limit(table.row.id, table.row.change_limit(lasts_s), "T peak to peak", table.row.source, table.grade)


def _ac_limit(scanner: Scanner) -> Limit:
    """Return the limit at mains frequency; the shipped one is one vendor's, so borrowed by others."""
    shipped = limit("ac_field")
    cited = scanner.magnet.siting.get("max_ac_field_at_magnet")
    if cited is not None:
        value = float(cited.value) * {"mT": 1e-3, "uT": 1e-6, "T": 1.0}[cited.unit]
        same = abs(value - shipped.value) < 1e-3 * shipped.value
        id_ = shipped.id if same else f"{scanner.magnet.id}/max_ac_field_at_magnet"
        return Limit(id_, value, "T rms", cited.source, "read")
    own = "voyager" in f"{scanner.magnet.model} {scanner.magnet.id}".casefold()
    return shipped if own else Limit(shipped.id, shipped.value, shipped.unit, shipped.source, "borrowed")


def _railway(project: Project, evidence: Evidence, entry: Any, scanner: Scanner) -> Finding:
    subject = _subject(project, f"traction current of {entry.id}", scanner)
    data = entry.traction
    ac = data is not None and data.supply == "ac"
    bound = _ac_limit(scanner) if ac else _change_limit(scanner, None)
    result: LineResult | None = evidence.surroundings.get(("traction", metal_key(entry.id, scanner.id)))
    if result is None:
        lacking = "traction = { current_A, spacing_m, leakage_share }" if data is None else _lacking(data)
        one = Criterion(
            bound.id,
            "not-assessed",
            f"{entry.id}: the current in its conductors is not known. It comes first and the steel of the vehicles "
            "second: a leaking return current falls only with distance itself.",
            "vendor",
            bound.source,
            bound.grade,
            remedy=f"Give {lacking} (ask the operator of the line), or have the field recorded for a day at the "
            "isocentre.",
        )
    else:
        one = _line_criterion(bound, result, f"{entry.id}: ", data.current_A, data.spacing_m)
    one = _in_place(project, one, entry.id, entry.storey)
    return combine("traction", subject, [one], storey=entry.storey, kind="traction current", location=_path(entry))


def _in_place(project: Project, one: Criterion, what: str, storey: str | None) -> Criterion:
    """Return a criterion on how far a source is from the magnets, where that can be told."""
    untied = project.untied(storey_of(project, storey, outdoors=False)[0].name)
    return one if untied is None or one.status == "not-assessed" else unplaced(one, untied, what)


def _lacking(data: Any) -> str:
    missing = [name for name in ("current_A", "spacing_m") if getattr(data, name) is None]
    if data.leakage_A is None and data.leakage_share is None:
        missing.append("leakage_A or leakage_share")
    return f"traction.{', traction.'.join(missing)}"


def _path(entry: Any) -> Any:
    from shapely import LineString, Point

    return LineString(entry.path) if len(entry.path) > 1 else Point(entry.path[0])


def _line_criterion(bound: Limit, result: LineResult, lead: str, current: float, spacing: float) -> Criterion:
    field = result.field
    pair, leak, both = field.pair_T, field.leakage_T, field.total_T
    status: Status = "pass"
    if max(pair, leak) >= bound.value:
        status = "fail"
    elif both >= bound.value:
        status = "warn"
    if math.isinf(pair):
        said = "the isocentre lies between its conductors"
    else:
        said = f"at {field.distance_m:.1f} m the pair of conductors makes {_uT(pair)}, the leakage {_uT(leak)}"
    says = f"{lead}{said}; together at most {_uT(both)}, against {bound.value * 1e6:g} uT{_borrowed(bound.grade)}."
    net = leak * field.distance_m / 2e-7
    need = distance_for(current, spacing, net, bound.value) if current else net * 2e-7 / bound.value
    return Criterion(
        bound.id,
        soft(status, "vendor", bound.grade),
        says,
        "vendor",
        bound.source,
        bound.grade,
        measured=None if math.isinf(both) else Banded(both * 1e6, 0.0, both * 1e6, "uT"),
        limit=(bound.value * 1e6, "uT"),
        margin=(bound.value - both) * 1e6 if math.isfinite(both) else None,
        margin_m=field.distance_m - need,
        remedy=f"Keep {math.ceil(need)} m from it, bring the conductors together, or have the currents measured.",
    )


def _borrowed(grade: Grade) -> str:
    return " (another vendor's limit, borrowed)" if grade == "borrowed" else ""


def _uT(value: float) -> str:
    return f"{field_up(value * 1e6)} uT"


def _cable(project: Project, evidence: Evidence, cable: Any, scanner: Scanner) -> Finding:
    bound = _ac_limit(scanner)
    subject = _subject(project, f"cable {cable.id}", scanner)
    result: LineResult | None = evidence.surroundings.get(("cable", metal_key(cable.id, scanner.id)))
    if result is None:
        one = Criterion(
            bound.id,
            "not-assessed",
            f"{cable.id}: its current and the spacing of its conductors are not stated.",
            "vendor",
            bound.source,
            bound.grade,
            remedy="Give current_A and spacing_m, and net_A (the sum of all conductors' currents; a clamp tells).",
        )
    else:
        one = _line_criterion(bound, result, f"{cable.id}: ", cable.current_A or 0.0, cable.spacing_m or 0.0)
        if cable.net_A is None and one.status == "pass":
            one = _without_net(one, cable.current_A or 0.0, result, bound)
    one = _in_place(project, one, cable.id, cable.storey)
    notes = [] if cable.height is not None else ["its height as that of the isocentre; give height"]
    return combine("traction", subject, [one], notes=notes, storey=cable.storey, kind="power", location=_path(cable))


def _without_net(one: Criterion, current: float, result: LineResult, bound: Limit) -> Criterion:
    """A balanced cable passes; what unbalanced current would be too much is told, and warned of where it is likely."""
    from dataclasses import replace

    spare = (bound.value - result.field.pair_T) * result.field.distance_m / 2e-7
    likely = spare < _LIKELY_IMBALANCE * current
    return replace(
        one,
        status="warn" if likely else "pass",
        says=f"{one.says} Its net current is not stated: {spare:.0f} A out of balance would reach the limit.",
        remedy="Give net_A: measure it with a clamp round all conductors together.",
    )


def _transformers(project: Project, scanner: Scanner) -> list[Finding]:
    found = [(t.id, t.at, t.storey, t.height, t.measured_uT) for t in project.transformers]
    for item in project.equipment:
        if item.class_ is not None and item.class_.id in SOURCES and item.footprint is not None:
            c = item.footprint.centroid
            found.append((item.id, (c.x, c.y), item.storey, 0.5 * sum(item.heights), None))
    return [_transformer(project, scanner, *row) for row in found]


def _transformer(
    project: Project,
    scanner: Scanner,
    id_: str,
    at: tuple[float, float],
    storey_name: str | None,
    height: float | None,
    measured: float | None,
) -> Finding:
    from shapely import Point

    storey, said = storey_of(project, storey_name, outdoors=False)
    x, y = storey.to_site.point(at)
    z = storey.elevation + (height or 0.0)
    flat = min(math.dist((x, y), p.position[:2]) for p in scanner.poses)
    distance = min(math.dist((x, y, z), p.position) for p in scanner.poses)
    bound, guide = _ac_limit(scanner), limit("transformer_distance")
    if measured is not None:
        status: Status = "fail" if measured * 1e-6 >= bound.value else "pass"
        one = Criterion(
            bound.id, soft(status, "vendor", bound.grade),
            f"{id_}: {measured:g} uT rms at the isocentre, against {bound.value * 1e6:g} uT{_borrowed(bound.grade)}.",
            "vendor", bound.source, bound.grade, measured=Banded(measured, measured, measured, "uT"),
            limit=(bound.value * 1e6, "uT"), margin=bound.value * 1e6 - measured,
            remedy="Move it, turn it for least coupling, or shield it.",
        )  # fmt: skip
    elif distance >= guide.value:
        one = Criterion(
            guide.id, "pass", f"{id_} stands {distance:.0f} m from the isocentre, beyond {guide.value:g} m.",
            "advice", guide.source, guide.grade, limit=(guide.value, "m"), margin_m=distance - guide.value,
        )  # fmt: skip
    else:
        above = abs(z - scanner.poses[0].position[2]) > 1.5 and flat < _ABOVE
        says = f"{id_} stands {distance:.1f} m from the isocentre, inside {guide.value:g} m, and nothing was measured."
        if above:
            says += " It is straight above or below the magnet, the worst place."
        one = Criterion(
            guide.id, "warn" if above else "not-assessed", says, "advice", guide.source, guide.grade,
            limit=(guide.value, "m"), margin_m=distance - guide.value,
            remedy="Measure the field at mains frequency at the planned isocentre and give measured_uT.",
        )  # fmt: skip
    if measured is None:
        one = _in_place(project, one, id_, storey.name)
    return combine(
        "traction", _subject(project, f"{id_} as a source of field", scanner), [one], notes=[said] if said else [],
        storey=storey.name, kind="power", location=Point(at),
    )  # fmt: skip


def _reading(project: Project, reading: AmbientEntry, scanner: Scanner) -> Finding:
    ac = reading.kind == "ac-field"
    bound = _ac_limit(scanner) if ac else _change_limit(scanner, reading.lasts_s)
    assert reading.value_uT is not None
    status: Status = "fail" if reading.value_uT * 1e-6 >= bound.value else "pass"
    what = "alternating field" if ac else "slow change of field"
    how = f" ({reading.instrument}{', ' + reading.date if reading.date else ''})" if reading.instrument else ""
    says = (
        f"{what.capitalize()} measured at the isocentre of {scanner.id}: {reading.value_uT:g} uT{how}, against "
        f"{bound.value * 1e6:g} uT{_borrowed(bound.grade)}."
    )
    if not ac:
        says += " What the magnet's own field will induce in moving steel is not in it."
    one = Criterion(
        bound.id, soft(status, "vendor", bound.grade), says, "vendor", bound.source, bound.grade,
        measured=Banded(reading.value_uT, reading.value_uT, reading.value_uT, "uT"), limit=(bound.value * 1e6, "uT"),
        margin=bound.value * 1e6 - reading.value_uT, remedy="Find the source by a survey over a day; cure it there.",
    )  # fmt: skip
    return combine("traction", f"{what} at {scanner.id}", [one], storey=scanner.storey, kind="survey")


def _silent(project: Project, scanner: Scanner) -> list[Finding]:
    """Where a pack asks for the alternating field and nothing speaks of it."""
    rules = rules_of(project, *KINDS)
    spoken = any(r.kind == "ac-field" and r.scanner in (None, scanner.id) for r in project.ambient)
    if not rules or spoken or project.cables or project.transformers:
        return []
    return [
        state(
            "traction",
            rules,
            f"alternating field at {scanner.id}",
            "not-assessed",
            f"Nobody says what alternating field there is at the isocentre of {scanner.id}.",
            remedy='Add [[ambient]] with kind = "ac-field" and value_uT of a survey, or [[cable]], [[transformer]].',
            storey=scanner.storey,
            kind="survey",
        )
    ]
