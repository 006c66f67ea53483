"""Compiled loops: the field of coil cells at points of the meridian half-plane.

K and E by the arithmetic-geometric mean (Abramowitz and Stegun 1964, eq. 17.6.3-4). Loop field:
Simpson, Lane, Immer and Youngquist, "Simple analytic expressions for the magnetic field of a
circular current loop" (2001), eqs. 24-25; its derivatives by the chain rule with dK/dm and dE/dm
(Abramowitz and Stegun, eq. 17.3). Good to about 1e-9 of the field away from the winding, which is
a million times finer than any published figure; the exact engine is ``mrsite.fields``.
"""

from __future__ import annotations

import numpy as np

from mrsite.base.jit import jit

MU0 = 1.25663706127e-6  # T m/A, CODATA 2022
_NODE = 1.0 / np.sqrt(3.0)  # two-point Gauss-Legendre node


@jit(inline=True)
def loop_terms(rho, z, a):
    """Bz, Br, dBr/dr, dBr/dz, dBz/dz at (rho, z) of a loop of radius a in z = 0 with one ampere."""
    s = rho * rho + z * z
    if rho < 1e-3 * a:
        # Power series about the axis: K - E loses its digits there.
        q = a * a + z * z
        root = np.sqrt(q)
        b0 = 0.5 * MU0 * a * a / (q * root)
        b1 = -3.0 * z * b0 / q
        b2 = b0 * (12.0 * z * z - 3.0 * a * a) / (q * q)
        b3 = b0 * (45.0 * a * a * z - 60.0 * z * z * z) / (q * q * q)
        bz = b0 - 0.25 * rho * rho * b2
        br = -0.5 * rho * b1 + rho * rho * rho * b3 / 16.0
        return bz, br, -0.5 * b1 + 3.0 * rho * rho * b3 / 16.0, -0.5 * rho * b2, b1 - 0.25 * rho * rho * b3
    alpha2 = (a - rho) * (a - rho) + z * z
    beta2 = (a + rho) * (a + rho) + z * z
    beta = np.sqrt(beta2)
    kc2 = alpha2 / beta2
    m = 4.0 * a * rho / beta2
    # AGM
    x = 1.0
    y = np.sqrt(kc2)
    total = 0.5 * m
    power = 0.5
    for _ in range(12):
        c = 0.5 * (x - y)
        mean = 0.5 * (x + y)
        y = np.sqrt(x * y)
        x = mean
        power *= 2.0
        total += power * c * c
        if abs(c) < 1e-9 * x:
            break
    k = 0.5 * np.pi / x
    e = k * (1.0 - total)
    dk = (e - kc2 * k) / (2.0 * m * kc2)
    de = (e - k) / (2.0 * m)
    half = MU0 / (2.0 * np.pi)
    # Bz = half / beta * ((a2 - s) E / alpha2 + K);  Br = half z / (rho beta) * ((a2 + s) E / alpha2 - K)
    a2 = a * a
    u = (a2 - s) / alpha2
    w = (a2 + s) / alpha2
    bz = half / beta * (u * e + k)
    t = w * e - k
    br = half * z / (rho * beta) * t
    # derivatives of the pieces with respect to rho and z
    dalpha_r = -2.0 * (a - rho)
    dbeta_r = 2.0 * (a + rho)
    dm_r = 4.0 * a / beta2 - m * dbeta_r / beta2
    dm_z = -m * 2.0 * z / beta2
    dw_r = 2.0 * rho / alpha2 - w * dalpha_r / alpha2
    dw_z = 2.0 * z / alpha2 - w * 2.0 * z / alpha2
    dt_r = dw_r * e + (w * de - dk) * dm_r
    dt_z = dw_z * e + (w * de - dk) * dm_z
    dbr_r = half * z / (rho * beta) * (dt_r - t / rho - 0.5 * t * dbeta_r / beta2)
    dbr_z = half / (rho * beta) * (t + z * dt_z - t * z * z / beta2)
    return bz, br, dbr_r, dbr_z, -dbr_r - br / rho  # the last by div B = 0


@jit()
def cell_columns(rho, z, cells, mirrored, gradients):
    """Field of each cell at each point for one A/m2 of current density.

    A cell is one loop where it is far, 2 x 2 Gauss loops nearer than 40 and 4 x 4 (four quarters of
    2 x 2) nearer than 4 of its longer sides.
    Returns (5 or 2, points, cells): Bz, Br, and with ``gradients`` dBr/dr, dBr/dz, dBz/dz (dBz/dr is
    dBr/dz, since curl B is zero in air).
    """
    n, k = rho.size, cells.shape[0]
    out = np.zeros((5 if gradients else 2, n, k))
    images = 2 if mirrored else 1
    for j in range(k):
        r_mid = 0.5 * (cells[j, 0] + cells[j, 1])
        r_half = 0.5 * (cells[j, 1] - cells[j, 0])
        z_half = 0.5 * (cells[j, 3] - cells[j, 2])
        longer = 2.0 * max(r_half, z_half)
        for image in range(images):
            z_mid = 0.5 * (cells[j, 2] + cells[j, 3])
            if image == 1:
                z_mid = -z_mid
            for i in range(n):
                away = np.hypot(rho[i] - r_mid, z[i] - z_mid)
                if away > 40.0 * longer:
                    order = 1
                elif away > 4.0 * longer:
                    order = 2
                else:
                    order = 4
                count = max(order // 2, 1)
                bz = 0.0
                br = 0.0
                brr = 0.0
                brz = 0.0
                bzz = 0.0
                for p in range(order):
                    for q in range(order):
                        if order == 1:
                            a = r_mid
                            c = z_mid
                        else:
                            step = 1.0 / count
                            block_r = -1.0 + step * (2 * (p // 2) + 1)
                            block_z = -1.0 + step * (2 * (q // 2) + 1)
                            a = r_mid + r_half * (block_r + step * _NODE * (2 * (p % 2) - 1))
                            c = z_mid + z_half * (block_z + step * _NODE * (2 * (q % 2) - 1))
                        fz, fr, frr, frz, fzz = loop_terms(rho[i], z[i] - c, a)
                        bz += fz
                        br += fr
                        brr += frr
                        brz += frz
                        bzz += fzz
                scale = 4.0 * r_half * z_half / (order * order)
                out[0, i, j] += scale * bz
                out[1, i, j] += scale * br
                if gradients:
                    out[2, i, j] += scale * brr
                    out[3, i, j] += scale * brz
                    out[4, i, j] += scale * bzz
    return out
