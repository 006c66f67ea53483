"""Where texts go so that they do not lie on one another, nor on lines where it can be helped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.outputs.ink import Ink
from mrsite.outputs.mark import Box, Point, Polyline, Text, text_box, text_width

#: How bad it is to cover a line: ours must be read along their whole length, the host's need not.
OURS, HOST = 6, 4
#: What a letter's height of distance weighs, as a share of a letter's square.
_AWAY = 0.04
#: Directions in which texts are put, the likeliest first.
ROUND = (
    (1, 0), (0, -1), (0, 1), (-1, 0), (1, -1), (-1, 1), (1, 1), (-1, -1),
    (1, -0.5), (1, 0.5), (-1, -0.5), (-1, 0.5), (0.5, -1), (0.5, 1), (-0.5, -1), (-0.5, 1),
)  # fmt: skip


@dataclass
class Placer:
    """Boxes and lines that are there already, while one drawing is being decided.

    Parameters
    ----------
    letter : float
        Height of ordinary letters, m: the grain in which lines are remembered.
    inside : box or None
        Where texts should lie, if they can.
    """

    letter: float
    inside: Box | None = None
    _held: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((64, 4)))  #: boxes, with room to spare
    _count: int = 0
    _ink: Ink = field(init=False)

    def __post_init__(self) -> None:
        self._ink = Ink(0.5 * self.letter)

    def occupy(self, box: Box) -> None:
        """Keep texts away from a box."""
        if self._count == len(self._held):
            self._held = np.vstack([self._held, np.zeros_like(self._held)])
        self._held[self._count] = box
        self._count += 1

    def draw(self, points: Iterable[Point] | Any, weight: int = OURS, *, breaks: Any = ()) -> None:
        """Keep texts off a line; ``breaks`` are the indices of points at which a new line begins."""
        self._ink.draw(points if hasattr(points, "shape") else list(points), weight, breaks=breaks)

    def best(self, candidates: Sequence[tuple[Text, ...]], away: Sequence[float] = ()) -> tuple[Text, ...]:
        """Return the candidate that covers least, the first of several alike, and occupy it.

        ``away`` (ascending, one a candidate) is how far each lies from what it speaks of, in letters: a little
        covering is better than a long way.
        """
        chosen, _ = self._chosen(candidates, away)
        for text in chosen:
            self.occupy(text_box(text))
        return chosen

    def free(self, candidates: Sequence[tuple[Text, ...]]) -> tuple[Text, ...]:
        """Return the best of some candidates and occupy it, or nothing where all of them would be hard to read."""
        chosen, badness = self._chosen(candidates)
        area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in map(text_box, chosen))
        return self.best([chosen]) if badness < 0.05 * area else ()

    def _chosen(
        self, candidates: Sequence[tuple[Text, ...]], away: Sequence[float] = ()
    ) -> tuple[tuple[Text, ...], float]:
        chosen, least = candidates[0], math.inf
        for k, texts in enumerate(candidates):
            distance = _AWAY * self.letter**2 * away[k] if away else 0.0
            if distance >= least:
                break
            badness = distance + self._badness([text_box(text) for text in texts])
            if badness < least:
                badness += sum(0.02 * text.height**2 * self._ink.under(text) for text in texts)
            if badness < least:
                chosen, least = texts, badness
        return chosen, least

    def _badness(self, boxes: Sequence[Box]) -> float:
        total = self._covered(boxes)
        if self.inside is not None:
            for box in boxes:
                total += 0.3 * ((box[2] - box[0]) * (box[3] - box[1]) - _overlap(box, self.inside))
        return round(total, 9)

    def _covered(self, boxes: Sequence[Box]) -> float:
        """Return how much of some boxes is taken, boxes on one another counted each."""
        held, asked = self._held[: self._count], np.array(boxes)[:, None, :]
        wide = np.minimum(held[:, 2], asked[..., 2]) - np.maximum(held[:, 0], asked[..., 0])
        high = np.minimum(held[:, 3], asked[..., 3]) - np.maximum(held[:, 1], asked[..., 1])
        return float((np.maximum(wide, 0.0) * np.maximum(high, 0.0)).sum())


def beside(
    at: Point, rows: Sequence[str], item: str, letter: float, note: str, placer: Placer
) -> list[Text | Polyline]:
    """Return rows of text near a place, with a leader where they had to go some way off."""
    candidates, away = _rows_about(at, rows, item, letter, note)
    best = placer.best(candidates, away)
    marks: list[Text | Polyline] = list(best)
    x0, y0, x1, y1 = joined(*(text_box(text) for text in best))
    end = (min(max(at[0], x0), x1), min(max(at[1], y0), y1))
    reach = math.dist(at, end)
    if reach > 2.2 * letter:
        start = (at[0] + (end[0] - at[0]) * 1.4 * letter / reach, at[1] + (end[1] - at[1]) * 1.4 * letter / reach)
        marks.append(Polyline(item, ((*start, 0.0), (*end, 0.0)), False, note))
    return marks


def _rows_about(
    at: Point, rows: Sequence[str], item: str, letter: float, note: str, step: float = 1.6
) -> tuple[list[tuple[Text, ...]], list[float]]:
    """Return rows of text round a place, near ones first, and how far each lies from it in letters."""
    candidates, away = [], []
    wide = max(text_width(row, letter) for row in rows)
    depth = step * letter * (len(rows) - 1)
    for reach in (2.5, 4.0, 6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 28.0, 35.0):
        for dx, dy in ROUND:
            x = at[0] + dx * reach * letter - 0.5 * (1 - dx) * wide
            y = at[1] + dy * reach * letter + 0.5 * (1 + dy) * depth
            candidates.append(
                tuple(
                    Text(item, row, (x, y - k * step * letter), letter, 0.0, "left", note) for k, row in enumerate(rows)
                )
            )
            away.append(reach)
    return candidates, away


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def joined(*boxes: Box | None) -> Box:
    """Return the box around some boxes."""
    known = [b for b in boxes if b is not None]
    if not known:
        return 0.0, 0.0, 1.0, 1.0
    return (
        min(b[0] for b in known), min(b[1] for b in known), max(b[2] for b in known), max(b[3] for b in known)
    )  # fmt: skip
