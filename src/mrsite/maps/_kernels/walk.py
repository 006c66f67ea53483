"""Follow a contour from a known point: predictor along its curvature, corrector by Newton, every chord checked."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import types

from mrsite.base.jit import jit

from .distance import newton_distance
from .signatures import A1, A2, BOUND, F8, FIELD, I1, I8, PARAMS
from .values import EVALUATE

_MOST_POINTS = 1 << 13


@jit()
def _settle(ev, f, g, params, frame, quantity, step, level, tolerance, reach, a, b, out):
    """Newton steps onto the contour from nearby: point, slope, whether it was reached, evaluations.

    A step is the last where its square times the field's relative slope (what Newton leaves over) is far below the
    tolerance.
    """
    count = 0
    a0 = a
    b0 = b
    for _ in range(25):
        q, sa, sb, n = ev(f, g, params, frame, quantity, step, a, b, out)
        count += n
        s2 = sa * sa + sb * sb
        if not (q > 0.0 and s2 > 0.0 and q < np.inf):
            return a, b, sa, sb, False, count
        # Newton on the logarithm: on a power law it converges from further away
        move = q * math.log(level / q) / s2
        da = move * sa
        db = move * sb
        size = math.sqrt(da * da + db * db)
        if size > 0.5 * reach:
            da *= 0.5 * reach / size
            db *= 0.5 * reach / size
        a += da
        b += db
        if (a - a0) ** 2 + (b - b0) ** 2 > reach * reach:
            return a, b, sa, sb, False, count
        if size * size * math.sqrt(s2) / q < 0.01 * tolerance and size < 0.3 * reach:
            return a, b, sa, sb, True, count
    return a, b, sa, sb, False, count


@jit()
def _walk(ev, f, g, params, frame, quantity, step, level, tolerance, limits, largest, a, b, way, points, out):
    """Follow the contour from (a, b); way = 1 keeps higher values on the left, -1 goes back.

    Predictor along the tangent and its measured curvature, corrector by Newton; a chord stands if the exact field at
    its middle, and with it the slopes at its ends, say that the contour is within tolerance all along. Returns points,
    status (1 closed, 2 left the window, 0 stuck), largest distance found, evaluations.
    """
    room = points.shape[0]
    points[0, 0] = a
    points[0, 1] = b
    n = 1
    q, sa, sb, count = ev(f, g, params, frame, quantity, step, a, b, out)
    norm = math.sqrt(sa * sa + sb * sb)
    if not norm > 0.0:
        return n, 0, 0.0, count
    ta = way * sb / norm
    tb = -way * sa / norm
    start_ta = ta
    start_tb = tb
    bend = 0.0
    h = min(0.25 * largest, math.sqrt(8.0 * tolerance * largest))
    worst = 0.0
    length = 0.0
    fails = 0
    while n < room - 1:
        if h < 1e-3 * tolerance or fails > 200:
            return n, 0, worst, count
        pa = a + h * ta - 0.5 * bend * h * h * tb
        pb = b + h * tb + 0.5 * bend * h * h * ta
        # near a saddle a vertex may lie off the contour by more than a short step: let the next one come back
        reach = 0.5 * h + tolerance
        na, nb, ga, gb, ok, m = _settle(ev, f, g, params, frame, quantity, step, level, tolerance, reach, pa, pb, out)
        count += m
        norm = math.sqrt(ga * ga + gb * gb)
        if not ok or (na - a) * ta + (nb - b) * tb < 0.2 * h:
            h *= 0.4
            fails += 1
            continue
        ua = way * gb / norm
        ub = -way * ga / norm
        turn = ta * ub - tb * ua
        along = ta * ua + tb * ub
        if (
            along < 0.8 and h > 0.5 * tolerance
        ):  # at a winding's face |B| has a kink: steps shorter than the tolerance round it
            h *= 0.5
            fails += 1
            continue
        status = 0
        ca = na - a
        cb = nb - b
        chord = math.sqrt(ca * ca + cb * cb)
        if n > 2 or length > 0.0:
            # has it come round? The start lies on this chord, and the contour runs the same way there
            da = points[0, 0] - a
            db = points[0, 1] - b
            ahead = (da * ca + db * cb) / chord
            aside = abs(da * cb - db * ca) / chord
            same = ua * start_ta + ub * start_tb
            if n > 2 and 0.0 < ahead <= chord * (1.0 + 1e-9) and aside < 4.0 * tolerance + 0.02 * chord and same > 0.7:
                na = points[0, 0]
                nb = points[0, 1]
                status = 1
        if status == 0 and (na < limits[0] or nb < limits[1] or na > limits[2] or nb > limits[3]):
            # the chord leaves: take its crossing with the window, then slide along that side onto the contour
            t = 1.0
            side = 0
            if na < limits[0] and (limits[0] - a) / ca < t:
                t = (limits[0] - a) / ca
                side = 1
            if na > limits[2] and (limits[2] - a) / ca < t:
                t = (limits[2] - a) / ca
                side = 2
            if nb < limits[1] and (limits[1] - b) / cb < t:
                t = (limits[1] - b) / cb
                side = 3
            if nb > limits[3] and (limits[3] - b) / cb < t:
                t = (limits[3] - b) / cb
                side = 4
            t = max(t, 0.0)
            ea = a + t * ca
            eb = b + t * cb
            if side == 1:
                ea = limits[0]
            elif side == 2:
                ea = limits[2]
            elif side == 3:
                eb = limits[1]
            else:
                eb = limits[3]
            for _ in range(8):
                q, xa, xb, m = ev(f, g, params, frame, quantity, step, ea, eb, out)
                count += m
                s = xb if side <= 2 else xa
                if not (q > 0.0 and abs(s) > 1e-3 * math.sqrt(xa * xa + xb * xb)):
                    break
                move = q * math.log(level / q) / s
                move = max(-0.2 * chord, min(0.2 * chord, move))
                if side <= 2:
                    eb = max(limits[1], min(limits[3], eb + move))
                else:
                    ea = max(limits[0], min(limits[2], ea + move))
                if abs(move) < 0.02 * tolerance:
                    break
            na = ea
            nb = eb
            status = 2
        ca = na - a
        cb = nb - b
        chord = math.sqrt(ca * ca + cb * cb)
        q, ga, gb, m = ev(f, g, params, frame, quantity, step, 0.5 * (a + na), 0.5 * (b + nb), out)
        count += m
        norm = math.sqrt(ga * ga + gb * gb)
        gap = newton_distance(q, norm, level)
        flat = (ca * ga + cb * gb) / max(chord * norm, 1e-300)
        if gap < np.inf:
            # at both quarters, by the cubics through the middle and the ends with their slopes
            side = 1.0 if q > level else -1.0
            offset = -side * way * gap
            lean = -way * flat
            first = (ca * tb - cb * ta) / max(ca * ta + cb * tb, 1e-300) - lean
            # an end on the window, or the start itself, has its slope further on
            second = lean - (ca * ub - cb * ua) / max(ca * ua + cb * ub, 1e-300) if status == 0 else 0.0
            for bend_of in (first, second):
                gap = max(gap, abs(0.5 * offset + 0.0625 * chord * bend_of))
        if not gap <= 0.98 * tolerance or (abs(flat) > 0.5 and chord > tolerance):
            if chord <= tolerance:
                gap = chord  # no chord is shorter than this: a kink
            else:
                factor = math.sqrt(0.7 * tolerance / gap) if gap < np.inf else 0.4
                h = min(h, chord) * min(max(factor, 0.25), 0.7)
                fails += 1
                continue
        fails = 0
        worst = max(worst, gap)
        points[n, 0] = na
        points[n, 1] = nb
        n += 1
        length += chord
        if status > 0:
            return n, status, worst, count
        bend = turn / max(chord, 1e-300)
        a = na
        b = nb
        ta = ua
        tb = ub
        grow = math.sqrt(0.85 * tolerance / max(gap, 1e-30))
        h = min(h * min(max(grow, 0.4), 1.6), largest, 0.6 / max(abs(bend), 1e-9))
    return n, 0, worst, count


@jit()
def _near(points, first, last, a, b, distance):
    """Whether (a, b) lies within a distance of a polyline."""
    d2 = distance * distance
    for i in range(first, last - 1):
        xa = points[i, 0]
        xb = points[i, 1]
        ca = points[i + 1, 0] - xa
        cb = points[i + 1, 1] - xb
        c2 = ca * ca + cb * cb
        t = ((a - xa) * ca + (b - xb) * cb) / c2 if c2 > 0.0 else 0.0
        t = min(max(t, 0.0), 1.0)
        if (xa + t * ca - a) ** 2 + (xb + t * cb - b) ** 2 <= d2:
            return True
    return False


@jit(signature=types.Tuple((A2, I1, I1, F8, I8))(EVALUATE, FIELD, BOUND, PARAMS, A1, I8, F8, F8, A1, F8, A2))
def walk_from(ev, f, g, params, frame, quantity, level, tolerance, limits, largest, seeds):
    """The pieces of a contour near known points, each followed once.

    Returns points, ends (exclusive) of the pieces, status of each (1 closed, 2 leaves the window, 0 stuck), largest
    distance found, evaluations.
    """
    step = 0.05 * tolerance
    out = np.empty(12)
    count = 0
    room = seeds.shape[0]
    points = np.empty((4096, 2))
    used = 0
    ends = np.empty(room, dtype=np.int64)
    status = np.empty(room, dtype=np.int64)
    pieces = 0
    worst = 0.0
    path = np.empty((_MOST_POINTS, 2))
    back = np.empty((_MOST_POINTS, 2))
    for s in range(room):
        a, b, _sa, _sb, ok, k = _settle(
            ev, f, g, params, frame, quantity, step, level, tolerance, largest, seeds[s, 0], seeds[s, 1], out
        )
        count += k
        slack = 2.0 * tolerance
        if a < limits[0] - slack or b < limits[1] - slack or a > limits[2] + slack or b > limits[3] + slack:
            ok = False
        if not ok:
            continue
        a = min(max(a, limits[0]), limits[2])
        b = min(max(b, limits[1]), limits[3])
        first = 0
        seen = False
        for p in range(pieces):
            if _near(points, first, ends[p], a, b, 2.5 * tolerance):
                seen = True
                break
            first = ends[p]
        if seen:
            continue
        n, end, gap, k = _walk(
            ev, f, g, params, frame, quantity, step, level, tolerance, limits, largest, a, b, 1.0, path, out
        )
        count += k
        m = 0
        if end != 1:
            m, other, gap2, k = _walk(
                ev, f, g, params, frame, quantity, step, level, tolerance, limits, largest, a, b, -1.0, back, out
            )
            count += k
            gap = max(gap, gap2)
            end = 2 if (end == 2 and other == 2) else 0
        total = n + max(m - 1, 0)
        if used + total > points.shape[0]:
            bigger = np.empty((2 * (used + total), 2))
            bigger[:used] = points[:used]
            points = bigger
        for i in range(m - 1, 0, -1):
            points[used] = back[i]
            used += 1
        points[used : used + n] = path[:n]
        used += n
        ends[pieces] = used
        status[pieces] = end
        pieces += 1
        worst = max(worst, gap)
    return points[:used].copy(), ends[:pieces].copy(), status[:pieces].copy(), worst, count
