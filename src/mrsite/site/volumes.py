"""The worst of a quantity over upright prisms: items of equipment, bays, workplaces, rooms.

Away from the windings |B| is subharmonic (each component is harmonic, and the norm of a harmonic
vector is subharmonic), so its largest value over a body lies on the body's surface, and the search
need not look inside. The surface is sampled, then the best places are refined by shrinking steps;
all prisms of a site go in step, so that a step is one evaluation of the field and not one a prism.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.quantity import Banded
from mrsite.fields import flux_density_and_jacobian, gradient_of_magnitude
from mrsite.magnets import banded_values
from mrsite.site.evidence import Quantity, VolumeResult, WantedVolume
from mrsite.site.project import Project, Storey
from mrsite.site.total_field import TotalField

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_STARTS = 6
_SAMPLES_ALONG = 48
#: The search for the largest value ends with steps of this length, m: far below any position tolerance.
_FINEST = 1e-3
#: No search needs so many steps; the bound is there so that none can run for ever.
_MOST_STEPS = 2000
_UNITS = {"B": "T", "gradient": "T/m", "force_product": "T2/m"}
#: As the compiled loop numbers them.
_KINDS: tuple[Quantity, ...] = ("B", "gradient", "force_product")


@dataclass(frozen=True, eq=False)
class _Prism:
    """A wanted volume in the site frame."""

    wanted: WantedVolume
    storey: Storey
    footprint: Any  #: shapely
    low: float
    high: float


def worst_over(project: Project, field: TotalField, wanted: Sequence[WantedVolume]) -> list[VolumeResult | None]:
    """Return the largest value over each prism with its band; None where the footprint is empty.

    Parameters
    ----------
    wanted : sequence of WantedVolume
        Footprints in plan metres of their storeys' own drawings.

    Returns
    -------
    list of VolumeResult
        ``worst`` in T, T/m or T2/m; ``at`` in plan metres of that drawing and metres above floor.
    """
    prisms = [_prism(project, volume) for volume in wanted]
    known = [p for p in prisms if p is not None]
    if not known:
        return [None] * len(wanted)
    starts = _starts(field, known)
    places, values = _refine(field, known, starts)
    near = np.concatenate([places[:, None, :], starts], axis=1)
    lower, upper = _bands(project, field, known, near)
    slopes = gradient_of_magnitude(*flux_density_and_jacobian(field.sources[0], places))
    found = iter(
        _result(prism, place, float(value), float(low), float(high), float(slope))
        for prism, place, value, low, high, slope in zip(known, places, values, lower, upper, slopes)
    )
    return [None if prism is None else next(found) for prism in prisms]


def _prism(project: Project, wanted: WantedVolume) -> _Prism | None:
    if wanted.footprint is None or wanted.footprint.is_empty:
        return None
    storey = project.storey(wanted.storey)
    low, high = (storey.elevation + h for h in wanted.heights)
    return _Prism(wanted, storey, storey.to_site.geometry(wanted.footprint), low, high)


def _result(prism: _Prism, place: Array, value: float, lower: float, upper: float, slope: float) -> VolumeResult:
    quantity = prism.wanted.quantity
    x, y = prism.storey.to_site.back((float(place[0]), float(place[1])))
    return VolumeResult(
        prism.wanted.id,
        quantity,
        Banded(value, min(lower, value), max(upper, value), _UNITS[quantity]),
        (x, y, float(place[2]) - prism.storey.elevation),
        slope,
    )


def _step(footprint: Any) -> float:
    """Distance between the samples of a surface, m: the search begins with it."""
    x0, y0, x1, y1 = footprint.bounds
    return max(math.hypot(x1 - x0, y1 - y0) / _SAMPLES_ALONG, 0.02)


@lru_cache(maxsize=256)
def _surface(footprint: Any, low: float, high: float) -> Array:
    """Points on the surface of a prism, site frame: the same for every place of the magnet."""
    step = _step(footprint)
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


def _starts(field: TotalField, prisms: Sequence[_Prism]) -> Array:
    """The samples of each prism's surface with the largest values, best first: (p, starts, 3)."""
    starts = np.empty((len(prisms), _STARTS, 3))
    sharing: dict[Any, list[int]] = {}  # several quantities are asked of one surface
    for k, prism in enumerate(prisms):
        sharing.setdefault((prism.footprint, prism.low, prism.high), []).append(k)
    for (footprint, low, high), members in sharing.items():
        surface = _surface(footprint, low, high)
        quantities = [prisms[k].wanted.quantity for k in members]
        for k, values in zip(members, _measured(field, surface, quantities)):
            best = _largest(values)
            starts[k] = surface[np.resize(best, _STARTS)]
    return starts


def _largest(values: Array) -> Indices:
    """The places of the largest values, the largest first."""
    few = np.argpartition(values, -_STARTS)[-_STARTS:] if len(values) > _STARTS else np.arange(len(values))
    return few[np.argsort(values[few])[::-1]]


def _measured(field: TotalField, points: Array, quantities: Sequence[Quantity]) -> list[Array]:
    """Each quantity (n,) at all points, the larger over unknown field directions; -inf where it is not defined."""
    return _asked(field, points, [np.full(len(points), _KINDS.index(quantity)) for quantity in quantities])


def _asked(field: TotalField, points: Array, kinds: Sequence[Indices]) -> list[Array]:
    """For each row of kinds (n,) what it asks of each point, in one pass over the points."""
    from mrsite.site import _kernels

    raise_to: Any = _kernels.raise_to
    found = [np.full(len(points), -np.inf) for _ in kinds]
    for source in field.sources:
        b, jacobian = flux_density_and_jacobian(source, points)
        for worst, kind in zip(found, kinds):
            if raise_to(b, jacobian, kind, worst):
                null = np.flatnonzero((kind == _KINDS.index("gradient")) & ~b.any(axis=1))
                worst[null] = np.fmax(worst[null], gradient_of_magnitude(b[null], jacobian[null]))
    return found


def _refine(field: TotalField, prisms: Sequence[_Prism], starts: Array) -> tuple[Array, Array]:
    """Shrink a star of steps about each start, all in one batch, each staying in its prism.

    Returns the best place of each prism (p, 3) and its value (p,).
    """
    from mrsite.site import _kernels

    into: Any = _kernels.into

    kind = np.array([_KINDS.index(p.wanted.quantity) for p in prisms])
    low, high = np.array([p.low for p in prisms]), np.array([p.high for p in prisms])
    footprints = [p.footprint for p in prisms]
    edges = _edges(footprints)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    star = np.array([(np.cos(a), np.sin(a), dz) for a in angles for dz in (-1.0, 0.0, 1.0)] + [(0, 0, 1), (0, 0, -1)])
    owner = np.repeat(np.arange(len(prisms)), _STARTS)
    here = starts.reshape(-1, 3).copy()
    (value,) = _asked(field, here, [kind[owner]])
    size = np.array([_step(f) for f in footprints])[owner]
    for _ in range(_MOST_STEPS):
        going = np.flatnonzero(size > _FINEST)
        if not going.size:
            break
        flat = (here[going, None, :] + size[going, None, None] * star).reshape(-1, 3)
        whose = np.repeat(owner[going], len(star))
        flat[:, 2] = np.clip(flat[:, 2], low[whose], high[whose])
        into(flat, whose, *edges)
        values = _asked(field, flat, [kind[whose]])[0].reshape(len(going), -1)
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
    winner = np.arange(len(prisms)) * _STARTS + np.argmax(value.reshape(-1, _STARTS), axis=1)
    return here[winner], value[winner]


def _edges(footprints: Sequence[Any]) -> tuple[Indices, Array, NDArray[np.bool_]]:
    """The footprints for the compiled loop: first edge of each, edges (e, 4), and which have an inside."""
    import shapely

    solid = np.array([f.geom_type.endswith("Polygon") for f in footprints])
    made = []
    for footprint, filled in zip(footprints, solid):
        parts = shapely.get_parts(footprint.boundary if filled else footprint)
        corners = [shapely.get_coordinates(part) for part in parts]
        made.append(np.vstack([np.hstack([xy[:-1], xy[1:]] if len(xy) > 1 else [xy, xy]) for xy in corners]))
    first = np.concatenate([[0], np.cumsum([len(rows) for rows in made])]).astype(np.intp)
    return first, np.vstack(made), solid


def _bands(project: Project, field: TotalField, prisms: Sequence[_Prism], points: Array) -> tuple[Array, Array]:
    """Lowest and highest value that the largest of each prism's points (p, k, 3) may have, over the magnets' bands."""
    extras = [project.placing_m(p.storey.name) for p in prisms]
    groups: dict[tuple[Quantity, float], list[int]] = {}
    for k, prism in enumerate(prisms):
        groups.setdefault((prism.wanted.quantity, extras[k]), []).append(k)
    lower, upper = np.zeros(len(prisms)), np.zeros(len(prisms))
    for (quantity, extra), members in groups.items():
        flat = points[members].reshape(-1, 3)
        (values,) = _measured(field, flat, [quantity])
        over, under = np.zeros(len(flat)), np.zeros(len(flat))
        for scanner in field.scanners:
            value, least, most = banded_values(
                scanner.magnet,
                scanner.poses[0].to_magnet(flat),
                site_spread=scanner.magnet.site_spread,
                extra_m=extra,
                quantity=quantity,
            )
            over += np.nan_to_num(most - value)
            under += np.nan_to_num(value - least)
        shape = (len(members), -1)
        lower[members] = np.maximum(values - under, 0.0).reshape(shape).max(axis=1)
        upper[members] = (values + over).reshape(shape).max(axis=1)
    return lower, upper


def worst_of(results: Sequence[VolumeResult]) -> VolumeResult | None:
    """Return the result with the highest upper edge."""
    return max(results, key=lambda r: r.worst.upper, default=None)
