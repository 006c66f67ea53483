"""From a reading in local metres to the plan's rooms, doors, windows and views in plan metres."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.leaves import Doorway
from mrsite.plans.plan import OUTSIDE, Door, Opening, Room, Segment, View, Window
from mrsite.plans.rooms import Space
from mrsite.plans.spaces import Reading
from mrsite.plans.views import storey_name, storey_titles


@dataclass(frozen=True, eq=False)
class Parts:
    """The pieces of a plan that come from its line work."""

    rooms: tuple[Room, ...]
    doors: tuple[Door, ...]
    windows: tuple[Window, ...]
    openings: tuple[Opening, ...]
    views: tuple[View, ...]


def assemble(reading: Reading, origin: Array, titles: Sequence[tuple[str, tuple[float, float], float]]) -> Parts:
    """Name, number and place everything.

    Parameters
    ----------
    reading : Reading
        In local metres.
    origin : (2,), m
        Added to every coordinate.
    titles : sequence of (text, (x, y), height)
        Texts that may name a storey, in local metres.
    """
    storeys = _storeys(reading, titles)
    middles = [s.polygon.representative_point() for s in reading.spaces]
    of = (
        reading.clusters.of(np.array([[m.x, m.y] for m in middles]).reshape(-1, 2))
        if middles
        else np.zeros(0, dtype=np.int64)
    )
    rooms = tuple(
        _room(i, s, origin, storeys.get(int(k)))
        for i, (s, k) in enumerate(zip(reading.spaces, of, strict=True), start=1)
    )
    names = references(rooms)
    doors, windows, openings = [], [], []
    counts = 0
    for w, (a, b), side in zip(reading.doorways, reading.joins, reading.swing_side, strict=True):
        pair = (names[a] if a >= 0 else OUTSIDE, names[b] if b >= 0 else OUTSIDE)
        ids = (rooms[a].id if a >= 0 else OUTSIDE, rooms[b].id if b >= 0 else OUTSIDE)
        storey = rooms[a].storey if a >= 0 else rooms[b].storey
        ends = (_point(w.start, origin), _point(w.end, origin))
        at = _point(w.at, origin)
        if w.kind == "window":
            windows.append(Window(at, w.width, ends, pair, "proposed", w.source, storey))
        elif w.kind == "opening":
            openings.append(Opening(at, w.width, ends, ids, "proposed", w.source, storey))
        else:
            counts += 1
            swing = "" if side == -9 else names[side] if side >= 0 else OUTSIDE
            doors.append(_door(w, counts, at, ends, pair, ids, swing, storey, origin))
    return Parts(rooms, tuple(doors), tuple(windows), tuple(openings), _views(reading, origin, storeys))


def _point(p: Array, origin: Array) -> tuple[float, float]:
    return float(p[0] + origin[0]), float(p[1] + origin[1])


def _room(i: int, s: Space, origin: Array, storey: str | None) -> Room:
    from shapely import transform

    polygon = transform(s.polygon, lambda xy: xy + origin)
    label = (s.tags[0].at[0] + float(origin[0]), s.tags[0].at[1] + float(origin[1])) if s.tags else None
    return Room(
        name=s.name,
        number=s.number,
        storey=storey,
        polygon=polygon,
        area_m2=float(s.polygon.area),
        printed_area_m2=s.printed_m2,
        label_at=label,
        status=s.status,
        reason=s.reason,
        source=s.source,
        id=f"R{i:02d}",
    )


def references(rooms: Sequence[Room]) -> list[str]:
    """What to call each room: its number where no other has it, else its name likewise, else its id."""
    numbers = Counter(r.number for r in rooms)
    names = Counter(r.name for r in rooms)
    out = []
    for r in rooms:
        if r.number and numbers[r.number] == 1:
            out.append(r.number)
        elif r.name and names[r.name] == 1:
            out.append(r.name)
        else:
            out.append(r.id)
    return out


def _door(
    w: Doorway,
    n: int,
    at: tuple[float, float],
    ends: Segment,
    pair: tuple[str, str],
    ids: tuple[str, str],
    swing: str,
    storey: str | None,
    origin: Array,
) -> Door:
    sure = w.sure >= 3.5
    hinge = None
    if len(w.hinges) == 1:
        hinge = (float(w.hinges[0][0] + origin[0]), float(w.hinges[0][1] + origin[1]))
    reason = "" if sure else "its leaf or its jambs were not both found"
    return Door(
        at=at,
        width_m=w.width,
        leaves=max(len(w.hinges), 2 if w.kind == "double" else 1),
        hinge_at=hinge,
        swing_to=swing,
        rooms=pair,
        status="confirmed" if sure else "proposed",
        source=w.source,
        jambs=ends,
        kind=w.kind,
        reason=reason,
        storey=storey,
        id=f"D{n:02d}",
        room_ids=ids,
        wall_m=w.wall,
        number=w.number,
        number_from=w.number_from,
    )


def _storeys(reading: Reading, titles: Sequence[tuple[str, tuple[float, float], float]]) -> dict[int, str | None]:
    out: dict[int, str | None] = {}
    used: dict[str, int] = {}
    titles = storey_titles(titles)
    big = [k for k, c in enumerate(reading.clusters.items) if reading.plan_views[k] and c.length > 8.0]
    for k in big:
        name = storey_name(titles, reading.clusters.items[k].extent)
        if not name and len(big) > 1:
            name = f"view {len(out) + 1}"
        if name in used:
            used[name] += 1
            name = f"{name} ({used[name]})"
        elif name:
            used[name] = 1
        out[k] = name or None
    if len(big) <= 1:
        return dict.fromkeys(out) if not any(out.values()) else out
    return out


def _views(reading: Reading, origin: Array, storeys: dict[int, str | None]) -> tuple[View, ...]:
    out = []
    x, y = float(origin[0]), float(origin[1])
    for k, c in enumerate(reading.clusters.items):
        if c.length < 4.0:
            continue
        x0, y0, x1, y1 = c.extent
        read = reading.plan_views[k]
        out.append(
            View(
                storeys.get(k) or "",
                "plan" if read else "no plan",
                (x0 + x, y0 + y, x1 + x, y1 + y),
                reading.view_reason[k],
                read,
            )
        )
    return tuple(out)
