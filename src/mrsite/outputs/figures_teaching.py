"""Figures for training and for local rules: the fringe field, the pull near the bore, the zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.base.errors import InputError
from mrsite.outputs import figure_axes, figures
from mrsite.outputs.body import body_of
from mrsite.site.project import Project

#: The four-zone model in outline; the rules US-ZON-01 to US-ZON-03 cite where it is from.
ZONE_WORDS = {
    "I": "the public world",
    "II": "between the public and zone III",
    "III": "MR staff, screened people",
    "IV": "the magnet's room",
}


def draw_approach(model: Any, ax: Any | None = None, *, to_m: float = 6.0) -> Any:
    """Draw field, gradient and force product along the axis, from the isocentre out through the patient end.

    Parameters
    ----------
    model : MagnetModel
    to_m : float, m
        Furthest point of the walk.

    Raises
    ------
    InputError
        The magnet has no field model, or ``to_m`` is not a positive length.
    """
    from mrsite.fields import flux_density_and_jacobian, force_product, gradient_of_magnitude, magnitude

    if not (np.isfinite(to_m) and to_m > 0.0):
        raise InputError(f"to_m: {to_m} must be a positive length in metres")
    source = model.source()
    ax = figure_axes.axes(ax, (8.5, 5.0))
    z = np.linspace(0.0, to_m, 601)
    b, jacobian = flux_density_and_jacobian(source, np.column_stack([0.0 * z, 0.0 * z, z]))
    with np.errstate(invalid="ignore", divide="ignore"):
        lines = (
            ("field, mT", 1e3 * magnitude(b), figure_axes.LINE_COLOURS[0], "-"),
            ("spatial field gradient, T/m", gradient_of_magnitude(b, jacobian), figure_axes.LINE_COLOURS[1], "--"),
            ("force product, T²/m", force_product(b, jacobian), figure_axes.LINE_COLOURS[2], "-."),
        )
    for label, values, colour, style in lines:
        ax.semilogy(z, np.where(values > 1e-6, values, np.nan), style, color=colour, lw=1.6, label=label)
    pull = np.nan_to_num(lines[2][1])
    worst = int(np.argmax(pull))
    ax.annotate(
        f"largest force product on the axis\n{z[worst]:.2f} m from the isocentre",
        (z[worst], pull[worst]),
        (z[worst] + 0.12 * to_m, 0.35 * pull[worst]),
        arrowprops={"arrowstyle": "->", "lw": 0.8},
        fontsize=8,
        va="top",
    )
    body = body_of(model)
    if body is not None:
        ax.axvspan(0.0, 0.5 * body.length, color="#E8E8E8", zorder=0)
        ax.text(
            0.25 * body.length,
            0.97,
            "inside\nthe magnet",
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=8,
            color="#555555",
        )
    for level in (0.5, 3.0):
        ax.axhline(level, color="#888888", lw=0.5, ls=":")
        ax.text(to_m, level, f"{level:g} mT ", fontsize=7, ha="right", va="bottom", color="#555555")
    ax.set_xlim(0.0, to_m)
    ax.set_ylim(1e-4, None)
    ax.set_xlabel("distance from the isocentre along the bore, m")
    ax.grid(True, which="major", lw=0.25, color="#DDDDDD")
    figure_axes.title(ax, f"{model.label}: walking towards the bore")
    ax.legend(fontsize=8, loc="lower left", frameon=False)
    return ax


def draw_pull(
    model: Any, ax: Any | None = None, *, levels: Sequence[float] = (0.01, 0.1, 1.0, 5.0), reach_m: float = 2.5
) -> Any:
    """Draw where the force product reaches round levels (T²/m) about the magnet, with the 3 mT line beside them.

    Raises
    ------
    InputError
        The magnet has no field model.
    """
    from matplotlib.colors import LogNorm

    from mrsite.fields import flux_density_and_jacobian, force_product, magnitude

    source = model.source()
    ax = figure_axes.axes(ax, (7.5, 6.5))
    u = np.linspace(-reach_m, reach_m, 201)
    z, x = np.meshgrid(u, u)
    points = np.column_stack([x.ravel(), np.zeros(x.size), z.ravel()])
    b, jacobian = flux_density_and_jacobian(source, points)
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = force_product(b, jacobian).reshape(x.shape)
        field = magnitude(b).reshape(x.shape)
    sound = np.where(np.isfinite(pull) & (pull > 0.0), pull, np.nan)
    image = ax.pcolormesh(
        u, u, sound, norm=LogNorm(1e-4, 2.0 * max(levels)), cmap="cividis", shading="nearest", rasterized=True
    )
    ax.clabel(ax.contour(u, u, sound, levels=sorted(levels), colors="white", linewidths=0.9), fmt="%g", fontsize=7)
    ax.contour(u, u, 1e3 * field, levels=[3.0], colors=figure_axes.LINE_COLOURS[1], linewidths=1.6)
    ax.plot([], [], color=figure_axes.LINE_COLOURS[1], lw=1.6, label="3 mT")
    body = body_of(model)
    if body is not None:
        half = 0.5 * body.length
        for sign in (1.0, -1.0):
            low, high = sign * 0.5 * (body.bore or 0.0), sign * 0.5 * body.diameter
            ax.fill(
                [-half, half, half, -half],
                [low, low, high, high],
                facecolor="#D8D8D8",
                edgecolor="black",
                lw=0.8,
                zorder=5,
            )
    ax.set_aspect("equal")
    ax.set_xlabel("along the bore, m (patient end to the right)")
    ax.set_ylabel("across, m")
    ax.figure.colorbar(image, ax=ax, label="force product |B| |∇|B||, T²/m", shrink=0.8)
    figure_axes.title(ax, f"{model.label}: pull on soft iron")
    ax.legend(fontsize=8, loc="upper left")
    return ax


def draw_zones(project: Project, ax: Any | None = None, *, storey: str | None = None) -> Any:
    """Draw the zones of a storey with the ways between them: each door by whether it locks.

    Raises
    ------
    InputError
        The site has no storey of that name.
    """
    here = figures.storey_named(project, storey)
    ax = figures.storey_axes(project, here, ax)
    kinds: dict[str, tuple[str, str]] = {
        "locks": (figure_axes.STATUS_COLOURS["pass"], "s"),
        "does not lock": (figure_axes.STATUS_COLOURS["fail"], "X"),
        "not said": (figure_axes.STATUS_COLOURS["not-assessed"], "o"),
    }
    spots: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for door in project.doors:
        if door.storey != here.name or door.at is None:
            continue
        spots["not said" if door.lock is None else "locks" if door.lock else "does not lock"].append(door.at)
    for name, places in spots.items():
        if places:
            colour, mark = kinds[name]
            ax.scatter(
                *zip(*places),
                s=34,
                marker=mark,
                color=colour,
                edgecolors="white",
                linewidths=0.6,
                zorder=8,
                label=f"door: {name}",
            )
    used = sorted({s.zone for s in project.spaces if s.zone is not None and s.storey == here.name})
    for zone in used:
        ax.fill([], [], color=figure_axes.ZONE_COLOURS[zone], alpha=0.55, label=f"zone {zone}: {ZONE_WORDS[zone]}")
    figure_axes.title(ax, f"{project.name}, {here.name}: zones and doors")
    figure_axes.legend(ax)
    return ax
