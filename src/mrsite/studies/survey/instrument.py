"""How sure a reading is: the instrument, and where its probe stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Instrument:
    """A field meter.

    Parameters
    ----------
    relative : float
        Expanded uncertainty (k = 2) as a share of the reading.
    floor_T : float
        Expanded uncertainty at zero.
    position_m : float
        How well the probe's place is known.
    """

    relative: float = 0.02
    floor_T: float = 2e-6
    position_m: float = 0.02

    def uncertainty(self, reading: Array, slope: Array, stated: Array) -> Array:
        """Expanded uncertainty (n,), T: the table's own where it gives one, with the place in quadrature.

        Parameters
        ----------
        reading : (n,), T
        slope : (n,), T/m
            Magnitude of the gradient of |B| there.
        stated : (n,), T
            From the table; NaN where it says nothing.
        """
        own = np.where(np.isnan(stated), np.hypot(self.relative * reading, self.floor_T), stated)
        result: Array = np.hypot(own, slope * self.position_m)
        return result
