"""Rules that only somebody's word can settle, and attestations that cannot stand.

An attestation decides attested rules alone: never a computed rule, never against a failure. It
lapses when the drawings or magnets change (``covers``) and at ``expires``, which is compared with
the date of issue, since no clock is read. One that cannot lapse is a warning.
"""

from __future__ import annotations

import hashlib
import re

from mrsite.base.text import inert
from mrsite.checks import supply
from mrsite.checks.finding import Finding, Missing, Who
from mrsite.checks.judge import state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project
from mrsite.site.schema import AttestationEntry

KINDS: tuple[str, ...] = ()

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")

#: Kinds of attested rule that estates answer for.
_ESTATES = ("emergency-power", "emergency-start", "materials", "rf-shield", "records")


def wants(project: Project) -> Wanted:
    """Ask for nothing: a word is no field."""
    return Wanted()


def cover_hash(project: Project) -> str:
    """Return what an attestation covers: a hash of all drawings and magnets, 16 hexadecimal digits."""
    parts = [s.plan.sha256 for s in project.storeys if s.plan is not None] + [s.magnet.sha256 for s in project.scanners]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules on taking a magnet away, where none is."""
    if any(s.status == "removed" for s in project.scanners):
        return {}
    return {r.id: "no magnet is taken away" for p in project.packs for r in p.rules if r.kind == "decommissioning"}


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every attested rule by what was attested, and every attestation that fits no such rule."""
    findings = []
    rules = {rule.id: rule for pack in project.packs for rule in pack.rules}
    for rule in rules.values():
        if rule.reach == "attested" and rule.id not in does_not_apply(project):
            entries = [a for a in (*project.attestations, *project.review) if a.rule == rule.id]
            findings += [_judge(project, rule, a) for a in entries] or [_silent(rule, cover_hash(project))]
    for entry in project.attestations:
        known = rules.get(entry.rule)
        if known is not None and known.reach != "attested":
            why = "computed" if known.reach == "computed" else "out of reach"
            findings.append(
                state(
                    "attested",
                    (known,),
                    f"attestation on {known.id}",
                    "warn",
                    f"{inert(entry.who)} attests {known.id}, which is {why}: the word is recorded and decides nothing.",
                    remedy="Take it out, or attest a rule of the kind attested (`mrsite rules`).",
                    basis="attested",
                )
            )
        elif known is None and rules:
            nearest = next(iter(rules.values()))
            findings.append(
                state(
                    "attested",
                    (nearest,),
                    f"attestation on {inert(entry.rule)}",
                    "warn",
                    f"{inert(entry.who)} attests {inert(entry.rule)}, which is no rule of the packs in use.",
                    remedy="Correct the rule's id, or name its pack in guidance.",
                    basis="attested",
                )
            )
    return findings


def says_no(entry: AttestationEntry) -> bool:
    """Whether an answer denies its rule."""
    return entry.answer is False or (
        isinstance(entry.answer, str) and entry.answer.strip().casefold() in ("no", "false")
    )


def _missing(rule: Rule, covers: str) -> tuple[Missing, ...]:
    who: Who = "vendor" if rule.severity == "vendor" else "estates" if rule.kind in _ESTATES else "department"
    return supply.entry(
        who,
        f"attestations ({who})",
        "[[attestation]]",
        f'rule = "{rule.id}"',
        "answer = true  # or false",
        'who = "ROLE"',
        'date = "2026-01-01"',
        f'covers = "{covers}"',
        'expires = "2027-01-01"',
    )


def _silent(rule: Rule, covers: str) -> Finding:
    return state(
        "attested",
        (rule,),
        rule.id,
        "not-assessed",
        f"Nobody attests: {rule.wording}",
        remedy="Add [[attestation]] with rule, answer, who, date, covers and expires.",
        supply=_missing(rule, covers),
    )


def _judge(project: Project, rule: Rule, entry: AttestationEntry) -> Finding:
    subject = f"{rule.id} {entry.subject}" if entry.subject else rule.id
    said = f"{inert(entry.who)}, {inert(entry.date)}"
    if entry.covers is not None and entry.covers != cover_hash(project):
        return state(
            "attested",
            (rule,),
            subject,
            "not-assessed",
            f"The attestation by {said} covers another drawing or magnet, so it has lapsed: {rule.wording}",
            remedy=f'Attest anew with covers = "{cover_hash(project)}".',
            basis="attested",
        )
    if entry.expires is not None:
        today = project.issue.date
        if not _DATE.match(entry.expires) or (today is not None and not _DATE.match(today)):
            return state(
                "attested",
                (rule,),
                subject,
                "not-assessed",
                f"Whether the attestation by {said} has expired cannot be said: {inert(entry.expires)} or the date of "
                "issue is not written YYYY-MM-DD.",
                remedy="Write both dates as YYYY-MM-DD.",
                basis="attested",
            )
        if today is None:
            return state(
                "attested",
                (rule,),
                subject,
                "not-assessed",
                f"Whether the attestation by {said} has expired ({inert(entry.expires)}) cannot be "
                "said without a date of issue.",
                remedy="Give [issue] date = YYYY-MM-DD.",
                basis="attested",
            )
        if not entry.expires[:10] >= today[:10]:
            return state(
                "attested",
                (rule,),
                subject,
                "not-assessed",
                f"The attestation by {said} expired on {inert(entry.expires)}: {rule.wording}",
                remedy="Attest anew.",
                basis="attested",
            )
    if says_no(entry):
        return state(
            "attested",
            (rule,),
            subject,
            "fail",
            f"{said}: not so. {rule.wording}",
            remedy="Put it right.",
            basis="attested",
        )
    words = "" if entry.answer is True else f' ("{inert(str(entry.answer))}")'
    missing = [k for k in ("covers", "expires") if getattr(entry, k) is None]
    if missing:
        return state(
            "attested",
            (rule,),
            subject,
            "warn",
            f"As stated by {said}{words}: {rule.wording} The attestation cannot lapse: "
            f"{' and '.join(missing)} missing.",
            remedy=f'Add covers = "{cover_hash(project)}" and expires.',
            basis="attested",
        )
    return state("attested", (rule,), subject, "pass", f"As stated by {said}{words}: {rule.wording}", basis="attested")
