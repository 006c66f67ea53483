"""Kinds of rule whose physics is not computed: said by name, never passed over."""

from __future__ import annotations

from mrsite.checks.finding import Finding
from mrsite.checks.judge import rules_of, scanners, state
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project

KINDS = ("moving-metal", "ac-field")

_WHAT = {
    "moving-metal": "the effect of moving metal on the magnet",
    "ac-field": "the alternating field of cables and transformers at the magnet",
}


def wants(project: Project) -> Wanted:
    """Ask for nothing."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Name every thing that waits for a verdict."""
    findings = []
    for kind in KINDS:
        rules = rules_of(project, kind)
        for subject in _subjects(project, kind) if rules else ():
            findings.append(
                state(
                    "unbuilt",
                    rules,
                    f"{kind.replace('-', ' ')}: {subject}",
                    "not-assessed",
                    f"{_WHAT[kind].capitalize()} is not computed ({subject}).",
                    remedy="Have it judged by the vendor's siting table, or by a survey.",
                    kind=kind,
                )
            )
    return findings


def _subjects(project: Project, kind: str) -> list[str]:
    if kind == "moving-metal":
        return [m.id for m in project.moving_metal] or ["surroundings"]
    if kind == "ac-field":
        return ["surroundings"]
    return [s.id for s in scanners(project)]
