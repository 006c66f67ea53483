"""Rooms of two revisions: which is which by where they lie, then what their labels say now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.plans.plan import Point, Room
from mrsite.plans.revision.edits import Edit, Kind, called, millimetres
from mrsite.plans.revision.lines import Lines, drawn_alike

#: A room is the same one where the outlines share so much of both together ...
_SAME = 0.3
#: ... and a part of it where so much of the part lies in it.
_PART = 0.6
#: A label that moved less than this within its room was only nudged, m.
_LABEL_M = 0.3
#: An outline changed where a strip at least this wide was gained or lost, m, and of this area, m2.
_STRIP_M, _STRIP_M2 = 0.02, 0.04

#: Share of its floor by which a room must change before its label follows.
_RESHAPED = 0.05

Label = tuple[str, str]
Placed = tuple[str, Point]


@dataclass(frozen=True, eq=False)
class RoomMatch:
    """Which rooms of the new drawing stand where those of the old one stood.

    ``pairs`` maps an index of the old rooms to one of the new; ``parts`` maps it to all that lie in it.
    ``shapes`` are the old outlines on the new drawing.
    """

    old: Sequence[Room]
    new: Sequence[Room]
    shapes: Sequence[Any]
    pairs: Mapping[int, int]
    parts: Mapping[int, tuple[int, ...]]

    def successors(self) -> dict[str, tuple[str, ...]]:
        """Return ids by id."""
        return {r.id: tuple(self.new[k].id for k in self.parts.get(i, ())) for i, r in enumerate(self.old)}


def match_rooms(old: Sequence[Room], new: Sequence[Room], shapes: Sequence[Any]) -> RoomMatch:
    """Pair rooms by the area they share; a label that both bear decides where the outlines do not.

    Parameters
    ----------
    shapes : sequence of shapely geometry
        Outlines of the old rooms, moved onto the new drawing.
    """
    import shapely

    there = np.array([r.polygon for r in new], dtype=object)
    here = np.array(shapes, dtype=object)
    if not len(there) or not len(here):
        return RoomMatch(old, new, shapes, {}, {})
    i, k = shapely.STRtree(there).query(here, predicate="intersects")
    shared = shapely.area(shapely.intersection(here[i], there[k]))
    of_old, of_new = shared / np.maximum(shapely.area(here)[i], 1e-9), shared / np.maximum(shapely.area(there)[k], 1e-9)
    union = shared / (shapely.area(here)[i] + shapely.area(there)[k] - shared + 1e-12)
    alike = np.array([_label(old[a]) == _label(new[b]) != ("", "") for a, b in zip(i, k, strict=True)], dtype=float)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    possible = (union > _SAME) | (np.maximum(of_old, of_new) > _PART)
    for m in np.argsort(-(union + 0.4 * alike), kind="stable"):
        a, b = int(i[m]), int(k[m])
        if possible[m] and a not in pairs and b not in taken:
            pairs[a] = b
            taken.add(b)
    parts: dict[int, list[int]] = {a: [b] for a, b in pairs.items()}
    for m in np.flatnonzero(np.maximum(of_old, of_new) > _PART):
        a, b = int(i[m]), int(k[m])
        if b not in parts.get(a, ()) and (b not in taken or a not in pairs):
            parts.setdefault(a, []).append(b)
    return RoomMatch(old, new, shapes, pairs, {a: tuple(b) for a, b in parts.items()})


def room_edits(match: RoomMatch, old_lines: Lines, new_lines: Lines) -> tuple[list[Edit], list[str], frozenset[int]]:
    """Rooms that were split, merged, closed or opened.

    Returns
    -------
    edits, notes, unsure
        Notes tell where only the reading differs, both drawings having the same lines; ``unsure`` are the old
        rooms whose label and outline say nothing for that reason.
    """
    edits, notes, unsure = [], [], set()

    def alike(shape: Any, name: str, which: str) -> bool:
        same = drawn_alike(old_lines, new_lines, shape.buffer(0.1))
        if same:
            notes.append(f"{name} is a room as the {which} drawing was read alone, though both draw the same lines")
        return same

    heirs = {b: a for a, b in match.pairs.items()}
    for a, room in enumerate(match.old):
        inside = [b for b in match.parts.get(a, ()) if b != match.pairs.get(a)]
        if a in match.pairs:
            parts = [b for b in inside if b not in heirs]
            if parts and alike(match.shapes[a], " and ".join(called(match.new[b]) for b in parts), "new"):
                unsure.add(a)
            elif parts:
                whole = [match.new[b] for b in (match.pairs[a], *parts)]
                said = f"{called(room)} was split into {_listed([called(r) for r in whole])}"
                edits.append(_gone("split", room, match.shapes[a], said, whole))
        elif alike(match.shapes[a], called(room), "old"):
            unsure.update({a, *(heirs[b] for b in inside if b in heirs)})
        elif inside:
            into = [match.new[b] for b in inside]
            said = f"{called(room)} was merged into {_listed([called(r) for r in into])}"
            edits.append(_gone("merged", room, match.shapes[a], said, into))
        else:
            said = f"{called(room)} is no longer an enclosed room"
            edits.append(_gone("vanished", room, match.shapes[a], said, []))
    known = {b for parts in match.parts.values() for b in parts}
    for b, room in enumerate(match.new):
        if b not in known and not alike(room.polygon, called(room), "new"):
            said = f"{called(room)} is a new enclosed room"
            edits.append(Edit("appeared", "room", called(room), said, room.polygon, None, _middle(room),
                              _labels([], [room])))  # fmt: skip
    return edits, notes, frozenset(unsure)


def _gone(kind: Kind, room: Room, shape: Any, said: str, now: Sequence[Room]) -> Edit:
    return Edit(kind, "room", called(room), said, shape, _middle(room), rooms=_labels([room], now))


def label_edits(match: RoomMatch, moved_labels: Mapping[int, Point], unsure: frozenset[int]) -> list[Edit]:
    """Labels that were renamed, swapped, carried to another room, moved, added or taken away.

    Parameters
    ----------
    moved_labels : mapping
        Place of each old room's label on the new drawing.
    unsure : frozenset
        Old rooms to leave out, from `room_edits`: see `text_edits`.
    """
    rows = {a: (_label(match.old[a]), _label(match.new[b])) for a, b in match.pairs.items() if a not in unsure}
    changed = {a: row for a, row in rows.items() if row[0] != row[1]}
    edits: list[Edit] = []
    for ring in rings(changed):
        edits.append(_swap(match, ring))
        for a in ring:
            del changed[a]
    for part, word in ((0, "number"), (1, "name")):
        fields = {
            a: (((o[part],) if o[part] else ()), ((n[part],) if n[part] else ())) for a, (o, n) in changed.items()
        }
        for ring in rings({a: row for a, row in fields.items() if row[0] != row[1] and all(row)}):
            edits.append(_swap(match, ring, word))
            for a in ring:
                o, n = changed[a]
                mended = (n[0], o[1]) if part == 0 else (o[0], n[1])
                if mended == n:
                    del changed[a]
                else:
                    changed[a] = (mended, n)
    edits += _carried(match, changed)
    for a, (before, after) in sorted(changed.items()):
        edits.append(_renamed(match, a, before, after, rows))
    for a, b in match.pairs.items():
        at, was = match.new[b].label_at, moved_labels.get(a)
        if a in unsure or at is None or was is None or rows[a][0] != rows[a][1] or outline_changed(match, a):
            continue
        off = float(np.hypot(at[0] - was[0], at[1] - was[1]))
        if off > _LABEL_M:
            edits.append(_nudged(match.old[a], was, at, off, _labels([match.old[a]], [match.new[b]])))
    return edits


def text_edits(match: RoomMatch, old: Sequence[Placed], new: Sequence[Placed], unsure: frozenset[int]) -> list[Edit]:
    """Labels of rooms that one of the readings missed: told by the texts that stand in the old outline.

    Parameters
    ----------
    old, new : sequences of (text, (x, y))
        Texts of both drawings, on the new one.
    """
    edits = []
    for a in sorted(unsure):
        room = match.old[a]
        before, after = (_texts_in(match.shapes[a], texts) for texts in (old, new))
        if before.keys() != after.keys():
            gone, come = (sorted(x.keys() - y.keys()) for x, y in ((before, after), (after, before)))
            said = f"{called(room)}: its texts {_quoted(gone)} became {_quoted(come)}"
            edits.append(Edit("renamed", "room", called(room), said, match.shapes[a], _middle(room),
                              rooms=_labels([room], [])))  # fmt: skip
            continue
        moves = [(float(np.hypot(*np.subtract(after[t], was))), was, after[t]) for t, was in before.items()]
        off, was, at = max(moves, default=(0.0, (0.0, 0.0), (0.0, 0.0)))
        if off > _LABEL_M:
            edits.append(_nudged(room, was, at, off, _labels([room], [])))
    return edits


def _texts_in(shape: Any, texts: Sequence[Placed]) -> dict[str, Point]:
    from shapely import Point as Place

    return {_folded(text): at for text, at in texts if shape.contains(Place(at))}


def _quoted(words: Sequence[str]) -> str:
    return _listed([repr(w) for w in words]) if words else "nothing"


def _nudged(room: Room, was: Point, at: Point, off: float, rooms: tuple[str, ...]) -> Edit:
    said = f"the label of {called(room)} moved by {millimetres(off)} within its room"
    return Edit("moved", "label", called(room), said, _segment(was, at), room.label_at, at, rooms)


def outline_changed(match: RoomMatch, a: int) -> bool:
    """Whether a room changed so much that its label would be set anew."""
    return a in match.pairs and _strips(match, a).area > _RESHAPED * match.shapes[a].area


def unexplained_outlines(match: RoomMatch, explained: Any, unsure: frozenset[int]) -> list[Edit]:
    """Rooms whose outline changed where no wall, door or window did: told, never dropped."""
    out = []
    for a, b in match.pairs.items():
        strips = _strips(match, a)
        if a in unsure:
            continue
        rest = strips.difference(explained) if explained is not None else strips
        if rest.is_empty or rest.buffer(-_STRIP_M / 2).area < _STRIP_M2:
            continue
        before, after = match.shapes[a].area, match.new[b].area_m2
        out.append(Edit("changed", "room", called(match.old[a]), f"the outline of {called(match.old[a])} changed: "
                        f"{before:.1f} m² before, {after:.1f} m² now", rest, _middle(match.old[a]),
                        _middle(match.new[b]), _labels([match.old[a]], [match.new[b]])))  # fmt: skip
    return out


def areas_changed(match: RoomMatch, near: Any) -> list[str]:
    """Say of the rooms whose outline changed near a place how large they are now."""
    out = []
    for a, b in match.pairs.items():
        strips = _strips(match, a)
        if not strips.is_empty and strips.intersects(near):
            out.append(
                f"{called(match.old[a])}: {match.shapes[a].area:.1f} m² before, {match.new[b].area_m2:.1f} m² now"
            )
    return out


def _strips(match: RoomMatch, a: int) -> Any:
    """Floor that a room gained or lost, slivers left out."""
    difference = match.shapes[a].symmetric_difference(match.new[match.pairs[a]].polygon)
    opened = difference.buffer(-_STRIP_M / 2)
    return opened.buffer(_STRIP_M / 2) if opened.area > 1e-4 else opened.intersection(opened.buffer(-1.0))


def rings(rows: Mapping[int, tuple[Any, Any]]) -> list[list[int]]:
    """Rooms or doors that exchanged their labels in a ring: each bears what another one of them bore."""
    holder = {}
    for a, (before, _) in rows.items():
        if any(before):
            holder[before] = None if before in holder else a  # a label that stood twice names nobody
    found, done = [], set()
    for start in sorted(rows):
        ring, a = [], start
        while a is not None and a not in done and a not in ring:
            ring.append(a)
            a = holder.get(rows[a][1])  # type: ignore[assignment]
        if len(ring) > 1 and a == start:
            found.append(ring)
            done.update(ring)
    return found


def _swap(match: RoomMatch, ring: Sequence[int], word: str = "label") -> Edit:
    import shapely

    rooms = [match.old[a] for a in ring]
    new = [match.new[match.pairs[a]] for a in ring]
    if len(ring) == 2:
        said = f"{called(rooms[0])} and {called(rooms[1])} exchanged their {word}s: each now stands in the other room"
    else:
        said = f"the {word}s of {_listed([called(r) for r in rooms])} went round: each now stands in another room"
    return Edit("swapped", "label", " and ".join(called(r) for r in rooms), said,
                shapely.multipolygons([shapely.convex_hull(r.polygon) for r in new]), rooms[0].label_at,
                new[0].label_at, _labels(rooms, new))  # fmt: skip


def _carried(match: RoomMatch, changed: dict[int, tuple[Label, Label]]) -> list[Edit]:
    """A label that one room lost and another got: it was carried, and its statements would go with it."""
    out = []
    lost = {a: row[0] for a, row in changed.items() if row[1] == ("", "")}
    for a, label in sorted(lost.items()):
        taker = next((c for c, (o, n) in changed.items() if c != a and _gained(o, n, label)), None)
        if taker is None:
            continue
        had = called(match.old[taker])
        said = f"the label {called(match.old[a])} moved out of its room into another, which was {had}"
        out.append(Edit("moved", "label", called(match.old[a]), said, match.new[match.pairs[taker]].polygon,
                        match.old[a].label_at, match.new[match.pairs[taker]].label_at,
                        _labels([match.old[a], match.old[taker]], [match.new[match.pairs[taker]]])))  # fmt: skip
        del changed[a], changed[taker]
    return out


def _gained(before: Label, after: Label, label: Label) -> bool:
    parts = [set(word.split(" / ")) for word in after]
    old = [set(word.split(" / ")) for word in before]
    return all(not w or (w in parts[k] and w not in old[k]) for k, w in enumerate(label))


def _renamed(match: RoomMatch, a: int, before: Label, after: Label, rows: Mapping[int, tuple[Label, Label]]) -> Edit:
    old, new = match.old[a], match.new[match.pairs[a]]
    place = _labels([old], [new])
    shape = new.polygon
    if after == ("", ""):
        said = f"the room that was {called(old)} bears no label any more"
        return Edit("vanished", "label", called(old), said, shape, old.label_at, None, place)
    if before == ("", ""):
        said = f"{called(old)} now bears the label {called(new)}"
        return Edit("appeared", "label", called(new), said, shape, None, new.label_at, place)
    what = []
    for k, word in ((0, "number"), (1, "name")):
        if before[k] != after[k]:
            now = (new.number, new.name)[k]
            was = (old.number, old.name)[k]
            what.append(f"its {word} {was!r} became {now!r}" if was and now else
                        f"it lost its {word} {was!r}" if was else f"it got the {word} {now!r}")  # fmt: skip
    taken = [called(match.old[c]) for c, (o, _) in rows.items() if c != a and o == after]
    more = f"; that was the label of another room ({taken[0]})" if taken else ""
    return Edit("renamed", "room", called(old), f"{called(old)}: {' and '.join(what)}{more}", shape,
                _middle(old), _middle(new), place)  # fmt: skip


def _label(room: Room) -> Label:
    return _folded(room.number), _folded(room.name)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold()).strip()


def _middle(room: Room) -> Point:
    p = room.polygon.representative_point()
    return p.x, p.y


def _segment(a: Point, b: Point) -> Any:
    from shapely import LineString

    return LineString([a, b])


def _labels(old: Sequence[Room], new: Sequence[Room]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for r in (*old, *new) for w in (r.number, r.name) if w))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
