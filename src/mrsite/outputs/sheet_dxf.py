"""The sheet: a second drawing file with a view at scale, frame, legend and title block in paper space.

It is a file of its own because some readers draw paper space into the model. The plan comes along as
background lines; the architect's own file is not in it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.text import inert
from mrsite.outputs.dxf_splice import with_paper
from mrsite.outputs.layers import style_of
from mrsite.outputs.mark import Drawing, Mark, Polyline, Text, text_width
from mrsite.outputs.overlay_dxf import with_header
from mrsite.outputs.plan_svg import BESIDE, HostText
from mrsite.outputs.title_marks import legend, table

_SCALES = (10, 20, 25, 50, 75, 100, 125, 150, 200, 250, 500, 1000, 2000)
_MARGIN, _COLUMN = 10.0, 200.0  #: mm


@cache
def _papers() -> dict[str, tuple[float, float]]:
    import tomllib

    read = tomllib.loads((data_folder("outputs") / "papers.toml").read_text(encoding="utf-8"))
    return {name: (float(w), float(h)) for name, (w, h) in read.items()}


def render(drawing: Drawing, linework: Sequence[Any], unit_m: float, insunits: int, paper: str) -> bytes:
    """Return the sheet as an R2010 DXF.

    Parameters
    ----------
    drawing : Drawing
    linework : sequence
        The host's lines and texts, as `pictures.host_lines` gives them.
    unit_m, insunits : metres in one drawing unit, and its code
    paper : str
        Name of a sheet size; an unknown one is taken as A1 and said so on the sheet.
    """
    width, height = _papers().get(paper.upper(), _papers()["A1"])
    view_w, view_h = width - 2 * _MARGIN - _COLUMN, height - 2 * _MARGIN
    x0, y0, x1, y1 = drawing.extent
    scales = [s for s in _SCALES if s >= drawing.plot_scale] or [_SCALES[-1]]
    scale = next((s for s in scales if (x1 - x0) * 1000 / s <= view_w and (y1 - y0) * 1000 / s <= view_h), scales[-1])
    column = _column(drawing, width, height, scale, paper)
    model = [m for m in drawing.marks if m.item not in BESIDE]
    background = _background(linework)
    styles = {
        **drawing.styles,
        "HOST": replace(style_of("HOST", lambda item: item), name=_named(drawing, "HOST"), aci=8, rgb="#808080"),
    }
    for item in ("LEGEND", "NOTE"):
        styles.setdefault(item, replace(style_of(item, lambda item: item), name=_named(drawing, item)))
    whole = replace(drawing, marks=(*background, *model), styles=styles)
    in_paper = replace(drawing, marks=tuple(column), styles=styles, plot_scale=1.0)
    blank = (data_folder("outputs") / "blank_sheet_R2010.dxf").read_bytes()
    blank = with_header(
        blank,
        {
            "$INSUNITS": (insunits,),
            "$EXTMIN": (x0 / unit_m, y0 / unit_m, 0.0),
            "$EXTMAX": (x1 / unit_m, y1 / unit_m, 0.0),
            "$LTSCALE": (1.0,),
        },
    )
    centre = ((x0 + x1) / 2 / unit_m, (y0 + y1) / 2 / unit_m)
    view_height = view_h * 1e-3 * scale / unit_m
    values: dict[bytes, float | bytes] = {
        b"8411.50_x_5944.50": f"{width:.2f}_x_{height:.2f}".encode(),
        b"8411.5": width, b"5944.5": height, b"4205.75": width / 2, b"2972.25": height / 2,
        b"9252.650000000001": width * 1.1, b"6538.950000000001": height * 1.1,
        b"1211.5": _MARGIN + view_w / 2, b"2322.5": _MARGIN + view_h / 2, b"3433.5": view_w, b"4544.5": view_h,
        b"5655.5": centre[0], b"6766.5": centre[1], b"7877.5": view_height,
        b"1111.25": centre[0], b"2222.25": centre[1], b"3333.25": view_height,
    }  # fmt: skip
    for old, new in values.items():
        blank = blank.replace(old, new if isinstance(new, bytes) else repr(float(new)).encode())
    return with_paper(blank, whole, in_paper, unit_m)


def _named(drawing: Drawing, item: str) -> str:
    """Return the layer name of an item that the drawing itself does not use, by the pattern of one it does."""
    for style in drawing.styles.values():
        if style.name.endswith(style.item):
            return style.name[: len(style.name) - len(style.item)] + item
    return f"X-MRIS-{item}"


def _background(linework: Sequence[Any]) -> list[Mark]:
    marks: list[Mark] = []
    for line in linework:
        if isinstance(line, HostText):
            marks.append(Text("HOST", line.text, line.at, line.height, line.rotation_deg, "centre"))
            continue
        points = [(float(x), float(y), 0.0) for x, y in line.points]
        if len(points) > 1:
            marks.append(Polyline("HOST", tuple(points)))
    return marks


def _column(drawing: Drawing, width: float, height: float, scale: float, paper: str) -> list[Mark]:
    """Return frame, legend and title block in sheet millimetres (taken as the unit of these marks)."""
    letter = 2.5
    left = width - _MARGIN - _COLUMN
    top = height - _MARGIN
    frame = ((_MARGIN, _MARGIN), (width - _MARGIN, _MARGIN), (width - _MARGIN, top), (_MARGIN, top))
    marks: list[Mark] = [
        Polyline("LEGEND", tuple((x, y, 0.0) for x, y in frame), True),
        Polyline("LEGEND", ((left, _MARGIN, 0.0), (left, top, 0.0))),
    ]
    entries = [replace(s, meaning=inert(s.meaning, 68)) for s in drawing.styles.values() if s.meaning]
    listed, _ = legend(entries, left + 4, top - 4, letter)
    marks += listed
    rows = [
        [name if k == 0 else "", part]
        for name, value in _title(drawing)
        for k, part in enumerate(textwrap.wrap(inert(value, 240), 62) or [""])
    ]
    rows += [
        ["scale", f"1:{scale:g} on {paper}" + ("" if paper.upper() in _papers() else " (unknown size, taken as A1)")]
    ]
    y = top - 4 - (len(entries) + 5) * 1.9 * letter
    marks += table("TITLE", rows, left + 4, y, letter, limit=62)[0]
    marks += _lists(drawing, left + 4, y - (len(rows) + 4) * 1.9 * letter)
    if any("UNVERIFIED" in cell for row in rows for cell in row):
        marks.append(Text("NOTE", "MAGNET DATA UNVERIFIED: do not build from this sheet", (left + 4, _MARGIN + 6), 3.5))
    return marks


def _lists(drawing: Drawing, x: float, y: float) -> list[Mark]:
    """Return the drawing's lists, wrapped to the column, as far as there is room below ``y``."""
    letter, floor = 1.8, _MARGIN + 14
    width = int((_COLUMN - 8) / text_width("m", letter))
    marks: list[Mark] = []
    for name, (_, *rows) in drawing.lists:
        if y - 6 * letter < floor:
            break
        marks.append(Text("LEGEND", name, (x, y), 1.4 * letter))
        y -= 2.6 * letter
        for n, row in enumerate(rows):
            lines = textwrap.wrap(inert("  ".join(cell for cell in row if cell), 400), width, subsequent_indent="     ")
            if y - 1.7 * letter * (len(lines) + 1) < floor:
                marks.append(Text("LEGEND", f"... and {len(rows) - n} more: all are in the report", (x, y), letter))
                y -= 1.7 * letter
                break
            for line in lines:
                indent = len(line) - len(line.lstrip())
                marks.append(Text("LEGEND", line.strip(), (x + text_width(" " * indent, letter), y), letter))
                y -= 1.7 * letter
        y -= 2 * letter
    return marks


def _title(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the rows of the title block as the drawing bears them."""
    return [row for row in drawing.title if row[0] != "scale"]
