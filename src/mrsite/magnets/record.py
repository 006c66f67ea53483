"""The fit's record: every figure beside what the central model and the ensemble give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mrsite.fields import FieldSource
from mrsite.magnets.classes import Dimensions
from mrsite.magnets.figures import Figures, figures_of
from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Array, MagnetModel, Residual
from mrsite.magnets.rays import RayTable, extents, outermost, ray_table, source_magnitude
from mrsite.magnets.sampling import linearised

# One line: the members fix 2.5 and 97.5 % too tightly; more lines: they already cover 0.98 to 1.00.
# Measured on two sets of synthetic magnets (benchmarks/magnets.py).
_STRETCH_ONE, _FLOOR_ONE = 1.3, 0.005
_STRETCH_MORE, _FLOOR_MORE = 1.0, 0.002


def band_shape(model: MagnetModel) -> tuple[float, float]:
    """Return the stretch about the median and the floor (m) of a model's ensemble band.

    1.3 and 5 mm where one line is published, 1.0 and 2 mm where lines of several levels are; the
    stretch 1.5 times larger where a class default stood in for a dimension.
    """
    levels = {p.level_T for p in model.published if p.use == "fit" and p.quantity == "isofield"}
    stretch, floor = (_STRETCH_MORE, _FLOOR_MORE) if len(levels) > 1 else (_STRETCH_ONE, _FLOOR_ONE)
    return stretch * (model.fit.widening if model.fit else 1.0), floor


def weighted_band(
    values: Array, weights: Array, stretch: float = _STRETCH_ONE, floor: float = 0.0
) -> tuple[Array, Array]:
    """Return the stretched 2.5-97.5 % band over members.

    Parameters
    ----------
    values : (m, ...) float64
        NaN where a member has no value; it is left out there.
    weights : (m,) float64

    Returns
    -------
    (...), (...) float64
        Lower and upper; stretched about the weighted median, widened by ``floor``.
    """
    flat = values.reshape(len(values), -1)
    order = np.argsort(flat, axis=0)
    sorted_values = np.take_along_axis(flat, order, axis=0)
    w = np.where(np.isnan(sorted_values), 0.0, weights[order])
    total = w.sum(axis=0)
    middle = (np.cumsum(w, axis=0) - 0.5 * w) / np.where(total > 0.0, total, 1.0)
    quantiles = np.full((3, flat.shape[1]), np.nan)
    for j in range(flat.shape[1]):
        good = ~np.isnan(sorted_values[:, j])
        if good.any():
            quantiles[:, j] = np.interp([0.025, 0.5, 0.975], middle[good, j], sorted_values[good, j])
    low, mid, high = quantiles
    shape = values.shape[1:]
    lower = mid - stretch * (mid - low) - floor
    upper = mid + stretch * (high - mid) + floor
    return lower.reshape(shape), upper.reshape(shape)


def residuals(model: MagnetModel, problem: object, size: Dimensions) -> MagnetModel:
    """Return the model with its record filled: residuals, conductor, homogeneity, peak gradient."""
    assert model.fit is not None
    assert model.ensemble is not None
    assert model.B0_T is not None
    e = model.ensemble
    cells = Lattice(e.cells, len(e.cells), e.mirrored)
    source = model.source()
    found = [Residual("B0", model.B0_T, _centre(source), model.B0_T, model.B0_T, 0.0005 * model.B0_T, "T", "fit")]
    near = 0.5 * max(size.magnet_length_m, size.cryostat_diameter_m)
    for role in ("fit", "check"):
        figures = figures_of(model, role)
        found += _line_residuals(model, figures, role, cells, source, near)
        found += _point_residuals(model, figures, role, cells, source)
    record = replace(
        model.fit,
        residuals=tuple(_rounded(r) for r in found),
        conductor_A_m=float(f"{_conductor(model):.5g}"),
        homogeneity_ppm=float(f"{_homogeneity(source, size):.4g}"),
        peak_gradient_T_per_m=float(f"{_peak_gradient(source, size):.4g}"),
    )
    return replace(model, fit=record)


def _rounded(r: Residual) -> Residual:
    """Seven figures: as many as the file keeps, so that a model read again is the model that was written."""
    published, own, lower, upper, allowed = (
        float(f"{v:.7g}") for v in (r.published, r.model, r.lower, r.upper, r.allowed)
    )
    return replace(r, published=published, model=own, lower=lower, upper=upper, allowed=allowed)


def _line_residuals(
    model: MagnetModel, figures: Figures, role: str, cells: Lattice, source: FieldSource, near: float
) -> list[Residual]:
    if not figures.lines:
        return []
    assert model.ensemble is not None
    assert model.fit is not None
    far = max(1.7 * max(f.distance for f in figures.lines), 6.0 * near)
    members = ray_table(cells, 0.62 * near, far, 3.75, 96)
    magnitude = members.magnitude(model.ensemble.currents)
    own = source_magnitude(source, members.angles, members.radii)
    out = []
    for f in figures.lines:
        values = _measure(f.extent, f.direction, f.sign_z, members, outermost(magnitude, members.radii, f.level))
        value = _measure(f.extent, f.direction, f.sign_z, members, outermost(own, members.radii, f.level))
        lower, upper = weighted_band(values, model.ensemble.weights, *band_shape(model))
        out.append(Residual(f.name, f.distance, float(value[0]), float(lower), float(upper), f.half, "m", role))  # type: ignore[arg-type]
    return out


def _measure(extent: bool, direction: str, sign_z: int, rays: RayTable, distance: Array) -> Array:
    if extent:
        ahead, behind, across = extents(distance, rays.angles)
        if direction == "radial":
            return across
        return behind if sign_z < 0 else ahead
    if direction == "radial":
        return np.asarray(distance[:, int(np.argmin(np.abs(rays.angles - 0.5 * np.pi)))])
    return np.asarray(distance[:, -1 if sign_z < 0 else 0])


def _point_residuals(
    model: MagnetModel, figures: Figures, role: str, cells: Lattice, source: FieldSource
) -> list[Residual]:
    assert model.ensemble is not None
    assert model.fit is not None
    units = {"B": "T", "gradient": "T/m", "force_product": "T2/m"}
    out = []
    for p in figures.points:
        z = np.linspace(0.0, 0.5 * (model.fit.magnet_length_m or 1.6) + 0.3, 48) if p.z is None else np.array([p.z])
        rho = np.full(len(z), p.rho)
        columns = cells.columns(rho, z, gradients=True)
        values = np.array([linearised(p.quantity, columns, row)[0].max() for row in model.ensemble.currents])
        value = float(magnitude_on(source, p.quantity, rho, z).max())
        lower, upper = np.exp(weighted_band(np.log(values), model.ensemble.weights, band_shape(model)[0]))
        out.append(Residual(p.name, p.value, value, float(lower), float(upper), p.tolerance, units[p.quantity], role))  # type: ignore[arg-type]
    return out


def magnitude_on(source: FieldSource, quantity: str, rho: Array, z: Array) -> Array:
    """Return |B|, its gradient or the force product of a source at points of the half-plane."""
    from mrsite import fields

    points = np.column_stack([rho, np.zeros(len(rho)), z])
    B = source.flux_density(points)
    if quantity == "B":
        return np.asarray(fields.magnitude(B))
    J = source.jacobian(points)
    pick = fields.gradient_of_magnitude if quantity == "gradient" else fields.force_product
    return np.asarray(pick(B, J))


def _conductor(model: MagnetModel) -> float:
    rows = np.array([c.row() for c in model.coils])
    return float(Lattice(np.ascontiguousarray(rows[:, :4]), len(rows), False).conductor @ np.abs(rows[:, 4]))


def _centre(source: FieldSource) -> float:
    return float(source.flux_density(np.zeros((1, 3)))[0, 2])


def _homogeneity(source: FieldSource, size: Dimensions) -> float:
    """Peak-to-peak Bz over nine tenths of the imaging sphere, ppm of B0."""
    angle = np.radians(np.linspace(0.0, 180.0, 37))
    radius = 0.5 * size.imaging_diameter_m * 0.9
    points = radius * np.column_stack([np.sin(angle), np.zeros(37), np.cos(angle)])
    return float(1e6 * np.ptp(source.flux_density(points)[:, 2]) / abs(_centre(source)))


def _peak_gradient(source: FieldSource, size: Dimensions) -> float:
    """Largest gradient on the cylinder of the patient bore."""
    z = np.linspace(0.0, 0.5 * size.magnet_length_m + 0.3, 120)
    return float(magnitude_on(source, "gradient", np.full(len(z), 0.5 * size.bore_diameter_m), z).max())
