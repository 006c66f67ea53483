"""Proven bounds on the error of every rule by which a thick coil is done.

A rule of n Gauss nodes on an interval of half length h errs by at most h (64/15) M s^(-2n) / (1 - s^-2), M being the
largest modulus of the integrand on the ellipse of size s about the interval (Trefethen 2013, theorem 19.3, here with
n >= 2 nodes). As a function of the wire's radius a, or of its z', the squared distance D^2 from a current element is
(x - R)(x - conj R), where |u - R| is the true distance of the element at the real u. Twice the semi-axis of the ellipse
through R is the sum of the distances from the interval's ends, d1 + d2 = 2 m, and confocal ellipses are nearest on
their major axis, so on the ellipse of semi-axis h cosh both |x - R| and |x - conj R| are at least m - h cosh >= left
m, with left = 1 - h cosh / m at the angle phi = 0, where m is least; for the others m^2 >= m0^2 + 4 r1 rho sin^2(phi/2)
(Minkowski). What stands above D in the integrals of Biot and Savart, a - rho cos(phi) and zeta, is half the sum of x
- R and x - conj R or at most |Im R|, hence at most the larger of the two moduli p >= q, and p/(p q)^(3/2) <= 1/q^2.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .coils import LADDER, RUNGS, STEPS, WAY_GRADED, WAYS_LOOPS, foci, panel_end, way
from .layout import HEADER
from .majorants import around

LEFT = np.array([0.04, 0.06, 0.09, 0.13, 0.18, 0.25, 0.35, 0.5])  # ellipses tried, by what is left of the distance


@jit()
def _add_direction(n, half, m0, r1, a_high, rho, over_loops, weight, out):
    """Add the four terms' errors in one direction; over loops, or over the radius of a solenoid's end."""
    best = np.full(4, np.inf)
    two, four = around(m0, r1 * rho)
    one = math.sqrt(2.0 * math.pi * two)
    three = math.sqrt(two * four)
    five = four / m0
    for left in LEFT:
        cosh = m0 * (1.0 - left) / half
        if cosh <= 1.0:
            continue
        size = cosh + math.sqrt(cosh * cosh - 1.0)
        a = a_high + (0.0 if weight < 0.0 else half * (cosh - 1.0))
        rule = half * 64.0 / 15.0 * size ** (-2.0 * n) / (1.0 - 1.0 / (size * size))
        if over_loops:
            f = 3.0 * a * a * four / left**4
            bz = a * two / left**2
            g = 18.0 * a * a * five / left**5
            h = 3.0 * a * three / left**3
            if rho > 0.0:
                f = min(f, a * two / (rho * left**2))
                g = min(g, 4.0 * a * three / (rho * left**3))
        else:
            f = a * a * three / left**3
            bz = a * one / left
            g = 3.0 * a * a * four / left**4
            h = a * two / left**2
            if rho > 0.0:
                f = min(f, a * one / (rho * left))
                g = min(g, a * two / (rho * left**2))
        best[0] = min(best[0], rule * f)
        best[1] = min(best[1], rule * bz)
        best[2] = min(best[2], rule * g)
        best[3] = min(best[3], rule * h)
    for t in range(4):
        out[t] += abs(weight) * best[t]


@jit()
def rule_errors(limits, r1, r2, z1, z2, j, rho, z, out):
    """Add bounds on the errors of B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz of one coil at one point, as it is done."""
    if r1 == r2:
        return
    key = way(limits, r1, r2, z1, z2, rho, z)
    hr = 0.5 * (r2 - r1)
    hz = 0.5 * (z2 - z1)
    u = rho - 0.5 * (r1 + r2)
    w = z - 0.5 * (z1 + z2)
    c = 1e-7 * abs(j)
    if key < WAYS_LOOPS:
        nr = LADDER[(key // STEPS) // RUNGS]
        nz = LADDER[(key // STEPS) % RUNGS]
        gap_r = max(abs(u) - hr, 0.0)
        gap_z = max(abs(w) - hz, 0.0)
        # a negative weight marks the direction in which the radius stays real
        _add_direction(nr, hr, hr * foci(u / hr, gap_z / hr), r1, r2, rho, True, c * 2.0 * hz, out)
        _add_direction(nz, hz, hz * foci(w / hz, gap_r / hz), r1, r2, rho, True, -c * 2.0 * hr, out)
    elif key < WAY_GRADED:
        n = LADDER[(key - WAYS_LOOPS) // STEPS]
        for face in (z1, z2):
            _add_direction(n, hr, hr * foci(u / hr, (z - face) / hr), r1, r2, rho, False, c, out)
    elif key == WAY_GRADED:
        for face in (z1, z2):
            _add_panels(int(limits[RUNGS]), r1, r2, rho, abs(z - face), c, out)
    else:
        out[:] = np.nan


@jit()
def _add_panels(n, r1, r2, rho, az, c, out):
    """Add the errors of one graded end, panel by panel."""
    tiny = 1e-17 * r2
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        low = (r1 - rho) if side == 0 else (rho - r2)
        high = (r2 - rho) if side == 0 else (rho - r1)
        if high <= 0.0:
            continue
        at = max(low, 0.0)
        if at == 0.0 and az < tiny:
            at = tiny
        while at < high:
            end = panel_end(at, high, az)
            half = 0.5 * (end - at)
            m0 = half * foci(0.5 * (end + at) / half, az / half)
            near = rho + sign * (at if side == 0 else end)
            far = rho + sign * (end if side == 0 else at)
            _add_direction(n, half, m0, max(near, 0.0), far, rho, False, c, out)
            at = end


@jit()
def errors_at(numbers, windings, rho, z, out):
    """Absolute error bounds of the four terms, summed over windings, at points (rho, z): rows of ``out``; ``numbers``
    is the payload that holds the windings.
    """
    limits = numbers[7:HEADER]
    for i in range(rho.shape[0]):
        out[i] = 0.0
        for k in range(windings.shape[0]):
            rule_errors(
                limits, windings[k, 0], windings[k, 1], windings[k, 2], windings[k, 3], windings[k, 4],
                rho[i], z[i], out[i],
            )  # fmt: skip
