"""Doors and windows: those of the drawings with what the site file says of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document
from mrsite.plans import plan as drawn
from mrsite.site.project import Door, Space, Storey, Window
from mrsite.site.schema import DoorEntry, WindowEntry
from mrsite.site.spaces import find_space, find_storey, space_at

Point = tuple[float, float]

#: A stated point is this door where it lies in the opening or this near to its middle, m.
_NEAR_DOOR = 0.6
#: How far past the wall's face the space behind a door is looked for, m.
_STEP = 0.15
#: Wall thickness where the drawing does not tell, m; only used to step through the opening.
_WALL = 0.3


def resolve_doors(
    storeys: Sequence[Storey], spaces: Sequence[Space], entries: Sequence[DoorEntry], document: Document
) -> tuple[Door, ...]:
    """Return all doors: of the drawings, with statements tied to them, and those only stated.

    Raises
    ------
    InputError
        A number that no door has, a door stated twice, rooms that are not there.
    """
    doors: list[Door] = []
    for storey in storeys:
        if storey.plan is not None:
            doors.extend(_from_plan(storey, spaces))
    faults = []
    for index, entry in enumerate(entries):
        where = document.where("door", index)
        try:
            _state(doors, storeys, spaces, entry, where)
        except InputError as error:
            faults.append(error.message)
    if faults:
        raise InputError("\n".join(faults))
    return tuple(doors)


def resolve_windows(
    storeys: Sequence[Storey], entries: Sequence[WindowEntry], document: Document
) -> tuple[Window, ...]:
    """Return the windows of the drawings and of the file; a stated one replaces the drawn one it covers."""
    stated = []
    for index, entry in enumerate(entries):
        storey = find_storey(storeys, entry.storey, document.where("window", index))
        stated.append(Window(storey.name, (entry.start, entry.end), entry.sill, entry.head, entry.kind))
    result = list(stated)
    for storey in storeys:
        for window in storey.plan.windows if storey.plan else ():
            middle = window.at
            if any(w.storey == storey.name and math.dist(_middle(w.ends), middle) < 0.5 for w in stated):
                continue
            kind = "external" if "outside" in window.rooms else "observation"
            result.append(Window(storey.name, window.ends, window.sill_m, window.head_m, kind, from_plan=True))  # type: ignore[arg-type]
    return tuple(result)


def _middle(ends: tuple[Point, Point]) -> Point:
    return (ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2


def _from_plan(storey: Storey, spaces: Sequence[Space]) -> list[Door]:
    assert storey.plan is not None
    here = [s for s in spaces if s.storey == storey.name and not s.is_area]
    by_plan_id = {s.plan_id: s for s in here if s.plan_id}
    result = []
    borne = Counter(door.number for door in storey.plan.doors)
    for count, door in enumerate(storey.plan.doors, 1):
        sides = tuple(_side(door, k, here, by_plan_id) for k in (0, 1))
        own = door.id or f"door {count}"
        swing = None
        if door.swing_to and door.kind != "sliding":
            swing = sides[0]
        result.append(
            Door(
                id=f"{storey.name}/{door.number if borne[door.number] == 1 and door.number else own}",
                number=door.number or None,
                storey=storey.name,
                at=door.at,
                jambs=door.jambs,
                spaces=None if None in sides else (sides[0], sides[1]),  # type: ignore[arg-type]
                clear_width_m=door.width_m,
                leaves=door.leaves,
                opens_into=swing,
                opens="sliding" if door.kind == "sliding" else None,
                status=door.status,
                wall_m=door.wall_m or None,
            )
        )
    return result


def _side(door: drawn.Door, k: int, here: Sequence[Space], by_plan_id: dict[str, Space]) -> str | None:
    """Return the id of the space on one side: as the drawing was read, else by a step through the opening."""
    plan_id = door.room_ids[k]
    if plan_id in by_plan_id:
        return by_plan_id[plan_id].id
    (x0, y0), (x1, y1) = door.jambs
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    normal = (-(y1 - y0) / length, (x1 - x0) / length)
    step = (door.wall_m or _WALL) / 2 + _STEP
    found = []
    for sign in (1.0, -1.0):
        point = (door.at[0] + sign * step * normal[0], door.at[1] + sign * step * normal[1])
        found.append(space_at(here, here[0].storey, point) if here else None)
    other = by_plan_id.get(door.room_ids[1 - k])
    if other is not None:
        rest = [s for s in found if s is not None and s.id != other.id]
    else:
        rest = [s for s in (found[k],) if s is not None]
    if rest:
        return rest[0].id
    return "outside" if plan_id == drawn.OUTSIDE else None


def _state(doors: list[Door], storeys: Sequence[Storey], spaces: Sequence[Space], entry: DoorEntry, where: str) -> None:
    index = _match(doors, storeys, spaces, entry, where)
    if index is None:
        doors.append(_with_statement(_undrawn(storeys, spaces, entry, where), spaces, entry, where))
        return
    if doors[index].where:
        raise InputError(f"{where}: {_called(entry)} is stated twice, first at {doors[index].where}; keep one")
    doors[index] = _with_statement(doors[index], spaces, entry, where)


def _match(
    doors: Sequence[Door], storeys: Sequence[Storey], spaces: Sequence[Space], entry: DoorEntry, where: str
) -> int | None:
    pool = [(i, d) for i, d in enumerate(doors) if entry.storey in (None, d.storey)]
    if entry.storey is not None:
        find_storey(storeys, entry.storey, where)
    if entry.number is not None:
        found = [i for i, d in pool if d.number is not None and d.number.casefold() == entry.number.casefold()]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise InputError(f"{where}: {len(found)} doors bear the number {inert(entry.number)!r}; add storey or at")
    if entry.at is not None:
        storey = find_storey(storeys, entry.storey, where) if entry.storey or len(storeys) == 1 else None
        at = entry.at
        near = [
            (math.dist(d.at, at), i)
            for i, d in pool
            if d.at is not None
            and (storey is None or d.storey == storey.name)
            and math.dist(d.at, at) <= max(_NEAR_DOOR, (d.clear_width_m or 0) / 2)
        ]
        if near and storey is None and len({doors[i].storey for _, i in near}) > 1:
            raise InputError(f"{where}: there are doors at ({at[0]:g}, {at[1]:g}) on several storeys; add storey")
        return min(near)[1] if near else None
    if entry.between is not None:
        ids = {
            find_space(spaces, word, entry.storey, where).id if word != "outside" else word for word in entry.between
        }
        found = [i for i, d in pool if d.spaces is not None and set(d.spaces) == ids]
        if len(found) > 1:
            raise InputError(f"{where}: {len(found)} doors join those rooms; say which by at = [x, y]")
        return found[0] if found else None
    known = [d.number for _, d in pool if d.number]
    near_word = nearest(entry.number or "", known)
    hint = f"did you mean {near_word!r}?" if near_word else "give at = [x, y], or between = [room, room]"
    raise InputError(f"{where}: no door on the drawing bears the number {inert(entry.number or '')!r}; {hint}")


def _undrawn(storeys: Sequence[Storey], spaces: Sequence[Space], entry: DoorEntry, where: str) -> Door:
    """A door that the drawing does not show (or there is none): its rooms by name or by nearness."""
    if entry.between is not None:
        ends = [
            word if word == "outside" else find_space(spaces, word, entry.storey, where).id for word in entry.between
        ]
        on = next((s.storey for s in spaces if s.id in ends), None)
        storey = find_storey(storeys, entry.storey or on, where)
        joined = (ends[0], ends[1])
    else:
        storey = find_storey(storeys, entry.storey, where)
        assert entry.at is not None
        near = _nearest_two(spaces, storey.name, entry.at)
        joined = near  # type: ignore[assignment]
    word = entry.number or (f"at {entry.at[0]:g},{entry.at[1]:g}" if entry.at else " - ".join(entry.between or ()))
    return Door(
        id=f"{storey.name}/{word}",
        number=entry.number,
        storey=storey.name,
        at=entry.at,
        jambs=None,
        spaces=joined,
        clear_width_m=None,
        leaves=None,
        opens_into=None,
        from_plan=False,
        status="stated",
    )


def _nearest_two(spaces: Sequence[Space], storey: str, at: Point) -> tuple[str, str] | None:
    from shapely import Point as ShapelyPoint

    here = ShapelyPoint(at)
    near = sorted(
        (float(s.polygon.distance(here)), s.id)
        for s in spaces
        if s.storey == storey and s.polygon is not None and not s.is_area
    )
    close = [id_ for distance, id_ in near if distance <= _NEAR_DOOR]
    if len(close) >= 2:
        return close[0], close[1]
    return (close[0], "outside") if close else None


def _with_statement(door: Door, spaces: Sequence[Space], entry: DoorEntry, where: str) -> Door:
    into = door.opens_into
    if entry.opens_into is not None:
        into = find_space(spaces, entry.opens_into, door.storey, where).id
        if door.spaces is not None and into not in door.spaces:
            raise InputError(
                f"{where}: {_called(entry)} does not touch {inert(entry.opens_into)!r}; name one of its rooms"
            )
    joined = door.spaces
    if entry.between is not None:
        ends = [
            word if word == "outside" else find_space(spaces, word, door.storey, where).id for word in entry.between
        ]
        joined = (ends[0], ends[1])
    return replace(
        door,
        number=door.number or entry.number,
        spaces=joined,
        clear_width_m=entry.clear_width_mm / 1000 if entry.clear_width_mm is not None else door.clear_width_m,
        opens=entry.opens or door.opens,
        opens_into=into,
        lock=entry.lock,
        lock_kind=entry.lock_kind,
        self_closing=entry.self_closing,
        free_egress=entry.free_egress,
        signs=entry.signs,
        detector=entry.detector,
        where=where,
    )


def _called(entry: DoorEntry) -> str:
    if entry.number:
        return f"door {inert(entry.number)!r}"
    if entry.at:
        return f"the door at ({entry.at[0]:g}, {entry.at[1]:g})"
    return f"the door between {' and '.join(inert(w) for w in entry.between or ())}"
