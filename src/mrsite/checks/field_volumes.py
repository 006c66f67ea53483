"""Volumes of strong field: 200 mT for items kept out of the bore, 0.4, 2 and 8 T for people.

These are information and never fail: exposure limits do not bind the use of patient MRI, and the
volumes belong inside the scan room. A volume that leaves it is a warning.
"""

from __future__ import annotations

from typing import Any

from mrsite.checks import supply
from mrsite.checks.enclosure import NOISE_M, floor_of, scan_rooms
from mrsite.checks.finding import Finding
from mrsite.checks.judge import apart, field_grades, magnet_grade, no_field, rules_of, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted, WantedRegion
from mrsite.site.project import Project

KINDS = ("field-volume", "exposure-volume")


def _levels(project: Project) -> dict[float, list[Rule]]:
    """Return level in T -> its rules. Levels that no magnet of the site can reach are answered without a field."""
    levels: dict[float, list[Rule]] = {}
    for rule in rules_of(project, *KINDS):
        for value in rule.limits:
            levels.setdefault(value * (1e-3 if rule.unit == "mT" else 1.0), []).append(rule)
    return levels


def _reached(project: Project, level: float) -> bool:
    # No point that a person can occupy exceeds B0 by more than the rise towards the bore wall,
    # a few per cent in whole-body magnets; a third is safe for any bore.
    return any(s.magnet.B0_T is None or level <= 1.33 * s.magnet.B0_T for s in scanners(project))


def wants(project: Project) -> Wanted:
    """Ask for the envelope of every level that a magnet here can reach, on the scanners' storeys."""
    storeys = {s.storey for s in scanners(project)}
    return Wanted(
        tuple(
            WantedRegion(storey.name, level)
            for level in sorted(_levels(project))
            if _reached(project, level)
            for storey in project.storeys
            if storey.name in storeys
        )
    )


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """State where each volume lies."""
    findings = []
    for level, rules in sorted(_levels(project).items()):
        for name in dict.fromkeys(s.storey for s in scanners(project)):
            findings.append(_volume(project, evidence, tuple(rules), level, name))
    return findings


def _volume(project: Project, evidence: Evidence, rules: tuple[Rule, ...], level: float, name: str) -> Finding:
    text = f"{level * 1e3:g} mT" if level < 1 else f"{level:g} T"
    subject = f"{text} volume"
    storey = project.storey(name)
    more: dict[str, Any] = {
        "storey": name,
        "kind": f"{text} envelope",
        "limit": (level, "T"),
        "grades": (magnet_grade(project),),
    }
    if not _reached(project, level):
        return state(
            "field_volumes", rules, subject, "pass", f"No magnet here reaches {text}.", evidence=evidence, **more
        )
    region = evidence.region(name, level, heights=storey.occupied)
    if region is None or region.incomplete:
        why = (region.incomplete if region is not None else None) or no_field(evidence)
        return state("field_volumes", rules, subject, "not-assessed", f"The {text} volume is not known: {why}.", **more)
    untied = project.untied(name)
    if untied is not None:
        remedy, missing = supply.tie(untied)
        says = f"The {text} volume of all magnets is not known: {apart(untied)}."
        return state("field_volumes", rules, subject, "not-assessed", says, remedy=remedy, supply=missing, **more)
    if region.upper.is_empty:
        return state(
            "field_volumes",
            rules,
            subject,
            "pass",
            f"The {text} volume reaches no place outside the magnet.",
            evidence=evidence,
            **more,
        )
    rooms = [r for r in scan_rooms(project).values() if r is not None and r.storey == name]
    if not rooms:
        return state(
            "field_volumes",
            rules,
            subject,
            "not-assessed",
            f"The scan room was not read, so the {text} volume cannot be placed.",
            **more,
        )
    floor = floor_of(project, storey)
    rest = region.upper.difference(floor.walls)
    for room in rooms:
        rest = rest.difference(room.polygon)
    more |= {"location": region.upper, "grades": field_grades(project, *rooms)}
    if rest.buffer(-NOISE_M / 2).is_empty:
        return state(
            "field_volumes",
            rules,
            subject,
            "pass",
            f"The {text} volume covers {region.upper.area:.1f} m2 in plan and lies in the scan room.",
            evidence=evidence,
            **more,
        )
    return state(
        "field_volumes",
        rules,
        subject,
        "warn",
        f"The {text} volume leaves the scan room over {rest.area:.2f} m2.",
        remedy="Move the magnet.",
        **more,
    )
