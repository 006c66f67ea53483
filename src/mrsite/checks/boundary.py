"""The property line, and the zone of respect between 0.1 and 0.5 mT."""

from __future__ import annotations

from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import named
from mrsite.checks.enclosure import NOISE_M, depth_of, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import apart, field_grades, magnet_grade, no_field, rules_of, state, unsafe
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Region, Wanted, WantedRegion
from mrsite.site.project import Project, Storey

KINDS = ("respect-zone",)
RESPECT, CONTROLLED = 0.1e-3, 0.5e-3  #: T


def wants(project: Project) -> Wanted:
    """Ask for the 0.1 mT envelope where a pack has a zone of respect, and 0.5 mT at a property line."""
    levels = [RESPECT] if rules_of(project, *KINDS) else []
    if project.boundary is not None:
        levels.append(CONTROLLED)
    return Wanted(tuple(WantedRegion(s.name, level) for s in project.storeys for level in levels))


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the property line at both levels, and workplaces in the zone of respect."""
    findings: list[Finding] = []
    rules = rules_of(project, *KINDS)
    if project.boundary is not None:
        public = rules_of(project, "containment-0.5mT")
        if public:
            findings += [
                f for s in project.storeys if (f := _line(project, evidence, public, s, CONTROLLED)) is not None
            ]
    if not rules:
        return findings
    if project.boundary is None:
        findings.append(
            state(
                "boundary",
                rules,
                "property line at 0.1 mT",
                "not-assessed",
                "The owner's property line is not stated, so the 0.1 mT line cannot be compared with it.",
                remedy="Give [boundary] with polygon (ask estates).",
                supply=supply.entry(
                    "estates", "property line", "[boundary]", "polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]  # m"
                ),
                grades=(magnet_grade(project),),
            )
        )
    else:
        findings += [f for s in project.storeys if (f := _line(project, evidence, rules, s, RESPECT)) is not None]
    findings += [_workplaces(project, evidence, rules, s) for s in project.storeys]
    return findings


def _placed(project: Project, evidence: Evidence, storey: Storey, level: float) -> Region | str:
    region = evidence.region(storey.name, level, heights=storey.occupied)
    if region is None:
        return no_field(evidence)
    if region.incomplete:
        return region.incomplete
    untied = storey if len(project.storeys) > 1 and storey.registered is None else project.untied(storey.name)
    if untied is not None and not region.upper.is_empty:
        return apart(untied)
    return region


def _line(
    project: Project, evidence: Evidence, rules: tuple[Rule, ...], storey: Storey, level: float
) -> Finding | None:
    name = f"{level * 1e3:g} mT"
    more: dict[str, Any] = {"storey": storey.name, "kind": f"{name} envelope", "grades": (magnet_grade(project),)}
    subject = f"property line at {name}"
    region = _placed(project, evidence, storey, level)
    if isinstance(region, str):
        return state("boundary", rules, subject, "not-assessed", f"The {name} line is not known: {region}.", **more)
    land = storey.to_site.geometry_back(project.boundary)
    upper, central = region.upper.difference(land), region.central.difference(land)
    if upper.buffer(-NOISE_M / 2).is_empty:
        margin = None if region.upper.is_empty else float(region.upper.distance(land.exterior))
        return state(
            "boundary",
            rules,
            subject,
            "pass",
            f"The {name} line on {storey.name} stays inside the property.",
            evidence=evidence,
            margin_m=margin,
            **more,
        )
    depth = depth_of(upper, region.upper)
    status: Status = "fail" if not central.buffer(-NOISE_M / 2).is_empty else "warn"
    how = "crosses" if status == "fail" else "may cross, by the outer edge of its band,"
    return state(
        "boundary",
        rules,
        subject,
        status,
        f"The {name} line on {storey.name} {how} the property line by {unsafe(depth)} m.",
        margin_m=-depth,
        location=upper,
        remedy="Move the magnet, shield, or agree with the neighbour.",
        **more,
    )


def _workplaces(project: Project, evidence: Evidence, rules: tuple[Rule, ...], storey: Storey) -> Finding:
    """No fixed workstation stands where the field is 0.1 mT or more."""
    subject = "workstations at 0.1 mT"
    more: dict[str, Any] = {"storey": storey.name, "kind": "0.1 mT envelope"}
    region = _placed(project, evidence, storey, RESPECT)
    if isinstance(region, str):
        return state(
            "boundary",
            rules,
            subject,
            "not-assessed",
            f"The 0.1 mT line is not known: {region}.",
            grades=(magnet_grade(project),),
            **more,
        )
    met = [
        s
        for s in project.spaces
        if s.storey == storey.name
        and usable(s)
        and not region.upper.intersection(s.polygon).buffer(-NOISE_M / 2).is_empty
    ]
    grades = field_grades(project, *met)
    desks = [s for s in met if s.workstation]
    if desks:
        sure = [s for s in desks if not region.central.intersection(s.polygon).buffer(-NOISE_M / 2).is_empty]
        return state(
            "boundary",
            rules,
            subject,
            "fail" if sure else "warn",
            f"The 0.1 mT line enters {named(s.label for s in desks)}, where a fixed workstation is stated.",
            remedy="Move the workstations out of the line, or the magnet.",
            grades=grades,
            **more,
        )
    hidden = [s for s in project.spaces if s.storey == storey.name and not usable(s) and s.workstation is not False]
    unsaid = [s for s in met if s.workstation is None and s.occupancy != "none"] + hidden
    if unsaid:
        return state(
            "boundary",
            rules,
            subject,
            "not-assessed",
            f"Nobody says whether {named(s.label for s in unsaid)}, which the 0.1 mT line enters or "
            "may enter, has a fixed workstation.",
            remedy="Give workstation = true or false for these rooms.",
            supply=tuple(m for s in unsaid for m in supply.room(s, "workstation")),
            grades=grades,
            **more,
        )
    if not met and not region.upper.is_empty:
        return state(
            "boundary",
            rules,
            subject,
            "not-assessed",
            "The 0.1 mT line meets no room that was read.",
            grades=grades,
            **more,
        )
    return state(
        "boundary",
        rules,
        subject,
        "pass",
        f"No room that the 0.1 mT line enters on {storey.name} has a fixed workstation.",
        evidence=evidence,
        grades=grades,
        **more,
    )
