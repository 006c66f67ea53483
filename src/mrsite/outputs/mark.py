"""What a drawing is made of: marks decided once, which DXF, SVG and PDF only draw.

All lengths and coordinates are metres in one frame: a storey's plan, or a section's own plane
(distance along the cut, height from the site datum). A mark names its *item* (what it is, and so
on which layer it lies), never a colour or a layer name: `LayerStyle` says how an item looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Point = tuple[float, float]
Vertex = tuple[float, float, float]  #: x, y and the bulge of the segment that begins there
Box = tuple[float, float, float, float]
Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How an item looks: one layer.

    Parameters
    ----------
    item : str
        What lies on it, e.g. ``"B-0P5MT-CUT"``.
    name : str
        The layer's name in a drawing file.
    aci : int
        AutoCAD colour index.
    rgb : str
        ``#rrggbb``, for screen and paper.
    linetype : str
        One of the standard names, since others are drawn solid by some readers.
    weight_mm : float
        Plotted line weight.
    meaning : str
        One line for the legend; empty where it needs none.
    """

    item: str
    name: str
    aci: int
    rgb: str
    linetype: str
    weight_mm: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Polyline:
    """A line of straight and circular segments.

    ``style`` of another item may be lent by ``drawn_as``: the legend shows a line's colour and
    dashes without lying on that line's layer. A ``leader`` goes from a text to what it speaks of, and
    is thin and unbroken whatever its layer looks like.
    """

    item: str
    vertices: tuple[Vertex, ...]
    closed: bool = False
    note: str = ""
    drawn_as: str | None = None
    leader: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; ``at`` is the left, centre or right of its middle line; ``height`` in m."""

    item: str
    text: str
    at: Point
    height: float
    rotation_deg: float = 0.0
    align: Align = "left"
    note: str = ""
    drawn_as: str | None = None


@dataclass(frozen=True, slots=True)
class Hatch:
    """Parallel lines at 45 degrees inside closed rings (odd-even); ``spacing`` in m."""

    item: str
    rings: tuple[tuple[Vertex, ...], ...]
    spacing: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle."""

    item: str
    centre: Point
    radius: float
    note: str = ""
    drawn_as: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """Data for schedules at a place: read by programs, not shown; its values are also drawn as text."""

    item: str
    at: Point
    values: tuple[tuple[str, str], ...]  #: name (A-Z, digits, _) and value
    note: str = ""


Mark = Polyline | Text | Hatch | Circle | Tag


@dataclass(frozen=True)
class Drawing:
    """All marks of one storey (or section), in the order in which they are drawn.

    Parameters
    ----------
    name : str
        Of the storey or section.
    marks : tuple of Mark
    styles : dict of item -> LayerStyle
        Of every item that occurs.
    plot_scale : float
        50 means 1:50.
    extent : (x0, y0, x1, y1), m
        What belongs in the picture: host and lines, without legend and title block.
    provenance : tuple of str
        What is written into every entity and into the file's properties: one line each.
    notes : tuple of str
        What could not be shown, or must be known by whoever reads the drawing.
    title : tuple of (what, value)
        Rows of the title block.
    lists : tuple of (name, rows)
        What is listed beside the plan; the first row is the heading.
    """

    name: str
    marks: tuple[Mark, ...]
    styles: dict[str, LayerStyle]
    plot_scale: float
    extent: Box
    provenance: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    title: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()

    @cached_property
    def boxes(self) -> tuple[Box | None, ...]:
        """The box around each mark; None for what is not shown."""
        return tuple(None if isinstance(mark, Tag) else box_of((mark,)) for mark in self.marks)

    def paper(self, millimetres: float) -> float:
        """Return the length in m that is so many millimetres on the plotted sheet."""
        return millimetres * 1e-3 * self.plot_scale

    def style_of(self, mark: Mark) -> LayerStyle:
        """Return the look of a mark."""
        lent = getattr(mark, "drawn_as", None)
        return self.styles[lent or mark.item]


def text_width(text: str, height: float) -> float:
    """Return about how long a text is: wide enough for the widest of the usual stroke fonts."""
    return 0.9 * height * len(text)


def text_box(mark: Text) -> Box:
    """Return the axis-parallel box around a text."""
    width, height = text_width(mark.text, mark.height), 1.3 * mark.height
    left = {"left": 0.0, "centre": -0.5, "right": -1.0}[mark.align] * width
    angle = math.radians(mark.rotation_deg)
    c, s = math.cos(angle), math.sin(angle)
    corners = [
        (mark.at[0] + c * x - s * y, mark.at[1] + s * x + c * y)
        for x in (left, left + width)
        for y in (-height / 2, height / 2)
    ]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)


def segments(vertices: tuple[Vertex, ...], closed: bool) -> Iterator[tuple[Vertex, Vertex]]:
    """Give the pairs of neighbouring vertices."""
    last = len(vertices) if closed else len(vertices) - 1
    for k in range(last):
        yield vertices[k], vertices[(k + 1) % len(vertices)]


def flattened(vertices: tuple[Vertex, ...], closed: bool, tolerance: float = 1e-3) -> list[Point]:
    """Return the points of a polyline with its arcs cut into chords within a tolerance, m.

    For pictures and measures; what is drawn in CAD keeps its arcs.
    """
    points: list[Point] = [(vertices[0][0], vertices[0][1])] if vertices else []
    for (x0, y0, bulge), (x1, y1, _) in segments(vertices, closed):
        if bulge:
            half_chord = 0.5 * math.hypot(x1 - x0, y1 - y0)
            radius = half_chord * (1 + bulge * bulge) / (2 * abs(bulge)) if half_chord else 0.0
            angle = 4 * math.atan(bulge)
            if radius > 0:
                step = 2 * math.acos(max(-1.0, 1 - min(tolerance, radius) / radius)) or 1.0
                count = max(1, math.ceil(abs(angle) / step))
                # Centre: from the middle of the chord, to its left for an anticlockwise arc below half a turn.
                k = (1 - bulge * bulge) / (4 * bulge)
                cx, cy = 0.5 * (x0 + x1) - k * (y1 - y0), 0.5 * (y0 + y1) + k * (x1 - x0)
                ux, uy = x0 - cx, y0 - cy
                for i in range(1, count):
                    c, s = math.cos(angle * i / count), math.sin(angle * i / count)
                    points.append((cx + c * ux - s * uy, cy + s * ux + c * uy))
        points.append((x1, y1))
    return points


def box_of(marks: tuple[Mark, ...]) -> Box | None:
    """Return the box around some marks, or None where there is nothing."""
    xs: list[float] = []
    ys: list[float] = []
    for mark in marks:
        if isinstance(mark, Polyline):
            points = flattened(mark.vertices, mark.closed, 0.05)
        elif isinstance(mark, Text):
            x0, y0, x1, y1 = text_box(mark)
            points = [(x0, y0), (x1, y1)]
        elif isinstance(mark, Circle):
            (x, y), r = mark.centre, mark.radius
            points = [(x - r, y - r), (x + r, y + r)]
        elif isinstance(mark, Hatch):
            points = [(x, y) for ring in mark.rings for x, y, _ in ring]
        else:
            points = [mark.at]
        xs.extend(p[0] for p in points)
        ys.extend(p[1] for p in points)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None
