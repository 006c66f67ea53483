"""The engineer's sheet of a quench: every step with formula, source and numbers, as HTML and PDF, with a figure.

All words are data: jinja2 escapes them, the typesetter reads them as JSON. The figure is drawn here, so that the same
result gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mrsite.base.data import data_folder
from mrsite.base.files import OutputFolder
from mrsite.base.text import distinct_slugs, inert
from mrsite.outputs import typeset
from mrsite.outputs.vent_step import Sheet
from mrsite.outputs.vent_steps import sheet
from mrsite.site.project import Project
from mrsite.site.vent import VentResult
from mrsite.venting.pipe import PipeResult

_COLOURS = {"cold": "#0b4a8f", "warm": "#9b1021"}
_DASHES = {"cold": "", "warm": "6 3"}
_PANELS: tuple[tuple[str, Callable[[PipeResult], Any]], ...] = (
    ("pressure above ambient, kPa", lambda r: (r.p - r.ambient.pressure) / 1e3),
    ("temperature, K", lambda r: r.T),
    ("speed, m/s", lambda r: r.v),
)


def files_of(project: Project, vents: Sequence[VentResult]) -> dict[str, bytes]:
    """Return the sheets by file name: an HTML and a PDF for each scanner."""
    files: dict[str, bytes] = {}
    for vent, name in zip(vents, distinct_slugs([f"quench-{v.scanner}" for v in vents], "quench")):
        made = sheet(project.name, vent)
        files[f"{name}.html"] = render_html(made)
        files[f"{name}.pdf"] = render_pdf(made)
    return files


def write_sheets(project: Project, vents: Sequence[VentResult], out: Path) -> list[str]:
    """Write the sheets into a folder, whole or not at all; return a line for each scanner and file."""
    inputs = [project.path, *(s.plan.path for s in project.storeys if s.plan is not None)]
    with OutputFolder(out, inputs=inputs) as folder:
        written = folder.write(files_of(project, vents))
    return [*console_lines(vents), *(f"wrote {path}" for path in written)]


def summary(vent: VentResult) -> str:
    """Say in one line what came out for a scanner."""
    if vent.helium.sealed:
        return f"{vent.scanner}: sealed magnet, no quench pipe"
    if vent.entry is None:
        return f"{vent.scanner}: no quench pipe is stated"
    if vent.drop is None:
        return f"{vent.scanner}: not computed: {vent.refused}"
    d = vent.drop
    limit = "limit not known" if vent.helium.limit is None else f"limit {vent.helium.limit / 1e3:g} kPa"
    flow = "" if d.stated else " for the stated span of flows and temperatures"
    choked = ", CHOKED" if d.choked else ""
    return (
        f"{vent.scanner}: {d.drop.value / 1e3:.4g} kPa at the magnet ({d.worse.wall} wall; {d.drop.lower / 1e3:.4g} to "
        f"{d.drop.upper / 1e3:.4g}{flow}){choked}, {limit}"
    )


def render_html(made: Sheet) -> bytes:
    """Return the sheet as one HTML file without script or outside source."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = data_folder("outputs") / "report"
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    css = (folder / "report.css").read_text(encoding="utf-8")
    figure = profile_svg(made.profiles).decode("utf-8") if made.profiles else ""
    text = environment.get_template("vent_sheet.html.j2").render(sheet=made, css=Markup(css), figure=Markup(figure))
    return text.encode("utf-8", "replace")


def render_pdf(made: Sheet) -> bytes:
    """Return the sheet as a tagged PDF."""
    data: dict[str, Any] = {
        "title": made.title,
        "warnings": list(made.warnings),
        "figure": profile_svg(made.profiles).decode("utf-8") if made.profiles else "",
        "alt": "Pressure, temperature and speed along the quench pipe, for a cold and a warm wall",
        "steps": [
            {
                "number": s.number,
                "title": s.title,
                "formula": s.formula,
                "source": s.source,
                "words": list(s.words),
                "rows": [list(row) for row in s.rows],
                "note": s.note,
            }
            for s in made.steps
        ],
    }
    return typeset.pdf("vent_sheet.typ", data)


def profile_svg(results: Sequence[PipeResult], width: float = 760.0, height: float = 560.0) -> bytes:
    """Draw pressure, temperature and speed along the pipe; one line a bound, told apart by dash and label."""
    left, right, top, gap, foot = 74.0, 16.0, 26.0, 26.0, 44.0
    each = (height - top - foot - 2 * gap) / 3
    far = max(float(r.x[-1]) for r in results) or 1.0
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'font-family="DejaVu Sans, sans-serif" '
        'font-size="12"><title>Pressure, temperature and speed along the quench pipe</title>',
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
    ]
    inner = width - left - right
    for k, r in enumerate(results):
        x = left + 300 + 150 * k
        out.append(
            f'<path d="M{x:g} 12h30" stroke="{_COLOURS[r.wall]}" stroke-width="2" '
            f'stroke-dasharray="{_DASHES[r.wall]}"/>'
            f'<text x="{x + 36:g}" y="16">{r.wall} wall</text>'
        )
    for number, (label, quantity) in enumerate(_PANELS):
        y0 = top + number * (each + gap)
        values = [np.asarray(quantity(r)) for r in results]
        low, high = min(0.0, *(float(v.min()) for v in values)), max(float(v.max()) for v in values)
        step, ticks = _ticks(low, high)
        low, high = min(low, ticks[0]), max(ticks[-1], low + step)
        out.append(f'<text x="{left:g}" y="{y0 - 6:.1f}">{label}</text>')
        for tick in ticks:
            y = y0 + each * (1 - (tick - low) / (high - low))
            out.append(
                f'<path d="M{left:g} {y:.1f}h{inner:g}" stroke="#ccc"/><text x="{left - 6:g}" y="{y + 4:.1f}" '
                f'text-anchor="end">{tick:g}</text>'
            )
        for r, v in zip(results, values):
            points = " ".join(
                f"{left + inner * float(x) / far:.1f},{y0 + each * (1 - (float(q) - low) / (high - low)):.1f}"
                for x, q in zip(r.x, v)
            )
            out.append(
                f'<polyline points="{points}" fill="none" stroke="{_COLOURS[r.wall]}" stroke-width="2" '
                f'stroke-dasharray="{_DASHES[r.wall]}"/>'
            )
        out.append(f'<path d="M{left:g} {y0:.1f}v{each:.1f}h{inner:g}" fill="none" stroke="#000"/>')
    for tick in _ticks(0.0, far)[1]:
        if tick <= far * 1.0001:
            x = left + inner * tick / far
            out.append(
                f'<path d="M{x:.1f} {height - foot:.1f}v5" stroke="#000"/><text x="{x:.1f}" '
                f'y="{height - foot + 18:.1f}" text-anchor="middle">{tick:g}</text>'
            )
    out.append(
        f'<text x="{left + inner / 2:.1f}" y="{height - 8:.1f}" text-anchor="middle">distance from the magnet '
        f"flange along the pipe, m</text>"
    )
    for r in results:
        if r.choked and r.choked_at is not None:
            x = left + inner * r.choked_at / far
            out.append(
                f'<path d="M{x:.1f} {top:.1f}V{height - foot:.1f}" stroke="#000" stroke-dasharray="2 3"/>'
                f'<text x="{x - 4:.1f}" y="{top + 12:.1f}" text-anchor="end">M = 1 ({r.wall})</text>'
            )
    out.append("</svg>")
    return "".join(out).encode("utf-8")


def _ticks(low: float, high: float) -> tuple[float, list[float]]:
    span = max(high - low, 1e-9)
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return step, [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def console_lines(vents: Sequence[VentResult]) -> list[str]:
    """Return what a terminal shows: the result of each scanner and what is missing."""
    lines = []
    for vent in vents:
        lines.append(inert(summary(vent), 300))
        lines += [f"  to supply: {inert(text, 200)}" for text in vent.unknown]
    return lines
