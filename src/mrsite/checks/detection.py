"""Ferromagnetic detection: where the detectors stand."""

from __future__ import annotations

from mrsite.checks import supply
from mrsite.checks.doors import DEPTH, between, door_subject, named
from mrsite.checks.finding import Finding
from mrsite.checks.judge import plan_grade, rules_of, state
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Door, Project

KINDS = ("ferromagnetic-detection",)


def wants(project: Project) -> Wanted:
    """Ask for nothing: a detector is a fact."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge whether people pass a detector before zone III, or at least before zone IV."""
    rules = rules_of(project, *KINDS)
    if not rules:
        return []
    subject = "ferromagnetic detection"
    into_iii = [d for d in project.doors if _joins(project, d, 2, 3)]
    into_iv = [d for d in project.doors if _joins(project, d, 3, 4)]
    doors = into_iii + into_iv
    items = [e for e in project.equipment if e.class_ is not None and e.class_.id == "fmd"]
    with_one = [d for d in doors if d.detector]
    if not with_one and not items:
        if doors and all(d.detector is False for d in doors):
            return [
                state(
                    "detection",
                    rules,
                    subject,
                    "fail",
                    "None of the doors into zones III and IV has a ferromagnetic detector "
                    f"({named(door_subject(project, d) for d in doors)}).",
                    remedy="Provide one in zone II, before the door to zone III.",
                    grades=(plan_grade(*doors),),
                )
            ]
        return [
            state(
                "detection",
                rules,
                subject,
                "not-assessed",
                "Nobody says whether there is a ferromagnetic detector.",
                remedy="Give detector = true or false for the doors into zones III and IV (ask the department).",
                supply=tuple(m for d in doors if d.detector is None for m in supply.door(project, d, "detector")),
            )
        ]
    early = [d for d in into_iii if d.detector]
    if early or any(_in_zone_ii(project, e.footprint, e.storey) for e in items):
        where = named(door_subject(project, d) for d in early) if early else "zone II"
        return [
            state(
                "detection",
                rules,
                subject,
                "pass",
                f"A ferromagnetic detector stands before zone III ({where}).",
                grades=(plan_grade(*early),),
            )
        ]
    where = named([*(door_subject(project, d) for d in with_one), *(e.id for e in items)])
    return [
        state(
            "detection",
            rules,
            subject,
            "warn",
            f"A ferromagnetic detector is stated ({where}), but none in zone II before the door to zone III.",
            remedy="Provide one in zone II as well: at zone IV it comes late.",
            grades=(plan_grade(*with_one),),
        )
    ]


def _joins(project: Project, door: Door, low: int, high: int) -> bool:
    sides = between(project, door)
    if sides is None:
        return False
    return sorted(0 if s is None else DEPTH[s.zone] for s in sides) == [low, high]


def _in_zone_ii(project: Project, footprint: object, storey: str) -> bool:
    return footprint is not None and any(
        s.zone == "II" and s.polygon is not None and s.polygon.intersects(footprint)
        for s in project.spaces
        if s.storey == storey
    )
