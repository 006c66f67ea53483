"""Windings one by one at many points, in blocks that share a way of doing them."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .coils import RUNGS, WAYS, coil_group, loop_group, way, winding_share
from .elliptic import STEPS_1, STEPS_2, STEPS_3
from .layout import HEADER, MU0_4
from .rows import dress_block
from .zonal import BLOCK

FEW = BLOCK // 16  # points of a block that may be done apart, so that the others need not pay for them


@jit(inline=True, contract=True)
def _ratio(a, z0, rho, z):
    """Squared least and greatest distance from a loop."""
    zz = (z - z0) * (z - z0)
    return (a - rho) * (a - rho) + zz, (a + rho) * (a + rho) + zz


@jit(inline=True, contract=True)
def _steps(a, z0, n, rho, z):
    """AGM steps that serve a loop at all of n points but a few: counts, since a sum of integers is done side by side
    and a minimum is not. Also how many points want more.
    """
    one = 0
    two = 0
    three = 0
    for i in range(n):
        near, far = _ratio(a, z0, rho[i], z[i])
        one += 1 if near < STEPS_1 * far else 0
        two += 1 if near < STEPS_2 * far else 0
        three += 1 if near < STEPS_3 * far else 0
    if one <= FEW:
        return 0, one
    if two <= FEW:
        return 1, two
    if three <= FEW:
        return 2, three
    return 3, 0


@jit()
def _add_loop(a, z0, weight, n, rho, z, acc, apart):
    """Add a loop at the n points of a block. Points that need more AGM steps than most are done apart; ``apart`` is
    (6, FEW) of room for them.
    """
    steps, more = _steps(a, z0, n, rho, z)
    if more == 0:
        loop_group(steps, a, z0, weight, n, rho, z, acc)
        return
    limit = (STEPS_1, STEPS_2, STEPS_3)[steps]
    which = np.empty(FEW, dtype=np.int64)
    k = 0
    for i in range(n):
        near, far = _ratio(a, z0, rho[i], z[i])
        if near < limit * far:
            which[k] = i
            apart[4, k] = rho[i]
            apart[5, k] = z[i]
            for t in range(4):
                apart[t, k] = acc[t, i]
            k += 1
    loop_group(steps, a, z0, weight, n, rho, z, acc)
    loop_group(3, a, z0, weight, k, apart[4], apart[5], apart)
    for q in range(k):
        for t in range(4):
            acc[t, which[q]] = apart[t, q]


@jit()
def _add_loops(numbers, windings, count, n, rho, z, acc, apart):
    """Add the thin loops among the windings at the n points of a block."""
    for c in range(count):
        o = windings + 5 * c
        a = numbers[o]
        if a == numbers[o + 1]:
            _add_loop(a, numbers[o + 2], MU0_4 * numbers[o + 4] * a * a, n, rho, z, acc, apart)


@jit()
def _add_coil(limits, r1, r2, z1, z2, j, m, rho, z, total, curl, room, key, order, counts, used):
    """Add a thick coil at m points: points that share a way go together."""
    kinds = 0
    for i in range(m):
        k = way(limits, r1, r2, z1, z2, rho[i], z[i])
        key[i] = k
        if counts[k] == 0:
            used[kinds] = k
            kinds += 1
        counts[k] += 1
        share = winding_share(r1, r2, z1, z2, rho[i], z[i])
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
    acc = room[:4]
    group_r = room[4]
    group_z = room[5]
    begin = 0
    for q in range(kinds):
        k = used[q]
        end = counts[k]
        counts[k] = 0
        while begin < end:
            n = min(BLOCK, end - begin)
            for i in range(n):
                group_r[i] = rho[order[begin + i]]
                group_z[i] = z[order[begin + i]]
                for t in range(4):
                    acc[t, i] = 0.0
            coil_group(k, int(limits[RUNGS]), r1, r2, z1, z2, j, n, group_r, group_z, acc)
            for t in range(4):
                for i in range(n):
                    total[t, order[begin + i]] += acc[t, i]
            begin += n


@jit()
def _coil_totals(numbers, at, windings, count, m, rho, z, total, curl):
    """Add all thick coils at m points; ``curl`` receives mu0 j_phi over mu0/4."""
    limits = numbers[at + 7 : at + HEADER]
    room = np.empty((6, BLOCK))
    key = np.empty(m, dtype=np.int64)
    order = np.empty(m, dtype=np.int64)
    used = np.empty(m, dtype=np.int64)
    counts = np.zeros(WAYS + 1, dtype=np.int64)
    for c in range(count):
        o = windings + 5 * c
        if numbers[o] != numbers[o + 1]:
            _add_coil(
                limits, numbers[o], numbers[o + 1], numbers[o + 2], numbers[o + 3], numbers[o + 4],
                m, rho, z, total, curl, room, key, order, counts, used,
            )  # fmt: skip


@jit(contract=True)
def winding_rows(numbers, at, count, chosen, m, x, y, z, b, jac):
    """All windings at the m chosen points, into their rows."""
    windings = at + HEADER + 2 * int(numbers[at + 6])
    thick = 0
    for c in range(count):
        if numbers[windings + 5 * c] != numbers[windings + 5 * c + 1]:
            thick += 1
    total = np.zeros((4, m if thick > 0 else 0))
    curl = np.zeros(m if thick > 0 else 0)
    if thick > 0:
        all_r = np.empty(m)
        all_z = np.empty(m)
        for i in range(m):
            p = chosen[i]
            all_r[i] = math.sqrt(x[p] * x[p] + y[p] * y[p])
            all_z[i] = z[p]
        _coil_totals(numbers, at, windings, count, m, all_r, all_z, total, curl)
    rho = np.empty(BLOCK)
    gx = np.empty(BLOCK)
    gy = np.empty(BLOCK)
    gz = np.empty(BLOCK)
    over = np.zeros(BLOCK)
    acc = np.empty((4, BLOCK))
    apart = np.empty((6, FEW))
    for begin in range(0, m, BLOCK):
        n = min(BLOCK, m - begin)
        index = chosen[begin : begin + n]
        first = index[0]
        if index[n - 1] - first == n - 1:  # none left out: as they lie
            bx = x[first : first + n]
            by = y[first : first + n]
            bz = z[first : first + n]
        else:
            for i in range(n):
                gx[i] = x[index[i]]
                gy[i] = y[index[i]]
                gz[i] = z[index[i]]
            bx = gx
            by = gy
            bz = gz
        for i in range(n):
            rho[i] = math.sqrt(bx[i] * bx[i] + by[i] * by[i])
        if thick > 0:
            for i in range(n):
                c = curl[begin + i]
                over[i] = MU0_4 * c / rho[i] if c != 0.0 and rho[i] > 0.0 else 0.0
            for t in range(4):
                for i in range(n):
                    acc[t, i] = MU0_4 * total[t, begin + i]
        else:
            for t in range(4):
                for i in range(n):
                    acc[t, i] = 0.0
        if thick < count:
            _add_loops(numbers, windings, count, n, rho, bz, acc, apart)
        dress_block(n, bx, by, acc[0], acc[1], acc[2], acc[3], over, index, b, jac)
