"""The outermost windings that the figures leave open, without any belief about how magnets are built.

Every cell of the winding room may carry current. At places all around the magnet the linear programme finds the
greatest and the least field that some winding gives while it meets every row: exact bounds, up to the direction of
the field there, which is that of the mean of such windings. Used where a class prior is not backed by measurement,
or where its random designs hardly ever meet the figures: then no prior is narrower than this and honest.
"""

from __future__ import annotations

import numpy as np

from mrsite.magnets.branches import Pattern
from mrsite.magnets.model import Array
from mrsite.magnets.programme import Programme
from mrsite.magnets.sampling import Problem

_RADII = (1.25, 1.9, 2.9)  # half-sizes of the vessel
_ANGLES = 5  # from the axis to the mid-plane
_LOBE_PLACES = 3  # of the touching point, where a line touches on a lobe


def extremes(problem: Problem, pattern: Pattern, rng: np.random.Generator, known: list[Array]) -> list[Array]:
    """Return windings with the greatest and the least field at places around the magnet.

    Parameters
    ----------
    known : list of (cells,) float64, A/m2
        Windings of this pattern that are known already: their mean gives the directions of the field.

    Returns
    -------
    list of (cells,) float64, A/m2
        All meet the line and point figures as read from the field itself; empty where none does.
    """
    lattice = problem.lattice
    angle = np.radians(np.linspace(0.0, 90.0 if lattice.mirrored else 180.0, _ANGLES * (1 if lattice.mirrored else 2)))
    radius = np.array(_RADII) * 0.5 * max(problem.size.magnet_length_m, problem.size.cryostat_diameter_m)
    rho, z = np.outer(np.sin(angle), radius).ravel(), np.outer(np.cos(angle), radius).ravel()
    bz, br = lattice.columns(rho, z)
    found: list[Array] = []
    for _ in range(_LOBE_PLACES if 0 in pattern.signs else 1):
        made = problem.programme(pattern, problem.whole_room(), rng)
        if made is None:
            continue
        windings = _outermost(made[0], np.mean(known, axis=0) if known else None, made[1], bz, br)
        if windings:
            good = problem.meets(np.array(windings))
            found += [w for w, g in zip(windings, good, strict=True) if g]
    return found


def _outermost(programme: Programme, mean: Array | None, least: Array, bz: Array, br: Array) -> list[Array]:
    """Windings with the greatest and the least field at each place: rows ``bz``, ``br`` (places, cells)."""
    if mean is None:
        # A round of every other place gives the mean from which the directions are taken.
        first = _in_directions(programme, programme.currents(least), bz[::2], br[::2])
        if not first:
            return []
        mean = np.mean(first, axis=0)
    return _in_directions(programme, mean, bz, br)


def _in_directions(programme: Programme, centre: Array, bz: Array, br: Array) -> list[Array]:
    """Windings with the greatest and the least field along the direction that ``centre`` gives at each place."""
    along_z, along_r = bz @ centre, br @ centre
    size = np.hypot(along_z, along_r)
    rows = (along_z[:, None] * bz + along_r[:, None] * br) / size[:, None]
    solved = [programme.extreme(sign * row, programme.total) for row in rows for sign in (1.0, -1.0)]
    return [programme.currents(x) for x in solved if x is not None]
