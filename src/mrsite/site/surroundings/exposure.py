"""What a person meets on a walk through the field, and how large the strong volumes are.

Limits on movement below 1 Hz exist and were not read at source, so the figures are reported:
the largest field, its largest change within three seconds, and its fastest change.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mrsite.base.quantity import Banded
from mrsite.fields import Coil, FieldSource, Loop, flux_density_and_jacobian, magnitude
from mrsite.magnets.model import MagnetModel
from mrsite.site.surroundings.walkable import covers

Array = NDArray[np.float64]

#: Window over which a change of field is told, s (the metric that ICNIRP 2014 names).
WINDOW_S = 3.0


@dataclass(frozen=True, eq=False)
class Walk:
    """The field along a way.

    Parameters
    ----------
    time_s, along_m : (n,) float64
    points : (n, 3) float64, m
        Site frame.
    field_T : (n,) float64
        |B|.
    rate_T_per_s : (n,) float64
        |dB/dt| of the vector as the walker meets it, |J v|: turning one's head is not in it.
    change_3s_T : float
        Largest length of B(t + 3 s) - B(t), over every window of at most three seconds.
    change_at_s : float
        When that window begins.
    upper_factor : float
        Largest ratio of the upper edge of the band to the field, over the walk.
    """

    speed_m_s: float
    time_s: Array
    along_m: Array
    points: Array
    field_T: Array
    rate_T_per_s: Array
    change_3s_T: float
    change_at_s: float
    upper_factor: float = 1.0

    @property
    def peak_T(self) -> float:
        """Largest |B|."""
        return float(np.nanmax(self.field_T))

    @property
    def peak_at(self) -> tuple[float, float, float]:
        """Where it is, site metres."""
        x, y, z = self.points[int(np.nanargmax(self.field_T))]
        return float(x), float(y), float(z)

    @property
    def peak_rate_T_per_s(self) -> float:
        """Largest |dB/dt|."""
        return float(np.nanmax(self.rate_T_per_s))

    def banded(self, value: float, unit: str) -> Banded:
        """Return a figure of the walk with the band of the field."""
        return Banded(value, value / self.upper_factor, value * self.upper_factor, unit)


def sampled(points: ArrayLike, step_m: float = 0.02) -> tuple[Array, Array]:
    """Return points (m, 3) along a polyline (n, 3) no more than a step apart, and the length to each, m."""
    p = np.asarray(points, dtype=float)
    pieces, lengths, before = [p[:1]], [np.zeros(1)], 0.0
    for a, b in itertools.pairwise(p):
        length = float(np.linalg.norm(b - a))
        if length == 0.0:
            continue
        count = max(1, math.ceil(length / step_m))
        share = np.arange(1, count + 1) / count
        pieces.append(a + share[:, None] * (b - a))
        lengths.append(before + share * length)
        before += length
    return np.concatenate(pieces), np.concatenate(lengths)


def walk(source: FieldSource, points: ArrayLike, speed_m_s: float, step_m: float = 0.02) -> Walk:
    """Return what somebody meets who goes along a polyline at an even speed.

    Parameters
    ----------
    source : field source
    points : (n, 3), m
        In the source's frame.
    """
    where, along = sampled(points, step_m)
    time = along / speed_m_s
    b, jac = flux_density_and_jacobian(source, where)
    heading = np.zeros_like(where)
    if len(where) > 1:
        leg = np.diff(where, axis=0)
        leg /= np.maximum(np.linalg.norm(leg, axis=1), 1e-300)[:, None]
        heading[1:], heading[0] = leg, leg[0]
    rate = np.sqrt((np.einsum("nij,nj->ni", jac, heading * speed_m_s) ** 2).sum(axis=1))
    change, at = largest_change(time, b, WINDOW_S)
    return Walk(speed_m_s, time, along, where, magnitude(b), rate, change, at)


def largest_change(time_s: Array, B: Array, window_s: float) -> tuple[float, float]:
    """Return the largest |B(t2) - B(t1)|, T, with 0 < t2 - t1 <= window, and its t1, s.

    The vector is meant, not its size: a field that turns about the body changes too.
    """
    most = np.zeros(len(time_s))  # from each sample on
    for lag in range(1, len(time_s)):
        within = time_s[lag:] - time_s[:-lag] <= window_s * (1 + 1e-12)
        if not within.any():
            break
        change = np.sqrt(((B[lag:] - B[:-lag]) ** 2).sum(axis=1))
        np.fmax(most[:-lag], np.where(within, change, 0.0), out=most[:-lag])
    if not most.any():
        return 0.0, float(time_s[0]) if len(time_s) else 0.0
    k = int(np.argmax(most))
    return float(most[k]), float(time_s[k])


@dataclass(frozen=True)
class StrongVolume:
    """Where a person can be and the field is at or above a level, about one magnet alone."""

    level_T: float
    in_bore_m3: float
    outside_m3: float  #: beyond the covers
    axial_m: float  #: reach along the axis from the isocentre; 0 where the level is not met
    radial_m: float  #: reach across, outside the covers


def _extent(coil: Coil) -> tuple[float, float, float]:
    return coil.inner_radius, coil.outer_radius, max(abs(coil.z_min), abs(coil.z_max))


@lru_cache(maxsize=16)
def strong_volumes(magnet: MagnetModel, levels_T: tuple[float, ...], step_m: float = 0.02) -> tuple[StrongVolume, ...]:
    """Return the volumes at or above some levels that a person can enter.

    Parameters
    ----------
    magnet : MagnetModel
        With a field model. The bore is a cylinder of its bore diameter; the covers a cylinder of
        its cryostat's diameter and length; where the file has none, those of the windings.

    Notes
    -----
    Volume of revolution over cells of ``step_m`` in the meridian plane, midpoint rule.
    """
    ends = [(c.radius, c.radius, abs(c.z)) if isinstance(c, Loop) else _extent(c) for c in magnet.coils]
    size = covers(magnet)
    bore = 0.5 * (magnet.bore_diameter_m or 1.6 * min(inner for inner, _, _ in ends))
    half = 0.5 * size[0] if size is not None else max(z for _, _, z in ends)
    cover = 0.5 * size[1] if size is not None else max(outer for _, outer, _ in ends)
    source = magnet.source()
    reach_z, reach_r = half + 2.0, cover + 2.0
    rho = np.arange(step_m / 2, reach_r, step_m)
    z = np.arange(-reach_z + step_m / 2, reach_z, step_m)
    grid_rho, grid_z = np.meshgrid(rho, z)
    body = (grid_rho < cover) & (np.abs(grid_z) < half)
    open_ = ~body | (grid_rho < bore)
    points = np.column_stack([grid_rho[open_], np.zeros(open_.sum()), grid_z[open_]])
    field = magnitude(source.flux_density(points))
    in_bore = (points[:, 0] < bore) & (np.abs(points[:, 2]) < half)
    cell = 2 * np.pi * points[:, 0] * step_m**2
    found = []
    for level in levels_T:
        over = field >= level
        out = over & ~in_bore
        found.append(
            StrongVolume(
                level,
                float(cell[over & in_bore].sum()),
                float(cell[out].sum()),
                float(np.abs(points[over & (points[:, 0] < 2 * step_m), 2]).max(initial=0.0)),
                float(points[out, 0].max(initial=0.0)),
            )
        )
    return tuple(found)
