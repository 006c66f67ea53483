"""Statements on rooms, doors and places: what they meant on the old drawing and mean on the new one.

A statement is never carried over by likeness: it is resolved on both drawings as the loader would,
by number, name or point, and holds only where both times the same place of the building is meant.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.base.text import inert
from mrsite.base.toml import Document
from mrsite.plans.lookup import rooms_called
from mrsite.plans.plan import Door, Plan, Room
from mrsite.plans.revision.edits import PlanChanges, called, joins
from mrsite.site.schema import DoorEntry, RoomEntry, SiteFile, StoreyEntry
from mrsite.site.statements.row import Row

Point = tuple[float, float]

#: As near as a stated door must lie to the one it means (see `site.doors`), m.
_NEAR_DOOR = 0.6
#: Keys that hold plan points of the entry's own storey.
_POINTS = {
    "scanner": ("isocentre", "positions", "patient_end_towards"),
    "area": ("polygon",),
    "window": ("start", "end"),
    "operator": ("at",),
    "equipment": ("at",),
    "moving_metal": ("path",),
    "cable": ("path",),
    "transformer": ("at",),
    "steel": ("wall", "polygon"),
    "pathway": ("start", "end"),
    "room": ("polygon", "rf_cage"),
}
#: Keys that hold points of the site frame, which is that of the first drawing.
_SITE_POINTS = {"opening": ("at",), "quench_pipe": ("points",), "boundary": ("polygon",)}
#: Keys whose words name rooms.
_WORDS = {"equipment": ("room",), "steel": ("room",), "pathway": ("start", "end"), "door": ("opens_into",)}
#: Keys whose names in the file are no names in Python.
_SPELT = {"start": "from", "end": "to", "class_": "class"}


@dataclass(frozen=True, eq=False)
class Judge:
    """What the verdicts rest on: the file, the storey, and what its drawing changed."""

    file: SiteFile
    document: Document
    storey: StoreyEntry
    index: int
    changes: PlanChanges

    # -- which entries speak of this storey --------------------------------------------------------

    def entries(self, table: str) -> Iterator[tuple[int, Any]]:
        """Give the entries of a table that are, or may be, of this storey."""
        found = getattr(self.file, table)
        for k, entry in enumerate(found if isinstance(found, tuple) else (found,) if found is not None else ()):
            name = getattr(entry, "storey", None)
            if name == self.storey.name or name is None:
                yield k, entry

    def where(self, table: str, k: int, key: str | None = None) -> str:
        path: tuple[Any, ...] = (table,) if table == "boundary" else (table, k)
        return self.document.where(*path, *(() if key is None else (_SPELT.get(key, key),)))

    def alone(self, entry: Any) -> bool:
        """Whether a point of the entry can only lie on this storey."""
        return getattr(entry, "storey", None) == self.storey.name or len(self.file.storey) == 1

    # -- the frame ----------------------------------------------------------------------------------

    def frame(self) -> Iterator[Row]:
        """Judge what the storey says of its drawing: unit, tie, layers; and points of the site frame."""
        found, old, new = self.changes.alignment, self.changes.old, self.changes.new
        where = ("storey", self.index)
        if self.storey.units is not None and old.unit != new.unit:
            yield Row("misses", "storey", self.storey.name, self.document.where(*where, "units"),
                      f"units says {self.storey.units}; the new drawing is in {new.unit}",
                      f'units = "{new.unit}"')  # fmt: skip
        if self.storey.plan_sha256 is not None and not new.sha256.startswith(self.storey.plan_sha256.lower()):
            yield Row("look", "storey", f"{self.storey.name}, plan_sha256", self.document.where(*where, "plan_sha256"),
                      "it names the old drawing: the new one is refused until it is named",
                      f'plan_sha256 = "{new.sha256[:16]}"')  # fmt: skip
        if self.storey.layers is not None:
            yield from self._layers()
        if found.same:
            return
        if self.storey.tie is not None:
            here = [found.point(p) for p in self.storey.tie.here]
            yield Row("misses", "storey", f"{self.storey.name}, tie", self.document.where(*where, "tie"),
                      f"the drawing was moved: {found.said()}", f"here = {_spelt(here)}")  # fmt: skip
        elif next((s.name for s in self.file.storey if s.plan and s.tie is None), None) == self.storey.name:
            for table, keys in _SITE_POINTS.items():
                for k, entry in self.entries(table):
                    for key in keys:
                        points = getattr(entry, key, None)
                        if points is not None:
                            yield self._shifted(table, k, key, self.subject(table, k, entry), points)
        if self.storey.window is not None:
            window = [found.point(p) for p in self.storey.window]
            yield Row("misses", "storey", f"{self.storey.name}, window", self.document.where(*where, "window"),
                      f"the drawing was moved: {found.said()}", f"window = {_spelt(window)}")  # fmt: skip

    def _layers(self) -> Iterator[Row]:
        names = [[layer.name for layer in plan.layers] for plan in (self.changes.old, self.changes.new)]
        assert self.storey.layers is not None
        for kind, patterns in self.storey.layers.model_dump().items():
            for pattern in patterns:
                was, now = (any(fnmatch.fnmatch(n.casefold(), pattern.casefold()) for n in have) for have in names)
                if was and not now:
                    yield Row("misses", "storey", f"layers.{kind}", self.document.where("storey", self.index, "layers"),
                              f"no layer of the new drawing is called {inert(pattern)!r}",
                              "name the layer that took its place")  # fmt: skip

    # -- rooms and doors ----------------------------------------------------------------------------

    def rooms(self) -> Iterator[Row]:
        """Judge every ``[[room]]``."""
        for k, entry in self.entries("room"):
            if entry.polygon is not None:
                continue
            old, new = (_rooms_of(plan, entry) for plan in (self.changes.old, self.changes.new))
            point = self._moved_point("room", k, entry, "at")
            if point is not None and old:
                yield point
                new = _rooms_of(self.changes.new, entry, self.changes.alignment.point(entry.at))
            yield from self._same_room("room", k, None, _called(entry), old, new)

    def words(self) -> Iterator[Row]:
        """Judge every other key whose word names a room."""
        for table, keys in _WORDS.items():
            for k, entry in self.entries(table):
                for key in keys:
                    word = getattr(entry, key)
                    if isinstance(word, str) and word != "outside" and all(word != s.id for s in self.file.scanner):
                        old, new = (rooms_called(plan, word) for plan in (self.changes.old, self.changes.new))
                        subject = f"{self.subject(table, k, entry)}, {_SPELT.get(key, key)} {inert(word)}"
                        yield from self._same_room(table, k, key, subject, old, new)

    def _same_room(
        self, table: str, k: int, key: str | None, subject: str, old: Sequence[Room], new: Sequence[Room]
    ) -> Iterator[Row]:
        """One room was meant; the same room must be meant now."""
        where = self.where(table, k, key)
        if not old:
            if new and len(self.file.storey) == 1:
                yield Row("look", table, subject, where, "it named no room of the old drawing and names one now")
            return
        if len(old) > 1:
            return  # the loader refuses it on the old drawing already
        room = old[0]
        heirs = self._heirs(room)
        went = f"; the room it named is now {_listed([called(r) for r in heirs])}" if heirs else ""
        if not new:
            remedy = (
                f"name {inert(called(heirs[0]))}" if len(heirs) == 1 else "name the room that is meant, or take it out"
            )
            yield Row("misses", table, subject, where, f"it names nothing on the new drawing{went}", remedy)
        elif len(new) > 1:
            yield Row("misses", table, subject, where, f"it names {len(new)} rooms of the new drawing: at "
                      + " and ".join(_place(r) for r in new), "add at = [x, y]")  # fmt: skip
        elif not any(new[0] is h or new[0].id == h.id for h in heirs) and not self._same_label_place(room, new[0]):
            yield Row("misses", table, subject, where, f"it now names another room, at {_place(new[0])}{went}",
                      "say of each of the two rooms what holds for it now")  # fmt: skip
        else:
            facts = self._room_facts(room, heirs)
            yield Row("look" if facts else "holds", table, subject, where, "; ".join(facts) or "the same room")

    def _heirs(self, room: Room) -> list[Room]:
        ids = self.changes.successors.get(room.id, ())
        return [r for r in self.changes.new.rooms if r.id in ids]

    def _same_label_place(self, old: Room, new: Room) -> bool:
        """Rooms without an outline are the same where the label stands where it stood."""
        if old.label_at is None or new.label_at is None or not (old.polygon.is_empty or new.polygon.is_empty):
            return False
        return math.dist(self.changes.alignment.point(old.label_at), new.label_at) < 1.0

    def _room_facts(self, room: Room, heirs: Sequence[Room]) -> list[str]:
        facts = []
        if len(heirs) > 1:
            facts.append(f"the room was divided: {_listed([called(r) for r in heirs])}; it holds for the first alone")
        elif heirs and abs(heirs[0].area_m2 - room.area_m2) > max(0.2, 0.01 * room.area_m2):
            facts.append(f"the room had {room.area_m2:.1f} m² and has {heirs[0].area_m2:.1f} m²")
        facts += [e.said for e in self.changes.edits if e.kind in ("merged", "moved", "appeared", "vanished")
                  and e.what in ("room", "label") and set(_names(room)) & set(e.rooms)]  # fmt: skip
        return facts

    def doors(self) -> Iterator[Row]:
        """Judge every ``[[door]]``."""
        for k, entry in self.entries("door"):
            where = self.where("door", k)
            subject = _door_called(entry)
            old = self._doors_of(self.changes.old, entry, entry.at)
            if not old:
                if self.alone(entry):
                    yield Row("look", "door", subject, where, "it means no door that the old drawing shows")
                continue
            moved = self._moved_point("door", k, entry, "at")
            if moved is not None:
                yield moved
            at = self.changes.alignment.point(entry.at) if entry.at is not None else None
            new = self._doors_of(self.changes.new, entry, at)
            heir = self.changes.doors.get(old[0])
            now = self.changes.new.doors[heir] if heir is not None else None
            if heir is None:
                gone = f"the {joins(self.changes.old.doors[old[0]])} it meant is gone"
                more = f"; it would now mean the {joins(self.changes.new.doors[new[0]])}" if new else ""
                yield Row("misses", "door", subject, where, gone + more, "take the statement out, or name another door")
            elif heir not in new:
                assert now is not None
                other = f"means the {joins(self.changes.new.doors[new[0]])} now" if new else "means no door now"
                place = f"the door it meant lies at {_spelt(now.at)}" + (f", number {now.number}" if now.number else "")
                remedy = f'number = "{now.number}"' if entry.number and now.number else f"at = {_spelt(now.at)}"
                yield Row("misses", "door", subject, where, f"it {other}; {place}", remedy)
            else:
                assert now is not None
                yield self._door_row(entry, subject, where, self.changes.old.doors[old[0]], now)

    def _door_row(self, entry: DoorEntry, subject: str, where: str, was: Door, now: Door) -> Row:
        facts = [e.said for e in self.changes.edits if e.what == "door" and e.old_at == was.at]
        facts += [c for e in self.changes.edits for c in e.consequences if c.startswith(joins(was))]
        stated = entry.clear_width_mm
        if stated is not None and abs(was.width_m - now.width_m) > 0.03:
            facts.append(f"clear_width_mm says {stated:g}; the drawing shows {now.width_m * 1000:.0f}")
        turned = entry.opens in ("outward", "inward") or entry.opens_into is not None
        if turned and any("swings into" in f for f in facts):
            return Row("misses", "door", subject, where, "; ".join(facts), "say again how it opens")
        return Row("look" if facts else "holds", "door", subject, where, "; ".join(facts) or "the same door")

    def _doors_of(self, plan: Plan, entry: DoorEntry, at: Point | None) -> list[int]:
        """Return the doors of a drawing that a statement means, the nearest first."""
        doors = list(enumerate(plan.doors))
        if entry.number is not None:
            bear = [k for k, d in doors if d.number.casefold() == entry.number.casefold()]
            if bear or (at is None and entry.between is None):
                return bear if len(bear) == 1 else []
        if at is not None:
            near = [(math.dist(d.at, at), k) for k, d in doors
                    if math.dist(d.at, at) <= max(_NEAR_DOOR, d.width_m / 2)]  # fmt: skip
            return [k for _, k in sorted(near)][:1]
        if entry.between is not None:
            ends = [
                {"outside"} if word == "outside" else {r.id for r in rooms_called(plan, word)} for word in entry.between
            ]
            both = [k for k, d in doors if (d.room_ids[0] in ends[0] and d.room_ids[1] in ends[1])
                    or (d.room_ids[0] in ends[1] and d.room_ids[1] in ends[0])]  # fmt: skip
            return both if len(both) == 1 else []
        return []

    # -- points, lines, outlines ---------------------------------------------------------------------

    def points(self) -> Iterator[Row]:
        """Judge every other key that holds points of this drawing."""
        for table, keys in _POINTS.items():
            for k, entry in self.entries(table):
                if not self.alone(entry):
                    continue
                for key in keys:
                    points = getattr(entry, key, None)
                    if not points or isinstance(points, (str, bool)):
                        continue
                    subject = self.subject(table, k, entry)
                    if not self.changes.alignment.same:
                        yield self._shifted(table, k, key, subject, points)
                    yield self.in_rooms(table, k, key, subject, points)

    def _moved_point(self, table: str, k: int, entry: Any, key: str) -> Row | None:
        points = getattr(entry, key)
        if points is None or self.changes.alignment.same or not self.alone(entry):
            return None
        return self._shifted(table, k, key, self.subject(table, k, entry), points)

    def _shifted(self, table: str, k: int, key: str, subject: str, points: Any) -> Row:
        found = self.changes.alignment
        flat = points if isinstance(points[0], (tuple, list)) else (points,)
        at = [(*found.point((p[0], p[1])), *p[2:]) for p in flat]
        if key == "positions":
            at = [(x, y, bearing + math.degrees(found.turn_rad)) for x, y, bearing in at]
        remedy = f"{_SPELT.get(key, key)} = {_spelt(at if flat is points else at[0])}"
        if (
            table == "scanner"
            and found.turn_rad
            and key == "isocentre"
            and self.file.scanner[k].bearing_deg is not None
        ):
            remedy += f"; bearing_deg = {(self.file.scanner[k].bearing_deg or 0) + math.degrees(found.turn_rad):.3f}"
        return Row("misses", table, subject, self.where(table, k, key),
                   f"the drawing was moved under it: {found.said()}", remedy)  # fmt: skip

    def in_rooms(self, table: str, k: int, key: str, subject: str, points: Any) -> Row:
        """Compare the rooms that a point, line or outline lies in, on both drawings."""
        flat = points if isinstance(points[0], (tuple, list)) else (points,)
        shape = _shape([(p[0], p[1]) for p in flat], closed=key in ("polygon", "rf_cage"))
        old = _touched(self.changes.old, shape)
        new = _touched(self.changes.new, _through(shape, self.changes))
        heirs = {r.id for room in old for r in self._heirs(room)}
        where = self.where(table, k, key)
        strange = [r for r in new if r.id not in heirs]
        lost = [r for r in old if not {h.id for h in self._heirs(r)} & {r.id for r in new}]
        if strange or lost:
            said = f"it lay in {_rooms_said(old)} and lies in {_rooms_said(new)}"
            return Row("misses", table, subject, where, said, f"check {_SPELT.get(key, key)}")
        renamed = [r for r in new if all(_names(r) != _names(o) for o in old)]
        if renamed:
            said = f"it lies where it lay, in what is now {_listed([called(r) for r in renamed])}"
            return Row("look", table, subject, where, said)
        return Row("holds", table, subject, where, f"in {_rooms_said(new)} as before")

    def subject(self, table: str, k: int, entry: Any) -> str:
        for key in ("id", "name", "number", "scanner", "room"):
            word = getattr(entry, key, None)
            if word:
                return f"{table} {inert(str(word), 80)}"
        return table if table == "boundary" else f"{table} {k + 1}"


def _rooms_of(plan: Plan, entry: RoomEntry, at: Point | None = None) -> list[Room]:
    """Return the rooms of a drawing that a statement may mean: number, else name; then its point."""
    from shapely import Point as Place

    found = list(plan.rooms)
    word = entry.number or entry.name
    if word is not None:
        found = rooms_called(plan, word)
    place = at or entry.at
    if place is not None:
        found = [r for r in found if not r.polygon.is_empty and r.polygon.covers(Place(place))]
    return found


def _shape(points: Sequence[Point], closed: bool) -> Any:
    from shapely import LineString, Polygon
    from shapely import Point as Place

    if len(points) == 1:
        return Place(points[0])
    return Polygon(points).buffer(0) if closed and len(points) > 2 else LineString(points)


def _through(shape: Any, changes: PlanChanges) -> Any:
    from shapely import transform

    return transform(shape, changes.alignment.to_new)


def _touched(plan: Plan, shape: Any) -> list[Room]:
    """Return the rooms that a shape lies in, by more than grazes them."""
    rooms = [r for r in plan.rooms if not r.polygon.is_empty and r.polygon.intersects(shape)]
    if shape.geom_type == "Point":
        return rooms[:1]
    size = "area" if shape.geom_type.endswith("Polygon") else "length"
    return [r for r in rooms if getattr(r.polygon.intersection(shape), size) > 0.1]


def _names(room: Room) -> tuple[str, ...]:
    return tuple(w for w in (room.number, room.name) if w)


def _rooms_said(rooms: Sequence[Room]) -> str:
    return _listed([called(r) for r in rooms]) if rooms else "no room"


def _listed(words: Sequence[str]) -> str:
    shown = [inert(w, 60) for w in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _place(room: Room) -> str:
    p = room.polygon.representative_point() if not room.polygon.is_empty else None
    x, y = (p.x, p.y) if p is not None else room.label_at or (math.nan, math.nan)
    return f"({x:.2f}, {y:.2f})"


def _called(entry: RoomEntry) -> str:
    word = " ".join(w for w in (entry.number, entry.name) if w)
    return f"room {inert(word, 80)}" if word else f"the room at {_spelt(entry.at or ())}"


def _door_called(entry: DoorEntry) -> str:
    if entry.number:
        return f"door {inert(entry.number, 80)}"
    if entry.at:
        return f"the door at {_spelt(entry.at)}"
    return f"the door between {' and '.join(inert(w, 60) for w in entry.between or ())}"


def _spelt(value: Any) -> str:
    """Return numbers as TOML spells them, to the millimetre."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_spelt(v) for v in value)}]"
    text = f"{round(float(value), 3):.3f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text
