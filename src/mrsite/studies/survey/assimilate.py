"""Learn the magnet from readings: an ensemble smoother on its currents.

Members are made new as linear combinations of the old ones with weights that sum to one, so every
new member is again a field of windings in air; the site's own factor is one more unknown. The
transform is the deterministic square root of Bishop, Etherton and Majumdar (Mon. Weather Rev. 129
(2001) 420, eq. 12-19), applied in several steps with inflated errors since |B| is not linear in the
currents (multiple data assimilation, Emerick and Reynolds, Comput. Geosci. 55 (2013) 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from mrsite.magnets.lattice import Lattice
from mrsite.magnets.model import Ensemble

Array = NDArray[np.float64]

_COPIES = 4
_STEPS = 4


@dataclass(frozen=True, eq=False)
class Learned:
    """What the readings made of one sign branch.

    Parameters
    ----------
    currents : (m, n), A/m2
        New members, the site's factor included.
    chi2 : float
        Mean square of the normalised residuals of their mean; about 1 where the model suffices.
    residuals : (k,)
        ln(reading / prediction of the mean), in standard deviations.
    """

    branch: int
    currents: Array
    chi2: float
    residuals: Array


def learn(
    ensemble: Ensemble,
    branch: int,
    rho: Array,
    z: Array,
    background: Array,
    reading: Array,
    sigma: Array,
    spread: float,
) -> Learned:
    """Fit one branch to readings.

    Parameters
    ----------
    rho, z : (k,), m
        Places in the magnet's half-plane.
    background : (k, 3), T
        Background in the local axes (rho, phi, z) of each place.
    reading : (k,), T
    sigma : (k,)
        Standard deviation of ln(reading), model error included.
    spread : float
        Standard deviation of the site's factor beforehand.
    """
    lattice = Lattice(ensemble.cells, len(ensemble.cells), ensemble.mirrored)
    bz_of, br_of = lattice.columns(rho, z)[:2]
    mine = np.flatnonzero(ensemble.branch == branch)
    factors = 1.0 + spread * norm.ppf((np.arange(_COPIES) + 0.5) / _COPIES)
    # each member with every quantile of the factor: the prior of both, without a dice
    state = np.concatenate([f * ensemble.currents[mine] for f in factors])
    target = np.log(reading)

    def observed(currents: Array) -> Array:
        br, bz = currents @ br_of.T + background[:, 0], currents @ bz_of.T + background[:, 2]
        return np.asarray(0.5 * np.log(np.maximum(br**2 + bz**2 + background[:, 1] ** 2, 1e-30)))

    for _ in range(_STEPS):
        state = _updated(state, observed(state), target, sigma * np.sqrt(_STEPS))
    mean = state.mean(axis=0)
    residual = (target - observed(mean[None, :])[0]) / sigma
    return Learned(branch, state, float(np.mean(residual**2)), residual)


def _updated(state: Array, seen: Array, target: Array, sigma: Array) -> Array:
    """One step of the ensemble transform."""
    count = len(state)
    mean, seen_mean = state.mean(axis=0), seen.mean(axis=0)
    anomalies = state - mean
    s = ((seen - seen_mean) / sigma) / np.sqrt(count - 1)
    innovation = (target - seen_mean) / sigma
    values, vectors = np.linalg.eigh(s @ s.T)
    values = np.maximum(values, 0.0)
    inverse = (vectors / (1.0 + values)) @ vectors.T
    root = (vectors / np.sqrt(1.0 + values)) @ vectors.T
    weights = inverse @ s @ innovation / np.sqrt(count - 1)
    return np.asarray(mean + weights @ anomalies + root @ anomalies)


def pattern(at: Array, residuals: Array, seed: int = 0) -> float:
    """Probability that residuals without a pattern in space would look as ordered as these.

    Moran's I (Biometrika 37 (1950) 17) with inverse-distance weights, by 499 seeded permutations.
    """
    if len(at) < 8:
        return 1.0
    distance = np.linalg.norm(at[:, None] - at[None], axis=2)
    weight = 1.0 / (distance**2 + 0.25**2)
    np.fill_diagonal(weight, 0.0)
    centred = residuals - residuals.mean()
    scale = float(centred @ centred)
    if scale == 0.0:
        return 1.0

    def moran(values: Array) -> float:
        return float(values @ weight @ values) / scale

    rng = np.random.default_rng(seed)
    here = moran(centred)
    above = sum(moran(rng.permutation(centred)) >= here for _ in range(499))
    return (above + 1) / 500
