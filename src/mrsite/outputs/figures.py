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
from mrsite.outputs.body import body_of
from mrsite.site.project import Project, Scanner, Storey

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
    levels = sorted({r.level for r in regions})
    for region in regions:
        colour = LINE_COLOURS[levels.index(region.level) % len(LINE_COLOURS)]
        _banded_line(ax, region.central, region.lower, region.upper, colour, f"{region.level_mT:g} mT, with its band")
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


def storey_axes(project: Project, storey: Storey, ax: Any | None) -> Any:
    """Axes with a storey's drawing, its zones in colour, names of its rooms, and the magnets."""
    ax = axes(ax)
    if storey.plan is not None:
        backdrop(ax, storey.plan)
    extent = list(storey.plan.extent) if storey.plan is not None else [np.inf, np.inf, -np.inf, -np.inf]
    for space in project.spaces:
        if space.storey != storey.name or space.polygon is None or space.polygon.is_empty:
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


def _banded_line(ax: Any, central: Any, lower: Any, upper: Any, colour: str, label: str) -> None:
    fill(ax, upper.difference(lower), colour, 0.16)
    outline(ax, central, colour, lw=1.2, zorder=4, label=label)
    outline(ax, upper, colour, lw=0.9, ls="--", zorder=4)


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


def draw_contours(found: Sequence[Any], ax: Any | None = None) -> Any:
    """Draw traced contours in the two coordinates along which they extend most."""
    ax = axes(ax, (7.0, 7.0))
    points = np.concatenate([p for c in found for p in c.paths]) if any(c.paths for c in found) else np.zeros((1, 3))
    flat = int(np.argmin(np.ptp(points, axis=0)))
    u, v = (k for k in range(3) if k != flat)
    for k, contour in enumerate(found):
        label: str | None = {"B": f"{1e3 * contour.level:g} mT", "gradient": f"{contour.level:g} T/m"}.get(
            contour.quantity, f"{contour.level:g} T²/m"
        )
        for path in contour.paths:
            ax.plot(path[:, u], path[:, v], color=LINE_COLOURS[k % len(LINE_COLOURS)], lw=1.3, label=label)
            label = None
    ax.set_aspect("equal")
    ax.set_xlabel(f"{'xyz'[u]}, m")
    ax.set_ylabel(f"{'xyz'[v]}, m")
    ax.grid(True, lw=0.25, color="#DDDDDD")
    legend(ax)
    return ax


def draw_map(dataset: Any, ax: Any | None = None, *, levels_mT: Sequence[float] = (0.5, 1, 3, 10, 50, 200)) -> Any:
    """Draw a field map or a section: |B| as a colour, on a logarithmic scale, with lines at round levels.

    Raises
    ------
    InputError
        The dataset has no variable B on two dimensions.
    """
    if "B" not in dataset or dataset["B"].ndim != 2:
        raise InputError("plot: a dataset needs a variable B on two dimensions, as site.field_map() gives it")
    from matplotlib.colors import LogNorm

    ax = axes(ax)
    values = dataset["B"]
    v_name, u_name = values.dims
    b = 1e3 * np.asarray(values, dtype=float)
    sound = np.isfinite(b) & (b > 0.0)
    if not sound.any():
        raise InputError("plot: no value of B in this map is finite and positive")
    low, high = 0.05, max(float(np.quantile(b[sound], 0.999)), 0.1)
    u, v = np.asarray(values[u_name]), np.asarray(values[v_name])
    image = ax.pcolormesh(
        u, v, np.where(sound, b, np.nan), norm=LogNorm(low, high), cmap="cividis", shading="nearest", rasterized=True
    )
    lines = ax.contour(u, v, np.where(sound, b, np.nan), levels=sorted(levels_mT), colors="white", linewidths=0.9)
    ax.clabel(lines, fmt=lambda value: f"{value:g} mT", fontsize=7)
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.set_xlabel(f"{u_name}, m")
    ax.set_ylabel(f"{v_name}, m")
    ax.figure.colorbar(image, ax=ax, label="|B|, mT", shrink=0.8)
    return ax


def draw_magnet(model: Any, ax: Any | None = None, *, levels_mT: Sequence[float] = (0.5, 1.0, 3.0, 10.0)) -> Any:
    """Draw the lines of a magnet in a plane through its axis, each with its band, about the outline of the magnet.

    Raises
    ------
    InputError
        The magnet has no field model, or a level cannot be drawn.
    """
    from mrsite.magnets import banded_profile

    model.require_modelled()
    ax = axes(ax, (8.0, 6.5))
    for k, level in enumerate(sorted(levels_mT)):
        colour = LINE_COLOURS[k % len(LINE_COLOURS)]
        banded = banded_profile(model, level * 1e-3, site_spread=model.site_spread)
        label: str | None = f"{level:g} mT"
        for sign in (1.0, -1.0):
            for path in banded.central.paths:
                ax.plot(path[:, 1], sign * path[:, 0], color=colour, lw=1.4, label=label)
                label = None
            low, high = banded.distance_lower, banded.distance_upper
            along, up = np.cos(banded.angles), np.sin(banded.angles)
            ring = np.concatenate(
                [
                    np.column_stack([high * along, sign * high * up]),
                    np.column_stack([low * along, sign * low * up])[::-1],
                ]
            )
            ax.fill(ring[:, 0], ring[:, 1], color=colour, alpha=0.15, lw=0)
    _cryostat(ax, model)
    ax.set_aspect("equal")
    ax.set_xlabel("along the bore, m (patient end to the right)")
    ax.set_ylabel("across, m")
    ax.grid(True, lw=0.25, color="#DDDDDD")
    title(ax, f"{model.label}: lines with their band")
    legend(ax)
    return ax


def _cryostat(ax: Any, model: Any) -> None:
    body = body_of(model)
    for sign in (1.0, -1.0):
        if body is not None:
            inner, outer, half = 0.5 * (body.bore or 0.0), 0.5 * body.diameter, 0.5 * body.length
            style = {"facecolor": "#D8D8D8", "edgecolor": "black", "lw": 0.8, "zorder": 5}
            ax.fill([-half, half, half, -half], [sign * inner, sign * inner, sign * outer, sign * outer], **style)
        for coil in model.coils:
            low, high = sign * coil.inner_radius, sign * coil.outer_radius
            ax.fill(
                [coil.z_min, coil.z_max, coil.z_max, coil.z_min],
                [low, low, high, high],
                facecolor="#B87333",
                edgecolor="none",
                zorder=6,
            )


def legend(ax: Any) -> None:
    """Put the legend beside the picture, where there is something to name."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8, frameon=False)


def draw_field(
    source: Any, ax: Any | None = None, *, levels_mT: Sequence[float] = (0.5, 1.0, 3.0, 10.0), reach_m: float = 6.0
) -> Any:
    """Draw the lines of any field source in the plane y = 0 of its own frame, within ``reach_m`` of the origin."""
    from mrsite.maps import Plane, contours

    plane = Plane((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    found = contours(source, [v * 1e-3 for v in levels_mT], plane, (-reach_m, -reach_m, reach_m, reach_m), 5e-3)
    ax = axes(ax, (7.0, 7.0))
    for k, contour in enumerate(found):
        label: str | None = f"{1e3 * contour.level:g} mT"
        for path in contour.paths:
            ax.plot(path[:, 2], path[:, 0], color=LINE_COLOURS[k % len(LINE_COLOURS)], lw=1.3, label=label)
            label = None
    ax.set_aspect("equal")
    ax.set_xlabel("z, m")
    ax.set_ylabel("x, m")
    ax.grid(True, lw=0.25, color="#DDDDDD")
    legend(ax)
    return ax


#: What can be drawn, by the name of its type: no import is needed to know it.
DRAWN: dict[str, Callable[..., Any]] = {
    "MagnetModel": draw_magnet,
    "Plan": draw_plan,
    "Project": draw_site,
    "Outcome": draw_assessment,
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
        f"plot: a {type(thing).__name__} cannot be drawn; what can: a magnet, plan, site, assessment, table of lines, "
        "field map or section, contours, a field source"
    )
