"""Where texts go so that they do not lie on one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mrsite.outputs.mark import Box, Point, Text, text_box, text_width


@dataclass
class Placer:
    """Boxes that are taken, while one drawing is being decided.

    Parameters
    ----------
    inside : box or None
        Where texts should lie, if they can.
    ink : list of points
        Of lines that texts should not cross.
    """

    inside: Box | None = None
    taken: list[Box] = field(default_factory=list)
    ink: list[Point] = field(default_factory=list)
    _array: Any = None
    _boxes: Any = None

    def occupy(self, box: Box) -> None:
        """Keep texts away from a box."""
        self.taken.append(box)

    def draw(self, points: Iterable[Point], step: float) -> None:
        """Keep texts off a line, sampled at a step."""
        last: Point | None = None
        for x, y in points:
            if last is not None:
                count = min(2000, max(1, int(math.hypot(x - last[0], y - last[1]) / step)))
                self.ink += [
                    (last[0] + (x - last[0]) * k / count, last[1] + (y - last[1]) * k / count) for k in range(count)
                ]
            last = (x, y)

    def best(self, candidates: Sequence[tuple[Text, ...]]) -> tuple[Text, ...]:
        """Return the first of some candidates that is free, else the one that overlaps least; occupy it."""
        chosen, least = candidates[0], math.inf
        for texts in candidates:
            badness = self._badness(map(text_box, texts))
            if badness < least:
                badness += self._crossings(texts)
            if badness < least:
                chosen, least = texts, badness
            if least == 0.0:
                break
        for text in chosen:
            self.taken.append(text_box(text))
        return chosen

    def _crossings(self, texts: Sequence[Text]) -> float:
        """Return how much of the lines lies under some texts, as an area."""
        import numpy as np

        if not self.ink:
            return 0.0
        if self._array is None or len(self._array) != len(self.ink):
            self._array = np.array(self.ink)
        total = 0.0
        for text in texts:
            width, height = text_width(text.text, text.height), 1.5 * text.height
            angle = math.radians(text.rotation_deg)
            d = self._array - np.array(text.at)
            along = d[:, 0] * math.cos(angle) + d[:, 1] * math.sin(angle)
            across = -d[:, 0] * math.sin(angle) + d[:, 1] * math.cos(angle)
            left = {"left": 0.0, "centre": -0.5, "right": -1.0}[text.align] * width
            hits = (along > left) & (along < left + width) & (np.abs(across) < height / 2)
            total += 0.3 * text.height**2 * float(hits.sum())
        return total

    def _badness(self, boxes: Iterable[Box]) -> float:
        total = 0.0
        for box in boxes:
            area = (box[2] - box[0]) * (box[3] - box[1])
            total += self._covered(box)
            if self.inside is not None:
                total += 0.3 * (area - _overlap(box, self.inside))
        return round(total, 9)


    def _covered(self, box: Box) -> float:
        """Return how much of a box is taken, boxes on one another counted each."""
        import numpy as np

        if not self.taken:
            return 0.0
        if self._boxes is None or len(self._boxes) != len(self.taken):
            self._boxes = np.array(self.taken)
        held = self._boxes
        wide = np.minimum(held[:, 2], box[2]) - np.maximum(held[:, 0], box[0])
        high = np.minimum(held[:, 3], box[3]) - np.maximum(held[:, 1], box[1])
        return float((np.maximum(wide, 0.0) * np.maximum(high, 0.0)).sum())


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
