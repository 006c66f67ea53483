"""From packed sources and points to B and jacobian: one point, a chunk of points, all chunks serially or on threads."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import prange

from mrsite.base.jit import jit

from .axisymmetric import axisymmetric_point, axisymmetric_rows
from .counter import draw
from .layout import COILS, DIPOLE, UNIFORM
from .loops import loop_rows, serves

CHUNK = 1024  # points sorted and done together; results do not depend on threads since a chunk is one thread's


@jit(contract=True)
def _dipole(mx, my, mz, x, y, z, out):
    """Jackson, Classical Electrodynamics, 5.56, and its derivative; NaN at the dipole itself."""
    r2 = x * x + y * y + z * z
    if r2 == 0.0:
        for k in range(12):
            out[k] = np.nan
        return
    ir2 = 1.0 / r2
    k = 1e-7 * ir2 * math.sqrt(ir2)
    mr = (mx * x + my * y + mz * z) * ir2
    out[0] = k * (3.0 * mr * x - mx)
    out[1] = k * (3.0 * mr * y - my)
    out[2] = k * (3.0 * mr * z - mz)
    k3 = 3.0 * k * ir2
    mrr = mr * r2
    p = (x, y, z)
    m = (mx, my, mz)
    for i in range(3):
        for j in range(3):
            s = m[i] * p[j] + m[j] * p[i] - 5.0 * mr * p[i] * p[j]
            if i == j:
                s += mrr
            out[3 + 3 * i + j] = k3 * s


@jit()
def point(params, x, y, z, out):
    """B and jacobian (row-major) of a packed source at one point, into out[0:12]: the seam ``fields.compiled``."""
    index, numbers = params
    local = np.empty(12)
    half = np.empty(9)
    for i in range(12):
        out[i] = 0.0
    for leaf in range(index[0]):
        kind = index[1 + 4 * leaf]
        start = index[2 + 4 * leaf]
        count = index[3 + 4 * leaf]
        turned = index[4 + 4 * leaf]
        rot = numbers[start + 3 : start + 12]
        at = start + 12
        px = x - numbers[start]
        py = y - numbers[start + 1]
        pz = z - numbers[start + 2]
        if turned:
            dx = px
            dy = py
            dz = pz
            px = rot[0] * dx + rot[3] * dy + rot[6] * dz
            py = rot[1] * dx + rot[4] * dy + rot[7] * dz
            pz = rot[2] * dx + rot[5] * dy + rot[8] * dz
        if kind == DIPOLE:
            _dipole(numbers[at], numbers[at + 1], numbers[at + 2], px, py, pz, local)
        elif kind == UNIFORM:
            for i in range(12):
                local[i] = 0.0
            for i in range(3):
                local[i] = numbers[at + i]
        else:
            axisymmetric_point(numbers, at, count, px, py, pz, local)
        _add_turned(turned, rot, local, half, out)


@jit(inline=True)
def _add_turned(turned, rot, local, half, out):
    if turned:
        for i in range(3):
            out[i] += rot[3 * i] * local[0] + rot[3 * i + 1] * local[1] + rot[3 * i + 2] * local[2]
            for j in range(3):
                half[3 * i + j] = (
                    rot[3 * i] * local[3 + j] + rot[3 * i + 1] * local[6 + j] + rot[3 * i + 2] * local[9 + j]
                )
        for i in range(3):
            for j in range(3):
                out[3 + 3 * i + j] += (
                    half[3 * i] * rot[3 * j] + half[3 * i + 1] * rot[3 * j + 1] + half[3 * i + 2] * rot[3 * j + 2]
                )
    else:
        for i in range(12):
            out[i] += local[i]


@jit()
def _leaf_rows(numbers, kind, at, count, table, grid, n, x, y, z, b, jac):
    """One leaf at n points in its own frame."""
    if kind == DIPOLE:
        out = np.empty(12)
        for i in range(n):
            _dipole(numbers[at], numbers[at + 1], numbers[at + 2], x[i], y[i], z[i], out)
            for k in range(3):
                b[i, k] = out[k]
            for k in range(9):
                jac[i, k] = out[3 + k]
    elif kind == UNIFORM:
        for i in range(n):
            for k in range(3):
                b[i, k] = numbers[at + k]
            for k in range(9):
                jac[i, k] = 0.0
    else:
        axisymmetric_rows(numbers, at, count, table, grid, n, x, y, z, b, jac)


@jit()
def _chunk(params, table, points, b, jac):
    """All leaves at the points of a chunk."""
    index, numbers = params
    n = points.shape[0]
    leaves = index[0]
    alone = leaves == 1 and index[4] == 0
    if alone and index[1] == COILS:
        start = index[2]
        if serves(numbers, start + 12, index[3], points, numbers[start : start + 3]):
            loop_rows(numbers, start + 12, index[3], numbers[start : start + 3], points, b, jac)
            return
    x = np.empty(n)
    y = np.empty(n)
    z = np.empty(n)
    part_b = b
    part_j = jac
    if not alone:
        part_b = np.empty((n, 3))
        part_j = np.empty((n, 9))
        for i in range(n):
            for k in range(3):
                b[i, k] = 0.0
            for k in range(9):
                jac[i, k] = 0.0
    local = np.empty(12)
    half = np.empty(9)
    out = np.empty(12)
    for leaf in range(leaves):
        start = index[2 + 4 * leaf]
        turned = index[4 + 4 * leaf]
        rot = numbers[start + 3 : start + 12]
        ox = numbers[start]
        oy = numbers[start + 1]
        oz = numbers[start + 2]
        for i in range(n):
            x[i] = points[i, 0] - ox
            y[i] = points[i, 1] - oy
            z[i] = points[i, 2] - oz
        if turned:
            for i in range(n):
                px = x[i]
                py = y[i]
                pz = z[i]
                x[i] = rot[0] * px + rot[3] * py + rot[6] * pz
                y[i] = rot[1] * px + rot[4] * py + rot[7] * pz
                z[i] = rot[2] * px + rot[5] * py + rot[8] * pz
        grid = table[0][leaf] if leaf < table[0].shape[0] else -1
        _leaf_rows(
            numbers, index[1 + 4 * leaf], start + 12, index[3 + 4 * leaf], table, grid, n, x, y, z, part_b, part_j
        )
        if alone:
            return
        for i in range(n):
            for k in range(3):
                local[k] = part_b[i, k]
                out[k] = 0.0
            for k in range(9):
                local[3 + k] = part_j[i, k]
                out[3 + k] = 0.0
            _add_turned(turned, rot, local, half, out)
            for k in range(3):
                b[i, k] += out[k]
            for k in range(9):
                jac[i, k] += out[3 + k]


@jit()
def serial(params, table, points, b, jac):
    """B (n, 3) and jacobian (n, 9) at points (n, 3), on one core; either may have no rows: it is not kept then."""
    _take_chunks(params, table, points, b, jac, np.zeros(1, dtype=np.int64))


@jit(parallel=True)
def threaded(params, table, points, b, jac, threads):
    """The same on all threads: each takes the next chunk when it is done with one, so that dear chunks, or a core that
    is busy elsewhere, hold nobody up.
    """
    counter = np.zeros(1, dtype=np.int64)
    for _ in prange(threads):
        _take_chunks(params, table, points, b, jac, counter)


@jit()
def _take_chunks(params, table, points, b, jac, counter):
    n = points.shape[0]
    some_b = np.empty((CHUNK if b.shape[0] < n else 0, 3))
    some_j = np.empty((CHUNK if jac.shape[0] < n else 0, 9))
    while True:
        first = draw(counter) * CHUNK
        if first >= n:
            return
        last = min(n, first + CHUNK)
        here_b = b[first:last] if b.shape[0] == n else some_b[: last - first]
        here_j = jac[first:last] if jac.shape[0] == n else some_j[: last - first]
        _chunk(params, table, points[first:last], here_b, here_j)
