"""A drawing as SVG: the plan as background, our marks above it, one group a layer.

y points down in SVG and up on a plan, so y is negated; coordinates are metres from the drawing's own
corner, rounded to a millimetre, so that national-grid plans stay short. Texts are text and escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from mrsite.base.text import inert
from mrsite.outputs.dxf_entities import LEADER_WEIGHT, hatch_lines
from mrsite.outputs.mark import Box, Circle, Drawing, Hatch, LayerStyle, Mark, Polyline, Tag, Text, Vertex, box_of

#: Dashes and gaps of a line type, mm on paper.
DASHES = {
    "DASHEDTINY": (4, 2),
    "DASHDOTTINY": (6, 2, 0.4, 2),
    "CENTERTINY": (10, 2, 2, 2),
    "DIVIDETINY": (6, 2, 0.4, 2, 0.4, 2),
    "DOTTINY": (0.4, 2),
}
#: What stands beside a plan: a page shows legend, title and scale check its own way; files show them drawn.
BESIDE = ("LEGEND", "CHECK")
_HOST_MM = {"wall": 0.25}


def render(
    drawing: Drawing, linework: Sequence[Any] = (), *, prefix: str = "", whole: bool = False, everything: bool = False
) -> bytes:
    """Return the drawing as a file of its own, at its plot scale."""
    body, box = picture(drawing, linework, prefix=prefix, whole=whole, everything=everything)
    return _file(body, (0.0, 0.0, box[2] - box[0], box[3] - box[1]), drawing)


def place(drawing: Drawing, linework: Sequence[Any], window: Box) -> bytes:
    """Return a cut-out of the drawing: only what touches a window, plan metres."""

    def near(points: Iterable[Sequence[float]]) -> bool:
        xs, ys = zip(*((p[0], p[1]) for p in points))
        return bool(max(xs) >= window[0] and min(xs) <= window[2] and max(ys) >= window[1] and min(ys) <= window[3])

    lines = [line for line in linework if len(line.points) and near(line.points)]

    # Half a word is worse than none, and so is half of a sentence of several rows.
    cut_off = {
        mark.note
        for mark, box in zip(drawing.marks, drawing.boxes)
        if isinstance(mark, Text) and box is not None and not _within(box, window) and not mark.item.endswith("MT-TEXT")
    } - {""}

    def shown(mark: Mark, box: Box | None) -> bool:
        if box is None:
            return False
        if isinstance(mark, Text):
            return _within(box, window) and mark.note not in cut_off
        if getattr(mark, "leader", False) and (mark.note in cut_off or not _within(box, window)):
            return False
        return near(((box[0], box[1]), (box[2], box[3])))

    marks = tuple(mark for mark, box in zip(drawing.marks, drawing.boxes) if shown(mark, box))
    cut = replace(drawing, marks=marks, extent=window)
    body, box = picture(cut, lines)
    margin = window[0] - box[0]
    return _file(body, (margin, margin, window[2] - window[0], window[3] - window[1]), drawing)


def _within(box: Box, window: Box) -> bool:
    return box[0] >= window[0] and box[1] >= window[1] and box[2] <= window[2] and box[3] <= window[3]


def _file(body: str, view: Box, drawing: Drawing) -> bytes:
    x, y, width, height = view
    paper = 1000.0 / drawing.plot_scale
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x:.3f} {y:.3f} {width:.3f} {height:.3f}" '
        f'width="{width * paper:.1f}mm" height="{height * paper:.1f}mm" role="img" '
        f'aria-label="{escape(inert(drawing.name, 80))}" font-family="DejaVu Sans, Arial, sans-serif">'
        f'<rect x="{x:.3f}" y="{y:.3f}" width="{width:.3f}" height="{height:.3f}" fill="#ffffff"/>'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{body}</svg>\n'.encode("utf-8", "replace")


def picture(
    drawing: Drawing, linework: Sequence[Any] = (), *, prefix: str = "", whole: bool = False, everything: bool = False
) -> tuple[str, Box]:
    """Return the inside of an SVG element, and the box (plan metres) that it shows.

    Parameters
    ----------
    linework : sequence of plans.plan.Line
        The host's own lines.
    prefix : str
        Put before every id, so that several pictures can share a page.
    whole : bool
        Show legend and title block as well; a page that has its own leaves them out.
    everything : bool
        All marks, within the drawing's own extent (sections, which have no legend).
    """
    margin = drawing.paper(8)
    marks = tuple(m for m in drawing.marks if whole or everything or m.item not in BESIDE)
    box = (box_of(marks) or drawing.extent) if whole else drawing.extent
    box = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    frame = _Frame(box)
    parts = [_host(linework, frame, drawing, prefix)]
    groups: dict[str, list[str]] = {}
    for mark in marks:
        drawn = _mark(mark, drawing, frame)
        if drawn:
            groups.setdefault(mark.item, []).append(drawn)
    for item, drawn_marks in groups.items():
        style = drawing.styles[item]
        parts.append(
            f'<g class="layer" id="{prefix}{escape(item)}" data-item="{escape(item)}" {_stroke(style, drawing)}>'
            + "".join(drawn_marks) + "</g>"
        )  # fmt: skip
    return "".join(parts), box


@dataclass(frozen=True)
class HostText:
    """A text of the host, drawn in the background; ``at`` is its middle, m."""

    text: str
    at: tuple[float, float]
    height: float
    rotation_deg: float = 0.0

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """Where it is, as a line has points."""
        return (self.at,)


class _Frame:
    """From plan metres to the picture's own."""

    def __init__(self, box: Box) -> None:
        self.x0, self.y1 = box[0], box[3]

    def point(self, x: float, y: float) -> str:
        return f"{_short(x - self.x0)},{_short(self.y1 - y)}"


def _short(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _stroke(style: LayerStyle, drawing: Drawing) -> str:
    dashes = DASHES.get(style.linetype)
    dash = ""
    if dashes:
        dash = f' stroke-dasharray="{" ".join(_short(drawing.paper(d)) for d in dashes)}"'
    return (
        f'stroke="{style.rgb}" fill="none" stroke-width="{_short(drawing.paper(style.weight_mm))}"{dash} '
        'stroke-linecap="round" stroke-linejoin="round"'
    )


def _host(linework: Sequence[Any], frame: _Frame, drawing: Drawing, prefix: str) -> str:
    by_kind: dict[str, list[str]] = {}
    words = []
    for line in linework:
        if isinstance(line, HostText):
            words.append(_host_text(line, frame))
            continue
        by_kind.setdefault(str(line.kind), []).append(_relative(line.points, frame))
    parts = []
    for kind in sorted(by_kind):
        width = _short(drawing.paper(_HOST_MM.get(kind, 0.13)))
        colour = "#5c5c5c" if kind == "wall" else "#a0a0a0"
        path = "".join(by_kind[kind])
        parts.append(f'<path d="{path}" stroke="{colour}" fill="none" stroke-width="{width}"/>')
    return f'<g class="layer host" id="{prefix}host" data-item="host">{"".join(parts)}{"".join(words)}</g>'


def _host_text(text: HostText, frame: _Frame) -> str:
    (x, y), size = frame.point(*text.at).split(","), _short(text.height / 0.72)
    turn = f' transform="rotate({_short(-text.rotation_deg)} {x} {y})"' if text.rotation_deg else ""
    return (
        f'<text x="{x}" y="{y}" dy="{_short(0.5 * text.height)}" font-size="{size}" text-anchor="middle" '
        f'fill="#767676"{turn}>{escape(inert(text.text, 60))}</text>'
    )


def _relative(points: Iterable[Sequence[float]], frame: _Frame) -> str:
    """Return a path in relative millimetre steps, which is much shorter than absolute ones."""
    out: list[str] = []
    last: tuple[int, int] | None = None
    for point in points:
        x, y = float(point[0]), float(point[1])
        if not (math.isfinite(x) and math.isfinite(y)):
            last = None
            continue
        here = (round((x - frame.x0) * 1000), round((frame.y1 - y) * 1000))
        if last is None:
            out.append(f"M{_milli(here[0])} {_milli(here[1])}")
        elif here != last:
            dx, dy = here[0] - last[0], here[1] - last[1]
            if dy == 0:
                out.append(f"h{_milli(dx)}")
            elif dx == 0:
                out.append(f"v{_milli(dy)}")
            else:
                out.append(f"l{_milli(dx)} {_milli(dy)}")
        last = here
    return "".join(out)


def _milli(value: int) -> str:
    sign, value = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(value, 1000)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest:03d}".rstrip("0")


def _mark(mark: Mark, drawing: Drawing, frame: _Frame) -> str:
    own = ""
    if getattr(mark, "drawn_as", None):
        own = " " + _stroke(drawing.style_of(mark), drawing)
    elif getattr(mark, "leader", False):
        own = f' stroke-width="{_short(drawing.paper(LEADER_WEIGHT / 100))}" stroke-dasharray="none"'
    title = f"<title>{escape(inert(mark.note, 200))}</title>" if mark.note else ""
    if isinstance(mark, Polyline):
        return f'<path d="{path(mark.vertices, mark.closed, frame)}"{own}>{title}</path>'
    if isinstance(mark, Circle):
        x, y = frame.point(*mark.centre).split(",")
        return f'<circle cx="{x}" cy="{y}" r="{_short(mark.radius)}"{own}>{title}</circle>'
    if isinstance(mark, Text):
        return _text(mark, drawing, frame)
    if isinstance(mark, Hatch):
        lines = "".join(f"M{frame.point(*a)}L{frame.point(*b)}" for a, b in hatch_lines(mark))
        return f'<path d="{lines}" stroke-opacity="0.45">{title}</path>' if lines else ""
    assert isinstance(mark, Tag)
    return ""  # its values are also drawn as text


def path(vertices: Sequence[Vertex], closed: bool, frame: Any) -> str:
    """Return an SVG path; arcs stay arcs."""
    if not vertices:
        return ""
    out = [f"M{frame.point(vertices[0][0], vertices[0][1])}"]
    count = len(vertices) if closed else len(vertices) - 1
    for k in range(count):
        x0, y0, bulge = vertices[k]
        x1, y1, _ = vertices[(k + 1) % len(vertices)]
        if bulge:
            radius = math.hypot(x1 - x0, y1 - y0) * (1 + bulge * bulge) / (4 * abs(bulge))
            # Anticlockwise on the plan is anticlockwise on the screen: sweep 0 where y points down.
            out.append(
                f"A{_short(radius)} {_short(radius)} 0 {int(abs(bulge) > 1)} {int(bulge < 0)} {frame.point(x1, y1)}"
            )
        else:
            out.append(f"L{frame.point(x1, y1)}")
    return "".join(out) + ("Z" if closed else "")


def _text(mark: Text, drawing: Drawing, frame: _Frame) -> str:
    x, y = frame.point(*mark.at).split(",")
    anchor = {"left": "start", "centre": "middle", "right": "end"}[mark.align]
    turn = f' transform="rotate({_short(-mark.rotation_deg)} {x} {y})"' if mark.rotation_deg else ""
    shown = escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in mark.text))
    colour = drawing.style_of(mark).rgb
    # A white rim keeps letters readable above lines; font-size is the height of capitals over 0.72.
    return (
        f'<text x="{x}" y="{y}" dy="{_short(0.5 * mark.height)}" font-size="{_short(mark.height / 0.72)}" '
        f'text-anchor="{anchor}" fill="{colour}" stroke="#ffffff" stroke-width="{_short(0.35 * mark.height)}" '
        f'stroke-dasharray="none" paint-order="stroke"{turn}>{shown}</text>'
    )
