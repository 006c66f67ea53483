"""Which figure does not fit the others, where no magnet fits them all."""

from __future__ import annotations

import numpy as np

from mrsite.magnets.branches import patterns
from mrsite.magnets.classes import Dimensions, prior
from mrsite.magnets.figures import Figures, LineFigure, PointFigure
from mrsite.magnets.model import MagnetModel
from mrsite.magnets.rays import outermost
from mrsite.magnets.sampling import Problem, linearised

_TRIES = 48


def explain(model: MagnetModel, figures: Figures, size: Dimensions, seed: int) -> str:
    """Return the message of a refused fit: the figure whose removal lets the rest be fitted.

    Each figure is left out in turn; what the designs that meet the rest say in its place is the
    nearest possible range. B0 and the dimensions are named where leaving out no single figure helps.
    """
    name = model.path.name if model.path else model.id
    every: list[LineFigure | PointFigure] = [*figures.lines, *figures.points]
    cures: list[tuple[float, LineFigure | PointFigure, str]] = []
    if len(every) > 1:
        for figure in every:
            accepted, possible = _without(model, figures, figure, size, seed)
            if accepted:
                cures.append((accepted, figure, possible))
    if not cures:
        of = (
            f"no design of this class with B0 {model.B0_T:g} T, length {size.magnet_length_m:g} m and cryostat "
            f"{size.cryostat_diameter_m:g} m"
        )
        if len(every) == 1:
            return f"{name}: {of} gives the {figures.names[0]}: check the figure, B0 and the dimensions"
        return (
            f"{name}: {of} meets the figures, and leaving out any one of them does not help: check B0, the dimensions, "
            "and that distances are from the isocentre, not full widths"
        )
    cures.sort(key=lambda c: -c[0])
    share, figure, possible = cures[0]
    others = [c[1].name for c in cures[1:] if c[0] >= 0.5 * share]
    also = f"; or leave out the {' or the '.join(others)}" if others else ""
    line = model.published[figure.number].line
    where = f"{name}, line {line}" if line else name
    return (
        f"{where}: the figures contradict one another: the {figure.name} does not fit the rest{possible}: "
        f"check it, or leave it out{also}"
    )


def _without(
    model: MagnetModel, figures: Figures, figure: LineFigure | PointFigure, size: Dimensions, seed: int
) -> tuple[float, str]:
    """Return the share of the prior's designs that meet all figures but one, and what they say in its place."""
    rest = figures.without(figure.name)
    assert model.B0_T is not None
    problem = Problem(model.B0_T, size, prior(model.geometry, "W", model.shielding), model.shielding, rest)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 7]))
    hypotheses = [p for p in patterns(rest, model.shielding, model.geometry) if problem.possible(p)]
    if not hypotheses:
        return 0.0, ""
    found = []
    weight = 0.0
    for k in range(_TRIES):
        hypothesis = hypotheses[k % len(hypotheses)]
        outcome = problem.attempt(rng, hypothesis)
        if outcome.currents is not None:
            found.append(outcome.currents)
            weight += hypothesis.prior
    if not found:
        return 0.0, ""
    currents = np.array(found)
    if isinstance(figure, LineFigure):
        distance = outermost(problem.rays.magnitude(currents), problem.rays.radii, figure.level)
        values, unit = figure.quoted(problem.rays.angles, distance), "m"
    else:
        z = np.linspace(0.0, 0.5 * size.magnet_length_m + 0.3, 24) if figure.z is None else np.array([figure.z])
        columns = problem.lattice.columns(np.full(len(z), figure.rho), z, gradients=True)
        values = np.array([linearised(figure.quantity, columns, row)[0].max() for row in currents])
        unit = {"B": "T", "gradient": "T/m", "force_product": "T²/m"}[figure.quantity]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    told = figure.distance if isinstance(figure, LineFigure) else figure.value
    close = min(max(told, low), high)
    share = weight * len(hypotheses) / _TRIES
    return share, f"; nearest possible {close:.3g} {unit} (designs of the rest: {low:.3g} to {high:.3g})"
