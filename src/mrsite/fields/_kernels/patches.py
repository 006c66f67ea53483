"""Polynomials in (rho, z) on squares near the windings: which points lie in which, and the field from them.

A table is ``(where, pieces)``. where[leaf] is the start of that leaf's grid in ``where``, -1 if it has none: cells
along rho and along z, start of (z of the lowest cell, 1/width) in ``pieces``, number of squares, where in ``pieces``
each of them starts, then for each cell, rho outermost, which square covers it, their number if none does. A square is
its centre (rho, z), 1/half side, total degree N, then for each power of rho from N down to 0 the coefficients of z^(N
- power) .. z^0, four terms each: B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz.

The coefficients and the bound on their error (Trefethen, Approximation Theory and Approximation Practice, 2013, theorem
8.2) are made in ``interpolant``.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .horner import LANES, TERMS, polynomials
from .layout import HEADER
from .rows import dress_block
from .zonal import BLOCK

RUN = 32


@jit(inline=True)
def cell_of(radial, axial, low, per_width, rho, z):
    """Number of the cell that holds a point, -1 outside the grid."""
    u = rho * per_width
    w = (z - low) * per_width
    if not (u < radial and 0.0 <= w < axial):
        return -1
    return int(u) * axial + int(w)


@jit()
def count_points(numbers, start, radial, axial, low, per_width, square, squares, points, sample):
    """How many points each square of a leaf's grid would hold, beyond the reach of its series left out.

    Of many points ``sample`` are counted, each for its share: runs begun at multiples of the golden ratio, which keep
    step with no raster.
    """
    out = np.zeros(squares)
    at = start + 12
    edge = numbers[at + HEADER] if numbers[at + 6] > 0.0 else np.inf
    zc = numbers[at + 1]
    rot = numbers[start + 3 : start + 12]
    n = points.shape[0]
    taken = min(n, sample)
    golden = 0.0
    for k in range(taken):
        i = k
        if taken < n:
            if k % RUN == 0:
                golden += 0.6180339887498949
                golden -= math.floor(golden)
            i = int(golden * (n - RUN)) + k % RUN
        dx = points[i, 0] - numbers[start]
        dy = points[i, 1] - numbers[start + 1]
        dz = points[i, 2] - numbers[start + 2]
        z = rot[2] * dx + rot[5] * dy + rot[8] * dz
        whole = dx * dx + dy * dy + dz * dz
        if whole - z * z + (z - zc) * (z - zc) < edge:
            x = rot[0] * dx + rot[3] * dy + rot[6] * dz
            y = rot[1] * dx + rot[4] * dy + rot[7] * dz
            cell = cell_of(radial, axial, low, per_width, math.sqrt(x * x + y * y), z)
            if cell >= 0 and square[cell] >= 0:
                out[square[cell]] += n / taken
    return out


@jit()
def squares_of(table, grid, chosen, m, x, y, z, square):
    """Sort the m chosen points by square, those without one last; ``square`` receives where in ``pieces`` each one's
    is.

    Returned is how many have one.
    """
    where, pieces = table
    radial = where[grid]
    axial = where[grid + 1]
    low = pieces[where[grid + 2]]
    per_width = pieces[where[grid + 2] + 1]
    count = where[grid + 3]
    starts = grid + 4
    number = starts + count
    key = np.empty(m, dtype=np.int64)
    tally = np.zeros(count + 2, dtype=np.int64)
    for i in range(m):
        p = chosen[i]
        cell = cell_of(radial, axial, low, per_width, math.sqrt(x[p] * x[p] + y[p] * y[p]), z[p])
        key[i] = where[number + cell] if cell >= 0 else count
        tally[key[i] + 1] += 1
    for k in range(1, count + 2):
        tally[k] += tally[k - 1]
    found = tally[count]
    sorted_points = np.empty(m, dtype=np.int64)
    for i in range(m):
        k = key[i]
        sorted_points[tally[k]] = chosen[i]
        if k < count:
            square[tally[k]] = where[starts + k]
        tally[k] += 1
    chosen[:m] = sorted_points
    return found


@jit()
def _polynomial(pieces, start, n, rho, z, first, at, values, acc):
    """The four terms at n points of one square, ``LANES`` at a time, into columns from ``first`` on."""
    degree = int(pieces[start + 3])
    for begin in range(0, n, LANES):
        for q in range(LANES):
            # where fewer are left the last stands in for them
            column = first + min(begin + q, n - 1)
            at[0, q] = (rho[column] - pieces[start]) * pieces[start + 2]
            at[1, q] = (z[column] - pieces[start + 1]) * pieces[start + 2]
        polynomials(pieces, start + 4, degree, at, values)
        for t in range(4):
            for q in range(min(LANES, n - begin)):
                acc[t, first + begin + q] = values[t, q]


@jit()
def square_rows(pieces, square, chosen, m, x, y, z, b, jac):
    """B and jacobian at the m chosen points, sorted by square."""
    gx = np.empty(BLOCK)
    gy = np.empty(BLOCK)
    gz = np.empty(BLOCK)
    rho = np.empty(BLOCK)
    none = np.zeros(BLOCK)
    acc = np.empty((4, BLOCK))
    at = np.empty((2, LANES))
    values = np.empty((TERMS, LANES))
    for begin in range(0, m, BLOCK):
        n = min(BLOCK, m - begin)
        index = chosen[begin : begin + n]
        for i in range(n):
            p = index[i]
            gx[i] = x[p]
            gy[i] = y[p]
            gz[i] = z[p]
        for i in range(n):
            rho[i] = math.sqrt(gx[i] * gx[i] + gy[i] * gy[i])
        first = 0
        while first < n:
            start = square[begin + first]
            last = first + 1
            while last < n and square[begin + last] == start:
                last += 1
            _polynomial(pieces, start, last - first, rho, gz, first, at, values, acc)
            first = last
        dress_block(n, gx, gy, acc[0], acc[1], acc[2], acc[3], none, index, b, jac)
