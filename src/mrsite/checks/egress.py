"""Fail-safe exit: whoever is inside zones III and IV gets out without a key."""

from __future__ import annotations

from mrsite.checks import supply
from mrsite.checks.access import controlled_door, not_described, undescribed
from mrsite.checks.doors import door_subject, place
from mrsite.checks.finding import Finding
from mrsite.checks.judge import plan_grade, rules_of, state
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project

KINDS = ("fail-safe-exit",)


def wants(project: Project) -> Wanted:
    """Ask for nothing: free egress is a fact, not a field."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every door on the edge of zones III and IV."""
    rules = rules_of(project, *KINDS)
    findings = []
    for door in project.doors if rules else ():
        if not controlled_door(project, door):
            continue
        name = door_subject(project, door)
        subject = f"exit by {name}"
        more = {"storey": door.storey, "location": place(door), "grades": (plan_grade(door),), "kind": "egress"}
        blank = undescribed(project, door)
        if blank is not None and door.free_egress is not False:
            findings.append(not_described("egress", rules, subject, name, blank, **more))
        elif door.free_egress is False:
            findings.append(
                state(
                    "egress",
                    rules,
                    subject,
                    "fail",
                    f"{name} does not open from inside without a key.",
                    remedy="Fit a lock with free egress (lever or push bar inside).",
                    **more,
                )
            )
        elif door.free_egress:
            findings.append(state("egress", rules, subject, "pass", f"{name} opens from inside without a key.", **more))
        else:
            findings.append(
                state(
                    "egress",
                    rules,
                    subject,
                    "not-assessed",
                    f"{name}: nobody says whether it opens from inside without a key.",
                    remedy="Give free_egress = true or false for this door (ask the architect).",
                    supply=supply.door(project, door, "free_egress"),
                    **more,
                )
            )
    return findings
