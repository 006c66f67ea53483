"""From what an axisymmetric field is in cylindrical terms to rows of B and jacobian, eight points at a time.

Twelve single stores a point cost more than an elliptic integral: the columns are turned into rows in registers.
"""
# mypy: ignore-errors

from __future__ import annotations

from mrsite.base.jit import jit

from .elliptic import dressed
from .lanes import WIDE, load, scatter_rows


@jit(contract=True)
def dress_block(n, x, y, f, bz, g, h, c, index, b, jac):
    """B and jacobian of n points from B_rho/rho, B_z, (dB_rho/dz)/rho, dB_z/dz and mu0 j_phi/rho, into rows
    ``index``.
    """
    for k in range(0, n if n >= WIDE else 0, WIDE):
        i = min(k, n - WIDE)  # the last eight may overlap those before: the same numbers come out
        field = dressed(load(x, i), load(y, i), load(f, i), load(bz, i), load(g, i), load(h, i), load(c, i))
        scatter_rows(b, index, i, field[:3])
        scatter_rows(jac, index, i, field[3:])
    for i in range(n if n < WIDE else 0):
        write_point(x[i], y[i], f[i], bz[i], g[i], h[i], c[i], b[index[i]], jac[index[i]])


@jit(contract=True)
def write_point(x, y, f, bz, g, h, c, b, jac):
    """The same for one point, into its rows b (3) and jac (9)."""
    field = dressed(x, y, f, bz, g, h, c)
    for k in range(3):
        b[k] = field[k]
    for k in range(9):
        jac[k] = field[3 + k]
