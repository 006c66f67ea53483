"""Doors as edges of a graph: what they join, and what a person calls them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mrsite.site.project import Door, Project, Space, Zone

OUTSIDE = "outside"
#: Depth of a zone; outdoors and rooms without a zone have none.
DEPTH: dict[Zone | None, int] = {None: 0, "I": 1, "II": 2, "III": 3, "IV": 4}


def between(project: Project, door: Door) -> tuple[Space | None, Space | None] | None:
    """Return the two spaces of a door (None: outdoors), or None where they are not known."""
    if door.spaces is None:
        return None
    known = project.spaces_by_id
    if any(i != OUTSIDE and i not in known for i in door.spaces):
        return None
    first, second = (known.get(i) for i in door.spaces)
    return first, second


def inner(project: Project, door: Door) -> tuple[Space | None, Space | None]:
    """Return (the space nearer the magnet, the other) of a door whose spaces are known."""
    sides = between(project, door)
    assert sides is not None

    def rank(space: Space | None) -> tuple[int, bool, bool]:
        if space is None:
            return -1, False, False
        return DEPTH[space.zone], space.occupancy == "restricted", space.zone is not None

    first, second = sides
    return (first, second) if rank(first) >= rank(second) else (second, first)


def side_label(space: Space | None) -> str:
    """What a person calls one side of a door, with its zone."""
    if space is None:
        return "outdoors"
    return f"{space.label} (zone {space.zone})" if space.zone else space.label


def door_subject(project: Project, door: Door) -> str:
    """What a person calls a door: its number and its rooms, the inner first; the same in any drawing.

    Several doors between the same two rooms are told apart by their place.
    """
    sides = between(project, door)
    if sides is None:
        return f"door {door.label}"
    names = _names(project, door)
    number = f"{door.number} " if door.number else ""
    twins = not door.number and project.unnumbered_doors[door.storey, project.sides_of(door)] > 1
    spot = f" at ({door.at[0]:.1f}, {door.at[1]:.1f})" if twins and door.at else ""
    return f"door {number}{names[0]} / {names[1]}{spot}"


def _names(project: Project, door: Door) -> tuple[str, str]:
    deep, other = inner(project, door)
    labels = tuple("outdoors" if s is None else s.label for s in (deep, other))
    same = deep is not None and other is not None and DEPTH[deep.zone] == DEPTH[other.zone]
    first, second = sorted(labels) if same else labels
    return first, second


def place(door: Door) -> Any:
    """Return where a door is, as a shapely point, or None."""
    import shapely

    return None if door.at is None else shapely.Point(door.at)


def doors_of(project: Project, space: Space) -> tuple[Door, ...]:
    """Return the doors of a space."""
    return project.doors_by_space.get(space.id, ())


def named(items: Iterable[str], none: str = "none") -> str:
    """Join names for a sentence."""
    words = list(dict.fromkeys(items))
    if not words:
        return none
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"
