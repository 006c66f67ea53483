"""``compare_plans``: two drawings in, the list of edits out; each step is a module of this room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mrsite.base.errors import InputError
from mrsite.plans.plan import Plan, Room
from mrsite.plans.revision.align import Alignment, align
from mrsite.plans.revision.edits import Edit, Kind, PlanChanges
from mrsite.plans.revision.lines import Lines, linework_segments
from mrsite.plans.revision.openings import Ground, Hole, fixture_edits, holes, number_edits, opening_edits
from mrsite.plans.revision.rooms import (
    areas_changed,
    label_edits,
    match_rooms,
    room_edits,
    text_edits,
    unexplained_outlines,
)
from mrsite.plans.revision.walls import wall_edits

_ORDER = ("drawing", "room", "label", "door", "wall", "column", "window", "opening", "stair", "lift")


def compare_plans(old: Plan, new: Plan) -> PlanChanges:
    """Say what a new revision of a drawing changed.

    A drawing that was shifted, turned, mirrored or drawn in another unit is laid on the old one first,
    and that is one edit. What then differs is told as a person would: a wall with the doors it took
    along is one edit, rooms that grew by it are its consequence. What only one of the readings shows,
    while both drawings have the same lines there, is a note and no edit.

    Parameters
    ----------
    old, new : Plan
        In metres; their frames may differ.

    Raises
    ------
    InputError
        The two do not show one building: less than a third of the walls of the one is in the other.
    """
    found = align(old, new)
    if found is None:
        raise InputError(
            f"{_name(new)} does not show the building of {_name(old)}: their walls and labels do not lie on one "
            "another under any shift or turn; check the two names, and window where a drawing holds several plans"
        )

    old_lines, new_lines = Lines(found.to_new(linework_segments(old))), Lines(linework_segments(new))
    rooms_old = [r for r in old.rooms if not r.polygon.is_empty]
    rooms_new = [r for r in new.rooms if not r.polygon.is_empty]
    match = match_rooms(rooms_old, rooms_new, [_moved(r, found) for r in rooms_old])
    groups = {
        what: (holes(getattr(old, f"{what}s"), found.point), holes(getattr(new, f"{what}s"), lambda p: p))
        for what in ("door", "window", "opening")
    }
    walls, moves, explained = wall_edits(
        Lines(found.to_new(old.wall_segments)), Lines(new.wall_segments), _all_holes(groups)
    )
    ground = Ground(old_lines, new_lines, match.successors(), moves)
    edits: list[Edit] = _drawing_edit(old, new, found)
    notes: list[str] = []
    doors: dict[int, int] = {}
    for what, (mine, theirs) in groups.items():
        more, pairs, carried, said = opening_edits(mine, theirs, ground, what)
        edits += more if what != "opening" else [e for e in more if not _by_column(e, walls)]
        notes += said
        if what == "door":
            doors, edits = pairs, edits + number_edits(mine, theirs, pairs)
        for k, words in carried.items():
            walls[k] = walls[k].with_consequences(*words)
    shapes, said, unsure = room_edits(match, old_lines, new_lines)
    notes += said
    label_places = {a: found.point(r.label_at) for a, r in enumerate(rooms_old) if r.label_at is not None}
    shapes, walls = _with_their_walls(shapes, walls)
    edits += [w.with_consequences(*areas_changed(match, w.shape.buffer(0.3))) for w in walls]
    edits += shapes
    edits += label_edits(match, label_places, unsure)
    texts_old = [(t.text, found.point(t.at)) for t in old.texts] if unsure else []
    edits += text_edits(match, texts_old, [(t.text, t.at) for t in new.texts] if unsure else [], unsure)
    more, said = fixture_edits(old, new, found.point, ground)
    notes += said
    edits += more
    edits += unexplained_outlines(match, _explained(explained, groups, edits), unsure)
    notes += _not_compared(old, new)
    edits = [replace(e, old_at=found.back(e.old_at)) if e.what in ("wall", "column") and e.old_at else e for e in edits]
    ordered = sorted(edits, key=lambda e: (_ORDER.index(e.what), e.said))
    return PlanChanges(
        old=old, new=new, alignment=found, edits=tuple(ordered),
        successors=match.successors(), doors=doors, notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _name(plan: Plan) -> str:
    return plan.path.replace("\\", "/").rsplit("/", 1)[-1]


def _moved(room: Room, found: Alignment) -> Any:
    from shapely import transform

    return transform(room.polygon, found.to_new)


def _by_column(edit: Edit, walls: list[Edit]) -> bool:
    """Whether a doorless opening is only the gap beside a column that came or went."""
    return any(w.what == "column" and w.shape.distance(edit.shape) < 0.3 for w in walls)


def _with_their_walls(rooms: list[Edit], walls: list[Edit]) -> tuple[list[Edit], list[Edit]]:
    """Tell a wall that split a room, or whose removal merged two, with the room."""
    made = {"split": "appeared", "merged": "vanished"}
    out, taken = [], set()
    for edit in rooms:
        area = edit.shape.buffer(0.5) if edit.kind in made else None
        for k, wall in enumerate(walls):
            if area is not None and wall.kind == made[edit.kind] and area.covers(wall.shape):
                edit = edit.with_consequences(wall.said)
                taken.add(k)
        out.append(edit)
    return out, [w for k, w in enumerate(walls) if k not in taken]


def _all_holes(groups: dict[str, tuple[list[Hole], list[Hole]]]) -> Any:
    import shapely

    shapes = [h.shape for pair in groups.values() for side in pair for h in side]
    return shapely.union_all(shapes) if shapes else shapely.Polygon()


def _explained(walls: Any, groups: dict[str, tuple[list[Hole], list[Hole]]], edits: list[Edit]) -> Any:
    """Where outlines differ because of an edit already told."""
    import shapely

    areas = [walls.buffer(0.1), _all_holes(groups)]
    areas += [e.shape.buffer(0.5) for e in edits if e.what == "room"]
    areas += [e.shape.buffer(1.5) for e in edits if e.what == "column"]
    return shapely.union_all(areas)


def _drawing_edit(old: Plan, new: Plan, found: Alignment) -> list[Edit]:
    edits = []
    if not found.same:
        said = f"the whole drawing: {found.said()}"
        kind: Kind = "changed" if found.mirrored or found.scale != 1.0 else "moved"
        edits.append(Edit(kind, "drawing", "the whole drawing", said, None, found.pivot_old, found.pivot_new))
    if old.unit != new.unit:
        said = f"the drawing unit: {old.unit} before, {new.unit} now"
        edits.append(Edit("changed", "drawing", "the drawing unit", said))
    return edits


def _not_compared(old: Plan, new: Plan) -> list[str]:
    """What could not be compared, since one of the drawings does not tell it."""
    out = []
    for one, other, which in ((old, new, "new"), (new, old, "old")):
        if one.windows and not other.windows:
            out.append(f"windows: the {which} drawing shows none that can be told from its walls")
        if other.incomplete:
            out.append(f"the {which} drawing is incomplete: {other.incomplete[0]}")
    loose = [r for r in old.rooms if r.polygon.is_empty]
    if loose:
        out.append(f"{len(loose)} rooms of the old drawing have a label and no outline: only their labels were read")
    return out
