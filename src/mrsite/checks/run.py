"""The one pipeline: what to ask of the field, the checks, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mrsite.checks import registry
from mrsite.checks.coverage import coverage
from mrsite.checks.finding import STATUSES, Conclusion, Finding, Outcome
from mrsite.checks.judge import BINDING, sound, state
from mrsite.checks.supply import most_settling
from mrsite.guidance.packs import Rule
from mrsite.site.drawn import drawn
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project

Progress = Callable[[str, float], None]


def wanted(project: Project) -> Wanted:
    """Return all that the checks of a project ask of its field: hop 5."""
    total = Wanted()
    for module in registry.chosen(project.checks):
        total = total + module.wants(project)
    return total + drawn(project, total)


def run_checks(project: Project, evidence: Evidence) -> Outcome:
    """Judge the evidence by every rule of the project's packs: hop 7.

    Returns
    -------
    Outcome
        Findings worst first. A rule that no check decides is itself ``not-assessed``.
    """
    findings: list[Finding] = []
    exempt: dict[str, str] = {}
    for module in registry.chosen(project.checks):
        findings += module.check(project, evidence)
        if hasattr(module, "does_not_apply"):
            exempt |= module.does_not_apply(project)
    findings += _unclaimed(project)
    findings += _unspoken(project, findings, exempt)
    ordered = tuple(sorted(findings, key=lambda f: STATUSES.index(f.status)))
    return Outcome(
        project=project,
        evidence=evidence,
        findings=ordered,
        conclusion=conclude(ordered),
        coverage=coverage(project, ordered, exempt),
        asks=most_settling(ordered),
    )


def conclude(findings: Sequence[Finding]) -> Conclusion:
    """Return what the findings come to.

    ``fails`` where any fails; ``open`` while a law, standard or professional rule is ``warn`` or
    ``not-assessed``, or a pass rests on a grade below second-hand, or nothing was judged at all;
    else ``clear``.
    """
    if any(f.status == "fail" for f in findings):
        return "fails"
    unsettled = any(f.severity in BINDING and f.status in ("warn", "not-assessed") for f in findings)
    weak = any(f.status == "pass" and not sound(f.grade) for f in findings)
    return "open" if unsettled or weak or not findings else "clear"


def _rules(project: Project) -> list[Rule]:
    return [rule for pack in project.packs for rule in pack.rules]


def _unclaimed(project: Project) -> list[Finding]:
    """A computed rule of a kind that no check knows: never silently passed over."""
    known = {kind for module in registry.chosen(project.checks) for kind in module.KINDS}
    return [
        state(
            "unclaimed",
            (rule,),
            f"rule {rule.id}",
            "not-assessed",
            f"No check decides rules of the kind {rule.kind!r}: {rule.wording}",
            remedy=f"Use a kind that mrsite decides (`mrsite rules`), or declare rule {rule.id} attested.",
        )
        for rule in _rules(project)
        if rule.reach == "computed" and rule.kind not in known
    ]


def _unspoken(project: Project, findings: Sequence[Finding], exempt: Mapping[str, str]) -> list[Finding]:
    """A computed rule on which its check said nothing: there was nothing it could judge."""
    spoken = {r for f in findings for r in (f.rule, *f.also)} | exempt.keys()
    return [
        state(
            "unspoken",
            (rule,),
            f"rule {rule.id}",
            "not-assessed",
            f"The site file holds nothing that this rule could be judged by: {rule.wording}",
            remedy="State what the rule is about, or declare it absent.",
        )
        for rule in _rules(project)
        if rule.reach == "computed" and rule.id not in spoken
    ]


def assess(project: Project, progress: Progress | None = None) -> Outcome:
    """Compute the field of a project, gather the evidence and judge it.

    Parameters
    ----------
    project : Project
    progress : callable, optional
        Told in words what is being done, and the share done, 0 to 1.
    """
    from mrsite.site.gather import gather
    from mrsite.site.total_field import total_field

    evidence = gather(project, total_field(project), wanted(project), progress=progress)
    return run_checks(project, evidence)
