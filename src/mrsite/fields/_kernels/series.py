"""The exterior multipoles of coaxial windings, and from which radius how many of them are enough, provably."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .coils import NODES, WEIGHTS

MU0 = 4e-7 * math.pi
TOPS = np.array([128, 112, 96, 80, 68, 56, 48, 40, 32, 28, 24, 20, 16, 12, 8])  # multiples of four, falling
ORDERS = 140
WIDEST = 0.25  # half width, in radii, of a section that one Gauss rule of 32 nodes does to all orders


@jit()
def enclosing(windings):
    """Centre on the axis and radius of the smallest sphere about all windings."""
    low = np.inf
    high = -np.inf
    for i in range(windings.shape[0]):
        low = min(low, windings[i, 2])
        high = max(high, windings[i, 3])
    # the radius is convex in the centre; both ends bracket it
    for _ in range(80):
        a = low + (high - low) / 3.0
        b = high - (high - low) / 3.0
        if radius_about(windings, a) <= radius_about(windings, b):
            high = b
        else:
            low = a
    centre = 0.5 * (low + high)
    return centre, radius_about(windings, centre)


@jit()
def radius_about(windings, centre):
    r2 = 0.0
    for i in range(windings.shape[0]):
        z = max(abs(windings[i, 2] - centre), abs(windings[i, 3] - centre))
        r2 = max(r2, windings[i, 1] * windings[i, 1] + z * z)
    return math.sqrt(r2)


@jit(contract=True)
def _add_loops(c, k, z, s2, p0, p1, n):
    """Add c_l of n loops side by side, in units of the reference radius; ``k`` holds mu0 I a^2 / 2, ``p0``, ``p1``
    are room to work in.

    From the generating function of the Gegenbauer polynomials C_n^(3/2) = P'_{n+1} in the field on the axis:
    c_l = mu0 I a^2 / (2 (l + 1)) P_l'(cos) s^(l-1), with s, cos of the wire.
    """
    for i in range(n):
        p0[i] = 0.0
        p1[i] = k[i]
    for l in range(1, ORDERS + 1):
        t0 = 0.0
        t1 = 0.0
        t2 = 0.0
        t3 = 0.0
        for i in range(0, n, 4):
            t0 += p1[i]
            t1 += p1[i + 1]
            t2 += p1[i + 2]
            t3 += p1[i + 3]
        c[l] += (t0 + t1 + t2 + t3) / (l + 1)
        up = (2.0 * l + 1.0) / l
        down = (l + 1.0) / l
        for i in range(n):
            t = up * (z[i] * p1[i]) - down * (s2[i] * p0[i])
            p0[i] = p1[i]
            p1[i] = t


@jit()
def multipoles(windings, centre, radius):
    """c_1 .. c_ORDERS about (0, 0, centre); those of a thick coil by Gauss rules that are exact or as good."""
    c = np.zeros(ORDERS + 1)
    room = 32 * 32 + 4
    k = np.empty(room)
    z = np.empty(room)
    s2 = np.empty(room)
    p0 = np.empty(room)
    p1 = np.empty(room)
    for i in range(windings.shape[0]):
        r1 = windings[i, 0]
        r2 = windings[i, 1]
        z1 = windings[i, 2] - centre
        z2 = windings[i, 3] - centre
        parts_r = 1
        parts_z = 1
        if r1 != r2:
            parts_r = math.ceil((r2 - r1) / (2.0 * WIDEST * radius))
            parts_z = math.ceil((z2 - z1) / (2.0 * WIDEST * radius))
        for a in range(parts_r):
            for b in range(parts_z):
                n = _section(
                    r1 + (r2 - r1) * a / parts_r, r1 + (r2 - r1) * (a + 1) / parts_r,
                    z1 + (z2 - z1) * b / parts_z, z1 + (z2 - z1) * (b + 1) / parts_z,
                    windings[i, 4], r1 != r2, radius, k, z, s2,
                )  # fmt: skip
                _add_loops(c, k, z, s2, p0, p1, n)
    return c


@jit()
def _section(r1, r2, z1, z2, j, thick, radius, k, z, s2):
    """A section as loops for ``_add_loops``: how many, filled up to a multiple of four."""
    hr = 0.5 * (r2 - r1)
    hz = 0.5 * (z2 - z1)
    nr = 1
    nz = 1
    if thick:
        nr = _count(hr / radius)
        nz = _count(hz / radius)
        j *= hr * hz
    n = 0
    for a in range(nr):
        for b in range(nz):
            r = (0.5 * (r1 + r2) + hr * NODES[nr, a]) / radius
            x = (0.5 * (z1 + z2) + hz * NODES[nz, b]) / radius
            share = WEIGHTS[nr, a] * WEIGHTS[nz, b] if thick else 1.0
            k[n] = 0.5 * MU0 * j * share * r * r / radius
            z[n] = x
            s2[n] = r * r + x * x
            n += 1
    while n % 4:
        k[n] = 0.0
        z[n] = 0.0
        s2[n] = 0.0
        n += 1
    return n


@jit()
def _count(width):
    """Nodes that do polynomials of degree ORDERS to rounding over an interval of this half width, at most ``WIDEST``.

    (z + i r cos(psi))^l, of which the multipoles are means, is at most (1 + width (size - 1/size) / 2)^l on the ellipse
    of that size, lengths being in radii of a sphere about all; the rule errs by about size^(-2n) of it.
    """
    for n in range(3, 32):
        for i in range(24):
            size = 1.5 * 1.2**i
            growth = (ORDERS + 2) * math.log(1.0 + 0.5 * width * (size - 1.0 / size))
            if growth - 2.0 * n * math.log(size) < -37.0:
                return n
    return 32


@jit()
def _errors(c, beyond, radius, top, r):
    """Largest error of B, T, and of the jacobian, T/m, at distance r, of sums cut at t_top.

    One multipole is at most |c_l| (l + 1) / r^(l+2) in B and sqrt(1.5) |c_l| (l + 1)(l + 2) / r^(l+3) in the
    jacobian (both on the axis). The last two orders enter the four sums in part, which costs at most another
    (l + 2)/2. ``beyond`` bounds |c_l| for l > ORDERS, each coil alone.
    """
    x = radius / r
    power = x ** (top + 1)
    eb = 0.0
    ej = 0.0
    for l in range(top - 1, ORDERS + 1):
        t = abs(c[l]) * (l + 1) * power
        if l <= top:
            t *= 0.5 * (l + 2)
        eb += t
        ej += 1.23 * t * (l + 2)
        power *= x
    # sum over l > ORDERS of k l(l+1)/2/(l+1) (l+1) q^(l-1) x^(l+2): a geometric tail times a polynomial, majorised at
    # its first terms
    for i in range(beyond.shape[0]):
        q = beyond[i, 1] * x
        first = beyond[i, 0] * math.exp((ORDERS + 1) * math.log(q)) * x * x * x / q
        ratio = q * (1.0 + 4.0 / ORDERS)
        if ratio >= 1.0:
            return np.inf, np.inf
        l = ORDERS + 1.0
        eb += first * l * (l + 1) / 2.0 / (1.0 - ratio)
        ej += 1.23 * first * l * (l + 1) * (l + 2) / 2.0 / (1.0 - ratio)
    return eb, ej / r


@jit()
def _floor(beyond, windings, centre, r):
    """What 1e-3 sum |B_i| of DESIGN's accuracy measure is at least, at distance r: by it the bands are chosen.

    |B_i| >= mu0 m_i / (4 pi s^3), s^2 = d^2 + a^2, at distance d from a loop's centre; half of that is taken for what
    the turns of a thick coil, which point apart, may cancel (measured, tests; a certificate asks the field itself). Of
    the loop: with k = 2 a rho/s^2 and J_n = int cos^n (1 - k cos)^(-3/2), Biot and Savart give, a = 1,

        |B|^2 s^6 / (mu0 I/4 pi)^2 = (z J_1)^2 + (J_0 - rho J_1)^2 = J_0^2 - J_1^2 - rho J_1 (J_0 - J_2),

    by z^2 = 2 rho/k - 1 - rho^2 and J_1 = (k/2)(J_0 + J_2), which is int d(sin (1 - k cos)^(-1/2)) = 0. J_1 >= 0 and
    J_2 <= J_0, so for one k it falls linearly with rho and is least at the largest, where z = 0 and rho >= 1. There
    |B| = mu0 m/(4 pi rho^3) sum ((2n+1)!!)^2/(4^n n! (n+1)!) rho^(-2n) (Jackson, Classical Electrodynamics, 5.48),
    with no term negative: at least the first, and s > rho.
    """
    floor = 0.0
    for i in range(windings.shape[0]):
        a = 0.5 * (windings[i, 0] + windings[i, 1])
        d = r + max(abs(windings[i, 2] - centre), abs(windings[i, 3] - centre))
        floor += beyond[i, 2] / (d * d + a * a) ** 1.5
    return floor


@jit()
def _majorants(windings, centre, radius):
    """Per winding: factor and ratio of the bound on its multipoles, and half the floor's mu0 m / (4 pi)."""
    out = np.empty((windings.shape[0], 3))
    for i in range(windings.shape[0]):
        a = windings[i, 1]
        z = max(abs(windings[i, 2] - centre), abs(windings[i, 3] - centre))
        current = abs(windings[i, 4])
        moment = current * math.pi * a * a
        if windings[i, 0] != windings[i, 1]:
            current *= (windings[i, 1] - windings[i, 0]) * (windings[i, 3] - windings[i, 2])
            r1 = windings[i, 0]
            r2 = windings[i, 1]
            moment = abs(windings[i, 4]) * (windings[i, 3] - windings[i, 2]) * math.pi * (r2**3 - r1**3) / 3.0
        out[i, 0] = 0.5 * MU0 * current * a * a / radius**3
        out[i, 1] = math.sqrt(a * a + z * z) / radius
        out[i, 2] = 0.5e-3 * MU0 * moment / (4.0 * math.pi)
    return out


@jit()
def bands(c, windings, centre, radius, rtol, top_limit):
    """(r^2 from which, top) rows outwards, for relative errors of rtol in B and 10 rtol in the jacobian."""
    beyond = _majorants(windings, centre, radius)
    out = np.empty((TOPS.shape[0], 2))
    rows = 0
    for i in range(TOPS.shape[0]):
        top = TOPS[i]
        if top > top_limit:
            continue
        low = 0.02
        high = 10.0  # ln (r / radius)
        for _ in range(26):
            mid = 0.5 * (low + high)
            r = radius * math.exp(mid)
            eb, ej = _errors(c, beyond, radius, top, r)
            floor = _floor(beyond, windings, centre, r)
            if eb <= rtol * floor and ej <= 10.0 * rtol * floor * max(1.0, 1.0 / r):
                high = mid
            else:
                low = mid
        if high < 9.9:
            r = radius * math.exp(high)
            out[rows, 0] = r * r
            out[rows, 1] = top
            rows += 1
    return out[:rows]


@jit()
def errors_at(c, windings, centre, radius, top, r):
    """Proven absolute errors of B and of the jacobian at distances r (n,) from the series' origin: rows of (n, 2)."""
    beyond = _majorants(windings, centre, radius)
    out = np.empty((r.shape[0], 2))
    for i in range(r.shape[0]):
        out[i, 0], out[i, 1] = _errors(c, beyond, radius, top, r[i])
    return out


@jit()
def weights(c, orders, rows):
    """Weights of t_1 .. in the four sums; see the zonal kernel."""
    table = np.zeros((rows, 4))
    n = 1.0
    for m in range(1, rows):
        if m <= orders:
            table[m, 0] = c[m] * n
        if 1 <= m - 1 <= orders:
            table[m, 1] = c[m - 1] * n
            table[m, 2] = c[m - 1] * m * n
        if 1 <= m - 2 <= orders:
            table[m, 3] = -c[m - 2] * (m - 1) * n
        n *= (2.0 * m + 1.0) / m
    return table
