"""Several limits on one subject: the worst verdict decides, the others are told beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.base.quantity import Banded, Grade, weakest
from mrsite.checks.finding import STATUSES, Finding, Severity, Status
from mrsite.checks.judge import SEVERITIES, apart, sound
from mrsite.checks.supply import tie
from mrsite.guidance.packs import Rule
from mrsite.site.project import Project, Storey


@dataclass(frozen=True)
class Criterion:
    """One limit and what came of it. ``status`` is written by hand where it is made."""

    rule: str
    status: Status
    says: str  #: a sentence
    severity: Severity
    source: str
    grade: Grade
    measured: Banded | None = None
    limit: tuple[float, str] | None = None
    margin: float | None = None
    margin_m: float | None = None
    remedy: str | None = None


def soft(status: Status, severity: Severity, grade: Grade) -> Status:
    """Return a status as far as the limit may carry it: advice and limits not well read only warn.

    A figure borrowed from another model was read; it is its use here that is borrowed.
    """
    if status == "fail" and (severity == "advice" or not (sound(grade) or grade == "borrowed")):
        return "warn"
    return status


def pack_rule(project: Project, id_: str) -> Rule | None:
    """Return a rule of the project's packs by id, where it is in use."""
    return next((r for p in project.packs for r in p.rules if r.id == id_), None)


def unplaced(one: Criterion, untied: Storey, what: str) -> Criterion:
    """Return a criterion that is not judged, since nothing puts a storey's drawing on the others."""
    remedy, _ = tie(untied)
    return Criterion(
        one.rule, "not-assessed", f"{what}: {apart(untied)}.", one.severity, one.source, one.grade, remedy=remedy
    )


def _rank(one: Criterion) -> tuple[int, int]:
    """An open question of a binding rule must not hide behind one that binds nobody."""
    still_open = one.status in ("warn", "not-assessed")
    return STATUSES.index(one.status), SEVERITIES.index(one.severity) if still_open else 0


def combine(
    check: str,
    subject: str,
    criteria: Sequence[Criterion],
    *,
    grades: Iterable[Grade] = (),
    notes: Sequence[str] = (),
    **more: Any,
) -> Finding:
    """Return one finding of some criteria: the worst first; of open questions the most binding, else as given.

    Parameters
    ----------
    grades : iterable of str
        Of the facts that all criteria rest on.
    notes : sequence of str
        What was assumed; put behind the sentences.
    """
    ordered = sorted(criteria, key=_rank)
    first = ordered[0]
    sentences = [c.says for c in ordered]
    if notes:
        sentences.append(f"Assumed: {'; '.join(notes)}.")
    remedies = dict.fromkeys(c.remedy for c in ordered if c.remedy and c.status != "pass")
    return Finding(
        check=check,
        rule=first.rule,
        subject=subject,
        status=first.status,
        message=" ".join(sentences),
        severity=first.severity,
        source=first.source,
        also=tuple(dict.fromkeys(c.rule for c in ordered[1:] if c.rule != first.rule)),
        measured=first.measured,
        limit=first.limit,
        margin=first.margin,
        margin_m=first.margin_m,
        remedy=" ".join(remedies) or None,
        grade=weakest(first.grade, *grades),
        **more,
    )
