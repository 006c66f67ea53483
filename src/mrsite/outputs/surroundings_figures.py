"""Figures of the surroundings: a walk's exposure, and what moves, stands and goes on a storey with its verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.checks.finding import Outcome
from mrsite.outputs.figure_axes import STATUS_COLOURS, STATUS_MARKS, axes, backdrop, title, write
from mrsite.site.surroundings.exposure import WINDOW_S, Walk
from mrsite.site.surroundings.results import MetalResult
from mrsite.site.surroundings.way import Way
from mrsite.site.surroundings.ways import find_way

Array = NDArray[np.float64]

_FIELD, _RATE, _WINDOW = "#0072B2", "#D55E00", "#CC79A7"
#: Checks whose findings are drawn on the plan of the surroundings.
_DRAWN = ("moving_metal", "traction", "pathways", "neighbour_scanner", "equipment")


def draw_walk(walk: Walk, name: str = "", ax: Any | None = None) -> Any:
    """Draw what a walker meets over time: |B| with its upper edge, |dB/dt|, and the window of the largest change.

    Parameters
    ----------
    walk : Walk
        From an outcome's ``evidence.walks``.
    name : str
        What the walk is called.

    Returns
    -------
    matplotlib axes
        Of |B|; its twin holds the rate.
    """
    ax = axes(ax, (8.0, 4.5))
    t = walk.time_s
    ax.fill_between(t, walk.field_T * 1e3, walk.field_T * walk.upper_factor * 1e3, color=_FIELD, alpha=0.18, lw=0)
    (field,) = ax.plot(t, walk.field_T * 1e3, color=_FIELD, lw=1.8, label="|B|, with the upper edge of its band")
    window = ax.axvspan(
        walk.change_at_s,
        min(walk.change_at_s + WINDOW_S, float(t[-1])),
        color=_WINDOW,
        alpha=0.15,
        lw=0,
        label=f"largest change within {WINDOW_S:g} s: {walk.change_3s_T * 1e3:.3g} mT",
    )
    other = ax.twinx()
    (rate,) = other.plot(t, walk.rate_T_per_s * 1e3, color=_RATE, lw=1.2, ls="--", label="|dB/dt| met on the way")
    ax.set_xlabel(f"time at {walk.speed_m_s:g} m/s, s (length {walk.along_m[-1]:.1f} m)")
    ax.set_ylabel("|B|, mT", color=_FIELD)
    other.set_ylabel("|dB/dt|, mT/s", color=_RATE)
    ax.set_xlim(float(t[0]), max(float(t[-1]), 0.1))
    ax.set_ylim(bottom=0.0)
    other.set_ylim(bottom=0.0)
    ax.legend(handles=[field, window, rate], loc="upper left", fontsize=8, framealpha=0.9)
    title(ax, name or "A walk through the field")
    return ax


def draw_surroundings(outcome: Outcome, storey_name: str, ax: Any | None = None) -> Any:
    """Draw a storey with what moves, stands and goes there, each in the colour and with the mark of its verdict.

    Vendors' ellipses for moving metal are drawn about each magnet, thin; ways as lines with their length.
    """
    ax = axes(ax, (11.0, 7.0))
    project = outcome.project
    storey = project.storey(storey_name)
    if storey.plan is not None:
        backdrop(ax, storey.plan)
    for result in outcome.evidence.surroundings.values():
        if isinstance(result, MetalResult):
            _ellipse(ax, outcome, result, storey_name)
    boxes = []
    for finding in outcome.findings:
        if finding.check not in _DRAWN or finding.storey != storey_name or finding.location is None:
            continue
        if finding.check == "pathways":
            continue
        _shape(ax, finding.location, finding.status)
        spot = finding.location.representative_point()
        _mark(ax, spot.x, spot.y, finding.subject, finding.status)
        boxes.append(finding.location.bounds)
    for k, entry in enumerate(project.pathways):
        found = find_way(project, entry)
        if isinstance(found, Way):
            boxes += _way(ax, found, storey_name, entry.id or entry.kind, k)
    if storey.plan is not None:
        boxes.append(storey.plan.extent)
    if boxes:
        x0, y0 = (min(b[k] for b in boxes) - 1.0 for k in (0, 1))
        x1, y1 = (max(b[k] for b in boxes) + 1.0 for k in (2, 3))
        ax.set_xlim(x0, x1)
        ax.set_ylim(y0, y1)
    ax.set_aspect("equal")
    ax.set_xlabel("plan x, m")
    ax.set_ylabel("plan y, m")
    title(ax, f"{storey_name}: surroundings and ways, with their verdicts")
    return ax


def _ellipse(ax: Any, outcome: Outcome, result: MetalResult, storey_name: str) -> None:
    from matplotlib.patches import Ellipse

    row = result.table.row
    if row is None or row.criterion != "ellipse" or result.track.storey.name != storey_name:
        return
    scanner = next(s for s in outcome.project.scanners if s.id == result.scanner)
    for pose in scanner.poses:
        here = result.track.storey.to_site.pose_back(pose)
        ax.add_patch(
            Ellipse(
                here.position[:2],
                2 * (row.axial_m or 0.0),
                2 * (row.radial_m or 0.0),
                angle=here.bearing_deg,
                fill=False,
                ec="#595959",
                lw=0.8,
                ls=":",
            )
        )


def _shape(ax: Any, shape: Any, status: str) -> None:
    import shapely

    colour = STATUS_COLOURS[status]
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            x, y = part.exterior.xy
            ax.fill(x, y, color=colour, alpha=0.18, lw=0)
            ax.plot(x, y, color=colour, lw=1.0)
        elif part.geom_type == "LineString":
            x, y = part.xy
            ax.plot(x, y, color=colour, lw=1.6)


def _mark(ax: Any, x: float, y: float, words: str, status: str) -> None:
    ax.plot([x], [y], marker=STATUS_MARKS[status], color=STATUS_COLOURS[status], ms=7, ls="none", zorder=6)
    write(ax, x + 0.25, y + 0.25, f"{words}: {status}", fontsize=7, color=STATUS_COLOURS[status], zorder=7)


def _way(ax: Any, way: Way, storey_name: str, name: str, k: int) -> list[tuple[float, float, float, float]]:
    """Draw the stretches of a way on a storey, each way with its own dashes."""
    dashes: Any = ((0, ()), (0, (6, 2)), (0, (2, 2)), (0, (8, 2, 2, 2)))[k % 4]
    boxes = []
    for leg in way.legs:
        if leg.mode != "walk" or leg.storey != storey_name:
            continue
        xy = np.array(leg.points)
        ax.plot(xy[:, 0], xy[:, 1], color="#0072B2", lw=1.4, ls=dashes, zorder=5)
        write(ax, xy[0, 0], xy[0, 1], f"{name}: {way.length_m:.1f} m, {way.time_s:.0f} s", fontsize=6.5,
              color="#0072B2", zorder=7, va="top" if k % 2 else "bottom")  # fmt: skip
        boxes.append((*xy.min(axis=0), *xy.max(axis=0)))
    return boxes
