"""From crossings of cell sides to a polyline: roots on the sides, chords halved until the exact field is content."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import types

from mrsite.base.jit import jit

from .heights import highest
from .signatures import A1, A2, BOUND, F8, FIELD, I1, I8, PARAMS
from .values import ENVELOPE, EVALUATE, scalar

_DEPTH = 24
_MOST_PER_CELL = 512


@jit(signature=I8(FIELD, BOUND, PARAMS, A1, I8, F8, A1, A1, A1))
def node_values(f, g, params, frame, quantity, level, a, b, q):
    """The quantity at corners of cells, of an envelope only what shows the side of the level. Returns evaluations."""
    out = np.empty(12)
    count = 0
    for i in range(a.shape[0]):
        if quantity == ENVELOPE:
            q[i], _sa, _sb, k = highest(f, g, params, frame, a[i], b[i], 1e-4, level, out)
            count += k
        else:
            q[i] = scalar(f, params, frame, quantity, a[i], b[i], out)
            count += 1
    return count


@jit(inline=True)
def _log(q, level):
    # on a wire |B| is without bound
    return math.log(max(q, 1e-300) / level) if q < np.inf else 50.0


@jit()
def _between(ev, f, g, params, frame, quantity, step, level, tolerance, a0, b0, f0, a1, b1, f1, count, out):
    size = math.sqrt((a1 - a0) ** 2 + (b1 - b0) ** 2)
    if (f0 > 0.0) == (f1 > 0.0):  # apart by less than the search's own digits: it lies at an end
        if abs(f0) < abs(f1):
            return a0, b0, count
        return a1, b1, count
    low = 0.0
    high = 1.0
    t = 0.5
    last = 0
    for i in range(80):
        t = (low * f1 - high * f0) / (f1 - f0) if i % 6 < 4 else 0.5 * (low + high)
        a = a0 + t * (a1 - a0)
        b = b0 + t * (b1 - b0)
        q, sa, sb, m = ev(f, g, params, frame, quantity, step, a, b, out)
        count += m
        ft = _log(q, level)
        if ft == 0.0 or abs(ft) * q < 0.01 * tolerance * math.sqrt(sa * sa + sb * sb):
            break
        if (ft > 0.0) == (f1 > 0.0):
            high = t
            f1 = ft
            if last == 1:
                f0 *= 0.5
            last = 1
        else:
            low = t
            f0 = ft
            if last == -1:
                f1 *= 0.5
            last = -1
        if (high - low) * size < 0.01 * tolerance:
            break
    return a0 + t * (a1 - a0), b0 + t * (b1 - b0), count


@jit()
def _beside(ev, f, g, params, frame, quantity, step, level, tolerance, a, b, f0, na, nb, reach, guess, out):
    """The contour on the normal through (a, b), on the side of the level that is wanted: point, found, evaluations."""
    count = 0
    way = 1.0 if f0 < 0.0 else -1.0  # the stronger field lies on the left
    t = min(max(guess, 0.05 * tolerance), reach)
    last = 0.0
    last_f = f0
    for _ in range(12):
        q, sa, sb, m = ev(f, g, params, frame, quantity, step, a + way * t * na, b + way * t * nb, out)
        count += m
        ft = _log(q, level)
        if abs(ft) * q < 0.01 * tolerance * math.sqrt(sa * sa + sb * sb):
            return a + way * t * na, b + way * t * nb, True, count
        if (ft > 0.0) != (f0 > 0.0):
            ra, rb, count = _between(
                ev, f, g, params, frame, quantity, step, level, tolerance,
                a + way * last * na, b + way * last * nb, last_f,
                a + way * t * na, b + way * t * nb, ft, count, out,
            )  # fmt: skip
            return ra, rb, True, count
        if t >= reach:
            break
        last = t
        last_f = ft
        t = min(2.0 * t, reach)
    return a, b, False, count


@jit()
def _refine(ev, f, g, params, frame, quantity, step, level, tolerance, a0, b0, a1, b1, points, used, out):
    """Append the contour from (a0, b0), not itself appended, to (a1, b1). Returns the points used, the largest
    distance found in mid-chord, evaluations.
    """
    ends = np.empty((_DEPTH, 2))
    ends[0, 0] = a1
    ends[0, 1] = b1
    depth = 1
    worst = 0.0
    count = 0
    a = a0
    b = b0
    last = used + _MOST_PER_CELL - _DEPTH
    while depth > 0:
        ea = ends[depth - 1, 0]
        eb = ends[depth - 1, 1]
        ca = ea - a
        cb = eb - b
        chord = math.sqrt(ca * ca + cb * cb)
        gap = 0.0
        if chord > tolerance:
            ma = 0.5 * (a + ea)
            mb = 0.5 * (b + eb)
            q, ga, gb, k = ev(f, g, params, frame, quantity, step, ma, mb, out)
            count += k
            norm = math.sqrt(ga * ga + gb * gb)
            fm = _log(q, level)
            gap = abs(fm) * q / norm if norm > 0.0 else np.inf
            along = abs(ca * ga + cb * gb) / max(chord * norm, 1e-300)
            if not gap <= 0.98 * tolerance or along > 0.5:
                if depth < _DEPTH and used < last and norm > 0.0:
                    na = -cb / chord
                    nb = ca / chord
                    rise = (ga * na + gb * nb) / norm
                    guess = 1.05 * gap / rise if rise > 0.2 else 0.1 * chord
                    ra, rb, found, k = _beside(
                        ev, f, g, params, frame, quantity, step, level, tolerance, ma, mb, fm, na, nb,
                        2.0 * chord, guess, out,
                    )  # fmt: skip
                    count += k
                    # at an end already: nothing between
                    near = min((ra - a) ** 2 + (rb - b) ** 2, (ra - ea) ** 2 + (rb - eb) ** 2)
                    if found and near > 0.01 * chord * chord:
                        ends[depth, 0] = ra
                        ends[depth, 1] = rb
                        depth += 1
                        continue
                gap = min(gap, chord)
        if chord > 0.0:
            points[used, 0] = ea
            points[used, 1] = eb
            used += 1
        worst = max(worst, gap)
        a = ea
        b = eb
        depth -= 1
    return used, worst, count


@jit()
def _reach(crossings, plain, first, last, tolerance, largest):
    """The furthest crossing to which one chord may go: cells without surprises, all crossings between close to it."""
    best = first + 1
    a = crossings[first, 0]
    b = crossings[first, 1]
    for e in range(first + 2, last):
        if not plain[e - 2] or not plain[e - 1]:
            break
        ca = crossings[e, 0] - a
        cb = crossings[e, 1] - b
        size = math.sqrt(ca * ca + cb * cb)
        if size > largest:
            break
        before = 0.0
        for k in range(first + 1, e):
            da = crossings[k, 0] - a
            db = crossings[k, 1] - b
            along = (da * ca + db * cb) / size
            if abs(da * cb - db * ca) > 0.7 * tolerance * size or not before <= along <= size:
                return best
            before = along
        best = e
    return best


@jit(
    signature=types.Tuple((A2, I1, F8, I8))(
        EVALUATE, FIELD, BOUND, PARAMS, A1, I8, F8, F8, A2, A2, types.boolean[::1], I1, types.boolean[::1], F8
    )
)
def polylines(ev, f, g, params, frame, quantity, level, tolerance, sides, q, plain, ends, closed, largest):
    """Polylines through the sides (a0, b0, a1, b1), with values ``q`` at their ends, that chains of cells cross.

    ``ends`` (exclusive) parts the sides into chains; a closed one comes back to its first side. Where the cell behind
    a side is ``plain`` chords may run through several. Returns points and their ends, the largest distance found in
    mid-chord, evaluations.
    """
    step = 0.05 * tolerance
    out = np.empty(12)
    room = 1
    for c in range(ends.shape[0]):
        room = max(room, ends[c] - (ends[c - 1] if c > 0 else 0) + 1)
    crossings = np.empty((room, 2))
    points = np.empty((sides.shape[0] + _MOST_PER_CELL, 2))
    done = np.empty(ends.shape[0], dtype=np.int64)
    used = 0
    worst = 0.0
    count = 0
    start = 0
    for c in range(ends.shape[0]):
        n = ends[c] - start
        for i in range(n):
            s = sides[start + i]
            fa = _log(q[start + i, 0], level)
            fb = _log(q[start + i, 1], level)
            a, b, count = _between(
                ev, f, g, params, frame, quantity, step, level, tolerance, s[0], s[1], fa, s[2], s[3], fb, count, out
            )
            crossings[i, 0] = a
            crossings[i, 1] = b
        if closed[c]:
            crossings[n] = crossings[0]
            n += 1
        points[used] = crossings[0]
        used += 1
        i = 0
        while i < n - 1:
            if points.shape[0] < used + _MOST_PER_CELL:
                bigger = np.empty((2 * points.shape[0] + _MOST_PER_CELL, 2))
                bigger[:used] = points[:used]
                points = bigger
            e = _reach(crossings, plain[start:], i, n, tolerance, largest)
            used, gap, k = _refine(
                ev, f, g, params, frame, quantity, step, level, tolerance,
                crossings[i, 0], crossings[i, 1], crossings[e, 0], crossings[e, 1], points, used, out,
            )  # fmt: skip
            count += k
            worst = max(worst, gap)
            i = e
        start = ends[c]
        done[c] = used
    return points[:used].copy(), done, worst, count
