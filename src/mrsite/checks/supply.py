"""The facts that findings lack, as lines of the site file, and those that would settle most."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mrsite.checks.doors import door_subject
from mrsite.checks.finding import Ask, Finding, Missing, Who
from mrsite.checks.judge import BINDING
from mrsite.site.project import Door, Project, Space, Storey

#: How many asks a result ends with.
MOST = 10

_ARCHITECT: Who = "architect"
_DOOR: dict[str, tuple[Who, str]] = {
    "lock": (_ARCHITECT, "true  # or false"),
    "signs": ("department", '["outside", "inside"]  # the sides that bear one; [] for none'),
    "free_egress": (_ARCHITECT, "true  # or false: opens from inside without a key"),
    "self_closing": (_ARCHITECT, "true  # or false"),
    "opens": (_ARCHITECT, '"outward"  # or "inward", "sliding"; out of the space of the higher zone'),
    "clear_width_mm": (_ARCHITECT, "1400.0  # as built"),
    "detector": ("department", "true  # or false: ferromagnetic detector at this door"),
    "between": (_ARCHITECT, '["ROOM", "ROOM"]  # the two rooms it joins'),
    "at": (_ARCHITECT, "[0.0, 0.0]  # m, as drawn"),
}
_ROOM: dict[str, tuple[Who, str]] = {
    "zone": ("department", '"IV"  # or "I", "II", "III"'),
    "occupancy": ("department", '"restricted"  # or "public", "staff", "maintenance", "none"'),
    "polygon": (_ARCHITECT, "[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]  # m: the faces of its walls"),
    "use": ("department", '"scan"  # or control, corridor, preparation, induction, resuscitation, ...'),
    "workstation": ("department", "false  # or true: a fixed workplace"),
    "oxygen_monitor": ("estates", "true  # or false"),
    "air_changes": ("estates", "6.0  # an hour, in normal running"),
    "exhaust_m3_h": ("estates", "2400.0  # emergency exhaust"),
    "ceiling": (_ARCHITECT, "3.0  # m above finished floor"),
    "relief_area_m2": (_ARCHITECT, "0.0  # pressure relief opening; 0 for none"),
    "switches": ("estates", '["quench", "exhaust fan"]  # emergency switches in this room'),
}
_STOREY: dict[str, tuple[Who, str]] = {
    "height": (_ARCHITECT, "4.2  # m, floor to floor"),
    "tie": (
        _ARCHITECT,
        "{ here = [[0.0, 0.0], [1.0, 0.0]], site = [[0.0, 0.0], [1.0, 0.0]] }  # two points on both drawings",
    ),
    "plan": (_ARCHITECT, '"storey.dxf"  # a complete drawing with walls and doors'),
    "occupancy": (_ARCHITECT, '"public"  # of what no room of it holds; or "staff", "restricted", "none"'),
}


def quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def door(project: Project, door_: Door, *keys: str) -> tuple[Missing, ...]:
    """Return what is missing of a door."""
    name = (
        f"number = {quoted(door_.number)}"
        if door_.number
        else (f"at = [{door_.at[0]:.3f}, {door_.at[1]:.3f}]" if door_.at else "")
    )
    entry = ("[[door]]", *([name] if name else []), f"storey = {quoted(door_.storey)}")
    return _each(door_subject(project, door_), entry, door_.where, keys, _DOOR)


def room(space: Space, *keys: str) -> tuple[Missing, ...]:
    """Return what is missing of a room."""
    names = [f"{key} = {quoted(value)}" for key, value in (("number", space.number), ("name", space.name)) if value]
    if not names and space.tag_at:
        names = [f"at = [{space.tag_at[0]:.3f}, {space.tag_at[1]:.3f}]"]
    elif not names and space.polygon is not None and not space.polygon.is_empty:
        x, y = space.polygon.representative_point().coords[0][:2]
        names = [f"at = [{x:.3f}, {y:.3f}]"]
    return _each(space.label, ("[[room]]", *names, f"storey = {quoted(space.storey)}"), space.where, keys, _ROOM)


def storey(name: str, where: str, *keys: str) -> tuple[Missing, ...]:
    """Return what is missing of a storey."""
    return _each(f"storey {name}", ("[[storey]]", f"name = {quoted(name)}"), where, keys, _STOREY)


def tie(storey_: Storey) -> tuple[str, tuple[Missing, ...]]:
    """Return what to do for a storey whose drawing nothing puts on the others, and what is missing."""
    remedy = f"Give tie = {{ here = [[x, y], [x, y]], site = [[x, y], [x, y]] }} for storey {quoted(storey_.name)}."
    return remedy, storey(storey_.name, storey_.where, "tie")


def entry(who: Who, about: str, *lines: str) -> tuple[Missing, ...]:
    """Return an entry that is missing as a whole; the first line is its header."""
    return (Missing(who, about, lines, ()),)


def _each(
    about: str, head: tuple[str, ...], where: str, keys: Sequence[str], known: dict[str, tuple[Who, str]]
) -> tuple[Missing, ...]:
    return tuple(Missing(known[key][0], about, head, (f"{key} = {known[key][1]}",), where) for key in keys)


def most_settling(findings: Sequence[Finding], most: int = MOST) -> tuple[Ask, ...]:
    """Return the facts that would settle most findings, a thing and a person at a time.

    Those that hold up the conclusion (law, standard, professional guidance) count before others.
    """
    groups: dict[tuple[Who, str], list[tuple[Missing, Finding]]] = {}
    for finding in findings:
        for missing in finding.supply:
            groups.setdefault((missing.who, missing.about), []).append((missing, finding))

    def weight(pairs: list[tuple[Missing, Finding]]) -> tuple[int, int]:
        found = {f.id: f for _, f in pairs}
        return -sum(f.severity in BINDING for f in found.values()), -len(found)

    ordered = sorted(groups.items(), key=lambda item: weight(item[1]))
    return tuple(
        Ask(who, about, _toml([m for m, _ in pairs]), tuple(dict.fromkeys(f.id for _, f in pairs)))
        for (who, about), pairs in ordered[:most]
    )


def _toml(missing: Sequence[Missing]) -> str:
    """Return lines to paste: each behind a hash, to be taken away where it is so."""
    blocks: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for one in missing:
        keys = blocks.setdefault((one.entry, one.where), [])
        keys += [k for k in one.keys if k not in keys]
    said = []
    for (head, where), keys in blocks.items():
        if where:
            said.append(f"# add to the {head[0]} at {where}:")
            said += [f"# {key}" for key in keys]
        else:
            said += [f"# {line}" for line in (*head, *keys)]
    return "\n".join(said) + "\n"
