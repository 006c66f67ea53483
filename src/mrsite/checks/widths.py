"""Clear widths: the patient's door into the scan room, and corridors."""

from __future__ import annotations

from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import door_subject, doors_of, place
from mrsite.checks.enclosure import scan_rooms, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import plan_grade, rules_of, safe, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Project, Space

KINDS = ("door-width", "corridor-width")

#: Drafting noise that is no want of width, m.
_NOISE = 0.002


def wants(project: Project) -> Wanted:
    """Ask for nothing: widths are geometry."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the widest door of every scan room, and every corridor."""
    findings: list[Finding] = []
    rooms = scan_rooms(project)
    for rule in rules_of(project, "door-width"):
        for room in {r.id: r for r in (rooms[s.id] for s in scanners(project)) if r is not None}.values():
            findings.append(_door(project, room, rule))
        for scanner in scanners(project):
            if rooms[scanner.id] is None:
                findings.append(
                    state(
                        "widths",
                        (rule,),
                        f"patient door of {scanner.id}",
                        "not-assessed",
                        f"The room of {scanner.id} was not read, so its door is not known.",
                        storey=scanner.storey,
                    )
                )
    for rule in rules_of(project, "corridor-width"):
        findings += _corridors(project, rule)
    return findings


def _door(project: Project, room: Space, rule: Rule) -> Finding:
    limit = rule.limits[0]
    subject = f"patient door of {room.label}"
    doors = doors_of(project, room)
    more: dict[str, Any] = {"storey": room.storey, "limit": (limit, "m"), "kind": "clear width"}
    measured = [(d.clear_width_m, d) for d in doors if d.clear_width_m is not None]
    if not measured:
        return state(
            "widths",
            (rule,),
            subject,
            "not-assessed",
            f"No door of {room.label} has a known clear width.",
            remedy="Give clear_width_mm for its door (ask the architect).",
            supply=tuple(m for d in doors for m in supply.door(project, d, "clear_width_mm")),
            **more,
        )
    width, door = max(measured, key=lambda pair: pair[0] or 0.0)
    assert width is not None
    status: Status = "pass" if width >= limit - _NOISE else "fail"
    return state(
        "widths",
        (rule,),
        subject,
        status,
        f"{door_subject(project, door)} is {safe(width * 1000, 0)} mm clear, against {limit * 1000:g} mm.",
        margin=width - limit,
        grades=(plan_grade(door),),
        location=place(door),
        remedy=None if status == "pass" else "Widen the door.",
        **more,
    )


def _corridors(project: Project, rule: Rule) -> list[Finding]:
    corridors = [
        s
        for s in project.spaces
        if s.use == "corridor" or "corridor" in (s.name or "").casefold() or "hallway" in (s.name or "").casefold()
    ]
    if not corridors:
        return [
            state(
                "widths",
                (rule,),
                "corridors",
                "not-assessed",
                "No room is named or used as a corridor.",
                remedy='Give use = "corridor" for the corridors.',
                supply=(),
            )
        ]
    return [_corridor(project, space, rule) for space in corridors]


def _corridor(project: Project, space: Space, rule: Rule) -> Finding:
    limit = rule.limits[0]
    more: dict[str, Any] = {"storey": space.storey, "limit": (limit, "m"), "kind": "clear width"}
    if not usable(space):
        return state(
            "widths", (rule,), space.label, "not-assessed", f"The outline of {space.label} is not known.", **more
        )
    width = bottleneck(project, space)
    status: Status = "pass" if width >= limit - _NOISE else "fail"
    return state(
        "widths",
        (rule,),
        space.label,
        status,
        f"{space.label} narrows to {safe(width)} m between its doors, against {limit:g} m.",
        margin=width - limit,
        grades=(plan_grade(space),),
        location=space.polygon,
        remedy=None if status == "pass" else "Widen the corridor.",
        **more,
    )


def bottleneck(project: Project, space: Space) -> float:
    """Return the width of the widest disc that can roll through a space past all its doors, m."""
    import shapely

    doors = [shapely.Point(d.at) for d in doors_of(project, space) if d.at is not None]

    def passes(radius: float) -> bool:
        core = space.polygon.buffer(-radius)
        if core.is_empty or core.geom_type != "Polygon":
            return False
        return all(core.distance(p) <= radius + 1.0 for p in doors)

    low, high = 0.0, float(shapely.maximum_inscribed_circle(space.polygon, tolerance=0.01).length) + 0.02
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if passes(middle) else (low, middle)
    return 2 * (low + high) / 2
