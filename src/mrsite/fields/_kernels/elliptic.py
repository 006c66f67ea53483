"""The two elliptic quantities of a circular loop, N and v, by a few AGM steps and a short series.

For a loop of radius a and a point at cylindrical (rho, z) let

    alpha^2 = (a - rho)^2 + z^2,   beta^2 = (a + rho)^2 + z^2,   q = alpha^2 beta^2,
    sig = a^2 + rho^2 + z^2,       w = a rho,

    N = 1 / AGM(beta, alpha),      v = N T / w^2,   T = sum_{n>=1} 2^(n-1) c_n^2,

with c_n = (a_{n-1} - b_{n-1}) / 2 the differences of the AGM started at (beta, alpha). From K = pi/(2 AGM) and
(K - E)/K = sum_{n>=0} 2^(n-1) c_n^2 / a_0^2 [1]_ they are 2K/(pi beta) and, up to a factor, A_phi/rho. The first
step is taken
in squares, a_1^2 = (sig + alpha beta)/2 and c_1 = w/a_1; later ones use c_{n+1} = c_n^2/(4 a_{n+1}): no difference of
nearly equal numbers is ever formed. After n steps the modulus squared x = (c_n/a_n)^2 is at most ``LARGEST`` and the
rest is the power series

    (2/pi) K(x) = sum ((1/2)_k / k!)^2 x^k,     (4/pi) (K - E)/x = sum (1/2)_k (3/2)_k / ((2)_k k!) x^k,   [1]_

economised to degree ten. All functions here take floats and lanes alike.

References
----------
.. [1] Abramowitz & Stegun, Handbook of Mathematical Functions, 1964: 17.6.3-4, 17.3.11-12.
"""
# mypy: ignore-errors

from __future__ import annotations

import math
from fractions import Fraction

from mrsite.base.jit import jit

from .economy import economised
from .lanes import if_above

LARGEST = Fraction(15, 100)  # x up to which degree ten is exact to rounding: what is lost is below 6e-17 of one
_TAYLOR_K = [Fraction(1)]
_TAYLOR_V = [Fraction(1)]
for _n in range(1, 26):
    _TAYLOR_K.append(_TAYLOR_K[-1] * Fraction(2 * _n - 1, 2 * _n) ** 2)
    _TAYLOR_V.append(_TAYLOR_V[-1] * Fraction((2 * _n - 1) * (2 * _n + 1), 4 * (_n + 1) * _n))
(K0, K1, K2, K3, K4, K5, K6, K7, K8, K9, K10), LOST_K = economised(_TAYLOR_K, LARGEST, 10)
(V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10), LOST_V = economised(_TAYLOR_V, LARGEST, 10)


def _least_ratios():
    """(alpha/beta)^2 from which one, two, three steps bring x down to ``LARGEST``: a step takes b/a = k to
    2 sqrt(k)/(1 + k), and x = ((1 - k)/(1 + k))^2.
    """
    c = math.sqrt(LARGEST)
    k = (1.0 - c) / (1.0 + c)
    out = []
    for _ in range(3):
        out.append(k * k * (1.0 + 1e-9))
        c = math.sqrt(1.0 - k * k)
        k = k * k / (1.0 + c) ** 2
    return out


STEPS_1, STEPS_2, STEPS_3 = _least_ratios()


@jit(inline=True, contract=True)
def _even_odd(x, x2, x4, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10):
    """A polynomial by Estrin's scheme: Horner's waits for each term before the next."""
    high = (c8 + x * c9) + x2 * c10
    return ((c0 + x * c1) + x2 * (c2 + x * c3)) + x4 * (((c4 + x * c5) + x2 * (c6 + x * c7)) + x4 * high)


@jit(inline=True, contract=True)
def series_kv(x):
    """(2/pi) K(x) and (4/pi) (K - E)/x."""
    x2 = x * x
    x4 = x2 * x2
    return (
        _even_odd(x, x2, x4, K0, K1, K2, K3, K4, K5, K6, K7, K8, K9, K10),
        _even_odd(x, x2, x4, V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10),
    )


@jit(inline=True, contract=True)
def distances(a, rho, z):
    """a^2 - rho^2, rho^2, w^2, sig and (alpha beta)^2, right to rounding however near the wire."""
    d = a - rho
    s = a + rho
    zz = z * z
    near = d * d + zz
    far = s * s + zz
    w = a * rho
    return d * s, rho * rho, w * w, 0.5 * (near + far), near * far


@jit(inline=True, contract=True)
def nvq_1(w2, q, sig):
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    r = 1.0 / (q * big)  # one division serves both reciprocals
    ib = r * q
    ia = math.sqrt(ib)
    k, v = series_kv(w2 * ib * ib)
    return ia * k, ib * ia * v, r * big


@jit(inline=True, contract=True)
def nvq_2(w2, q, sig):
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    a2 = 0.5 * (math.sqrt(big) + math.sqrt(sq))
    ba = big * a2
    r = 1.0 / (q * ba)
    rq = r * q
    ib = rq * a2
    i2 = rq * big
    e = 0.25 * ib * i2  # c_2 / w^2
    x = w2 * e * i2
    k, v = series_kv(x * x)
    n = i2 * k
    return n, ib * n + 2.0 * w2 * e * e * i2 * v, r * ba


@jit(inline=True, contract=True)
def nvq_3(w2, q, sig):
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    a1 = math.sqrt(big)
    b1 = math.sqrt(sq)
    a2 = 0.5 * (a1 + b1)
    a3 = 0.5 * (a2 + math.sqrt(a1 * b1))
    p = a2 * a3
    ba = big * p
    r = 1.0 / (q * ba)
    rq = r * q
    ib = rq * p
    t = rq * big
    i2 = t * a3
    i3 = t * a2
    e = 0.25 * ib * i2
    d2 = w2 * e * e  # (c_2 / w)^2
    e = 0.25 * d2 * i3
    x = w2 * e * i3
    k, v = series_kv(x * x)
    n = i3 * k
    return n, (ib + 2.0 * d2) * n + 4.0 * w2 * e * e * i3 * v, r * ba


@jit(inline=True, contract=True)
def nvq_6(w2, q, sig):
    """Six steps: alpha/beta down to 1e-19, which is any two different numbers."""
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    a1 = math.sqrt(big)
    b1 = math.sqrt(sq)
    a2 = 0.5 * (a1 + b1)
    b2 = math.sqrt(a1 * b1)
    a3 = 0.5 * (a2 + b2)
    b3 = math.sqrt(a2 * b2)
    a4 = 0.5 * (a3 + b3)
    b4 = math.sqrt(a3 * b3)
    a5 = 0.5 * (a4 + b4)
    b5 = math.sqrt(a4 * b4)
    i6 = 1.0 / (0.5 * (a5 + b5))
    ib = 1.0 / big
    e = 0.25 * ib / a2
    d2 = w2 * e * e
    e = 0.25 * d2 / a3
    d3 = w2 * e * e
    e = 0.25 * d3 / a4
    d4 = w2 * e * e
    e = 0.25 * d4 / a5
    d5 = w2 * e * e
    e = 0.25 * d5 * i6
    x = w2 * e * i6
    k, v = series_kv(x * x)
    n = i6 * k
    t = ib + 2.0 * d2 + 4.0 * d3 + 8.0 * d4 + 16.0 * d5
    return n, t * n + 32.0 * w2 * e * e * i6 * v, 1.0 / q


@jit(inline=True, contract=True)
def loop_terms(ds, rr, w2, z, sig, n, v, q):
    """B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz of a loop, each over mu0 I a^2 / 4; ds = a^2 - rho^2, rr = rho^2,
    q = 1/(alpha beta)^2.

    Smythe, Static and Dynamic Electricity, 7.10, with the leading terms cancelled by hand:

        B_rho/rho = z q (4 N - sig v),      B_z = q (2 g N - rho^2 D v),   g = a^2 - rho^2 + z^2,  D = a^2 - rho^2 -
        z^2,

    and its z-derivatives by dN/dz = -z q (sig N - w^2 v), dv/dz = z q (sig v - 4 N), dq/dz = -4 z sig q^2.
    """
    zz = z * z
    g = ds + zz
    f = 4.0 * n - sig * v
    e = sig * n - w2 * v
    rd = rr * (ds - zz)
    bz = q * (2.0 * g * n - rd * v)
    zq = z * q
    h = zq * (4.0 * n + 2.0 * rr * v - 4.0 * sig * bz - q * (2.0 * g * e - rd * f))
    zzq = z * zq
    gz = q * f * (1.0 - 3.0 * zzq * sig) - zzq * (4.0 * q * e + 2.0 * v)
    return zq * f, bz, gz, h


@jit(inline=True, contract=True)
def disc_bz(a, rho, d, z, steps):
    """Integral over z from 0 of a loop's B_z, over mu0 I / 4: the end of a thin solenoid.

    z/beta (2 a/(a + rho)) C with C = (2/pi) cel(kc, gam^2, 1, gam), kc = alpha/beta, gam = (a - rho)/(a + rho) [1]_,
    by Bulirsch's iteration [2]_: 5 and 6 steps where N and v take 2 and 3, and 8 serve any alpha/beta that two numbers
    give.

    References
    ----------
    .. [1] Derby & Olbert, Am. J. Phys. 78 (2010) 229, equation 4.
    .. [2] Bulirsch, Numer. Math. 13 (1969) 305.
    """
    s = a + rho
    zz = z * z
    beta = math.sqrt(s * s + zz)
    kc = math.sqrt(d * d + zz) / beta
    gam = d / s
    p = abs(gam)
    side = 1.0 if gam > 0.0 else (-1.0 if gam < 0.0 else 0.0)  # on the sheet itself the mean of its two sides
    p = max(p, 1e-290)
    aa = 1.0 + side / p
    e = kc
    g = e / p
    bb = 2.0 * (side + g)
    p = g + p
    em = 1.0 + kc
    k = kc
    for _ in range(steps):
        k = 2.0 * math.sqrt(e)
        e = k * em
        f = aa
        aa = aa + bb / p
        g = e / p
        bb = 2.0 * (bb + f * g)
        p = g + p
        em = k + em
    return z / beta * (2.0 * a / s) * (bb + aa * em) / (em * (em + p))


@jit(inline=True, contract=True)
def dressed(x, y, f, bz, g, h, c):
    """The twelve of B and jacobian from B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j_phi/rho, using div B = 0 and
    curl B = mu0 j.
    """
    rr = x * x + y * y
    # (dB_rho/drho - B_rho/rho)/rho^2, of no account on the axis; the reciprocal waits for nothing
    k = if_above(rr, 1e-280, (1.0 / rr) * (-2.0 * f - h))
    xk = x * k
    xyk = xk * y
    gx = x * g
    gy = y * g
    return x * f, y * f, bz, f + x * xk, xyk, gx, xyk, f + y * (y * k), gy, gx - x * c, gy - y * c, h
