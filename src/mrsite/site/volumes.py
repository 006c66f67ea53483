"""The worst of a quantity over an upright prism: an item of equipment, a bay, a workplace.

Away from the windings |B| is subharmonic (each component is harmonic, and the norm of a harmonic
vector is subharmonic), so its largest value over a body lies on the body's surface, and the search
need not look inside. The surface is sampled, then the best places are refined by shrinking steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.quantity import Banded
from mrsite.fields import flux_density_and_jacobian, force_product, gradient_of_magnitude
from mrsite.magnets import banded_values
from mrsite.site.evidence import Quantity, VolumeResult, WantedVolume
from mrsite.site.project import Project, Storey
from mrsite.site.total_field import TotalField

Array = NDArray[np.float64]

_STARTS = 6
_SAMPLES_ALONG = 48
#: The search for the largest value ends with steps of this length, m: far below any position tolerance.
_FINEST = 1e-3
#: No search needs so many steps; the bound is there so that none can run for ever.
_MOST_STEPS = 2000
_UNITS = {"B": "T", "gradient": "T/m", "force_product": "T2/m"}


def worst_over(project: Project, field: TotalField, wanted: WantedVolume) -> VolumeResult | None:
    """Return the largest value over a prism with its band, or None where the footprint is empty.

    Parameters
    ----------
    wanted : WantedVolume
        Footprint in plan metres of the storey's own drawing.

    Returns
    -------
    VolumeResult
        ``worst`` in T, T/m or T2/m; ``at`` in plan metres of that drawing and metres above floor.
    """
    storey = project.storey(wanted.storey)
    if wanted.footprint is None or wanted.footprint.is_empty:
        return None
    footprint = storey.to_site.geometry(wanted.footprint)
    candidates = _surface(footprint, storey, wanted.heights)
    values = _values(field, candidates, wanted.quantity)
    order = np.argsort(values)[::-1][:_STARTS]
    starts = candidates[order]
    best, best_value = _refine(field, footprint, storey, wanted, starts)
    near = np.vstack([best[None, :], starts])
    lower, upper = _band(project, field, storey, near, wanted.quantity)
    value = best_value
    b, jac = flux_density_and_jacobian(field.sources[0], best[None, :])
    slope = float(gradient_of_magnitude(b, jac)[0])
    x, y = storey.to_site.back((float(best[0]), float(best[1])))
    return VolumeResult(
        wanted.id,
        wanted.quantity,
        Banded(value, min(lower, value), max(upper, value), _UNITS[wanted.quantity]),
        (x, y, float(best[2]) - storey.elevation),
        slope,
    )


def _surface(footprint: Any, storey: Storey, heights: tuple[float, float]) -> Array:
    """Points on the surface of the prism, site frame."""
    low, high = storey.elevation + heights[0], storey.elevation + heights[1]
    x0, y0, x1, y1 = footprint.bounds
    step = max(math.hypot(x1 - x0, y1 - y0) / _SAMPLES_ALONG, 0.02)
    levels = np.linspace(low, high, max(2, min(24, math.ceil((high - low) / 0.1) + 1)))
    rim = _rim(footprint, step)
    side = np.concatenate([np.column_stack([rim, np.full(len(rim), z)]) for z in levels])
    inside = _inside(footprint, step)
    caps = [np.column_stack([inside, np.full(len(inside), z)]) for z in (low, high)] if len(inside) else []
    return np.concatenate([side, *caps])


def _rim(footprint: Any, step: float) -> Array:
    from shapely import get_coordinates, segmentize

    boundary = footprint.boundary if footprint.geom_type.endswith("Polygon") else footprint
    return np.asarray(get_coordinates(segmentize(boundary, step)), dtype=float)


def _inside(footprint: Any, step: float) -> Array:
    import shapely

    if not footprint.geom_type.endswith("Polygon"):
        return np.empty((0, 2))
    x0, y0, x1, y1 = footprint.bounds
    xs, ys = np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    inside: Array = grid[shapely.contains_xy(footprint, grid[:, 0], grid[:, 1])]
    return inside


def _values(field: TotalField, points: Array, quantity: Quantity) -> Array:
    """The quantity (n,), the larger over unknown field directions; -inf where it is not defined."""
    if quantity == "B":
        found = field.worst_magnitude(points)
    else:
        measure = gradient_of_magnitude if quantity == "gradient" else force_product
        found = np.max([measure(*flux_density_and_jacobian(source, points)) for source in field.sources], axis=0)
    return np.where(np.isfinite(found), found, -np.inf)


def _refine(
    field: TotalField, footprint: Any, storey: Storey, wanted: WantedVolume, starts: Array
) -> tuple[Array, float]:
    """Shrink a star of steps about each start, all starts in one batch, staying in the prism."""
    low, high = storey.elevation + wanted.heights[0], storey.elevation + wanted.heights[1]
    x0, y0, x1, y1 = footprint.bounds
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    star = np.array([(np.cos(a), np.sin(a), dz) for a in angles for dz in (-1.0, 0.0, 1.0)] + [(0, 0, 1), (0, 0, -1)])
    here = starts.copy()
    value = _values(field, here, wanted.quantity)
    size = np.full(len(here), max(math.hypot(x1 - x0, y1 - y0) / _SAMPLES_ALONG, 0.02))
    for _ in range(_MOST_STEPS):
        going = np.flatnonzero(size > _FINEST)
        if not going.size:
            break
        around = here[going, None, :] + size[going, None, None] * star
        around[..., 2] = np.clip(around[..., 2], low, high)
        flat = around.reshape(-1, 3)
        _into(footprint, flat)
        values = _values(field, flat, wanted.quantity).reshape(len(going), -1)
        best = np.argmax(values, axis=1)
        top = values[np.arange(len(going)), best]
        better = top > value[going] * (1 + 1e-12)
        climbed = going[better]
        there = flat.reshape(len(going), -1, 3)[better, best[better]]
        stride = np.zeros(len(going))
        stride[better] = np.linalg.norm(there - here[climbed], axis=1)
        here[climbed] = there
        value[climbed] = top[better]
        # Against a slanting edge a step may end a micrometre on: taken, but not as reason to keep its length.
        size[going[stride < 0.25 * size[going]]] *= 0.5
    k = int(np.argmax(value))
    return here[k], float(value[k])


def _into(footprint: Any, points: Array) -> None:
    """Move points that left the footprint to its nearest edge, in place."""
    import shapely

    marks = shapely.points(points[:, :2])
    out = np.flatnonzero(~shapely.covers(footprint, marks))
    if out.size:
        edges = shapely.get_point(shapely.shortest_line(footprint, marks[out]), 0)
        points[out, :2] = shapely.get_coordinates(edges)


def _band(
    project: Project, field: TotalField, storey: Storey, points: Array, quantity: Quantity
) -> tuple[float, float]:
    """Lowest and highest value that the largest of some points may have, over the magnets' bands."""
    extra = math.hypot(project.position_tolerance_m, float(getattr(storey.plan, "tolerance_m", 0.0) or 0.0))
    values = _values(field, points, quantity)
    over, under = np.zeros(len(points)), np.zeros(len(points))
    for scanner in field.scanners:
        pose = scanner.poses[0]
        value, lower, upper = banded_values(
            scanner.magnet,
            pose.to_magnet(points),
            site_spread=scanner.magnet.site_spread,
            extra_m=extra,
            quantity=quantity,
        )
        over += np.nan_to_num(upper - value)
        under += np.nan_to_num(value - lower)
    return float(np.max(np.maximum(values - under, 0.0))), float(np.max(values + over))


def worst_of(results: Sequence[VolumeResult]) -> VolumeResult | None:
    """Return the result with the highest upper edge."""
    return max(results, key=lambda r: r.worst.upper, default=None)
