"""Cells of winding that a design may use, and designs drawn from the class prior.

Every member of an ensemble takes its cells from one lattice, so that the field matrix is made once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mrsite.magnets._kernels import MU0, cell_columns
from mrsite.magnets.classes import Dimensions, Prior
from mrsite.magnets.model import Array

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lattice:
    """All cells of a magnet: primary winding first, shield after.

    Parameters
    ----------
    cells : (n, 4) float64, m
        Inner radius, outer radius, z_min, z_max.
    primary : int
        Number of primary cells.
    mirrored : bool
        A cell stands for itself and its image at -z (ends alike); else z runs over both signs.
    """

    cells: Array
    primary: int
    mirrored: bool

    @property
    def conductor(self) -> Array:
        """Ampere-metres of conductor for one A/m2, images included: 2 pi r A."""
        r = 0.5 * (self.cells[:, 0] + self.cells[:, 1])
        area = (self.cells[:, 1] - self.cells[:, 0]) * (self.cells[:, 3] - self.cells[:, 2])
        return np.asarray((2.0 if self.mirrored else 1.0) * 2.0 * np.pi * r * area)

    def columns(self, rho: Array, z: Array, gradients: bool = False) -> Array:
        """Return Bz, Br (dBr/dr, dBr/dz, dBz/dz) per A/m2: (2 or 5, points, cells)."""
        return np.asarray(
            cell_columns(  # type: ignore[no-untyped-call]
                np.ascontiguousarray(rho, dtype=np.float64),
                np.ascontiguousarray(z, dtype=np.float64),
                self.cells,
                self.mirrored,
                gradients,
            )
        )


@dataclass(frozen=True, eq=False)
class Design:
    """One random design: which cells may carry current, with which sign, and how much.

    Parameters
    ----------
    index : (k,) int64
        Cells of the lattice; a cell that may carry either sign stands twice.
    sign : (k,) float64
    current_density : float, A/m2
        Largest overall current density.
    homogeneity : float
        Largest deviation from B0 over the sphere, as a fraction.
    radius : int
        Index of the sphere among those of the lattice's rows.
    """

    index: Indices
    sign: Array
    current_density: float
    homogeneity: float
    radius: int


def build_lattice(size: Dimensions, prior: Prior, shielding: str, mirrored: bool) -> Lattice:
    """Lay cells over every place that the prior allows."""
    dr, dz = prior.cell
    bore, cryostat, half = 0.5 * size.bore_diameter_m, 0.5 * size.cryostat_diameter_m, 0.5 * size.magnet_length_m
    longest = half - prior.end_gap[0]
    nz = max(4, round(longest / dz))
    dz = longest / nz
    inner = bore + prior.winding_gap[0]
    # The winding stays inside the vessel, with the shield's room kept free.
    outer = min(bore + prior.winding_gap[1] + prior.primary_layer[1], cryostat - 0.5 * prior.shield_gap[0])
    if shielding in ("active", "passive"):
        outer = min(outer, cryostat - prior.shield_gap[1] - 0.5 * prior.shield_layer[0])
    nr = max(2, round((outer - inner) / dr))
    blocks = [_block(inner, inner + nr * dr, nr, longest, nz, mirrored)]
    if shielding in ("active", "passive"):
        low = max(cryostat - prior.shield_gap[1] - 0.5 * prior.shield_layer[1], inner + nr * dr)
        high = cryostat - prior.shield_gap[0] + 0.5 * prior.shield_layer[1]
        ns = max(2, round((high - low) / dr))
        blocks.append(_block(low, low + ns * dr, ns, longest, nz, mirrored))
    return Lattice(np.ascontiguousarray(np.vstack(blocks)), len(blocks[0]), mirrored)


def _block(inner: float, outer: float, nr: int, half: float, nz: int, mirrored: bool) -> Array:
    r = np.linspace(inner, outer, nr + 1)
    z = np.linspace(0.0 if mirrored else -half, half, (1 if mirrored else 2) * nz + 1)
    lower_r, lower_z = np.meshgrid(r[:-1], z[:-1], indexing="ij")
    upper_r, upper_z = np.meshgrid(r[1:], z[1:], indexing="ij")
    return np.column_stack([lower_r.ravel(), upper_r.ravel(), lower_z.ravel(), upper_z.ravel()])


def draw_design(
    rng: np.random.Generator, lattice: Lattice, size: Dimensions, prior: Prior, shielding: str, B0: float, spheres: int
) -> Design:
    """Draw the cells and bounds of one design from the prior."""
    cells, half_length = lattice.cells, 0.5 * size.magnet_length_m
    bore, cryostat = 0.5 * size.bore_diameter_m, 0.5 * size.cryostat_diameter_m
    mid_r = 0.5 * (cells[:, 0] + cells[:, 1])
    mid_z = 0.5 * (cells[:, 2] + cells[:, 3])
    half = half_length - rng.uniform(*prior.end_gap)
    inner = bore + rng.uniform(*prior.winding_gap)
    density = rng.uniform(*prior.current_density)
    layer = rng.uniform(*prior.primary_layer)
    if prior.primary_build is not None:
        # A winding of little current density is thick: its room follows the density, within the class's range.
        endless = B0 / (MU0 * density)
        layer = float(np.clip(rng.uniform(*prior.primary_build) * endless, *prior.primary_layer))
    number = np.arange(len(cells))
    is_primary = number < lattice.primary
    radii = np.unique(mid_r[is_primary].round(9))
    inner = min(inner, radii[-1] - 1.001 * layer + 0.5 * prior.cell[0])
    take = is_primary & (np.abs(mid_z) <= half)
    chosen = _layers(radii, inner, layer, prior.cell[0])
    take &= np.isin(mid_r.round(9), chosen)
    index, sign = [np.flatnonzero(take)], [np.ones(int(take.sum()))]
    if shielding in ("active", "passive"):
        shield_radii = np.unique(mid_r[~is_primary].round(9))
        centre = cryostat - rng.uniform(*prior.shield_gap)
        thick = rng.uniform(*prior.shield_layer)
        chosen = _layers(shield_radii, centre - 0.5 * thick, thick, prior.cell[0])
        start = rng.uniform(*prior.shield_start) * half
        length = half if prior.shield_start[0] < 0.01 else rng.uniform(*prior.shield_length)
        place = (np.abs(mid_z) >= start) & (np.abs(mid_z) <= max(min(start + length, half), start + prior.cell[1]))
        shield = ~is_primary & np.isin(mid_r.round(9), chosen) & place
        index.append(np.flatnonzero(shield))
        sign.append(-np.ones(int(shield.sum())))
        if shielding == "passive":
            # Iron answers with magnetisation currents of either sign on its faces.
            index.append(np.flatnonzero(shield))
            sign.append(np.ones(int(shield.sum())))
    return Design(
        index=np.concatenate(index),
        sign=np.concatenate(sign),
        current_density=float(density),
        homogeneity=float(10.0 ** rng.uniform(*prior.homogeneity_log10)),
        radius=int(rng.integers(spheres)),
    )


def _layers(radii: Array, inner: float, thickness: float, dr: float) -> Array:
    """Return the radii of whole layers nearest to a winding from ``inner`` of this thickness."""
    count = max(1, round(thickness / dr))
    first = int(np.clip(round((inner + 0.5 * dr - radii[0]) / dr), 0, max(len(radii) - count, 0)))
    return radii[first : first + count]
