"""The members of an ensemble evaluated together: multipoles outside the windings, their common cells within."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mrsite.magnets.exterior import NEAREST, exterior
from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Array, MagnetModel
from mrsite.magnets.rays import outermost

_BLOCK = 4000  # points at a time near the windings: the matrix of cells stays near 50 MB
_STEP_DEG = 1.5
_RADII_PER_DECADE = 72
_SPANS = (1.0, 4.0, 16.0, 64.0)  # of 7 half-sizes: a weak line may lie far out


def scale_of(model: MagnetModel) -> float:
    """Return half of the vessel's longer side, or what the windings span where it is not published, m."""
    record = model.fit
    length = model.magnet_length_m or (record.magnet_length_m if record else None)
    cryostat = model.cryostat_diameter_m or (record.cryostat_diameter_m if record else None)
    if length and cryostat:
        return 0.5 * max(length, cryostat)
    reach = 0.0
    for coil in model.coils:
        row = coil.row()
        reach = max(reach, row[1], abs(row[2]), abs(row[3]))
    return 1.15 * reach


def member_angles(model: MagnetModel) -> Array:
    """Return the rays on which members are compared, rad from +z: to 90 degrees where the ends are alike, else 180."""
    assert model.ensemble is not None
    last = 90.0 if model.ensemble.mirrored else 180.0
    return np.asarray(np.radians(np.linspace(0.0, last, round(last / _STEP_DEG) + 1)))


def member_distances(model: MagnetModel, level: float, needed: slice = slice(None)) -> Array:
    """Return the outermost crossing of |B| = ``level`` (T) of every member on its rays.

    Parameters
    ----------
    needed : slice
        Rays that will be looked at: crossings beside the windings are sought only where one of these needs them.

    Returns
    -------
    (m, a) float64, m
        NaN where a member's ray never meets the level.
    """
    for span in _SPANS:
        radii, magnitude = _outside(model, span)
        if magnitude[:, :, -1].max() < 0.7 * level:
            break
    found = outermost(magnitude, radii, level)
    if np.isnan(found[:, needed]).any():
        near, within = _within(model)
        found = outermost(np.concatenate([within, magnitude], axis=2), np.concatenate([near, radii]), level)
    return found


@lru_cache(maxsize=24)
def _outside(model: MagnetModel, span: float) -> tuple[Array, Array]:
    first = NEAREST * exterior(model).radius
    last = 7.0 * span * scale_of(model)
    radii = np.geomspace(first, last, round(_RADII_PER_DECADE * np.log10(last / first)))
    return radii, _on_rays(model, radii)


@lru_cache(maxsize=12)
def _within(model: MagnetModel) -> tuple[Array, Array]:
    last = NEAREST * exterior(model).radius
    first = 0.5 * scale_of(model)
    radii = np.geomspace(first, last, round(_RADII_PER_DECADE * np.log10(last / first)), endpoint=False)
    return radii, _on_rays(model, radii)


def _on_rays(model: MagnetModel, radii: Array) -> Array:
    """|B| of every member on the rays: (m, a, r), T."""
    angles = member_angles(model)
    rho, z = np.outer(np.sin(angles), radii), np.outer(np.cos(angles), radii)
    return member_values(model, rho.ravel(), z.ravel(), "B").reshape(-1, *rho.shape)


def member_values(model: MagnetModel, rho: Array, z: Array, quantity: str) -> Array:
    """Return a quantity of every member at points of the half-plane.

    Parameters
    ----------
    rho, z : (n,) float64, m
    quantity : str
        ``"B"`` (T), ``"gradient"`` (T/m), ``"force_product"`` (T²/m).

    Returns
    -------
    (m, n) float64
    """
    assert model.ensemble is not None
    series = exterior(model)
    far = np.hypot(rho, z) >= NEAREST * series.radius * (1.0 - 1e-9)
    out = np.empty((len(model.ensemble.weights), len(rho)))
    out[:, far] = series.values(rho[far], z[far], quantity)
    near = np.flatnonzero(~far)
    for start in range(0, len(near), _BLOCK):
        part = near[start : start + _BLOCK]
        out[:, part] = _by_cells(model, rho[part], z[part], quantity)
    return out


def bore_ceiling(model: MagnetModel, rho: Array) -> Array:
    """Return the strongest |B| that any member has along the bore, at these distances from its axis.

    The windings that fit differ in where they end, not in how strong their bore is: a band stretched at one place
    beyond what each of them reaches anywhere would be that of no magnet.

    Parameters
    ----------
    rho : (n,) float64, m

    Returns
    -------
    (n,) float64, T
        Infinite outside the bore.
    """
    radii, strongest = _along_the_bore(model)
    return np.where(rho <= radii[-1], np.interp(rho, radii, strongest), np.inf)


@lru_cache(maxsize=24)
def _along_the_bore(model: MagnetModel) -> tuple[Array, Array]:
    assert model.ensemble is not None
    cells = model.ensemble.cells
    radii = np.linspace(0.0, 0.9 * cells[:, 0].min(), 10)
    z = np.linspace(-1.0, 1.0, 81) * np.abs(cells[:, 2:]).max()
    rho, along = np.meshgrid(radii, z, indexing="ij")
    values = member_values(model, rho.ravel(), along.ravel(), "B").max(axis=0)
    return radii, np.maximum.accumulate(values.reshape(rho.shape).max(axis=1))


def _by_cells(model: MagnetModel, rho: Array, z: Array, quantity: str) -> Array:
    e = model.ensemble
    assert e is not None
    columns = Lattice(e.cells, len(e.cells), e.mirrored).columns(rho, z, gradients=quantity != "B")
    bz, br = e.currents @ columns[0].T, e.currents @ columns[1].T
    size = np.hypot(bz, br)
    if quantity == "B":
        return np.asarray(size)
    brr, brz, bzz = (e.currents @ columns[k].T for k in (2, 3, 4))
    product = np.hypot(br * brr + bz * brz, br * brz + bz * bzz)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(product if quantity == "force_product" else product / size)
