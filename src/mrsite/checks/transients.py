"""The 0.5 mT line in a quench, a fault or a ramp: the rooms it reaches for how long, reported and never failed.

The magnet's own published envelope comes first, then its vendor's, then another's of the same
field strength (borrowed). Where there is none it is said: the steady line says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks.criterion import Criterion, combine, pack_rule
from mrsite.checks.enclosure import floor_of, usable
from mrsite.checks.finding import Finding, Severity, Status
from mrsite.checks.judge import apart, plan_grade, rules_of, scanners
from mrsite.checks.supply import tie
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Scanner, Space
from mrsite.site.surroundings.tables import Envelope, envelopes_of
from mrsite.site.surroundings.transients import Reached

KINDS = ("transient",)

_NONE = "ENV-transient"


def wants(project: Project) -> Wanted:
    """Ask for the envelopes of every scanner on every storey."""
    return Wanted(surroundings=tuple(("transient", s.id) for s in scanners(project)))


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules about other magnets than those here."""
    used = {e.id for s in scanners(project) for e in envelopes_of(s.magnet)}
    return {
        r.id: "it is about another model, and the magnets here have figures of their own or of their strength"
        for r in rules_of(project, *KINDS)
        if r.id not in used
    }


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Report what every envelope of every scanner reaches."""
    findings = []
    for scanner in scanners(project):
        reached: Sequence[Reached] = evidence.surroundings.get(("transient", scanner.id), ())
        envelopes = {r.envelope.id: r.envelope for r in reached}
        if not envelopes:
            findings.append(_silent(scanner))
        for envelope in envelopes.values():
            findings.append(_report(project, scanner, envelope, [r for r in reached if r.envelope.id == envelope.id]))
    return findings


def _silent(scanner: Scanner) -> Finding:
    one = Criterion(
        _NONE,
        "not-assessed",
        f"How far the lines of {scanner.id} reach in a quench or fault is not known: no figure for this magnet, "
        "nor for one of its field strength, was read.",
        "vendor",
        "vendors' siting manuals",
        "assumed",
        remedy='Ask the vendor, and put it into the magnet file as [[published]] with quantity = "transient".',
    )
    return combine("transients", f"transient of {scanner.id}", [one], storey=scanner.storey, kind="transient")


def _report(project: Project, scanner: Scanner, envelope: Envelope, reached: Sequence[Reached]) -> Finding:
    import shapely

    untied = [s for r in reached if (s := project.untied(r.storey, scanner.storey)) is not None]
    reached = [r for r in reached if project.untied(r.storey, scanner.storey) is None]
    open_: list[Space] = []
    unsaid: list[Space] = []
    possible: list[Space] = []
    closed: list[Space] = []
    for space in project.spaces:
        if not usable(space) or space.occupancy == "none":
            continue
        here = [r for r in reached if r.storey == space.storey]
        if any(r.ellipse.intersects(space.polygon) for r in here):
            (unsaid if space.occupancy is None else open_ if _open(space) else closed).append(space)
        elif any(r.box.intersects(space.polygon) for r in here) and _open(space):
            possible.append(space)
    # Where no room was read somebody may be: outdoors, or in a room whose outline is not known.
    blank = [
        r.storey
        for r in reached
        if project.storey(r.storey).occupancy not in ("none", "restricted")
        and not floor_of(project, project.storey(r.storey)).beyond(r.ellipse).is_empty
    ]
    own = [r for r in reached if r.storey == scanner.storey]
    rule = pack_rule(project, envelope.id)
    severity: Severity = rule.severity if rule is not None else "vendor"
    borrowed = " (another model's figures, borrowed)" if envelope.grade == "borrowed" else ""
    lasting = f"for {envelope.lasts_s:g} s" if envelope.lasts_s is not None else "for a time that is not stated"
    says = (
        f"In a {envelope.event} the {envelope.level_T * 1e3:g} mT line of {scanner.id} may reach {envelope.axial_m:g} "
        f"m along and {envelope.radial_m:g} m across its axis {lasting}{borrowed}"
    )
    status: Status
    if open_ or possible:
        status = "warn"
        into = f", into {_names(open_)}" if open_ else ""
        maybe = f"; where the corners of the two lengths fill, into {_names(possible)} too" if possible else ""
        says += f"{into}{maybe}."
    elif unsaid or blank:
        status = "not-assessed"
        where = "; ".join(
            w for w in (_names(unsaid), f"what no room of {' or '.join(blank)} holds" if blank else "") if w
        )
        says += f"; nobody says who may be in {where}."
    else:
        status = "pass"
        says += f"; of the spaces read it reaches only {_names(closed) or 'none'}, to which access is restricted."
    if (open_ or possible) and unsaid:
        says += f" Nobody says who may be in {_names(unsaid)}."
    if untied:
        status = "not-assessed" if status == "pass" else status
        says += f" What it reaches elsewhere is not known: {apart(untied[0])}."
    one = Criterion(
        envelope.id,
        status,
        says,
        severity,
        envelope.source,
        envelope.grade,
        remedy=(
            tie(untied[0])[0]
            if untied and not (unsaid or blank)
            else "Give occupancy for these rooms."
            if status == "not-assessed"
            else "Ask the vendor for this model's figures, and write the event into the local rules."
        ),
    )
    more: dict[str, Any] = {"location": shapely.union_all([r.ellipse for r in own]) if own else None}
    return combine(
        "transients",
        f"{envelope.event} of {scanner.id}",
        [one],
        grades=(plan_grade(*open_, *unsaid, *possible, *closed),),
        storey=scanner.storey,
        kind=f"transient {envelope.level_T * 1e3:g} mT",
        **more,
    )


def _open(space: Space) -> bool:
    return space.occupancy in ("public", "staff", "maintenance")


def _names(spaces: Sequence[Space]) -> str:
    names = list(dict.fromkeys(f"{s.label} on {s.storey}" for s in spaces))
    shown = ", ".join(names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
