"""Where texts go so that they do not lie on one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mrsite.outputs.mark import Box, Text, text_box


@dataclass
class Placer:
    """Boxes that are taken, while one drawing is being decided.

    Parameters
    ----------
    inside : box or None
        Where texts should lie, if they can.
    """

    inside: Box | None = None
    taken: list[Box] = field(default_factory=list)

    def occupy(self, box: Box) -> None:
        """Keep texts away from a box."""
        self.taken.append(box)

    def best(self, candidates: Sequence[tuple[Text, ...]]) -> tuple[Text, ...]:
        """Return the first of some candidates that is free, else the one that overlaps least; occupy it."""
        chosen = min(candidates, key=lambda texts: self._badness(map(text_box, texts)))
        for text in chosen:
            self.taken.append(text_box(text))
        return chosen

    def _badness(self, boxes: Iterable[Box]) -> float:
        total = 0.0
        for box in boxes:
            area = (box[2] - box[0]) * (box[3] - box[1])
            total += sum(_overlap(box, other) for other in self.taken)
            if self.inside is not None:
                total += 0.3 * (area - _overlap(box, self.inside))
        return round(total, 9)


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
