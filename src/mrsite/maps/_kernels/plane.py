"""B and its jacobian at plane coordinates, and what follows from them there."""
# mypy: ignore-errors

from __future__ import annotations

import math

import numpy as np

from mrsite.base.jit import jit


@jit(inline=True)
def field_at(f, params, frame, a, b, h, out):
    f(
        params,
        frame[0] + a * frame[3] + b * frame[6] + h * frame[9],
        frame[1] + a * frame[4] + b * frame[7] + h * frame[10],
        frame[2] + a * frame[5] + b * frame[8] + h * frame[11],
        out,
    )


@jit(inline=True)
def pull(out, k):
    """Component k of J^T B, the gradient of |B|^2 / 2."""
    return out[3 + k] * out[0] + out[6 + k] * out[1] + out[9 + k] * out[2]


@jit()
def slope(frame, out, m):
    px = pull(out, 0)
    py = pull(out, 1)
    pz = pull(out, 2)
    if m <= 0.0:
        return 0.0, 0.0, 0.0
    im = 1.0 / m
    return (
        (px * frame[3] + py * frame[4] + pz * frame[5]) * im,
        (px * frame[6] + py * frame[7] + pz * frame[8]) * im,
        (px * frame[9] + py * frame[10] + pz * frame[11]) * im,
    )


@jit(inline=True)
def second(g, params, frame, a, b, h, radius):
    """The engine's bound on the second derivatives of B within ``radius``; infinite where a winding comes that near."""
    m2 = g(
        params,
        frame[0] + a * frame[3] + b * frame[6] + h * frame[9],
        frame[1] + a * frame[4] + b * frame[7] + h * frame[10],
        frame[2] + a * frame[5] + b * frame[8] + h * frame[11],
        radius,
    )
    return m2 if m2 < 1e300 else np.inf


@jit()
def bend(g, params, frame, a, b, h, radius, out):
    """A bound on the second derivatives of |B|^2 within ``radius``: 2 (J^2 + |B| |grad grad B|), from ``out`` at the
    middle.
    """
    m2 = second(g, params, frame, a, b, h, radius)
    if not m2 < np.inf:
        return np.inf
    s = 0.0
    for k in range(9):
        s += out[3 + k] * out[3 + k]
    jm = math.sqrt(s) + radius * m2
    bm = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2]) + radius * jm
    return 2.0 * (jm * jm + bm * m2)
