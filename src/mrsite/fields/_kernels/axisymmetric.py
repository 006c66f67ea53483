"""An axisymmetric leaf: its series where the bound holds; nearer, squares that the caller made, or windings.

Only rho and z enter a route; the azimuth comes back with div B = 0 and curl B = mu0 j (``rows``), since B_phi = 0.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .coils import RUNGS, coil_group, way, winding_share
from .layout import HEADER, MU0_4, band_at
from .patches import square_rows, squares_of
from .rows import write_point
from .windings import winding_rows
from .zonal import BLOCK, WORK, zonal_block, zonal_point


@jit()
def axisymmetric_point(numbers, at, count, x, y, z, out):
    zc = z - numbers[at + 1]
    r2 = x * x + y * y + zc * zc
    band = band_at(numbers, at, r2)
    bands = int(numbers[at + 6])
    if band >= 0 and r2 < 1e300:
        top = int(numbers[at + HEADER + 2 * band + 1])
        zonal_point(numbers, at + int(numbers[at + 3]), numbers[at + 2], top, x, y, zc, out)
        return
    rho = math.sqrt(x * x + y * y)
    windings = at + HEADER + 2 * bands
    limits = numbers[at + 7 : at + HEADER]
    acc = np.zeros((4, 1))
    one_r = np.empty(1)
    one_z = np.empty(1)
    one_r[0] = rho
    one_z[0] = z
    c = 0.0
    for i in range(count):
        o = windings + 5 * i
        r1 = numbers[o]
        r2w = numbers[o + 1]
        z1 = numbers[o + 2]
        z2 = numbers[o + 3]
        j = numbers[o + 4]
        coil_group(
            way(limits, r1, r2w, z1, z2, rho, z),
            int(limits[RUNGS]),
            r1,
            r2w,
            z1,
            z2,
            j,
            one_r.shape[0],
            one_r,
            one_z,
            acc,
        )
        share = winding_share(r1, r2w, z1, z2, rho, z)
        c += 4.0 * j * share
        if share == 0.25:
            acc[2, 0] = np.nan
            acc[3, 0] = np.nan
    write_point(
        x, y, acc[0, 0] * MU0_4, acc[1, 0] * MU0_4, acc[2, 0] * MU0_4, acc[3, 0] * MU0_4,
        c * MU0_4 / rho if c != 0.0 and rho > 0.0 else 0.0, out[:3], out[3:],
    )  # fmt: skip


@jit()
def _near_rows(numbers, at, count, table, grid, chosen, m, x, y, z, b, jac):
    """The m chosen points, where no series holds; ``grid`` is where the leaf's squares are in the table, or -1."""
    found = 0
    if grid >= 0:
        squares = np.empty(m, dtype=np.int64)
        found = squares_of(table, grid, chosen, m, x, y, z, squares)
        square_rows(table[1], squares, chosen, found, x, y, z, b, jac)
    if found < m:
        winding_rows(numbers, at, count, chosen[found:], m - found, x, y, z, b, jac)


@jit()
def axisymmetric_rows(numbers, at, count, table, grid, n, x, y, z, b, jac):
    """A coil set at the n points of a chunk, each by its own route."""
    bands = int(numbers[at + 6])
    index = np.arange(n)
    if bands == 0:
        _near_rows(numbers, at, count, table, grid, index, n, x, y, z, b, jac)
        return
    zc = numbers[at + 1]
    table_at = at + int(numbers[at + 3])
    table_rows = int(numbers[at + 4])
    symmetric = numbers[at + 5] > 0.0
    scale = numbers[at + 2]
    edge = numbers[at + HEADER]
    least = np.empty((n + BLOCK - 1) // BLOCK)
    far = True
    for k in range(least.shape[0]):
        low = np.inf
        for i in range(k * BLOCK, min(n, (k + 1) * BLOCK)):
            w = z[i] - zc
            low = min(low, x[i] * x[i] + y[i] * y[i] + w * w)
        least[k] = low
        far = far and edge <= low < 1e300
    work = np.empty((WORK, BLOCK))
    gz = np.empty(BLOCK)
    if far:
        # all of the chunk lies outside: blocks as they come, each by the order its nearest point needs
        for k in range(least.shape[0]):
            begin = k * BLOCK
            size = min(BLOCK, n - begin)
            for i in range(size):
                gz[i] = z[begin + i] - zc
            top = int(numbers[at + HEADER + 2 * band_at(numbers, at, least[k]) + 1])
            zonal_block(
                numbers, table_at, table_rows, symmetric, scale, top, size,
                x[begin : begin + size], y[begin : begin + size], gz, work, index[begin : begin + size], b, jac,
            )  # fmt: skip
        return
    band = np.empty(n, dtype=np.int64)
    tally = np.zeros(bands + 2, dtype=np.int64)
    for i in range(n):
        w = z[i] - zc
        r2 = x[i] * x[i] + y[i] * y[i] + w * w
        k = band_at(numbers, at, r2) if r2 < 1e300 else -1
        band[i] = k
        tally[k + 2] += 1
    for k in range(1, bands + 2):
        tally[k] += tally[k - 1]
    begins = tally.copy()
    order = np.empty(n, dtype=np.int64)
    for i in range(n):
        order[begins[band[i] + 1]] = i
        begins[band[i] + 1] += 1
    if tally[1] > 0:
        _near_rows(numbers, at, count, table, grid, order[: tally[1]], tally[1], x, y, z, b, jac)
    gx = np.empty(BLOCK)
    gy = np.empty(BLOCK)
    begin = tally[1]
    while begin < n:
        size = min(BLOCK, n - begin)
        top = int(numbers[at + HEADER + 2 * band[order[begin]] + 1])
        for i in range(size):
            p = order[begin + i]
            gx[i] = x[p]
            gy[i] = y[p]
            gz[i] = z[p] - zc
        # bands run outwards, so the first of a block needs the highest order
        zonal_block(
            numbers, table_at, table_rows, symmetric, scale, top, size,
            gx, gy, gz, work, order[begin : begin + size], b, jac,
        )  # fmt: skip
        begin += size
