"""The outlet of the quench pipe: the vendors' distances, and the cloud of cold helium that is computed.

The vendor's zone decides; the computed cloud reaches much farther and only warns, with its assumptions. A downward or
hooded outlet is beyond the model: there the cloud is not assessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.base.quantity import Banded, Grade
from mrsite.checks.doors import named
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import apart, place_of, rules_of, safe, scanners, state, unsafe
from mrsite.checks.quench_pipe import grades_of, sealed
from mrsite.checks.supply import tie
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project
from mrsite.site.vent import VentResult
from mrsite.venting.outlet import Conflict

KINDS = ("quench-outlet", "quench-plume")

#: The clouds that are judged, the larger first.
_LEVELS = ("19.5 % O2", "18 % O2", "0 degC")


def wants(project: Project) -> Wanted:
    """Ask for the quench of every scanner."""
    return Wanted(vents=tuple(s.id for s in scanners(project)))


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules where no magnet here vents."""
    return {r.id: "every magnet here is sealed: it has no outlet" for r in rules_of(project, *KINDS) if sealed(project)}


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the outlet of every scanner."""
    findings: list[Finding] = []
    zone_rules, plume_rules = (rules_of(project, kind) for kind in KINDS)
    for scanner in scanners(project):
        vent = evidence.vents.get(scanner.id)
        if vent is not None and vent.helium.sealed:
            continue
        if vent is None or vent.outlet is None:
            for kind, rules in zip(KINDS, (zone_rules, plume_rules)):
                if rules:
                    why = (
                        "The outlet of the quench pipe is not known."
                        if vent is not None
                        else "The quench was not computed."
                    )
                    findings.append(
                        _say(
                            rules,
                            f"{_SUBJECT[kind]} of {scanner.id}",
                            "not-assessed",
                            why,
                            kind=kind,
                            remedy="Give [[quench_pipe]] with points up to the outlet.",
                        )
                    )
            continue
        if zone_rules:
            findings += _zones(project, zone_rules, vent, scanner.magnet.vendor)
        if plume_rules:
            findings += _plume(project, plume_rules, vent)
    return findings


_SUBJECT = {"quench-outlet": "surroundings of the quench outlet", "quench-plume": "helium cloud at the quench outlet"}


def _say(rules: Sequence[Rule], subject: str, status: Status, message: str, **more: Any) -> Finding:
    return state("quench_outlet", rules, subject, status, message, **more)


def _zones(project: Project, rules: Sequence[Rule], vent: VentResult, vendor: str) -> list[Finding]:
    subject = f"{_SUBJECT['quench-outlet']} of {vent.scanner}"
    worst: dict[str, Conflict] = {}
    for conflict in vent.conflicts:  # the worst first
        worst.setdefault(conflict.neighbour.name, conflict)
    own = any(c.zone.id == "magnet" for c in vent.conflicts)
    same = own or vendor.casefold().startswith("siemens")
    grades: tuple[Grade, ...] = () if same else ("borrowed",)
    inside = [c for c in worst.values() if c.margin < 0]
    findings = [_inside(project, rules, vent, c, grades) for c in inside]
    if findings:
        return findings
    if not project.openings:
        seen = named(f"{c.neighbour.name} ({safe(c.margin)} m clear)" for c in list(worst.values())[:3])
        known = f" Known and clear: {seen}." if worst else " No window, door or walkway near it is known either."
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"Nobody says where air intakes and openings near the quench outlet are.{known}",
                kind="quench-outlet",
                remedy='Give [[opening]] with at = [x, y, z] and kind = "intake", "window", ... for all within 10 m.',
            )
        ]
    apart_from = next((u for s in project.storeys if (u := project.untied(s.name)) is not None), None)
    if apart_from is not None:
        remedy, missing = tie(apart_from)
        says = f"Which windows and doors of other storeys lie near the quench outlet is not known: {apart(apart_from)}."
        return [_say(rules, subject, "not-assessed", says, kind="quench-outlet", remedy=remedy, supply=missing)]
    if not worst:
        return [
            _say(
                rules,
                subject,
                "pass",
                "No stated opening, window, door or walkway lies within 80 m of the quench outlet.",
                kind="quench-outlet",
                grades=grades,
            )
        ]
    nearest = min(worst.values(), key=lambda c: c.margin)
    return [
        _say(
            rules,
            subject,
            "pass",
            f"{nearest.neighbour.name} is the nearest to the quench outlet, {safe(nearest.margin)} m clear of the "
            f"zone of "
            f"{nearest.zone.side:g} m beside and {nearest.zone.above:g} m above it.",
            kind="quench-outlet",
            margin_m=nearest.margin,
            grades=grades,
        )
    ]


def _inside(
    project: Project, rules: Sequence[Rule], vent: VentResult, conflict: Conflict, grades: tuple[Grade, ...]
) -> Finding:
    who, zone = conflict.neighbour, conflict.zone
    place = (
        f"{unsafe(-conflict.above_outlet)} m below"
        if conflict.above_outlet < 0
        else f"{safe(conflict.above_outlet)} m above"
    )
    return _say(
        rules,
        f"{who.name} at the quench outlet of {vent.scanner}",
        "fail",
        f"{who.name} ({who.kind}) lies {safe(conflict.horizontal)} m beside and {place} the quench outlet, inside "
        f"the zone of "
        f"{zone.side:g} m beside, {zone.above:g} m above and {zone.below:g} m below it ({zone.label}).",
        kind="quench-outlet",
        measured=_metres(conflict.distance),
        limit=(zone.side, "m"),
        margin_m=conflict.margin,
        remedy="Move the outlet or the opening, or lead the pipe higher.",
        grades=grades,
        **place_of(project, who.at),
    )


def _metres(value: float) -> Banded:
    return Banded(value, value, value, "m")


def _plume(project: Project, rules: Sequence[Rule], vent: VentResult) -> list[Finding]:
    subject = f"{_SUBJECT['quench-plume']} of {vent.scanner}"
    assert vent.outlet is not None
    if vent.outlet.elevation_deg is None:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"The outlet is {vent.outlet.direction}: a falling or turned jet is not modelled.",
                kind="quench-plume",
                remedy="Keep the vendor's zone; point the outlet up, or away with nothing before it.",
            )
        ]
    if vent.drop is None or not vent.envelopes:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"The cloud was not computed: {vent.refused}.",
                kind="quench-plume",
                remedy="Correct the route or the state of the gas.",
            )
        ]
    by_name = {e.name: e for e in vent.envelopes}
    reach = named(f"{name} {unsafe(by_name[name].reach, 0)} m" for name in _LEVELS if name in by_name)
    basis = "" if vent.drop.stated else " (flow and temperature assumed, since the vendor's are not known)"
    met = [c for c in vent.plume if c.margin < 0]
    if not vent.drop.stated and not met:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"With an assumed flow the cloud reaches {reach}: whether it meets an opening is not known.",
                kind="quench-plume",
                remedy="State the vendor's peak flow and gas temperature.",
            )
        ]
    if not met and not vent.neighbours:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"The cloud reaches {reach} from the outlet (winds to 5 m/s, no buildings); no opening near it is "
                f"known.",
                kind="quench-plume",
                remedy="Give [[opening]] for all within that reach.",
            )
        ]
    if not met:
        return [
            _say(
                rules,
                subject,
                "pass",
                f"The cloud ({reach} from the outlet in winds to 5 m/s, no buildings) meets no stated opening or "
                f"walkway.",
                kind="quench-plume",
                grades=grades_of(vent),
            )
        ]
    findings = []
    for who in dict.fromkeys(c.neighbour for c in met):
        levels = [c.level for c in met if c.neighbour == who]
        deepest = min(c.margin for c in met if c.neighbour == who)
        findings.append(
            _say(
                rules,
                f"{who.name} in the helium cloud of {vent.scanner}",
                "warn",
                f"In winds to 5 m/s the computed cloud reaches {who.name}: within {named(levels)}{basis}. No "
                f"buildings, "
                "no ground; distances taken 1.3 times.",
                kind="quench-plume",
                margin_m=deepest,
                **place_of(project, who.at),
                grades=grades_of(vent),
                remedy="Point the outlet up and away, raise it, or have the plume computed round the building.",
            )
        )
    return findings
