"""Lines of a level as marks: arcs on the safe side, each with its label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.label import Floats, Form, Label, block_size
from mrsite.outputs.layers import line_item
from mrsite.outputs.mark import Mark, Polyline, Vertex, flattened, text_width

#: Height of a line's label over that of ordinary letters.
_LABEL = 0.8
#: Lines of two kinds that are nowhere farther apart share a label, m: a fine line's width on paper.
_SAME_M = 0.01
#: Places round a ring at which its label may stand.
_PLACES = 48
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


def line_marks(lines: Sequence[Line], height: float, *, suffix: str = "") -> list[Mark | Label]:
    """Return polylines and labels.

    Parameters
    ----------
    height : float, m
        Of the letters.
    suffix : str
        Put behind every label, e.g. that the magnet's data are unverified.
    """
    marks: list[Mark | Label] = []
    for line in lines:
        marks += [Polyline(line.item, ring, True, line.note) for ring in line.rings]
    for line in sorted(lines, key=lambda one: -max((_length(r) for r in one.rings), default=0.0)):
        if line.label == "":
            continue
        text = (line.label or line.name) + (f"  {suffix}" if suffix else "")
        if line.incomplete:
            text += "  MAY BE TOO SMALL"
        inward = not line.item.endswith("-UPPER")
        longest = max((_length(ring) for ring in line.rings), default=0.0)
        for number, ring in enumerate(sorted(line.rings, key=_length, reverse=True)):
            # Splinters within the windings are drawn but not named one by one; the largest ring always has its name,
            # the others where there is room.
            if _length(ring) < 0.25 * longest:
                break
            label = _ring_label(ring, line.text_item, text, _LABEL * height, inward, line.note, needed=number == 0)
            marks += [label] if label else []
    return marks


def _length(ring: Sequence[Vertex]) -> float:
    points = flattened(tuple(ring), True, 0.02)
    return sum(math.dist(a, b) for a, b in pairwise(points))


def _ring_label(
    ring: tuple[Vertex, ...], item: str, text: str, height: float, inward: bool, note: str, *, needed: bool
) -> Label | None:
    """Return a ring's label: along it on either side, else level and some way off with a leader to the ring."""
    points = np.array(flattened(ring, True, 0.01))
    if len(points) < 3:
        return None
    at, normal = _round_the_ring(points, _PLACES)
    tangent = np.column_stack([-normal[:, 1], normal[:, 0]])
    whole = float(np.hypot(*np.diff(points, axis=0).T).sum())
    small = whole < 4 * text_width(text, height)  # a label inside a small ring would cross it
    side = -1.0 if inward and not small else 1.0
    turn = (np.degrees(np.arctan2(tangent[:, 1], tangent[:, 0])) + 90.0) % 180.0 - 90.0
    # Where a line bends, a straight label beside it meets it: the longer the label, the worse.
    along = Form(
        (text,),
        np.vstack([at + way * 1.3 * height * normal for way in (side, -side)]),
        # Labels are read most easily where the line is nearly level.
        np.tile(2.0 * np.abs(tangent[:, 1]), 2) + np.repeat([0.0, 1.0], len(at)),
        np.asarray(np.round(np.tile(turn, 2), 3), dtype=np.float64),
        np.full((2 * len(at), 2), np.nan),
    )
    off = _off_the_ring(at[::2], normal[::2], (text,), height, 8.0)
    return Label(item, (float(at[0][0]), float(at[0][1])), height, (along, off), 1, note, needed)


def _off_the_ring(at: Floats, normal: Floats, rows: tuple[str, ...], height: float, penalty: float) -> Form:
    """Return level labels outside and inside a ring, with leaders."""
    reaches = np.array([2.5, 5.0, 8.0, 12.0, 17.0, 23.0, -2.5, -5.0, -8.0])
    wide, high = block_size(rows, height)
    lead, away = np.tile(at, (len(reaches), 1)), np.repeat(reaches, len(at))
    way = np.tile(normal, (len(reaches), 1)) * np.sign(away)[:, None]
    # The block begins where the leader ends, to whichever side that goes.
    middle = lead + way * np.abs(away)[:, None] * height + np.sign(way) * np.abs(way) * np.array([wide, high]) / 2
    return Form(rows, middle, np.abs(away), np.zeros(len(away)), lead, penalty)


def _round_the_ring(points: Floats, count: int) -> tuple[Floats, Floats]:
    """Return points at equal steps round a ring, and the unit vectors to its outside there."""
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    kept = lengths > 0
    starts, steps, lengths = points[:-1][kept], steps[kept], lengths[kept]
    ends = np.cumsum(lengths)
    distance = np.arange(count) * ends[-1] / count
    k = np.minimum(np.searchsorted(ends, distance), len(ends) - 1)
    share = (distance - (ends[k] - lengths[k])) / lengths[k]
    tangent = steps[k] / lengths[k, None]
    # The outside is to the right of the direction of travel.
    return starts[k] + share[:, None] * steps[k], np.column_stack([tangent[:, 1], -tangent[:, 0]])
