"""Upper bounds on the second derivatives of B over a ball: what a proof that no contour was missed rests on."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .layout import DIPOLE, HEADER, UNIFORM


@jit()
def second_derivative_bound(params, x, y, z, radius):
    """A bound on the operator norm of grad grad B within ``radius`` of a point, T/m2; infinite where a winding comes
    that near.

    The n-th derivative of 1/s in any n directions is at most n!/s^(n+1). So a current element adds at most 6/s^4
    (mu0/4pi) I dl, which
    over a loop integrates to 3 mu0 I a sig/(alpha beta)^3, taken here with the nearest alpha and beta and the
    furthest sig.
    Beyond the first band of a series its own terms are the closer bound, since they know how coils cancel: order l
    has at most
    |c_l| (l+1)(l+2)(l+3)/r^(l+4), reached on the axis.
    """
    index, numbers = params
    total = 0.0
    for leaf in range(index[0]):
        kind = index[1 + 4 * leaf]
        start = index[2 + 4 * leaf]
        count = index[3 + 4 * leaf]
        rot = numbers[start + 3 : start + 12]
        at = start + 12
        dx = x - numbers[start]
        dy = y - numbers[start + 1]
        dz = z - numbers[start + 2]
        px = rot[0] * dx + rot[3] * dy + rot[6] * dz
        py = rot[1] * dx + rot[4] * dy + rot[7] * dz
        pz = rot[2] * dx + rot[5] * dy + rot[8] * dz
        if kind == UNIFORM:
            continue
        if kind == DIPOLE:
            s = math.sqrt(px * px + py * py + pz * pz) - radius
            m = math.sqrt(numbers[at] ** 2 + numbers[at + 1] ** 2 + numbers[at + 2] ** 2)
            if s <= 0.0:
                return np.inf
            total += 24e-7 * m / s**5
            continue
        rho = math.sqrt(px * px + py * py)
        zc = pz - numbers[at + 1]
        far = math.sqrt(rho * rho + zc * zc) - radius
        bands = int(numbers[at + 6])
        direct = np.inf
        if count > 0:
            direct = _windings(numbers, at + HEADER + 2 * bands, count, rho, pz, radius)
        if bands > 0 and far > 0.0 and far * far >= numbers[at + HEADER]:
            direct = min(direct, _series(numbers, at, bands, far))
        total += direct
    return total


@jit()
def _windings(numbers, at, count, rho, z, radius):
    total = 0.0
    for i in range(count):
        o = at + 5 * i
        r1 = numbers[o]
        r2 = numbers[o + 1]
        z1 = numbers[o + 2]
        z2 = numbers[o + 3]
        current = abs(numbers[o + 4])
        if r1 != r2:
            current *= (r2 - r1) * (z2 - z1)
        gap_r = max(r1 - rho, rho - r2, 0.0)
        gap_z = max(z1 - z, z - z2, 0.0)
        near = math.sqrt(gap_r * gap_r + gap_z * gap_z) - radius
        if near <= 0.0:
            return np.inf
        # close by, the section's pieces are bounded one by one
        parts_r = min(8, 1 + int((r2 - r1) / near))
        parts_z = min(8, 1 + int((z2 - z1) / near))
        share = current / (parts_r * parts_z)
        for k in range(parts_r):
            a1 = r1 + (r2 - r1) * k / parts_r
            a2 = r1 + (r2 - r1) * (k + 1) / parts_r
            gap_r = max(a1 - rho, rho - a2, 0.0)
            for m in range(parts_z):
                b1 = z1 + (z2 - z1) * m / parts_z
                b2 = z1 + (z2 - z1) * (m + 1) / parts_z
                gap_z = max(b1 - z, z - b2, 0.0)
                d = math.sqrt(gap_r * gap_r + gap_z * gap_z) - radius
                across = max(math.sqrt((a1 + rho) ** 2 + gap_z * gap_z) - radius, d)  # from the wire on the far side
                reach = max(abs(z - b1), abs(z - b2)) + radius
                sig = a2 * a2 + (rho + radius) ** 2 + reach * reach
                total += 12e-7 * math.pi * share * a2 * min(sig / (d * across) ** 3, 2.0 / d**4)
    return total


@jit()
def _series(numbers, at, bands, r):
    table = at + int(numbers[at + 3])
    x = 1.0 / (r * numbers[at + 2])
    top = 0
    for k in range(bands):
        if r * r >= numbers[at + HEADER + 2 * k]:
            top = int(numbers[at + HEADER + 2 * k + 1])
        else:
            break
    n = 1.0
    power = x**5
    total = 0.0
    for l in range(1, top + 1):
        total += abs(numbers[table + 4 * l]) / n * (l + 1) * (l + 2) * (l + 3) * power
        n *= (2.0 * l + 1.0) / l
        power *= x
    return 1.001 * total * numbers[at + 2] ** 2  # the tail is below the series' own 1e-9
