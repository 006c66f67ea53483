"""Exterior zonal multipoles of an axisymmetric source, all points of a block at once.

With lengths in units of the reference radius, u = z/r^2 and T_m = P_m'(cos)/r^(m+2), a field B = -grad sum_l c_l
P_l(cos)/r^(l+1) has

    B_rho/rho = sum c_l T_{l+1},              (dB_rho/dz)/rho = - sum c_l (l+1) T_{l+2},
    B_z = z B_rho/rho - sum c_l T_l,          dB_z/dz = z (dB_rho/dz)/rho + sum c_l (l+1) T_{l+1},

since l P_l = x P_l' - P_{l-1}' and the z-derivative raises the degree (Abramowitz & Stegun 8.5.4, 8.5.3 and 8.5.1).
One three-term
recurrence thus serves B and its jacobian. Divided by its leading coefficient it reads

    t_{m+1} = u t_m - gamma_m t_{m-1} / r^2,      gamma_m = (m^2 - 1)/(4 m^2 - 1),

so an order costs three operations and four sums; where all even c_l vanish (a magnet symmetric about its middle) two.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .rows import dress_block, write_point

ORDERS_MAX = 160
_M = np.arange(ORDERS_MAX + 8, dtype=np.float64)
GAMMA = (_M**2 - 1.0) / (4.0 * _M**2 - 1.0)
BLOCK = 128
WORK = 9  # rows of room that a block needs


@jit(contract=True)
def _general(table, top, n, u, ir2, prev, cur, acc):
    """Sums over m = 1 .. top (a multiple of four); table rows are the weights of t_m in the four sums."""
    for m in range(1, top, 4):
        g1 = GAMMA[m]
        g2 = GAMMA[m + 1]
        g3 = GAMMA[m + 2]
        g4 = GAMMA[m + 3]
        a1 = table[m, 0]
        b1 = table[m, 1]
        c1 = table[m, 2]
        d1 = table[m, 3]
        a2 = table[m + 1, 0]
        b2 = table[m + 1, 1]
        c2 = table[m + 1, 2]
        d2 = table[m + 1, 3]
        a3 = table[m + 2, 0]
        b3 = table[m + 2, 1]
        c3 = table[m + 2, 2]
        d3 = table[m + 2, 3]
        a4 = table[m + 3, 0]
        b4 = table[m + 3, 1]
        c4 = table[m + 3, 2]
        d4 = table[m + 3, 3]
        for i in range(n):
            t0 = prev[i]
            t1 = cur[i]
            t2 = u[i] * t1 - g1 * (ir2[i] * t0)
            t3 = u[i] * t2 - g2 * (ir2[i] * t1)
            t4 = u[i] * t3 - g3 * (ir2[i] * t2)
            acc[0, i] += a1 * t1 + a2 * t2 + a3 * t3 + a4 * t4
            acc[1, i] += b1 * t1 + b2 * t2 + b3 * t3 + b4 * t4
            acc[2, i] += c1 * t1 + c2 * t2 + c3 * t3 + c4 * t4
            acc[3, i] += d1 * t1 + d2 * t2 + d3 * t3 + d4 * t4
            prev[i] = t4
            cur[i] = u[i] * t4 - g4 * (ir2[i] * t3)


@jit(contract=True)
def _symmetric(table, top, n, u, ir2, prev, cur, acc):
    """The same where only odd orders are there: odd t_m enter sums 0 and 3, even ones sums 1 and 2."""
    for m in range(1, top, 4):
        g1 = GAMMA[m]
        g2 = GAMMA[m + 1]
        g3 = GAMMA[m + 2]
        g4 = GAMMA[m + 3]
        a1 = table[m, 0]
        d1 = table[m, 3]
        b2 = table[m + 1, 1]
        c2 = table[m + 1, 2]
        a3 = table[m + 2, 0]
        d3 = table[m + 2, 3]
        b4 = table[m + 3, 1]
        c4 = table[m + 3, 2]
        for i in range(n):
            t0 = prev[i]
            t1 = cur[i]
            t2 = u[i] * t1 - g1 * (ir2[i] * t0)
            t3 = u[i] * t2 - g2 * (ir2[i] * t1)
            t4 = u[i] * t3 - g3 * (ir2[i] * t2)
            acc[0, i] += a1 * t1 + a3 * t3
            acc[1, i] += b2 * t2 + b4 * t4
            acc[2, i] += c2 * t2 + c4 * t4
            acc[3, i] += d1 * t1 + d3 * t3
            prev[i] = t4
            cur[i] = u[i] * t4 - g4 * (ir2[i] * t3)


@jit(contract=True)
def zonal_block(numbers, table_at, rows, symmetric, scale, top, n, x, y, z, work, index, b, jac):
    """B and jacobian of n <= BLOCK points from t_m up to ``top``, into rows ``index``; ``work`` is (WORK, BLOCK)
    of room.
    """
    table = numbers[table_at : table_at + 4 * rows].reshape(rows, 4)
    u = work[0]
    ir2 = work[1]
    prev = work[2]
    cur = work[3]
    acc = work[4:8]
    zero = work[8]
    for i in range(n):
        xs = x[i] * scale
        ys = y[i] * scale
        zs = z[i] * scale
        r2 = 1.0 / (xs * xs + ys * ys + zs * zs)
        ir2[i] = r2
        u[i] = zs * r2
        prev[i] = 0.0
        cur[i] = r2 * math.sqrt(r2)
        acc[0, i] = 0.0
        acc[1, i] = 0.0
        acc[2, i] = 0.0
        acc[3, i] = 0.0
        zero[i] = 0.0
    if symmetric:
        _symmetric(table, top, n, u, ir2, prev, cur, acc)
    else:
        _general(table, top, n, u, ir2, prev, cur, acc)
    for i in range(n):
        zs = z[i] * scale
        f = acc[1, i]
        g = acc[3, i]
        acc[1, i] = zs * f - acc[0, i]
        acc[0, i] = f * scale
        h = (zs * g + acc[2, i]) * scale
        acc[2, i] = g * scale * scale
        acc[3, i] = h
    dress_block(n, x, y, acc[0], acc[1], acc[2], acc[3], zero, index, b, jac)


@jit(contract=True)
def zonal_point(numbers, table_at, scale, top, x, y, z, out):
    """The same at one point."""
    xs = x * scale
    ys = y * scale
    zs = z * scale
    ir2 = 1.0 / (xs * xs + ys * ys + zs * zs)
    u = zs * ir2
    t0 = 0.0
    t1 = ir2 * math.sqrt(ir2)
    a = 0.0
    f = 0.0
    c = 0.0
    g = 0.0
    for m in range(1, top + 1):
        o = table_at + 4 * m
        a += numbers[o] * t1
        f += numbers[o + 1] * t1
        c += numbers[o + 2] * t1
        g += numbers[o + 3] * t1
        t2 = u * t1 - GAMMA[m] * (ir2 * t0)
        t0 = t1
        t1 = t2
    write_point(x, y, f * scale, zs * f - a, g * scale * scale, (zs * g + c) * scale, 0.0, out[:3], out[3:])
