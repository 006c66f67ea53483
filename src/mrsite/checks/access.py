"""Locks and signs: who can go through the doors of the controlled area.

A door is an entrance of the controlled area where it joins a space of zone III or IV, or a
restricted one, with a space that is not; and where it joins zone IV with anything else. An
opening without a door is an entrance likewise, which nobody can lock; between spaces of one
control it makes them one: a kitchen that opens into the foyer is entered by the foyer's doors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mrsite.checks import supply
from mrsite.checks.doors import between, door_subject, inner, named, place, side_label
from mrsite.checks.enclosure import scan_rooms
from mrsite.checks.finding import Finding
from mrsite.checks.judge import plan_grade, rules_of, state
from mrsite.checks.zones import Link, openings
from mrsite.guidance.packs import Rule
from mrsite.site.evidence import Evidence, Wanted
from mrsite.site.project import Door, Project, Space

KINDS = ("access-control", "signage")


def wants(project: Project) -> Wanted:
    """Ask for nothing: locks and signs are facts, not fields."""
    return Wanted()


def controlled_door(project: Project, door: Door) -> bool:
    """Whether a door is an entrance of the controlled area and so must be locked."""
    sides = between(project, door)
    if sides is None:
        return False
    grades = [_control(s) for s in sides]
    return max(grades) > 0 and (grades[0] != grades[1])


def _joined(spaces: Sequence[Space], ways: Sequence[Link]) -> list[tuple[Space, ...]]:
    """Return spaces in groups: those of one control that openings without a door make one."""
    group = {s.id: s.id for s in spaces}

    def head(id_: str) -> str:
        while group[id_] != id_:
            id_ = group[id_]
        return id_

    for way in ways:
        if _control_of(way):
            first, second = (head(s.id) for s in way.ends if s is not None)
            group[first] = second
    found: dict[str, list[Space]] = {}
    for space in spaces:
        found.setdefault(head(space.id), []).append(space)
    return list(map(tuple, found.values()))


def _control(space: Space | None) -> int:
    """0: open; 1: controlled (zone III, restricted); 2: the magnet room (zone IV)."""
    if space is None:
        return 0
    if space.zone == "IV":
        return 2
    return 1 if space.zone == "III" or space.occupancy == "restricted" else 0


def undescribed(project: Project, door: Door) -> Space | None:
    """Return the side of a door of which nobody gives zone or occupancy, or None."""
    sides = between(project, door)
    return next((s for s in sides or () if s is not None and s.zone is None and s.occupancy is None), None)


def not_described(check: str, rules: Sequence[Rule], subject: str, lead: str, blank: Space, **more: Any) -> Finding:
    """State that a way cannot be judged, since nobody says what one side of it is."""
    return state(
        check,
        rules,
        subject,
        "not-assessed",
        f"{lead}: nobody gives zone or occupancy of {blank.label}, so what it must keep out is not known.",
        remedy=f"Give zone and occupancy for {blank.label} (ask the department).",
        supply=supply.room(blank, "zone", "occupancy"),
        **more,
    )


def lock_rules(project: Project) -> tuple[Rule, ...]:
    """Return the rules on locks."""
    return rules_of(project, "access-control")


def lock_finding_ids(project: Project, space: Space) -> tuple[str, ...]:
    """Return the ids of the findings on the locks of a space's doors."""
    rules = lock_rules(project)
    if not rules:
        return ()
    return tuple(
        "/".join(("access", rules[0].id, f"lock of {door_subject(project, door)}", door.storey))
        for door in project.doors
        if door.spaces and space.id in door.spaces and controlled_door(project, door)
    )


def check(project: Project, evidence: Evidence) -> list[Finding]:
    """Judge the lock and the signs of every entrance, and name what bounds no known door."""
    locks = lock_rules(project)
    signs = rules_of(project, "signage", "access-control")
    findings: list[Finding] = []
    ways = [way for storey in project.storeys for way in openings(project, storey)]
    for door in (d for d in project.doors if controlled_door(project, d)):
        if locks:
            findings.append(_lock(project, door, locks))
        if signs:
            findings.append(_signs(project, door, signs))
    if locks:
        findings += [_gap(project, way, locks) for way in ways if _control_of(way) is None]
        findings += _unknown(project, locks, ways)
    return findings


def _lock(project: Project, door: Door, rules: tuple[Rule, ...]) -> Finding:
    subject = f"lock of {door_subject(project, door)}"
    deep, other = inner(project, door)
    lead = f"The door from {side_label(other)} into {side_label(deep)}"
    more = {"storey": door.storey, "location": place(door), "grades": (plan_grade(door),), "kind": "lock"}
    blank = undescribed(project, door)
    if blank is not None:
        return not_described("access", rules, subject, lead, blank, **more)
    if door.lock is None:
        return state(
            "access",
            rules,
            subject,
            "not-assessed",
            f"{lead}: nobody says whether it has a lock.",
            remedy="Give lock = true or false for this door (ask the architect or estates).",
            supply=supply.door(project, door, "lock"),
            **more,
        )
    if not door.lock:
        return state(
            "access",
            rules,
            subject,
            "fail",
            f"{lead} has no lock (lock = false).",
            remedy="Fit a lock with controlled access (keypad, card) that closes by itself and opens from inside.",
            **more,
        )
    if door.self_closing is False:
        return state(
            "access",
            rules,
            subject,
            "warn",
            f"{lead} has a lock but does not close by itself, so it may stand open.",
            remedy="Fit a closer.",
            **more,
        )
    kind = f" ({door.lock_kind})" if door.lock_kind else ""
    return state("access", rules, subject, "pass", f"{lead} has a lock{kind}.", **more)


def _signs(project: Project, door: Door, rules: tuple[Rule, ...]) -> Finding:
    """Both sides: a person inside an open door must see where the controlled area ends, too."""
    subject = f"signs of {door_subject(project, door)}"
    more = {"storey": door.storey, "location": place(door), "grades": (plan_grade(door),), "kind": "sign"}
    blank = undescribed(project, door)
    if blank is not None:
        return not_described("access", rules, subject, door_subject(project, door), blank, **more)
    if door.signs is None:
        return state(
            "access",
            rules,
            subject,
            "not-assessed",
            f"{door_subject(project, door)}: nobody says what signs it bears.",
            remedy='Give signs = ["outside", "inside"] for this door.',
            supply=supply.door(project, door, "signs"),
            **more,
        )
    missing = [side for side in ("outside", "inside") if side not in door.signs]
    if "outside" in missing:
        return state(
            "access",
            rules,
            subject,
            "fail",
            f"{door_subject(project, door)} bears no sign on its outside.",
            remedy="Hang the warning sign (magnetic field always on, no implants, no loose steel) outside.",
            **more,
        )
    if missing:
        return state(
            "access",
            rules,
            subject,
            "warn",
            f"{door_subject(project, door)} bears a sign outside and none inside.",
            remedy="Hang a sign inside as well: the door may stand open.",
            **more,
        )
    return state("access", rules, subject, "pass", f"{door_subject(project, door)} bears signs on both sides.", **more)


def _control_of(way: Link) -> int | None:
    """Return the control that both sides of a way are under; None where they differ."""
    first, second = map(_control, way.ends)
    return first if first == second else None


def _gap(project: Project, way: Link, rules: tuple[Rule, ...]) -> Finding:
    """Judge an opening into the controlled area: a door may be missing in the building, or on the drawing."""
    other, deep = sorted(way.ends, key=_control)
    lead = f"The drawing shows an opening without a door from {side_label(other)} into {side_label(deep)}"
    more: dict[str, Any] = {"storey": way.storey, "location": way.location, "kind": "lock"}
    blank = next((s for s in way.ends if s is not None and s.zone is None and s.occupancy is None), None)
    if blank is not None:
        return not_described("access", rules, f"lock of {way.subject}", lead, blank, **more)
    return state(
        "access",
        rules,
        f"lock of {way.subject}",
        "warn",
        f"{lead}, which nobody can lock.",
        remedy="Fit a door with a lock and controlled access, or state the door that the drawing leaves out.",
        grades=(plan_grade(*(s for s in way.ends if s is not None)),),
        **more,
    )


def _unknown(project: Project, rules: tuple[Rule, ...], ways: Sequence[Link]) -> list[Finding]:
    """Say what cannot be judged: spaces that no known door leads into, an area without any space."""
    findings = []
    deep = [s for s in project.spaces if _control(s) > 0]
    for group in _joined(deep, ways):
        if not any(s.id in project.doors_by_space for s in group):
            names = named(s.label for s in group)
            first = group[0]
            findings.append(
                state(
                    "access",
                    rules,
                    f"entrance of {names}",
                    "not-assessed",
                    f"No door of {names} is known, so nobody can say how it is closed.",
                    remedy="Supply a drawing on which its doors can be read, or state them as [[door]] with between.",
                    supply=supply.storey(first.storey, "", "plan"),
                    storey=first.storey,
                    location=None if first.polygon is None else first.polygon.representative_point(),
                )
            )
    if not deep:
        findings.append(
            state(
                "access",
                rules,
                "controlled area",
                "not-assessed",
                "No room is stated as zone III, zone IV or restricted, so there is no controlled area to judge.",
                remedy="Give zone and occupancy for the scan room, the control room and the technical room.",
                supply=tuple(m for r in scan_rooms(project).values() if r for m in supply.room(r, "zone", "occupancy")),
            )
        )
    return findings
