"""The two elliptic quantities of a circular loop, N and v, by a few AGM steps and a short series.

For a loop of radius a and a point at cylindrical (rho, z) let

    alpha^2 = (a - rho)^2 + z^2,   beta^2 = (a + rho)^2 + z^2,   q = alpha^2 beta^2,
    sig = a^2 + rho^2 + z^2,       w = a rho,

    N = 1 / AGM(beta, alpha),      v = N T / w^2,   T = sum_{n>=1} 2^(n-1) c_n^2,

with c_n = (a_{n-1} - b_{n-1}) / 2 the differences of the AGM started at (beta, alpha). From K = pi/(2 AGM) and
(K - E)/K = sum_{n>=0} 2^(n-1) c_n^2 / a_0^2 [1]_ they are 2K/(pi beta) and, up to a factor, A_phi/rho. The first
step is taken
in squares, a_1^2 = (sig + alpha beta)/2 and c_1 = w/a_1; later ones use c_{n+1} = c_n^2/(4 a_{n+1}): no difference of
nearly equal numbers is ever formed. After n steps the modulus squared x = (c_n/a_n)^2 is small and the rest is the
power series

    (2/pi) K(x) = sum ((1/2)_k / k!)^2 x^k,     (4/pi) (K - E)/x = sum (1/2)_k (3/2)_k / ((2)_k k!) x^k.   [1]_

References
----------
.. [1] Abramowitz & Stegun, Handbook of Mathematical Functions, 1964: 17.6.3-4, 17.3.11-12.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

from mrsite.base.jit import jit

_K = [1.0]
_V = [1.0]
for _n in range(1, 11):
    _K.append(_K[-1] * ((_n - 0.5) / _n) ** 2)
    _V.append(_V[-1] * (_n - 0.5) * (_n + 0.5) / ((_n + 1.0) * _n))
K0, K1, K2, K3, K4, K5, K6, K7, K8, K9, K10 = _K
V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10 = _V

# After the n-th step x stays below 0.03, where ten terms are exact to rounding (0.03^11 V11 = 2e-18), as long as
# (alpha/beta)^2 is at least ...
STEPS_1 = 0.498
STEPS_2 = 0.0292
STEPS_3 = 5.5e-5
STEPS_5 = 1e-20


@jit(inline=True, contract=True)
def series_k(x):
    y = K6 + x * (K7 + x * (K8 + x * (K9 + x * K10)))
    return K0 + x * (K1 + x * (K2 + x * (K3 + x * (K4 + x * (K5 + x * y)))))


@jit(inline=True, contract=True)
def series_v(x):
    y = V6 + x * (V7 + x * (V8 + x * (V9 + x * V10)))
    return V0 + x * (V1 + x * (V2 + x * (V3 + x * (V4 + x * (V5 + x * y)))))


@jit(inline=True, contract=True)
def nvq_1(w, q, sig):
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    r = 1.0 / (q * big)  # one division serves both reciprocals
    ib = r * q
    ia = math.sqrt(ib)
    x = w * ib
    x = x * x
    return ia * series_k(x), ib * ia * series_v(x), r * big


@jit(inline=True, contract=True)
def nvq_2(w, q, sig):
    sq = math.sqrt(q)
    big = 0.5 * (sig + sq)
    a2 = 0.5 * (math.sqrt(big) + math.sqrt(sq))
    ba = big * a2
    r = 1.0 / (q * ba)
    rq = r * q
    ib = rq * a2
    i2 = rq * big
    d2 = 0.25 * w * ib * i2
    x = w * d2 * i2
    x = x * x
    n = i2 * series_k(x)
    return n, ib * n + 2.0 * d2 * d2 * i2 * series_v(x), r * ba


@jit(inline=True, contract=True)
def nvq_3(w, q, sig):
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
    d2 = 0.25 * w * ib * i2
    d22 = d2 * d2
    d3 = 0.25 * w * d22 * i3
    x = w * d3 * i3
    x = x * x
    n = i3 * series_k(x)
    return n, (ib + 2.0 * d22) * n + 4.0 * d3 * d3 * i3 * series_v(x), r * ba


@jit(inline=True, contract=True)
def nvq_6(w, q, sig):
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
    d2 = 0.25 * w * ib / a2
    d22 = d2 * d2
    d3 = 0.25 * w * d22 / a3
    d32 = d3 * d3
    d4 = 0.25 * w * d32 / a4
    d42 = d4 * d4
    d5 = 0.25 * w * d42 / a5
    d52 = d5 * d5
    d6 = 0.25 * w * d52 * i6
    x = w * d6 * i6
    x = x * x
    n = i6 * series_k(x)
    t = ib + 2.0 * d22 + 4.0 * d32 + 8.0 * d42 + 16.0 * d52
    return n, t * n + 32.0 * d6 * d6 * i6 * series_v(x), 1.0 / q


@jit(inline=True, contract=True)
def loop_terms(a, rho, d, z, sig, n, v, q):
    """B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz of a loop, each over mu0 I a^2 / 4; d = a - rho, q = 1/(alpha beta)^2.

    Smythe, Static and Dynamic Electricity, 7.10, with the leading terms cancelled by hand:

        B_rho/rho = z q (4 N - sig v),      B_z = q (2 g N - rho^2 D v),   g = a^2 - rho^2 + z^2,  D = a^2 - rho^2 -
        z^2,

    and its z-derivatives by dN/dz = -z q (sig N - w^2 v), dv/dz = z q (sig v - 4 N), dq/dz = -4 z sig q^2.
    """
    zz = z * z
    rr = rho * rho
    ds = d * (a + rho)
    g = ds + zz
    w = a * rho
    f = 4.0 * n - sig * v
    e = sig * n - w * w * v
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
    by Bulirsch's iteration [2]_: 4 and 5 steps where N and v
    take 2 and 3, and 8 serve any alpha/beta that two numbers give.

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
def dress(x, y, rho, f, bz, g, h, c, out):
    """B and jacobian from B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j_phi, using div B = 0 and curl B = mu0
    j.
    """
    ir = 1.0 / rho if rho > 0.0 else 0.0
    cx = x * ir if rho > 0.0 else 1.0
    cy = y * ir
    k = -2.0 * f - h  # dB_rho/drho - B_rho/rho
    kxy = cx * cy * k
    gx = x * g
    gy = y * g
    out[0] = x * f
    out[1] = y * f
    out[2] = bz
    out[3] = f + cx * cx * k
    out[4] = kxy
    out[5] = gx
    out[6] = kxy
    out[7] = f + cy * cy * k
    out[8] = gy
    out[9] = gx - cx * c
    out[10] = gy - cy * c
    out[11] = h
