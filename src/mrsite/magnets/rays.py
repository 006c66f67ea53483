"""Lines of many windings at once: |B| along rays of the meridian half-plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsite.fields import FieldSource
from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Array


@dataclass(frozen=True, eq=False)
class RayTable:
    """Field of every cell on a polar grid of the meridian half-plane.

    Parameters
    ----------
    angles : (a,) float64, rad
        From the +z axis: 0 to pi/2 where both ends are alike, else 0 to pi.
    radii : (r,) float64, m
        From the isocentre, in geometric steps.
    bz, br : (a, r, cells) float64
        T per A/m2.
    """

    angles: Array
    radii: Array
    bz: Array
    br: Array

    def magnitude(self, currents: Array) -> Array:
        """Return |B| of each winding: currents (m, cells) -> (m, a, r), T."""
        bz = np.tensordot(currents, self.bz, axes=(1, 2))
        br = np.tensordot(currents, self.br, axes=(1, 2))
        return np.asarray(np.hypot(bz, br))


def ray_table(lattice: Lattice, nearest: float, farthest: float, step_deg: float, radii: int) -> RayTable:
    """Make the table: ``radii`` geometric steps between two distances, in m."""
    last = 90.0 if lattice.mirrored else 180.0
    angles = np.radians(np.linspace(0.0, last, round(last / step_deg) + 1))
    r = np.geomspace(nearest, farthest, radii)
    rho, z = np.outer(np.sin(angles), r), np.outer(np.cos(angles), r)
    columns = lattice.columns(rho.ravel(), z.ravel())
    shape = (len(angles), len(r), len(lattice.cells))
    return RayTable(angles, r, columns[0].reshape(shape), columns[1].reshape(shape))


def source_magnitude(source: FieldSource, angles: Array, radii: Array) -> Array:
    """Return |B| of any field source about z on the rays of a table: (1, a, r), T."""
    rho, z = np.outer(np.sin(angles), radii), np.outer(np.cos(angles), radii)
    points = np.column_stack([rho.ravel(), np.zeros(rho.size), z.ravel()])
    return np.asarray(np.linalg.norm(source.flux_density(points), axis=1).reshape(1, *rho.shape))


def outermost(magnitude: Array, radii: Array, level: float) -> Array:
    """Return the distance of the outermost crossing of a level on each ray.

    Parameters
    ----------
    magnitude : (..., r) float64, T
    radii : (r,) float64, m

    Returns
    -------
    (...) float64, m
        By log-log interpolation; NaN where the ray never reaches the level, the last radius where
        it is above it to the end.
    """
    above = magnitude >= level
    last = magnitude.shape[-1] - 1 - np.argmax(above[..., ::-1], axis=-1)
    inside = np.minimum(last, magnitude.shape[-1] - 2)
    low = np.take_along_axis(magnitude, inside[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(magnitude, inside[..., None] + 1, axis=-1)[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (np.log(low) - np.log(level)) / (np.log(low) - np.log(high))
    step = np.log(radii[inside + 1] / radii[inside])
    found = radii[inside] * np.exp(step * np.clip(share, 0.0, 1.0))
    found = np.where(last == magnitude.shape[-1] - 1, radii[-1], found)
    return np.asarray(np.where(above.any(axis=-1), found, np.nan))


def extents(distance: Array, angles: Array) -> tuple[Array, Array, Array]:
    """Return how far a line reaches along +z, along -z and across: (..., a) distances -> three (...)."""
    z, rho = distance * np.cos(angles), distance * np.sin(angles)
    return np.nanmax(z, axis=-1), -np.nanmin(z, axis=-1), np.nanmax(rho, axis=-1)
