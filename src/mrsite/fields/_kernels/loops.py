"""Thin loops alone, at points as they lie: read, evaluated and written in one pass, eight points in registers."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit

from .elliptic import STEPS_1, STEPS_2, STEPS_3, distances, dressed, loop_terms, nvq_1, nvq_2, nvq_3, nvq_6
from .lanes import WIDE, any_less, everywhere, load_rows, store_rows
from .layout import HEADER, MU0_4

# 4 w^2 <= FAR sig^2 is (alpha/beta)^2 >= STEPS_1
FAR = ((1.0 - STEPS_1) / (1.0 + STEPS_1)) ** 2


@jit()
def serves(numbers, at, count, points, position):
    """Whether a leaf is thin loops alone, and no point is so far out that a series serves it instead."""
    windings = at + HEADER + 2 * int(numbers[at + 6])
    for c in range(count):
        if numbers[windings + 5 * c] != numbers[windings + 5 * c + 1]:
            return False
    if numbers[at + 6] > 0.0:
        edge = numbers[at + HEADER]
        for i in range(points.shape[0]):
            dx = points[i, 0] - position[0]
            dy = points[i, 1] - position[1]
            dz = points[i, 2] - position[2] - numbers[at + 1]
            if dx * dx + dy * dy + dz * dz >= edge:
                return False
    return True


@jit(inline=True, contract=True)
def _terms(a, rr, z):
    """The four terms of a loop, by the fewest AGM steps that serve all eight points."""
    aa = a * a
    sig = aa + rr + z * z
    w2 = aa * rr
    if any_less(FAR * (sig * sig), 4.0 * w2):
        rho = math.sqrt(rr)
        ds, rr, w2, sig, ab = distances(a, rho, z)
        # (alpha/beta)^2 = ab / beta^4, beta^2 = sig + 2 w
        far = sig + 2.0 * (a * rho)
        far = far * far
        if any_less(ab, STEPS_2 * far):
            if any_less(ab, STEPS_3 * far):
                n, v, q = nvq_6(w2, ab, sig)
            else:
                n, v, q = nvq_3(w2, ab, sig)
        else:
            n, v, q = nvq_2(w2, ab, sig)
    else:
        # no wire is near: rho itself is not needed, sig^2 - 4 w^2 loses less than a digit
        ds = aa - rr
        n, v, q = nvq_1(w2, sig * sig - 4.0 * w2, sig)
    return loop_terms(ds, rr, w2, z, sig, n, v, q)


@jit(contract=True)
def _eights(numbers, at, count, position, points, b, jac):
    """The same for eight points or more."""
    windings = at + HEADER + 2 * int(numbers[at + 6])
    n = points.shape[0]
    for first in range(0, n, WIDE):
        i = min(first, n - WIDE)  # the last eight may overlap those before
        x, y, z = load_rows(points, i)
        x = x - position[0]
        y = y - position[1]
        z = z - position[2]
        rr = x * x + y * y
        f = everywhere(0.0)
        bz = everywhere(0.0)
        g = everywhere(0.0)
        h = everywhere(0.0)
        for c in range(count):
            o = windings + 5 * c
            a = numbers[o]
            weight = MU0_4 * numbers[o + 4] * a * a
            df, dbz, dg, dh = _terms(a, rr, z - numbers[o + 2])
            f = f + weight * df
            bz = bz + weight * dbz
            g = g + weight * dg
            h = h + weight * dh
        field = dressed(x, y, f, bz, g, h, 0.0)
        store_rows(b, i, field[:3])
        store_rows(jac, i, field[3:])


@jit()
def loop_rows(numbers, at, count, position, points, b, jac):
    """B and jacobian of all loops of a leaf at points (n, 3); ``position`` is the leaf's."""
    n = points.shape[0]
    if n >= WIDE:
        _eights(numbers, at, count, position, points, b, jac)
        return
    eight = np.empty((WIDE, 3))
    some_b = np.empty((WIDE, 3))
    some_j = np.empty((WIDE, 9))
    for i in range(WIDE):
        eight[i] = points[min(i, n - 1)]
    _eights(numbers, at, count, position, eight, some_b, some_j)
    b[:] = some_b[:n]
    jac[:] = some_j[:n]
