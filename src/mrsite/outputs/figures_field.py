"""Figures of fields: contours, maps, a magnet, a source of the caller's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.outputs.body import body_of
from mrsite.outputs.figure_axes import (
    LINE_COLOURS,
    axes,
    legend,
    title,
)


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
