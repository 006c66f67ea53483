"""Which rules of each pack were decided, how, and which were not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.attested import says_no
from mrsite.checks.finding import STATUSES, Finding, Status
from mrsite.checks.reviewed import standing
from mrsite.site.project import Project


def coverage(project: Project, findings: Sequence[Finding], exempt: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Count the rules of each pack.

    Parameters
    ----------
    exempt : mapping
        Rules that do not apply to this project, with the reason.

    Returns
    -------
    dict
        By pack id: ``title``; how many rules are ``computed``, ``attested``, ``out_of_reach``,
        ``does_not_apply``; how many computed or attested rules came out with each status (the
        worst of their findings); and ``rules``: a row each with ``id``, ``reach``, ``status``, ``why``,
        and ``seen``: what a commissioning review of these drawings and magnets answered, if anything.
    """
    worst: dict[str, Status] = {}
    for finding in findings:
        for id_ in (finding.rule, *finding.also):
            old = worst.get(id_)
            if old is None or STATUSES.index(finding.status) < STATUSES.index(old):
                worst[id_] = finding.status
    seen = {e.rule: f"{'no' if says_no(e) else 'yes'}: {inert(e.who)}, {inert(e.date)}" for e in standing(project)}
    result: dict[str, dict[str, Any]] = {}
    for pack in project.packs:
        rows = []
        for rule in pack.rules:
            status: str = worst.get(rule.id, "not-assessed")
            if rule.reach == "out-of-reach":
                status = "out-of-reach"
            elif rule.id in exempt:
                status = "does-not-apply"
            rows.append(
                {
                    "id": rule.id,
                    "reach": rule.reach,
                    "status": status,
                    "why": exempt.get(rule.id, rule.why),
                    "seen": seen.get(rule.id, ""),
                }
            )
        states = [row["status"] for row in rows]
        result[pack.id] = {
            "title": pack.title,
            "computed": sum(r.reach == "computed" for r in pack.rules),
            "attested": sum(r.reach == "attested" for r in pack.rules),
            "out_of_reach": sum(r.reach == "out-of-reach" for r in pack.rules),
            "does_not_apply": states.count("does-not-apply"),
            **{status: states.count(status) for status in STATUSES},
            "rules": rows,
        }
    return result
