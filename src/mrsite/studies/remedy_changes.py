"""Changes to a site that may cure a finding: moved, turned, raised, restricted, locked.

A change is a function of its size that gives a changed project, or None where it cannot be made
(the magnet would stand in a wall). Nothing here judges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from mrsite.base.pose import Pose
from mrsite.checks.doors import door_subject
from mrsite.checks.enclosure import scan_rooms, usable
from mrsite.checks.finding import Finding
from mrsite.site.project import Door, Equipment, Project, Scanner, Space

Family = Literal["move magnet", "turn magnet", "raise magnet", "move equipment", "raise equipment", "move metal",
                 "fence", "relabel", "door"]  # fmt: skip

#: Kept free between the covers of a magnet and a wall, m.
_CLEAR = 0.1
_DIRECTIONS = 12


@dataclass(frozen=True)
class Change:
    """One way of changing a site, by some amount.

    Parameters
    ----------
    make : callable
        Amount -> changed project, or None where it cannot be so.
    amounts : tuple of float
        Increasing; where ``continuous`` the least that cures is sought between them too.
    says : callable
        Amount -> what is done, in words.
    values : callable
        Amount -> keys of the site file with their new values, as ``with_values`` takes them; empty
        where the file holds the thing in no one key.
    field_same : bool
        Whether lines and fields at unmoved places stay as they are.
    """

    family: Family
    make: Callable[[float], Project | None]
    amounts: tuple[float, ...]
    says: Callable[[float], str]
    unit: str = "m"
    continuous: bool = True
    field_same: bool = False
    values: Callable[[float], Mapping[str, Any]] = field(default=lambda _amount: {})


def changes(project: Project, finding: Finding) -> Iterator[Change]:
    """Yield the changes worth trying on a finding, the nearest at hand first."""
    yield from _doors(project, finding)
    item = next((e for e in project.equipment if finding.subject in (e.id, f"{e.id} as loose steel")), None)
    if item is not None and item.placed_by != "room":
        yield from _equipment(project, item)
    metal = next((m for m in project.moving_metal if finding.subject.split(" beside ")[0] == m.id), None)
    if metal is not None:
        yield from _metal(project, metal.id)
    yield from _spaces(project, finding)
    if _about_field(finding):
        for scanner in project.scanners:
            if scanner.status == "proposed":
                yield from _magnet(project, scanner)


def _about_field(finding: Finding) -> bool:
    """Whether where the magnet stands can change a finding: it bears a place and a measure, or a line."""
    return finding.check in (
        "containment", "projectile", "equipment", "boundary", "resuscitation", "moving_metal", "neighbour_scanner",
        "field_volumes", "transients", "traction",
    )  # fmt: skip


def _angles(first: float) -> list[float]:
    """Return directions all round in whole steps, the one nearest to the given first and its neighbours next."""
    step = 2 * math.pi / _DIRECTIONS
    first = step * round(first / step)
    order = [0] + [s * k for k in range(1, _DIRECTIONS // 2 + 1) for s in (1, -1)]
    return [first + step * k for k in order[:_DIRECTIONS]]


def _word(angle: float) -> str:
    names = ("right (+x)", "up and right", "up (+y)", "up and left", "left (-x)", "down and left", "down (-y)",
             "down and right")  # fmt: skip
    return names[round(angle / (math.pi / 4)) % 8]


def _shifted(point: tuple[float, float], amount: float, angle: float) -> tuple[float, float]:
    return point[0] + amount * math.cos(angle), point[1] + amount * math.sin(angle)


# Magnets -----------------------------------------------------------------------------------------


def stands(project: Project, scanner: Scanner, pose: Pose) -> bool:
    """Whether a magnet at a pose stands in its scan room, clear of the walls."""
    from shapely import affinity, box

    room = scan_rooms(project).get(scanner.id)
    if room is None:
        return False
    storey = project.storey(scanner.storey)
    here = storey.to_site.pose_back(pose)
    magnet = scanner.magnet
    a, r = 0.5 * (magnet.magnet_length_m or 1.7) + _CLEAR, 0.5 * (magnet.cryostat_diameter_m or 2.0) + _CLEAR
    body = affinity.translate(
        affinity.rotate(box(-a, -r, a, r), here.bearing_deg, origin=(0, 0)), here.position[0], here.position[1]
    )
    return bool(room.polygon.covers(body))


def _with_pose(project: Project, scanner: Scanner, pose: Pose, height: float | None = None) -> Project | None:
    if height is None and not stands(project, scanner, pose):
        return None
    changed = replace(scanner, poses=(pose,), isocentre_height=height or scanner.isocentre_height)
    return replace(project, scanners=tuple(changed if s.id == scanner.id else s for s in project.scanners))


def _magnet(project: Project, scanner: Scanner) -> Iterator[Change]:
    if len(scanner.poses) > 1:
        return
    pose = scanner.poses[0]
    storey = project.storey(scanner.storey)
    x, y, z = pose.position

    def moved(angle: float) -> Change:
        def place(amount: float) -> Pose:
            px, py = _shifted((x, y), amount, angle)
            return Pose((px, py, z), pose.bearing_deg)

        def keys(amount: float) -> Mapping[str, Any]:
            px, py = storey.to_site.back(place(amount).position[:2])
            return {f"scanner.{scanner.id}.isocentre": [round(px, 3), round(py, 3)]}

        return Change(
            "move magnet",
            lambda amount: _with_pose(project, scanner, place(amount)),
            (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0),
            lambda amount: f"Move {scanner.id} by {amount:.2f} m to the {_word(angle)} of the plan",
            values=keys,
        )

    for angle in _angles(0.0):
        yield moved(angle)
    for sign in (1.0, -1.0):

        def turned(degrees: float, sign: float = sign) -> Project | None:
            return _with_pose(project, scanner, Pose(pose.position, pose.bearing_deg + sign * degrees))

        def say(degrees: float, sign: float = sign) -> str:
            way = "anticlockwise" if sign > 0 else "clockwise"
            return (
                f"Turn {scanner.id} by {degrees:g} deg {way}, to bearing {(pose.bearing_deg + sign * degrees) % 360:g}"
            )

        def keys_turned(degrees: float, sign: float = sign) -> Mapping[str, Any]:
            return {f"scanner.{scanner.id}.bearing_deg": (pose.bearing_deg + sign * degrees) % 360}

        yield Change(
            "turn magnet", turned, (15.0, 30.0, 45.0, 60.0, 90.0, 180.0), say, "deg", continuous=False,
            values=keys_turned,
        )  # fmt: skip

    def raised(amount: float) -> Project | None:
        return _with_pose(
            project, scanner, Pose((x, y, z + amount), pose.bearing_deg), scanner.isocentre_height + amount
        )

    yield Change(
        "raise magnet", raised, (0.05, 0.1, 0.2, 0.3),
        lambda amount: f"Raise the isocentre of {scanner.id} by {amount:.2f} m (its vendor must agree)",
        continuous=False,
        values=lambda amount: {f"scanner.{scanner.id}.isocentre_height": round(scanner.isocentre_height + amount, 3)},
    )  # fmt: skip


# Things ------------------------------------------------------------------------------------------


def _away(project: Project, at: tuple[float, float], storey_name: str) -> float:
    """Return the direction from the nearest isocentre to a place."""
    storey = project.storey(storey_name)
    middles = [storey.to_site.back(s.poses[0].position[:2]) for s in project.scanners if s.status != "removed"]
    near = min(middles, key=lambda m: math.dist(m, at), default=(at[0] - 1.0, at[1]))
    return math.atan2(at[1] - near[1], at[0] - near[0])


def _with_item(project: Project, item: Equipment) -> Project:
    return replace(project, equipment=tuple(item if e.id == item.id else e for e in project.equipment))


def _equipment(project: Project, item: Equipment) -> Iterator[Change]:
    from shapely import affinity

    rooms = [
        s for s in project.spaces if s.storey == item.storey and usable(s) and s.polygon.intersects(item.footprint)
    ]
    home = max(rooms, key=lambda s: s.polygon.intersection(item.footprint).area, default=None)
    middle = item.footprint.centroid
    at = (middle.x, middle.y)

    def moved(angle: float) -> Change:
        def make(amount: float) -> Project | None:
            dx, dy = _shifted((0.0, 0.0), amount, angle)
            footprint = affinity.translate(item.footprint, dx, dy)
            # a gantry's swept circle may stand over a wall as drawn; its middle may not
            if home is not None and not home.polygon.covers(footprint.centroid):
                return None
            return _with_item(project, replace(item, footprint=footprint))

        def keys(amount: float) -> Mapping[str, Any]:
            px, py = _shifted(at, amount, angle)
            return {f"equipment.{item.id}.at": [round(px, 3), round(py, 3)]}

        return Change(
            "move equipment", make, (0.1, 0.25, 0.5, 1.0, 2.0, 4.0),
            lambda amount: f"Move {item.id} by {amount:.2f} m to the {_word(angle)} of the plan, in its room",
            field_same=True, values=keys if item.placed_by == "at" else (lambda _amount: {}),
        )  # fmt: skip

    for angle in _angles(_away(project, at, item.storey)):
        yield moved(angle)

    ceiling = (home.ceiling if home is not None else None) or project.storey(item.storey).ceiling
    low, high = item.heights

    def raised(amount: float) -> Project | None:
        if ceiling is not None and high + amount > ceiling:
            return None
        return _with_item(project, replace(item, heights=(low + amount, high + amount)))

    yield Change(
        "raise equipment", raised, (0.25, 0.5, 1.0),
        lambda amount: f"Hang {item.id} {amount:.2f} m higher", field_same=True,
        values=lambda amount: {f"equipment.{item.id}.heights": [round(low + amount, 3), round(high + amount, 3)]},
    )  # fmt: skip


def _metal(project: Project, id_: str) -> Iterator[Change]:
    entry = next(m for m in project.moving_metal if m.id == id_)
    middle = np.mean(np.array(entry.path), axis=0)
    from mrsite.site.surroundings.tracks import track

    storey = track(project, entry).storey

    def moved(angle: float) -> Change:
        def path(amount: float) -> tuple[tuple[float, float], ...]:
            return tuple(_shifted(p, amount, angle) for p in entry.path)

        def make(amount: float) -> Project:
            other = entry.model_copy(update={"path": path(amount)})
            return replace(project, moving_metal=tuple(other if m.id == id_ else m for m in project.moving_metal))

        return Change(
            "move metal", make, (0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
            lambda amount: f"Move the way of {id_} by {amount:.2f} m to the {_word(angle)} of the plan",
            field_same=True,
            values=lambda amount: {f"moving_metal.{id_}.path": [[round(a, 3), round(b, 3)] for a, b in path(amount)]},
        )  # fmt: skip

    for angle in _angles(_away(project, (float(middle[0]), float(middle[1])), storey.name)):
        yield moved(angle)


# Rooms and doors ---------------------------------------------------------------------------------


def _space_of(project: Project, finding: Finding) -> Space | None:
    named = [s for s in project.spaces if finding.subject in (s.label, s.id) and finding.storey in (None, s.storey)]
    return named[0] if len(named) == 1 else None


def _with_space(project: Project, space: Space, doors: tuple[Door, ...] | None = None) -> Project:
    spaces = tuple(space if s.id == space.id else s for s in project.spaces)
    return replace(project, spaces=spaces, doors=project.doors if doors is None else doors)


def _locked(door: Door) -> Door:
    return replace(door, lock=True, self_closing=True, free_egress=True, signs=("outside", "inside"))


def _spaces(project: Project, finding: Finding) -> Iterator[Change]:
    """A room that a line enters is made restricted, with control of its doors; an area outdoors is fenced."""
    space = _space_of(project, finding)
    if space is None or space.occupancy in ("restricted", "none") or finding.check not in ("containment", "projectile"):
        return

    def relabelled(_amount: float) -> Project:
        assert space is not None
        zone = space.zone if space.zone in ("III", "IV") else "III"
        changed = replace(space, occupancy="restricted", zone=zone)
        doors = tuple(_locked(d) if d.spaces and space.id in d.spaces else d for d in project.doors)
        return _with_space(project, changed, doors)

    names = [d.label for d in project.doors if d.spaces and space.id in d.spaces]
    key = space.number or space.name
    yield Change(
        "relabel", relabelled, (1.0,),
        lambda _amount: (
            f"Make {space.label} restricted (zone III), with lock, closer, free exit and signs on "
            f"{', '.join(names) or 'its doors'}"
        ),
        "room", continuous=False, field_same=True,
        values=lambda _amount: (
            {f"room.{key}.occupancy": "restricted", f"room.{key}.zone": "III"} if space.stated else {}
        ),
    )  # fmt: skip
    if space.is_area and finding.location is not None:
        inside = finding.location.buffer(0.5).intersection(space.polygon)

        def fenced(_amount: float) -> Project:
            assert space is not None
            yard = replace(space, id=f"{space.id} fenced", name=f"{space.label} (fenced)", number=None, polygon=inside,
                           occupancy="none", zone=None)  # fmt: skip
            rest = replace(space, polygon=space.polygon.difference(inside))
            return replace(_with_space(project, rest), spaces=(*_with_space(project, rest).spaces, yard))

        yield Change(
            "fence", fenced, (1.0,),
            lambda _amount: f"Fence off {inside.area:.1f} m2 of {space.label}, 0.5 m beyond the line",
            "area", continuous=False, field_same=True,
        )  # fmt: skip


def _doors(project: Project, finding: Finding) -> Iterator[Change]:
    """Every single control that a door in the finding lacks, then all together."""
    concerned = [d for d in project.doors if _concerns(project, finding, d)]
    if finding.check not in ("access", "egress", "detection", "widths", "scan_room", "pathways", "sight", "zones"):
        return
    for door in concerned:
        subject = door_subject(project, door)
        for words, facts in _controls(door, finding):

            def make(_amount: float, door: Door = door, facts: dict[str, Any] = facts) -> Project:
                changed = replace(door, **facts)
                return replace(project, doors=tuple(changed if d.id == door.id else d for d in project.doors))

            def say(_amount: float, words: str = words, subject: str = subject) -> str:
                return f"{words} on {subject}"

            def keys(_amount: float, door: Door = door, facts: dict[str, Any] = facts) -> Mapping[str, Any]:
                if door.number is None or not door.where:
                    return {}
                return {
                    f"door.{door.number}.{'clear_width_mm' if k == 'clear_width_m' else k}":
                    (round(v * 1000) if k == "clear_width_m" else list(v) if isinstance(v, tuple) else v)
                    for k, v in facts.items()
                }  # fmt: skip

            yield Change("door", make, (1.0,), say, "door", continuous=False, field_same=True, values=keys)


def _concerns(project: Project, finding: Finding, door: Door) -> bool:
    if finding.storey not in (None, door.storey):
        return False
    if door_subject(project, door) in finding.subject:
        return True
    if finding.check == "pathways":
        return door.label in (finding.remedy or "")
    rooms = [s for s in project.spaces if s.label in finding.subject]
    return any(door.spaces is not None and s.id in door.spaces for s in rooms)


def _controls(door: Door, finding: Finding) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if not door.lock:
        found.append(
            (
                "Fit a lock with controlled access, and a closer,",
                {"lock": True, "self_closing": True, "free_egress": True},
            )
        )
    elif not door.self_closing:
        found.append(("Fit a closer", {"self_closing": True}))
    if not door.free_egress:
        found.append(("Let it open from inside at any time: a panic bar", {"free_egress": True}))
    if door.signs is None or set(door.signs) != {"outside", "inside"}:
        found.append(("Hang signs on both sides", {"signs": ("outside", "inside")}))
    if door.opens not in ("outward", "sliding"):
        found.append(("Let the leaf open outward", {"opens": "outward"}))
    if not door.detector:
        found.append(("Place a ferromagnetic detector", {"detector": True}))
    if finding.limit is not None and finding.limit[1] == "m" and (door.clear_width_m or 0.0) < finding.limit[0]:
        width = finding.limit[0]
        found.append((f"Widen to {width:.2f} m clear", {"clear_width_m": width}))
    return found
