"""Compiled tracing of contours on a plane, through the field engine's one seam; plain loops over arrays.

A plane is ``frame`` = origin (3), u (3), v (3), normal (3), h0, h1. Quantities: 0 |B|, 1 the length of its gradient,
2 the force product,
3 the largest |B| over the heights h0 .. h1 along the normal. ``f`` and ``g`` are the engine's field and bound,
``ev`` and ``hi`` this module's
``evaluate`` and ``highest``: as arguments they are compiled once, instead of again with each function that calls them.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import types

from mrsite.base.jit import jit

B, GRADIENT, FORCE, ENVELOPE = 0, 1, 2, 3

_F8, _I8 = types.float64, types.int64
_A1, _A2 = types.float64[::1], types.float64[:, ::1]
_PARAMS = types.Tuple((types.int64[::1], types.float64[::1]))
_FIELD = types.FunctionType(types.void(_PARAMS, _F8, _F8, _F8, _A1))
_BOUND = types.FunctionType(_F8(_PARAMS, _F8, _F8, _F8, _F8))


@jit(inline=True)
def _at(f, params, frame, a, b, h, out):
    f(
        params,
        frame[0] + a * frame[3] + b * frame[6] + h * frame[9],
        frame[1] + a * frame[4] + b * frame[7] + h * frame[10],
        frame[2] + a * frame[5] + b * frame[8] + h * frame[11],
        out,
    )


@jit(inline=True)
def _pull(out, k):
    """Component k of J^T B, the gradient of |B|^2 / 2."""
    return out[3 + k] * out[0] + out[6 + k] * out[1] + out[9 + k] * out[2]


@jit()
def _scalar(f, params, frame, quantity, a, b, out):
    _at(f, params, frame, a, b, 0.0, out)
    px = _pull(out, 0)
    py = _pull(out, 1)
    pz = _pull(out, 2)
    force = math.sqrt(px * px + py * py + pz * pz)
    if quantity == FORCE:
        return force
    m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    if m > 0.0:
        return force / m
    s = 0.0  # where B vanishes |B| has a kink: the norm of J, a little above the steepest slope
    for k in range(9):
        s += out[3 + k] * out[3 + k]
    return math.sqrt(s)


@jit()
def _slope(frame, out, m):
    px = _pull(out, 0)
    py = _pull(out, 1)
    pz = _pull(out, 2)
    if m <= 0.0:
        return 0.0, 0.0, 0.0
    im = 1.0 / m
    return (
        (px * frame[3] + py * frame[4] + pz * frame[5]) * im,
        (px * frame[6] + py * frame[7] + pz * frame[8]) * im,
        (px * frame[9] + py * frame[10] + pz * frame[11]) * im,
    )


@jit()
def _bend(g, params, frame, a, b, h, radius, out):
    """A bound on the second derivatives of |B|^2 within ``radius``: 2 (J^2 + |B| |grad grad B|), from ``out`` at the
    middle.
    """
    m2 = g(
        params,
        frame[0] + a * frame[3] + b * frame[6] + h * frame[9],
        frame[1] + a * frame[4] + b * frame[7] + h * frame[10],
        frame[2] + a * frame[5] + b * frame[8] + h * frame[11],
        radius,
    )
    if not m2 < 1e300:
        return np.inf
    s = 0.0
    for k in range(9):
        s += out[3 + k] * out[3 + k]
    jm = math.sqrt(s) + radius * m2
    bm = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2]) + radius * jm
    return 2.0 * (jm * jm + bm * m2)


@jit()
def _peak(f, params, frame, a, b, lo, hi, out):
    """A local peak of |B| between two heights, by regula falsi on its slope along the normal: height, value, slopes,
    evaluations.
    """
    _at(f, params, frame, a, b, lo, out)
    ml = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    la, lb, sl = _slope(frame, out, ml)
    if sl <= 0.0:
        return lo, ml, la, lb, 1
    _at(f, params, frame, a, b, hi, out)
    mh = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    ha, hb, sh = _slope(frame, out, mh)
    if sh >= 0.0:
        return hi, mh, ha, hb, 2
    h = lo
    m = ml
    xa = la
    xb = lb
    count = 2
    last = 0
    for _ in range(6):
        h = (lo * sh - hi * sl) / (sh - sl)
        _at(f, params, frame, a, b, h, out)
        count += 1
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        xa, xb, s = _slope(frame, out, m)
        if abs(s) * (hi - lo) < 1e-7 * m:
            break
        if s > 0.0:
            lo = h
            sl = s
            if last == 1:
                sh *= 0.5
            last = 1
        else:
            hi = h
            sh = s
            if last == -1:
                sl *= 0.5
            last = -1
    return h, m, xa, xb, count


_VALUE = types.Tuple((_F8, _F8, _F8, _I8))
_HIGHEST_OF = _VALUE(_FIELD, _BOUND, _PARAMS, _A1, _F8, _F8, _F8, _F8, _A1)
_HIGHEST = types.FunctionType(_HIGHEST_OF)
_VALUE_OF = _VALUE(_FIELD, _BOUND, _PARAMS, _A1, _I8, _F8, _F8, _F8, _A1)
_EVALUATE = types.FunctionType(_VALUE_OF)


@jit(signature=_HIGHEST_OF)
def highest(f, g, params, frame, a, b, resolve, floor, out):
    """Largest |B| over the heights, and its slope in the plane there.

    The best of some samples is brought to its peak; then branch and bound looks for a better one: an interval is
    dropped where |B|^2 at its
    middle plus the most that slope and bend allow stays within ``resolve``, relative, of the best or of ``floor``.
    Where a winding is so
    close that no bound holds, intervals are halved to two centimetres.
    """
    slices = 6
    gap = (frame[13] - frame[12]) / slices
    best = -1.0
    at = frame[12]
    sa = 0.0
    sb = 0.0
    count = slices + 1
    for i in range(slices + 1):
        h = frame[12] + gap * i
        _at(f, params, frame, a, b, h, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        if not m < np.inf:
            return m, 0.0, 0.0, count
        if m > best:
            best = m
            at = h
            sa, sb, sh = _slope(frame, out, m)
    if gap <= 0.0 or best > floor > 0.0:
        return best, sa, sb, count
    h, m, xa, xb, k = _peak(f, params, frame, a, b, max(at - gap, frame[12]), min(at + gap, frame[13]), out)
    count += k
    if m > best:
        best = m
        sa = xa
        sb = xb
    low = np.empty(64)
    high = np.empty(64)
    low[0] = frame[12]
    high[0] = frame[13]
    depth = 1
    while depth > 0 and count < 400:
        depth -= 1
        x0 = low[depth]
        x1 = high[depth]
        mid = 0.5 * (x0 + x1)
        half = 0.5 * (x1 - x0)
        _at(f, params, frame, a, b, mid, out)
        count += 1
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        if not m < np.inf:
            return m, 0.0, 0.0, count
        _, _, sh = _slope(frame, out, m)
        bend = _bend(g, params, frame, a, b, mid, half, out)
        if m > best * (1.0 + 1e-9):
            h, m2, xa, xb, k = _peak(f, params, frame, a, b, x0, x1, out)
            count += k
            if m2 > best:
                best = m2
                sa = xa
                sb = xb
        excess = m * m + 2.0 * m * abs(sh) * half + 0.5 * bend * half * half
        enough = max(best, floor)
        if excess <= enough * enough * (1.0 + 2.0 * resolve) or half < (5e-4 if bend < np.inf else 0.02) or depth > 60:
            continue
        low[depth] = x0
        high[depth] = mid
        low[depth + 1] = mid
        high[depth + 1] = x1
        depth += 2
    return best, sa, sb, count


@jit(signature=_VALUE_OF)
def evaluate(f, g, params, frame, quantity, step, a, b, out):
    """Value, slope along u and v, evaluations."""
    if quantity == B:
        _at(f, params, frame, a, b, 0.0, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        sa, sb, _ = _slope(frame, out, m)
        return m, sa, sb, 1
    if quantity == ENVELOPE:
        return highest(
            f, g, params, frame, a, b, 10.0 * step, 0.0, out
        )  # |B| changes by some of its own size in a metre
    ap = _scalar(f, params, frame, quantity, a + step, b, out)
    am = _scalar(f, params, frame, quantity, a - step, b, out)
    bp = _scalar(f, params, frame, quantity, a, b + step, out)
    bm = _scalar(f, params, frame, quantity, a, b - step, out)
    q = _scalar(f, params, frame, quantity, a, b, out)
    return q, (ap - am) / (2.0 * step), (bp - bm) / (2.0 * step), 5


@jit()
def _settle(ev, hi, f, g, params, frame, quantity, step, level, tolerance, reach, a, b, out):
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
def _walk(ev, hi, f, g, params, frame, quantity, level, tolerance, step, limits, largest, a, b, way, points, out):
    """Follow the contour from (a, b); way = 1 keeps higher values on the left, -1 goes back.

    Predictor along the tangent and its measured curvature, corrector by Newton; a chord stands if the exact field at
    its middle
    says the contour is within tolerance there. Returns points, status (1 closed, 2 left the window, 0 stuck),
    largest mid-chord distance, evaluations.
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
        na, nb, ga, gb, ok, m = _settle(
            ev, hi, f, g, params, frame, quantity, step, level, tolerance, reach, pa, pb, out
        )
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
        # distance of the chord's middle from the contour, on the logarithm
        gap = abs(math.log(level / q)) * q / norm if (q > 0.0 and norm > 0.0) else np.inf
        flat = (ca * ga + cb * gb) / max(chord * norm, 1e-300)
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


@jit()
def _crossings(ev, hi, f, g, params, frame, quantity, level, step, a, b, ha, hb, seeds, found, prove, out, bend):
    """Sides of a cell whose ends lie on either side of the level; with ``prove`` also whether each side has just the
    roots its ends show.

    Returns the number of seeds, whether the sides are settled, evaluations.
    """
    q = np.empty(4)
    fv = np.empty(4)
    fa = np.empty(4)
    fb = np.empty(4)
    ca = np.array([a - ha, a + ha, a + ha, a - ha])
    cb = np.array([b - hb, b - hb, b + hb, b + hb])
    count = 0
    for i in range(4):
        if quantity == B:
            _at(f, params, frame, ca[i], cb[i], 0.0, out)
            count += 1
            m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
            q[i] = m
            fv[i] = m * m - level * level
            px = _pull(out, 0)
            py = _pull(out, 1)
            pz = _pull(out, 2)
            fa[i] = 2.0 * (px * frame[3] + py * frame[4] + pz * frame[5])
            fb[i] = 2.0 * (px * frame[6] + py * frame[7] + pz * frame[8])
        elif quantity == ENVELOPE:
            m, _sa, _sb, k = hi(f, g, params, frame, ca[i], cb[i], 1e-4, level, out)
            count += k
            q[i] = m
            fv[i] = m - level
        else:
            q[i] = _scalar(f, params, frame, quantity, ca[i], cb[i], out)
            count += 1
            fv[i] = q[i] - level
    if prove > 0:
        for i in range(4):
            j = (i + 1) % 4
            if i % 2 == 0:
                size = 2.0 * ha
                di = fa[i]
                dj = fa[j]
            else:
                size = 2.0 * hb
                di = fb[i]
                dj = fb[j]
            monotone = abs(di) > size * bend or abs(dj) > size * bend
            if monotone:
                continue
            if (fv[i] > 0.0) != (fv[j] > 0.0):
                return found, False, count
            reach = 0.125 * size * size * bend
            if abs(fv[i]) > 0.5 * size * abs(di) + reach and abs(fv[j]) > 0.5 * size * abs(dj) + reach:
                continue
            return found, False, count
    for i in range(4):
        j = (i + 1) % 4
        if (fv[i] > 0.0) != (fv[j] > 0.0) and found < seeds.shape[0] and q[i] < np.inf and q[j] < np.inf:
            seeds[found, 0] = ca[i]
            seeds[found, 1] = cb[i]
            seeds[found, 2] = ca[j]
            seeds[found, 3] = cb[j]
            found += 1
    return found, True, count


@jit()
def _column(f, g, params, frame, a, b, radius, level, out):
    """Whether the largest |B| over the heights is above (1) or below (-1) the level throughout a disc, or that is
    open (0).
    """
    slices = 8
    half = 0.5 * (frame[13] - frame[12]) / slices
    below = True
    for i in range(slices):
        h = frame[12] + (2 * i + 1) * half
        _at(f, params, frame, a, b, h, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        j = 0.0
        for t in range(9):
            j += out[3 + t] * out[3 + t]
        j = math.sqrt(j)
        if m > level and m - radius * j > level:
            bend = _bend(g, params, frame, a, b, h, radius, out)
            if m - radius * j - 0.25 * radius * radius * bend / m > level:
                return 1, i + 1
        if below:
            reach = math.sqrt(radius * radius + half * half)
            if m + reach * j >= level:
                below = False
            else:
                bend = _bend(g, params, frame, a, b, h, reach, out)
                below = m + reach * j + 0.25 * reach * reach * bend / max(m, 1e-300) < level
    return -1 if below else 0, slices


@jit()
def _search(
    ev, hi, f, g, params, frame, quantity, level, step, limits, base_a, base_b, fine, smallest, windings, seeds, out
):
    """Points of every piece of the contour in the window; see ``contours.py`` for the proof. Returns seeds, unsettled
    cells, those at windings, evaluations.

    A cell is dropped where the value at its middle and the bounds on slope and bend keep the level out of it. Where
    |B|^2 provably rises one way
    throughout a cell no piece lies whole inside, and if its sides have just the roots their corners show, sign
    changes find
    every piece that passes. All else is quartered, down to ``smallest``: ``windings`` within two such lengths of a
    winding, where bounds are no use, ``fine``
    for the quantities that have no such proof.
    """
    depth_max = 4096
    sa = np.empty(depth_max)
    sb = np.empty(depth_max)
    sh = np.empty(depth_max)
    sk = np.empty(depth_max)
    found = np.int64(0)
    unsettled = 0
    wound = 0
    count = 0
    yes = np.int64(1)
    no = np.int64(0)
    wa = 0.5 * (limits[2] - limits[0]) / base_a
    wb = 0.5 * (limits[3] - limits[1]) / base_b
    for i in range(base_a):
        for j in range(base_b):
            sa[0] = limits[0] + (2 * i + 1) * wa
            sb[0] = limits[1] + (2 * j + 1) * wb
            sh[0] = wa
            sk[0] = wb
            depth = 1
            while depth > 0:
                depth -= 1
                a = sa[depth]
                b = sb[depth]
                ha = sh[depth]
                hb = sk[depth]
                radius = math.sqrt(ha * ha + hb * hb)
                settled = False
                if quantity == ENVELOPE:
                    verdict, k = _column(f, g, params, frame, a, b, radius, level, out)
                    count += k
                    if verdict != 0:
                        continue
                    bend = np.inf
                    last = max(ha, hb) <= fine
                else:
                    _at(f, params, frame, a, b, 0.0, out)
                    count += 1
                    bend = _bend(g, params, frame, a, b, 0.0, radius, out)
                    m2 = out[0] * out[0] + out[1] * out[1] + out[2] * out[2]
                    px = _pull(out, 0)
                    py = _pull(out, 1)
                    pz = _pull(out, 2)
                    if quantity == B:
                        da = 2.0 * (px * frame[3] + py * frame[4] + pz * frame[5])
                        db = 2.0 * (px * frame[6] + py * frame[7] + pz * frame[8])
                        rise = math.sqrt(da * da + db * db)
                        if abs(m2 - level * level) > radius * rise + 0.5 * radius * radius * bend:
                            continue
                        m = math.sqrt(m2)
                        if bend < np.inf and m > level:
                            # the same on B itself, closer where it is strong; bend / 2m bounds its second derivative
                            jj = 0.0
                            for k in range(3):
                                ja = out[3 + 3 * k] * frame[3] + out[4 + 3 * k] * frame[4] + out[5 + 3 * k] * frame[5]
                                jb = out[3 + 3 * k] * frame[6] + out[4 + 3 * k] * frame[7] + out[5 + 3 * k] * frame[8]
                                jj += ja * ja + jb * jb
                            if m - radius * math.sqrt(jj) - 0.5 * radius * radius * (0.5 * bend / m) > level:
                                continue
                        settled = rise > radius * bend
                        least = smallest
                        if max(ha, hb) <= windings and not settled:
                            close = _bend(g, params, frame, a, b, 0.0, radius + 2.0 * windings, out)
                            if not close < np.inf:
                                least = windings
                                bend = np.inf
                        last = max(ha, hb) <= least
                    else:
                        force = math.sqrt(px * px + py * py + pz * pz)
                        m = math.sqrt(m2)
                        if quantity == FORCE:
                            if abs(force - level) > radius * 0.5 * bend:
                                continue
                        elif bend < np.inf:
                            least = m - radius * math.sqrt(0.5 * bend)
                            if least > 0.0 and abs(force / m - level) > radius * bend / least:
                                continue
                        last = max(ha, hb) <= fine
                if settled or last:
                    found, ok, k = _crossings(
                        ev,
                        hi,
                        f,
                        g,
                        params,
                        frame,
                        quantity,
                        level,
                        step,
                        a,
                        b,
                        ha,
                        hb,
                        seeds,
                        found,
                        yes if settled else no,
                        out,
                        bend,
                    )
                    count += k
                    if ok:
                        if quantity == B and not settled:
                            if bend < np.inf:
                                unsettled += 1
                            else:
                                wound += 1
                        continue
                    if last:
                        if bend < np.inf:
                            unsettled += 1
                        else:
                            wound += 1
                        found, ok, k = _crossings(
                            ev,
                            hi,
                            f,
                            g,
                            params,
                            frame,
                            quantity,
                            level,
                            step,
                            a,
                            b,
                            ha,
                            hb,
                            seeds,
                            found,
                            no,
                            out,
                            bend,
                        )
                        count += k
                        continue
                if depth + 4 > depth_max:
                    unsettled += 1
                    continue
                for s in range(4):
                    sa[depth] = a + (0.5 if s % 2 else -0.5) * ha
                    sb[depth] = b + (0.5 if s // 2 else -0.5) * hb
                    sh[depth] = 0.5 * ha
                    sk[depth] = 0.5 * hb
                    depth += 1
    return found, unsettled, wound, count


@jit()
def _root(ev, hi, f, g, params, frame, quantity, step, level, tolerance, side, out):
    """Where a side of a cell meets the contour: regula falsi with halved weights (Illinois), which cannot leave the
    side.
    """
    low = 0.0
    high = 1.0
    ql, _, _, k = ev(f, g, params, frame, quantity, step, side[0], side[1], out)
    qh, _, _, m = ev(f, g, params, frame, quantity, step, side[2], side[3], out)
    count = k + m
    fl = math.log(max(ql, 1e-300) / level)
    fh = math.log(max(qh, 1e-300) / level)
    size = math.sqrt((side[2] - side[0]) ** 2 + (side[3] - side[1]) ** 2)
    if (fl > 0.0) == (fh > 0.0):
        return side[0], side[1], False, count
    t = 0.5
    last = 0
    for i in range(80):
        t = (low * fh - high * fl) / (fh - fl) if i % 8 < 6 else 0.5 * (low + high)
        a = side[0] + t * (side[2] - side[0])
        b = side[1] + t * (side[3] - side[1])
        q, sa, sb, m = ev(f, g, params, frame, quantity, step, a, b, out)
        count += m
        if not q < np.inf:
            return a, b, False, count
        ft = math.log(max(q, 1e-300) / level)
        if ft == 0.0 or abs(ft) * q < 0.01 * tolerance * math.sqrt(sa * sa + sb * sb):
            break
        if (ft > 0.0) == (fh > 0.0):
            high = t
            fh = ft
            if last == 1:
                fl *= 0.5
            last = 1
        else:
            low = t
            fl = ft
            if last == -1:
                fh *= 0.5
            last = -1
        if (high - low) * size < 0.01 * tolerance:
            break
    return side[0] + t * (side[2] - side[0]), side[1] + t * (side[3] - side[1]), True, count


_TRACED = types.Tuple((_A2, types.int64[::1], types.int64[::1], _F8, _I8, _I8, _I8, _I8, _I8))
_SIGNATURE = _TRACED(
    _EVALUATE, _HIGHEST, _FIELD, _BOUND, _PARAMS, _PARAMS, _A1, _I8, _F8, _F8, _A1, _I8, _I8, _F8, _F8, _F8, _F8, _A2
)


@jit(signature=_SIGNATURE)
def trace(
    ev,
    hi,
    f,
    g,
    params,
    rough,
    frame,
    quantity,
    level,
    tolerance,
    limits,
    base_a,
    base_b,
    fine,
    smallest,
    windings,
    largest,
    known,
):
    """All pieces of one contour in a window.

    Returns points, ends (exclusive) of the pieces, status of each (1 closed, 2 open, 0 stuck), largest mid-chord
    distance, unsettled cells,
    cells at windings, seeds that led nowhere, evaluations for tracing and for seeding. With ``known`` seeds there is
    no search;
    it goes by ``rough``, the same source to fewer digits.
    """
    out = np.empty(12)
    step = 0.05 * tolerance
    count = 0
    searched = 0
    unsettled = 0
    wound = 0
    lost = 0
    if known.shape[0] > 0:
        seeds = known
        found = known.shape[0]
    else:
        room = 1 << 14
        while True:
            seeds = np.empty((room, 4))
            found, unsettled, wound, searched = _search(
                ev,
                hi,
                f,
                g,
                rough,
                frame,
                quantity,
                level,
                step,
                limits,
                base_a,
                base_b,
                fine,
                smallest,
                windings,
                seeds,
                out,
            )
            if found < room:
                break
            room *= 4
    points = np.empty((4096, 2))
    used = 0
    ends = np.empty(64, dtype=np.int64)
    status = np.empty(64, dtype=np.int64)
    pieces = 0
    worst = 0.0
    path = np.empty((1 << 15, 2))
    back = np.empty((1 << 15, 2))
    for s in range(found):
        if known.shape[0] > 0:
            a, b, _sa, _sb, ok, k = _settle(
                ev, hi, f, g, params, frame, quantity, step, level, tolerance, largest, seeds[s, 0], seeds[s, 1], out
            )
            count += k
            slack = 2.0 * tolerance
            if a < limits[0] - slack or b < limits[1] - slack or a > limits[2] + slack or b > limits[3] + slack:
                ok = False
            a = min(max(a, limits[0]), limits[2])
            b = min(max(b, limits[1]), limits[3])
        else:
            a, b, ok, k = _root(ev, hi, f, g, params, frame, quantity, step, level, tolerance, seeds[s], out)
            searched += k
        if not ok:
            lost += 1
            continue
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
            ev, hi, f, g, params, frame, quantity, level, tolerance, step, limits, largest, a, b, 1.0, path, out
        )
        count += k
        m = 0
        if end != 1:
            m, other, gap2, k = _walk(
                ev, hi, f, g, params, frame, quantity, level, tolerance, step, limits, largest, a, b, -1.0, back, out
            )
            count += k
            gap = max(gap, gap2)
            end = 2 if (end == 2 and other == 2) else 0
        total = n + max(m - 1, 0)
        if total < 2:
            continue
        if used + total + 1 > points.shape[0]:
            bigger = np.empty((2 * (used + total + 1), 2))
            for i in range(used):
                bigger[i, 0] = points[i, 0]
                bigger[i, 1] = points[i, 1]
            points = bigger
        if pieces == ends.shape[0]:
            more_ends = np.empty(2 * pieces, dtype=np.int64)
            more_status = np.empty(2 * pieces, dtype=np.int64)
            for i in range(pieces):
                more_ends[i] = ends[i]
                more_status[i] = status[i]
            ends = more_ends
            status = more_status
        for i in range(m - 1, 0, -1):
            points[used, 0] = back[i, 0]
            points[used, 1] = back[i, 1]
            used += 1
        for i in range(n):
            points[used, 0] = path[i, 0]
            points[used, 1] = path[i, 1]
            used += 1
        if end == 0 and total > 8:
            # both ways ended in one tight fold: the piece is whole but for it
            ca = points[used - total, 0] - points[used - 1, 0]
            cb = points[used - total, 1] - points[used - 1, 1]
            if ca * ca + cb * cb < 16.0 * tolerance * tolerance:
                points[used, 0] = points[used - total, 0]
                points[used, 1] = points[used - total, 1]
                used += 1
                end = 1
                gap = max(gap, 0.5 * math.sqrt(ca * ca + cb * cb))
        ends[pieces] = used
        status[pieces] = end
        pieces += 1
        worst = max(worst, gap)
    return (
        points[:used].copy(),
        ends[:pieces].copy(),
        status[:pieces].copy(),
        worst,
        unsettled,
        wound,
        lost,
        count,
        searched,
    )
