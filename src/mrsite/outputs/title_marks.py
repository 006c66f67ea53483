"""Legend, title block, scale bar, scale check and lists beside a drawing, below what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mrsite.base.text import inert
from mrsite.outputs.mark import Box, LayerStyle, Mark, Polyline, Text, text_width

#: The bar that a person measures in CAD to see whether the drawing came in at its right size, m.
CHECK_BAR_M = 10.0


def legend(entries: Sequence[LayerStyle], x: float, y: float, letter: float) -> tuple[list[Mark], float]:
    """Return the legend's marks, hanging from (x, y), and its width."""
    marks: list[Mark] = [Text("LEGEND", "LEGEND", (x, y - letter), 1.4 * letter)]
    row = y - 4 * letter
    sample = 12 * letter
    width = text_width("LEGEND", 1.4 * letter)
    for style in entries:
        marks.append(Polyline("LEGEND", ((x, row, 0.0), (x + sample, row, 0.0)), False, "", style.item))
        text = Text("LEGEND", style.meaning, (x + sample + letter, row), letter)
        marks.append(text)
        width = max(width, sample + letter + text_width(style.meaning, letter))
        row -= 1.9 * letter
    return marks, width


def table(
    title: str,
    rows: Sequence[Sequence[str]],
    x: float,
    y: float,
    letter: float,
    *,
    item: str = "LEGEND",
    limit: int = 70,
) -> tuple[list[Mark], float]:
    """Return a table's marks, hanging from (x, y), and its width; the first row is the heading."""
    shown = [[inert(cell, limit) for cell in row] for row in rows]
    columns = max((len(row) for row in shown), default=0)
    full = [row for row in shown if len(row) == columns]  # a closing remark may run on over the columns
    widths = [max((len(row[c]) for row in full), default=0) for c in range(columns)]
    starts, at = [], 0.0
    for width in widths:
        starts.append(at)
        at += text_width("m" * width, letter) + 1.5 * letter
    marks: list[Mark] = [Text(item, title, (x, y - letter), 1.4 * letter)]
    line = y - 4 * letter
    for row in shown:
        for c, cell in enumerate(row):
            if cell:
                marks.append(Text(item, cell, (x + starts[c], line), letter))
        line -= 1.9 * letter
    return marks, max(at, text_width(title, 1.4 * letter))


def scale_bar(x: float, y: float, letter: float, plot_scale: float) -> list[Mark]:
    """Return a scale bar of 5 m with a tick each metre."""
    marks: list[Mark] = [Polyline("LEGEND", ((x, y, 0.0), (x + 5.0, y, 0.0)))]
    for k in range(6):
        marks.append(Polyline("LEGEND", ((x + k, y, 0.0), (x + k, y + letter, 0.0))))
        if k in (0, 1, 5):
            marks.append(Text("LEGEND", str(k), (x + k, y + 2 * letter), letter, 0.0, "centre"))
    marks.append(Text("LEGEND", f"m   (drawn for 1:{plot_scale:g})", (x + 5.0 + 1.5 * letter, y + 2 * letter), letter))
    return marks


def north_arrow(x: float, y: float, letter: float, north_deg: float) -> list[Mark]:
    """Return an arrow to true north, its middle at (x, y); ``north_deg`` anticlockwise from the drawing's +x."""
    c, s = math.cos(math.radians(north_deg)), math.sin(math.radians(north_deg))
    reach = 4 * letter

    def at(along: float, aside: float) -> tuple[float, float, float]:
        return x + reach * (along * c - aside * s), y + reach * (along * s + aside * c), 0.0

    note = "true north, as the site file or the drawing's georeference states it"
    head = (at(1.0, 0.0), at(0.55, 0.22), at(0.55, -0.22))
    tip = (x + 1.45 * reach * c, y + 1.45 * reach * s)
    return [
        Polyline("LEGEND", (at(-1.0, 0.0), at(1.0, 0.0)), False, note),
        Polyline("LEGEND", head, True, note),
        Text("LEGEND", "N", tip, 1.4 * letter, 0.0, "centre", note),
    ]


def scale_check(host: Box, letter: float, y: float, unit: str) -> list[Mark]:
    """Return the bar of known length and the crosses on two corners of the host."""
    x0, y0, x1, y1 = host
    note = "measure it in CAD: a different length means that the drawing came in at a wrong scale"
    marks: list[Mark] = [
        Polyline("CHECK", ((x0, y, 0.0), (x0 + CHECK_BAR_M, y, 0.0)), False, note),
        Text(
            "CHECK",
            f"SCALE CHECK: this bar is {CHECK_BAR_M:g} m; drawing unit taken as {unit}",
            (x0, y + 1.4 * letter),
            letter,
            0.0,
            "left",
            note,
        ),
    ]
    for at in (x0, x0 + CHECK_BAR_M):
        marks.append(Polyline("CHECK", ((at, y - letter, 0.0), (at, y + letter, 0.0)), False, note))
    arm = 2 * letter
    for x, y_ in ((x0, y0), (x1, y1)):
        marks.append(Polyline("CHECK", ((x - arm, y_, 0.0), (x + arm, y_, 0.0)), False, "corner of the host"))
        marks.append(Polyline("CHECK", ((x, y_ - arm, 0.0), (x, y_ + arm, 0.0)), False, "corner of the host"))
        marks.append(
            Text("CHECK", f"host corner x {x:.3f} y {y_:.3f} m", (x + letter, y_ - 1.5 * letter), 0.7 * letter)
        )
    return marks
