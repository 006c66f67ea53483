"""Thick coils of rectangular section: a Gauss rule over loops where that converges fast, else their two ends.

Integrated over z' a loop's field is known: B_rho/rho becomes -A_phi/rho and B_z a thin solenoid's end. So a coil is
also the
difference of two ends, each an integral over the radius r alone, which is smooth unless the point is close to that
end's plane *and*
between the radii; there the panels are graded towards r = rho. The z-derivatives need no more than the loops of the
two ends.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .elliptic import (
    STEPS_1,
    STEPS_2,
    STEPS_3,
    disc_bz,
    distances,
    loop_terms,
    nvq_1,
    nvq_2,
    nvq_3,
    nvq_6,
)

LADDER = np.array([2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32])
RUNGS = LADDER.shape[0]


def _tables():
    nodes = np.zeros((33, 32))
    weights = np.zeros((33, 32))
    for n in range(1, 33):
        nodes[n, :n], weights[n, :n] = np.polynomial.legendre.leggauss(n)
    return nodes, weights


NODES, WEIGHTS = _tables()


@jit()
def rung_limits(digits):
    """cosh(ln size) of the smallest ellipse on which each rung's rule has error exp(-digits); last, nodes of a
    graded panel.

    A rule of n nodes errs by at most a constant times size^(-2n) (Trefethen, Approximation Theory and Approximation
    Practice, 2013, theorem 19.3). The constant is the integrand's modulus on a somewhat smaller ellipse, which for many
    nodes, and so a near winding, grows as a power of them. What comes of this choice is bounded in ``quadrature``.
    """
    out = np.empty(RUNGS + 1)
    out[RUNGS] = min(
        32.0, math.ceil((digits - 1.0) / 1.84)
    )  # nodes of a graded panel, whose ellipse has size 2.51 at least
    for i in range(RUNGS):
        n = LADDER[i]
        s = math.exp((digits + 5.0 * math.log(max(1.0, n / 8.0))) / (2.0 * n))
        out[i] = 0.5 * (s + 1.0 / s)
    return out


@jit(inline=True)
def _rung(limits, c):
    for i in range(RUNGS):
        if c >= limits[i]:
            return i
    return RUNGS


@jit(inline=True)
def foci(u, v):
    """Half the sum of distances of u + iv from +-1: cosh(ln size) of the ellipse through it."""
    return 0.5 * (math.sqrt((u - 1.0) * (u - 1.0) + v * v) + math.sqrt((u + 1.0) * (u + 1.0) + v * v))


# Ways to do one coil at one point, packed in a key: rules over loops (radial rung, axial rung, AGM steps), ends,
# graded ends.
STEPS = 4
WAYS_LOOPS = (RUNGS + 1) * (RUNGS + 1) * STEPS
WAY_GRADED = WAYS_LOOPS + RUNGS * STEPS
WAY_NAN = WAY_GRADED + 1
WAYS = WAY_NAN + 1


@jit(inline=True)
def steps_for(near2, far2):
    """Which of the four step counts serves (alpha/beta)^2 >= near2/far2."""
    if near2 >= STEPS_1 * far2:
        return 0
    if near2 >= STEPS_2 * far2:
        return 1
    if near2 >= STEPS_3 * far2:
        return 2
    return 3


@jit()
def way(limits, r1, r2, z1, z2, rho, z):
    """The cheapest way that reaches the digits of ``limits`` at (rho, z)."""
    hr = 0.5 * (r2 - r1)
    hz = 0.5 * (z2 - z1)
    u = rho - 0.5 * (r1 + r2)
    w = z - 0.5 * (z1 + z2)
    if not (rho < 1e300 and abs(w) < 1e300):
        return WAY_NAN
    gap_r = max(abs(u) - hr, 0.0)
    gap_z = max(abs(w) - hz, 0.0)
    near2 = gap_r * gap_r + gap_z * gap_z
    if hr == 0.0:
        far = abs(w) + hz
        s = steps_for(near2, (r2 + rho) * (r2 + rho) + far * far)
        return s if near2 > 0.0 else WAY_NAN
    kr = _rung(limits, foci(u / hr, gap_z / hr))
    kz = _rung(limits, foci(w / hz, gap_r / hz))
    ends = min(abs(z - z1), abs(z - z2))
    # the two ends may be far larger than their difference: a rung more
    ke = _rung(limits, foci(u / hr, ends / hr)) + 1
    loops = 1000000
    if kr < RUNGS and kz < RUNGS:
        loops = LADDER[kr] * LADDER[kz]
    far = abs(w) + hz
    far2 = (r2 + rho) * (r2 + rho) + far * far
    # a node of both ends costs about four loops
    if ke < RUNGS and 4 * LADDER[ke] < loops:
        return WAYS_LOOPS + ke * STEPS + steps_for(gap_r * gap_r + ends * ends, far2)
    if loops < 400:
        return (kr * RUNGS + kz) * STEPS + steps_for(near2, far2)
    return WAY_GRADED


@jit(contract=True)
def _loop_1(a, z0, wt, n, rho, z, acc):
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_1(w2, ab, sig)
        f, bz, g, h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        acc[0, i] += wt * f
        acc[1, i] += wt * bz
        acc[2, i] += wt * g
        acc[3, i] += wt * h


@jit(contract=True)
def _loop_2(a, z0, wt, n, rho, z, acc):
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_2(w2, ab, sig)
        f, bz, g, h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        acc[0, i] += wt * f
        acc[1, i] += wt * bz
        acc[2, i] += wt * g
        acc[3, i] += wt * h


@jit(contract=True)
def _loop_3(a, z0, wt, n, rho, z, acc):
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_3(w2, ab, sig)
        f, bz, g, h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        acc[0, i] += wt * f
        acc[1, i] += wt * bz
        acc[2, i] += wt * g
        acc[3, i] += wt * h


@jit(contract=True)
def _loop_6(a, z0, wt, n, rho, z, acc):
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_6(w2, ab, sig)
        f, bz, g, h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        acc[0, i] += wt * f
        acc[1, i] += wt * bz
        acc[2, i] += wt * g
        acc[3, i] += wt * h


@jit()
def loop_group(steps, a, z0, wt, n, rho, z, acc):
    """Add one loop at n points; ``wt`` holds current times a^2."""
    if steps == 0:
        _loop_1(a, z0, wt, n, rho, z, acc)
    elif steps == 1:
        _loop_2(a, z0, wt, n, rho, z, acc)
    elif steps == 2:
        _loop_3(a, z0, wt, n, rho, z, acc)
    else:
        _loop_6(a, z0, wt, n, rho, z, acc)


@jit(contract=True)
def _end_2(a, z0, wt, n, rho, z, acc):
    waa = wt * a * a
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_2(w2, ab, sig)
        f, bz, _g, _h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        jump = 0.0 if zz == 0.0 else (1.0 if ds * zz > 0.0 else -1.0)
        acc[0, i] -= waa * v
        acc[1, i] += wt * (disc_bz(a, r, a - r, zz, 5) - jump)
        acc[2, i] += waa * f
        acc[3, i] += waa * bz


@jit(contract=True)
def _end_3(a, z0, wt, n, rho, z, acc):
    waa = wt * a * a
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_3(w2, ab, sig)
        f, bz, _g, _h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        jump = 0.0 if zz == 0.0 else (1.0 if ds * zz > 0.0 else -1.0)
        acc[0, i] -= waa * v
        acc[1, i] += wt * (disc_bz(a, r, a - r, zz, 6) - jump)
        acc[2, i] += waa * f
        acc[3, i] += waa * bz


@jit(contract=True)
def _end_6(a, z0, wt, n, rho, z, acc):
    waa = wt * a * a
    for i in range(n):
        r = rho[i]
        zz = z[i] - z0
        ds, rr, w2, sig, ab = distances(a, r, zz)
        nn, v, q = nvq_6(w2, ab, sig)
        f, bz, _g, _h = loop_terms(ds, rr, w2, zz, sig, nn, v, q)
        jump = 0.0 if zz == 0.0 else (1.0 if ds * zz > 0.0 else -1.0)
        acc[0, i] -= waa * v
        acc[1, i] += wt * (disc_bz(a, r, a - r, zz, 8) - jump)
        acc[2, i] += waa * f
        acc[3, i] += waa * bz


@jit()
def _end_group(steps, a, z0, wt, n, rho, z, acc):
    """Add one radial node of a coil's end at n points; ``wt`` holds the current per metre of z.

    As a function of r the solenoid's end jumps at r = rho by a constant, which is left to ``_end_jump``: the rest is
    smooth.
    """
    if steps <= 1:
        _end_2(a, z0, wt, n, rho, z, acc)
    elif steps == 2:
        _end_3(a, z0, wt, n, rho, z, acc)
    else:
        _end_6(a, z0, wt, n, rho, z, acc)


@jit()
def _end_jump(r1, r2, z0, j, n, rho, z, acc):
    """Integral over r of sign(r - rho) sign(z - z0)."""
    for i in range(n):
        outer = min(max(r2 - rho[i], 0.0), r2 - r1)
        inner = min(max(rho[i] - r1, 0.0), r2 - r1)
        # Level with the end face sign(0) is 0, here and in the rules: |B| there was off by mu0 j dr / 2.
        side = 0.0 if z[i] == z0 else (1.0 if z[i] > z0 else -1.0)
        acc[1, i] += j * side * (outer - inner)


@jit()
def coil_group(key, panel, r1, r2, z1, z2, j, n, rho, z, acc):
    """Add one coil at n points that share a way."""
    if r1 == r2:
        loop_group(key, r1, z1, j * r1 * r1, n, rho, z, acc)
        return
    rc = 0.5 * (r1 + r2)
    hr = 0.5 * (r2 - r1)
    zc = 0.5 * (z1 + z2)
    hz = 0.5 * (z2 - z1)
    if key < WAYS_LOOPS:
        steps = key % STEPS
        nr = LADDER[(key // STEPS) // RUNGS]
        nz = LADDER[(key // STEPS) % RUNGS]
        for i in range(nr):
            a = rc + hr * NODES[nr, i]
            wa = j * hr * hz * WEIGHTS[nr, i] * a * a
            for k in range(nz):
                loop_group(steps, a, zc + hz * NODES[nz, k], wa * WEIGHTS[nz, k], n, rho, z, acc)
    elif key < WAY_GRADED:
        nr = LADDER[(key - WAYS_LOOPS) // STEPS]
        steps = (key - WAYS_LOOPS) % STEPS
        for i in range(nr):
            a = rc + hr * NODES[nr, i]
            wa = j * hr * WEIGHTS[nr, i]
            _end_group(steps, a, z1, wa, n, rho, z, acc)
            _end_group(steps, a, z2, -wa, n, rho, z, acc)
        _end_jump(r1, r2, z1, j, n, rho, z, acc)
        _end_jump(r1, r2, z2, -j, n, rho, z, acc)
    elif key == WAY_GRADED:
        for i in range(n):
            _graded_end(panel, r1, r2, j, rho[i], z[i] - z1, i, acc)
            _graded_end(panel, r1, r2, -j, rho[i], z[i] - z2, i, acc)
    else:
        for k in range(4):
            for i in range(n):
                acc[k, i] = np.nan
        return


@jit(inline=True)
def panel_end(cur, hi, az):
    """Where the panel that begins at distance ``cur`` from r = rho ends; the last takes up a short rest."""
    step = 2.0 * math.sqrt(cur * cur + az * az)
    nxt = cur + step
    return hi if nxt > hi or hi - nxt < 0.3 * step else nxt


@jit()
def _graded_end(panel, r1, r2, j, rho, zeta, col, acc):
    """Add one end at one point, panels growing with the distance from r = rho.

    Each panel sees its near-singular point at a fixed multiple of its own size. On the end's plane itself (zeta = 0)
    they are symmetric about
    r = rho, so that the principal value of the odd 1/(r - rho) comes out by itself.
    """
    az = abs(zeta)
    tiny = 1e-17 * r2
    f = 0.0
    bz = 0.0
    g = 0.0
    h = 0.0
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        lo = (r1 - rho) if side == 0 else (rho - r2)
        hi = (r2 - rho) if side == 0 else (rho - r1)
        if hi <= 0.0:
            continue
        cur = max(lo, 0.0)
        if cur == 0.0 and az < tiny:
            cur = tiny
        while cur < hi:
            nxt = panel_end(cur, hi, az)
            half = 0.5 * (nxt - cur)
            mid = 0.5 * (nxt + cur)
            for i in range(panel):
                d = sign * (mid + half * NODES[panel, i])
                a = rho + d
                if a <= 0.0:
                    continue
                wt = WEIGHTS[panel, i] * half * j
                # d itself, not a - rho, is what the panels are graded in
                s = a + rho
                al = d * d + zeta * zeta
                be = s * s + zeta * zeta
                sig = 0.5 * (al + be)
                w2 = (a * rho) * (a * rho)
                nn, v, q = nvq_6(w2, al * be, sig)
                lf, lz, _g, _h = loop_terms(d * s, rho * rho, w2, zeta, sig, nn, v, q)
                wa = wt * a * a
                f -= wa * v
                bz += wt * disc_bz(a, rho, d, zeta, 8)
                g += wa * lf
                h += wa * lz
            cur = nxt
    acc[0, col] += f
    acc[1, col] += bz
    acc[2, col] += g
    acc[3, col] += h


@jit(inline=True)
def winding_share(r1, r2, z1, z2, rho, z):
    """1 inside a winding, 1/2 on a face, 1/4 on an edge, 0 outside."""
    if r1 == r2 or rho < r1 or rho > r2 or z < z1 or z > z2:
        return 0.0
    share = 1.0
    if rho in (r1, r2):
        share = 0.5
    if z in (z1, z2):
        share *= 0.5
    return share
