"""The rules as a table: what each says, how far it was read, and which check decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mrsite.checks import registry
from mrsite.guidance import known_packs, load_packs
from mrsite.guidance.packs import Reach, Rule, Severity


@dataclass(frozen=True)
class RuleRow:
    """One rule of one pack, as ``mrsite rules`` shows it."""

    pack: str
    id: str
    reach: Reach
    decided_by: str  #: name of the check, "attestation", or "" where out of reach
    severity: Severity
    grade: str
    limit: str
    wording: str
    why: str
    document: str
    edition: str
    section: str
    source: str


def rule_rows(
    packs: str | Sequence[str] | None = None, *, relative_to: Path | str | None = None
) -> tuple[RuleRow, ...]:
    """Return the rules of some packs with all that they extend, or of every shipped pack.

    Parameters
    ----------
    packs : str or sequence of str, optional
        Ids, aliases or paths, as in ``[site] guidance``.

    Raises
    ------
    InputError
        As `mrsite.guidance.load_packs`.
    """
    packs = [packs] if isinstance(packs, str) else packs
    chosen = known_packs() if not packs else load_packs(packs, relative_to=relative_to)
    kinds = registry.kinds()
    return tuple(_row(rule, kinds.get(rule.kind)) for pack in chosen for rule in pack.rules)


def _row(rule: Rule, check: str | None) -> RuleRow:
    decided = {"computed": check or "no check: not assessed", "attested": "attestation", "out-of-reach": ""}[rule.reach]
    limit = f"{' / '.join(f'{v:g}' for v in rule.limits)} {rule.unit}".strip()
    return RuleRow(
        rule.pack,
        rule.id,
        rule.reach,
        decided,
        rule.severity,
        rule.grade,
        limit,
        rule.wording,
        rule.why,
        rule.document,
        rule.edition,
        rule.section,
        rule.source,
    )


def counts(rows: Sequence[RuleRow]) -> str:
    """Say how many rules are computed, attested and out of reach."""
    tally = {reach: sum(row.reach == reach for row in rows) for reach in ("computed", "attested", "out-of-reach")}
    said = ", ".join(f"{count} {reach.replace('-', ' ')}" for reach, count in tally.items())
    return f"{len(rows)} rules: {said}"
