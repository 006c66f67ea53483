"""The scan room itself: pressure on its door, oxygen, ventilation, switches, size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import door_subject, doors_of, named
from mrsite.checks.enclosure import scan_rooms, usable
from mrsite.checks.finding import Finding, Status
from mrsite.checks.judge import plan_grade, rules_of, safe, scanners, state
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Door, Project, Space

KINDS = ("door-pressure", "oxygen-monitor", "air-changes", "emergency-exhaust", "emergency-switch", "room-size")

_FIELD_WORDS = ("quench", "field", "shut", "magnet", "erdu", "esd")
_FAN_WORDS = ("exhaust", "fan", "extract", "ventilation")


def wants(project: Project) -> Wanted:
    """Ask for nothing: these are facts of a room."""
    return Wanted()


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the room of every scanner."""
    findings: list[Finding] = []
    rooms = scan_rooms(project)
    seen: set[str] = set()
    for scanner in scanners(project):
        room = rooms[scanner.id]
        if room is None:
            findings += _no_room(project, scanner.id, scanner.storey)
        elif room.id not in seen:
            seen.add(room.id)
            findings += _room(project, room)
    return findings


def _rules(project: Project) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    for kind in KINDS:
        rules = rules_of(project, kind)
        exempt = does_not_apply(project)
        rules = tuple(r for r in rules if r.id not in exempt)
        if rules:
            yield kind, rules


def _no_room(project: Project, scanner: str, storey: str) -> list[Finding]:
    return [
        state(
            "scan_room",
            rules,
            f"{kind.replace('-', ' ')} of the room of {scanner}",
            "not-assessed",
            f"The room of {scanner} was not read, so its {kind.replace('-', ' ')} is not known.",
            storey=storey,
            remedy="Supply a drawing on which the room is enclosed, or give its polygon.",
        )
        for kind, rules in _rules(project)
    ]


def _room(project: Project, room: Space) -> list[Finding]:
    findings: list[Finding] = []
    for kind, rules in _rules(project):
        if kind == "door-pressure":
            findings.append(_door_pressure(project, room, rules))
        elif kind == "oxygen-monitor":
            findings.append(_oxygen(room, rules))
        elif kind == "air-changes":
            findings += [_air(room, rule) for rule in rules]
        elif kind == "emergency-exhaust":
            findings += [_exhaust(project, room, rule) for rule in rules]
        elif kind == "emergency-switch":
            findings += [_switches(project, room, rule) for rule in rules]
        else:
            findings += [_size(project, room, rule) for rule in rules]
    return findings


def _say(room: Space, rules: tuple[Rule, ...], subject: str, status: Status, message: str, **more: Any) -> Finding:
    grades = (plan_grade(room), *more.pop("grades", ()))
    return state(
        "scan_room", rules, f"{subject} of {room.label}", status, message, storey=room.storey, grades=grades, **more
    )


def _opens_out(door: Door, room: Space) -> bool | None:
    """Whether a door opens out of a room (or slides); None where nobody says."""
    if door.opens == "sliding":
        return True
    if door.opens is not None:
        return door.opens == "outward"
    return None if door.opens_into is None else door.opens_into != room.id


def _door_pressure(project: Project, room: Space, rules: tuple[Rule, ...]) -> Finding:
    doors = doors_of(project, room)
    ways = {d.id: _opens_out(d, room) for d in doors}
    name = {d.id: door_subject(project, d) for d in doors}
    relief = room.relief_area_m2
    disputed = [d for d in doors if d.opens == "outward" and d.opens_into == room.id]
    subject = "door pressure"
    if relief:
        return _say(
            room,
            rules,
            subject,
            "pass",
            f"{room.label} has a relief opening of {relief:g} m2, so over-pressure does not hold its door shut.",
        )
    if not doors:
        return _say(
            room,
            rules,
            subject,
            "not-assessed",
            f"No door of {room.label} was read, and no relief opening is stated.",
            remedy="Give relief_area_m2, or its door with opens.",
            supply=supply.room(room, "relief_area_m2"),
        )
    if disputed:
        return _say(
            room,
            rules,
            subject,
            "warn",
            f"{named(name[d.id] for d in disputed)} is stated to open outward but drawn to swing into {room.label}.",
            remedy="Correct the drawing or the statement.",
            grades=(plan_grade(*doors),),
        )
    inward = [d for d in doors if ways[d.id] is False]
    unknown = [d for d in doors if ways[d.id] is None]
    outward = [d for d in doors if ways[d.id]]
    if inward:
        names = named(name[d.id] for d in inward)
        if relief is None:
            return _say(
                room,
                rules,
                subject,
                "not-assessed",
                f"{names} opens into {room.label}, and nobody says whether the room has a relief opening.",
                remedy="Give relief_area_m2 (0 where there is none), or let the door open outward or slide.",
                supply=supply.room(room, "relief_area_m2"),
            )
        status: Status = "warn" if outward else "fail"
        return _say(
            room,
            rules,
            subject,
            status,
            f"{names} opens into {room.label}, which has no relief opening: over-pressure holds it shut.",
            remedy="Let the door open outward or slide, or fit a relief opening.",
            grades=(plan_grade(*doors),),
        )
    if unknown:
        return _say(
            room,
            rules,
            subject,
            "not-assessed",
            f"Which way {named(name[d.id] for d in unknown)} opens is not known, and no relief opening is stated.",
            remedy='Give opens = "outward" | "inward" | "sliding", or relief_area_m2.',
            supply=(
                *supply.room(room, "relief_area_m2"),
                *(m for d in unknown for m in supply.door(project, d, "opens")),
            ),
        )
    return _say(
        room,
        rules,
        subject,
        "pass",
        f"{named(name[d.id] for d in outward)} opens out of {room.label} or slides.",
        grades=(plan_grade(*doors),),
    )


def _oxygen(room: Space, rules: tuple[Rule, ...]) -> Finding:
    if room.oxygen_monitor is None:
        return _say(
            room,
            rules,
            "oxygen monitor",
            "not-assessed",
            f"Nobody says whether {room.label} has an oxygen monitor.",
            remedy="Give oxygen_monitor = true or false (ask estates).",
            supply=supply.room(room, "oxygen_monitor"),
        )
    if not room.oxygen_monitor:
        return _say(
            room,
            rules,
            "oxygen monitor",
            "fail",
            f"{room.label} has no oxygen monitor.",
            remedy="Fit one, with its alarm in the room and in the control room.",
        )
    return _say(room, rules, "oxygen monitor", "pass", f"{room.label} has an oxygen monitor.")


def _air(room: Space, rule: Rule) -> Finding:
    limit = rule.limits[0]
    more = {"limit": (limit, "1/h"), "kind": "air changes"}
    if room.air_changes is None:
        return _say(
            room,
            (rule,),
            "air changes",
            "not-assessed",
            f"The air changes of {room.label} are not stated.",
            remedy="Give air_changes (ask estates).",
            supply=supply.room(room, "air_changes"),
            **more,
        )
    status: Status = "pass" if room.air_changes >= limit else "fail"
    return _say(
        room,
        (rule,),
        "air changes",
        status,
        f"{room.label} has {room.air_changes:g} air changes an hour, against {limit:g}.",
        margin=room.air_changes - limit,
        remedy=None if status == "pass" else "Raise the supply.",
        **more,
    )


def _exhaust(project: Project, room: Space, rule: Rule) -> Finding:
    """Compare the emergency exhaust with a number of air changes and, where the rule has one, a flow."""
    storey = project.storey(room.storey)
    ceiling = room.ceiling or storey.ceiling
    changes = rule.limits[0]
    more: dict[str, Any] = {"limit": (changes, "1/h"), "kind": "emergency exhaust"}
    missing = [
        word
        for word, there in (
            ("exhaust_m3_h", room.exhaust_m3_h is not None),
            ("ceiling", ceiling is not None),
            ("an outline", usable(room)),
        )
        if not there
    ]
    if missing:
        return _say(
            room,
            (rule,),
            "emergency exhaust",
            "not-assessed",
            f"The emergency exhaust of {room.label} cannot be judged: {named(missing)} not stated.",
            remedy="Give exhaust_m3_h and ceiling of the scan room (ask estates).",
            supply=supply.room(room, *(k for k in missing if k in ("exhaust_m3_h", "ceiling"))),
            **more,
        )
    assert room.exhaust_m3_h is not None
    assert ceiling is not None
    volume = room.polygon.area * ceiling
    got = room.exhaust_m3_h / volume
    short = got < changes
    flow = rule.limits[1] if len(rule.limits) > 1 else None
    low_flow = flow is not None and room.exhaust_m3_h < flow
    status: Status = "fail" if short or low_flow else "pass"
    message = (
        f"{room.exhaust_m3_h:g} m3/h in {volume:.0f} m3 are {safe(got, 1)} air changes an hour, against {changes:g}"
    )
    if flow is not None:
        message += f", and {'less' if low_flow else 'no less'} than {flow:g} m3/h"
    return _say(
        room,
        (rule,),
        "emergency exhaust",
        status,
        f"{message}.",
        margin=got - changes,
        remedy=None if status == "pass" else "Fit a larger fan.",
        **more,
    )


def _switches(project: Project, room: Space, rule: Rule) -> Finding:
    """Judge where the emergency switches are: of the field (any one), or of the fan (both rooms)."""
    control = [s for s in project.spaces if _is_control(s)]
    fan = "fan" in rule.wording
    words, what = (_FAN_WORDS, "exhaust fan switch") if fan else (_FIELD_WORDS, "field shut-down switch")
    has = {s.id: _has(s, words) for s in (room, *control)}
    subject = what
    where_control = named((s.label for s in control), "a control room")
    if fan:
        if has[room.id] and any(has[s.id] for s in control):
            return _say(room, (rule,), subject, "pass", f"{room.label} and {where_control} each have an {what}.")
        if has[room.id] is False or (control and all(has[s.id] is False for s in control)):
            return _say(
                room,
                (rule,),
                subject,
                "fail",
                f"The {what} is not in both {room.label} and {where_control}.",
                remedy="Fit parallel switches in both rooms.",
            )
        return _say(
            room,
            (rule,),
            subject,
            "not-assessed",
            f"Nobody says where the {what}es of {room.label} are.",
            remedy='Give switches = ["exhaust fan", ...] for the scan room and the control room.',
            supply=tuple(m for s in (room, *control) if s.switches is None for m in supply.room(s, "switches")),
        )
    if any(has.values()):
        return _say(
            room, (rule,), subject, "pass", f"A {what} is in {named(s.label for s in (room, *control) if has[s.id])}."
        )
    if all(v is False for v in has.values()) and control:
        return _say(
            room,
            (rule,),
            subject,
            "fail",
            f"There is no {what} in {room.label} or {where_control}.",
            remedy="Provide one and mark it on the drawing.",
        )
    return _say(
        room,
        (rule,),
        subject,
        "not-assessed",
        f"Nobody says where the {what} of {room.label} is.",
        remedy='Give switches = ["quench", ...] for the scan room or the control room.',
        supply=tuple(m for s in (room, *control) if s.switches is None for m in supply.room(s, "switches")),
    )


def _has(space: Space, words: tuple[str, ...]) -> bool | None:
    if space.switches is None:
        return None
    return any(word in switch.casefold() for switch in space.switches for word in words)


def _is_control(space: Space) -> bool:
    return space.use == "control" or (space.use is None and "control" in (space.name or "").casefold())


def _size(project: Project, room: Space, rule: Rule) -> Finding:
    import shapely

    kind = {"kind": "room size"}
    if not usable(room):
        return _say(room, (rule,), "size", "not-assessed", f"The outline of {room.label} is not known.", **kind)
    if rule.quantity == "area":
        area = room.polygon.area
        status: Status = "pass" if area >= rule.limits[0] else "fail"
        return _say(
            room,
            (rule,),
            "size",
            status,
            f"{room.label} has {safe(area, 1)} m2, against {rule.limits[0]:g} m2.",
            limit=(rule.limits[0], "m2"),
            margin=area - rule.limits[0],
            **kind,
        )
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(room.polygon))
    sides = sorted(
        (float(((corners[0] - corners[1]) ** 2).sum() ** 0.5), float(((corners[1] - corners[2]) ** 2).sum() ** 0.5)),
        reverse=True,
    )
    need = sorted(rule.limits, reverse=True)
    enough = all(side >= n - 0.005 for side, n in zip(sides, need))
    return _say(
        room,
        (rule,),
        "size",
        "pass" if enough else "fail",
        f"{room.label} measures {sides[0]:.2f} by {sides[1]:.2f} m, against {need[0]:g} by {need[1]:g} m recommended.",
        **kind,
    )


def does_not_apply(project: Project) -> dict[str, str]:
    """Name the vendor's rules on room size that are about another vendor's magnet."""
    exempt = {}
    for rule in rules_of(project, "room-size"):
        if rule.severity == "vendor":
            vendor = rule.document.split()[0].casefold()
            if not any(vendor in s.magnet.vendor.casefold() for s in scanners(project)):
                exempt[rule.id] = f"it is about a magnet of {rule.document.split()[0]}, and none stands here"
    return exempt
