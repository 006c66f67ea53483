"""Rooms: what the drawing shows and what the site file states, tied together.

A statement finds its room by number, then name, then point. It never attaches by guess: two
candidates are an error that asks for ``at``, none at all is an error that names the nearest.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document
from mrsite.plans.plan import Plan, Room, Text
from mrsite.site.project import Space, Storey
from mrsite.site.schema import AreaEntry, RoomEntry

#: Two outlines are one room where they share this much of the smaller: a stated polygon then
#: stands in for the room of the drawing.
_SAME_ROOM = 0.5
#: Stated outlines that share more of the smaller than a wall's thickness drawn twice lie in one another.
_OVERLAP = 0.1


def resolve_spaces(
    storeys: Sequence[Storey], rooms: Sequence[RoomEntry], areas: Sequence[AreaEntry], document: Document
) -> tuple[Space, ...]:
    """Tie the rooms of the file to those of the drawings, and add its areas.

    Returns
    -------
    tuple of Space
        All rooms of all drawings (stated or not), then rooms the file draws, then areas.

    Raises
    ------
    InputError
        A room that is not there, an ambiguous name, a room stated twice, an unknown storey.
    """
    spaces: list[Space] = []
    for storey in storeys:
        if storey.plan is not None:
            spaces.extend(_from_plan(storey.name, storey.plan))
    faults: list[str] = []
    for index, entry in enumerate(rooms):
        where = document.where("room", index)
        try:
            _state(spaces, storeys, entry, where, drawn=entry.polygon is not None)
        except InputError as error:
            faults.append(error.message)
    for index, area in enumerate(areas):
        where = document.where("area", index)
        try:
            spaces.append(_area(storeys, area, where))
        except InputError as error:
            faults.append(error.message)
    if faults:
        raise InputError("\n".join(faults))
    return tuple(_with_distinct_ids(spaces))


def find_storey(storeys: Sequence[Storey], name: str | None, where: str) -> Storey:
    """Return the storey of a name; the only one where no name is given.

    Raises
    ------
    InputError
        No such storey, or several and none named.
    """
    if name is None:
        if len(storeys) == 1:
            return storeys[0]
        raise InputError(f'{where}: there are {len(storeys)} storeys; say which with storey = "..."')
    for storey in storeys:
        if storey.name == name:
            return storey
    names = [s.name for s in storeys]
    near = nearest(name, names)
    hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}"
    raise InputError(f"{where}: no storey is called {inert(name)!r}; {hint}")


def find_space(spaces: Iterable[Space], word: str, storey: str | None, where: str) -> Space:
    """Return the space that a word names: number first, then name, then id.

    Raises
    ------
    InputError
        None or several.
    """
    pool = [s for s in spaces if storey is None or s.storey == storey]
    for key in ("number", "name", "id"):
        found = [s for s in pool if _folded(getattr(s, key)) == _folded(word)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            places = ", ".join(f"{s.label} on {s.storey}" for s in found)
            raise InputError(f"{where}: {inert(word)!r} names {len(found)} rooms ({places}); use the number or a point")
    raise InputError(f"{where}: no room is called {inert(word)!r}; {_hint(word, pool)}")


def space_at(spaces: Iterable[Space], storey: str, point: tuple[float, float], within: float = 0.0) -> Space | None:
    """Return the space of a storey that holds a point, or the nearest within some distance, m."""
    from shapely import Point

    here = Point(point)
    best: tuple[float, float, Space] | None = None
    for space in spaces:
        if space.storey != storey or space.polygon is None or space.is_area:
            continue
        distance = float(space.polygon.distance(here))
        rank = (distance, float(space.polygon.area), space)
        if distance <= within and (best is None or rank[:2] < best[:2]):
            best = rank
    return best[2] if best else None


def _folded(text: str | None) -> str | None:
    return None if text is None else " ".join(text.casefold().split())


def _hint(word: str, pool: Sequence[Space]) -> str:
    known = [w for s in pool for w in (s.number, s.name) if w]
    near = nearest(word, known)
    if near:
        return f"did you mean {near!r}?"
    some = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"the rooms read are: {some}" if known else "no room was read there: give polygon = [[x, y], ...]"


def _from_plan(storey: str, plan: Plan) -> list[Space]:
    return [_space(storey, room) for room in plan.rooms if room.storey in (None, storey)] or [
        _space(storey, room) for room in plan.rooms
    ]


def _space(storey: str, room: Room) -> Space:
    polygon = None if room.polygon is None or room.polygon.is_empty else room.polygon
    at = room.label_at
    name = room.number or room.name or (f"at {at[0]:.1f},{at[1]:.1f}" if at else room.id or "unnamed")
    return Space(
        id=f"{storey}/{name}",
        name=room.name or None,
        number=room.number or None,
        storey=storey,
        polygon=polygon,
        from_plan=True,
        status=room.status,
        plan_id=room.id,
        note=room.reason,
        tag_at=at,
    )


def _state(spaces: list[Space], storeys: Sequence[Storey], entry: RoomEntry, where: str, drawn: bool) -> None:
    if entry.storey is None and len(storeys) > 1 and not drawn:
        storey = _storey_of(spaces, storeys, entry, where)
    else:
        storey = find_storey(storeys, entry.storey, where)
    here = [(i, s) for i, s in _matches(spaces, entry) if s.storey == storey.name]
    if drawn:
        _draw(spaces, storey, entry, where, here)
        return
    if not here:
        _absent(spaces, storey, entry, where)
        return
    if len(here) > 1:
        places = " and ".join(f"({s.tag_at[0]:.2f}, {s.tag_at[1]:.2f})" for _, s in here if s.tag_at)
        raise InputError(
            f"{where}: {_called(entry)} names {len(here)} rooms on {storey.name}, at {places}; add at = [x, y]"
        )
    index, space = here[0]
    if space.stated:
        raise InputError(f"{where}: {_called(entry)} is stated twice, first at {space.where}; keep one")
    spaces[index] = _with_statement(space, entry, where)


def _storey_of(spaces: Sequence[Space], storeys: Sequence[Storey], entry: RoomEntry, where: str) -> Storey:
    """Return the one storey whose rooms (or at least labels) an entry names."""
    on = {s.storey for _, s in _matches(spaces, entry)}
    word = entry.number or entry.name
    if not on and word:
        labels = [(s, _label(s.plan, word)) for s in storeys if s.plan is not None]
        exact = {s.name for s, text in labels if text is not None and _folded(text.text) == _folded(word)}
        on = exact or {s.name for s, text in labels if text is not None}
    if len(on) == 1:
        return find_storey(storeys, on.pop(), where)
    if on:
        raise InputError(f"{where}: {_called(entry)} is on {len(on)} storeys ({', '.join(sorted(on))}); add storey")
    raise InputError(f"{where}: no storey has a room called {inert(word or '')!r}; {_hint(word or '', spaces)}")


def _label(plan: Plan, word: str) -> Text | None:
    """Return the text of a drawing that is this word, or holds it whole."""
    same = next((t for t in plan.texts if _folded(t.text) == _folded(word)), None)
    if same is not None:
        return same
    pattern = re.compile(rf"(?<!\w){re.escape(_folded(word) or '')}(?!\w)")
    return next((t for t in plan.texts if pattern.search(_folded(t.text) or "")), None)


def _matches(spaces: Sequence[Space], entry: RoomEntry) -> list[tuple[int, Space]]:
    """Return the spaces an entry may mean: those that fit every key it gives."""
    from shapely import Point

    found = [(i, s) for i, s in enumerate(spaces) if not s.is_area and s.from_plan]
    if entry.storey is not None:
        found = [(i, s) for i, s in found if s.storey == entry.storey]
    if entry.number is not None:
        by_number = [(i, s) for i, s in found if _folded(s.number) == _folded(entry.number)]
        if by_number:
            found = by_number
        elif entry.name is None and entry.at is None:
            return []
        elif entry.at is None:
            found = [(i, s) for i, s in found if s.number is None and _folded(s.name) == _folded(entry.name)]
    elif entry.name is not None and entry.at is None:
        found = [(i, s) for i, s in found if _folded(s.name) == _folded(entry.name)]
    if entry.at is not None:
        here = Point(entry.at)
        found = [(i, s) for i, s in found if s.polygon is not None and s.polygon.covers(here)]
        found = sorted(found, key=lambda pair: pair[1].polygon.area)[:1]
    return found


def _absent(spaces: list[Space], storey: Storey, entry: RoomEntry, where: str) -> None:
    """The drawing has no such room: an error, unless its label is there without an outline."""
    word = entry.number or entry.name or ""
    plan = storey.plan
    _refuse_twice(spaces, storey, entry, where)
    if word and entry.at is not None:
        _refuse_elsewhere(spaces, storey, entry, where)
    if plan is None:
        if entry.at is not None and not word:
            raise InputError(f"{where}: {storey.name} has no drawing, so a point names no room; give polygon")
        spaces.append(_with_statement(_blank(storey, entry), entry, where))
        return
    labelled = _label(plan, word) if word else None
    if labelled is not None:
        space = replace(
            _blank(storey, entry),
            status="withheld",
            tag_at=labelled.at,
            note="its label is on the drawing but no closed outline was found around it",
        )
        spaces.append(_with_statement(space, entry, where))
        return
    if entry.at is not None:
        x0, y0, x1, y1 = plan.extent
        raise InputError(
            f"{where}: no room was read at ({entry.at[0]:g}, {entry.at[1]:g}) on {storey.name}, which spans "
            f"({x0:.1f}, {y0:.1f}) to ({x1:.1f}, {y1:.1f}) m; move the point or give polygon = [[x, y], ...]"
        )
    pool = [s for s in spaces if s.storey == storey.name]
    raise InputError(f"{where}: no room on {storey.name} is called {inert(word)!r}; {_hint(word, pool)}")


def _refuse_elsewhere(spaces: Sequence[Space], storey: Storey, entry: RoomEntry, where: str) -> None:
    """A room that is named and pointed at must be one room: a drawing that carries the label elsewhere is told."""
    named = [s for _, s in _matches(spaces, entry.model_copy(update={"at": None})) if s.storey == storey.name]
    if not named or named[0].polygon is None or entry.at is None:
        return
    middle = named[0].polygon.representative_point()
    there = space_at(spaces, storey.name, entry.at)
    lies = inert(there.label) if there is not None else "no room"
    raise InputError(
        f"{where}: {_called(entry)} is at ({middle.x:.2f}, {middle.y:.2f}) on the drawing, and at = [{entry.at[0]:g}, "
        f"{entry.at[1]:g}] lies in {lies}: a label or a room moved; see mrsite plan-diff, then correct one of the two"
    )


def _draw(spaces: list[Space], storey: Storey, entry: RoomEntry, where: str, here: list[tuple[int, Space]]) -> None:
    """The file draws the room itself: its outline replaces what it covers on the drawing."""
    polygon = _polygon(entry.polygon or (), where)
    kept = []
    for space in spaces:
        covered = (
            space.storey == storey.name
            and space.polygon is not None
            and not space.is_area
            and space.from_plan
            and space.polygon.intersection(polygon).area > _SAME_ROOM * min(space.polygon.area, polygon.area)
        )
        named = any(space is s for _, s in here) and (space.polygon is None or space.polygon.is_empty)
        if not covered and not named:
            kept.append(space)
    spaces[:] = kept
    _refuse_twice(spaces, storey, entry, where)
    spaces.append(_with_statement(replace(_blank(storey, entry), polygon=polygon, status="stated"), entry, where))


def _refuse_twice(spaces: Sequence[Space], storey: Storey, entry: RoomEntry, where: str) -> None:
    """Refuse a second statement of a room that no drawing tells apart: the same number, or name where none has one."""
    for space in spaces:
        if not space.stated or space.is_area or space.storey != storey.name:
            continue
        mine, theirs = ((_folded(x.number), _folded(x.name)) for x in (entry, space))
        same = mine[0] == theirs[0] if mine[0] and theirs[0] else mine == theirs
        if same and any(mine):
            raise InputError(f"{where}: {_called(entry)} is stated twice, first at {space.where}; keep one")


def overlaps(spaces: Sequence[Space]) -> list[str]:
    """Say which outlines that the file states lie in one another: each room is judged by its own."""
    drawn = [s for s in spaces if s.status == "stated" and not s.is_area and s.polygon is not None]
    notes = []
    for a, b in itertools.combinations(drawn, 2):
        shared = 0.0 if a.storey != b.storey else float(a.polygon.intersection(b.polygon).area)
        if shared > _OVERLAP * min(a.polygon.area, b.polygon.area):
            notes.append(
                f"{inert(a.label)} and {inert(b.label)} overlap by {shared:.1f} m2 ({a.where} and {b.where}): each is "
                "judged by its own outline; correct one of them"
            )
    return notes


def _blank(storey: Storey, entry: RoomEntry) -> Space:
    word = entry.number or entry.name or (f"at {entry.at[0]:g},{entry.at[1]:g}" if entry.at else "unnamed")
    return Space(
        id=f"{storey.name}/{word}",
        name=entry.name,
        number=entry.number,
        storey=storey.name,
        polygon=None,
        from_plan=False,
        status="stated",
        tag_at=entry.at,
    )


def _with_statement(space: Space, entry: RoomEntry, where: str) -> Space:
    cage: Any = entry.rf_cage
    if cage is not None and not isinstance(cage, bool):
        cage = _polygon(cage, where)
    return replace(
        space,
        name=space.name or entry.name,
        number=space.number or entry.number,
        zone=entry.zone,
        use=entry.use,
        occupancy=entry.occupancy,
        occupied=entry.occupied,
        workstation=entry.workstation,
        rf_cage=cage,
        ceiling=entry.ceiling,
        relief_area_m2=entry.relief_area_m2,
        oxygen_monitor=entry.oxygen_monitor,
        exhaust_m3_h=entry.exhaust_m3_h,
        air_changes=entry.air_changes,
        switches=entry.switches,
        stated=True,
        where=where,
    )


def _area(storeys: Sequence[Storey], area: AreaEntry, where: str) -> Space:
    if area.level is not None:
        storey = min(storeys, key=lambda s: abs(s.elevation - area.level))  # type: ignore[operator]
    else:
        storey = find_storey(storeys, area.storey, where)
    return Space(
        id=f"{storey.name}/{area.name}",
        name=area.name,
        number=None,
        storey=storey.name,
        polygon=_polygon(area.polygon, where),
        from_plan=False,
        status="stated",
        use=area.use,
        occupancy=area.occupancy,
        occupied=area.occupied,
        is_area=True,
        level=area.level,
        stated=True,
        where=where,
    )


def _polygon(ring: Sequence[tuple[float, float]], where: str) -> Any:
    from shapely import Polygon

    polygon = Polygon(ring)
    if not polygon.is_valid or polygon.area < 1e-4:
        raise InputError(f"{where}: the polygon crosses itself or has no area; list its corners once around")
    return polygon


def _called(entry: RoomEntry) -> str:
    return f"room {inert(_called_plain(entry))!r}"


def _called_plain(entry: RoomEntry) -> str:
    parts = [p for p in (entry.number, entry.name) if p]
    return " ".join(parts) or (f"at ({entry.at[0]:g}, {entry.at[1]:g})" if entry.at else "")


def _with_distinct_ids(spaces: Sequence[Space]) -> list[Space]:
    seen: dict[str, int] = {}
    result = []
    for space in spaces:
        count = seen[space.id] = seen.get(space.id, 0) + 1
        result.append(space if count == 1 else replace(space, id=f"{space.id}~{count}"))
    return result
