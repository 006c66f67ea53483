"""The members' field outside their windings, by zonal multipoles: a hundred times faster than cell by cell.

Outside the smallest sphere about the isocentre that encloses all cells, with r0 its radius and x = cos(theta),

    B_r     = sum_l b_l (r0/r)^(l+2) P_l(x)
    B_theta = sum_l b_l (r0/r)^(l+2) sin(theta) P_l'(x) / (l + 1)

A loop of radius a at height z, R = hypot(a, z), gives b_l = mu0 I a^2 / (2 r0^3) (R/r0)^(l-1) P_l'(z/R): its field
on the axis, mu0 I a^2 / 2 / |s|^3 (1 - 2 t z/R + t^2)^(-3/2) with t = R/s, is the generating function of the
Gegenbauer polynomials C_n^(3/2) = P_(n+1)' (Abramowitz and Stegun 1964, eqs. 22.9.3 and 22.5.37).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mrsite.magnets._kernels import MU0
from mrsite.magnets.model import Array, Ensemble, MagnetModel

NEAREST = 1.15  # of the enclosing sphere: nearer, the series converges too slowly to be worth it
_SHELLS = (NEAREST, 1.3, 1.6, 2.2, 3.5, np.inf)  # each needs fewer terms than the one inside it
_TRUNCATION = 1e-8  # (r0/r)^l of the first term left out
_NODES = 4  # Gauss-Legendre points a side of a cell
_BLOCK = 20000  # points at a time


@dataclass(frozen=True, eq=False)
class Exterior:
    """Multipoles of every member.

    Parameters
    ----------
    radius : float, m
        Of the sphere that encloses all cells.
    degrees : (k,) int64
        l of each row; odd ones alone where the ends are alike.
    coefficients : (k, m) float64, T
    """

    radius: float
    degrees: npt.NDArray[np.int64]
    coefficients: Array

    def values(self, rho: Array, z: Array, quantity: str) -> Array:
        """Return a quantity of every member at points outside ``NEAREST * radius``: (m, n).

        Parameters
        ----------
        rho, z : (n,) float64, m
        quantity : str
            ``"B"`` (T), ``"gradient"`` (T/m), ``"force_product"`` (T²/m).
        """
        r = np.hypot(rho, z)
        out = np.empty((self.coefficients.shape[1], len(r)))
        shell = np.searchsorted(_SHELLS, r / self.radius, side="right") - 1
        for k in np.unique(shell):
            inner = _SHELLS[max(int(k), 0)]
            terms = self.degrees <= _terms(inner)
            chosen = np.flatnonzero(shell == k)
            for start in range(0, len(chosen), _BLOCK):
                part = chosen[start : start + _BLOCK]
                out[:, part] = self._sum(r[part], z[part] / r[part], quantity, terms).T
        return out

    def _sum(self, r: Array, x: Array, quantity: str, terms: npt.NDArray[np.bool_]) -> Array:
        degree, b = self.degrees[terms].astype(np.float64), self.coefficients[terms]
        p, dp = (rows[self.degrees[terms] - 1] for rows in legendre(x, int(self.degrees[terms][-1])))
        fall = (self.radius / r) ** (degree[:, None] + 2.0)
        p, dp = (p * fall).T, (dp * fall).T
        sine = np.sqrt(np.maximum(1.0 - x * x, 0.0))[:, None]
        by_degree = b / (degree + 1.0)[:, None]
        along_r, along_t = p @ b, sine * (dp @ by_degree)
        size = np.hypot(along_r, along_t)
        if quantity == "B":
            return np.asarray(size)
        # Derivatives by r and by theta (over r) of both components; P'' by Legendre's equation.
        steps = (degree + 2.0)[:, None]
        r_r, t_r = p @ (steps * b), sine * (dp @ (steps * by_degree))
        r_t = -sine * (dp @ b)
        t_t = p @ ((degree * (degree + 1.0))[:, None] * by_degree) - x[:, None] * (dp @ by_degree)
        product = np.hypot(along_r * r_r + along_t * t_r, along_r * r_t + along_t * t_t) / r[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(product if quantity == "force_product" else product / size)


@lru_cache(maxsize=12)
def exterior(model: MagnetModel) -> Exterior:
    """Return the multipoles of a model's members, computed once."""
    assert model.ensemble is not None
    e = model.ensemble
    radius = float(np.hypot(e.cells[:, 1], np.abs(e.cells[:, 2:]).max(axis=1)).max())
    last = _terms(NEAREST)
    degrees = np.arange(1, last + 1, 2 if e.mirrored else 1, dtype=np.int64)
    cells = np.zeros((len(degrees), len(e.cells)))
    for a, z, area in _loops(e):
        distance = np.hypot(a, z)
        slope = legendre(z / distance, last)[1][degrees - 1]
        cells += 0.5 * MU0 * area * a**2 / radius**3 * (distance / radius) ** (degrees[:, None] - 1.0) * slope
    return Exterior(radius, degrees, np.asarray((2.0 if e.mirrored else 1.0) * cells @ e.currents.T))


def _loops(e: Ensemble) -> Iterator[tuple[Array, Array, Array]]:
    """Loops that stand for the cells: radius, height and cross-section (m2), each (cells,)."""
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    r_mid, z_mid = 0.5 * (e.cells[:, 0] + e.cells[:, 1]), 0.5 * (e.cells[:, 2] + e.cells[:, 3])
    r_half, z_half = 0.5 * (e.cells[:, 1] - e.cells[:, 0]), 0.5 * (e.cells[:, 3] - e.cells[:, 2])
    for u, wu in zip(node, weight, strict=True):
        for v, wv in zip(node, weight, strict=True):
            yield r_mid + u * r_half, z_mid + v * z_half, wu * wv * r_half * z_half


def _terms(nearest: float) -> int:
    """Highest degree needed beyond ``nearest`` times the enclosing sphere."""
    return int(np.ceil(-np.log(_TRUNCATION) / np.log(nearest)))


def legendre(x: Array, last: int) -> tuple[Array, Array]:
    """Return P_l(x) and its derivative for l = 1 to ``last``: two (last, n).

    Abramowitz and Stegun (1964), eqs. 8.5.3 and 8.5.4: upward recurrences, stable for |x| <= 1.
    """
    p, dp = np.empty((last + 1, len(x))), np.empty((last + 1, len(x)))
    p[0], dp[0] = 1.0, 0.0
    p[1], dp[1] = x, 1.0
    for n in range(2, last + 1):
        p[n] = ((2 * n - 1) * x * p[n - 1] - (n - 1) * p[n - 2]) / n
        dp[n] = dp[n - 2] + (2 * n - 1) * p[n - 1]
    return p[1:], dp[1:]
