"""Every text finds its place among all that is drawn: one occupancy of the host, our lines and the texts themselves.

Labels (`mrsite.outputs.label`) say where they might stand. Lines are drawn into a raster first, then the labels are
put one after the other, those with the least choice first, and what still lies badly is put once more when all the
others stand. The same marks give the same places; time grows with the number of labels alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.outputs.ink import Blocks, Ink
from mrsite.outputs.label import Form, Label, block_size, texts_of
from mrsite.outputs.mark import Box, Circle, Mark, Polyline, Text, box_of, flattened, text_width

Floats = npt.NDArray[np.float64]
#: How bad it is to cover a cell of a line: ours must be read along their whole length, the host's need not.
OURS, HOST = 6, 4
#: How bad it is to cover a cell of a text, and of a leader; and for a leader to meet a cell of a line or a text.
_TEXT, _LEADER = 24, 6
_LEADER_OVER_LINE, _LEADER_OVER_TEXT = 0.15, 0.7
#: What a letter's height of distance weighs.
_AWAY = 0.6
#: What it weighs to stand in another room than that which a label speaks of, and in one with a magnet in it.
_OTHER_ROOM, _OTHER_MAGNET = 30.0, 100.0
#: What a cell weighs that lies outside the building, and outside a picture, where it would be cut off.
_OUTSIDE, CUT_OFF = 0.03, 50.0
#: A label that covers no more than the first lies well; one that covers more than the second is only drawn if needed.
_WELL, _BADLY = 3.0, 15.0
_ROUNDS, _MOST_AGAIN = 3, 300
#: Places looked at closely at once, and up to which distance, in letters, they are looked at first.
_AT_ONCE, _CLOSE = 48, 7.0
#: How far texts may go from what is drawn, in letters.
_REACH = 60.0


@dataclass(frozen=True, eq=False)
class Rooms:
    """Rooms of a storey, in which labels should stay, and which of them hold a magnet."""

    polygons: tuple[Any, ...] = ()
    magnet: tuple[bool, ...] = ()

    @cached_property
    def _tree(self) -> Any:
        import shapely

        return shapely.STRtree(self.polygons)

    def at(self, points: Floats) -> npt.NDArray[np.int64]:
        """Return the number of the room that holds each of (n, 2) points, -1 where none does."""
        import shapely

        found = np.full(len(points), -1)
        if self.polygons:
            which, room = self._tree.query(shapely.points(points), predicate="within")
            found[which[::-1]] = room[::-1]
        return found


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What of the host a drawing's texts keep off.

    Parameters
    ----------
    points, breaks : (n, 2) float64, m, and where new lines begin
    texts : sequence of Blocks
    inside : box or None
        Where texts should lie, if they can.
    outside : float
        How bad it is for each cell to lie elsewhere.
    """

    points: Any = ()
    breaks: Any = ()
    texts: tuple[Blocks, ...] = ()
    inside: Box | None = None
    outside: float = _OUTSIDE
    rooms: Rooms = field(default_factory=Rooms)


def placed(marks: Sequence[Mark | Label], letter: float, around: Surroundings | None = None) -> list[Mark]:
    """Return marks with a text, and a leader where it had to move, in the place of each label.

    Parameters
    ----------
    letter : float, m
        Height of ordinary letters: the grain in which lines are remembered.
    """
    around = around or Surroundings()
    labels = [(k, mark) for k, mark in enumerate(marks) if isinstance(mark, Label)]
    if not labels:
        return [m for m in marks if not isinstance(m, Label)]
    table = _Table([m for m in marks if not isinstance(m, Label)], [one for _, one in labels], letter, around)
    order = sorted(range(len(labels)), key=lambda n: (labels[n][1].rank, n))
    for n in order:
        table.put(n)
    for _ in range(_ROUNDS):
        again = [n for n in order if table.badness(n) > _WELL][:_MOST_AGAIN]
        if not sum([table.put(n) for n in again]):
            break
    made: list[Mark] = []
    at = {k: n for n, (k, _) in enumerate(labels)}
    for k, mark in enumerate(marks):
        made += table.marks(at[k]) if isinstance(mark, Label) else (mark,)
    # Leaders are drawn first: what they cross lies over them, the field lines above all.
    return sorted(made, key=lambda mark: not getattr(mark, "leader", False))


@dataclass(frozen=True, eq=False)
class _Choice:
    """A place that a label takes."""

    form: Form
    k: int
    block: Blocks
    lead: tuple[Floats, Floats] | None


class _Table:
    """Labels while they are being put."""

    def __init__(self, marks: Sequence[Mark], labels: Sequence[Label], letter: float, around: Surroundings) -> None:
        self.labels, self.around, self.letter = labels, around, letter
        self.choice: list[_Choice | None] = [None] * len(labels)
        self.ink = Ink(0.5 * letter, _window(marks, labels, letter))
        if len(around.points):
            self.ink.draw(around.points, HOST, breaks=around.breaks)
        for blocks in around.texts:
            self.ink.cover(blocks, _TEXT)
        for mark in marks:
            self._draw(mark)

    def put(self, n: int) -> bool:
        """Put a label where it now lies best; return whether it has moved."""
        label, before = self.labels[n], self.choice[n]
        if before is not None:
            self._hold(before, -1)
        best, least, worth = None, math.inf, 0.0
        for form in label.forms:
            k, cost, covered = self._best(label, form, least)
            if k >= 0:
                blocks = _blocks(form, label.height, slice(k, k + 1))
                best, least, worth = _Choice(form, k, blocks, _lead(form.lead[k : k + 1], blocks)), cost, covered
        if best is None or (not label.needed and worth > _BADLY):
            self.choice[n] = None
            return before is not None
        self._hold(best, 1)
        self.choice[n] = best
        return before is None or (before.form, before.k) != (best.form, best.k)

    def badness(self, n: int) -> float:
        """Return how much a label covers where it stands, of what was put after it too."""
        choice = self.choice[n]
        if choice is None:
            return 0.0
        self._hold(choice, -1)
        which = np.array([choice.k])
        lines, texts = self.ink.under(choice.block)
        covered = lines + texts + self._crossed(self.labels[n], choice.form, which)
        self._hold(choice, 1)
        return float(covered[0])

    def marks(self, n: int) -> list[Mark]:
        """Return what a label has become."""
        choice, label = self.choice[n], self.labels[n]
        if choice is None:
            return []
        made: list[Mark] = list(texts_of(label, choice.form, choice.k))
        if choice.lead is not None:
            (start,), (end,) = (ends.tolist() for ends in choice.lead)
            made.append(Polyline(label.item, ((*start, 0.0), (*end, 0.0)), False, label.note, None, True))
        return made

    def _best(self, label: Label, form: Form, least: float) -> tuple[int, float, float]:
        """Return the best place that costs less than ``least``, its cost and what it covers; -1 where there is none.

        What speaks against a place only adds to what it covers: places are looked at closely, a few at a time, until
        the next one covers more than the best of them costs.
        """
        best, covered = -1, 0.0
        away = _AWAY * (form.away + form.penalty)
        for near in (form.away <= _CLOSE, form.away > _CLOSE):
            tried = np.flatnonzero(near & (away < least))
            if not len(tried):
                continue
            lines, texts = self.ink.under(_blocks(form, label.height, tried))
            base = lines + texts + away[tried]
            order = np.argsort(base, kind="stable")
            for start in range(0, len(order), _AT_ONCE):
                some = order[start : start + _AT_ONCE]
                if base[some[0]] >= least - 1e-6:
                    break
                crossed = self._crossed(label, form, tried[some])
                cost = base[some] + crossed + self._astray(label, form, tried[some])
                n = int(np.argmin(np.round(cost, 6)))
                if cost[n] < least - 1e-6:
                    k = int(some[n])
                    best, least, covered = int(tried[k]), float(cost[n]), float(lines[k] + texts[k] + crossed[n])
        return best, least, covered

    def _crossed(self, label: Label, form: Form, which: npt.NDArray[np.int64]) -> Floats:
        """What it weighs that leaders cross lines and texts."""
        crossed = np.zeros(len(which))
        leads = _lead(form.lead[which], _blocks(form, label.height, which))
        if leads is not None:
            led = np.isfinite(leads[0][:, 0])
            lines, texts = self.ink.along(leads[0][led], leads[1][led])
            crossed[led] = _LEADER_OVER_LINE * lines + _LEADER_OVER_TEXT * texts
        return crossed

    def _astray(self, label: Label, form: Form, which: npt.NDArray[np.int64]) -> Floats:
        """What it weighs that a block lies in a room of which it does not speak, or outside the building."""
        blocks = _blocks(form, label.height, which)
        points = blocks.points(4, 2)
        cost = np.zeros(len(points))
        rooms = self.around.rooms
        if rooms.polygons:
            lead = form.lead[which]
            places = np.where(np.isfinite(lead), lead, np.array(label.about))
            own = rooms.at(places)
            there = rooms.at(points.reshape(-1, 2)).reshape(points.shape[:2])
            weights = np.array([*(_OTHER_MAGNET if held else _OTHER_ROOM for held in rooms.magnet), 0.0])
            # What stands in a wall, as a door does, belongs to both sides; a magnet's room is kept free all the same.
            apart = (there != own[:, None]) & ((own[:, None] >= 0) | (weights[there] == _OTHER_MAGNET))
            cost += np.where(apart, weights[there], 0.0).mean(axis=1)
        if self.around.inside is not None:
            x0, y0, x1, y1 = self.around.inside
            x, y = points[..., 0], points[..., 1]
            out = ((x < x0) | (x > x1) | (y < y0) | (y > y1)).mean(axis=1)
            cost += self.around.outside * out * blocks.wide * blocks.high / self.ink.cell**2
        return np.asarray(cost)

    def _hold(self, choice: _Choice, sign: int) -> None:
        self.ink.cover(choice.block, sign * _TEXT)
        if choice.lead is not None:
            start, end = choice.lead
            along = end - start
            middle, length = (start + end) / 2, float(np.hypot(*along[0]))
            turn = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
            self.ink.cover(Blocks(middle, turn, length, 0.25 * self.ink.cell), sign * _LEADER)

    def _draw(self, mark: Mark) -> None:
        if isinstance(mark, Polyline):
            self.ink.draw(flattened(mark.vertices, mark.closed, 0.02), OURS)
        elif isinstance(mark, Circle):
            if mark.radius <= 1.5 * self.letter:  # a flag or a door's ring: nothing is written over it
                side = 2 * mark.radius
                self.ink.cover(Blocks(np.array([mark.centre]), np.zeros(1), side, side), _TEXT)
            else:
                t = np.linspace(0.0, 2 * math.pi, 145)
                self.ink.draw(np.array(mark.centre) + mark.radius * np.column_stack([np.cos(t), np.sin(t)]), OURS)
        elif isinstance(mark, Text):
            self.ink.cover(text_block(mark), _TEXT)


def text_block(text: Text) -> Blocks:
    """Return the turned rectangle of one row of text."""
    wide, high = text_width(text.text, text.height), 1.3 * text.height
    shift = {"left": 0.5, "centre": 0.0, "right": -0.5}[text.align] * wide
    angle = math.radians(text.rotation_deg)
    middle = (text.at[0] + shift * math.cos(angle), text.at[1] + shift * math.sin(angle))
    return Blocks(np.array([middle]), np.array([text.rotation_deg]), wide, high)


def _blocks(form: Form, height: float, which: Any = slice(None)) -> Blocks:
    return Blocks(form.middle[which], form.turn_deg[which], *block_size(form.rows, height))


def _lead(start: Floats, blocks: Blocks) -> tuple[Floats, Floats] | None:
    """Return where leaders begin and end: at the near edge of their block, which is not turned."""
    if not np.isfinite(start).any():
        return None
    half = np.array([blocks.wide, blocks.high]) / 2
    return start, np.clip(start, blocks.middle - half, blocks.middle + half)


def _window(marks: Iterable[Mark], labels: Sequence[Label], letter: float) -> Box:
    around = joined(box_of(tuple(marks)), *((*label.about, *label.about) for label in labels))
    margin = _REACH * letter
    return around[0] - margin, around[1] - margin, around[2] + margin, around[3] + margin


def joined(*boxes: Box | None) -> Box:
    """Return the box around some boxes."""
    known = [b for b in boxes if b is not None]
    if not known:
        return 0.0, 0.0, 1.0, 1.0
    return (
        min(b[0] for b in known), min(b[1] for b in known), max(b[2] for b in known), max(b[3] for b in known)
    )  # fmt: skip
