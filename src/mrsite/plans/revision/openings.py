"""Doors, windows, doorless openings, stairs and lifts of two revisions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.plans.plan import OUTSIDE, Door, Fixture, Opening, Plan, Point, Segment, Window
from mrsite.plans.revision.edits import ALONE, Edit, Kind, joins, millimetres
from mrsite.plans.revision.lines import Lines, drawn_alike
from mrsite.plans.revision.rooms import rings
from mrsite.plans.revision.walls import WallMove

#: A jamb that moved less than this did not move, m: the jambs of swings drawn in short lines are known no better.
_JAMB_M = 0.03
#: A door of the same two rooms farther away is another door, m.
_ALONG_M = 4.0
_REVEAL_M = 0.1
#: So far from a wall a leaf is seen to hang there, m.
_LEAF_M = 0.3

Item = Door | Window | Opening


@dataclass(frozen=True, eq=False)
class Hole:
    """An opening in a wall on the new drawing: what it is, its index, its ends, middle and wall thickness."""

    item: Item
    index: int
    ends: Segment
    at: Point
    wall_m: float

    @property
    def shape(self) -> Any:
        """The opening with its reveals, as an area; a doorless one without, since its ends are walls' own ends."""
        from shapely import LineString

        deep = max(self.wall_m / 2, 0.15) + _REVEAL_M
        (x0, y0), (x1, y1) = self.ends
        length = math.dist(*self.ends) or 1.0
        reveal = -0.02 if isinstance(self.item, Opening) else _REVEAL_M
        ux, uy = (x1 - x0) / length * reveal, (y1 - y0) / length * reveal
        return LineString([(x0 - ux, y0 - uy), (x1 + ux, y1 + uy)]).buffer(deep, cap_style="flat")

    @property
    def width(self) -> float:
        """Distance of its ends, m."""
        return math.dist(*self.ends)


def holes(items: Sequence[Item], to_new: Callable[[Point], Point]) -> list[Hole]:
    """Return openings of a plan as they lie on the new drawing."""
    out = []
    for k, item in enumerate(items):
        a, b = item.jambs if isinstance(item, Door) else item.ends
        out.append(Hole(item, k, (to_new(a), to_new(b)), to_new(item.at), getattr(item, "wall_m", 0.0) or 0.0))
    return out


@dataclass(frozen=True, eq=False)
class Ground:
    """What openings are compared on: the lines of both drawings, what became of the rooms, which walls moved."""

    old_lines: Lines
    new_lines: Lines
    successors: Mapping[str, tuple[str, ...]]
    moves: Sequence[WallMove]

    def alike(self, hole: Hole) -> bool:
        """Whether both drawings draw the same about an opening, the root of its leaf included."""
        return drawn_alike(self.old_lines, self.new_lines, hole.shape.buffer(_LEAF_M))

    def same_room(self, old: str, new: str) -> bool:
        """Whether a room of the new drawing stands in place of one of the old."""
        return old == new == OUTSIDE or new in self.successors.get(old, ())

    def carried(self, old: Hole, new: Hole) -> WallMove | None:
        """Return the moved wall that took an opening with it."""
        step = (new.at[0] - old.at[0], new.at[1] - old.at[1])
        for move in self.moves:
            if any(move.vector) and math.dist(step, move.vector) < 0.06 and move.swept.intersects(old.shape):
                return move
        return None


def opening_edits(
    old: Sequence[Hole], new: Sequence[Hole], ground: Ground, what: str
) -> tuple[list[Edit], dict[int, int], dict[int, list[str]], list[str]]:
    """Compare the openings of one kind.

    Returns
    -------
    edits, pairs, carried, notes
        Edits; index -> index of the same opening; what a moved wall took with it, by the index of that
        wall's edit among ``ground.moves``; what only the reading of one drawing shows.
    """
    pairs = _paired(old, new, ground)
    edits, notes = [], []
    carried: dict[int, list[str]] = {}
    for a, b in pairs.items():
        move = ground.carried(old[a], new[b])
        if move is not None:
            index = next(k for k, m in enumerate(ground.moves) if m is move)
            carried.setdefault(index, []).append(f"{_name(old[a], what)} moved with it")
        facts = _facts(old[a], new[b], ground, still=move is None)
        shape = old[a].shape.union(new[b].shape)
        if facts and ground.alike(old[a]) and ground.alike(new[b]):
            notes.append(f"{_name(old[a], what)} reads otherwise ({facts[0]}), though both draw the same lines there")
        elif facts:
            kind: Kind = "moved" if facts[0].startswith("moved") and len(facts) == 1 else "changed"
            said = f"{_name(old[a], what)}: {' and '.join(facts)}"
            edits.append(Edit(kind, what, _name(old[a], what), said, shape, old[a].item.at, new[b].item.at,
                              _rooms(old[a], new[b])))  # fmt: skip
    lost = [h for h in old if h.index not in pairs]
    found = [h for h in new if h.index not in set(pairs.values())]
    for (kind, words), group in zip(ALONE, (lost, found), strict=True):
        for hole in group:
            if ground.alike(hole):
                notes.append(_read_alone(_name(hole, what), hole.at, kind))
                continue
            said = f"{_name(hole, what)} at ({hole.at[0]:.2f}, {hole.at[1]:.2f}), {hole.width:.2f} m wide, {words}"
            old_at, new_at = (hole.item.at, None) if kind == "vanished" else (None, hole.item.at)
            edits.append(Edit(kind, what, _name(hole, what), said, hole.shape, old_at, new_at, _rooms(hole)))
    return edits, pairs, carried, notes


def number_edits(old: Sequence[Hole], new: Sequence[Hole], pairs: Mapping[int, int]) -> list[Edit]:
    """Doors that bear another number than they bore; two that exchanged theirs are one edit."""
    rows: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for a, b in pairs.items():
        was, now = (item.number for item in (old[a].item, new[b].item) if isinstance(item, Door))
        if was and now and was.casefold() != now.casefold():
            rows[a] = ((was.casefold(),), (now.casefold(),))
    found, edits = rings(rows), []
    for group in (*found, *([a] for a in rows if all(a not in ring for ring in found))):
        first = group[0]
        numbers = [(old[a].item.number, new[pairs[a]].item.number) for a in group]  # type: ignore[union-attr]
        names = " and ".join(_name(old[a], "door") for a in group)
        kind: Kind = "swapped" if len(group) > 1 else "renamed"
        said = " and ".join(f"number {was!r} became {now!r}" for was, now in numbers)
        edits.append(Edit(kind, "door", names, f"{names}: {said}", new[pairs[first]].shape, old[first].item.at,
                          new[pairs[first]].item.at, _rooms(*(old[a] for a in group))))  # fmt: skip
    return edits


def _paired(old: Sequence[Hole], new: Sequence[Hole], ground: Ground) -> dict[int, int]:
    """Pair openings: those that overlap, then those a wall carried, then those of the same two rooms."""
    rank = []
    for a in old:
        for b in new:
            off = math.dist(a.at, b.at)
            if off > _ALONG_M + max(0.0, (a.width + b.width) / 2) and ground.carried(a, b) is None:
                continue
            overlap = _overlap(a, b)
            if overlap > 0.4:
                rank.append((0, off, a.index, b.index))
            elif ground.carried(a, b) is not None:
                rank.append((1, off, a.index, b.index))
            elif off <= _ALONG_M and _joined_alike(a, b, ground) and abs(a.width - b.width) < 0.4 and _in_line(a, b):
                rank.append((2, off, a.index, b.index))
    pairs: dict[int, int] = {}
    for _, _, k, m in sorted(rank):
        if k not in pairs and m not in pairs.values():
            pairs[k] = m
    return pairs


def _overlap(a: Hole, b: Hole) -> float:
    """Share of the narrower opening that lies in the other, along the wall; 0 where they lie in different walls."""
    u, n = _axes(a)
    t = sorted((p[0] - a.ends[0][0]) * u[0] + (p[1] - a.ends[0][1]) * u[1] for p in b.ends)
    s = [(p[0] - a.ends[0][0]) * n[0] + (p[1] - a.ends[0][1]) * n[1] for p in b.ends]
    if max(map(abs, s)) > 0.12:
        return 0.0
    return (min(t[1], a.width) - max(t[0], 0.0)) / max(min(a.width, b.width), 1e-9)


def _in_line(a: Hole, b: Hole) -> bool:
    """Whether two openings lie in one wall line."""
    _, n = _axes(a)
    return all(abs((p[0] - a.at[0]) * n[0] + (p[1] - a.at[1]) * n[1]) < 0.2 for p in b.ends)


def _axes(a: Hole) -> tuple[Point, Point]:
    (x0, y0), (x1, y1) = a.ends
    length = math.dist(*a.ends) or 1.0
    u = ((x1 - x0) / length, (y1 - y0) / length)
    return u, (-u[1], u[0])


def _joined_alike(a: Hole, b: Hole, ground: Ground) -> bool:
    if not isinstance(a.item, Door) or not isinstance(b.item, Door):
        return True
    (p, q), (r, s) = a.item.room_ids, b.item.room_ids
    same = ground.same_room
    return (same(p, r) and same(q, s)) or (same(p, s) and same(q, r))


def _facts(a: Hole, b: Hole, ground: Ground, still: bool) -> list[str]:
    """What differs between an opening and its successor."""
    facts = []
    wider = b.width - a.width
    shift = math.dist(a.at, b.at)
    if still and shift > abs(wider) / 2 + _JAMB_M:
        facts.append(f"moved by {millimetres(shift)}")
    if abs(wider) > _JAMB_M:
        facts.append(f"its width went from {millimetres(a.width)} to {millimetres(b.width)}")
    if isinstance(a.item, Door) and isinstance(b.item, Door):
        facts += _leaf_facts(a, b, a.item, b.item, ground)
    return facts


def _leaf_facts(a: Hole, b: Hole, old: Door, new: Door, ground: Ground) -> list[str]:
    facts = []
    if old.leaves != new.leaves or (old.kind != new.kind and "sliding" in (old.kind, new.kind)):
        facts.append(f"it was {_leaves(old)} and is {_leaves(new)}")
        return facts
    if old.swing_to and new.swing_to and "sliding" not in (old.kind, new.kind):
        here, there = old.room_ids
        if ground.same_room(there, new.room_ids[0]) and not ground.same_room(here, new.room_ids[0]):
            facts.append(f"it swings into {new.swing_to} instead of {old.swing_to}")
    if old.hinge_at is not None and new.hinge_at is not None and not _same_hinge(a, b, old, new):
        facts.append("it hangs on the other jamb")
    return facts


def _same_hinge(a: Hole, b: Hole, old: Door, new: Door) -> bool:
    """Whether both leaves hang on the same end, seen along the wall."""
    u, _ = _axes(a)
    # The hinge is told in each drawing's own frame: its end of the opening is what both share.
    first = math.dist(old.hinge_at or (0, 0), old.jambs[0]) < math.dist(old.hinge_at or (0, 0), old.jambs[1])
    second = math.dist(new.hinge_at or (0, 0), new.jambs[0]) < math.dist(new.hinge_at or (0, 0), new.jambs[1])
    end_a, end_b = a.ends[0 if first else 1], b.ends[0 if second else 1]
    side_a = (end_a[0] - a.at[0]) * u[0] + (end_a[1] - a.at[1]) * u[1]
    side_b = (end_b[0] - b.at[0]) * u[0] + (end_b[1] - b.at[1]) * u[1]
    return side_a * side_b > 0


def _leaves(door: Door) -> str:
    return "sliding" if door.kind == "sliding" else "of two leaves" if door.leaves > 1 else "of one leaf"


def _name(hole: Hole, what: str) -> str:
    item = hole.item
    return joins(item) if isinstance(item, Door) else f"{what} {item.rooms[0]} / {item.rooms[1]}"


def _rooms(*of: Hole) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r for h in of for r in h.item.rooms if r != OUTSIDE))


def _read_alone(name: str, at: Point, kind: Kind) -> str:
    which = "old" if kind == "vanished" else "new"
    place = f"({at[0]:.2f}, {at[1]:.2f})"
    return f"{name} at {place} was read in the {which} drawing alone, though both draw the same lines there"


def fixture_edits(
    old: Plan, new: Plan, to_new: Callable[[Point], Point], ground: Ground
) -> tuple[list[Edit], list[str]]:
    """Compare stairs and lifts; notes tell those that only one drawing's reading shows."""
    edits, notes = [], []
    for what in ("stair", "lift"):
        theirs: list[Fixture] = list(getattr(new, f"{what}s"))
        alone: list[tuple[Kind, Fixture, Point]] = []
        for f in getattr(old, f"{what}s"):
            at = to_new(f.at)
            near = min(theirs, key=lambda g: math.dist(g.at, at), default=None)
            off = math.dist(near.at, at) if near is not None else math.inf
            if near is not None and (off < 0.35 or (off < 3.0 and not _drawn_alike(f, at, ground))):
                theirs.remove(near)
                if off >= 0.35:
                    said = f"a {what} moved by {millimetres(off)}"
                    edits.append(Edit("moved", what, _placed(what, at), said, _extent(f, at), f.at, near.at))
            else:
                alone.append(("vanished", f, at))
        for kind, f, at in (*alone, *(("appeared", g, g.at) for g in theirs)):
            if _drawn_alike(f, at, ground):
                notes.append(_read_alone(f"a {what}", at, kind))
                continue
            said = f"a {_placed(what, at)} {dict(ALONE)[kind]}"
            ends = (f.at, None) if kind == "vanished" else (None, f.at)
            edits.append(Edit(kind, what, _placed(what, at), said, _extent(f, at), *ends))
    return edits, notes


def _placed(what: str, at: Point) -> str:
    return f"{what} at ({at[0]:.2f}, {at[1]:.2f})"


def _extent(f: Fixture, at: Point) -> Any:
    from shapely import box

    w, d = (f.extent[2] - f.extent[0]) / 2, (f.extent[3] - f.extent[1]) / 2
    return box(at[0] - w, at[1] - d, at[0] + w, at[1] + d)


def _drawn_alike(f: Fixture, at: Point, ground: Ground) -> bool:
    return drawn_alike(ground.old_lines, ground.new_lines, _extent(f, at))
