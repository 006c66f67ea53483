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
    cell : (n,) int64
        The one behind each side; -1 where the window ends.
    boxes : (n, 4) float64, m
        Low and high corner (a0, b0, a1, b1) of it.
    torn : (n,) bool
        Whether several pieces cross it.
    plain : (n,) bool
        Whether it is crossed but once, away from windings.
    ends : (c,) int64
        Ends (exclusive) of the chains.
    closed : (c,) bool
    rows, corners : (k,) int64, float64
        Every corner of the cells, as a number, and the quantity there.
    """

    sides: Array
    values: Array
    cell: Whole
    boxes: Array
    torn: Flags
    plain: Flags
    ends: Whole
    closed: Flags
    rows: Whole
    corners: Array


def chained(
    cells: Cells, level: float, values_at: Callable[[Array, Array], Array], before: Chains | None = None
) -> Chains:
    """Link the sides of cells whose ends lie on either side of the level.

    Every piece of a side is judged by the same two corners from both its cells, so that what enters one cell has left
    another: chains close, or run from side to side of the window, whatever the field does in between.

    Parameters
    ----------
    cells : Cells
    level : float
    values_at : function
        The quantity at plane coordinates (n,), (n,); infinite on a wire.
    before : Chains, optional
        Of the same cells before some were quartered: its corners are not asked for again.
    """
    from . import _kernels

    run: Any = _kernels
    stride = max(cells.nodes) + 1
    i, j, size = cells.i, cells.j, cells.size
    rows = np.unique(np.concatenate([(j + b * size) * stride + i + a * size for a in (0, 1) for b in (0, 1)]))
    ni, nj = rows % stride, rows // stride
    new = np.ones(len(rows), dtype=np.bool_)
    values = np.empty(len(rows))
    if before is not None:
        at = np.minimum(np.searchsorted(before.rows, rows), len(before.rows) - 1)
        new = before.rows[at] != rows
        values[~new] = before.corners[at[~new]]
    values[new] = values_at(*cells.at(ni[new], nj[new]))
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
    (u0, v0), (u1, v1) = cells.at(i, j), cells.at(i + size, j + size)
    return Chains(
        np.stack([a0, b0, a1, b1], axis=1),
        np.stack([values[first], values[second]], axis=1),
        into,
        np.stack([u0, v0, u1, v1], axis=1)[into],
        torn[into],
        (cells.smooth & ~torn)[into],
        ends,
        closed,
        rows,
        values,
    )
