"""The order of zones on the door graph, over all storeys.

Control grows towards the magnet: I, II, III, IV. With every room's zone known, every walk from I
to IV passes II and III in order exactly when no door or opening joins two zones more than one
apart; outdoors counts as zone I.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import DEPTH, OUTSIDE, between, door_subject, named, place
from mrsite.checks.enclosure import THICKEST_WALL_M, floor_of, scan_rooms, tall, usable
from mrsite.checks.finding import Finding, Missing
from mrsite.checks.judge import plan_grade, rules_of, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.plans.plan import Opening
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Door, Project, Space, Storey

KINDS = ("zone-adjacency", "single-entrance")

#: Where a stair or lift of one storey is looked for on the next: share of the smaller outline.
_SAME_SHAFT = 0.3


def wants(project: Project) -> Wanted:
    """Ask for nothing: zones are facts, not fields."""
    return Wanted()


@dataclass(frozen=True)
class Link:
    """A way between two spaces (None: outdoors)."""

    ends: tuple[Space | None, Space | None]
    subject: str
    storey: str
    door: Door | None = None
    location: Any = None
    shaft: bool = False  #: stairs or a lift to the next storey

    @property
    def depths(self) -> tuple[int, int]:
        """Zone depth of both ends; outdoors is 1, a room without a zone 0."""
        first, second = (1 if s is None else DEPTH[s.zone] for s in self.ends)
        return first, second


def links(project: Project) -> list[Link]:
    """Return every way between two known spaces: doors, doorless openings, stairs and lifts."""
    found = [
        Link(sides, door_subject(project, door), door.storey, door, place(door))
        for door in project.doors
        if (sides := between(project, door)) is not None
    ]
    for storey in project.storeys:
        found += openings(project, storey)
    found += _shafts(project)
    return found


def openings(project: Project, storey: Storey) -> list[Link]:
    """Return the ways of a storey that are drawn without a door: one for each two spaces."""
    import shapely

    found: dict[tuple[str, ...], tuple[tuple[Space | None, Space | None], list[Any]]] = {}
    for opening in storey.plan.openings if storey.plan else ():
        line = shapely.LineString(opening.ends)
        for pair in _sides(project, storey, opening, line.centroid):
            key = tuple(sorted(OUTSIDE if s is None else s.id for s in pair))
            found.setdefault(key, (pair, []))[1].append(line)
    return [
        Link(pair, f"opening {' / '.join(_names(*pair))}", storey.name, None, shapely.union_all(lines))
        for pair, lines in found.values()
    ]


def _names(*sides: Space | None) -> list[str]:
    return sorted("outdoors" if s is None else s.label for s in sides)


def _sides(project: Project, storey: Storey, opening: Opening, middle: Any) -> list[tuple[Space | None, Space | None]]:
    """Return the spaces that an opening joins: as the drawing was read, else those that it stands beside."""
    rooms = [s for s in floor_of(project, storey).spaces if not s.is_area]
    by_plan: dict[str, Space | None] = {s.plan_id: s for s in rooms if s.plan_id}
    by_plan[OUTSIDE] = None
    first, second = opening.rooms
    if first in by_plan and second in by_plan:
        return [(by_plan[first], by_plan[second])] if first != second else []
    near = [s for s in rooms if s.polygon.distance(middle) <= THICKEST_WALL_M / 2]
    return list(itertools.combinations(near, 2))


def _shafts(project: Project) -> list[Link]:
    """Join the stairs and lifts of neighbouring storeys that stand over one another, where both have a place."""
    found = []
    for low, high in (pair for storeys in project.buildings() for pair in itertools.pairwise(storeys)):
        if low.registered is None or high.registered is None:
            continue
        for first in project.spaces:
            for second in project.spaces:
                if first.storey != low.name or second.storey != high.name or not (tall(first) and tall(second)):
                    continue
                if not (usable(first) and usable(second)):
                    continue
                a, b = low.to_site.geometry(first.polygon), high.to_site.geometry(second.polygon)
                if a.intersection(b).area > _SAME_SHAFT * min(a.area, b.area):
                    found.append(Link((first, second), f"{first.label} up to {second.label}", low.name, shaft=True))
    return found


def _blind(project: Project, ways: Sequence[Link]) -> list[Space]:
    """Return the stairs and lifts behind zone I that lead nobody knows where."""
    joined = {s.id for way in ways if way.shaft for s in way.ends if s is not None}
    return [s for s in project.spaces if tall(s) and DEPTH[s.zone] > 1 and s.id not in joined]


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the order of zones on every storey that has any, and the number of entrances."""
    ways = links(project)
    findings: list[Finding] = []
    rules = rules_of(project, "zone-adjacency")
    if rules:
        zoned = {s.storey for s in project.spaces if s.zone} | {s.storey for s in scanners(project)}
        for storey in project.storeys:
            if storey.name in zoned:
                findings += _storey(project, rules, storey, [w for w in ways if w.storey == storey.name], ways)
    entrance = rules_of(project, "single-entrance")
    if entrance:
        findings.append(_entrances(project, entrance, ways))
    return findings


def _storey(
    project: Project, rules: tuple[Rule, ...], storey: Storey, here: Sequence[Link], ways: Sequence[Link]
) -> list[Finding]:
    bad = [way for way in here if 0 not in way.depths and abs(way.depths[0] - way.depths[1]) > 1]
    findings = [_forbidden(rules, way) for way in bad]
    for scanner in scanners(project):
        room = scan_rooms(project)[scanner.id]
        if scanner.storey == storey.name and room is not None and room.zone in ("I", "II", "III"):
            findings.append(
                state(
                    "zones",
                    rules,
                    f"zone of {room.label}",
                    "fail",
                    f"{scanner.id} stands in {room.label}, which is stated as zone {room.zone} and not IV.",
                    remedy='Give zone = "IV" for the scan room.',
                    storey=storey.name,
                    grades=(plan_grade(room),),
                    location=room.polygon.representative_point(),
                )
            )
    unknown = _unknown(project, storey, here, ways)
    if unknown:
        findings.append(
            state(
                "zones",
                rules,
                "zone order",
                "not-assessed",
                f"The order of zones on {storey.name} cannot be shown: {'; '.join(unknown)}.",
                remedy="Give zone for each of these rooms, and the rooms of each door (between = [room, room]).",
                supply=_missing(project, storey, here, ways),
                storey=storey.name,
            )
        )
    if findings:
        return findings
    spaces = [s for s in project.spaces if s.storey == storey.name and s.zone]
    return [
        state(
            "zones",
            rules,
            "whole storey",
            "pass",
            f"Every one of {len(here)} ways on {storey.name} joins zones at most one apart, so each "
            "walk to zone IV passes II and III.",
            storey=storey.name,
            grades=(plan_grade(*spaces, *(w.door for w in here if w.door)),),
        )
    ]


def _forbidden(rules: tuple[Rule, ...], way: Link) -> Finding:
    zones = sorted(way.depths)
    names = {1: "I", 2: "II", 3: "III", 4: "IV"}
    message = f"{way.subject} joins zone {names[zones[0]]} with zone {names[zones[1]]}: a step is missing between them."
    exit_only = way.door is not None and None in way.ends and way.door.lock and way.door.free_egress
    grades = (plan_grade(way.door),) if way.door else ()
    if exit_only:
        return state(
            "zones",
            rules,
            way.subject,
            "warn",
            f"{message} It is locked from outside and opens from inside: acceptable only as an emergency exit.",
            remedy="Confirm that it is an alarmed emergency exit and nothing else.",
            storey=way.storey,
            location=way.location,
            grades=grades,
        )
    return state(
        "zones",
        rules,
        way.subject,
        "fail",
        message,
        remedy="Close this way, or put a room of the missing zone between.",
        storey=way.storey,
        location=way.location,
        grades=grades,
    )


def _unknown(project: Project, storey: Storey, here: Sequence[Link], ways: Sequence[Link]) -> list[str]:
    """Say what keeps the order of zones from being shown."""
    said = []
    if storey.plan is None:
        said.append("no drawing shows all its doors")
    elif storey.plan.incomplete:
        said.append(f"doors may be missing from the drawing ({storey.plan.incomplete[0]})")
    loose = [d for d in project.doors if d.storey == storey.name and between(project, d) is None]
    if loose:
        said.append(f"the rooms of {named(door_subject(project, d) for d in loose)} are not known")
    blind = [s.label for s in _blind(project, ways) if s.storey == storey.name]
    if blind:
        said.append(f"where {named(blind)} leads is not known (no placed drawing shows its next storey)")
    blank = {s.label for way in here if any(way.depths) for s in way.ends if s is not None and s.zone is None}
    if blank:
        said.append(f"no zone is stated for {named(sorted(blank))}")
    rooms = [scan_rooms(project)[s.id] for s in scanners(project) if s.storey == storey.name]
    if any(room is None for room in rooms):
        said.append("the room of the scanner was not read")
    said += [
        f"no zone is stated for the scan room {r.label}"
        for r in rooms
        if r is not None and not r.zone and r.label not in blank
    ]
    deepest = [s for s in project.spaces if s.storey == storey.name and s.zone == "IV"]
    for space in deepest:
        if not said and not _reached(space, ways):
            said.append(f"no way from zone I or outdoors to {space.label} was read")
    return said


def _missing(project: Project, storey: Storey, here: Sequence[Link], ways: Sequence[Link]) -> tuple[Missing, ...]:
    blank = {s.id: s for way in here for s in way.ends if s is not None and s.zone is None}
    loose = [d for d in project.doors if d.storey == storey.name and between(project, d) is None]
    said = [m for s in blank.values() for m in supply.room(s, "zone")]
    said += [m for d in loose for m in supply.door(project, d, "between")]
    if storey.plan is None or storey.plan.incomplete:
        said += supply.storey(storey.name, storey.where, "plan")
    if any(s.storey == storey.name for s in _blind(project, ways)):
        said += _ties(project)
    return tuple(said)


def _ties(project: Project) -> tuple[Missing, ...]:
    return tuple(m for s in project.storeys if s.registered is None for m in supply.tie(s)[1])


def _reached(space: Space, ways: Sequence[Link]) -> bool:
    """Whether some walk leads from zone I or outdoors to a space."""
    todo: list[Space | None] = [space]
    seen: set[str] = set()
    while todo:
        here = todo.pop()
        if here is None or here.zone == "I":
            return True
        if here.id in seen:
            continue
        seen.add(here.id)
        for way in ways:
            ids = [OUTSIDE if s is None else s.id for s in way.ends]
            if here.id in ids:
                todo.append(way.ends[1 - ids.index(here.id)])
    return False


def _entrances(project: Project, rules: tuple[Rule, ...], ways: Sequence[Link]) -> Finding:
    """Count the ways by which the public side meets the MR site; emergency exits apart."""
    if any(d for d in project.doors if between(project, d) is None) or any(
        0 in w.depths and max(w.depths) > 1 for w in ways
    ):
        return state(
            "zones",
            rules,
            "entrances of the MR site",
            "not-assessed",
            "The entrances of the MR site cannot be counted: the zones or rooms of some doors are not known.",
            remedy="Give zone for every room that has a door to the MR site.",
        )
    if blind := _blind(project, ways):
        return state(
            "zones",
            rules,
            "entrances of the MR site",
            "not-assessed",
            "The entrances of the MR site cannot be counted: "
            f"where {named(s.label for s in blind)} leads is not known.",
            remedy="Supply the drawing of the storey above or below, and a tie that places it on this one.",
            supply=_ties(project),
        )
    doors = [w for w in ways if min(w.depths) == 1 and max(w.depths) > 1]
    exits = [w for w in doors if w.door is not None and None in w.ends and w.door.lock and w.door.free_egress]
    real = [w for w in doors if w not in exits]
    limit = int(rules[0].limits[0])
    said = (
        f"The MR site (zones II to IV) has {len(real)} entrance{'s' if len(real) != 1 else ''}: "
        f"{named(w.subject for w in real)}"
    )
    drawn = all(
        s.plan is not None and not s.plan.incomplete
        for s in project.storeys
        if any(sp.zone for sp in project.spaces if sp.storey == s.name)
    )
    if len(real) > limit:
        return state(
            "zones",
            rules,
            "entrances of the MR site",
            "fail",
            f"{said}, against {limit}.",
            remedy="Leave one controlled entrance; make the others emergency exits.",
        )
    if not real or not drawn:
        return state(
            "zones",
            rules,
            "entrances of the MR site",
            "not-assessed",
            f"{said}; no complete drawing shows all its doors.",
            remedy="Supply a complete drawing with zones.",
        )
    return state(
        "zones",
        rules,
        "entrances of the MR site",
        "pass",
        f"{said}.",
        grades=(plan_grade(*(w.door for w in real if w.door)),),
    )
