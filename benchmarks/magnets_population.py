"""Synthetic actively shielded magnets of known windings, to test fits on magnets nobody has tuned for.

Free thick coils by nonlinear least squares: three to five pairs of primary blocks on one radius, one or
two pairs of shield blocks, homogeneous over an imaging sphere, the 0.5 mT line where such magnets have
it. The generator shares no code with the fit but the field of a cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ANGLES_DEG = (0.0, 22.5, 45.0, 67.5, 90.0)
LEVELS_MT = (0.5, 1.0, 3.0, 5.0, 10.0, 20.0)
_START = {3: (0.12, 0.4, 0.85), 4: (0.1, 0.3, 0.55, 0.88), 5: (0.08, 0.24, 0.42, 0.62, 0.9)}
_LENGTH = {0.55: 1.45, 1.5: 1.57, 3.0: 1.73}
_AXIAL = {0.55: 3.2, 1.5: 4.0, 3.0: 4.7}
_RADIAL = {0.55: 2.1, 1.5: 2.55, 3.0: 2.85}


def population(count: int, seed: int) -> list[dict[str, Any]]:
    """Return ``count`` magnets in the format of the shared synthetic set (coils, published_like, true)."""
    rng = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    tries = 0
    while len(found) < count and tries < 20 * count:
        tries += 1
        magnet = _magnet(rng)
        if magnet is not None:
            found.append({"id": f"S{seed}-{tries:02d}", **magnet})
    return found


def truth_of(coils: Array, nearest: float = 0.9, farthest: float = 9.0) -> tuple[Array, list[tuple[float, float]]]:
    """Return outermost distances (angles, levels), m, and the extents (axial, radial) of each level's line.

    Lines are looked for between ``nearest`` and ``farthest``, m.
    """
    from mrsite.fields import Coil, CoilSet
    from mrsite.magnets.rays import extents, outermost, source_magnitude

    source = CoilSet([Coil(*map(float, row)) for row in coils])
    angles = np.radians(np.linspace(0.0, 90.0, 61))
    radii = np.geomspace(nearest, farthest, 400 if farthest < 10.0 else 600)
    magnitude = source_magnitude(source, angles, radii)[0]
    distance = np.array([outermost(magnitude, radii, level * 1e-3) for level in LEVELS_MT])
    pick = [int(np.argmin(np.abs(np.degrees(angles) - a))) for a in ANGLES_DEG]
    reach = [(float(e[0]), float(e[2])) for e in (extents(row, angles) for row in distance)]
    return distance[:, pick].T, reach


def _magnet(rng: np.random.Generator) -> dict[str, Any] | None:
    from scipy.optimize import least_squares

    B0 = float(rng.choice([1.5, 3.0, 0.55], p=[0.45, 0.45, 0.1]))
    bore, cryostat = float(rng.choice([0.6, 0.7])), rng.uniform(1.86, 2.11)
    length = _LENGTH[B0] + rng.uniform(-0.12, 0.12)
    inner = bore / 2 + rng.uniform(0.15, 0.24)
    half = length / 2 - rng.uniform(0.04, 0.14)
    shield = cryostat / 2 - rng.uniform(0.05, 0.14)
    density = rng.uniform(70.0, 215.0) * 1e6
    shield_density = density * float(rng.choice([1.0, rng.uniform(0.6, 1.2)]))
    pairs, shields = int(rng.integers(3, 6)), int(rng.choice([1, 1, 2]))
    sign_axial, sign_radial = rng.choice([1, -1], p=[0.82, 0.18]), rng.choice([1, -1], p=[0.3, 0.7])
    axial, radial = rng.normal(_AXIAL[B0], 0.25), rng.normal(_RADIAL[B0], 0.18)

    start, low, high = [], [], []
    for share in _START[pairs]:
        width = half * 0.18 * rng.uniform(0.7, 1.3)
        thick = (
            B0 * 1.95e6 / density / (pairs * 2 * width) * half * rng.uniform(0.6, 1.4) * (1.6 if share > 0.8 else 0.8)
        )
        start += [half * share * rng.uniform(0.95, 1.05), width, float(np.clip(thick, 0.006, 0.12))]
        low += [0.0, 0.03, 0.004]
        high += [half, 0.6 * half, 0.16]
    for k in range(shields):
        if shields == 1:
            begin = rng.uniform(0.3, 0.75)
        else:
            begin = rng.uniform(0.15, 0.45) if k else rng.uniform(0.55, 0.85)
        start += [begin * half + 0.1, 0.18, 0.03 if shields == 1 else 0.018]
        low += [0.1, 0.05, 0.004]
        high += [half, 0.4, 0.09]
    x_low, x_high = np.array(low), np.array(high)
    x0 = np.clip(np.array(start), x_low * 1.001 + 1e-6, x_high * 0.999)

    angle = np.radians(np.linspace(0.0, 90.0, 9))
    sphere = rng.uniform(0.215, 0.24)
    rho = np.concatenate([[0.0], sphere * np.sin(angle), [0.0, radial]])
    z = np.concatenate([[0.0], sphere * np.cos(angle), [axial, 0.0]])

    def coils(x: Array) -> Array:
        rows = []
        for k in range(pairs + shields):
            centre, width, thick = x[3 * k : 3 * k + 3]
            r0, r1 = (inner, inner + thick) if k < pairs else (shield - thick / 2, shield + thick / 2)
            rows.append([r0, r1, centre - width / 2, centre + width / 2, density if k < pairs else -shield_density])
        return np.array(rows)

    def misses(x: Array) -> Array:
        c = coils(x)
        bz = block_bz(c, rho, z, fixed=True)
        first, last = c[:pairs, 2], c[:pairs, 3]
        gaps = [
            min(first[0], 0.0),
            *np.minimum(first[1:] - last[:-1] - 0.01, 0.0),
            *np.maximum(c[:, 3] - half, 0.0),
            *np.minimum(c[pairs:, 2], 0.0),
        ]
        if shields == 2:
            gaps.append(min(c[pairs, 2] - c[pairs + 1, 3] - 0.01, 0.0))
        area = (c[:, 1] - c[:, 0]) * (c[:, 3] - c[:, 2])
        lines = [(bz[10] - sign_axial * 5e-4) * 6e3, (bz[11] - sign_radial * 5e-4) * 6e3]
        return np.concatenate(
            [
                [(bz[0] / B0 - 1) * 1e3],
                (bz[1:10] - bz[0]) / B0 * 5e3,
                lines,
                200 * np.array(gaps),
                3 * area,
                0.05 * (x - x0) / (x_high - x_low),
            ]
        )

    found = least_squares(misses, x0, bounds=(x_low, x_high), max_nfev=80, x_scale=x_high - x_low)
    c = coils(found.x)
    at = np.concatenate([[0.0], 0.235 * np.sin(angle)]), np.concatenate([[0.0], 0.235 * np.cos(angle)])
    bz = block_bz(c, *at, fixed=False)
    overlap = c[0, 2] < -0.005 or (c[1:pairs, 2] < c[: pairs - 1, 3] - 0.003).any()
    if abs(bz[0] / B0 - 1) > 0.01 or np.ptp(bz[1:]) / B0 > 3e-4 or overlap:
        return None
    c[:, 4] *= B0 / bz[0]
    whole = np.vstack([c, c[:, [0, 1, 3, 2, 4]] * [1, 1, -1, -1, 1]])
    distance, _reach = truth_of(whole)
    if not (0.84 < distance[0, 0] / _AXIAL[B0] < 1.17 and 0.82 < distance[-1, 0] / _RADIAL[B0] < 1.32):
        return None
    gradient, place = bore_gradient(whole, bore / 2, length / 2 + 0.3)
    quoted = {
        f"{level:g}mT": {"axial": round(float(distance[0, k]), 1), "radial": round(float(distance[-1, k]), 1)}
        for k, level in enumerate(LEVELS_MT)
    }
    return {
        "coils": whole.tolist(),
        "published_like": {
            "B0_T": B0,
            "patient_bore_diameter_m": bore,
            "cryostat_diameter_m": round(cryostat, 2),
            "magnet_length_m": round(length, 2),
            "distances_m_rounded_0.1": quoted,
            "max_spatial_gradient_T_per_m": {
                "value": round(gradient, 1),
                "at_r_m": bore / 2,
                "at_z_m": round(place, 2),
            },
        },
        "true": {
            "levels_mT": list(LEVELS_MT),
            "outermost_distance_m": distance.tolist(),
            "max_gradient_bore_cylinder_T_per_m": [gradient, place],
        },
    }


def block_bz(coils: Array, rho: Array, z: Array, *, fixed: bool) -> Array:
    """Bz of blocks (r0, r1, z0, z1, A/m2) and their mirror images at points: (n,), T; ``fixed``: a coarse rule."""
    from mrsite.magnets._kernels import cell_columns

    cells, densities = [], []
    for r0, r1, z0, z1, density in coils:
        nr = 1 if fixed else max(1, int(np.ceil((r1 - r0) / 0.03)))
        nz = 3 if fixed else max(1, int(np.ceil((z1 - z0) / 0.05)))
        r, e = np.linspace(r0, r1, nr + 1), np.linspace(z0, z1, nz + 1)
        for i in range(nr):
            for k in range(nz):
                cells.append([r[i], r[i + 1], e[k], e[k + 1]])
                densities.append(density)
    return np.asarray(cell_columns(rho, z, np.array(cells), True, False)[0] @ np.array(densities))


def bore_gradient(coils: Array, radius: float, last: float) -> tuple[float, float]:
    """Return the largest gradient on a cylinder up to z = ``last``, T/m, and its z, m."""
    from mrsite.fields import Coil, CoilSet
    from mrsite.magnets.record import magnitude_on

    source = CoilSet([Coil(*map(float, row)) for row in coils])
    z = np.linspace(0.0, last, 120)
    gradient = magnitude_on(source, "gradient", np.full(len(z), radius), z)
    return float(gradient.max()), float(z[int(gradient.argmax())])
