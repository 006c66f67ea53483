"""Compiled loops over points and the edges of plan figures."""

from __future__ import annotations

import math

from mrsite.base.jit import jit


@jit()
def raise_to(b, jacobian, kind, out):
    """Raise ``out`` (n,) to what is asked of each point's field where that is more; what is not finite raises nothing.

    Returns how many gradients were asked where B is zero and |B| has none: they are left to the caller.
    ``kind`` 0: |B|, T; 1: the spatial field gradient |J^T B| / |B|, T/m; 2: the force product |J^T B|, T2/m, from B
    (n, 3) and the jacobian (n, 3, 3): as ``fields.quantities`` has them, to the bit.
    """
    nulls = 0
    for i in range(out.shape[0]):
        bx, by, bz = b[i, 0], b[i, 1], b[i, 2]
        size = math.sqrt(bx * bx + by * by + bz * bz)
        value = size
        if kind[i] > 0:
            total = 0.0
            for j in range(3):
                part = jacobian[i, 0, j] * bx + jacobian[i, 1, j] * by + jacobian[i, 2, j] * bz
                total += part * part
            value = math.sqrt(total)
            if kind[i] == 1:
                nulls += size == 0.0
                value /= size
        if math.isfinite(value) and value > out[i]:
            out[i] = value
    return nulls


@jit()
def widest(signal, arms, sizes):
    """Return the largest |s_i - s_j| + sum over bodies of p |a_i - a_j| over pairs of positions, with i and j.

    ``signal`` (n,), ``arms`` (bodies, n, 3), ``sizes`` p (bodies,); the first pair of those that are equal.
    """
    best, first, second = 0.0, 0, 0
    for i in range(signal.shape[0]):
        for j in range(signal.shape[0]):
            pair = abs(signal[j] - signal[i])
            for k in range(sizes.shape[0]):
                dx = arms[k, j, 0] - arms[k, i, 0]
                dy = arms[k, j, 1] - arms[k, i, 1]
                dz = arms[k, j, 2] - arms[k, i, 2]
                pair += sizes[k] * math.sqrt(dx * dx + dy * dy + dz * dz)
            if pair > best:
                best, first, second = pair, i, j
    return best, first, second


@jit()
def into(points, owner, first, edges, solid):
    """Move each point that lies outside its figure to the nearest place on the figure's edge, in place.

    Figure ``k`` has the edges ``edges[first[k]:first[k + 1]]`` (x0, y0, x1, y1); the point ``i`` belongs to figure
    ``owner[i]``. A point is inside where a ray from it crosses an odd number of edges (Shimrat 1962); a figure that
    is not ``solid`` (a line) has no inside.
    """
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        k = owner[i]
        inside = False
        nearest = -1.0
        best_x, best_y = x, y
        for e in range(first[k], first[k + 1]):
            x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            dx, dy = x1 - x0, y1 - y0
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / dy * dx:
                inside = not inside
            square = dx * dx + dy * dy
            share = 0.0
            if square > 0.0:
                share = min(max(((x - x0) * dx + (y - y0) * dy) / square, 0.0), 1.0)
            px, py = x0 + share * dx, y0 + share * dy
            away = (px - x) * (px - x) + (py - y) * (py - y)
            if nearest < 0.0 or away < nearest:
                nearest = away
                best_x, best_y = px, py
        if not (inside and solid[k]):
            points[i, 0] = best_x
            points[i, 1] = best_y
