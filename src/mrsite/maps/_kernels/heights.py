"""The largest |B| over the heights h0 .. h1 along a plane's normal: a peak followed, branch and bound, a column."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .plane import bend, field_at, slope
from .signatures import A1, BOUND, F8, FIELD, PARAMS, VALUE

HIGHEST = VALUE(FIELD, BOUND, PARAMS, A1, F8, F8, F8, F8, A1)


@jit()
def _peak(f, params, frame, a, b, lo, hi, out):
    """A local peak of |B| between two heights, by regula falsi on its slope along the normal: height, value, slopes,
    evaluations.
    """
    field_at(f, params, frame, a, b, lo, out)
    ml = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    la, lb, sl = slope(frame, out, ml)
    if sl <= 0.0:
        return lo, ml, la, lb, 1
    field_at(f, params, frame, a, b, hi, out)
    mh = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    ha, hb, sh = slope(frame, out, mh)
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
        field_at(f, params, frame, a, b, h, out)
        count += 1
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        xa, xb, s = slope(frame, out, m)
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


@jit(signature=HIGHEST)
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
        field_at(f, params, frame, a, b, h, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        if not m < np.inf:
            return m, 0.0, 0.0, count
        if m > best:
            best = m
            at = h
            sa, sb, sh = slope(frame, out, m)
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
        field_at(f, params, frame, a, b, mid, out)
        count += 1
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        if not m < np.inf:
            return m, 0.0, 0.0, count
        _, _, sh = slope(frame, out, m)
        most = bend(g, params, frame, a, b, mid, half, out)
        if m > best * (1.0 + 1e-9):
            h, m2, xa, xb, k = _peak(f, params, frame, a, b, x0, x1, out)
            count += k
            if m2 > best:
                best = m2
                sa = xa
                sb = xb
        excess = m * m + 2.0 * m * abs(sh) * half + 0.5 * most * half * half
        enough = max(best, floor)
        if excess <= enough * enough * (1.0 + 2.0 * resolve) or half < (5e-4 if most < np.inf else 0.02) or depth > 60:
            continue
        low[depth] = x0
        high[depth] = mid
        low[depth + 1] = mid
        high[depth + 1] = x1
        depth += 2
    return best, sa, sb, count


@jit()
def column(f, g, params, frame, a, b, radius, level, out):
    """Whether the largest |B| over the heights is above (1) or below (-1) the level throughout a disc, or that is
    open (0).
    """
    slices = 8
    half = 0.5 * (frame[13] - frame[12]) / slices
    below = True
    for i in range(slices):
        h = frame[12] + (2 * i + 1) * half
        field_at(f, params, frame, a, b, h, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        j = 0.0
        for t in range(9):
            j += out[3 + t] * out[3 + t]
        j = math.sqrt(j)
        if m > level and m - radius * j > level:
            most = bend(g, params, frame, a, b, h, radius, out)
            if m - radius * j - 0.25 * radius * radius * most / m > level:
                return 1, i + 1
        if below:
            reach = math.sqrt(radius * radius + half * half)
            if m + reach * j >= level:
                below = False
            else:
                most = bend(g, params, frame, a, b, h, reach, out)
                below = m + reach * j + 0.25 * reach * reach * most / max(m, 1e-300) < level
    return -1 if below else 0, slices
