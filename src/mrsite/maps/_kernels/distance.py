"""How far a contour is from a chord between two of its points: the estimate behind ``error_m``.

At a chord's point the exact field and its slope say where on the normal the contour crosses. Away from windings the
contour is smooth and the middle and both quarters say it all. Elsewhere it may have corners, and the slope beyond a
winding's face is another: there the crossing is looked for at seven points, by the sign of the field beyond it, and
between two of them the contour is taken to run on as straight as it came from either side, up to the corner where
these lines meet.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

_PARTS = 8


@jit(inline=True)
def log_ratio(q, level):
    # on a wire |B| is without bound
    return math.log(max(q, 1e-300) / level) if q < np.inf else 50.0


@jit(inline=True)
def newton_distance(q, slope, level):
    """To the contour, by value and slope. On the logarithm a power law is nearly straight, but about a zero of the
    field it is the value itself that is: the larger of both.
    """
    if not (q > 0.0 and 0.0 < slope < np.inf):
        return np.inf
    return max(abs(math.log(q / level)) * q, abs(q - level)) / slope


@jit()
def middle(ev, f, g, params, frame, quantity, step, level, a0, b0, a1, b1, out):
    """At a chord's middle: the value's logarithm, the slope's direction (0, 0: none), its part along the chord, an
    estimate of the largest distance from chord to contour, evaluations.

    A contour that bends one way is furthest off at the middle. One that crosses there at a slope and comes back, as a
    cubic does, is slope * length / (3 sqrt 3) off at 0.29 of the length from the middle, where the bend has two thirds
    of its gap.
    """
    ca = a1 - a0
    cb = b1 - b0
    chord = math.sqrt(ca * ca + cb * cb)
    q, ga, gb, k = ev(f, g, params, frame, quantity, step, 0.5 * (a0 + a1), 0.5 * (b0 + b1), out)
    norm = math.sqrt(ga * ga + gb * gb)
    fm = log_ratio(q, level)
    if not 0.0 < norm < np.inf:
        return fm, 0.0, 0.0, 1.0, np.inf, k
    gap = newton_distance(q, norm, level)
    along = abs(ca * ga + cb * gb) / max(norm * chord, 1e-300)
    return fm, ga / norm, gb / norm, along, max(gap, 2.0 / 3.0 * gap + 0.1925 * along * chord), k


@jit()
def _crossing(ev, f, g, params, frame, quantity, step, level, tolerance, a, b, na, nb, out):
    """Signed distance from (a, b) to the contour along the normal (na, nb), which points to the stronger field;
    evaluations. Infinite beyond four times the tolerance.
    """
    q, ga, gb, count = ev(f, g, params, frame, quantity, step, a, b, out)
    here = log_ratio(q, level)
    if here == 0.0:
        return 0.0, count
    way = 1.0 if here < 0.0 else -1.0
    rise = (ga * na + gb * nb) / q if q < np.inf else 0.0
    t = abs(here) / rise if rise > 0.0 else np.inf
    t = min(max(t, 0.05 * tolerance), tolerance)
    before = 0.0
    last = here
    while t <= 4.0 * tolerance:
        q, _ga, _gb, k = ev(f, g, params, frame, quantity, step, a + way * t * na, b + way * t * nb, out)
        count += k
        there = log_ratio(q, level)
        if (there > 0.0) != (here > 0.0):
            return way * (before + (t - before) * abs(last) / max(abs(last) + abs(there), 1e-300)), count
        before = t
        last = there
        t = max(1.5 * t, t + 0.1 * tolerance)
    return np.inf, count


@jit()
def largest_distance(ev, f, g, params, frame, quantity, step, level, tolerance, a0, b0, a1, b1, smooth, out):
    """Largest distance found from a chord to the contour, the middle left to ``middle`` where it is ``smooth``;
    evaluations. The search ends at the first point that is beyond the tolerance.
    """
    ca = a1 - a0
    cb = b1 - b0
    chord = math.sqrt(ca * ca + cb * cb)
    count = 0
    worst = 0.0
    if smooth:
        for t in (0.25, 0.75):
            q, ga, gb, k = ev(f, g, params, frame, quantity, step, a0 + t * ca, b0 + t * cb, out)
            count += k
            worst = max(worst, newton_distance(q, math.sqrt(ga * ga + gb * gb), level))
        return worst, count
    na = -cb / chord
    nb = ca / chord
    d = np.zeros(_PARTS + 1)
    for i in range(1, _PARTS):
        t = i / _PARTS
        d[i], k = _crossing(
            ev, f, g, params, frame, quantity, step, level, tolerance, a0 + t * ca, b0 + t * cb, na, nb, out
        )
        count += k
        worst = max(worst, abs(d[i]))
        if worst > tolerance:
            return worst, count
    for i in range(_PARTS):
        before = d[i] - d[i - 1] if i > 0 else 0.0
        after = d[i + 1] - d[i + 2] if i + 2 <= _PARTS else 0.0
        if before * after > 0.0:
            worst = max(worst, abs(0.5 * (d[i] + d[i + 1] + before + after)))
    return worst, count
