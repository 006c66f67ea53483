"""How large the field of windings can be where a coordinate is complex: what proven errors of polynomials rest on.

All here follows from one remark. With D^2 = rho^2 + a^2 - 2 a rho cos(phi) + zeta^2 the squared distance of a point
from a current element, D^2 as a function of rho (or of zeta, or of a) alone is (x - R)(x - conj R), and |u - R| is
the true distance delta' of the real point u from the element. So at a complex x no further than ``reach`` from u, |D|
>= delta' - reach, and what stands above it in the integrals of Biot and Savart, a - rho cos(phi) or zeta, is at most
delta' + reach.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit


@jit()
def around(gap, product):
    """Integrals over phi of delta^-2 and delta^-4, where delta^2 >= gap^2 + 4 product sin^2(phi/2)."""
    near = gap * gap
    far = near + 4.0 * product
    two = 2.0 * math.pi / math.sqrt(near * far)
    four = 2.0 * math.pi * (near + 2.0 * product) / (near * far) ** 1.5
    return two, four


@jit()
def gap_between(low, high, other_low, other_high):
    return max(low - other_high, other_low - high, 0.0)


@jit()
def _pieces(r1, r2, z1, z2, gap):
    """Into how many parts a section is cut so that each is seen at about its own distance."""
    return min(8, 1 + int((r2 - r1) / gap)), min(8, 1 + int((z2 - z1) / gap))


@jit()
def field_majorants(windings, r_low, r_high, z_low, z_high, reach, out):
    """Bounds on |B_rho/rho|, |B_z|, |dB_rho/dz|/rho, |dB_z/dz| where rho or z, one of them, strays by at most ``reach``
    from a rectangle of real points into the complex plane; out[4], on the norm of the second derivatives at the real
    points; out[5], on the jacobian's there. Infinite where a winding comes as near as ``reach``.

    The integrand of B_rho/rho is 3 a^2 zeta sin^2(phi)/D^5 (by parts from a zeta cos(phi)/(rho D^3)), so that the
    axis is no exception, and sin^2(phi) <= min(1, delta'^2/(a rho)).
    """
    out[:] = 0.0
    for w in range(windings.shape[0]):
        r1 = windings[w, 0]
        r2 = windings[w, 1]
        z1 = windings[w, 2]
        z2 = windings[w, 3]
        current = abs(windings[w, 4])
        whole = math.hypot(gap_between(r_low, r_high, r1, r2), gap_between(z_low, z_high, z1, z2))
        if whole <= reach:
            out[:] = np.inf
            return
        nr = 1
        nz = 1
        if r1 != r2:
            current *= (r2 - r1) * (z2 - z1)
            nr, nz = _pieces(r1, r2, z1, z2, whole)
        share = 1e-7 * current / (nr * nz)
        for i in range(nr):
            a1 = r1 + (r2 - r1) * i / nr
            a2 = r1 + (r2 - r1) * (i + 1) / nr
            gap_r = gap_between(r_low, r_high, a1, a2)
            for k in range(nz):
                gap_z = gap_between(z_low, z_high, z1 + (z2 - z1) * k / nz, z1 + (z2 - z1) * (k + 1) / nz)
                gap = max(math.hypot(gap_r, gap_z), whole)
                two, four = around(gap, a1 * r_low)
                three = math.sqrt(two * four)
                five = four / gap
                left = 1.0 - reach / gap
                over = (2.0 - left) / left**3
                bend = 1.0 / left**5 + 5.0 * (2.0 - left) ** 2 / left**7
                twist = a2 * a2 * four
                shear = a2 * a2 * five
                if r_low > 0.0:
                    twist = min(twist, a2 * two / r_low)
                    shear = min(shear, a2 * three / r_low)
                out[0] += share * 3.0 * over / left**2 * twist
                out[1] += share * a2 * over * two
                out[2] += share * 3.0 * bend * shear
                out[3] += share * 3.0 * a2 * over / left**2 * three
                out[4] += share * 6.0 * a2 * four
                out[5] += share * 2.0 * a2 * three


@jit()
def interpolation_bound(windings, rc, zc, half, degree, room, out):
    """Bounds on the error of the four terms interpolated at (degree + 1)^2 Chebyshev points of a square, and, in
    out[4:], ``field_majorants`` of the square itself.

    One direction errs by at most 4 M size^-degree/(size - 1) (Trefethen 2013, theorem 8.2), M being the largest
    modulus on the ellipse of that size; the second is carried through the first, whose operator norm is at most 1 +
    (2/pi) ln(degree + 1). The ellipse stays within half (size - 1/size)/2 of the real square. The best of ten
    ellipses is taken.
    """
    r_low = max(rc - half, 0.0)
    gap = np.inf
    for w in range(windings.shape[0]):
        gr = gap_between(r_low, rc + half, windings[w, 0], windings[w, 1])
        gz = gap_between(zc - half, zc + half, windings[w, 2], windings[w, 3])
        gap = min(gap, math.hypot(gr, gz))
    for t in range(4):
        out[t] = np.inf
    norm = 2.0 + 2.0 / math.pi * math.log(degree + 1.0)
    for i in range(10):
        reach = gap * (0.95 - 0.07 * i)
        size = reach / half + math.sqrt((reach / half) ** 2 + 1.0)
        field_majorants(windings, r_low, rc + half, zc - half, zc + half, reach, room)
        factor = norm * 4.0 * size ** (-degree) / (size - 1.0)
        for t in range(4):
            out[t] = min(out[t], factor * room[t])
    field_majorants(windings, r_low, rc + half, zc - half, zc + half, 0.0, room)
    for t in range(6):
        out[4 + t] = room[t]
