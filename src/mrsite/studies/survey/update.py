"""From readings to a magnet model with a narrower band, or to a refusal that says why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.quantity import Cited
from mrsite.fields import Coil
from mrsite.magnets import fit
from mrsite.magnets.model import Branch, Ensemble, MagnetModel, Published
from mrsite.magnets.windings import merge_cells
from mrsite.studies.survey.assimilate import Learned, learn, pattern

Array = NDArray[np.float64]

#: What windings of the ensemble cannot follow of a real magnet, as a share of B (one standard deviation).
_MODEL_ERROR = 0.01
#: Residuals beyond this mean square are not explained by the magnet; nor are ordered ones beyond the second, nor one
#: reading so many standard deviations away: steel is a few readings far off, not a little everywhere.
_CHI2_MOST, _CHI2_ORDERED, _ORDERED, _ALONE = 3.0, 1.5, 0.01, 4.0
#: Members kept of the updated ensemble.
_MEMBERS = 64
#: Readings taken into one update; more are thinned evenly, since neighbours say the same.
_MOST = 400
_REFIT_POINTS = 24
#: A branch is kept while its log-likelihood is within this of the best.
_BRANCH = 6.0
_LEAST = 8


@dataclass(frozen=True, eq=False)
class Update:
    """What the readings made of the magnet.

    Parameters
    ----------
    model : MagnetModel or None
        None where the readings do not support a narrower band; ``why`` says so.
    chi2 : float
        Mean square of the normalised residuals.
    residuals : (n,)
        ln(reading / prediction) in standard deviations, of the readings used.
    """

    model: MagnetModel | None
    why: str
    chi2: float
    residuals: Array
    used: NDArray[np.int64]
    order_p: float


def update_model(model: MagnetModel, local: Array, background: Array, reading: Array, uncertainty: Array) -> Update:
    """Update a magnet by readings.

    Parameters
    ----------
    local : (n, 3), m
        Magnet frame.
    background : (n, 3), T
        In the magnet frame.
    reading, uncertainty : (n,), T
        Magnitudes and their expanded uncertainties (k = 2).
    """
    used = _usable(reading, uncertainty)
    nothing = np.empty(0)
    if model.ensemble is None:
        return Update(
            None,
            "the windings are given outright: there is no ensemble to learn from",
            np.nan,
            nothing,
            used,
            1.0,
        )
    if len(used) < _LEAST:
        return Update(
            None,
            f"only {len(used)} readings stand clear of the background: at least {_LEAST} are wanted",
            np.nan,
            nothing,
            used,
            1.0,
        )
    rho, z, ground = _half_plane(local[used], background[used])
    sigma = np.hypot(0.5 * uncertainty[used] / reading[used], _MODEL_ERROR)
    kept, best = _learn_branches(model, rho, z, ground, reading[used], sigma)
    if best.chi2 > _CHI2_MOST:
        again = _refitted(model, local[used], reading[used], uncertainty[used])
        if again is not None:
            others, other = _learn_branches(again, rho, z, ground, reading[used], sigma)
            if other.chi2 < best.chi2:
                model, kept, best = again, others, other
    order = pattern(local[used][:, [0, 2]], best.residuals)
    furthest = float(np.max(abs(best.residuals)))
    if best.chi2 > _CHI2_MOST or furthest > _ALONE or (best.chi2 > _CHI2_ORDERED and order < _ORDERED):
        where = int(np.argmax(abs(best.residuals)))
        x, y, zz = local[used][where]
        return Update(
            None,
            f"the residuals have a pattern that no magnet of this kind makes (mean square {best.chi2:.1f}, order by "
            f"chance {order:.3f}, {furthest:.1f} standard deviations at ({x:.2f}, {y:.2f}, {zz:.2f}) m in the magnet "
            "frame): steel or another source is near; the prediction is left as it was",
            best.chi2,
            best.residuals,
            used,
            order,
        )
    return Update(_model(model, kept, best, len(used)), "", best.chi2, best.residuals, used, order)


def _usable(reading: Array, uncertainty: Array) -> NDArray[np.int64]:
    clear = np.flatnonzero((reading > 0) & (uncertainty < 0.5 * reading))
    if len(clear) > _MOST:
        clear = clear[np.linspace(0, len(clear) - 1, _MOST).round().astype(int)]
    return clear


def _half_plane(local: Array, background: Array) -> tuple[Array, Array, Array]:
    """Magnet-frame points as (rho, z), and the background in the axes (rho, phi, z) there."""
    rho = np.hypot(local[:, 0], local[:, 1])
    safe = np.where(rho > 0, rho, 1.0)
    c, s = np.where(rho > 0, local[:, 0] / safe, 1.0), np.where(rho > 0, local[:, 1] / safe, 0.0)
    turned = np.column_stack(
        [c * background[:, 0] + s * background[:, 1], -s * background[:, 0] + c * background[:, 1], background[:, 2]]
    )
    return rho, local[:, 2].copy(), turned


def _learn_branches(
    model: MagnetModel, rho: Array, z: Array, ground: Array, reading: Array, sigma: Array
) -> tuple[list[tuple[Learned, float]], Learned]:
    ensemble = model.ensemble
    assert ensemble is not None
    found = [
        learn(ensemble, b, rho, z, ground, reading, sigma, 0.5 * model.site_spread)
        for b in range(len(ensemble.branches))
        if np.count_nonzero(ensemble.branch == b) > 1
    ]
    best = min(found, key=lambda one: one.chi2)
    half = 0.5 * len(reading)
    kept = [
        (one, float(np.exp(-half * (one.chi2 - best.chi2)))) for one in found if half * (one.chi2 - best.chi2) < _BRANCH
    ]
    return kept, best


def _refitted(model: MagnetModel, local: Array, reading: Array, uncertainty: Array) -> MagnetModel | None:
    """Fit windings anew with some of the readings as data; None where that cannot be done."""
    take = np.unique(np.linspace(0, len(reading) - 1, min(_REFIT_POINTS, len(reading))).round().astype(int))
    points = tuple(
        Published(
            "field_at",
            "survey readings",
            "read",
            value=float(reading[k]),
            x_m=float(local[k, 0]),
            y_m=float(local[k, 1]),
            z_m=float(local[k, 2]),
            rounding_value=float(2 * uncertainty[k] + 2 * model.site_spread * reading[k]),
        )
        for k in take
    )
    bare = replace(model, coils=(), ensemble=None, fit=None, published=(*model.published, *points))
    try:
        return fit(bare, seed=model.fit.seed if model.fit else 0, members=50)
    except InputError:
        return None


def _model(model: MagnetModel, kept: list[tuple[Learned, float]], best: Learned, count: int) -> MagnetModel:
    old = model.ensemble
    assert old is not None
    total = sum(weight for _, weight in kept)
    share = max(_MEMBERS // len(kept), 8)
    kept = [(replace(one, currents=_thinned(one.currents, share)), weight) for one, weight in kept]
    currents = np.concatenate([one.currents for one, _ in kept])
    branch = np.concatenate([np.full(len(one.currents), k, dtype=np.int64) for k, (one, _) in enumerate(kept)])
    weights = np.concatenate([np.full(len(one.currents), weight / total / len(one.currents)) for one, weight in kept])
    branches = tuple(replace(old.branches[one.branch], weight=weight / total) for one, weight in kept)
    ensemble = Ensemble(old.cells, old.mirrored, currents, branch, weights, branches, old.prior, old.infeasible_share)
    mean = replace_currents(ensemble, best.currents.mean(axis=0))
    coils = tuple(Coil(*map(float, row)) for row in merge_cells(mean.loops_of(0)))
    spread = Cited(
        2 * _MODEL_ERROR, "", f"{count} survey readings at this site: what the updated windings leave open", "inferred"
    )
    return replace(
        model,
        coils=coils,
        ensemble=ensemble,
        sha256="",
        siting=MappingProxyType({**model.siting, "site_spread": spread}),
        note=f"{model.note} Updated by {count} survey readings at one site: not for any other.".strip(),
    )


def _thinned(currents: Array, most: int) -> Array:
    """Some members evenly, moved and stretched so that mean and spread of all of them are kept."""
    if len(currents) <= most:
        return currents
    take = np.linspace(0, len(currents) - 1, most).round().astype(int)
    some, mean = currents[take], currents.mean(axis=0)
    off = some - some.mean(axis=0)
    # one factor for all cells: a factor each would undo the balance of winding and shield
    whole, part = float((currents - mean).var(axis=0).sum()), float(off.var(axis=0).sum())
    return np.asarray(mean + off * (np.sqrt(whole / part) if part > 0 else 1.0))


def replace_currents(ensemble: Ensemble, currents: Array) -> Ensemble:
    """Return an ensemble of one member."""
    one = np.ascontiguousarray(currents[None, :])
    return Ensemble(
        ensemble.cells,
        ensemble.mirrored,
        one,
        np.zeros(1, dtype=np.int64),
        np.ones(1),
        (Branch("", 1.0, 1, 1),),
        ensemble.prior,
        ensemble.infeasible_share,
    )
