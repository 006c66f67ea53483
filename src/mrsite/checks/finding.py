"""A finding, and the outcome of an assessment: what every output prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mrsite.base.quantity import Banded, Grade
from mrsite.site.evidence import Evidence
from mrsite.site.project import Project

Status = Literal["pass", "fail", "warn", "not-assessed"]
Basis = Literal["computed", "attested"]
Severity = Literal["law", "standard", "professional", "vendor", "advice"]
Conclusion = Literal["fails", "open", "clear"]

#: Worst first: the order in which findings are printed.
STATUSES: tuple[Status, ...] = ("fail", "warn", "not-assessed", "pass")


Who = Literal["architect", "vendor", "estates", "department"]


@dataclass(frozen=True)
class Missing:
    """A fact that a finding lacks, as lines of the site file that would supply it."""

    who: Who  #: whom to ask
    about: str  #: the thing, as a person calls it; facts about one thing are asked together
    entry: tuple[str, ...]  #: header and keys that name the entry, as TOML
    keys: tuple[str, ...]  #: the keys to fill in, as TOML with the alternatives in a comment
    where: str = ""  #: file and line of the entry, where it is there already


@dataclass(frozen=True)
class Ask:
    """Facts about one thing that would settle findings: whom to ask, and what to paste."""

    who: Who
    about: str
    toml: str  #: commented out, so that pasting alone states nothing
    settles: tuple[str, ...]  #: ids of findings


@dataclass(frozen=True)
class Finding:
    """One verdict on one subject.

    ``status`` is written by hand at every branch of a check and never inferred.
    """

    check: str  #: module of the check, e.g. "containment"
    rule: str  #: strictest rule that this decides, e.g. "UK-FLD-02"
    subject: str  #: what is judged, as a person calls it
    status: Status
    message: str  #: one or two sentences, figures rounded to the unsafe side
    severity: Severity
    source: str  #: of the rule
    storey: str | None = None
    also: tuple[str, ...] = ()
    basis: Basis = "computed"
    kind: str = ""  #: kind of rule or line, e.g. "0.5 mT envelope"
    measured: Banded | None = None
    limit: tuple[float, str] | None = None  #: value, unit
    margin: float | None = None  #: in the limit's unit; negative: exceeded, on the outer edge
    margin_m: float | None = None  #: the same as a distance
    location: Any = None  #: shapely geometry in plan metres of the storey, or None
    remedy: str | None = None  #: what would cure it, or what to supply
    grade: Grade = "assumed"
    depends_on: tuple[str, ...] = ()  #: ids of findings on which a pass rests
    id: str = ""  #: stable: check, rule, subject, storey
    supply: tuple[Missing, ...] = ()  #: the facts that would settle it, where it is not assessed

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", "/".join((self.check, self.rule, self.subject, self.storey or "-")))


@dataclass(frozen=True)
class Outcome:
    """The result of hop 7: all that outputs need, and nothing they could change."""

    project: Project
    evidence: Evidence
    findings: tuple[Finding, ...]
    conclusion: Conclusion
    coverage: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: per pack
    asks: tuple[Ask, ...] = ()  #: the facts that would settle most, the best first

    @property
    def counts(self) -> dict[str, int]:
        """How many findings of each status."""
        return {status: sum(f.status == status for f in self.findings) for status in STATUSES}
