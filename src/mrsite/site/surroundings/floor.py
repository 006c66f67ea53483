"""The floor under a magnet: steel in it, and how it shakes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mrsite.site.surroundings.tables import floor_steel_limit, spectrum_limit


def steel_limit(depth_m: float) -> float:
    """Return the largest mass of steel per floor area, kg/m2, at a depth below the isocentre."""
    table = floor_steel_limit()
    return [mass for depth, mass in table if depth_m >= depth - 1e-9][-1]


def vibration_limit(frequency_Hz: float) -> float | None:
    """Return the limit, m/s2 rms, at a frequency, log-log between rows; None outside the table."""
    rows = spectrum_limit()
    if not rows[0][0] <= frequency_Hz <= rows[-1][0]:
        return None
    for (f0, a0), (f1, a1) in itertools.pairwise(rows):
        if f0 <= frequency_Hz <= f1:
            share = math.log(frequency_Hz / f0) / math.log(f1 / f0)
            return float(a0 * (a1 / a0) ** share)
    return rows[-1][1]


@dataclass(frozen=True)
class Shaking:
    """The worst line of a vibration spectrum against the limit."""

    frequency_Hz: float
    measured: float
    limit: float
    outside: int  #: readings at frequencies that the table does not cover
    covered: tuple[float, float]  #: lowest and highest frequency judged, Hz

    @property
    def ratio(self) -> float:
        """Measured over limit."""
        return self.measured / self.limit


def worst_line(spectrum: Sequence[tuple[float, float]]) -> Shaking | None:
    """Return the line of a spectrum nearest to (or furthest over) its limit; None where none can be judged."""
    judged = [(f, a, vibration_limit(f)) for f, a in spectrum]
    able = [(f, a, limit) for f, a, limit in judged if limit is not None]
    if not able:
        return None
    f, a, limit = max(able, key=lambda row: row[1] / row[2])
    return Shaking(f, a, limit, len(judged) - len(able), (min(r[0] for r in able), max(r[0] for r in able)))
