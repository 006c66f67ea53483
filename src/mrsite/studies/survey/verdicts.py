"""Two verdicts a reading: does it agree with the prediction, and does it comply by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Agreement = Literal["agrees", "differs"]
Compliance = Literal["pass", "warn", "fail", "not-assessed", "not-limited"]


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Point by point.

    Parameters
    ----------
    predicted, lower, upper : (n,), T
        |B| of the model with the background, and its band.
    uncertainty : (n,), T
        Of the reading, expanded.
    agrees : (n,) bool
        The reading and the band overlap within the combined uncertainty.
    shift_m : (n,)
        The difference as a shift of the line outwards, m.
    compliance : tuple
        On the reading itself, whatever the model says: above the limit fails, reading + U above it warns.
    """

    predicted: Array
    lower: Array
    upper: Array
    uncertainty: Array
    slope: Array
    agrees: NDArray[np.bool_]
    shift_m: Array
    compliance: tuple[Compliance, ...]

    @property
    def disagreeing(self) -> int:
        """How many readings differ from the prediction."""
        return int(np.count_nonzero(~self.agrees))


def agreement(
    reading: Array, uncertainty: Array, predicted: Array, lower: Array, upper: Array, slope: Array
) -> tuple[NDArray[np.bool_], Array]:
    """Say where readings agree, and by how far the line would have to move.

    The band's half-width on the side of the reading and the reading's uncertainty are added in
    quadrature: both are 95 % statements of independent causes.
    """
    half = np.where(reading >= predicted, upper - predicted, predicted - lower)
    agrees = abs(reading - predicted) <= np.hypot(half, uncertainty)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(slope > 0, (reading - predicted) / slope, np.nan)
    return agrees, shift


def compliance(reading: float, uncertainty: float, limit_T: float | None, known: bool) -> Compliance:
    """Judge one reading against the limit of the space it was taken in.

    Parameters
    ----------
    limit_T : float or None
        None: the space has no limit (restricted).
    known : bool
        Whether it is known what space that is.
    """
    if not known:
        return "not-assessed"
    if limit_T is None:
        return "not-limited"
    if reading > limit_T:
        return "fail"
    return "warn" if reading + uncertainty > limit_T else "pass"
