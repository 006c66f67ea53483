"""The central model: the mean of the most probable branch, rebuilt from few solid blocks of winding.

The mean of feasible currents is feasible (the rows are convex), and as accurate as the median of the
members' lines; but it smears current over hundreds of cells. One more linear programme finds the
least conductor that gives the same outside and bore field, which is bang-bang: solid blocks.
"""

from __future__ import annotations

import numpy as np

from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Array, Ensemble
from mrsite.magnets.programme import solve
from mrsite.magnets.rays import outermost
from mrsite.magnets.sampling import Problem
from mrsite.magnets.windings import merge_cells

_TOLERANCES = (0.004, 0.01, 0.02, 0.04)  # of |B|: how far the rebuilt field may differ from the mean's
_HOMOGENEITY = 3e-5  # at least so much is left to the rebuilt windings, as a fraction of B0


def central_coils(problem: Problem, ensemble: Ensemble) -> Array:
    """Return the central windings.

    Returns
    -------
    (n, 5) float64
        Inner radius, outer radius, z_min, z_max (m), current density (A/m2), images included.
    """
    from mrsite.fields import Coil, CoilSet

    mean = mean_currents(ensemble)
    rows = _rebuilt(problem, ensemble, mean)
    # The exact engine has the last word on B0; densities keep nine figures, as the file does.
    exact = CoilSet([Coil(*map(float, row)) for row in rows]).flux_density(np.zeros((1, 3)))[0, 2]
    rows[:, 4] *= problem.B0 / exact
    rows[:, 4] = [float(f"{v:.9e}") for v in rows[:, 4]]
    rows[:, :4] = np.round(rows[:, :4], 6)
    return rows


def mean_currents(ensemble: Ensemble) -> Array:
    """Return the weighted mean current densities of the most probable branch: (cells,)."""
    chosen = ensemble.branch == ensemble.central_branch
    weights = ensemble.weights[chosen]
    return np.asarray(weights @ ensemble.currents[chosen] / weights.sum())


def _rebuilt(problem: Problem, ensemble: Ensemble, mean: Array) -> Array:
    cells = ensemble.cells
    signs = np.sign(mean)
    used = np.flatnonzero(signs)
    cells, signs, mean = cells[used], signs[used], mean[used]
    lattice = Lattice(cells, len(cells), ensemble.mirrored)
    largest = float(np.quantile(np.abs(ensemble.currents).max(axis=1), 0.75))
    scale = signs * largest
    cost = lattice.conductor * largest
    centre = lattice.columns(np.zeros(1), np.zeros(1))[0]
    places = _places(problem)
    columns = lattice.columns(*places)
    field = columns @ mean
    size = np.hypot(field[0], field[1])
    sphere = _sphere(problem, lattice.mirrored)
    homogeneous = lattice.columns(*sphere)[0] - centre
    homogeneity = max(1.2 * float(np.abs(homogeneous @ mean).max()) / problem.B0, _HOMOGENEITY)
    for tolerance in _TOLERANCES:
        matrix = [homogeneous * scale / problem.B0]
        middle = [np.zeros(len(homogeneous))]
        width = [np.full(len(homogeneous), homogeneity)]
        for component in (0, 1):
            matrix.append(columns[component] * scale / size[:, None])
            middle.append(field[component] / size)
            width.append(np.full(len(size), tolerance))
        target, allowed = np.append(np.concatenate(middle), 1.0), np.append(np.concatenate(width), 0.0)
        stacked = np.vstack([*matrix, centre * scale / problem.B0])
        x = solve(cost / cost.sum(), stacked, target - allowed, target + allowed)
        if x is None:
            continue
        currents = x * scale
        currents[np.abs(currents) < 1e-6 * largest] = 0.0
        if tolerance == _TOLERANCES[-1] or _holds(problem, lattice, currents):
            return _rows(cells, currents, ensemble.mirrored)
    return _rows(cells, mean, ensemble.mirrored)


def _rows(cells: Array, currents: Array, mirrored: bool) -> Array:
    used = np.flatnonzero(currents)
    rows = np.column_stack([cells[used], currents[used]])
    if mirrored:
        rows = np.vstack([rows, rows[:, [0, 1, 3, 2, 4]] * np.array([1.0, 1.0, -1.0, -1.0, 1.0])])
    return merge_cells(rows)


def _places(problem: Problem) -> tuple[Array, Array]:
    """Where the rebuilt field must be the mean's: outside on shells, and near the winding's ends."""
    last = 90.0 if problem.lattice.mirrored else 180.0
    angle = np.radians(np.linspace(0.0, last, 13 if problem.lattice.mirrored else 25))
    half, cryostat = 0.5 * problem.size.magnet_length_m, 0.5 * problem.size.cryostat_diameter_m
    near = max(half, cryostat)
    lines = [f.distance for f in problem.figures.lines]
    radii = sorted({1.35 * near, 1.8 * near, 2.6 * near, *lines[:4], max([*lines, 4.0 * near])})
    rho = np.outer(radii, np.sin(angle)).ravel()
    z = np.outer(radii, np.cos(angle)).ravel()
    bore = 0.5 * problem.size.bore_diameter_m
    ends = np.array([0.4, 0.6, 0.8, 1.0, 1.2]) * half
    if not problem.lattice.mirrored:
        ends = np.concatenate([-ends[::-1], ends])
    rho = np.concatenate([rho, np.full(len(ends), bore), np.zeros(len(ends))])
    z = np.concatenate([z, ends, ends])
    return rho, z


def _sphere(problem: Problem, mirrored: bool) -> tuple[Array, Array]:
    radius = 0.5 * problem.size.imaging_diameter_m * 0.9
    angle = np.radians(np.linspace(0.0, 90.0 if mirrored else 180.0, 8 if mirrored else 15))
    return radius * np.sin(angle), radius * np.cos(angle)


def _holds(problem: Problem, lattice: Lattice, currents: Array) -> bool:
    """Whether the rebuilt windings still meet the line figures, by the fit's own measure."""
    number = {tuple(cell): k for k, cell in enumerate(np.round(problem.lattice.cells, 6))}
    whole = np.zeros((1, len(number)))
    whole[0, [number[tuple(cell)] for cell in lattice.cells]] = currents
    rays = problem.rays
    magnitude = rays.magnitude(whole)
    return all(
        abs(float(f.quoted(rays.angles, outermost(magnitude, rays.radii, f.level))[0]) - f.distance) <= f.half
        for f in problem.figures.lines
    )
