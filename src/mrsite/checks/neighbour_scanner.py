"""Two magnets: whether their lines meet, what each does to the other at rest and in a ramp or quench.

No vendor's distance for two magnets was read. The one rule found is that their 0.3 mT lines must
not meet; it is judged in space, not on a plan. Fields add with their signs, so a finding says
whether the polarities are known and what they do.
"""

from __future__ import annotations

import itertools
from typing import Any

from mrsite.base.quantity import Grade
from mrsite.checks.criterion import Criterion, combine, unplaced
from mrsite.checks.fall import clearance_m
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import field_up, magnet_grade, millitesla, no_field, scanners, temper, unsafe
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Scanner
from mrsite.site.surroundings.second_scanner import Pair
from mrsite.site.surroundings.tables import change_row, limit

KINDS: tuple[str, ...] = ()

#: Steel this near to both isocentres is magnetised by both, m: about the reach of 0.5 mT.
_SHARED = 8.0
#: Radius of an ordinary imaging volume, m.
_IMAGING_RADIUS = 0.25


def wants(project: Project) -> Wanted:
    """Ask for every pair of magnets."""
    return Wanted(surroundings=tuple(("pair", f"{a.id}|{b.id}") for a, b in _pairs(project)))


def _pairs(project: Project) -> list[tuple[Scanner, Scanner]]:
    return list(itertools.combinations(scanners(project), 2))


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every pair: lines, influence at rest, ramp and quench, shared steel."""
    findings = []
    for a, b in _pairs(project):
        pair: Pair | None = evidence.surroundings.get(("pair", f"{a.id}|{b.id}"))
        findings.append(_lines(project, evidence, a, b, pair))
        if pair is not None and project.untied(a.storey, b.storey) is None:
            findings += [_ramp(project, pair, k) for k in (0, 1)]
        shared = _shared_steel(project, a, b)
        if shared:
            findings.append(_steel(a, b, shared))
    return findings


def _lines(project: Project, evidence: Evidence, a: Scanner, b: Scanner, pair: Pair | None) -> Finding:
    rule = limit("two_magnets")
    level = rule.value
    subject = f"{a.id} and {b.id}"
    more: dict[str, Any] = {"kind": "two magnets", "storey": a.storey}
    grades: tuple[Grade, ...] = (magnet_grade(project),)
    if pair is None:
        says = f"Whether the {level * 1e3:g} mT lines of {subject} meet is not known: {no_field(evidence)}."
        one = Criterion(rule.id, "not-assessed", says, "vendor", rule.source, rule.grade)
        return combine("neighbour_scanner", subject, [one], grades=grades, **more)
    untied = project.untied(a.storey, b.storey)
    if untied is not None:
        lines = Criterion(rule.id, "not-assessed", "", "vendor", rule.source, rule.grade)
        return combine("neighbour_scanner", subject, [unplaced(lines, untied, subject)], grades=grades, **more)
    lead = f"{a.id} and {b.id} stand {pair.distance_m:.2f} m apart"
    polarity = _polarity(pair)
    ask = "No vendor's distance for two magnets was read: ask both vendors for theirs."
    if pair.common is None:
        says = f"{lead}; their {level * 1e3:g} mT lines come nowhere near one another. {ask}"
        one = Criterion(rule.id, "pass", says, "vendor", rule.source, rule.grade, limit=(level * 1e3, "mT"))
        return combine("neighbour_scanner", subject, [one], grades=grades, **more)
    band = pair.common.field_T
    status: Status = "fail" if band.value >= level else "warn" if band.upper >= level else "pass"
    verb = {"fail": "meet", "warn": "may meet, by their bands", "pass": "do not meet"}[status]
    x, y, z = pair.common.at
    says = (
        f"{lead}; their {level * 1e3:g} mT lines {verb}: both reach up to {field_up(band.upper * 1e3)} mT at "
        f"({x:.2f}, {y:.2f}), {z:.2f} m above datum. {polarity} {ask}"
    )
    status, says = temper(evidence, status, says)
    # the place lies between them: each has half of what they lack
    half = clearance_m(0.5 * pair.distance_m, band.value, pair.common.slope_T_per_m, band.upper, level)
    step = None if half is None else 2.0 * half
    from shapely import Point

    storey = project.storey(a.storey)
    one = Criterion(
        rule.id,
        status,
        says,
        "vendor",
        rule.source,
        rule.grade,
        measured=millitesla(band),
        limit=(level * 1e3, "mT"),
        margin=(level - band.upper) * 1e3,
        margin_m=step,
        remedy=_apart(step),
    )
    return combine(
        "neighbour_scanner", subject, [one], grades=grades, location=Point(storey.to_site.back((x, y))), **more
    )


def _apart(step: float | None) -> str | None:
    if step is None or step >= 0.0:
        return None
    return f"Set them apart by about {unsafe(-step, 1)} m more, or turn one of them."


def _polarity(pair: Pair) -> str:
    if not pair.signs_known:
        return (
            "Their polarities are not stated: every line was drawn for the worse; state field_direction, since "
            "reversing one ramp can shrink or widen what they share."
        )
    return (
        f"With the polarities stated their fields {'add' if pair.same == 'adds' else 'partly cancel'} half way between."
    )


def _ramp(project: Project, pair: Pair, k: int) -> Finding:
    """Say what a ramp, a quench and the standing field of one magnet do to the other."""
    it = pair.influences[k]
    on = next(s for s in project.scanners if s.id == it.on)
    table = change_row(on.magnet)
    assert table.row is not None
    bound = table.row.change_limit(None)
    # along the bore at the isocentre it may vanish by symmetry; anywhere in the imaging volume it must stay small
    change = abs(it.along_T) + _IMAGING_RADIUS * it.gradient_T_per_m
    over = change >= bound
    says = (
        f"{it.of} makes {field_up(it.field_T * 1e3)} mT at the isocentre of {it.on}: at rest a shift of "
        f"{abs(it.shift_ppm):.3g} ppm and {it.shift_over_half_m_ppm:.2g} ppm over half a metre, taken up at the "
        f"ramp and by shims once."
    )
    if over:
        says += (
            f" While {it.of} ramps, or if it quenches, that changes by {field_up(change * 1e6)} uT, against "
            f"{bound * 1e6:g} uT ({'own' if table.own else 'borrowed'}): {it.on} must not scan then, and its frequency "
            "and shim are checked afterwards."
        )
    else:
        says += f" A ramp or quench of {it.of} stays below the {bound * 1e6:g} uT at which scanning suffers."
    one = Criterion(
        "ENV-adjacent-mri-change",
        "warn" if over else "pass",
        says,
        "advice",
        table.row.source,
        table.grade,
        limit=(bound * 1e6, "uT"),
        margin=(bound - change) * 1e6,
        remedy=f"Write it into the local rules, and shim {it.on} again after {it.of} is at field.",
    )
    grade: Grade = on.magnet.grade
    return combine(
        "neighbour_scanner", f"{it.of} on {it.on}", [one], grades=(grade,), kind="two magnets", storey=on.storey
    )


def _shared_steel(project: Project, a: Scanner, b: Scanner) -> list[str]:
    """Return the names of shields near both magnets."""
    import shapely

    found = []
    for steel in project.steel:
        storey = project.storey(steel.storey)
        shape = steel.polygon if steel.polygon is not None else shapely.MultiLineString(list(steel.lines))
        shape = storey.to_site.geometry(shape)
        near = [any(shape.distance(shapely.Point(p.position[:2])) < _SHARED for p in s.poses) for s in (a, b)]
        if all(near):
            found.append(steel.id)
    return found


def _steel(a: Scanner, b: Scanner, names: list[str]) -> Finding:
    one = Criterion(
        "ENV-shared-steel",
        "warn",
        f"The steel {', '.join(names)} lies near both {a.id} and {b.id}: magnetised by both at once, it needs one "
        "joint solution, and lines of the two magnets added up are not right behind it.",
        "professional",
        "Superposition fails in saturable steel: the magnetisation is not linear in the field",
        "read",
        remedy="Have the shield solved with both magnets at field, in every state of ramp.",
    )
    return combine("neighbour_scanner", f"steel shared by {a.id} and {b.id}", [one], kind="two magnets")
