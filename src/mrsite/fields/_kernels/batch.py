"""From packed sources and points to B and jacobian: one point, a block of points, all blocks serially or on threads.

A packed source is ``(index, numbers)``: index[0] leaves, then (kind, start, count, turned) of each. At ``start`` lie
position (3), rotation
(9, columns are the leaf's axes), then the payload of its kind:

coils      digits, z of the series' origin, 1/reference radius, first row of t_m weights, rows, symmetric?, bands,
           limits of the rungs of Gauss rules, bands x (r^2 from which, top order), then ``count`` windings (r1, r2,
           z1, z2, j), then the table
dipole     moment (3)
uniform    B (3)
zonal      as coils, with no windings
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np
from numba import prange

from mrsite.base.jit import jit

from .coils import (
    RUNGS,
    WAYS,
    coil_group,
    loop_group,
    way,
    winding_share,
)
from .elliptic import STEPS_1, STEPS_2, STEPS_3, dress, dress_block
from .zonal import BLOCK, zonal_block, zonal_point

MU0_4 = math.pi * 1e-7  # the conventional mu0 = 4 pi 1e-7; CODATA 2022 differs by 1.3e-10
COILS = 0
DIPOLE = 1
UNIFORM = 2
CHUNK = 1024  # points sorted and done together; results do not depend on threads since a chunk is one thread's
HEADER = 8 + RUNGS


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
    dress(x, y, rho, acc[0, 0] * MU0_4, acc[1, 0] * MU0_4, acc[2, 0] * MU0_4, acc[3, 0] * MU0_4, c * MU0_4, out)


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
            _axisymmetric_point(numbers, at, count, px, py, pz, local)
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


@jit(inline=True, contract=True)
def _steps(a, z0, n, rho, z):
    """AGM steps that serve a loop at all n points: counts, since a sum of integers is done side by side and a
    minimum is not.
    """
    one = 0
    two = 0
    three = 0
    for i in range(n):
        zz = (z[i] - z0) * (z[i] - z0)
        d = a - rho[i]
        s = a + rho[i]
        near = d * d + zz
        far = s * s + zz
        one += 1 if near < STEPS_1 * far else 0
        two += 1 if near < STEPS_2 * far else 0
        three += 1 if near < STEPS_3 * far else 0
    if one == 0:
        return 0
    if two == 0:
        return 1
    if three == 0:
        return 2
    return 3


@jit(contract=True)
def _loop_rows(numbers, windings, count, chosen, m, x, y, z, b, jac):
    """Loops alone at the m chosen points: blocks as they come, each with the steps its nearest point needs."""
    rho = np.empty(BLOCK)
    zed = np.empty(BLOCK)
    gx = np.empty(BLOCK)
    gy = np.empty(BLOCK)
    none = np.zeros(BLOCK)
    acc = np.empty((4, BLOCK))
    work = np.empty((18, BLOCK))
    for begin in range(0, m, BLOCK):
        n = min(BLOCK, m - begin)
        index = chosen[begin : begin + n]
        for i in range(n):
            p = index[i]
            gx[i] = x[p]
            gy[i] = y[p]
            zed[i] = z[p]
        for i in range(n):
            rho[i] = math.sqrt(gx[i] * gx[i] + gy[i] * gy[i])
            acc[0, i] = 0.0
            acc[1, i] = 0.0
            acc[2, i] = 0.0
            acc[3, i] = 0.0
        for c in range(count):
            o = windings + 5 * c
            a = numbers[o]
            z0 = numbers[o + 2]
            loop_group(_steps(a, z0, n, rho, zed), a, z0, numbers[o + 4] * a * a * MU0_4, n, rho, zed, acc)
        dress_block(n, gx, gy, acc[0], acc[1], acc[2], acc[3], none, work, index, b, jac)


@jit()
def _exact_rows(numbers, at, count, chosen, m, x, y, z, b, jac):
    """Windings one by one at the m chosen points of a chunk; of each thick coil, points that share a way go
    together.
    """
    bands = int(numbers[at + 6])
    windings = at + HEADER + 2 * bands
    thick = 0
    for c in range(count):
        if numbers[windings + 5 * c] != numbers[windings + 5 * c + 1]:
            thick += 1
    if thick == 0:
        _loop_rows(numbers, windings, count, chosen, m, x, y, z, b, jac)
        return
    limits = numbers[at + 7 : at + HEADER]
    rho = np.empty(m)
    zed = np.empty(m)
    total = np.zeros((4, m))
    curl = np.zeros(m)
    group_r = np.empty(BLOCK)
    group_z = np.empty(BLOCK)
    group_x = np.empty(BLOCK)
    group_y = np.empty(BLOCK)
    group_c = np.empty(BLOCK)
    acc = np.empty((4, BLOCK))
    work = np.empty((18, BLOCK))
    for i in range(m):
        p = chosen[i]
        rho[i] = math.sqrt(x[p] * x[p] + y[p] * y[p])
        zed[i] = z[p]
    if thick < count:
        for begin in range(0, m, BLOCK):
            n = min(BLOCK, m - begin)
            for i in range(n):
                group_r[i] = rho[begin + i]
                group_z[i] = zed[begin + i]
                acc[0, i] = 0.0
                acc[1, i] = 0.0
                acc[2, i] = 0.0
                acc[3, i] = 0.0
            for c in range(count):
                o = windings + 5 * c
                a = numbers[o]
                if a == numbers[o + 1]:
                    z0 = numbers[o + 2]
                    steps = _steps(a, z0, n, group_r, group_z)
                    loop_group(steps, a, z0, numbers[o + 4] * a * a, n, group_r, group_z, acc)
            for t in range(4):
                for i in range(n):
                    total[t, begin + i] = acc[t, i]
    key = np.empty(m, dtype=np.int64)
    order = np.empty(m, dtype=np.int64)
    counts = np.zeros(WAYS + 1, dtype=np.int64)
    used = np.empty(m, dtype=np.int64)
    for c in range(count):
        o = windings + 5 * c
        r1 = numbers[o]
        r2 = numbers[o + 1]
        z1 = numbers[o + 2]
        z2 = numbers[o + 3]
        j = numbers[o + 4]
        if r1 == r2:
            continue
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
                    acc[0, i] = 0.0
                    acc[1, i] = 0.0
                    acc[2, i] = 0.0
                    acc[3, i] = 0.0
                coil_group(k, int(limits[RUNGS]), r1, r2, z1, z2, j, n, group_r, group_z, acc)
                for t in range(4):
                    for i in range(n):
                        total[t, order[begin + i]] += acc[t, i]
                begin += n
    for begin in range(0, m, BLOCK):
        n = min(BLOCK, m - begin)
        for i in range(n):
            p = chosen[begin + i]
            group_x[i] = x[p]
            group_y[i] = y[p]
            group_c[i] = curl[begin + i] * MU0_4
            for t in range(4):
                acc[t, i] = total[t, begin + i] * MU0_4
        dress_block(
            n, group_x, group_y, acc[0], acc[1], acc[2], acc[3], group_c, work, chosen[begin : begin + n], b, jac
        )


@jit()
def _axisymmetric_rows(numbers, at, count, n, x, y, z, b, jac):
    """A coil set at the n points of a chunk: the series where its bound holds, windings where not."""
    bands = int(numbers[at + 6])
    index = np.arange(n)
    if bands == 0:
        _exact_rows(numbers, at, count, index, n, x, y, z, b, jac)
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
    work = np.empty((18, BLOCK))
    gz = np.empty(BLOCK)
    if far:
        # all of the chunk lies outside: blocks as they come, each by the order its nearest point needs
        for k in range(least.shape[0]):
            begin = k * BLOCK
            size = min(BLOCK, n - begin)
            for i in range(size):
                gz[i] = z[begin + i] - zc
            top = int(numbers[at + HEADER + 2 * _band(numbers, at, least[k]) + 1])
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
        _exact_rows(numbers, at, count, order[: tally[1]], tally[1], x, y, z, b, jac)
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


@jit()
def _leaf_rows(numbers, kind, at, count, n, x, y, z, b, jac):
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
        _axisymmetric_rows(numbers, at, count, n, x, y, z, b, jac)


@jit()
def _chunk(params, points, b, jac):
    """All leaves at the points of a chunk."""
    index, numbers = params
    n = points.shape[0]
    x = np.empty(n)
    y = np.empty(n)
    z = np.empty(n)
    leaves = index[0]
    alone = leaves == 1 and index[4] == 0
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
        for i in range(n):
            px = points[i, 0] - numbers[start]
            py = points[i, 1] - numbers[start + 1]
            pz = points[i, 2] - numbers[start + 2]
            if turned:
                x[i] = rot[0] * px + rot[3] * py + rot[6] * pz
                y[i] = rot[1] * px + rot[4] * py + rot[7] * pz
                z[i] = rot[2] * px + rot[5] * py + rot[8] * pz
            else:
                x[i] = px
                y[i] = py
                z[i] = pz
        _leaf_rows(numbers, index[1 + 4 * leaf], start + 12, index[3 + 4 * leaf], n, x, y, z, part_b, part_j)
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
def serial(params, points, b, jac):
    """B (n, 3) and jacobian (n, 9) at points (n, 3), on one core."""
    n = points.shape[0]
    for first in range(0, n, CHUNK):
        last = min(n, first + CHUNK)
        _chunk(params, points[first:last], b[first:last], jac[first:last])


@jit(parallel=True)
def threaded(params, points, b, jac, threads):
    """The same on all threads; chunks are dealt out like cards, so that a dear corner of the points is shared."""
    n = points.shape[0]
    chunks = (n + CHUNK - 1) // CHUNK
    each = (chunks + threads - 1) // threads
    for i in prange(each * threads):
        chunk = (i % each) * threads + i // each
        if chunk < chunks:
            first = chunk * CHUNK
            last = min(n, first + CHUNK)
            _chunk(params, points[first:last], b[first:last], jac[first:last])
