"""Invented magnets of every temper: unshielded, shielded, over-shielded, lopsided, thin loops among thick coils."""

from __future__ import annotations

import numpy as np

from mrsite import fields


def random_magnet(rng: np.random.Generator) -> fields.CoilSet:
    coils: list[fields.Coil | fields.Loop] = []
    symmetric = rng.random() < 0.6
    for _ in range(rng.integers(1, 4)):
        z, half = rng.uniform(0.05, 0.6), rng.uniform(0.02, 0.1)
        r = rng.uniform(0.4, 0.6)
        coils += _pair(r, r + rng.uniform(0.01, 0.05), z, half, 1.4e8, symmetric)
    if rng.random() < 0.8:
        # a shield that cancels between a half and a little more than all of the dipole
        z, half, r = rng.uniform(0.3, 0.7), rng.uniform(0.03, 0.1), rng.uniform(0.8, 1.0)
        wide = 0.03
        inner = sum(_moment(c) for c in coils)
        one = sum(_moment(c) for c in _pair(r, r + wide, z, half, 1.0, symmetric))
        coils += _pair(r, r + wide, z, half, -rng.uniform(0.5, 1.1) * inner / one, symmetric)
    if rng.random() < 0.3:
        coils.append(fields.Loop(rng.uniform(0.3, 1.2), rng.uniform(-0.8, 0.8), rng.uniform(-3e5, 3e5)))
    return fields.CoilSet(coils)


def _moment(c: fields.Coil | fields.Loop) -> float:
    assert isinstance(c, fields.Coil)
    return float(c.current_density * (c.z_max - c.z_min) * (c.outer_radius**3 - c.inner_radius**3))


def _pair(r1: float, r2: float, z: float, half: float, j: float, both: bool) -> list[fields.Coil | fields.Loop]:
    ends = [(z - half, z + half)] + ([(-z - half, -z + half)] if both else [])
    return [fields.Coil(r1, r2, a, b, j) for a, b in ends]


def to_windings(magnet: fields.CoilSet, rho: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Distance to the nearest winding's section."""
    out = np.full(rho.shape, np.inf)
    for c in magnet.coils:
        r1, r2, z1, z2, _ = c.row()
        gap_r = np.maximum(np.maximum(r1 - rho, rho - r2), 0.0)
        gap_z = np.maximum(np.maximum(z1 - z, z - z2), 0.0)
        out = np.minimum(out, np.hypot(gap_r, gap_z))
    return out


def stacked_magnet(rng: np.random.Generator) -> fields.CoilSet:
    """Small windings on a lattice, many of them touching, their currents of either sign: as a fitted magnet's."""
    wide, long = 0.02, 0.03
    coils: list[fields.Coil | fields.Loop] = []
    taken: set[tuple[int, int]] = set()
    for _ in range(int(rng.integers(10, 18))):
        layer, row = int(rng.integers(0, 4)), int(rng.integers(-18, 19))
        if (layer, row) in taken:
            continue
        taken.add((layer, row))
        r, z = 0.45 + wide * layer, long * row
        coils.append(
            fields.Coil(r, r + wide, z, z + long, rng.uniform(0.2, 1.0) * 2e8 * rng.choice([1.0, 1.0, 1.0, -1.0]))
        )
    for row in rng.choice(np.arange(-20, 21), 4, replace=False):
        coils.append(fields.Coil(0.9, 0.9 + wide, long * row, long * (row + 1), -rng.uniform(0.5, 1.0) * 1.5e8))
    return fields.CoilSet(coils)
