"""Steel that moves near a magnet: how much it changes B_z at the isocentre.

A vehicle is a dipole: a part it carries with it (of unknown direction) and a part that the local
field induces. The change at the isocentre is linear in the moment, so that the worst over all
directions of the unknown parts is known in closed form, and no direction needs to be sampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.site.surroundings.tables import source_term

Array = NDArray[np.float64]

#: mu_0/(4 pi) to the digits that matter beside a factor of 1.5, T m/A.
_MU0_4PI = 1e-7
_MU0 = 4e-7 * math.pi


def effective_susceptibility(susceptibility: float, demagnetising: float) -> float:
    """Return chi/(1 + N chi): magnetisation per applied field of a body that weakens its own field.

    Notes
    -----
    Tends to 1/N for soft steel: 3 for a sphere (Osborn, Physical Review 67 (1945) 351).
    """
    return susceptibility / (1.0 + demagnetising * susceptibility)


def induced_moment(effective: float, volume_m3: float, B: ArrayLike) -> Array:
    """Return the moment chi_eff V B/mu_0, A m2, induced by a field B, T, of any shape."""
    out: Array = effective * volume_m3 / _MU0 * np.asarray(B, dtype=float)
    return out


def size_factor(mass_kg: float) -> float:
    """Return how much less moment a kilogram of a heavy vehicle has than one of a car.

    1 up to 2 t, 0.45 at 10 t, a power of mass between, level beyond (Kuboki 1966, in the data file).
    """
    t = source_term()
    light, heavy, factor = t["full_up_to_kg"], t["heavy_kg"], t["heavy_factor"]
    share = math.log(min(max(mass_kg, light), heavy) / light) / math.log(heavy / light)
    return float(factor**share)


def vehicle_moment(mass_kg: float, field_T: float, factor: float | None = None) -> float:
    """Return the moment of a vehicle, A m2: M k (0.083 + 1824 B).

    Parameters
    ----------
    mass_kg, field_T : kg, T
        B is the magnitude of the whole local field, the earth's included.
    factor : float, optional
        k; default by mass, `size_factor`. 2 to 5 for motors.

    References
    ----------
    Kuboki, Memoirs of the Kakioka Magnetic Observatory 12(2) (1966) 263.
    """
    t = source_term()
    k = size_factor(mass_kg) if factor is None else factor
    return mass_kg * k * (t["permanent_A_m2_per_kg"] + t["induced_A_m2_per_kg_T"] * field_T)


def response(positions: ArrayLike) -> Array:
    """Return a, T/(A m2), such that a dipole m at a position changes B_z at the isocentre by a . m.

    Parameters
    ----------
    positions : (n, 3), m
        Magnet frame.

    Returns
    -------
    (n, 3) float64
        mu_0/(4 pi r^3) (3 r_z r/r^2 - z); NaN at the isocentre itself.

    Notes
    -----
    |a| = mu_0/(4 pi r^3) sqrt(1 + 3 cos^2) lies between 1 (abreast) and 2 (on the axis) times
    mu_0/(4 pi r^3): the worst over all directions of the moment.
    """
    p = np.atleast_2d(np.asarray(positions, dtype=float))
    r2 = (p**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Array = _MU0_4PI * (3.0 * p[:, 2:3] * p / r2[:, None] - np.array([0.0, 0.0, 1.0])) / r2[:, None] ** 1.5
    out[r2 == 0.0] = np.nan
    return out


def change_at_isocentre(moment: ArrayLike, positions: ArrayLike) -> Array:
    """Return the change of B_z, T (n,), by a dipole (3,) or (n, 3), A m2, at positions (n, 3), magnet frame."""
    out: Array = (response(positions) * np.asarray(moment, dtype=float)).sum(axis=1)
    return out


def screening_distance(moment: float, limit_T: float) -> tuple[float, float]:
    """Return the distances, m (axial, radial), at which a z-directed moment, A m2, makes just ``limit_T``."""
    return (2.0 * _MU0_4PI * moment / limit_T) ** (1 / 3), (_MU0_4PI * moment / limit_T) ** (1 / 3)


def ellipse_ratio(positions: ArrayLike, radial_m: float, axial_m: float) -> Array:
    """Return how far out of a vendor's ellipse positions (n, 3), magnet frame, lie: 1 on it, below 1 inside."""
    p = np.atleast_2d(np.asarray(positions, dtype=float))
    out: Array = np.sqrt((p[:, 0] ** 2 + p[:, 1] ** 2) / radial_m**2 + p[:, 2] ** 2 / axial_m**2)
    return out


def ellipse_distance(position: ArrayLike, radial_m: float, axial_m: float) -> float:
    """Return the distance, m, from a position to a vendor's ellipse: positive outside, negative inside.

    Notes
    -----
    In the meridian half-plane; the foot of the perpendicular by bisection on the Lagrange
    multiplier t of x_i = a_i^2 y_i/(t + a_i^2) (Eberly, Distance from a point to an ellipse, 2013).
    """
    p = np.asarray(position, dtype=float)
    across, along = math.hypot(p[0], p[1]), abs(float(p[2]))
    inside = (across / radial_m) ** 2 + (along / axial_m) ** 2 < 1.0
    if inside and 0.0 in (across, along):
        return -_inside_on_axis(np.array([across, along]), np.array([radial_m, axial_m]))
    axes = ((radial_m, across), (axial_m, along))
    low = -min(a * a for a, y in axes if y > 0) * (1 - 1e-12)
    high = max(radial_m, axial_m) * math.hypot(across, along) + 1.0
    middle = 0.5 * (low + high)
    while low < middle < high:  # until no number lies between
        excess = sum((a * y / (middle + a * a)) ** 2 for a, y in axes) - 1.0
        low, high = (middle, high) if excess > 0 else (low, middle)
        middle = 0.5 * (low + high)
    distance = math.hypot(*(y - a * a * y / (middle + a * a) for a, y in axes))
    return -distance if inside else distance


def _inside_on_axis(y: Array, a: Array) -> float:
    """Distance from a point on an axis of an ellipse to it: sampled, then refined."""
    angle = np.linspace(0.0, 0.5 * np.pi, 20001)
    return float(np.hypot(a[0] * np.cos(angle) - y[0], a[1] * np.sin(angle) - y[1]).min())


@dataclass(frozen=True)
class Body:
    """One piece of moving steel over all its positions.

    Parameters
    ----------
    positions : (n, 3) float64, m
        Magnet frame.
    field : (n, 3) float64, T
        The magnets' own field there, magnet frame; its largest credible value.
    mass_kg : float
    factor : float or None
        Moment per kilogram beside that of a car; None: by mass.
    """

    positions: Array
    field: Array
    mass_kg: float
    factor: float | None = None


@dataclass(frozen=True)
class Disturbance:
    """What moving steel does to B_z at the isocentre, worst over the unknown directions.

    Parameters
    ----------
    peak_to_peak_T : float
        Largest difference between two of the positions.
    peak_T : float
        Largest change against nothing being there.
    at : (int, int)
        The two positions; -1: absent.
    induced_T : float
        The part of the difference that the magnets' own field induces: no survey before the
        magnet stands can see it.
    moment_A_m2 : float
        Largest moment of any body.
    valid : bool
        False nearer than two lengths, or in a field that saturates steel.
    """

    peak_to_peak_T: float
    peak_T: float
    at: tuple[int, int]
    induced_T: float
    moment_A_m2: float
    nearest_m: float
    valid: bool = True


def disturbance(bodies: tuple[Body, ...], length_m: float, comes_and_goes: bool) -> Disturbance:
    """Return the worst change of B_z at the isocentre as bodies run through their positions together.

    Parameters
    ----------
    bodies : tuple of Body
        Position k of one belongs to position k of all (a lift's car and counterweight).
    length_m : float
        Of the longest body, for the validity of the dipole.
    comes_and_goes : bool
        Whether there is a moment when nothing is there (a road, a bay), as against a lift.

    Notes
    -----
    For each body the change between positions i and j is (c a_i.B_i - c a_j.B_j) + (a_i - a_j).p,
    with p = M k (0.083 + 1824 B_earth) fixed in size and unknown in direction, hence at most
    |c a_i.B_i - c a_j.B_j| + |a_i - a_j| p; the bound over all pairs is exact for one body.
    """
    t = source_term()
    known = 0.0
    arms, sizes, moments, nearest, strongest = [], [], [], np.inf, 0.0
    for body in bodies:
        k = size_factor(body.mass_kg) if body.factor is None else body.factor
        a = response(body.positions)
        known = known + body.mass_kg * k * t["induced_A_m2_per_kg_T"] * (a * body.field).sum(axis=1)
        b = np.sqrt((body.field**2).sum(axis=1))
        arms.append(a)
        sizes.append(body.mass_kg * k * (t["permanent_A_m2_per_kg"] + t["induced_A_m2_per_kg_T"] * t["earth_T"]))
        moments.append(vehicle_moment(body.mass_kg, float(b.max()) + t["earth_T"], body.factor))
        nearest = min(nearest, float(np.sqrt((body.positions**2).sum(axis=1)).min()))
        strongest = max(strongest, float(b.max()))
    signal = np.atleast_1d(np.asarray(known, dtype=float))
    peak = np.abs(signal) + sum(np.sqrt((a**2).sum(axis=1)) * p for a, p in zip(arms, sizes))
    if comes_and_goes:
        signal = np.append(signal, 0.0)
        arms = [np.vstack([a, np.zeros(3)]) for a in arms]
    from mrsite.site import _kernels

    widest: Any = _kernels.widest
    best, *where = widest(signal, np.array(arms), np.array(sizes))
    induced = float(abs(signal[where[1]] - signal[where[0]]))
    last = len(signal) - 1 if comes_and_goes else -2
    at = tuple(-1 if k == last else int(k) for k in where)
    valid = nearest > t["distance_in_lengths"] * length_m and strongest < t["largest_field_T"]
    return Disturbance(best, float(peak.max()), (at[0], at[1]), induced, max(moments), nearest, valid)
