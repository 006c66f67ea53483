"""What would cure a failing finding: the least change, tried on the real model and assessed again.

For every finding that fails, each family of change (move, turn, raise, fence, relabel, door
control) is searched for the least amount that makes that finding pass. What is found is then put
through the whole assessment, and everything else that it changes is told beside it: a cure that
spoils something is printed as such. Where nothing cures, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mrsite.checks import registry
from mrsite.checks.finding import STATUSES, Finding, Outcome, Status
from mrsite.checks.run import run_checks, wanted
from mrsite.site.evidence import Evidence, Wanted, WantedVolume
from mrsite.site.gather import gather
from mrsite.site.project import Project
from mrsite.site.total_field import total_field
from mrsite.studies.remedy_changes import Change, Family, changes

#: Least amounts are told to this, m: no finer than a building is built.
_FINE_M = 0.05
#: Whole assessments a finding may cost: the best of that many families.
_MOST = 3
#: What is least trouble first, where several cure.
_ORDER: tuple[Family, ...] = (
    "door", "raise equipment", "move equipment", "move metal", "fence", "relabel", "turn magnet", "move magnet",
    "raise magnet",
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """Another finding that a remedy changes; None: it is not there."""

    id: str
    before: Status | None
    after: Status | None
    message: str

    @property
    def worse(self) -> bool:
        """Whether it is worse off: a new failure, warning or open question, or a lost pass."""
        if self.after is None:
            return False
        if self.before is None:
            return self.after != "pass"
        return STATUSES.index(self.after) < STATUSES.index(self.before)


@dataclass(frozen=True, eq=False)
class Remedy:
    """A change that cures a finding.

    Parameters
    ----------
    says : str
        What is done.
    amount, unit
        How much of it.
    status : str or None
        What the finding becomes after the whole assessment; None: it no longer arises.
    effects : tuple of Effect
        What else changes, the worse first.
    values : mapping
        Keys of the site file with their new values, where that is how it is written.
    outcome : Outcome
        The whole assessment of the changed site.
    """

    family: Family
    says: str
    amount: float
    unit: str
    status: Status | None
    effects: tuple[Effect, ...]
    values: Mapping[str, Any]
    outcome: Outcome

    @property
    def harms(self) -> tuple[Effect, ...]:
        """What it makes worse."""
        return tuple(e for e in self.effects if e.worse)

    def sentence(self) -> str:
        """Say the remedy with what else it changes."""
        better = [e for e in self.effects if not e.worse]
        said = f"{self.says}."
        if self.status == "warn":
            said += " It then no longer fails, but stays a warning."
        if self.harms:
            said += f" It makes worse: {'; '.join(_told(e) for e in self.harms[:4])}"
            said += f" and {len(self.harms) - 4} more." if len(self.harms) > 4 else "."
        else:
            said += " Nothing else becomes worse."
        if better:
            said += f" {len(better)} other findings become better or no longer arise."
        return said


def _told(effect: Effect) -> str:
    check, rule, subject, *_ = effect.id.split("/")
    was = effect.before or "not there"
    return f"{subject} ({check}, {rule}) from {was} to {effect.after}"


@dataclass(frozen=True, eq=False)
class Cure:
    """A failing finding with its remedies, the least trouble first; none: ``said`` tells it."""

    finding: Finding
    remedies: tuple[Remedy, ...]
    tried: int
    said: str


def remedies(outcome: Outcome, progress: Callable[[str, float], None] | None = None) -> tuple[Cure, ...]:
    """Return, for every failing finding of an assessment, what would cure it.

    Parameters
    ----------
    outcome : Outcome
        From `mrsite.checks.run.assess`.
    progress : callable, optional
        Told the finding being looked at, and the share done.
    """
    tell = progress or (lambda _what, _share: None)
    failing = [f for f in outcome.findings if f.status == "fail"]
    before = wanted(outcome.project) if failing else Wanted()
    cures = []
    for k, finding in enumerate(failing):
        tell(f"remedies for {finding.subject}", k / len(failing))
        cures.append(_cure(outcome, before, finding))
    return tuple(cures)


def _cure(outcome: Outcome, before: Wanted, finding: Finding) -> Cure:
    trial = _Trial(outcome, before, finding)
    best: dict[Family, tuple[float, Change]] = {}
    for change in changes(outcome.project, finding):
        known = best.get(change.family)
        if known is not None and not change.continuous:
            continue
        least = trial.least(change, known[0] if known is not None else None)
        if least is not None:
            best[change.family] = (least, change)
    chosen = sorted(best, key=_ORDER.index)[:_MOST]
    found = []
    for family in chosen:
        amount, change = best[family]
        made = _whole(outcome, before, finding, change, amount)
        if made is not None:
            found.append(made)
    found.sort(
        key=lambda r: (r.status == "warn", len([e for e in r.harms if e.after == "fail"]), _ORDER.index(r.family))
    )
    if found:
        said = f"{len(found)} found of {trial.count} changes tried."
    elif trial.count == 0:
        said = "None looked for: no move, turn, raise, fence, relabelling or door control bears on this finding."
    else:
        said = f"None found among {trial.count} changes tried ({', '.join(sorted(trial.families))})."
    return Cure(finding, tuple(found), trial.count, said)


@dataclass
class _Trial:
    """Judges one finding on changed sites, computing only what that finding needs."""

    outcome: Outcome
    before: Wanted
    finding: Finding
    count: int = 0
    families: set[str] = field(default_factory=set)

    def least(self, change: Change, below: float | None) -> float | None:
        """Return the least amount of a change that cures, or None; only amounts under ``below`` count."""
        last = 0.0
        for amount in change.amounts:
            if below is not None:
                if last >= below - _FINE_M:
                    return None
                amount = min(amount, below - _FINE_M)
            if self.cures(change, amount):
                return self._between(change, last, amount) if change.continuous else amount
            last = amount
        return None

    def _between(self, change: Change, low: float, high: float) -> float:
        while high - low > _FINE_M:
            middle = 0.5 * (low + high)
            low, high = (low, middle) if self.cures(change, middle) else (middle, high)
        # told in whole steps, rounded up: the rounded amount must cure too
        rounded = round(-(-high // _FINE_M) * _FINE_M, 6)
        return rounded if self.cures(change, rounded) else high

    def cures(self, change: Change, amount: float) -> bool:
        """Whether the finding passes, or no longer arises, on the changed site."""
        project = change.make(amount)
        if project is None:
            return False
        self.count += 1
        self.families.add(change.family)
        module = next(m for m in registry.chosen(project.checks) if registry.name_of(m) == self.finding.check)
        asked = _only(module.wants(project), self.finding)
        evidence = regathered(self.outcome, self.before, project, asked, change.field_same)
        findings = module.check(project, evidence)
        mine = next((f for f in findings if f.id == self.finding.id), None)
        if mine is not None:
            return bool(mine.status == "pass")
        # gone: cured only where the check has no failure of the same rule left elsewhere
        return not any(f.status == "fail" and f.rule == self.finding.rule and _new(self.outcome, f) for f in findings)


def _new(outcome: Outcome, finding: Finding) -> bool:
    old = next((f for f in outcome.findings if f.id == finding.id), None)
    return old is None or old.status != "fail"


def _only(asked: Wanted, finding: Finding) -> Wanted:
    """Return what one finding needs of what its check asks: an item's own volume, else everything."""
    if finding.check != "equipment":
        return asked
    name = finding.subject.removesuffix(" as loose steel")
    mine = tuple(v for v in asked.volumes if v.id == f"equipment/{name}")
    return replace(asked, volumes=mine) if mine else asked


def regathered(outcome: Outcome, before: Wanted, project: Project, asked: Wanted, field_same: bool) -> Evidence:
    """Return the evidence for a changed site, taking over what the change cannot have touched.

    Parameters
    ----------
    before : Wanted
        What was asked of the unchanged site.
    field_same : bool
        The magnets stand as before: lines, and volumes of the same shape, are as they were.
    """
    old = outcome.evidence
    # a quench pipe is stated by itself and moves with nothing here
    asked = replace(asked, vents=())
    if not field_same:
        fresh = gather(project, total_field(project), asked)
        return replace(fresh, vents=old.vents)
    was = {(v.id, v.quantity): v for v in before.volumes}
    kept = {k: v for k, v in old.volumes.items() if k in was}
    volumes = tuple(v for v in asked.volumes if (v.id, v.quantity) not in kept or not _same(v, was[v.id, v.quantity]))
    regions = tuple(r for r in asked.regions if r not in before.regions)
    fresh = gather(project, total_field(project), replace(asked, volumes=volumes, regions=regions))
    asked_for = {(v.id, v.quantity) for v in asked.volumes}
    return replace(
        fresh,
        regions=(*old.regions, *fresh.regions),
        volumes={**{k: v for k, v in kept.items() if k in asked_for}, **fresh.volumes},
        vents=old.vents,
    )


def _same(a: WantedVolume, b: WantedVolume) -> bool:
    if a.storey != b.storey or a.heights != b.heights:
        return False
    if a.footprint is None or b.footprint is None:
        return a.footprint is b.footprint
    return bool(a.footprint.equals_exact(b.footprint, 1e-9))


def _whole(outcome: Outcome, before: Wanted, finding: Finding, change: Change, amount: float) -> Remedy | None:
    """Put a change through the whole assessment; None where that finding fails after all."""
    project = change.make(amount)
    if project is None:
        return None
    evidence = regathered(outcome, before, project, wanted(project), change.field_same)
    after = run_checks(project, evidence)
    now = next((f for f in after.findings if f.id == finding.id), None)
    if now is not None and now.status in ("fail", "not-assessed"):
        return None
    return Remedy(
        family=change.family,
        says=change.says(amount),
        amount=amount,
        unit=change.unit,
        status=now.status if now is not None else None,
        effects=effects(outcome.findings, after.findings, finding.id),
        values=dict(change.values(amount)),
        outcome=after,
    )


def effects(before: Sequence[Finding], after: Sequence[Finding], apart: str = "") -> tuple[Effect, ...]:
    """Return what differs between two lists of findings, the worse first, one finding left out."""
    old, new = {f.id: f for f in before}, {f.id: f for f in after}
    found = []
    for id_ in dict.fromkeys((*old, *new)):
        a, b = old.get(id_), new.get(id_)
        if id_ == apart or (a is not None and b is not None and a.status == b.status):
            continue
        if a is None and b is not None and b.status == "pass":
            continue  # one more thing that is well is no change anybody asked about
        shown = b if b is not None else a
        assert shown is not None
        found.append(Effect(id_, a.status if a else None, b.status if b else None, shown.message))
    return tuple(sorted(found, key=lambda e: (not e.worse, STATUSES.index(e.after) if e.after else len(STATUSES))))


__all__ = ["Cure", "Effect", "Remedy", "effects", "regathered", "remedies"]
