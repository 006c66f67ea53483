"""The course of a contour through the cells of a window, as a graph: no chain ends but on the window's own sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cells import Array, Cells, Flags, Whole


@dataclass(frozen=True)
class Chains:
    """Sides of cells that a contour crosses, in its order, the stronger field on its left.

    Parameters
    ----------
    sides : (n, 4) float64, m
        Ends (a0, b0, a1, b1) of each side.
    values : (n, 2) float64
        The quantity at them.
    plain : (n,) bool
        Whether the cell behind each side is crossed but once, away from windings.
    ends : (c,) int64
        Ends (exclusive) of the chains.
    closed : (c,) bool
    """

    sides: Array
    values: Array
    plain: Flags
    ends: Whole
    closed: Flags


def chained(cells: Cells, level: float, values_at: Callable[[Array, Array], Array]) -> Chains:
    """Link the sides of cells whose ends lie on either side of the level.

    Every piece of a side is judged by the same two corners from both its cells, so that what enters one cell has left
    another: chains close, or run from side to side of the window, whatever the field does in between.

    Parameters
    ----------
    cells : Cells
    level : float
    values_at : function
        The quantity at plane coordinates (n,), (n,); infinite on a wire.
    """
    from . import _kernels

    run: Any = _kernels
    stride = max(cells.nodes) + 1
    i, j, size = cells.i, cells.j, cells.size
    rows = np.unique(np.concatenate([(j + b * size) * stride + i + a * size for a in (0, 1) for b in (0, 1)]))
    ni, nj = rows % stride, rows // stride
    values = values_at(*cells.at(ni, nj))
    strong_rows = values > level
    order = np.lexsort([nj, ni])
    columns, strong_columns = ni[order] * stride + nj[order], strong_rows[order]
    middle = np.zeros(len(i), dtype=np.bool_)
    parts = (i, j, size, stride, rows, columns, strong_rows, strong_columns)
    enters, exits, cell, torn = run.segments(*parts, middle)
    if torn.any():
        (u0, v0), (u1, v1) = cells.at(i[torn], j[torn]), cells.at((i + size)[torn], (j + size)[torn])
        middle[torn] = values_at(0.5 * (u0 + u1), 0.5 * (v0 + v1)) > level
        enters, exits, cell, torn = run.segments(*parts, middle)
    edges, into, ends, closed = run.chains(enters, exits, cell, 2 * len(rows))
    here, upright = edges // 2, edges % 2 == 1
    after = np.minimum(here + 1, len(rows) - 1)
    first, second = np.where(upright, order[here], here), np.where(upright, order[after], after)
    (a0, b0), (a1, b1) = cells.at(ni[first], nj[first]), cells.at(ni[second], nj[second])
    return Chains(
        np.stack([a0, b0, a1, b1], axis=1),
        np.stack([values[first], values[second]], axis=1),
        (cells.smooth & ~torn)[into],
        ends,
        closed,
    )
