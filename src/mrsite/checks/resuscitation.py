"""Resuscitation as four findings: the bay, the crash team's way, the patient's way, the door behind.

No source gives a limit for the distance; the way is reported with its length, turns and widths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import between, door_subject, doors_of, named
from mrsite.checks.enclosure import NOISE_M, heights_of, scan_rooms, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import (
    apart,
    field_grades,
    field_up,
    magnet_grade,
    millitesla,
    no_field,
    plan_grade,
    rules_of,
    scanners,
    state,
    unsafe,
)
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted, WantedRegion, WantedVolume
from mrsite.site.project import Door, Project, Space
from mrsite.site.schema import PathwayEntry

KINDS = ("resuscitation",)
LEVEL = 0.5e-3  #: T
#: Half the width a trolley with its team takes on its way, m.
_HALF_TEAM = 0.5
_TURN_DEG = 30.0


def wants(project: Project) -> Wanted:
    """Ask for the 0.5 mT envelope where bays are, and the worst field in each bay."""
    if not rules_of(project, *KINDS):
        return Wanted()
    bays = _bays(project)
    return Wanted(
        tuple(WantedRegion(s.name, LEVEL) for s in project.storeys),
        tuple(WantedVolume(f"people/{b.id}", b.storey, b.polygon, heights_of(project, b)) for b in bays if usable(b)),
    )


def _bays(project: Project) -> list[Space]:
    return [s for s in project.spaces if s.use == "resuscitation"]


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every bay, or say that none is stated."""
    rules = rules_of(project, *KINDS)
    if not rules:
        return []
    bays = _bays(project)
    if not bays:
        return [
            _say(
                rules,
                subject,
                "not-assessed",
                f"No resuscitation bay is stated, so {what} cannot be judged.",
                remedy='Give a room or area with use = "resuscitation" (ask the department).',
                supply=supply.entry(
                    "department", "resuscitation bay", "[[room]]", 'name = "ROOM"', 'use = "resuscitation"'
                ),
            )
            for subject, what in (
                ("resuscitation bay", "its field"),
                ("crash team's way", "the team's way to it"),
                ("patient's way to resuscitation", "the way from the couch"),
                ("door shut behind", "the door behind the patient"),
            )
        ]
    findings = []
    for bay in bays:
        findings += [_bay(project, evidence, rules, bay), _team(project, evidence, rules, bay)]
    findings += [_patient(project, rules, bays), _behind(project, rules)]
    return findings


def _say(rules: tuple[Rule, ...], subject: str, status: Status, message: str, **more: Any) -> Finding:
    """State a verdict; a rule with another limit than 0.5 mT joins only where the stricter passes."""
    cited = rules if status == "pass" else tuple(r for r in rules if r.limits == (LEVEL * 1e3,)) or rules
    return state("resuscitation", cited, subject, status, message, **more)


def _bay(project: Project, evidence: Evidence, rules: tuple[Rule, ...], bay: Space) -> Finding:
    subject = f"resuscitation bay {bay.label}"
    more: dict[str, Any] = {"storey": bay.storey, "kind": "0.5 mT envelope", "limit": (LEVEL * 1e3, "mT")}
    storey = project.storey(bay.storey)
    region = evidence.region(bay.storey, LEVEL, heights=storey.occupied)
    if not usable(bay):
        return _say(
            rules,
            subject,
            "not-assessed",
            f"The outline of {bay.label} is not known.",
            remedy="Give its polygon.",
            **more,
        )
    if region is None:
        return _say(
            rules, subject, "not-assessed", f"The field in {bay.label} is not known: {no_field(evidence)}.", **more
        )
    untied = project.untied(bay.storey)
    if untied is not None:
        remedy, missing = supply.tie(untied)
        says = f"The field in {bay.label} is not known: {apart(untied)}."
        return _say(rules, subject, "not-assessed", says, remedy=remedy, supply=missing, **more)
    worst = evidence.volume(f"people/{bay.id}")
    band = millitesla(worst.worst) if worst else None
    more |= {
        "measured": band,
        "margin": LEVEL * 1e3 - band.upper if band else None,
        "location": bay.polygon,
        "grades": field_grades(project, bay),
    }
    figure = f" (up to {field_up(band.upper)} mT)" if band else ""
    cage = [
        s.polygon if s.rf_cage is True else s.rf_cage
        for s in project.spaces
        if s.storey == bay.storey and s.rf_cage is not None and s.rf_cage is not False
    ]
    cages = [c for c in cage if c is not None and c.intersection(bay.polygon).area > NOISE_M]
    room = [r for r in scan_rooms(project).values() if r is not None and r.id == bay.id]
    if cages or room:
        return _say(
            rules,
            subject,
            "fail",
            f"{bay.label} lies inside the radio-frequency cage{figure}.",
            remedy="Move the bay out of the scan room.",
            **more,
        )
    upper, central = (r.intersection(bay.polygon) for r in (region.upper, region.central))
    if not central.buffer(-NOISE_M / 2).is_empty:
        return _say(
            rules,
            subject,
            "fail",
            f"The 0.5 mT line enters {bay.label} over {central.area:.2f} m2{figure}.",
            remedy="Move the bay or the magnet.",
            **more,
        )
    if not upper.buffer(-NOISE_M / 2).is_empty:
        return _say(
            rules,
            subject,
            "warn",
            f"The outer edge of the 0.5 mT band enters {bay.label}{figure}.",
            remedy="Move the bay or the magnet.",
            **more,
        )
    unsaid = not any(s.rf_cage is not None for s in project.spaces if s.storey == bay.storey)
    note = " The radio-frequency cage is not stated; it is taken to be the scan room." if unsaid else ""
    return _say(
        rules,
        subject,
        "pass",
        f"{bay.label} lies outside the 0.5 mT volume{figure} and the scan room.{note}",
        evidence=evidence,
        **more,
    )


@dataclass(frozen=True)
class Route:
    """A way through doors."""

    doors: tuple[Door, ...]
    points: tuple[tuple[float, float], ...]

    @property
    def length(self) -> float:
        """Length of the straight pieces, m: the real way is no shorter."""
        return sum(math.dist(a, b) for a, b in zip(self.points, self.points[1:]))

    @property
    def turns(self) -> int:
        """How often the way bends by more than 30 degrees."""
        count = 0
        for a, b, c in zip(self.points, self.points[1:], self.points[2:]):
            angle = math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0])
            count += abs(math.remainder(angle, 2 * math.pi)) > math.radians(_TURN_DEG)
        return count


def route(project: Project, start: Space, begin: tuple[float, float], end: Space) -> Route | None:
    """Return the shortest way from a point in one space to another through known doors of one storey."""
    import heapq

    target = end.polygon.representative_point().coords[0][:2]
    if start.id == end.id:
        return Route((), (begin, target))
    heap: list[tuple[float, int, str, tuple[Door, ...], tuple[tuple[float, float], ...]]] = [
        (0.0, 0, start.id, (), (begin,))
    ]
    best: dict[str, float] = {}
    count = 0
    while heap:
        far, _, here, doors, points = heapq.heappop(heap)
        if here == end.id:
            return Route(doors, (*points, target))
        key = f"{here}|{doors[-1].id if doors else ''}"
        if best.get(key, math.inf) <= far:
            continue
        best[key] = far
        for door in project.doors:
            sides = between(project, door)
            if (
                door in doors
                or door.at is None
                or sides is None
                or None in sides
                or not door.spaces
                or here not in door.spaces
            ):
                continue
            other = door.spaces[1 - door.spaces.index(here)]
            count += 1
            step = far + math.dist(points[-1], door.at)
            rest = math.dist(door.at, target) if other == end.id else 0.0
            heapq.heappush(heap, (step + rest, count, other, (*doors, door), (*points, door.at)))
    return None


def _team(project: Project, evidence: Evidence, rules: tuple[Rule, ...], bay: Space) -> Finding:
    subject = f"crash team's way to {bay.label}"
    ways = [
        p
        for p in project.pathways
        if p.kind == "crash-team" and _space_of(project, p.end, p, bay.storey) in (bay, None)
    ]
    if not ways:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"No way of the crash team to {bay.label} is stated.",
            storey=bay.storey,
            remedy=f'Give [[pathway]] with kind = "crash-team", from = ROOM, to = "{bay.name or bay.label}".',
            supply=supply.entry(
                "department",
                "crash team's way",
                "[[pathway]]",
                'kind = "crash-team"',
                'from = "ROOM"',
                f"to = {supply.quoted(bay.name or bay.label)}",
            ),
        )
    start = _space_of(project, ways[0].start, ways[0], bay.storey)
    way = (
        route(project, start, _middle(start), bay)
        if start is not None and usable(start) and usable(bay) and start.storey == bay.storey
        else None
    )
    if way is None:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"No way from {ways[0].start} to {bay.label} through known doors was found.",
            storey=bay.storey,
            remedy="State the doors between, or supply a drawing.",
        )
    region = evidence.region(bay.storey, LEVEL, heights=project.storey(bay.storey).occupied)
    if region is None:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"The field on the team's way is not known: {no_field(evidence)}.",
            storey=bay.storey,
        )
    untied = project.untied(bay.storey)
    if untied is not None:
        remedy, missing = supply.tie(untied)
        says = f"The field on the team's way is not known: {apart(untied)}."
        return _say(rules, subject, "not-assessed", says, remedy=remedy, supply=missing, storey=bay.storey)
    import shapely

    line = shapely.LineString(way.points)
    spaces = [
        s
        for s in project.spaces
        if s.storey == bay.storey
        and usable(s)
        and (s.id in (start.id if start else "", bay.id) or any(d.spaces and s.id in d.spaces for d in way.doors))
    ]
    swept = line.buffer(_HALF_TEAM).intersection(shapely.union_all([s.polygon for s in spaces]))
    met, sure = region.upper.intersection(swept), region.central.intersection(swept)
    more: dict[str, Any] = {
        "storey": bay.storey,
        "location": line,
        "kind": "0.5 mT envelope",
        "grades": (magnet_grade(project), plan_grade(*way.doors)),
    }
    scan = {r.id for r in scan_rooms(project).values() if r is not None}
    through = [d for d in way.doors if d.spaces and set(d.spaces) & scan]
    told = f"{unsafe(way.length, 1)} m with {way.turns} turn{'s' if way.turns != 1 else ''}"
    if through or not sure.buffer(-NOISE_M).is_empty:
        return _say(
            rules,
            subject,
            "fail",
            f"The crash team's way to {bay.label} ({told}) passes through the 0.5 mT volume.",
            remedy="Give the team a way outside 0.5 mT.",
            **more,
        )
    if not met.buffer(-NOISE_M).is_empty:
        return _say(
            rules,
            subject,
            "warn",
            f"The crash team's way to {bay.label} ({told}) touches the outer edge of the 0.5 mT band.",
            remedy="Give the team a way outside 0.5 mT.",
            **more,
        )
    return _say(
        rules,
        subject,
        "pass",
        f"The crash team's way to {bay.label} ({told}) stays outside the 0.5 mT volume.",
        evidence=evidence,
        **more,
    )


def _space_of(project: Project, end: Any, pathway: PathwayEntry, storey: str) -> Space | None:
    """Return the space that an end of a pathway names: by number, name or point."""
    on = pathway.storey or storey
    here = [s for s in project.spaces if s.storey == on]
    if isinstance(end, str):
        word = " ".join(end.casefold().split())
        for key in ("number", "name", "id"):
            found = [s for s in here if " ".join((getattr(s, key) or "").casefold().split()) == word]
            if len(found) == 1:
                return found[0]
        return None
    import shapely

    holding = [s for s in here if usable(s) and s.polygon.covers(shapely.Point(end))]
    return min(holding, key=lambda s: float(s.polygon.area)) if holding else None


def _middle(space: Space | None) -> tuple[float, float]:
    assert space is not None
    x, y = space.polygon.representative_point().coords[0][:2]
    return float(x), float(y)


def _patient(project: Project, rules: tuple[Rule, ...], bays: list[Space]) -> Finding:
    """Report the way from the couch to the nearest bay."""
    subject = "patient's way to resuscitation"
    found = []
    rooms = scan_rooms(project)
    for scanner in scanners(project):
        room = rooms[scanner.id]
        if room is None:
            continue
        couch = project.storey(scanner.storey).to_site.back(scanner.poses[0].position[:2])
        ways = [(w, b) for b in bays if usable(b) and b.storey == room.storey and (w := route(project, room, couch, b))]
        if ways:
            found.append(min(ways, key=lambda pair: pair[0].length))
    if not found:
        return _say(
            rules,
            subject,
            "not-assessed",
            "No way from the couch to a resuscitation bay through known doors was found.",
            remedy="State the doors between, or supply a drawing on which they can be read.",
        )
    way, bay = max(found, key=lambda pair: pair[0].length)
    unknown = [d for d in way.doors if d.clear_width_m is None]
    import shapely

    more: dict[str, Any] = {
        "storey": bay.storey,
        "location": shapely.LineString(way.points),
        "grades": (plan_grade(*way.doors),),
    }
    if unknown:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"On the way to {bay.label} the clear width of "
            f"{named(door_subject(project, d) for d in unknown)} is not known.",
            remedy="Give clear_width_mm for these doors.",
            supply=tuple(m for d in unknown for m in supply.door(project, d, "clear_width_mm")),
            **more,
        )
    doors = named(
        (f"{door_subject(project, d)} {d.clear_width_m * 1000:.0f} mm" for d in way.doors if d.clear_width_m), "no door"
    )
    return _say(
        rules,
        subject,
        "pass",
        f"From the couch to {bay.label}: at least {unsafe(way.length, 1)} m, {way.turns} "
        f"turn{'s' if way.turns != 1 else ''}, through {doors}. "
        "No source gives a limit for this way: judge it by trial.",
        **more,
    )


def _behind(project: Project, rules: tuple[Rule, ...]) -> Finding:
    """Judge whether the scan-room door can be shut behind the patient, so that nobody runs in."""
    subject = "door shut behind"
    rooms = {r.id: r for r in scan_rooms(project).values() if r is not None}
    doors = [d for r in rooms.values() for d in doors_of(project, r)]
    if not doors:
        return _say(rules, subject, "not-assessed", "No door of the scan room is known.", remedy="State its door.")
    more: dict[str, Any] = {"storey": doors[0].storey, "grades": (plan_grade(*doors),)}
    open_ = [d for d in doors if d.self_closing is False]
    if open_:
        return _say(
            rules,
            subject,
            "warn",
            f"{named(door_subject(project, d) for d in open_)} does not close by itself behind the patient.",
            remedy="Fit a closer, or make shutting it part of the drill.",
            **more,
        )
    unknown = [d for d in doors if d.self_closing is None]
    if unknown:
        return _say(
            rules,
            subject,
            "not-assessed",
            f"Nobody says whether {named(door_subject(project, d) for d in unknown)} closes by itself.",
            remedy="Give self_closing = true or false for the scan-room door.",
            supply=tuple(m for d in unknown for m in supply.door(project, d, "self_closing")),
            **more,
        )
    return _say(rules, subject, "pass", "The scan-room door closes by itself behind the patient.", **more)
