"""The band on every line and value: how far the whole field can be wrong, and from which cause.

Three shares, added in quadrature: the ensemble of equally good windings; the spread from site to
site (a fraction of B, turned into a distance by the local decay of the field); and ``extra_m``, the
tolerances of position and plan. The earth's field is never among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mrsite.base.errors import InputError
from mrsite.magnets.members import bore_ceiling, member_distances, member_values, scale_of
from mrsite.magnets.model import Array, MagnetModel
from mrsite.magnets.rays import outermost, source_magnitude
from mrsite.magnets.record import band_shape, weighted_band
from mrsite.maps import Plane, Profile, contours, meridian_profile

Quantity = Literal["B", "gradient", "force_product"]

_NEAR = 1.15  # gradients and force products: pointwise bands near the winding cover less
_STEP_DEG = 1.5
_SHARES = ("ensemble", "site to site", "position and plan")


@dataclass(frozen=True, eq=False)
class BranchLine:
    """The line of one sign branch alone: outermost distance along each ray of the band, m."""

    signs: str
    weight: float
    lower: Array
    median: Array
    upper: Array


@dataclass(frozen=True, eq=False)
class BandedProfile:
    """A line of the magnet in the meridian half-plane (rho, z), with the edges of its band.

    Parameters
    ----------
    level : float
        T, T/m or T²/m.
    central : maps.Profile
        The central model's line, every piece of it.
    lower, upper : maps.Profile
        Outlines of what the band surely and possibly encloses, star-shaped about the isocentre.
    angles : (a,) float64, rad
        Of the rays on which the band was found, from the +z axis.
    distance, distance_lower, distance_upper : (a,) float64, m
        Outermost crossing on each ray; 0 where a ray never meets the level.
    shares : mapping of str to (a,) float64, m
        How far each cause alone moves the line outwards.
    branches : tuple of BranchLine
        Sign branches apart, never averaged; their ensemble share alone, most probable first.
    ensemble_note : str
        What the ensemble share stands on.
    """

    level: float
    quantity: Quantity
    central: Profile
    lower: Profile
    upper: Profile
    angles: Array
    distance: Array
    distance_lower: Array
    distance_upper: Array
    shares: Mapping[str, Array]
    branches: tuple[BranchLine, ...]
    ensemble_note: str


def banded_profile(
    model: MagnetModel,
    level: float,
    *,
    site_spread: float = 0.10,
    extra_m: float = 0.0,
    quantity: Quantity = "B",
    tolerance: float = 1e-3,
) -> BandedProfile:
    """Return a line of a magnet with its band.

    Parameters
    ----------
    level : float
        T for ``"B"``, T/m for ``"gradient"``, T²/m for ``"force_product"``.
    site_spread : float
        Fraction of the field by which one magnet differs from site to site.
    extra_m : float, m
        Tolerances of position and plan, already in quadrature.

    Raises
    ------
    InputError
        No field model; a level, spread or tolerance that cannot be.

    Notes
    -----
    Along each ray from the isocentre: the 2.5-97.5 % range of the members' outermost crossings,
    stretched about the median as `record.band_shape` says (1.3 times plus 5 mm where one line is
    published; 1.5 times wider where a class default was used).
    """
    rays = _on_band_rays(model, level, site_spread, extra_m, quantity)
    source = model.source()
    return BandedProfile(
        level=level,
        quantity=quantity,
        central=_central(source, level, quantity, tolerance),
        lower=_outline(level, rays.angles, rays.lower, tolerance),
        upper=_outline(level, rays.angles, rays.upper, tolerance),
        angles=rays.angles,
        distance=rays.distance,
        distance_lower=rays.lower,
        distance_upper=rays.upper,
        shares=rays.shares,
        branches=rays.branches,
        ensemble_note=rays.note,
    )


@dataclass(frozen=True, eq=False)
class _Rays:
    """The band as distances along rays, before any line is traced."""

    angles: Array
    distance: Array
    lower: Array
    upper: Array
    shares: Mapping[str, Array]
    branches: tuple[BranchLine, ...]
    note: str


def _on_band_rays(model: MagnetModel, level: float, site_spread: float, extra_m: float, quantity: Quantity) -> _Rays:
    model.require_modelled()
    if not (np.isfinite(level) and level > 0.0):
        raise InputError(f"level {level} cannot be drawn: a level is a positive finite number")
    if not (0.0 <= site_spread < 1.0 and np.isfinite(extra_m) and extra_m >= 0.0):
        raise InputError(f"site_spread {site_spread} must lie in 0..1 and extra_m {extra_m} must not be negative")
    source = model.source()
    near = scale_of(model)
    angles = np.radians(np.linspace(0.0, 180.0, round(180.0 / _STEP_DEG) + 1))
    last = _beyond(source, level / (1.0 + site_spread), quantity, near)
    radii = np.geomspace(0.05 * near if quantity != "B" else 0.5 * near, last, 110)
    if _symmetric(model):
        half = _on_rays(source, angles[: len(angles) // 2 + 1], radii, quantity)
        values = np.concatenate([half, half[:, -2::-1]], axis=1)
    else:
        values = _on_rays(source, angles, radii, quantity)
    distance = np.nan_to_num(outermost(values, radii, level)[0])
    out_ensemble = in_ensemble = np.zeros(len(angles))
    branches: tuple[BranchLine, ...] = ()
    note = "windings given outright: the ensemble share is zero"
    members = _member_distances(model, level, quantity)
    if members is not None and model.ensemble is not None:
        out_ensemble, in_ensemble, branches = _ensemble_share(model, members, distance, quantity)
        note = f"{len(members)} equally good windings, prior {model.ensemble.prior}"
    out_site = np.maximum(np.nan_to_num(outermost(values, radii, level / (1.0 + site_spread))[0]) - distance, 0.0)
    in_site = np.maximum(distance - np.nan_to_num(outermost(values, radii, level / (1.0 - site_spread))[0]), 0.0)
    out_extra = extra_m * _slant(angles, distance)
    upper = distance + np.sqrt(out_ensemble**2 + out_site**2 + out_extra**2)
    lower = np.maximum(distance - np.sqrt(in_ensemble**2 + in_site**2 + out_extra**2), 0.0)
    shares = dict(zip(_SHARES, (out_ensemble, out_site, out_extra), strict=True))
    return _Rays(angles, distance, lower, upper, shares, branches, note)


def _beyond(source: Any, level: float, quantity: Quantity, near: float) -> float:
    """Return a radius outside the windings where the quantity is below half of the level all around."""
    angles = np.radians(np.linspace(0.0, 180.0, 61))
    radius = 1.6 * near
    while (
        radius < 1e5 and np.nanmax(_on_rays(source, angles, np.array([radius, 1.05 * radius]), quantity)) > 0.5 * level
    ):
        radius *= 1.3
    return 1.1 * radius


def ensemble_band(model: MagnetModel, level: float) -> tuple[Array, Array, Array]:
    """Return the ensemble's band alone on each ray: angles (rad), lower and upper distance (m) of |B| = level.

    Without site-to-site spread and tolerances: what a test of the fit against a known magnet compares.

    Raises
    ------
    InputError
        The magnet has no ensemble.
    """
    members = _member_distances(model, level, "B")
    if members is None or model.ensemble is None:
        raise InputError(f"magnet {model.id!r} is given by its windings: it has no ensemble")
    lower, upper = weighted_band(members, model.ensemble.weights, *band_shape(model))
    return np.radians(np.linspace(0.0, 180.0, members.shape[1])), lower, upper


def banded_values(
    model: MagnetModel, points: Any, *, site_spread: float = 0.10, extra_m: float = 0.0, quantity: Quantity = "B"
) -> tuple[Array, Array, Array]:
    """Return a quantity at points with its band.

    Parameters
    ----------
    points : (n, 3) array_like, m
        Magnet frame.
    site_spread, extra_m, quantity
        As for `banded_profile`.

    Returns
    -------
    value, lower, upper : (n,) float64
        ``lower <= value <= upper``; T, T/m or T²/m. NaN on a wire.
    """
    model.require_modelled()
    points = np.ascontiguousarray(np.atleast_2d(np.asarray(points, dtype=np.float64)))
    source = model.source()
    value = _at(source, points, quantity)
    spread = site_spread * (2.0 if quantity == "force_product" else 1.0)
    up = np.zeros(len(points))
    down = np.zeros(len(points))
    if model.ensemble is not None and len(points):
        rho, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2]
        members = member_values(model, rho, z, quantity)
        stretch, _ = _shape(model, quantity)
        # Stretched in the logarithm: a field is a magnitude, and its errors are factors.
        low, high = np.exp(weighted_band(np.log(np.maximum(members, 1e-30)), model.ensemble.weights, stretch))
        if quantity == "B":
            high = np.minimum(high, np.maximum(bore_ceiling(model, rho), members.max(axis=0)))
        up, down = np.maximum(high - value, 0.0), np.maximum(value - low, 0.0)
    shift_up, shift_down = _shifted(source, points, value, quantity, extra_m)
    upper = value + np.sqrt(up**2 + (spread * value) ** 2 + shift_up**2)
    lower = value - np.sqrt(down**2 + (spread * value) ** 2 + shift_down**2)
    return value, np.maximum(lower, 0.0), upper


def reach(
    model: MagnetModel, levels_mT: Iterable[float] = (0.5, 3.0), *, extra_m: float = 0.0
) -> list[dict[str, float]]:
    """Return how far each line reaches along and across the bore, with its band.

    Returns
    -------
    list of dict
        ``level_mT, axial_m, axial_lower_m, axial_upper_m, radial_m, radial_lower_m, radial_upper_m``:
        the extent of the line, m, site-to-site spread included.
    """
    return _reach(model, levels_mT, extra_m, {"axial": lambda a: np.abs(np.cos(a)), "radial": np.sin})


def reach_by_end(model: MagnetModel, levels_mT: Iterable[float] = (0.5, 3.0)) -> list[dict[str, float]]:
    """Return the same with the two ends apart: ``patient_m``, ``service_m`` in place of ``axial_m``."""
    return _reach(model, levels_mT, 0.0, {"patient": np.cos, "service": lambda a: -np.cos(a), "radial": np.sin})


def _reach(
    model: MagnetModel, levels_mT: Iterable[float], extra_m: float, directions: Mapping[str, Callable[[Array], Array]]
) -> list[dict[str, float]]:
    rows = []
    for level in levels_mT:
        rays = _on_band_rays(model, float(level) * 1e-3, model.site_spread, extra_m, "B")
        row = {"level_mT": float(level)}
        for direction, along in directions.items():
            share = along(rays.angles)
            value, low, high = (float((d * share).max()) for d in (rays.distance, rays.lower, rays.upper))
            row[f"{direction}_m"] = value
            row[f"{direction}_lower_m"] = min(low, value)
            row[f"{direction}_upper_m"] = max(high, value)
        rows.append(row)
    return rows


def unsafe_side(value: float, step: float = 0.01, *, up: bool = True) -> float:
    """Round a figure for print so that it never reads safer than it is.

    An outer edge is rounded up, an inner edge down, to ``step``.
    """
    scaled = value / step
    whole = np.ceil(scaled - 1e-9) if up else np.floor(scaled + 1e-9)
    return float(round(float(whole) * step, 10))


# ------------------------------------------------------------------------------------------ pieces


def _central(source: Any, level: float, quantity: Quantity, tolerance: float) -> Profile:
    if quantity == "B":
        return meridian_profile(source, level, tolerance)
    near = 0.0
    for coil in source.coils:
        row = coil.row()
        near = max(near, row[1], abs(row[2]), abs(row[3]))
    radius = near
    angles = np.radians(np.linspace(0.0, 180.0, 91))
    while radius < 1e4 and np.nanmax(_on_rays(source, angles, np.array([radius, 1.1 * radius]), quantity)) >= level:
        radius *= 1.25
    plane = Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    window = (0.0, -1.1 * radius, 1.1 * radius, 1.1 * radius)
    (found,) = contours(source, [level], plane, window, max(tolerance, 2e-3), quantity=quantity)
    paths = []
    for path in found.paths:
        uv = np.ascontiguousarray(path[:, [0, 2]])
        paths.append(_stronger_on_left(source, uv, quantity))
    return Profile(level, tuple(paths), found.closed, found.error_m)


def _stronger_on_left(source: Any, path: Array, quantity: Quantity) -> Array:
    k = int(np.argmax(np.hypot(*np.diff(path, axis=0).T)))
    a, b = path[k], path[k + 1]
    middle, along = 0.5 * (a + b), b - a
    normal = np.array([-along[1], along[0]]) / (np.hypot(*along) + 1e-300) * 2e-3
    sides = np.array([middle + normal, middle - normal])
    left, right = _at(source, np.column_stack([np.abs(sides[:, 0]), np.zeros(2), sides[:, 1]]), quantity)
    return path if left > right else np.ascontiguousarray(path[::-1])


def _symmetric(model: MagnetModel) -> bool:
    """Whether the windings are their own image in z = 0."""
    rows = {tuple(round(v, 9) for v in coil.row()) for coil in model.coils}
    return all((r[0], r[1], -r[3] + 0.0, -r[2] + 0.0, r[4]) in rows for r in rows)


def _member_distances(model: MagnetModel, level: float, quantity: Quantity) -> Array | None:
    """Outermost crossing of every member on each ray from 0 to 180 degrees: (m, a), m; 0 where none."""
    e = model.ensemble
    if e is None:
        return None
    if quantity == "B":
        found = member_distances(model, level)
    else:
        near = scale_of(model)
        last = 90.0 if e.mirrored else 180.0
        angles = np.radians(np.linspace(0.0, last, round(last / (2.0 * _STEP_DEG)) + 1))
        radii = np.geomspace(0.3 * near, 5.0 * near, 90)
        rho, z = np.outer(np.sin(angles), radii), np.outer(np.cos(angles), radii)
        values = member_values(model, rho.ravel(), z.ravel(), quantity).reshape(len(e.weights), *rho.shape)
        coarse = np.nan_to_num(outermost(values, radii, level))
        fine = np.radians(np.linspace(0.0, last, round(last / _STEP_DEG) + 1))
        found = np.array([np.interp(fine, angles, row) for row in coarse])
    found = np.nan_to_num(found)
    return np.hstack([found, found[:, -2::-1]]) if e.mirrored else found


def _ensemble_share(
    model: MagnetModel, members: Array, distance: Array, quantity: Quantity
) -> tuple[Array, Array, tuple[BranchLine, ...]]:
    e = model.ensemble
    assert e is not None
    shape = _shape(model, quantity)
    low, high = weighted_band(members, e.weights, *shape)
    branches = []
    for k, branch in enumerate(e.branches):
        chosen = e.branch == k
        if not chosen.any():
            continue
        part = members[chosen]
        b_low, b_high = weighted_band(part, e.weights[chosen], *shape)
        branches.append(
            BranchLine(branch.signs, branch.weight, np.maximum(b_low, 0.0), np.median(part, axis=0), b_high)
        )
    return np.maximum(high - distance, 0.0), np.maximum(distance - low, 0.0), tuple(branches)


def _shape(model: MagnetModel, quantity: Quantity) -> tuple[float, float]:
    """Stretch and floor of the band of a quantity."""
    stretch, floor = band_shape(model)
    return (stretch, floor) if quantity == "B" else (stretch * _NEAR, floor)


def _slant(angles: Array, distance: Array) -> Array:
    """How much further along the ray a line moves than along its own normal (at most 3 times)."""
    safe = np.maximum(distance, 1e-6)
    slope = np.gradient(np.log(safe), angles)
    return np.asarray(np.where(distance > 0.0, np.minimum(np.sqrt(1.0 + slope**2), 3.0), 1.0))


def _outline(level: float, angles: Array, distance: Array, tolerance: float) -> Profile:
    """The star-shaped curve through these distances, the stronger field on its left; ends on the axis."""
    rho, z = distance * np.sin(angles), distance * np.cos(angles)
    rho[0] = rho[-1] = 0.0
    path = np.column_stack([rho, z])[::-1]
    keep = np.r_[True, np.hypot(*np.diff(path, axis=0).T) > 1e-12]
    path = np.ascontiguousarray(path[keep])
    paths = (path,) if len(path) > 2 else ()
    return Profile(level, paths, (False,) * len(paths), tolerance)


def _on_rays(source: Any, angles: Array, radii: Array, quantity: Quantity) -> Array:
    if quantity == "B":
        return source_magnitude(source, angles, radii)
    rho, z = np.outer(np.sin(angles), radii), np.outer(np.cos(angles), radii)
    points = np.column_stack([rho.ravel(), np.zeros(rho.size), z.ravel()])
    return np.nan_to_num(_at(source, points, quantity)).reshape(1, *rho.shape)


def _at(source: Any, points: Array, quantity: Quantity) -> Array:
    from mrsite import fields

    if quantity == "B":
        return np.asarray(fields.magnitude(source.flux_density(points)))
    B, J = fields.flux_density_and_jacobian(source, points)
    pick = fields.gradient_of_magnitude if quantity == "gradient" else fields.force_product
    return np.asarray(pick(B, J))


def _shifted(source: Any, points: Array, value: Array, quantity: Quantity, extra_m: float) -> tuple[Array, Array]:
    """How much the value may rise and fall within ``extra_m`` of each point, in the point's own meridian plane."""
    if extra_m == 0.0 or not len(points):
        return np.zeros(len(points)), np.zeros(len(points))
    rho = np.hypot(points[:, 0], points[:, 1])
    high, low = value.copy(), value.copy()
    for angle in np.arange(8) * (np.pi / 4.0):
        moved = np.column_stack(
            [np.abs(rho + extra_m * np.sin(angle)), 0.0 * rho, points[:, 2] + extra_m * np.cos(angle)]
        )
        there = _at(source, moved, quantity)
        high, low = np.fmax(high, there), np.fmin(low, there)
    return high - value, value - low
