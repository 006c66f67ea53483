"""Coaxial windings and multipole series as the payload the kernels take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .source import COILS, ZONAL, Array, Leaf

EXACT = 4e-13  # relative error allowed to a route that stands for the exact field
CANCELLATION = (
    6.9  # ln 1000: coils of a shielded magnet cancel down to a thousandth of their sum, see the accuracy measure
)
RULE = (
    6.0  # ln of the constant before size^(-2n) by which rules are chosen; the bounds of ``quadrature`` then keep rtol
)


def winding_leaf(rows: Sequence[tuple[float, float, float, float, float]], rtol: float = EXACT) -> Leaf:
    """Pack windings (r1, r2, z1, z2, j) with the series that stands for them far away.

    Parameters
    ----------
    rows : sequence of five floats
        m and A/m2; where r1 = r2 and z1 = z2 a loop and its current, A.
    rtol : float
        Relative error of B allowed to the quadrature and to the series; the jacobian's is ten times that.
    """
    from ._kernels import series

    k: Any = series
    digits = -np.log(rtol) + CANCELLATION + RULE
    windings = np.asarray(rows, dtype=float).reshape(-1, 5)
    live = windings[windings[:, 4] != 0.0]
    bands, table, centre, radius, symmetric = np.empty((0, 2)), np.empty((0, 4)), 0.0, 1.0, False
    if len(live):
        centre, radius = k.enclosing(live)
        symmetric = _mirrored(live, 0.0)
        if symmetric:
            centre, radius = 0.0, k.radius_about(live, 0.0)
        cost = sum(1 if row[0] == row[1] else 12 for row in live)
        c = k.multipoles(live, centre, radius)
        if symmetric:
            c[2::2] = 0.0
        # an order costs a thirtieth of a loop: no series where the windings themselves are cheaper
        bands = k.bands(c, live, centre, radius, rtol, 30 * cost - 30)
        top = int(bands[:, 1].max(initial=0.0))
        table = k.weights(c, len(c) - 1, top + 8) if top else table
    return Leaf(COILS, len(windings), payload(digits, centre, radius, symmetric, bands, windings, table))


def series_leaf(coefficients: Sequence[float], radius: float, centre: float) -> Leaf:
    """Pack a multipole series: c_l in B = -radius grad sum c_l P_l / r^(l+1), lengths in radii."""
    from ._kernels import series

    k: Any = series
    c = np.concatenate([[0.0], np.asarray(coefficients, dtype=float)])
    top = 4 * -(-(len(c) + 1) // 4)
    table = k.weights(c, len(c) - 1, top + 8)
    bands = np.array([[0.0, float(top)]])
    symmetric = not np.any(c[2::2])
    return Leaf(ZONAL, 0, payload(1.0, centre, radius, symmetric, bands, np.empty((0, 5)), table))


def payload(
    digits: float, centre: float, radius: float, symmetric: bool, bands: Array, windings: Array, table: Array
) -> Array:
    """Header, bands, windings, table, as the batch kernel reads them."""
    from ._kernels import coils

    k: Any = coils
    limits = k.rung_limits(digits)
    at_table = 7 + limits.size + bands.size + windings.size
    head = [digits, centre, 1.0 / radius, float(at_table), float(len(table)), float(symmetric), float(len(bands))]
    return np.concatenate([head, limits, bands.ravel(), windings.ravel(), table.ravel()])


def unpacked(leaf: Leaf) -> tuple[Array, Array]:
    """The bands (r^2 from which, top order) and the windings of a payload."""
    from ._kernels import layout

    at, bands = int(layout.HEADER), int(leaf.numbers[6])
    numbers = leaf.numbers
    split = at + 2 * bands
    return numbers[at:split].reshape(-1, 2), numbers[split : split + 5 * leaf.count].reshape(-1, 5)


def _mirrored(windings: Array, plane: float) -> bool:
    """Whether each winding has its exact mirror image in z = plane."""
    image = windings.copy()
    image[:, 2], image[:, 3] = 2.0 * plane - windings[:, 3], 2.0 * plane - windings[:, 2]
    return bool(np.array_equal(image[np.lexsort(image.T)], windings[np.lexsort(windings.T)]))
