"""The traced quantity and its slope at a point of a plane, through the field engine's compiled seam.

A plane is ``frame`` = origin (3), u (3), v (3), normal (3), h0, h1. What every step of a trace needs is named alike in
all these modules: ``ev``, this module's ``evaluate``; ``f`` and ``g``, the engine's field and bound, and their
``params``; the ``frame``, the ``quantity``'s code, the ``step`` of differences. Functions come as arguments: they are
compiled once, instead of again with each caller.
"""
# mypy: ignore-errors

from __future__ import annotations

import math

from numba import types

from mrsite.base.jit import jit

from .heights import highest
from .plane import field_at, pull, slope
from .signatures import A1, BOUND, F8, FIELD, I8, PARAMS, VALUE

B, GRADIENT, FORCE, ENVELOPE = 0, 1, 2, 3
VALUE_OF = VALUE(FIELD, BOUND, PARAMS, A1, I8, F8, F8, F8, A1)
EVALUATE = types.FunctionType(VALUE_OF)


@jit()
def scalar(f, params, frame, quantity, a, b, out):
    """The quantity at one height: |B|, the length of its gradient, or the force product."""
    field_at(f, params, frame, a, b, 0.0, out)
    m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
    if quantity == B:
        return m
    px = pull(out, 0)
    py = pull(out, 1)
    pz = pull(out, 2)
    force = math.sqrt(px * px + py * py + pz * pz)
    if quantity == FORCE:
        return force
    if m > 0.0:
        return force / m
    s = 0.0  # where B vanishes |B| has a kink: the norm of J, a little above the steepest slope
    for k in range(9):
        s += out[3 + k] * out[3 + k]
    return math.sqrt(s)


@jit(signature=VALUE_OF)
def evaluate(f, g, params, frame, quantity, step, a, b, out):
    """Value, slope along u and v, evaluations."""
    if quantity == B:
        field_at(f, params, frame, a, b, 0.0, out)
        m = math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])
        sa, sb, _ = slope(frame, out, m)
        return m, sa, sb, 1
    if quantity == ENVELOPE:
        return highest(
            f, g, params, frame, a, b, 10.0 * step, 0.0, out
        )  # |B| changes by some of its own size in a metre
    ap = scalar(f, params, frame, quantity, a + step, b, out)
    am = scalar(f, params, frame, quantity, a - step, b, out)
    bp = scalar(f, params, frame, quantity, a, b + step, out)
    bm = scalar(f, params, frame, quantity, a, b - step, out)
    q = scalar(f, params, frame, quantity, a, b, out)
    return q, (ap - am) / (2.0 * step), (bp - bm) / (2.0 * step), 5
