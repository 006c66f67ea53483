"""From crossings of cell sides to a polyline: roots on the sides, chords halved until the exact field is content."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import types

from mrsite.base.jit import jit

from .distance import largest_distance, log_ratio, middle
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
        ft = log_ratio(q, level)
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


@jit(inline=True)
def _inside(box, a, b, na, nb):
    """How far one may go from (a, b) along (na, nb) without leaving a box (a0, b0, a1, b1)."""
    reach = np.inf
    if na != 0.0:
        reach = ((box[2] if na > 0.0 else box[0]) - a) / na
    if nb != 0.0:
        reach = min(reach, ((box[3] if nb > 0.0 else box[1]) - b) / nb)
    return max(reach, 0.0)


@jit()
def _beside(ev, f, g, params, frame, quantity, step, level, tolerance, a, b, f0, na, nb, box, guess, out):
    """The contour on the normal through (a, b) within a box, on the side of the level that is wanted: point, found,
    evaluations.
    """
    count = 0
    way = 1.0 if f0 < 0.0 else -1.0  # the stronger field lies on the left
    na *= way
    nb *= way
    reach = _inside(box, a, b, na, nb)
    t = min(max(guess, 0.05 * tolerance), reach)
    last = 0.0
    last_f = f0
    for _ in range(12):
        q, sa, sb, m = ev(f, g, params, frame, quantity, step, a + t * na, b + t * nb, out)
        count += m
        ft = log_ratio(q, level)
        if abs(ft) * q < 0.01 * tolerance * math.sqrt(sa * sa + sb * sb):
            return a + t * na, b + t * nb, True, count
        if (ft > 0.0) != (f0 > 0.0):
            ra, rb, count = _between(
                ev, f, g, params, frame, quantity, step, level, tolerance,
                a + last * na, b + last * nb, last_f, a + t * na, b + t * nb, ft, count, out,
            )  # fmt: skip
            return ra, rb, True, count
        if t >= reach:
            break
        last = t
        last_f = ft
        t = min(2.0 * t, reach)
    return a, b, False, count


@jit()
def _refine(ev, f, g, params, frame, quantity, step, level, tolerance, a0, b0, a1, b1, box, smooth, points, used, out):
    """Append the contour from (a0, b0), not itself appended, to (a1, b1), without leaving their box. Returns the points
    used, the largest distance found, whether every chord is content, evaluations.
    """
    ends = np.empty((_DEPTH, 2))
    ends[0, 0] = a1
    ends[0, 1] = b1
    depth = 1
    worst = 0.0
    content = True
    count = 0
    a = a0
    b = b0
    last = used + _MOST_PER_CELL - _DEPTH
    while depth > 0:
        ea = ends[depth - 1, 0]
        eb = ends[depth - 1, 1]
        chord = math.sqrt((ea - a) ** 2 + (eb - b) ** 2)
        gap = 0.0
        if chord > tolerance:
            fm, ga, gb, along, gap, k = middle(ev, f, g, params, frame, quantity, step, level, a, b, ea, eb, out)
            count += k
            guess = gap
            if gap <= 0.98 * tolerance and along <= 0.5:
                off, k = largest_distance(
                    ev, f, g, params, frame, quantity, step, level, tolerance, a, b, ea, eb, smooth, out
                )
                count += k
                gap = max(gap, off)
            if not gap <= 0.98 * tolerance or along > 0.5:
                na = -(eb - b) / chord
                nb = (ea - a) / chord
                rise = ga * na + gb * nb
                guess = 1.05 * guess / rise if rise > 0.2 else 0.1 * chord
                ra, rb, found, k = _beside(
                    ev, f, g, params, frame, quantity, step, level, tolerance,
                    0.5 * (a + ea), 0.5 * (b + eb), fm, na, nb, box, guess, out,
                )  # fmt: skip
                count += k
                # at an end already: nothing between
                near = min((ra - a) ** 2 + (rb - b) ** 2, (ra - ea) ** 2 + (rb - eb) ** 2)
                if found and near > 0.01 * chord * chord and depth < _DEPTH and used < last:
                    ends[depth, 0] = ra
                    ends[depth, 1] = rb
                    depth += 1
                    continue
                content = False
                gap = min(gap, chord)
        if chord > 0.0:
            points[used, 0] = ea
            points[used, 1] = eb
            used += 1
        worst = max(worst, gap)
        a = ea
        b = eb
        depth -= 1
    return used, worst, content, count


@jit()
def _aside(ca, cb, a, b):
    return a * cb - b * ca


@jit()
def _crosses_itself(points, first, last):
    """Whether two chords of points first .. last - 1 that do not follow each other meet."""
    for i in range(first, last - 3):
        ca = points[i + 1, 0] - points[i, 0]
        cb = points[i + 1, 1] - points[i, 1]
        for k in range(i + 2, last - 1):
            p = _aside(ca, cb, points[k, 0] - points[i, 0], points[k, 1] - points[i, 1])
            q = _aside(ca, cb, points[k + 1, 0] - points[i, 0], points[k + 1, 1] - points[i, 1])
            if (p > 0.0) == (q > 0.0):
                continue
            da = points[k + 1, 0] - points[k, 0]
            db = points[k + 1, 1] - points[k, 1]
            r = _aside(da, db, points[i, 0] - points[k, 0], points[i, 1] - points[k, 1])
            s = _aside(da, db, points[i + 1, 0] - points[k, 0], points[i + 1, 1] - points[k, 1])
            if (r > 0.0) != (s > 0.0):
                return True
    return False


@jit()
def _reach(crossings, sides, plain, first, last, tolerance, largest):
    """The furthest crossing to which one chord may go: through cells without surprises, by the sides that the contour
    takes, all crossings between close to it.
    """
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
            if abs(_aside(ca, cb, da, db)) > 0.7 * tolerance * size or not before <= along <= size:
                return best
            low = _aside(ca, cb, sides[k, 0] - a, sides[k, 1] - b)
            high = _aside(ca, cb, sides[k, 2] - a, sides[k, 3] - b)
            if (low > 0.0) == (high > 0.0):
                return best
            before = along
        best = e
    return best


@jit(
    signature=types.Tuple((A2, I1, types.boolean[::1], A1, I8))(
        EVALUATE, FIELD, BOUND, PARAMS, A1, I8, F8, F8, A2, A2, A2, types.boolean[::1], types.boolean[::1], I1,
        types.boolean[::1], F8,
    )
)  # fmt: skip
def polylines(ev, f, g, params, frame, quantity, level, tolerance, sides, q, boxes, plain, torn, ends, closed, largest):
    """Polylines through the sides (a0, b0, a1, b1), with values ``q`` at their ends, that chains of cells cross.

    ``ends`` (exclusive) parts the sides into chains; a closed one comes back to its first side. A polyline stays in the
    box (a0, b0, a1, b1) of the cell behind each side, so that no two cross; in a ``torn`` one, which several pieces
    share, it is a straight chord. Where cells are ``plain`` a chord may run through several.

    Returns points and their ends; the sides behind which the chords are not content: too far from the contour, or
    not along it, or across each other; each chain's largest distance found; evaluations.
    """
    step = 0.05 * tolerance
    out = np.empty(12)
    room = 1
    for c in range(ends.shape[0]):
        room = max(room, ends[c] - (ends[c - 1] if c > 0 else 0) + 1)
    crossings = np.empty((room, 2))
    points = np.empty((sides.shape[0] + _MOST_PER_CELL, 2))
    done = np.empty(ends.shape[0], dtype=np.int64)
    poor = np.zeros(sides.shape[0], dtype=np.bool_)
    worst = np.zeros(ends.shape[0])
    used = 0
    count = 0
    start = 0
    for c in range(ends.shape[0]):
        n = ends[c] - start
        for i in range(n):
            s = sides[start + i]
            fa = log_ratio(q[start + i, 0], level)
            fb = log_ratio(q[start + i, 1], level)
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
            e = _reach(crossings, sides[start:], plain[start:], i, n, tolerance, largest)
            a = crossings[i, 0]
            b = crossings[i, 1]
            straight = e > i + 1 or torn[start + i]
            content = False
            while straight and not content:
                ea = crossings[e, 0]
                eb = crossings[e, 1]
                _fm, _ga, _gb, along, gap, k = middle(ev, f, g, params, frame, quantity, step, level, a, b, ea, eb, out)
                count += k
                chord = math.sqrt((ea - a) ** 2 + (eb - b) ** 2)
                content = gap <= 0.98 * tolerance and along <= 0.5
                if content and chord > tolerance:
                    off, k = largest_distance(
                        ev, f, g, params, frame, quantity, step, level, tolerance, a, b, ea, eb, plain[start + i], out
                    )
                    count += k
                    gap = max(gap, off)
                    content = gap <= 0.98 * tolerance
                content = content or chord <= tolerance
                gap = min(gap, chord)
                if e == i + 1:
                    break
                if not content:
                    e = i + (e - i) // 2
                    straight = e > i + 1
            if straight:
                points[used] = crossings[e]
                used += 1
            else:
                first = used
                used, gap, content, k = _refine(
                    ev, f, g, params, frame, quantity, step, level, tolerance, a, b,
                    crossings[e, 0], crossings[e, 1], boxes[start + i], plain[start + i], points, used, out,
                )  # fmt: skip
                count += k
                if _crosses_itself(points, first - 1, used):
                    content = False
                    points[first] = crossings[e]
                    used = first + 1
            poor[start + i] = not content
            worst[c] = max(worst[c], gap)
            i = e
        start = ends[c]
        done[c] = used
    return points[:used].copy(), done, poor, worst, count
