"""How sure a share is, and which input a spread comes from, both from one and the same sample."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_GROUPS = 10
#: Two-sided 95 % of the normal distribution.
_Z95 = 1.959963984540054


def share_interval(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which ``hits`` of ``count`` samples were seen.

    Notes
    -----
    Wilson's score interval (Wilson, J. Am. Stat. Assoc. 22 (1927) 209): it stays within 0 to 1, and says that a share
    of which nothing was seen need not be nothing. For independent samples; those of a Latin hypercube do no worse.
    """
    if count == 0:
        return 0.0, 1.0
    p, z2 = hits / count, _Z95**2
    middle = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z95 / (1 + z2 / count) * math.sqrt(p * (1 - p) / count + z2 / (4 * count**2))
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def first_order(inputs: Array, output: Array) -> tuple[Array, Array]:
    """Return each input's share of the variance of an output (first-order Sobol' index), and its standard error.

    Parameters
    ----------
    inputs : (n, k) float64
        Independent inputs.
    output : (n,) float64

    Returns
    -------
    index, error : (k,) float64
        Not clipped: an index below zero says that its error is larger than itself. Zero where the output
        or the input does not vary.

    Notes
    -----
    Rank estimator: with the samples sorted by the input, the mean product of neighbours' outputs estimates the variance
    of the conditional expectation (Gamboa, Gremaud, Klein and Lagnoux, Bernoulli 28 (2022) 2418, eq. 1.6; after
    Chatterjee 2021). The error is that of a jackknife over ten groups of samples.
    """
    n, k = inputs.shape
    index = np.array([_by_rank(inputs[:, j], output) for j in range(k)])
    groups = np.arange(n) % _GROUPS
    without = np.array(
        [[_by_rank(inputs[groups != g, j], output[groups != g]) for j in range(k)] for g in range(_GROUPS)]
    )
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return index, np.sqrt(spread * (_GROUPS - 1) / _GROUPS)


def _by_rank(values: Array, output: Array) -> float:
    variance = float(output.var()) if len(output) else 0.0
    # a spread of rounding is none
    if variance <= (1e-12 * float(np.abs(output).max(initial=0.0))) ** 2 or len(output) < 3 or not np.ptp(values):
        return 0.0
    ranked = output[np.argsort(values, kind="stable")] - output.mean()
    # the paper's ring is left open: its closing pair joins the two ends, a bias of some 3/n
    return float((ranked[:-1] * ranked[1:]).mean() / variance)
