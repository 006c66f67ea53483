"""The fit's record: every figure beside what the central model and the ensemble give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mrsite.fields import FieldSource
from mrsite.magnets.classes import Dimensions
from mrsite.magnets.figures import Figures, figures_of
from mrsite.magnets.lattice import Lattice
from mrsite.magnets.members import member_angles, member_distances, member_values
from mrsite.magnets.model import Array, MagnetModel, Residual
from mrsite.magnets.rays import outermost, source_magnitude

# One line: the members fix 2.5 and 97.5 % too tightly. More lines: the prior is spread as magnets are, and the range of
# the members is the band. Measured on sets of synthetic magnets: benchmarks/results/magnets.md.
_STRETCH_ONE, _FLOOR_ONE = 1.3, 0.005
_STRETCH_MORE, _FLOOR_MORE = 1.0, 0.001


def band_shape(model: MagnetModel) -> tuple[float, float]:
    """Return how a model's ensemble band is drawn: stretch about the median and floor (m).

    1.3 and 5 mm where one line is published; 1.0 and 1 mm where lines of several levels are, or the outermost
    windings are among the members. The stretch is 1.5 times larger where a class default stood in for a dimension.
    """
    levels = {p.level_T for p in model.published if p.use == "fit" and p.quantity == "isofield"}
    bounded = model.ensemble is not None and "bounds" in model.ensemble.prior
    more = bounded or len(levels) > 1
    stretch, floor = (_STRETCH_MORE, _FLOOR_MORE) if more else (_STRETCH_ONE, _FLOOR_ONE)
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
    low, mid, high = _quantiles(values.reshape(len(values), -1), weights)
    shape = values.shape[1:]
    lower = mid - stretch * (mid - low) - floor
    upper = mid + stretch * (high - mid) + floor
    return lower.reshape(shape), upper.reshape(shape)


def _quantiles(values: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Weighted 2.5, 50 and 97.5 % of each column: (m, n) -> three (n,); interpolated between midpoints of weight."""
    order = np.argsort(values, axis=0)  # NaN last
    ranked = np.take_along_axis(values, order, axis=0)
    w = np.where(np.isnan(ranked), 0.0, weights[order])
    total = w.sum(axis=0)
    with np.errstate(invalid="ignore"):
        middle = (np.cumsum(w, axis=0) - 0.5 * w) / total
    last = np.maximum((w > 0.0).sum(axis=0) - 1, 0)
    column = np.arange(values.shape[1])
    found = []
    for q in (0.025, 0.5, 0.975):
        above = np.minimum((middle < q).sum(axis=0), last)
        below = np.maximum(above - 1, 0)
        gap = middle[above, column] - middle[below, column]
        share = np.where(gap > 0.0, (q - middle[below, column]) / np.where(gap > 0.0, gap, 1.0), 0.0)
        low, high = ranked[below, column], ranked[above, column]
        found.append(low + np.clip(share, 0.0, 1.0) * (high - low))
    return found[0], found[1], found[2]


def residuals(model: MagnetModel, size: Dimensions) -> MagnetModel:
    """Return the model with its record filled: residuals, conductor, homogeneity, peak gradient."""
    assert model.fit is not None
    assert model.ensemble is not None
    assert model.B0_T is not None
    source = model.source()
    found = [Residual("B0", model.B0_T, _centre(source), model.B0_T, model.B0_T, 0.0005 * model.B0_T, "T", "fit")]
    near = 0.5 * max(size.magnet_length_m, size.cryostat_diameter_m)
    for role in ("fit", "check"):
        figures = figures_of(model, role)
        found += _line_residuals(model, figures, role, source, near)
        found += _point_residuals(model, figures, role, source)
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
    model: MagnetModel, figures: Figures, role: str, source: FieldSource, near: float
) -> list[Residual]:
    if not figures.lines:
        return []
    assert model.ensemble is not None
    assert model.fit is not None
    radii = np.geomspace(0.62 * near, max(1.7 * max(f.distance for f in figures.lines), 6.0 * near), 160)
    angles, symmetric = member_angles(model), model.ensemble.mirrored
    own = source_magnitude(source, angles, radii)
    out = []
    for f in figures.lines:
        # A figure read on an axis needs the first, middle and last ray alone.
        needed = slice(None) if f.extent else slice(None, None, (len(angles) - 1) // (1 if symmetric else 2))
        values = f.quoted(angles, member_distances(model, f.level, needed))
        value = f.quoted(angles, outermost(own, radii, f.level))
        lower, upper = weighted_band(values, model.ensemble.weights, *band_shape(model))
        out.append(Residual(f.name, f.distance, float(value[0]), float(lower), float(upper), f.half, "m", role))  # type: ignore[arg-type]
    return out


def _point_residuals(model: MagnetModel, figures: Figures, role: str, source: FieldSource) -> list[Residual]:
    assert model.ensemble is not None
    assert model.fit is not None
    units = {"B": "T", "gradient": "T/m", "force_product": "T2/m"}
    out = []
    for p in figures.points:
        z = np.linspace(0.0, 0.5 * (model.fit.magnet_length_m or 1.6) + 0.3, 48) if p.z is None else np.array([p.z])
        rho = np.full(len(z), p.rho)
        values = member_values(model, rho, z, p.quantity).max(axis=1)
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
