"""Cells of current merged into the thick coils that they make up."""

from __future__ import annotations

import numpy as np

from mrsite.magnets.model import Array


def merge_cells(rows: Array) -> Array:
    """Merge touching cells of equal current density into larger rectangles.

    First along z within a layer, then layers of equal z-range along the radius; the current
    distribution is unchanged.

    Parameters
    ----------
    rows : (n, 5) float64
        Inner radius, outer radius, z_min, z_max (m), current density (A/m2).

    Returns
    -------
    (k, 5) float64
        The same distribution in fewer rectangles, k <= n.
    """
    along = _merged(rows, low=2, high=3, same=(0, 1))
    return _merged(along, low=0, high=1, same=(2, 3))


def _merged(rows: Array, low: int, high: int, same: tuple[int, int]) -> Array:
    key = np.round(rows * np.array([1e6, 1e6, 1e6, 1e6, 1e-2])).astype(np.int64)
    order = np.lexsort((key[:, low], key[:, 4], key[:, same[1]], key[:, same[0]]))
    out: list[list[float]] = []
    last: tuple[int, ...] | None = None
    for k in order:
        here = (int(key[k, same[0]]), int(key[k, same[1]]), int(key[k, 4]))
        touches = last is not None and last[:3] == here and abs(last[3] - int(key[k, low])) <= 1
        if touches:
            out[-1][high] = float(rows[k, high])
        else:
            out.append([float(v) for v in rows[k]])
        last = (*here, int(key[k, high]))
    return np.array(out, dtype=np.float64).reshape(-1, 5)
