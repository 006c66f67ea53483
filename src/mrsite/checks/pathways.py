"""Ways through the building: whether what must go there fits, and which zones and lines it crosses.

The width is what the site file states for the way; where it states none, a rule of mrsite's own
stands in and the finding is ``assumed``. Turning something long is shown on the floor, not by a formula.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.criterion import Criterion, combine, unplaced
from mrsite.checks.finding import Finding, Severity, Status
from mrsite.checks.judge import PLAN_GRADES
from mrsite.site.evidence import Evidence, Region, Wanted, WantedRegion
from mrsite.site.project import Project, Space
from mrsite.site.schema import PathwayEntry
from mrsite.site.surroundings.way import NoWay, Way, crossings, inside_m
from mrsite.site.surroundings.ways import find_way

KINDS: tuple[str, ...] = ()

#: Lines that are told where a way crosses them, T.
LINES = (0.5e-3, 3e-3)
_SOURCE = "the way as the site file states it"
#: Ways of people and things that must not cross the 3 mT line: what goes there is not made for it.
_KEEP_OUT = ("crash-team",)


def wants(project: Project) -> Wanted:
    """Ask for the lines that ways may cross."""
    if not project.pathways:
        return Wanted()
    return Wanted(tuple(WantedRegion(s.name, level) for s in project.storeys for level in LINES))


def subject_of(entry: PathwayEntry) -> str:
    """What a person calls a way: its id, else its kind and ends."""
    if entry.id:
        return entry.id
    ends = [e if isinstance(e, str) else f"({e[0]:g}, {e[1]:g})" for e in (entry.start, entry.end)]
    return f"{entry.kind} from {ends[0]} to {ends[1]}"


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every way that is stated."""
    return [_judge(project, evidence, entry) for entry in project.pathways]


def _judge(project: Project, evidence: Evidence, entry: PathwayEntry) -> Finding:
    found = find_way(project, entry)
    rule = f"WAY-{entry.kind}"
    more: dict[str, Any] = {"kind": "way", "storey": entry.storey}
    severity: Severity = "professional"
    if isinstance(found, str):
        one = Criterion(
            rule, "not-assessed", "The way was not looked for.", severity, _SOURCE, "assumed", remedy=f"{found}."
        )
        return combine("pathways", subject_of(entry), [one], **more)
    assumed = any(a.startswith("width") or " m by " in a for a in found.needs.assumed)
    grade: Grade = "assumed" if assumed else "read"
    if isinstance(found, NoWay):
        return combine(
            "pathways", subject_of(entry), [_none(entry, found, rule, grade)], notes=found.needs.assumed, **more
        )
    criteria = [_fit(entry, found, rule, grade), *_people(project, entry, found, rule), *_height(project, found, rule)]
    criteria += _lines(project, evidence, entry, found, rule)
    return combine(
        "pathways",
        subject_of(entry),
        criteria,
        notes=found.needs.assumed,
        grades=(_plan_grade(project, found),),
        location=_drawn(found),
        **{**more, "storey": next((leg.storey for leg in found.legs), entry.storey)},
    )


def _none(entry: PathwayEntry, found: NoWay, rule: str, grade: Grade) -> Criterion:
    says = f"{found.why[0].upper()}{found.why[1:]}."
    remedy = f"{found.supply}."
    status: Status = "fail" if found.known else "not-assessed"
    if entry.kind in ("delivery", "removal"):
        # a magnet seldom comes through doors: a panel in the wall or roof is planned for it
        status = "warn" if found.known else "not-assessed"
        n = found.needs
        size = f"{n.width_m:.2f} m wide and {n.height_m:.2f} m high" if n.height_m else f"{n.width_m:.2f} m wide"
        remedy += f" Or plan a removable panel in the wall or roof, at least {size}, and the way to it."
    elif grade == "assumed" and status == "fail":
        status = "warn"
        says += " The width is assumed, so this is only a warning."
        remedy += " State width_m and length_m of what goes there."
    return Criterion(rule, status, says, "professional", _SOURCE, grade, remedy=remedy)


def _fit(entry: PathwayEntry, way: Way, rule: str, grade: Grade) -> Criterion:
    needs = way.needs
    narrowest = way.narrowest
    spaces = len([s for s in way.spaces if s != "outside"])
    says = f"{way.length_m:.1f} m, {way.time_s:.0f} s, through {len(way.passages)} doors and {spaces} rooms"
    changes = [f"{leg.mode} from {leg.storey} to {leg.to_storey}" for leg in way.legs if leg.mode != "walk"]
    says += f", by {' and '.join(changes)}" if changes else ""
    margin = None
    if narrowest is not None and narrowest.width_m is not None:
        margin = narrowest.width_m - needs.width_m
        says += f"; narrowest is {narrowest.label}, {narrowest.width_m:.2f} m clear for {needs.width_m:g} m"
    says += "."
    status: Status = "pass"
    remedy = None
    if way.unknown:
        status = "not-assessed"
        names = ", ".join(p.label for p in way.unknown)
        says += f" How wide {names} is, nobody says."
        remedy = f"Give clear_width_mm of {names}."
    if way.turns_shown is False:
        status = "warn"
        says += (
            f" {needs.length_m:g} m by {needs.width_m:g} m was not shown to get round to {way.stuck_at} "
            f"(tried in every direction, to {way.cell_m * 100:.0f} cm)."
        )
        remedy = "Widen the door or the room before it, or state the true width_m and length_m."
    elif way.turns_shown:
        says += f" {needs.length_m:g} m by {needs.width_m:g} m gets round every corner (to {way.cell_m * 100:.0f} cm)."
    return Criterion(
        rule,
        status,
        says,
        "professional",
        _SOURCE,
        grade,
        measured=None
        if margin is None
        else Banded(margin + needs.width_m, margin + needs.width_m, margin + needs.width_m, "m"),
        limit=(needs.width_m, "m"),
        margin=margin,
        margin_m=margin,
        remedy=remedy,
    )


def _people(project: Project, entry: PathwayEntry, way: Way, rule: str) -> list[Criterion]:
    """Zones in their order for those who come in, and doors that open for those who go out."""
    found = []
    spaces = [project.space(i) for i in way.spaces if i != "outside"]
    if entry.kind in ("patient", "bed", "staff"):
        found += _zones(spaces, rule)
    if entry.kind == "evacuation":
        shut = [p.door for p in way.passages if p.door is not None and p.door.free_egress is False]
        unsaid = [p.door for p in way.passages if p.door is not None and p.door.lock and p.door.free_egress is None]
        if shut:
            names = ", ".join(d.label for d in shut)
            found.append(
                Criterion(
                    rule,
                    "fail",
                    f"{names} does not open from inside without a key.",
                    "professional",
                    _SOURCE,
                    "read",
                    remedy=f"Let {names} open from inside at any time.",
                )
            )
        elif unsaid:
            names = ", ".join(d.label for d in unsaid)
            says = f"{names} is locked, and nobody says whether it opens from inside."
            remedy = f"Give free_egress of {names}."
            found.append(Criterion(rule, "not-assessed", says, "professional", _SOURCE, "read", remedy=remedy))
    return found


def _zones(spaces: Sequence[Space], rule: str) -> list[Criterion]:
    depth = {"I": 1, "II": 2, "III": 3, "IV": 4}
    zoned = [s for s in spaces if s.zone is not None]
    passed = "Zones in order: " + " > ".join(dict.fromkeys(str(s.zone) for s in zoned)) + "." if zoned else ""
    for a, b in itertools.pairwise(zoned):
        if depth[str(b.zone)] - depth[str(a.zone)] > 1:
            says = f"It goes from {a.label} (zone {a.zone}) straight into {b.label} (zone {b.zone})."
            return [
                Criterion(
                    rule, "warn", says, "professional", _SOURCE, "read", remedy="Put the zone between on the way."
                )
            ]
    return [Criterion(rule, "pass", passed, "advice", _SOURCE, "read")] if passed else []


def _height(project: Project, way: Way, rule: str) -> list[Criterion]:
    """Ceilings below what goes there."""
    if not way.needs.height_m:
        return []
    low = [
        s
        for s in (project.space(i) for i in way.spaces if i != "outside")
        if s.ceiling is not None and s.ceiling < way.needs.height_m
    ]
    if not low:
        return []
    names = ", ".join(f"{s.label} ({s.ceiling:g} m)" for s in low)
    says = f"The ceiling is too low for {way.needs.height_m:.2f} m in {names}."
    return [Criterion(rule, "fail", says, "professional", _SOURCE, "read", remedy="Raise the ceiling on the way.")]


def _lines(project: Project, evidence: Evidence, entry: PathwayEntry, way: Way, rule: str) -> list[Criterion]:
    """Where the way goes into 0.5 and 3 mT, and how far it stays there."""
    if evidence.unknown:
        return [
            Criterion(
                rule,
                "not-assessed",
                f"Which lines it crosses is not known: {evidence.unknown}.",
                "advice",
                _SOURCE,
                "assumed",
            )
        ]
    storeys = list(dict.fromkeys(leg.storey for leg in way.legs if leg.mode == "walk"))
    untied = next((s for name in storeys if (s := project.untied(name)) is not None), None)
    if untied is not None:
        blank = Criterion(rule, "not-assessed", "", "advice", _SOURCE, "assumed")
        return [unplaced(blank, untied, "Which lines it crosses")]
    regions: list[Region] = []
    for storey in storeys:
        for level in LINES:
            region = evidence.region(storey, level)
            if region is not None:
                regions.append(region)
    inside = inside_m(way, regions)
    if not any(inside.values()):
        says = "It crosses neither the 0.5 mT nor the 3 mT line." if len(regions) == len(storeys) * len(LINES) else ""
        return [Criterion(rule, "pass", says, "advice", _SOURCE, "read")] if says else []
    said = []
    for level in LINES:
        first = next((c for c in crossings(way, regions) if c.level_T == level and c.entering), None)
        if inside.get(level, 0.0) > 0.0:
            at = f", in at ({first.at[0]:.2f}, {first.at[1]:.2f})" if first is not None else ""
            said.append(f"{inside[level]:.1f} m inside {level * 1e3:g} mT{at}")
    says = f"It runs {'; '.join(said)}."
    status: Status = "pass"
    remedy = None
    if entry.kind in _KEEP_OUT and inside.get(3e-3, 0.0) > 0.0:
        status = "warn"
        says += " A resuscitation team and its steel must not go where 3 mT is: the patient is brought out to it."
        remedy = "End the way outside the 3 mT line, and say who brings the patient out."
    return [Criterion(rule, status, says, "professional" if remedy else "advice", _SOURCE, "read", remedy=remedy)]


def _plan_grade(project: Project, way: Way) -> Grade:
    from mrsite.base.quantity import weakest

    grades = [PLAN_GRADES[project.space(i).status] for i in way.spaces if i != "outside"]
    grades += [PLAN_GRADES[p.door.status] for p in way.passages if p.door is not None]
    return weakest(*grades)


def _drawn(way: Way) -> Any:
    """Return the stretch on the first storey as a line; the rest is drawn from the way itself."""
    from shapely import LineString, MultiLineString

    first = next((leg.storey for leg in way.legs if leg.mode == "walk"), None)
    lines = [LineString(leg.points) for leg in way.legs if leg.mode == "walk" and leg.storey == first]
    return MultiLineString(lines) if len(lines) > 1 else lines[0] if lines else None
