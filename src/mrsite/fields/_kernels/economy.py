"""Power series cut short at the least cost: Lanczos's economisation, in exact fractions.

The highest power of a polynomial on 0 .. top is taken away with the shifted Chebyshev polynomial that it leads, which
changes the value by at most |coefficient| top^k / 2^(2k-1) (Lanczos, Applied Analysis, 1956, chapter VII): ten terms
thus reach as far as twenty of Taylor's.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import factorial


def economised(coefficients: Sequence[Fraction], top: Fraction, degree: int) -> tuple[tuple[float, ...], float]:
    """Coefficients up to ``degree`` of nearly the same polynomial on 0 .. top, and a bound on the difference."""
    c = list(coefficients)
    lost = Fraction(0)
    for k in range(len(c) - 1, degree, -1):
        share = c[k] * top**k / Fraction(4**k, 2)
        lost += abs(share)
        for i in range(k + 1):
            # of T_k(2 x / top - 1)
            chebyshev = Fraction((-1) ** (k - i) * k * factorial(k + i - 1) * 4**i, factorial(k - i) * factorial(2 * i))
            c[i] -= share * chebyshev / top**i
        c.pop()
    return tuple(float(value) for value in c), float(lost)
