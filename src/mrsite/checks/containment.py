"""Where the 0.5 mT volume goes, on every storey, above, below and outside.

The judged volume is that of the outer edge of the band over the heights people occupy, united
with the radio-frequency cage. It may touch only restricted spaces whose whole edge is doors or
walls. One outcome for every case:

* ``pass``: the outer edge stays in restricted spaces and their walls;
* ``fail``: the central line itself enters a space that is not restricted;
* ``warn``: only the outer edge does, so that neither can be shown;
* ``not-assessed``: the line enters what nobody has described.
"""

from __future__ import annotations

from collections.abc import Iterator

from mrsite.checks.containment_ends import ends, past_the_building
from mrsite.checks.containment_storey import StoreyVolume, fixtures
from mrsite.checks.enclosure import NOISE_M, depth_of, floor_of, heights_of, scan_rooms, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import field_grades, no_field, rules_of, scanners, state, unsafe
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted, WantedRegion, WantedVolume
from mrsite.site.project import Project, Space

KINDS = ("containment-0.5mT", "containment-0.9mT", "room-containment-0.5mT")

#: Kind of rule -> level, T.
LEVELS = {"containment-0.5mT": 0.5e-3, "containment-0.9mT": 0.9e-3}
#: Spaces farther than this from every isocentre get no figure of their own, m.
_NEAR = 12.0


def wants(project: Project) -> Wanted:
    """Ask for the envelope on every storey, above and below, and the worst field in near spaces."""
    regions: list[WantedRegion] = []
    for kind, level in LEVELS.items():
        if rules_of(project, kind) or (kind == "containment-0.5mT" and rules_of(project, "room-containment-0.5mT")):
            regions += _regions(project, level)
    volumes = [
        WantedVolume(f"people/{space.id}", space.storey, space.polygon, heights_of(project, space))
        for space in project.spaces
        if usable(space) and space.occupancy not in ("restricted", "none") and _near(project, space)
    ]
    return Wanted(tuple(regions), tuple(volumes))


def _regions(project: Project, level: float) -> Iterator[WantedRegion]:
    for storey in project.storeys:
        yield WantedRegion(storey.name, level)
        for heights in sorted({heights_of(project, s) for s in project.spaces if s.storey == storey.name}):
            if heights != storey.occupied:
                yield WantedRegion(storey.name, level, heights=heights)
        for _, _, heights in fixtures(project, storey):
            if heights != storey.occupied:
                yield WantedRegion(storey.name, level, heights=heights)
    for _, storey, past in ends(project):
        if past is not None:
            yield WantedRegion(storey.name, level, heights=past)


def _near(project: Project, space: Space) -> bool:
    import shapely

    storey = project.storey(space.storey)
    return any(
        space.polygon.distance(shapely.Point(storey.to_site.back(pose.position[:2]))) <= _NEAR
        for scanner in scanners(project)
        for pose in scanner.poses
    )


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge every storey and what lies past the building."""
    findings: list[Finding] = []
    for kind, level in LEVELS.items():
        rules = rules_of(project, kind)
        if not rules:
            continue
        for storey in project.storeys:
            findings += StoreyVolume(project, evidence, rules, level, storey).verdicts()
        findings += past_the_building(project, evidence, rules, level)
    findings += _inside_the_room(project, evidence)
    return findings


def _inside_the_room(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge whether a small sectoral magnet's line stays wholly inside its own room."""
    rules = rules_of(project, "room-containment-0.5mT")
    if not rules:
        return []
    findings = []
    rooms = scan_rooms(project)
    for scanner in scanners(project):
        if not applies_to_sectoral(scanner.magnet.B0_T, rules[0]):
            continue
        room, storey = rooms[scanner.id], project.storey(scanner.storey)
        subject = f"room of {scanner.id}"
        region = evidence.region(storey.name, LEVELS["containment-0.5mT"], heights=storey.occupied)
        if room is None or region is None:
            why = "the room that holds its isocentre was not read" if room is None else no_field(evidence)
            findings.append(
                state("containment", rules, subject, "not-assessed", f"{subject}: {why}.", storey=storey.name)
            )
            continue
        floor = floor_of(project, storey)
        allowed = room.polygon.union(floor.walls)
        stray, central = (r.difference(allowed) for r in (region.upper, region.central))
        inside = stray.buffer(-NOISE_M / 2).is_empty
        status: Status = "pass" if inside else "fail" if not central.buffer(-NOISE_M / 2).is_empty else "warn"
        depth = 0.0 if inside else depth_of(stray, region.upper)
        message = (
            f"The 0.5 mT line of {scanner.id} stays inside {room.label}."
            if inside
            else f"The 0.5 mT line of {scanner.id} leaves {room.label} by {unsafe(depth)} m."
        )
        findings.append(
            state(
                "containment",
                rules,
                subject,
                status,
                message,
                evidence=evidence,
                storey=storey.name,
                kind="0.5 mT envelope",
                grades=field_grades(project, room),
                margin_m=None if inside else -depth,
                location=None if inside else stray,
            )
        )
    return findings


def applies_to_sectoral(B0_T: float | None, rule: Rule) -> bool:
    """Whether the Italian rule on sectoral magnets applies: it names systems up to 0.5 T."""
    return B0_T is None or B0_T <= SECTORAL_B0_T


#: "Sectoral systems up to 0.5 T" (DPR 542/1994, art. 3(4): rule IT-FLD-01).
SECTORAL_B0_T = 0.5


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the rules that have nothing to judge in this project, with the reason."""
    rules = rules_of(project, "room-containment-0.5mT")
    if rules and not any(applies_to_sectoral(s.magnet.B0_T, rules[0]) for s in scanners(project)):
        return {r.id: f"no magnet of {SECTORAL_B0_T:g} T or less stands here" for r in rules}
    return {}
