"""What a comparison of two drawings gives: edits, each a fact of its own, and what pairs with what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from mrsite.plans.plan import Door, Plan, Point, Room
from mrsite.plans.revision.align import Alignment

Kind = Literal["moved", "appeared", "vanished", "changed", "renamed", "swapped", "split", "merged"]
#: What only one drawing shows, and in which.
ALONE: tuple[tuple[Kind, str], ...] = (("vanished", "is gone"), ("appeared", "is new"))


@dataclass(frozen=True, eq=False)
class Edit:
    """One thing that somebody changed.

    Parameters
    ----------
    kind : str
        ``moved``, ``appeared``, ``vanished``, ``changed``, ``renamed``, ``swapped``, ``split``, ``merged``.
    what : str
        ``drawing``, ``wall``, ``column``, ``door``, ``window``, ``opening``, ``room``, ``label``, ``stair``, ``lift``.
    subject : str
        What a person calls it.
    said : str
        The edit as a sentence.
    shape : shapely geometry, m
        Where it is: in the new drawing's plan metres. None for the whole drawing.
    old_at, new_at : (x, y) or None, m
        Its middle in the old and in the new drawing's own plan metres.
    rooms : tuple of str
        Labels of the rooms concerned, as the old drawing has them, then as the new one has them.
    consequences : tuple of str
        What follows from it and is no edit of its own.
    """

    kind: Kind
    what: str
    subject: str
    said: str
    shape: Any = None
    old_at: Point | None = None
    new_at: Point | None = None
    rooms: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()

    def with_consequences(self, *more: str) -> Edit:
        """Return the edit with more that follows from it."""
        return replace(self, consequences=(*self.consequences, *more)) if more else self


@dataclass(frozen=True, eq=False)
class PlanChanges:
    """What changed from one drawing to another.

    Parameters
    ----------
    alignment : Alignment
        How the old drawing lies on the new one.
    edits : tuple of Edit
    successors : mapping
        Id of a room of the old drawing -> ids of the rooms of the new one that stand in its place:
        one, several after a split, none where nobody encloses the place any more.
    doors : mapping
        Index of a door of the old drawing -> index of the same door in the new one.
    notes : tuple of str
        What was not compared, or read in one drawing alone though both draw it.
    """

    old: Plan
    new: Plan
    alignment: Alignment
    edits: tuple[Edit, ...]
    successors: dict[str, tuple[str, ...]]
    doors: dict[int, int]
    notes: tuple[str, ...] = ()


def called(room: Room) -> str:
    """Return what a person calls a room: number and name, or where it is."""
    words = " ".join(w for w in (room.number, room.name) if w)
    if words:
        return words
    if room.polygon is None or room.polygon.is_empty:
        return room.id
    p = room.polygon.representative_point()
    return f"the unnamed room at ({p.x:.2f}, {p.y:.2f})"


def joins(door: Door) -> str:
    """Return what a person calls a door: the rooms it joins."""
    return f"door {door.rooms[0]} / {door.rooms[1]}"


def millimetres(metres: float) -> str:
    """Return a length as a person reads it in a list of edits."""
    return f"{metres * 1000:.0f} mm" if abs(metres) < 1.0 else f"{metres:.3f} m"
