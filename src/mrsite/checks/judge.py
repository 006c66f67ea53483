"""How a check states a verdict: its rules, the strictest first, and what caps a status."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from mrsite.base.quantity import GRADES, Banded, Grade, weakest
from mrsite.checks.finding import Finding, Severity, Status
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence
from mrsite.site.project import Project, Scanner, Space, Storey

#: From the most to the least binding.
SEVERITIES: tuple[Severity, ...] = ("law", "standard", "professional", "vendor", "advice")
#: Severities whose open questions keep a site from being clear (DESIGN section 6).
BINDING: frozenset[Severity] = frozenset(("law", "standard", "professional"))
#: How far a plan fact is to be trusted, by the status under which the room or door was read.
PLAN_GRADES: dict[str, Grade] = {
    "confirmed": "read",
    "stated": "read",
    "proposed": "second-hand",
    "withheld": "assumed",
}


def may_fail(rule: Rule) -> bool:
    """Whether a rule may give ``fail``: advice and limits unread or of low confidence only warn."""
    return rule.severity != "advice" and sound(rule.grade)


def sound(grade: Grade) -> bool:
    """Whether a grade is second-hand or better."""
    return GRADES.index(grade) <= GRADES.index("second-hand")


def rules_of(project: Project, *kinds: str) -> tuple[Rule, ...]:
    """Return the computed rules of some kinds, the strictest first.

    Rules that can fail come before those that cannot, then by severity, then those of the pack
    named last (the hospital's own, the country's) before those it extends.
    """
    found = [
        (not may_fail(rule), rule.superseded, SEVERITIES.index(rule.severity), -at, rule)
        for at, pack in enumerate(project.packs)
        for rule in pack.rules
        if rule.kind in kinds and rule.reach == "computed"
    ]
    return tuple(row[-1] for row in sorted(found, key=lambda row: row[:-1]))


def state(
    check: str,
    rules: Sequence[Rule],
    subject: str,
    status: Status,
    message: str,
    *,
    grades: Iterable[Grade] = (),
    evidence: Evidence | None = None,
    **more: Any,
) -> Finding:
    """Return a finding on the strictest of some rules, the rest in ``also``.

    Parameters
    ----------
    check : str
        Name of the check's module.
    rules : sequence of Rule
        From `rules_of`; not empty.
    status : str
        What the check decides. ``fail`` becomes ``warn`` where the rule cannot fail.
    grades : iterable of str
        Of the facts on which the verdict rests.
    evidence : Evidence, optional
        Given for a verdict on the field: where steel is stated and not solved no such verdict is
        better than ``warn``, and where the field of a magnet is missing only a failure stands.
    """
    rule = rules[0]
    if message.startswith("door "):
        message = message[:1].upper() + message[1:]
    if status == "fail" and not may_fail(rule):
        status = "warn"
        message += f" (only a warning: {_why_soft(rule)})"
    if evidence is not None:
        status, message = temper(evidence, status, message)
    return Finding(
        check=check,
        rule=rule.id,
        subject=subject,
        status=status,
        message=message,
        severity=rule.severity,
        source=rule.source,
        also=tuple(dict.fromkeys(r.id for r in rules[1:])),
        grade=weakest(rule.grade, *grades),
        **more,
    )


def temper(evidence: Evidence, status: Status, message: str) -> tuple[Status, str]:
    """Return a verdict on the field no better than the field is known."""
    if evidence.unknown and status in ("pass", "warn"):
        return "not-assessed", f"{message} But not all fields are known: {evidence.unknown}."
    if evidence.caution and status == "pass":
        return "warn", f"{message} But {evidence.caution}."
    return status, message


def _why_soft(rule: Rule) -> str:
    return "the rule is advice" if rule.severity == "advice" else f"the text of {rule.id} was not read well enough"


def scanners(project: Project) -> tuple[Scanner, ...]:
    """Return the scanners that stand or will stand: not those to be removed."""
    return tuple(s for s in project.scanners if s.status != "removed")


def magnet_grade(project: Project) -> Grade:
    """Return the weakest grade among the magnets in use."""
    return weakest(*(s.magnet.grade for s in scanners(project)))


def plan_grade(*things: Any) -> Grade:
    """Return the weakest grade of rooms and doors, by how they were read."""
    return weakest(*(PLAN_GRADES[t.status] for t in things))


def field_grades(project: Project, *things: Space) -> tuple[Grade, ...]:
    """Return what a verdict on the field in some spaces rests on."""
    return magnet_grade(project), plan_grade(*things)


def no_field(evidence: Evidence) -> str:
    """Say why there is no field to judge."""
    return evidence.unknown or "the field was not computed there"


def place_of(project: Project, point: tuple[float, float, float]) -> dict[str, Any]:
    """Return storey and location (plan metres of its drawing) of a point of the site."""
    import shapely

    from mrsite.site.vent_places import storey_at

    storey, here = storey_at(project, point)
    return {"storey": storey, "location": shapely.Point(here)}


def apart(untied: Storey) -> str:
    """Say why a magnet's field cannot be placed: see `Project.untied`."""
    return f"the drawing of {untied.name} is not shown to lie on the others"


def millitesla(band: Banded) -> Banded:
    """Return a band in mT as it is printed."""
    return Banded(band.value * 1e3, band.lower * 1e3, band.upper * 1e3, "mT")


def unsafe(value: float, digits: int = 2) -> str:
    """Write a length that must not be too small: rounded up. A negative one is rounded down."""
    scale = 10.0**digits
    rounded = math.ceil(abs(value) * scale - 1e-9) / scale
    return f"{rounded:.{digits}f}"


def safe(value: float, digits: int = 2) -> str:
    """Write a margin that must not look too large: rounded down."""
    scale = 10.0**digits
    return f"{math.floor(value * scale + 1e-9) / scale:.{digits}f}"


def field_up(value_mT: float) -> str:
    """Write a field, in mT, rounded up to three figures."""
    if value_mT <= 0 or not math.isfinite(value_mT):
        return f"{value_mT:g}"
    step = 10.0 ** (math.floor(math.log10(value_mT)) - 2)
    return f"{math.ceil(value_mT / step - 1e-9) * step:.4g}"
