"""Currents of railways and cables: what they do at the isocentre.

A balanced pair of conductors falls with the square of distance, a net current only with
distance itself: the return that leaks through the ground rules from some tens of metres on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: mu_0/(2 pi), T m/A.
_MU0_2PI = 2e-7


def line_pair(current_A: float, spacing_m: float, distance_m: ArrayLike) -> Array:
    """Return B, T, of two long opposite currents in whose plane the point lies.

    Parameters
    ----------
    distance_m : array, m
        From the middle of the pair; beyond half the spacing.

    Notes
    -----
    2e-7 I (1/(d - s/2) - 1/(d + s/2)), exact; tends to 2e-7 I s/d^2. Of all directions of the pair
    at that distance this one is the worst.
    """
    d = np.asarray(distance_m, dtype=float)
    half = 0.5 * spacing_m
    out: Array = np.where(
        d > half, _MU0_2PI * current_A * (1 / np.where(d > half, d - half, 1.0) - 1 / (d + half)), np.inf
    )
    return out


def far_pair(current_A: float, spacing_m: float, distance_m: ArrayLike) -> Array:
    """Return B, T, of a pair seen from far: 2e-7 I s/d^2."""
    out: Array = _MU0_2PI * current_A * spacing_m / np.asarray(distance_m, dtype=float) ** 2
    return out


def net_line(current_A: float, distance_m: ArrayLike) -> Array:
    """Return B, T, of one long current: 2e-7 I/d."""
    out: Array = _MU0_2PI * current_A / np.asarray(distance_m, dtype=float)
    return out


@dataclass(frozen=True)
class LineField:
    """What a line does at its distance, T: the pair, the leakage, and both added (a bound)."""

    distance_m: float
    pair_T: float
    leakage_T: float

    @property
    def total_T(self) -> float:
        """The two can add."""
        return self.pair_T + self.leakage_T


def line_field(current_A: float, spacing_m: float, leakage_A: float, distance_m: float) -> LineField:
    """Return the field of a pair with leakage at a distance."""
    return LineField(
        distance_m,
        float(line_pair(current_A, spacing_m, distance_m)),
        float(net_line(leakage_A, distance_m)) if leakage_A else 0.0,
    )


def distance_for(current_A: float, spacing_m: float, leakage_A: float, limit_T: float) -> float:
    """Return the distance, m, beyond which pair and leakage together stay below a limit."""
    low, high = 0.5 * spacing_m + 1e-9, 1e6
    for _ in range(200):
        middle = 0.5 * (low + high)
        over = line_field(current_A, spacing_m, leakage_A, middle).total_T > limit_T
        low, high = (middle, high) if over else (low, middle)
    return high


def largest_feeder(distance_m: float, spacing_m: float, coefficient_A_per_m: float) -> float:
    """Return the vendor's largest feeder current, A rms: I = coefficient X^2/S."""
    return coefficient_A_per_m * distance_m**2 / spacing_m


def distance_to_path(point: ArrayLike, path: ArrayLike) -> tuple[float, Array]:
    """Return the distance, m, from a point (3,) to a line through points (n, 3), and the nearest point.

    The first and last stretch go on for ever: a drawing shows only a part of a track.
    """
    p, q = np.asarray(point, dtype=float), np.atleast_2d(np.asarray(path, dtype=float))
    if len(q) == 1:
        return float(np.linalg.norm(p - q[0])), q[0]
    best, nearest = np.inf, q[0]
    for k in range(len(q) - 1):
        along = q[k + 1] - q[k]
        square = float(along @ along)
        t = float((p - q[k]) @ along) / square if square else 0.0
        low = -np.inf if k == 0 else 0.0
        high = np.inf if k == len(q) - 2 else 1.0
        foot = q[k] + min(max(t, low), high) * along
        distance = float(np.linalg.norm(p - foot))
        if distance < best:
            best, nearest = distance, foot
    return best, nearest
