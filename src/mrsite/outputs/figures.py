"""Matplotlib figures of what mrsite holds: `mrsite.plot(thing)` ends here.

Each function draws on axes that it is given and returns them. Words that come from a drawing or a site file are drawn
as they are: no mathematics is read into them, control characters are not passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import printed
from mrsite.outputs.body import body_of
from mrsite.outputs.figure_axes import (
    LINE_COLOURS,
    STATUS_COLOURS,
    STATUS_MARKS,
    ZONE_COLOURS,
    axes,
    backdrop,
    fill,
    legend,
    metres,
    outline,
    title,
    write,
)
from mrsite.outputs.figures_field import draw_contours, draw_field, draw_magnet, draw_map
from mrsite.site.evidence import Region
from mrsite.site.project import Project, Scanner, Storey


def draw_plan(plan: Any, ax: Any | None = None, *, rooms: bool = True) -> Any:
    """Draw a drawing as it was read: line work, wall faces, and rooms by how sure they are."""
    ax = axes(ax)
    backdrop(ax, plan)
    if rooms:
        for room in plan.rooms:
            if room.polygon is None or room.polygon.is_empty:
                continue
            sure = room.status == "confirmed"
            fill(ax, room.polygon, "#56B4E9" if sure else "#E69F00", 0.16)
            spot = room.polygon.representative_point()
            words = f"{room.number} {room.name}".strip() or room.id
            write(ax, spot.x, spot.y, words, ha="center", va="bottom", fontsize=5.5)
            write(ax, spot.x, spot.y, f"{room.area_m2:.1f} m²", ha="center", va="top", fontsize=5.5)
        for door in plan.doors:
            (x0, y0), (x1, y1) = door.jambs
            ax.plot([x0, x1], [y0, y1], color="#009E73", lw=2.0, solid_capstyle="butt")
    metres(ax, plan.extent)
    title(ax, f"{plan.path.rsplit('/', 1)[-1]}: read in {plan.unit}")
    return ax


def storey_named(project: Project, name: str | None) -> Storey:
    """Return a storey, the first scanner's by default.

    Raises
    ------
    InputError
        None has that name; the message lists them.
    """
    if name is None:
        return project.storey(project.scanners[0].storey) if project.scanners else project.storeys[0]
    for storey in project.storeys:
        if storey.name == name:
            return storey
    raise InputError(f"storey {inert(name)!r} is not on this site: it has {', '.join(s.name for s in project.storeys)}")


def draw_site(
    project: Project, ax: Any | None = None, *, storey: str | None = None, levels_mT: Sequence[float] = (0.5, 3.0)
) -> Any:
    """Draw a storey with its zones, the magnet, and its lines over the heights people occupy."""
    from mrsite.site.sample import contour_rows

    here = storey_named(project, storey)
    ax = storey_axes(project, here, ax)
    there = [s for s in project.scanners if s.status != "removed" and s.magnet.modelled and s.magnet.coils]
    if there:
        table_lines(ax, contour_rows(project, levels_mT, here.name))
    title(ax, f"{project.name}, {here.name}: {_heights(here)}")
    legend(ax)
    return ax


def draw_assessment(outcome: Outcome, ax: Any | None = None, *, storey: str | None = None) -> Any:
    """Draw a storey with the envelopes that were judged and a mark for each finding that has a place."""
    project = outcome.project
    here = storey_named(project, storey)
    ax = storey_axes(project, here, ax)
    regions = [
        r
        for r in outcome.evidence.regions
        if r.storey == here.name and r.quantity == "B" and r.kind == "envelope" and r.heights == here.occupied
    ]
    _banded_lines(ax, regions)
    for status in ("pass", "not-assessed", "warn", "fail"):  # the worst on top
        spots = [
            f.location.representative_point()
            for f in outcome.findings
            if f.status == status and f.storey == here.name and f.location is not None and not f.location.is_empty
        ]
        if spots:
            ax.scatter(
                [p.x for p in spots],
                [p.y for p in spots],
                s=46,
                marker=STATUS_MARKS[status],
                zorder=8,
                color=STATUS_COLOURS[status],
                edgecolors="white",
                linewidths=0.7,
                label=f"{status} ({len(spots)} here)",
            )
    counts = ", ".join(f"{n} {status}" for status, n in outcome.counts.items() if n)
    title(ax, f"{project.name}, {here.name}: {outcome.conclusion} ({counts})")
    legend(ax)
    return ax


def draw_overlay(overlay: Any, ax: Any | None = None) -> Any:
    """Draw what `mrsite.overlay` put on a plan: the drawing, the magnet, and each line with its band."""
    project: Project = overlay.project
    here = storey_named(project, None)
    ax = storey_axes(project, here, ax)
    _banded_lines(ax, overlay.evidence.regions)
    title(ax, f"{project.scanners[0].magnet.label}: quick look, nothing was checked")
    legend(ax)
    return ax


def storey_axes(project: Project, storey: Storey, ax: Any | None) -> Any:
    """Axes with a storey's drawing, its zones in colour, names of its rooms, and the magnets."""
    ax = axes(ax)
    if storey.plan is not None:
        backdrop(ax, storey.plan)
    extent = list(storey.plan.extent) if storey.plan is not None else [np.inf, np.inf, -np.inf, -np.inf]
    for space in project.spaces:
        if space.storey != storey.name or space.polygon is None or space.polygon.is_empty:
            continue
        if space.is_area and space.use == "soil":  # it lies under the floor and is not seen on a plan
            continue
        if space.zone is not None:
            fill(ax, space.polygon, ZONE_COLOURS[space.zone], 0.55)
        spot = space.polygon.representative_point()
        zone = f"zone {space.zone}" if space.zone else ""
        write(ax, spot.x, spot.y, f"{space.label}", ha="center", va="bottom", fontsize=5.5, color="#444444", zorder=6)
        write(ax, spot.x, spot.y, zone, ha="center", va="top", fontsize=5.5, color="#444444", zorder=6)
        x0, y0, x1, y1 = space.polygon.bounds
        extent = [min(extent[0], x0), min(extent[1], y0), max(extent[2], x1), max(extent[3], y1)]
    for scanner in project.scanners:
        if scanner.status != "removed":
            _magnet(ax, scanner, storey, project)
            x, y = storey.to_site.pose_back(scanner.poses[0]).position[:2]
            extent = [min(extent[0], x - 2), min(extent[1], y - 2), max(extent[2], x + 2), max(extent[3], y + 2)]
    metres(ax, extent)
    return ax


def _magnet(ax: Any, scanner: Scanner, storey: Storey, project: Project) -> None:
    """Outline, isocentre, and an arrow towards the patient end; dashed where the magnet stands on another storey."""
    body = body_of(scanner.magnet)
    length, diameter = (body.length, body.diameter) if body is not None else (0.0, 0.0)
    pose = storey.to_site.pose_back(scanner.poses[0])
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * 0.5 * np.array([diameter, length])
    corners = pose.to_plan(np.column_stack([half[:, 0], np.zeros(5), half[:, 1]]))
    here = scanner.storey == storey.name
    ax.plot(corners[:, 0], corners[:, 1], color="black", lw=1.3, ls="-" if here else "--", zorder=5)
    x, y = pose.position[:2]
    ax.plot([x], [y], "+", color="black", ms=9, zorder=7)
    start, tip = pose.to_plan(np.array([[0, 0, 0.5 * length], [0, 0, 0.5 * length + 0.9]]))
    ax.annotate("", tip[:2], start[:2], arrowprops={"arrowstyle": "-|>", "color": "black"}, zorder=7)
    where = "" if here else f" on {scanner.storey}"
    top = corners[:, 1].max()
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
    write(ax, x, top + 0.12, f"{scanner.id}{where}", fontsize=7, ha="center", va="bottom", zorder=7, bbox=box)


def _heights(storey: Storey) -> str:
    low, high = storey.occupied
    return f"lines over {low:g} to {high:g} m above the floor"


def _banded_lines(ax: Any, regions: Sequence[Region]) -> None:
    """Lines in the order of their levels, a colour each, with the band and the outer edge."""
    levels = sorted({(r.quantity, r.level) for r in regions})
    for region in regions:
        colour = LINE_COLOURS[levels.index((region.quantity, region.level)) % len(LINE_COLOURS)]
        name = printed.line_name(region.quantity, region.level, region.kind, "central", region.heights)
        fill(ax, region.upper.difference(region.lower), colour, 0.16)
        outline(ax, region.central, colour, lw=1.2, zorder=4, label=f"{name}, with its band")
        outline(ax, region.upper, colour, lw=0.9, ls="--", zorder=4)


def table_lines(ax: Any, rows: Sequence[Any]) -> None:
    """Draw lines given as rows of level_mT, edge, geometry."""
    levels = sorted({row["level_mT"] for row in rows})
    style: dict[str, dict[str, Any]] = {
        "central": {"lw": 1.4},
        "upper": {"lw": 0.9, "ls": "--"},
        "lower": {"lw": 0.7, "ls": ":"},
    }
    for row in rows:
        edge = row.get("edge", "central")
        label = f"{row['level_mT']:g} mT" if edge == "central" else None
        if edge == "upper":
            label = f"{row['level_mT']:g} mT, outer edge"
        colour = LINE_COLOURS[levels.index(row["level_mT"]) % len(LINE_COLOURS)]
        outline(ax, row["geometry"], colour, zorder=4, label=label, **style[edge])


def draw_table(table: Any, ax: Any | None = None) -> Any:
    """Draw a table of lines as `Site.contours` gives it.

    Raises
    ------
    InputError
        The table has no columns level_mT and geometry.
    """
    if not {"level_mT", "geometry"} <= set(table.columns):
        raise InputError("plot: a table needs the columns level_mT and geometry, as site.contours() gives them")
    ax = axes(ax)
    rows = table.to_dict("records")
    table_lines(ax, rows)
    bounds = np.array([row["geometry"].bounds for row in rows if not row["geometry"].is_empty])
    if len(bounds):
        metres(ax, [*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)])
    title(ax, ", ".join(sorted({f"{row.get('kind', 'line')} on {row.get('storey', 'the plan')}" for row in rows})))
    legend(ax)
    return ax


#: What can be drawn, by the name of its type: no import is needed to know it.
DRAWN: dict[str, Callable[..., Any]] = {
    "MagnetModel": draw_magnet,
    "Plan": draw_plan,
    "Project": draw_site,
    "Outcome": draw_assessment,
    "Overlay": draw_overlay,
    "DataFrame": draw_table,
    "Dataset": draw_map,
}


def draw(thing: Any, ax: Any | None = None, **options: Any) -> Any:
    """Draw a value of one of the types in `DRAWN`, traced contours, or a field source.

    Raises
    ------
    InputError
        Nothing is known of how to draw it; the message lists what is.
    """
    for base in type(thing).__mro__:
        if base.__name__ in DRAWN:
            return DRAWN[base.__name__](thing, ax, **options)
    if hasattr(thing, "paths") and hasattr(thing, "level"):
        return draw_contours([thing], ax, **options)
    if isinstance(thing, (tuple, list)) and thing and all(hasattr(c, "paths") and hasattr(c, "level") for c in thing):
        return draw_contours(thing, ax, **options)
    if hasattr(thing, "flux_density") and hasattr(thing, "jacobian"):
        return draw_field(thing, ax, **options)
    raise InputError(
        f"plot: a {type(thing).__name__} cannot be drawn; what can: a magnet, plan, site, assessment, overlay, "
        "table of lines, field map or section, contours, a field source"
    )
