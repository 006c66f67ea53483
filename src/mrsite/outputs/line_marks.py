"""Lines of a level as marks: arcs on the safe side, each with its label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.layers import line_item
from mrsite.outputs.mark import Mark, Point, Polyline, Text, Vertex, flattened
from mrsite.outputs.placing import Placer

#: Height of a line's label over that of ordinary letters.
_LABEL = 0.8
#: Lines of two kinds that are nowhere farther apart share a label, m: a fine line's width on paper.
_SAME_M = 0.01
EDGES = ("central", "upper", "lower")


@dataclass(frozen=True)
class Line:
    """All rings of one level, kind and edge."""

    item: str
    text_item: str
    name: str
    rings: tuple[tuple[Vertex, ...], ...]
    note: str
    incomplete: str | None = None
    label: str | None = None  #: what is written along it: its name, or nothing ("") where another line says it for both


def lines_of(
    regions: Iterable[Any],
    *,
    edges: Sequence[str] = ("central", "upper"),
    show: Iterable[str] = ("mT",),
    magnets: str = "",
) -> list[Line]:
    """Return the lines to draw of some regions (`site.evidence.Region`), those of one item joined.

    The outer edge is left out where it is the central line itself (windings known outright).
    """
    found: dict[str, Line] = {}
    show = tuple(show)
    regions = list(regions)
    for region in regions:
        for edge in edges:
            shape = getattr(region, edge)
            if shape is None or shape.is_empty or (edge != "central" and shape.equals(region.central)):
                continue
            level = region.level * 1e3 if region.quantity == "B" else region.level
            item = line_item(region.quantity, level, region.kind, edge)
            name = printed.line_name(region.quantity, region.level, region.kind, edge, region.heights, show)
            note = f"line: {name} above floor; {edge}; within {region.tolerance_m * 1e3:.2g} mm of the computed line"
            if magnets:
                note += f"; {magnets}"
            twin = next((r for r in regions if _same_place(r, region, edge)), None)
            label = name
            if twin is not None:  # a cut is told by its one height, an envelope by its two
                both = f"{printed.heights(region.heights)} and {printed.heights(twin.heights)}"
                label = f"{name.rsplit(', ', 1)[0]}, {both}" if region.kind == "cut" else ""
            line = Line(item, _text_item(item), name, tuple(region_arcs(shape)), note, region.incomplete, label)
            # Two heights may share a layer: the label tells them apart.
            found[f"{item}#{len(found)}" if item in found else item] = line
    return list(found.values())


def _same_place(one: Any, other: Any, edge: str) -> bool:
    """Whether a cut and an envelope of one level run within a hair of one another, so that one label serves both."""
    if one.kind == other.kind or (one.quantity, one.level, one.storey) != (other.quantity, other.level, other.storey):
        return False
    a, b = getattr(one, edge), getattr(other, edge)
    if a is None or a.is_empty or b is None or b.is_empty:
        return False
    return bool(a.hausdorff_distance(b) < _SAME_M)


def _text_item(item: str) -> str:
    return "-".join(item.split("-")[:2]) + "-TEXT"


def line_marks(lines: Sequence[Line], height: float, placer: Placer, *, suffix: str = "") -> list[Mark]:
    """Return polylines and labels.

    Parameters
    ----------
    height : float, m
        Of the letters.
    suffix : str
        Put behind every label, e.g. that the magnet's data are unverified.
    """
    marks: list[Mark] = []
    for line in lines:
        marks += [Polyline(line.item, ring, True, line.note) for ring in line.rings]
        for ring in line.rings:
            placer.draw(flattened(ring, True, 0.02))
    for line in sorted(lines, key=lambda one: -max((_length(r) for r in one.rings), default=0.0)):
        if line.label == "":
            continue
        text = (line.label or line.name) + (f"  {suffix}" if suffix else "")
        if line.incomplete:
            text += "  MAY BE TOO SMALL"
        inward = not line.item.endswith("-UPPER")
        longest = max((_length(ring) for ring in line.rings), default=0.0)
        rings = sorted(line.rings, key=_length, reverse=True)
        for number, ring in enumerate(rings):
            # Splinters within the windings are drawn but not named one by one; the largest ring always has its name,
            # the others where there is room.
            if _length(ring) < 0.25 * longest:
                break
            candidates = _beside(ring, line.text_item, text, _LABEL * height, inward, line.note)
            if candidates:
                marks += placer.best(candidates) if number == 0 else placer.free(candidates)
    return marks


def _length(ring: Sequence[Vertex]) -> float:
    points = flattened(tuple(ring), True, 0.02)
    return sum(math.dist(a, b) for a, b in pairwise(points))


def _beside(
    ring: tuple[Vertex, ...], item: str, text: str, height: float, inward: bool, note: str
) -> list[tuple[Text, ...]]:
    """Return labels along a ring, preferred first: near the lower right, then round the ring."""
    points = flattened(ring, True, 0.01)
    if len(points) < 3:
        return []
    lengths = [math.dist(a, b) for a, b in pairwise(points)]
    whole = sum(lengths)
    small = whole < 4 * 0.9 * height * len(text)  # a label inside a small ring would cross it
    places = []
    count = 48
    for k in range(count):
        place = _at(points, lengths, whole * k / count)
        if place is not None:
            places.append(place)
    # Level labels are read most easily where the line is nearly level.
    places.sort(key=lambda p: round(abs(p[1][1]), 1))
    candidates: list[tuple[Text, ...]] = []
    preferred = -1.0 if inward and not small else 1.0  # the outside is to the right of the direction of travel
    for away in (preferred, -preferred):
        for (x, y), (tx, ty) in places:
            nx, ny = away * ty, -away * tx
            angle = math.degrees(math.atan2(ty, tx))
            if angle > 90.0 or angle <= -90.0:
                angle += 180.0 if angle <= -90.0 else -180.0
            at = (x + 1.3 * height * nx, y + 1.3 * height * ny)
            candidates.append((Text(item, text, at, height, round(angle, 3), "centre", note),))
    return candidates


def _at(points: Sequence[Point], lengths: Sequence[float], distance: float) -> tuple[Point, Point] | None:
    for k, length in enumerate(lengths):
        if distance <= length and length > 0:
            (x0, y0), (x1, y1) = points[k], points[k + 1]
            f = distance / length
            return (x0 + f * (x1 - x0), y0 + f * (y1 - y0)), ((x1 - x0) / length, (y1 - y0) / length)
        distance -= length
    return None
