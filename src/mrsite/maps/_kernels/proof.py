"""Whether a contour passes through a cell of the plane: what is proven from one evaluation and a bound.

Each quantity is written as F = 0 with a smooth F: |B|^2 - L^2; |G|^2 - L^2 |B|^2 for the gradient; |G|^2 - L^2 for the
force product, with G = J^T B, half the gradient of |B|^2. On a disc of radius r the engine bounds the second
derivatives of B by M2; the third, since every component of them is harmonic, by M3 = 1.5 M2(r + s) / s for any s (the
gradient at the centre of a sphere of radius s is 3/s times the mean of value and outward normal). From these follow
bounds on G, on its slope H and on F's second derivatives.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .heights import column
from .plane import field_at, pull, second
from .signatures import A1, BOUND, F8, FIELD, I1, I8, PARAMS
from .values import ENVELOPE, FORCE, B, scalar

CLEAR, SIMPLE, OPEN, WOUND, CALM, DEEP = 0, 1, 2, 3, 4, 5
#: What ``classify`` may take from samples: nothing, any clear case, the same in cells that are the last, or only what
#: is far above the level.
BOUNDS_ALONE, ANY, LAST, FAR = 0, 1, 2, 3
#: A level is far below a cell whose samples all exceed it so many times: as far as the quantity varies evenly, a piece
#: in it is that much smaller than the cell.
FAR_TIMES = 30.0


@jit()
def _in_plane(frame, out):
    """Largest stretch of J by directions of the plane: the norm of its two columns J u, J v."""
    uu = 0.0
    uv = 0.0
    vv = 0.0
    for k in range(3):
        ju = out[3 + 3 * k] * frame[3] + out[4 + 3 * k] * frame[4] + out[5 + 3 * k] * frame[5]
        jv = out[3 + 3 * k] * frame[6] + out[4 + 3 * k] * frame[7] + out[5 + 3 * k] * frame[8]
        uu += ju * ju
        uv += ju * jv
        vv += jv * jv
    return math.sqrt(0.5 * (uu + vv) + math.sqrt(0.25 * (uu - vv) ** 2 + uv * uv))


@jit()
def _third(g, params, frame, a, b, radius):
    """A bound on the third derivatives of B within ``radius``."""
    least = np.inf
    beyond = 2.0 * radius
    for _ in range(3):
        m2 = second(g, params, frame, a, b, 0.0, radius + beyond)
        if not m2 < np.inf:
            break
        least = min(least, 1.5 * m2 / beyond)
        beyond *= 4.0
    return least


@jit()
def _settled(value, fa, fb, ha, hb, bend):
    """Whether F rises one way throughout the cell, and each side has just the roots that its ends show.

    A side is monotone where F's slope along it cannot vanish; else it must be free of roots.
    """
    radius = math.sqrt(ha * ha + hb * hb)
    turn = radius * bend
    if not fa * fa + fb * fb > turn * turn:
        return False
    spread = 0.5 * radius * turn
    if abs(fa) <= turn and min(abs(value + hb * fb), abs(value - hb * fb)) <= ha * abs(fa) + spread:
        return False
    return abs(fb) > turn or min(abs(value + ha * fa), abs(value - ha * fa)) > hb * abs(fb) + spread


@jit()
def _of_magnitude(frame, level, slack, ha, hb, m2, out):
    radius = math.sqrt(ha * ha + hb * hb)
    m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    jp = _in_plane(frame, out)
    spread = radius * jp + 0.5 * radius * radius * m2
    if m - spread > level + slack or m + spread < level - slack:
        return CLEAR
    px = pull(out, 0)
    py = pull(out, 1)
    pz = pull(out, 2)
    fa = 2.0 * (px * frame[3] + py * frame[4] + pz * frame[5])
    fb = 2.0 * (px * frame[6] + py * frame[7] + pz * frame[8])
    bend = 2.0 * ((jp + radius * m2) ** 2 + (m + spread) * m2)
    value = m * m - level * level
    if abs(value) > radius * math.sqrt(fa * fa + fb * fb) + 0.5 * radius * radius * bend + 2.0 * slack * level:
        return CLEAR
    return SIMPLE if _settled(value, fa, fb, ha, hb, bend) else OPEN


@jit()
def _of_pull(f, g, params, frame, quantity, level, slack, a, b, ha, hb, m2, out):
    """The same for the gradient of |B| and the force product. Verdict, evaluations beyond the middle."""
    radius = math.sqrt(ha * ha + hb * hb)
    m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    jj = 0.0
    for k in range(9):
        jj += out[3 + k] * out[3 + k]
    jp = _in_plane(frame, out)
    spread = radius * jp + 0.5 * radius * radius * m2
    j_most = math.sqrt(jj) + radius * m2
    b_most = m + spread
    gx = pull(out, 0)
    gy = pull(out, 1)
    gz = pull(out, 2)
    force = math.sqrt(gx * gx + gy * gy + gz * gz)
    low = level if quantity == FORCE else level * (m - spread)
    high = level if quantity == FORCE else level * b_most
    h_most = j_most * j_most + b_most * m2
    if force - radius * h_most > high * (1.0 + slack) or force + radius * h_most < low * (1.0 - slack):
        return CLEAR, 0
    m3 = _third(g, params, frame, a, b, radius)
    along_a = 2.0 * (gx * frame[3] + gy * frame[4] + gz * frame[5])
    along_b = 2.0 * (gx * frame[6] + gy * frame[7] + gz * frame[8])
    # H along u and v by differences over a small part of the cell: within half that step of the middle's own
    step = 0.02 * radius
    dh = 3.0 * j_most * m2 + b_most * m3
    hh = 0.0
    fa = 0.0
    fb = 0.0
    for axis in range(2):
        da = step if axis == 0 else 0.0
        db = step - da
        field_at(f, params, frame, a + da, b + db, 0.0, out)
        ux = pull(out, 0)
        uy = pull(out, 1)
        uz = pull(out, 2)
        field_at(f, params, frame, a - da, b - db, 0.0, out)
        ux = (ux - pull(out, 0)) / (2.0 * step)
        uy = (uy - pull(out, 1)) / (2.0 * step)
        uz = (uz - pull(out, 2)) / (2.0 * step)
        hh += ux * ux + uy * uy + uz * uz
        rise = 2.0 * (gx * ux + gy * uy + gz * uz)
        if axis == 0:
            fa = rise
        else:
            fb = rise
    h_mid = math.sqrt(hh) + 0.5 * step * dh
    force_spread = radius * h_mid + 0.5 * radius * radius * dh
    h_most = min(h_mid + radius * dh, h_most)
    bend = 2.0 * (h_most * h_most + (force + radius * h_most) * dh)
    if quantity == FORCE:
        value = force * force - level * level
    else:
        value = force * force - level * level * m * m
        fa -= level * level * along_a
        fb -= level * level * along_b
        bend += 2.0 * level * level * ((jp + radius * m2) ** 2 + b_most * m2)
    if force - force_spread > high * (1.0 + slack) or force + force_spread < low * (1.0 - slack):
        return CLEAR, 4
    rise = math.sqrt(fa * fa + fb * fb) + 0.5 * step * bend
    if abs(value) > radius * rise + 0.5 * radius * radius * bend + 2.0 * slack * high * high:
        return CLEAR, 4
    # the slopes are known to half a step: as if the cell were larger by it
    return (SIMPLE if _settled(value, fa, fb, ha + 0.5 * step, hb + 0.5 * step, bend) else OPEN), 4


@jit()
def _sampled(f, params, frame, quantity, level, a, b, ha, hb, only_far, out):
    """No bound holds here. Whether five samples lie on one side of the level, and further from it than they vary."""
    least = np.inf
    most = -np.inf
    for k in range(5):
        da = 0.0 if k == 4 else (ha if k % 2 else -ha)
        db = 0.0 if k == 4 else (hb if k // 2 else -hb)
        q = scalar(f, params, frame, quantity, a + da, b + db, out)
        least = min(least, q)
        most = max(most, q)
        if not q < np.inf:
            return False
    if only_far:
        return least > FAR_TIMES * level
    return least - level > 0.5 * (most - least) or level - most > 0.5 * (most - least)


@jit(signature=I8(FIELD, BOUND, PARAMS, A1, I8, F8, F8, A1, A1, F8, F8, I8, I1))
def classify(f, g, params, frame, quantity, level, slack, a, b, ha, hb, sample, verdict):
    """What is known of the contour in each cell (a, b) +- (ha, hb); returns evaluations.

    0 none passes; 1 it passes, no piece lies whole inside, and the signs at the corners show all its crossings of the
    sides; 2 not known; 3 a winding is too near for any bound; 4 with ``sample``, neither is known, but five samples lie
    well on one side of the level; 5 with ``sample`` FAR, they lie far above it. Samples stand in where bounds are no
    use: at windings, and for the gradient and the force product everywhere. ``slack`` is what the values themselves may
    be wrong by, as a part of the level.
    """
    out = np.empty(12)
    count = 0
    radius = math.sqrt(ha * ha + hb * hb)
    for i in range(a.shape[0]):
        if quantity == ENVELOPE:
            side, k = column(f, g, params, frame, a[i], b[i], radius, level, out)
            count += k
            verdict[i] = OPEN if side == 0 else CLEAR
            continue
        m2 = second(g, params, frame, a[i], b[i], 0.0, radius)
        verdict[i] = WOUND
        if m2 < np.inf:
            field_at(f, params, frame, a[i], b[i], 0.0, out)
            count += 1
            if quantity == B:
                verdict[i] = _of_magnitude(frame, level, slack * level, ha, hb, m2, out)
            else:
                verdict[i], k = _of_pull(f, g, params, frame, quantity, level, slack, a[i], b[i], ha, hb, m2, out)
                count += k
            if (
                sample > 0
                and verdict[i] == OPEN
                and not second(g, params, frame, a[i], b[i], 0.0, 6.0 * radius) < np.inf
            ):
                verdict[i] = WOUND
        if sample == FAR:
            if verdict[i] == WOUND:
                count += 5
                if _sampled(f, params, frame, quantity, level, a[i], b[i], ha, hb, True, out):
                    verdict[i] = DEEP
        elif sample > 0 and (verdict[i] == WOUND or (verdict[i] == OPEN and quantity != B)):
            count += 5
            if _sampled(f, params, frame, quantity, level, a[i], b[i], ha, hb, False, out):
                verdict[i] = CALM
    return count
