"""A picture of what was read from a plan, with a metre grid to read positions from."""

from __future__ import annotations

import io
import math
import unicodedata
from typing import Any

import numpy as np

from mrsite.plans.plan import Plan, Room

# Status by colour and by hatching, so that a grey print still tells them apart.
_LOOK: dict[str, dict[str, Any]] = {
    "confirmed": {"facecolor": "#7fb88a", "hatch": None},
    "proposed": {"facecolor": "#e3c878", "hatch": None},
    "withheld": {"facecolor": "#d98880", "hatch": "///"},
}
_LONGEST = 48


def render(
    plan: Plan, *, kind: str = "png", dpi: int = 150, marks: tuple[tuple[str, tuple[float, float]], ...] = ()
) -> bytes:
    """Draw rooms, doors, windows and the host's line work over a metre grid.

    Parameters
    ----------
    plan : Plan
    kind : str
        ``"png"`` or ``"svg"``.
    dpi : int
        Dots an inch of a PNG.
    marks : tuple of (text, (x, y))
        Points to mark, plan metres.

    Returns
    -------
    bytes
        The same bytes for the same plan: no clock, fixed metadata.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    x0, y0, x1, y1 = _frame(plan)
    wide, tall = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
    size = 11.0
    figure = Figure(figsize=(size, max(3.0, min(size * tall / wide + 1.2, 24.0))))
    (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
    axes = figure.add_subplot()
    _grid(axes, x0, y0, x1, y1)
    _lines(axes, plan)
    for room in plan.rooms:
        _room(axes, room, 0.011 * max(wide, tall))
    _openings(axes, plan)
    for text, at in marks:
        axes.plot([at[0]], [at[1]], "x", color="#8e2de2", markersize=9, markeredgewidth=2)
        axes.annotate(
            _plain(text), at, fontsize=7, color="#8e2de2", parse_math=False, xytext=(4, 4), textcoords="offset points"
        )
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_aspect("equal")
    axes.set_xlabel("x, plan metres")
    axes.set_ylabel("y, plan metres")
    axes.ticklabel_format(useOffset=False, style="plain")
    name = plan.path.replace("\\", "/").rsplit("/", 1)[-1]
    axes.set_title(
        _plain(f"{name}: unit {plan.unit}; green confirmed, yellow proposed, red hatched withheld"),
        fontsize=8,
        parse_math=False,
    )
    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "mrsite", "svg.fonttype": "none"}):
        if kind == "svg":
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "mrsite"}, bbox_inches="tight")
        else:
            figure.savefig(out, format="png", dpi=dpi, metadata={"Software": "mrsite"}, bbox_inches="tight")
    return out.getvalue()


def _plain(text: str) -> str:
    """Take control characters out and cut what is too long for a label."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return clean if len(clean) <= 3 * _LONGEST else clean[: 3 * _LONGEST - 1] + "…"


def _frame(plan: Plan) -> tuple[float, float, float, float]:
    boxes = [r.polygon.bounds for r in plan.rooms if not r.polygon.is_empty]
    if boxes:
        b = np.array(boxes)
        x0, y0, x1, y1 = float(b[:, 0].min()), float(b[:, 1].min()), float(b[:, 2].max()), float(b[:, 3].max())
    else:
        x0, y0, x1, y1 = plan.extent
    pad = 0.05 * max(x1 - x0, y1 - y0, 1.0) + 0.8
    return x0 - pad, y0 - pad, x1 + pad, y1 + pad


def _grid(axes: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    """Thin lines every metre (or every 2, 5, 10 ... on a large plan), strong ones every tenth and fifth."""
    span = max(x1 - x0, y1 - y0)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000, 1e9) if span / s <= 60)
    for low, high, setter in ((x0, x1, axes.set_xticks), (y0, y1, axes.set_yticks)):
        first, last = math.ceil(low / step), math.floor(high / step)
        ticks = [k * step for k in range(first, last + 1)]
        major = [t for k, t in zip(range(first, last + 1), ticks, strict=True) if k % 5 == 0] or ticks
        setter(major)
        setter(ticks, minor=True)
    axes.grid(which="minor", color="#dcdcdc", linewidth=0.3)
    axes.grid(which="major", color="#b0b0b0", linewidth=0.6)
    axes.tick_params(labelsize=7)
    axes.set_axisbelow(True)


def _lines(axes: Any, plan: Plan) -> None:
    from matplotlib.collections import LineCollection

    wall = {"wall", "column"}
    quiet: list[Any] = []
    strong: list[Any] = []
    for line in plan.linework:
        if line.kind not in ("sheet", "pattern"):
            (strong if line.kind in wall else quiet).append(line.points)
    axes.add_collection(LineCollection(quiet, colors="#9a9a9a", linewidths=0.25))
    axes.add_collection(LineCollection(strong, colors="#444444", linewidths=0.5))
    if len(plan.wall_segments):
        axes.add_collection(LineCollection(list(plan.wall_segments), colors="#111111", linewidths=0.7))


def _room(axes: Any, room: Room, letter: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if room.polygon.is_empty:
        return
    rings = [room.polygon.exterior, *room.polygon.interiors]
    path = Path.make_compound_path(*(Path(np.asarray(r.coords), closed=True) for r in rings))
    look = _LOOK[room.status]
    axes.add_patch(
        PathPatch(
            path, facecolor=look["facecolor"], hatch=look["hatch"], edgecolor="#555555", alpha=0.45, linewidth=0.4
        )
    )
    inside = room.polygon.representative_point()
    name = room.name if len(room.name) <= _LONGEST else room.name[: _LONGEST - 1] + "…"
    words = [w for w in (room.number, name) if w] or [room.id]
    note = "" if room.status != "withheld" else "\nwithheld"
    axes.text(
        inside.x, inside.y, _plain(" ".join(words)) + f"\n{room.area_m2:.1f} m²" + note, ha="center", va="center",
        fontsize=max(3.0, min(6.5, 60 * letter / max(letter * 9, 1e-9))), parse_math=False,
    )  # fmt: skip


def _openings(axes: Any, plan: Plan) -> None:
    for door in plan.doors:
        xs, ys = zip(*door.jambs, strict=True)
        axes.plot(
            xs, ys, "-" if door.status == "confirmed" else ":", color="#c0392b", linewidth=1.8, solid_capstyle="butt"
        )
        axes.annotate(
            door.id, door.at, fontsize=4.5, color="#c0392b", xytext=(2, 2), textcoords="offset points", parse_math=False
        )
    for window in plan.windows:
        xs, ys = zip(*window.ends, strict=True)
        axes.plot(xs, ys, "-", color="#2e86c1", linewidth=1.4)
    for opening in plan.openings:
        xs, ys = zip(*opening.ends, strict=True)
        axes.plot(xs, ys, "--", color="#b9770e", linewidth=1.2)
