"""Which figure does not fit the others, where no magnet fits them all."""

from __future__ import annotations

import numpy as np

from mrsite.magnets.branches import patterns
from mrsite.magnets.classes import Dimensions, prior
from mrsite.magnets.figures import Figures, LineFigure, PointFigure
from mrsite.magnets.model import MagnetModel
from mrsite.magnets.rays import outermost
from mrsite.magnets.sampling import Problem, linearised

_TRIES = 60


def explain(model: MagnetModel, figures: Figures, size: Dimensions, seed: int) -> str:
    """Return the message of a refused fit: the figure whose removal lets the rest be fitted.

    Each figure is left out in turn; what the designs that meet the rest say in its place is the
    nearest possible range. B0 and the dimensions are named where leaving out no single figure helps.
    """
    name = model.path.name if model.path else model.id
    cures: list[tuple[int, str, str]] = []
    count = len(figures.lines) + len(figures.points)
    if count > 1:
        for figure in (*figures.lines, *figures.points):
            accepted, possible = _without(model, figures, figure, size, seed)
            if accepted:
                cures.append((accepted, figure.name, possible))
    if not cures:
        if count == 1:
            return (
                f"{name}: no design of this class with B0 {model.B0_T:g} T, length {size.magnet_length_m:g} m and cryostat "
                f"{size.cryostat_diameter_m:g} m gives the {figures.names[0]}: check the figure, B0 and the dimensions"
            )
        return (
            f"{name}: no design of this class meets the figures, and leaving out any one of them does not help: check B0 "
            f"({model.B0_T:g} T), that distances are from the isocentre (not full widths), and the dimensions"
        )
    cures.sort(key=lambda c: -c[0])
    best = cures[0]
    others = [c[1] for c in cures[1:] if c[0] >= 0.5 * best[0]]
    also = f" (or leave out {', or '.join(others)})" if others else ""
    return f"{name}: the figures contradict one another: the {best[1]} does not fit the rest{best[2]}; check or leave it out{also}"


def _without(
    model: MagnetModel, figures: Figures, figure: LineFigure | PointFigure, size: Dimensions, seed: int
) -> tuple[int, str]:
    rest = figures.without(figure.name)
    assert model.B0_T is not None
    problem = Problem(model.B0_T, size, prior(model.geometry, "W", model.shielding), model.shielding, rest)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 7]))
    hypotheses = patterns(rest, model.shielding)
    found = []
    for k in range(_TRIES):
        outcome = problem.attempt(rng, hypotheses[k % len(hypotheses)])
        if outcome.currents is not None:
            found.append(outcome.currents)
    if not found:
        return 0, ""
    currents = np.array(found)
    if isinstance(figure, LineFigure):
        distance = outermost(problem.rays.magnitude(currents), problem.rays.radii, figure.level)
        values, unit = problem.measure(figure, distance), "m"
    else:
        z = np.linspace(0.0, 0.5 * size.magnet_length_m + 0.3, 24) if figure.z is None else np.array([figure.z])
        columns = problem.lattice.columns(np.full(len(z), figure.rho), z, gradients=True)
        values = np.array([linearised(figure.quantity, columns, row)[0].max() for row in currents])
        unit = {"B": "T", "gradient": "T/m", "force_product": "T²/m"}[figure.quantity]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return len(found), f"; nearest possible {low:.3g} to {high:.3g} {unit}"
