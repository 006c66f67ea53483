"""What a commissioning review says of rules that are not attested: computed ones, and those out of reach.

A person who has seen a computed rule met adds nothing to a calculation. One who has seen it *not*
met is heard: the finding stands, and beside it a warning. So is one who says no to a rule that
mrsite cannot judge at all. Answers about other drawings or magnets have lapsed, and that is said.
"""

from __future__ import annotations

from mrsite.base.text import inert
from mrsite.checks.attested import cover_hash, says_no
from mrsite.checks.finding import Finding
from mrsite.checks.judge import state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project
from mrsite.site.schema import AttestationEntry

KINDS: tuple[str, ...] = ()


def wants(project: Project) -> Wanted:
    """Ask for nothing: a word is no field."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Return what reviewers have seen not to be met, and what of their sheet does not hold."""
    rules = {rule.id: rule for pack in project.packs for rule in pack.rules}
    found = [_heard(rules[e.rule], e) for e in standing(project) if _not_attested(rules.get(e.rule)) and says_no(e)]
    # an attested rule says of its own answer that it has lapsed
    lapsed = [e for e in project.review if _not_attested(rules.get(e.rule)) and not _covers(project, e)]
    if lapsed:
        found.append(_lapsed(project, rules[lapsed[0].rule], lapsed))
    strange = [e for e in project.review if e.rule not in rules]
    if strange and rules:
        found.append(_strange(next(iter(rules.values())), strange))
    return found


def standing(project: Project) -> tuple[AttestationEntry, ...]:
    """Return the answers of the review that cover these drawings and magnets."""
    return tuple(entry for entry in project.review if _covers(project, entry))


def _covers(project: Project, entry: AttestationEntry) -> bool:
    return entry.covers == cover_hash(project)


def _not_attested(rule: Rule | None) -> bool:
    return rule is not None and rule.reach != "attested"


def _heard(rule: Rule, entry: AttestationEntry) -> Finding:
    own = "what was computed stands beside it" if rule.reach == "computed" else "mrsite does not judge it"
    return state(
        "reviewed",
        (rule,),
        f"review of {rule.id}",
        "warn",
        f"{inert(entry.who)}, {inert(entry.date)}: seen not to be met; {own}. {rule.wording}",
        remedy="Put it right, or correct the review.",
        basis="attested",
    )


def _lapsed(project: Project, rule: Rule, entries: list[AttestationEntry]) -> Finding:
    return state(
        "reviewed",
        (rule,),
        "review sheet",
        "not-assessed",
        f"{len(entries)} answers of the review cover another drawing or magnet and have lapsed: "
        f"{', '.join(inert(e.rule) for e in entries[:8])}{' ...' if len(entries) > 8 else ''}.",
        remedy=f'Review anew: `mrsite review` writes the sheet for what is planned (covers "{cover_hash(project)}").',
        basis="attested",
    )


def _strange(rule: Rule, entries: list[AttestationEntry]) -> Finding:
    return state(
        "reviewed",
        (rule,),
        "review sheet, unknown rules",
        "warn",
        f"The review answers rules of no pack in use: {', '.join(inert(e.rule) for e in entries[:8])}.",
        remedy="Correct the ids, or name their packs in guidance.",
        basis="attested",
    )
