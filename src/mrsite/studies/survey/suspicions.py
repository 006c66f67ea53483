"""What may be wrong with a whole survey: a factor, a turn, a mirror, an offset. Named, never corrected in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Predict = Callable[[Array], Array]  # (n, 2) plan metres, magnet at the origin's side -> (n,) T

#: Factors that come from units: G taken for mT, T for mT, uT for mT, and back.
_FACTORS = (10.0, 0.1, 1000.0, 0.001, 100.0, 0.01, 10000.0, 0.0001)
#: A suspicion is spoken of where it leaves at most this share of the misfit.
_MUCH_BETTER = 0.3


@dataclass(frozen=True)
class Suspicion:
    """One explanation of a misfit.

    Parameters
    ----------
    kind : str
        ``factor``, ``turned``, ``mirrored``, ``offset``.
    says : str
        In words, with the figure.
    misfit, was : float
        Root mean square of ln(reading / prediction) with and without it.
    """

    kind: str
    says: str
    misfit: float
    was: float


def suspicions(
    at: Array, reading: Array, centre: tuple[float, float], bearing_deg: float, predict: Predict, expected: float
) -> tuple[Suspicion, ...]:
    """Return the explanations that fit much better than the survey as it stands, best first.

    Parameters
    ----------
    at : (n, 2), m
    centre : isocentre in plan, m
    predict : function of points to |B|
    expected : float
        Misfit that the band allows; below it nothing is suspected.
    """

    def misfit(points: Array, factor: float = 1.0) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(reading / (factor * predict(points)))
        logs = logs[np.isfinite(logs)]
        return float(np.sqrt(np.mean(logs**2))) if logs.size else np.inf

    was = misfit(at)
    if not was > max(2.0 * expected, 0.1):
        return ()
    found = []
    for factor in _FACTORS:
        now = misfit(at, factor)
        if now < _MUCH_BETTER * was:
            found.append(
                Suspicion(
                    "factor", f"all readings are about {factor:g} times the prediction: is the unit right?", now, was
                )
            )
    arm = at - np.asarray(centre)
    angle = np.deg2rad(bearing_deg)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    for turn in (90, 180, 270):
        c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
        now = misfit(arm @ np.array([[c, s], [-s, c]]) + np.asarray(centre))
        if now < _MUCH_BETTER * was:
            found.append(
                Suspicion("turned", f"the readings fit when turned by {turn} degrees about the isocentre", now, was)
            )
    for axis, name in ((along, "across the bore"), (across, "along the bore")):
        mirrored = 2 * np.outer(arm @ axis, axis) - arm
        now = misfit(mirrored + np.asarray(centre))
        if now < _MUCH_BETTER * was:
            found.append(Suspicion("mirrored", f"the readings fit when mirrored {name}", now, was))
    shift, now = _offset(at, misfit)
    if now < _MUCH_BETTER * was:
        found.append(
            Suspicion("offset", f"the readings fit when moved by ({shift[0]:+.2f}, {shift[1]:+.2f}) m", now, was)
        )
    found.sort(key=lambda s: s.misfit)
    # a magnet alike at both ends cannot tell a turn from its opposite: say the first of those that fit alike
    return tuple(
        s for k, s in enumerate(found) if all(s.misfit > 1.02 * o.misfit or s.kind != o.kind for o in found[:k])
    )


def _offset(at: Array, misfit: Callable[[Array], float]) -> tuple[Array, float]:
    """Least misfit over shifts, by a coarse star and shrinking steps."""
    best, value = np.zeros(2), misfit(at)
    size = 1.0
    star = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 8, endpoint=False)])
    while size > 0.02:
        trials = best + size * star
        values = [misfit(at + t) for t in trials]
        k = int(np.argmin(values))
        if values[k] < value:
            best, value = trials[k], values[k]
        else:
            size *= 0.5
    return best, value
