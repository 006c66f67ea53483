"""Four polynomials in two variables at eight points, in registers from the first coefficient to the last.

A plain loop over points keeps its sums in memory, for which the compiler sees no way round, and takes four times as
long.
"""
# mypy: ignore-errors

from __future__ import annotations

from mrsite.base.jit import jit

from .lanes import WIDE, everywhere, load, store

LANES = WIDE
TERMS = 4


@jit(contract=True)
def polynomials(coefficients, start, degree, at, out):
    """Values at the points (at[0, lane], at[1, lane]) into out[term, lane].

    From ``start`` on lie, for each power of the first variable from ``degree`` down to 0, the coefficients of the
    second one's powers from the highest (such that both make ``degree``) down to 0, ``TERMS`` numbers each.
    """
    u = load(at[0], 0)
    v = load(at[1], 0)
    f = everywhere(0.0)
    bz = everywhere(0.0)
    g = everywhere(0.0)
    h = everywhere(0.0)
    c = start
    for power in range(degree + 1):
        a0 = everywhere(0.0)
        a1 = everywhere(0.0)
        a2 = everywhere(0.0)
        a3 = everywhere(0.0)
        for _ in range(power + 1):
            a0 = a0 * v + coefficients[c]
            a1 = a1 * v + coefficients[c + 1]
            a2 = a2 * v + coefficients[c + 2]
            a3 = a3 * v + coefficients[c + 3]
            c += TERMS
        f = f * u + a0
        bz = bz * u + a1
        g = g * u + a2
        h = h * u + a3
    store(out[0], 0, f)
    store(out[1], 0, bz)
    store(out[2], 0, g)
    store(out[3], 0, h)
