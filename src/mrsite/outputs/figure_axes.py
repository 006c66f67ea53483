"""Axes and what is drawn on any of them: words as they are, shapes, a plan behind, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.base.text import inert

#: Colours that stay apart for colour-blind readers (Okabe and Ito, 2008), lowest level first.
LINE_COLOURS = ("#0072B2", "#D55E00", "#CC79A7", "#009E73", "#E69F00", "#56B4E9")
STATUS_COLOURS = {"fail": "#B2182B", "warn": "#E69F00", "not-assessed": "#595959", "pass": "#009E73"}
STATUS_MARKS = {"fail": "X", "warn": "^", "not-assessed": "o", "pass": "s"}
ZONE_COLOURS = {"I": "#F7F7F7", "II": "#D9F0D3", "III": "#FDDBC7", "IV": "#EF8A62"}
_WALL, _FAINT = "#333333", "#B5B5B5"


def axes(ax: Any | None, size: tuple[float, float] = (9.0, 6.0)) -> Any:
    """Return the axes given, or new ones on a figure that no global state keeps alive."""
    if ax is not None:
        return ax
    from mrsite.outputs.picture import new_axes

    return new_axes(size)


def write(ax: Any, x: float, y: float, words: str, **style: Any) -> None:
    """Draw foreign words: no mathtext, nothing unprintable."""
    ax.text(x, y, inert(words, 80), parse_math=False, clip_on=True, **style)


def title(ax: Any, words: str) -> None:
    """Set a title that may hold foreign words."""
    ax.set_title(inert(words, 160), parse_math=False, fontsize=11, loc="left")


def backdrop(ax: Any, plan: Any) -> None:
    """Faint line work with the faces of the walls over it."""
    from matplotlib.collections import LineCollection

    faint = [line.points[:, :2] for line in plan.linework if len(line.points) > 1]
    ax.add_collection(LineCollection(faint, colors=_FAINT, linewidths=0.4, zorder=1))
    if len(plan.wall_segments):
        walls = np.asarray(plan.wall_segments).reshape(-1, 2, 2)
        ax.add_collection(LineCollection(list(walls), colors=_WALL, linewidths=0.9, zorder=3))


def fill(ax: Any, shape: Any, colour: str, alpha: float, edge: str = "none", **style: Any) -> None:
    """Fill a shapely (multi)polygon, holes left open."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from shapely import get_parts

    for part in get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        path = Path.make_compound_path(
            *(Path(np.asarray(r.coords)[:, :2], closed=True) for r in (part.exterior, *part.interiors))
        )
        ax.add_patch(PathPatch(path, facecolor=colour, alpha=alpha, edgecolor=edge, zorder=2, **style))


def outline(ax: Any, shape: Any, colour: str, **style: Any) -> None:
    """Draw the lines of a shapely geometry; the label goes to the first."""
    from shapely import get_parts

    label = style.pop("label", None)
    rest: list[Any] = list(get_parts(shape))
    while rest:
        part = rest.pop(0)
        if part.geom_type == "Polygon":
            rest = [part.exterior, *part.interiors, *rest]
            continue
        if part.is_empty or part.geom_type not in ("LineString", "LinearRing"):
            continue
        xy = np.asarray(part.coords)
        ax.plot(xy[:, 0], xy[:, 1], color=colour, label=label, **style)
        label = None


def metres(ax: Any, extent: Sequence[float], margin: float = 1.0) -> None:
    """Equal scales in metres about an extent (x0, y0, x1, y1)."""
    ax.set_aspect("equal")
    ax.set_xlim(extent[0] - margin, extent[2] + margin)
    ax.set_ylim(extent[1] - margin, extent[3] + margin)
    ax.set_xlabel("plan x, m")
    ax.set_ylabel("plan y, m")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.grid(True, lw=0.25, color="#DDDDDD")


def legend(ax: Any) -> None:
    """Put the legend beside the picture, where there is something to name."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8, frameon=False)
