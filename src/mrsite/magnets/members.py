"""The members of an ensemble evaluated together: one field matrix over their common cells."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Array, MagnetModel
from mrsite.magnets.rays import RayTable, ray_table

_BLOCK = 4000  # points at a time: the matrix stays near 50 MB
_STEP_DEG = 1.5
_RADII_PER_DECADE = 72


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


@lru_cache(maxsize=12)
def member_rays(model: MagnetModel, factor: int) -> RayTable:
    """Return the ray table of a model's cells, out to 7 x ``factor`` times its half-size."""
    assert model.ensemble is not None
    near = scale_of(model)
    first, last = 0.5 * near, 7.0 * factor * near
    count = round(_RADII_PER_DECADE * np.log10(last / first))
    e = model.ensemble
    return ray_table(Lattice(e.cells, len(e.cells), e.mirrored), first, last, _STEP_DEG, count)


@lru_cache(maxsize=12)
def member_magnitudes(model: MagnetModel, factor: int) -> Array:
    """Return |B| of every member on the rays of its table: (m, a, r), T."""
    assert model.ensemble is not None
    return member_rays(model, factor).magnitude(model.ensemble.currents)


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
    e = model.ensemble
    assert e is not None
    lattice = Lattice(e.cells, len(e.cells), e.mirrored)
    out = np.empty((len(e.weights), len(rho)))
    for start in range(0, len(rho), _BLOCK):
        part = slice(start, start + _BLOCK)
        columns = lattice.columns(rho[part], z[part], gradients=quantity != "B")
        bz, br = e.currents @ columns[0].T, e.currents @ columns[1].T
        size = np.hypot(bz, br)
        if quantity == "B":
            out[:, part] = size
            continue
        brr, brz, bzz = (e.currents @ columns[k].T for k in (2, 3, 4))
        product = np.hypot(br * brr + bz * brz, br * brz + bz * bzz)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[:, part] = product if quantity == "force_product" else product / size
    return out
