"""From packed sources and points to B and jacobian: one point, a block of points, all blocks serially or on threads.

A packed source is ``(index, numbers)``: index[0] leaves, then (kind, start, count, turned) of each. At ``start`` lie position (3), rotation
(9, columns are the leaf's axes), then the payload of its kind:

coils      digits, z of the series' origin, 1/reference radius, first row of t_m weights, rows, symmetric?, bands,
           limits of the rungs of Gauss rules, bands x (r^2 from which, top order), then ``count`` windings (r1, r2, z1, z2, j), then the table
dipole     moment (3)
uniform    B (3)
zonal      as coils, with no windings
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numba
import numpy as np

from mrsite.base.jit import jit

from .coils import (
    RUNGS,
    WAYS,
    coil_group,
    way,
    winding_share,
)
from .elliptic import dress
from .zonal import BLOCK, zonal_block, zonal_point

MU0_4 = math.pi * 1e-7  # the conventional mu0 = 4 pi 1e-7; CODATA 2022 differs by 1.3e-10
COILS = 0
DIPOLE = 1
UNIFORM = 2
CHUNK = 1024  # points sorted and done together; results do not depend on threads since a chunk is one thread's
HEADER = 8 + RUNGS


@jit(contract=True)
def _dipole(mx, my, mz, x, y, z, out, row):
    """Jackson, Classical Electrodynamics, 5.56, and its derivative; NaN at the dipole itself."""
    r2 = x * x + y * y + z * z
    if r2 == 0.0:
        for k in range(12):
            out[row, k] = np.nan
        return
    ir2 = 1.0 / r2
    k = 1e-7 * ir2 * math.sqrt(ir2)
    mr = (mx * x + my * y + mz * z) * ir2
    out[row, 0] = k * (3.0 * mr * x - mx)
    out[row, 1] = k * (3.0 * mr * y - my)
    out[row, 2] = k * (3.0 * mr * z - mz)
    k3 = 3.0 * k * ir2
    mrr = mr * r2
    p = (x, y, z)
    m = (mx, my, mz)
    for i in range(3):
        for j in range(3):
            s = m[i] * p[j] + m[j] * p[i] - 5.0 * mr * p[i] * p[j]
            if i == j:
                s += mrr
            out[row, 3 + 3 * i + j] = k3 * s


@jit(inline=True)
def _band(numbers, at, r2):
    """Which band of the series serves a squared radius: -1 none. Bands run outwards, their orders fall."""
    bands = int(numbers[at + 6])
    found = -1
    for k in range(bands):
        if r2 >= numbers[at + HEADER + 2 * k]:
            found = k
        else:
            break
    return found


@jit()
def _axisymmetric_point(numbers, at, count, x, y, z, out):
    zc = z - numbers[at + 1]
    r2 = x * x + y * y + zc * zc
    band = _band(numbers, at, r2)
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
        coil_group(way(limits, r1, r2w, z1, z2, rho, z), int(limits[RUNGS]), r1, r2w, z1, z2, j, one_r.shape[0], one_r, one_z, acc)
        share = winding_share(r1, r2w, z1, z2, rho, z)
        c += 4.0 * j * share
        if share == 0.25:
            acc[2, 0] = np.nan
            acc[3, 0] = np.nan
    dress(
        x, y, rho, acc[0, 0] * MU0_4, acc[1, 0] * MU0_4, acc[2, 0] * MU0_4, acc[3, 0] * MU0_4, c * MU0_4, out, 0
    )


@jit()
def point(params, x, y, z, out):
    """B and jacobian (row-major) of a packed source at one point, into out[0:12]: the seam ``fields.compiled``."""
    index, numbers = params
    local = np.empty((1, 12))
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
            _dipole(numbers[at], numbers[at + 1], numbers[at + 2], px, py, pz, local, 0)
        elif kind == UNIFORM:
            for i in range(12):
                local[0, i] = 0.0
            for i in range(3):
                local[0, i] = numbers[at + i]
        else:
            _axisymmetric_point(numbers, at, count, px, py, pz, local)
        _add_turned(turned, rot, local, 0, half, out)


@jit(inline=True)
def _add_turned(turned, rot, local, row, half, out):
    if turned:
        for i in range(3):
            out[i] += rot[3 * i] * local[row, 0] + rot[3 * i + 1] * local[row, 1] + rot[3 * i + 2] * local[row, 2]
            for j in range(3):
                half[3 * i + j] = (
                    rot[3 * i] * local[row, 3 + j]
                    + rot[3 * i + 1] * local[row, 6 + j]
                    + rot[3 * i + 2] * local[row, 9 + j]
                )
        for i in range(3):
            for j in range(3):
                out[3 + 3 * i + j] += (
                    half[3 * i] * rot[3 * j] + half[3 * i + 1] * rot[3 * j + 1] + half[3 * i + 2] * rot[3 * j + 2]
                )
    else:
        for i in range(12):
            out[i] += local[row, i]


@jit()
def _exact_rows(numbers, at, count, chosen, m, x, y, z, rows):
    """Windings one by one at the m chosen points of a chunk; of each winding, points that share a way go together."""
    bands = int(numbers[at + 6])
    windings = at + HEADER + 2 * bands
    limits = numbers[at + 7 : at + HEADER]
    rho = np.empty(m)
    zed = np.empty(m)
    total = np.zeros((4, m))
    curl = np.zeros(m)
    key = np.empty(m, dtype=np.int64)
    order = np.empty(m, dtype=np.int64)
    group_r = np.empty(BLOCK)
    group_z = np.empty(BLOCK)
    acc = np.empty((4, BLOCK))
    counts = np.zeros(WAYS + 1, dtype=np.int64)
    used = np.empty(m, dtype=np.int64)
    for i in range(m):
        p = chosen[i]
        rho[i] = math.sqrt(x[p] * x[p] + y[p] * y[p])
        zed[i] = z[p]
    for c in range(count):
        o = windings + 5 * c
        r1 = numbers[o]
        r2 = numbers[o + 1]
        z1 = numbers[o + 2]
        z2 = numbers[o + 3]
        j = numbers[o + 4]
        kinds = 0
        for i in range(m):
            k = way(limits, r1, r2, z1, z2, rho[i], zed[i])
            key[i] = k
            if counts[k] == 0:
                used[kinds] = k
                kinds += 1
            counts[k] += 1
            share = winding_share(r1, r2, z1, z2, rho[i], zed[i])
            if share > 0.0:
                curl[i] += 4.0 * j * share
                if share == 0.25:
                    total[2, i] = np.nan
                    total[3, i] = np.nan
        begin = 0
        for q in range(kinds):
            size = counts[used[q]]
            counts[used[q]] = begin
            begin += size
        for i in range(m):
            order[counts[key[i]]] = i
            counts[key[i]] += 1
        begin = 0
        for q in range(kinds):
            k = used[q]
            end = counts[k]
            counts[k] = 0
            while begin < end:
                n = min(BLOCK, end - begin)
                for i in range(n):
                    group_r[i] = rho[order[begin + i]]
                    group_z[i] = zed[order[begin + i]]
                acc[:, :n] = 0.0
                coil_group(k, int(limits[RUNGS]), r1, r2, z1, z2, j, n, group_r, group_z, acc)
                for t in range(4):
                    for i in range(n):
                        total[t, order[begin + i]] += acc[t, i]
                begin += n
    for i in range(m):
        p = chosen[i]
        dress(
            x[p],
            y[p],
            rho[i],
            total[0, i] * MU0_4,
            total[1, i] * MU0_4,
            total[2, i] * MU0_4,
            total[3, i] * MU0_4,
            curl[i] * MU0_4,
            rows,
            p,
        )


@jit()
def _axisymmetric_rows(numbers, at, count, n, x, y, z, rows):
    """A coil set at the n points of a chunk: the series where its bound holds, windings where not."""
    bands = int(numbers[at + 6])
    band = np.empty(n, dtype=np.int64)
    tally = np.zeros(bands + 2, dtype=np.int64)
    zc = numbers[at + 1]
    for i in range(n):
        w = z[i] - zc
        r2 = x[i] * x[i] + y[i] * y[i] + w * w
        k = _band(numbers, at, r2) if r2 < 1e300 else -1
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
        _exact_rows(numbers, at, count, order[: tally[1]], tally[1], x, y, z, rows)
    if tally[1] == n:
        return
    table_at = at + int(numbers[at + 3])
    table_rows = int(numbers[at + 4])
    symmetric = numbers[at + 5] > 0.0
    scale = numbers[at + 2]
    gx = np.empty(BLOCK)
    gy = np.empty(BLOCK)
    gz = np.empty(BLOCK)
    block = np.empty((BLOCK, 12))
    begin = tally[1]
    while begin < n:
        size = min(BLOCK, n - begin)
        top = int(numbers[at + HEADER + 2 * band[order[begin]] + 1])
        for i in range(size):
            p = order[begin + i]
            gx[i] = x[p]
            gy[i] = y[p]
            gz[i] = z[p] - zc
            top = max(top, int(numbers[at + HEADER + 2 * band[p] + 1]))
        zonal_block(numbers, table_at, table_rows, symmetric, scale, top, size, gx, gy, gz, block)
        for i in range(size):
            p = order[begin + i]
            for k in range(12):
                rows[p, k] = block[i, k]
        begin += size


@jit()
def _chunk(params, points, first, n, b, jac):
    """All leaves at points first .. first + n - 1."""
    index, numbers = params
    x = np.empty(n)
    y = np.empty(n)
    z = np.empty(n)
    rows = np.empty((n, 12))
    half = np.empty(9)
    out = np.empty(12)
    leaves = index[0]
    for leaf in range(leaves):
        kind = index[1 + 4 * leaf]
        start = index[2 + 4 * leaf]
        count = index[3 + 4 * leaf]
        turned = index[4 + 4 * leaf]
        rot = numbers[start + 3 : start + 12]
        at = start + 12
        for i in range(n):
            px = points[first + i, 0] - numbers[start]
            py = points[first + i, 1] - numbers[start + 1]
            pz = points[first + i, 2] - numbers[start + 2]
            if turned:
                x[i] = rot[0] * px + rot[3] * py + rot[6] * pz
                y[i] = rot[1] * px + rot[4] * py + rot[7] * pz
                z[i] = rot[2] * px + rot[5] * py + rot[8] * pz
            else:
                x[i] = px
                y[i] = py
                z[i] = pz
        if kind == DIPOLE:
            for i in range(n):
                _dipole(numbers[at], numbers[at + 1], numbers[at + 2], x[i], y[i], z[i], rows, i)
        elif kind == UNIFORM:
            for i in range(n):
                for k in range(12):
                    rows[i, k] = numbers[at + k] if k < 3 else 0.0
        else:
            _axisymmetric_rows(numbers, at, count, n, x, y, z, rows)
        if leaf == 0 and not turned:
            for i in range(n):
                for k in range(3):
                    b[first + i, k] = rows[i, k]
                for k in range(9):
                    jac[first + i, k] = rows[i, 3 + k]
        else:
            for i in range(n):
                for k in range(12):
                    out[k] = 0.0
                _add_turned(turned, rot, rows, i, half, out)
                if leaf == 0:
                    for k in range(3):
                        b[first + i, k] = out[k]
                    for k in range(9):
                        jac[first + i, k] = out[3 + k]
                else:
                    for k in range(3):
                        b[first + i, k] += out[k]
                    for k in range(9):
                        jac[first + i, k] += out[3 + k]
    if leaves == 0:
        b[first : first + n] = 0.0
        jac[first : first + n] = 0.0


@jit()
def serial(params, points, b, jac):
    """B (n, 3) and jacobian (n, 9) at points (n, 3), on one core."""
    n = points.shape[0]
    for first in range(0, n, CHUNK):
        _chunk(params, points, first, min(CHUNK, n - first), b, jac)


@jit(parallel=True)
def threaded(params, points, b, jac, threads):
    """The same on all threads; chunks are dealt out like cards, so that a dear corner of the points is shared."""
    n = points.shape[0]
    chunks = (n + CHUNK - 1) // CHUNK
    each = (chunks + threads - 1) // threads
    for i in numba.prange(each * threads):
        chunk = (i % each) * threads + i // each
        if chunk < chunks:
            first = chunk * CHUNK
            _chunk(params, points, first, min(CHUNK, n - first), b, jac)
