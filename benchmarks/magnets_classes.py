"""Synthetic magnets of every class, to test fits outside the whole-body class and by a second generator.

Unlike `benchmarks.magnets_population`, each block of winding has its own inner radius, current density and
aspect, a block may sit on the mid-plane, and the far field is set by the ratio of the dipole moments of shield
and primary instead of by a place of the 0.5 mT line. Ranges are a designer's, drawn here without regard to the
priors of the fit. A passive magnet is a primary in an iron tube, magnetised along its axis as the field there asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.magnets_population import LEVELS_MT, Array, block_bz, bore_gradient, truth_of

Range = tuple[float, float]
_MU0 = 4e-7 * np.pi
_SATURATION = 2.0 / _MU0  # A/m, of low-carbon steel at 2.0 T
_SUSCEPTIBILITY = 800.0


@dataclass(frozen=True)
class Kind:
    """What magnets of a class are like: ranges in m, A/mm2; ``sphere`` is the radius of the homogeneous volume."""

    geometry: str
    shielding: str
    B0: tuple[float, ...]
    bore: Range
    length: Range
    cryostat: Range
    gap: Range
    end_gap: Range
    sphere: float
    density: Range
    pairs: tuple[int, ...]
    shields: tuple[int, ...]


KINDS = {
    "whole-body": Kind(
        "whole-body",
        "active",
        (1.5, 3.0),
        (0.60, 0.70),
        (1.50, 1.80),
        (1.90, 2.10),
        (0.15, 0.24),
        (0.04, 0.14),
        0.225,
        (80, 200),
        (3, 4),
        (1, 1, 2),
    ),
    "unshielded": Kind(
        "whole-body",
        "none",
        (0.5, 1.0, 1.5),
        (0.60, 1.00),
        (1.70, 2.30),
        (1.70, 2.00),
        (0.12, 0.26),
        (0.05, 0.16),
        0.22,
        (50, 150),
        (3, 4),
        (0,),
    ),
    "passive": Kind(
        "whole-body",
        "passive",
        (0.5, 1.0, 1.5),
        (0.60, 0.80),
        (1.80, 2.20),
        (2.10, 2.40),
        (0.14, 0.24),
        (0.06, 0.16),
        0.22,
        (60, 150),
        (3, 4),
        (0,),
    ),
    "head": Kind(
        "head",
        "active",
        (1.5, 3.0),
        (0.37, 0.45),
        (1.15, 1.45),
        (1.30, 1.60),
        (0.10, 0.19),
        (0.04, 0.11),
        0.12,
        (80, 200),
        (3, 4),
        (1,),
    ),
    "extremity": Kind(
        "extremity",
        "active",
        (1.0, 1.5),
        (0.16, 0.24),
        (0.60, 0.85),
        (0.70, 0.95),
        (0.05, 0.11),
        (0.02, 0.07),
        0.065,
        (80, 200),
        (3,),
        (1,),
    ),
    "preclinical": Kind(
        "preclinical",
        "active",
        (4.7, 7.0),
        (0.20, 0.40),
        (1.05, 1.40),
        (1.00, 1.30),
        (0.03, 0.08),
        (0.04, 0.10),
        0.06,
        (90, 230),
        (3, 4),
        (1,),
    ),
}


def class_population(kind: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Return ``count`` magnets of a class, in the format of `benchmarks.magnets_population`."""
    rng = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    tries = 0
    while len(found) < count and tries < 60 * count:
        tries += 1
        magnet = _magnet(rng, KINDS[kind])
        if magnet is not None:
            found.append({"id": f"{kind}-{seed}-{tries:03d}", **magnet})
    return found


def _magnet(rng: np.random.Generator, kind: Kind) -> dict[str, Any] | None:
    from scipy.optimize import least_squares

    B0, bore = float(rng.choice(kind.B0)), round(rng.uniform(*kind.bore), 2)
    length, cryostat = round(rng.uniform(*kind.length), 2), round(rng.uniform(*kind.cryostat), 2)
    half = 0.5 * length - rng.uniform(*kind.end_gap)
    inner = 0.5 * bore + rng.uniform(*kind.gap)
    pairs, shields = int(rng.choice(kind.pairs)), int(rng.choice(kind.shields))
    middle = bool(rng.random() < 0.4)
    count = pairs + middle + shields
    density = rng.uniform(*kind.density) * 1e6 * rng.uniform(0.8, 1.2, count)
    density[pairs + middle :] *= -1.0
    radius = inner + rng.uniform(0.0, 0.03, count) * inner / 0.5
    radius[pairs + middle :] = 0.5 * cryostat - rng.uniform(0.06, 0.14) * cryostat / 2.0
    aspect = rng.uniform(1.2, 4.0, count)  # of a block: width over thickness
    ratio = rng.normal(0.99, 0.025)

    place = half * (np.arange(pairs) + 0.5 + 0.5 * middle) / (pairs + 0.5 * middle)
    place = np.concatenate([[0.0] * middle, place * rng.uniform(0.95, 1.02, pairs)])
    turns = B0 / _MU0 * 1.35 * half / count * np.r_[np.full(len(place), 1.0)] * rng.uniform(0.7, 1.3, len(place))
    turns[-1] *= 1.8
    moment = float((turns * radius[: len(turns)] ** 2).sum())
    far = half * (np.array([0.62]) if shields == 1 else np.array([0.35, 0.8]))[:shields] * rng.uniform(0.85, 1.15)
    back = np.array([moment * ratio / max(shields, 1) / radius[-1] ** 2] * shields)
    scale = float(turns.mean())
    x0 = np.concatenate([place[middle:] / half, far / half, turns / scale, back / scale])

    angle = np.radians(np.linspace(0.0, 90.0, 9))
    at = np.append(0.0, kind.sphere * np.sin(angle)), np.append(0.0, kind.sphere * np.cos(angle))

    def blocks(x: Array) -> Array:
        z = np.concatenate([[0.0] * middle, x[: count - middle] * half])
        area = np.abs(x[count - middle :]) * scale / np.abs(density)
        thick = np.sqrt(area / aspect)
        width = area / np.maximum(thick, 1e-6)
        low, high = z - 0.5 * width, z + 0.5 * width
        if middle:  # half of the middle block; its mirror image is the other half
            low[0] = 0.0
        outward = np.where(density > 0.0, radius + thick, radius + 0.5 * thick)
        return np.column_stack([np.where(density > 0.0, radius, radius - 0.5 * thick), outward, low, high, density])

    def misses(x: Array) -> Array:
        c = blocks(x)
        bz = block_bz(c, *at, fixed=True)
        primary = c[: pairs + middle]
        gaps = [
            *np.minimum(primary[1:, 2] - primary[:-1, 3] - 0.005, 0.0),
            *np.maximum(c[:, 3] - half, 0.0),
            *np.minimum(c[:, 2], 0.0),
        ]
        area = (c[:, 1] - c[:, 0]) * (c[:, 3] - c[:, 2])
        dipole = area * (0.5 * (c[:, 0] + c[:, 1])) ** 2 * np.abs(c[:, 4])
        balance = 30.0 * (dipole[pairs + middle :].sum() / dipole[: pairs + middle].sum() - ratio) if shields else 0.0
        return np.concatenate(
            [
                [(bz[0] / B0 - 1) * 1e3, balance],
                (bz[1:] - bz[0]) / B0 * 5e3,
                200 * np.array(gaps) / half,
                0.02 * (x - x0),
            ]
        )

    low = np.concatenate([np.full(count - middle, 0.02), np.full(count, 0.02)])
    high = np.concatenate([np.full(count - middle, 1.0), np.full(count, 12.0)])
    found = least_squares(misses, np.clip(x0, low * 1.01, high * 0.99), bounds=(low, high), max_nfev=120)
    c = blocks(found.x)
    bz = block_bz(c, *at, fixed=False)
    primary = c[: pairs + middle]
    overlap = (primary[1:, 2] < primary[:-1, 3] - 0.002).any() or (c[:, 3] > half + 0.005).any()
    outside = primary[:, 1].max() > (c[-1, 0] if shields else 0.5 * cryostat) - 0.02 or c[:, 1].max() > 0.5 * cryostat
    if abs(bz[0] / B0 - 1) > 0.01 or np.ptp(bz[1:]) / B0 > 4e-4 or overlap or outside:
        return None
    c[:, 4] *= B0 / bz[0]
    if kind.shielding == "passive":
        c = np.vstack([c, iron_tube(c, 0.5 * cryostat, rng.uniform(0.08, 0.14), 0.5 * length - 0.03)])
        c[:, 4] *= B0 / block_bz(c, np.zeros(1), np.zeros(1), fixed=False)[0]
    whole = np.vstack([c, c[:, [0, 1, 3, 2, 4]] * [1, 1, -1, -1, 1]])
    distance, _ = truth_of(whole, 0.55 * max(length, cryostat), 40.0)
    gradient, place_z = bore_gradient(whole, bore / 2, length / 2 + 0.3)
    quoted = {
        f"{level:g}mT": {"axial": round(float(distance[0, k]), 1), "radial": round(float(distance[-1, k]), 1)}
        for k, level in enumerate(LEVELS_MT)
    }
    if not np.isfinite(distance[:, :3]).all():
        return None
    return {
        "coils": whole.tolist(),
        "published_like": {
            "B0_T": B0,
            "geometry": kind.geometry,
            "shielding": kind.shielding,
            "imaging_diameter_m": 2.0 * kind.sphere,
            "patient_bore_diameter_m": bore,
            "cryostat_diameter_m": cryostat,
            "magnet_length_m": length,
            "distances_m_rounded_0.1": quoted,
        },
        "true": {"max_gradient_bore_cylinder_T_per_m": [gradient, place_z]},
    }


def iron_tube(coils: Array, outer: float, thick: float, half: float) -> Array:
    """Surface currents of an iron tube about the coils, magnetised along its axis: rows of thin coils, z > 0 half.

    M = chi H in each ring, chi lowered until |M| is below saturation; H is that of the coils and of all rings.
    """
    count, sheet = 16, 1e-3
    edge = np.linspace(0.0, half, count + 1)
    middle = 0.5 * (edge[1:] + edge[:-1])

    def sheets(k: int, magnetisation: float) -> Array:
        density = magnetisation / sheet
        inner = outer - thick
        return np.array(
            [
                [outer - sheet, outer, edge[k], edge[k + 1], density],
                [inner, inner + sheet, edge[k], edge[k + 1], -density],
            ]
        )

    rho = np.full(count, outer - 0.5 * thick)
    applied = block_bz(coils, rho, middle, fixed=False) / _MU0
    unit = np.column_stack([block_bz(sheets(k, 1.0), rho, middle, fixed=False) / _MU0 for k in range(count)])
    demagnetising = unit - np.eye(count)  # H of the rings for M = 1: B / mu0 - M
    chi = np.full(count, _SUSCEPTIBILITY)
    for _ in range(60):
        H = np.linalg.solve(np.eye(count) - demagnetising * chi, applied)
        chi = np.sqrt(chi * np.minimum(_SUSCEPTIBILITY, _SATURATION / np.maximum(np.abs(H), 1e-9)))
    return np.vstack([sheets(k, float(chi[k] * H[k])) for k in range(count)])
