"""Places of a survey on a storey's drawing: a ring where reading and prediction agree, a crossed ring where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mrsite.outputs.layers import style_of
from mrsite.outputs.mark import Circle, Drawing, Mark, Point, Polyline, Text

#: Items of a storey's drawing that a survey needs: the lines that a person meets, and the magnet to set out from.
_KEPT = ("MAGNET", "DIMS", "STEEL")
_LINES = ("B-0P5MT-ENV", "B-3MT-ENV")
_MEANING = {"SURVEY": "place read, or to read", "SURVEY-DIFFERS": "reading that differs from the prediction"}


@dataclass(frozen=True)
class Place:
    """A place on the plan: its name, where, and whether what was read there differs from what was predicted."""

    name: str
    at: Point
    differs: bool = False


def with_places(drawing: Drawing, places: Sequence[Place]) -> Drawing:
    """Return a storey's drawing with the field lines, the magnet and the places of a survey, and nothing else."""
    radius, letter = drawing.paper(1.5), drawing.paper(2.0)
    marks: list[Mark] = [m for m in drawing.marks if m.item.startswith(_LINES) or m.item in _KEPT]
    for place in places:
        item = "SURVEY-DIFFERS" if place.differs else "SURVEY"
        x, y = place.at
        marks.append(Circle(item, place.at, radius))
        if place.differs:
            for rise in (radius, -radius):
                marks.append(Polyline(item, ((x - radius, y - rise, 0.0), (x + radius, y + rise, 0.0))))
        marks.append(Text(item, place.name, (x + 1.5 * radius, y + radius), letter))
    styles = drawing.styles | {item: style_of(item, str, meaning) for item, meaning in _MEANING.items()}
    return replace(drawing, marks=tuple(marks), styles=styles)
