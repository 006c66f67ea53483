"""Recesses: parts of a room beyond a doorless opening, given back to the room they open into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mrsite.plans.leaves import Doorway
from mrsite.plans.rooms import AREA_TOLERANCE
from mrsite.plans.tags import Tag

# A drawing names its rooms where so many of the larger faces with a door bear a label.
NAMED_SHARE = 0.6
NAMED_M2 = 2.5


def rejoin(
    faces: Sequence[Any],
    tags: Mapping[int, Sequence[Tag]],
    ways: Sequence[Doorway],
    joins: Sequence[tuple[int, int]],
) -> tuple[list[Any], dict[int, int]]:
    """Join an unnamed face to the named one that it opens into without a door.

    Where the room prints its area, that decides: the two together must come to it within 5 %, and
    closer than the named face alone. Where it does not, a face is a recess if the drawing names its
    rooms and hangs doors in them, for then a space with neither a name nor a door between is no room of its own.

    Parameters
    ----------
    faces : sequence of Polygon, m
    tags : mapping
        Tags by face.
    ways, joins : sequences
        Doorways and openings, and the two faces that each joins.

    Returns
    -------
    faces : list of Polygon
        Those that remain; a joined one replaces the named face of its pair.
    moved : dict
        New index of each old face.
    """
    named = {f for f, mine in tags.items() if any(t.name or t.number for t in mine)}
    entered = {f for w, pair in zip(ways, joins, strict=True) if w.hinges for f in pair if f >= 0}
    larger = [i for i in entered if faces[i].area > NAMED_M2]
    hung = sum(1 for w in ways if w.hinges)
    plain = [
        (w, a, b) for w, (a, b) in zip(ways, joins, strict=True) if w.kind == "opening" and a != b and min(a, b) >= 0
    ]
    names_rooms = len(named) >= 3 and sum(i in named for i in larger) >= NAMED_SHARE * len(larger) and hung > len(plain)
    taken: dict[int, int] = {}
    out = list(faces)
    for w, a, b in plain:
        pair = [i for i in (a, b) if i in named]
        if len(pair) != 1:
            continue
        room, recess = pair[0], a + b - pair[0]
        if recess in taken or recess in named:
            continue
        printed = next((t.area_m2 for t in tags[room] if t.area_m2), None)
        alone, both = float(out[room].area), float(out[room].area + out[recess].area)
        if printed is None:
            if not names_rooms or _beside(recess, room, plain, named):
                continue
        elif not abs(both / printed - 1) <= min(AREA_TOLERANCE, abs(alone / printed - 1)):
            continue
        whole = _whole(out[room], out[recess], w)
        if whole is not None:
            out[room] = whole
            taken[recess] = room
    left = [i for i in range(len(faces)) if i not in taken]
    index = {old: new for new, old in enumerate(left)}
    moved = {i: index[taken.get(i, i)] for i in range(len(faces))}
    return [out[i] for i in left], moved


def _beside(recess: int, room: int, plain: Sequence[tuple[Doorway, int, int]], named: set[int]) -> bool:
    """Whether the face opens into another named face too: then nothing says whose it is."""
    return any(recess in (a, b) and a + b - recess in named and a + b - recess != room for _, a, b in plain)


def _whole(a: Any, b: Any, way: Doorway) -> Any:
    """Two faces and the opening between them as one polygon; None where they do not meet."""
    import shapely

    corners = way.seals.reshape(-1, 2) if len(way.seals) else np.vstack([way.start, way.end])
    strip = shapely.MultiPoint(corners).convex_hull.buffer(0.003, join_style="mitre")
    whole = shapely.union_all([a, b, strip])
    return whole if whole.geom_type == "Polygon" else None
