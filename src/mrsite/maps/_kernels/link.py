"""Cells of a plane whose corners lie on either side of a level, linked into chains: whole numbers alone."""
# mypy: ignore-errors

from __future__ import annotations

import numpy as np
from numba import types

from mrsite.base.jit import jit

from .signatures import I1

_F1 = types.boolean[::1]
_MOST_CROSSINGS = 512


@jit()
def _border(i, j, size, stride, rows, columns, strong_rows, strong_columns, edges, leaves_strong):
    """Sides that change sign, anticlockwise about a cell: edge numbers, and whether the strong end comes first.

    Other cells' corners on its border count, so that both cells at a side see the same pieces of it. Piece p of the
    sorted rows is edge 2p, of the sorted columns 2p + 1.
    """
    n = 0
    for side in range(4):
        along_row = side % 2 == 0
        if along_row:
            keys = rows
            strong = strong_rows
            line = j if side == 0 else j + size
            start = i
        else:
            keys = columns
            strong = strong_columns
            line = i + size if side == 1 else i
            start = j
        first = np.searchsorted(keys, line * stride + start)
        last = np.searchsorted(keys, line * stride + start + size)
        for step in range(last - first):
            p = first + step if side < 2 else last - 1 - step
            if strong[p] != strong[p + 1] and n < edges.shape[0]:
                edges[n] = 2 * p if along_row else 2 * p + 1
                leaves_strong[n] = strong[p] if side < 2 else strong[p + 1]
                n += 1
    return n


@jit()
def _longer(values, room):
    out = np.empty(room, dtype=np.int64)
    out[: values.shape[0]] = values
    return out


@jit(signature=types.Tuple((I1, I1, I1, _F1))(I1, I1, I1, types.int64, I1, I1, _F1, _F1, _F1))
def segments(i, j, size, stride, rows, columns, strong_rows, strong_columns, strong_middle):
    """A piece of contour for each pair of crossings of a cell: the edge it enters by, the edge it leaves by, the cell.

    With the strong field on its left it enters where the border, anticlockwise, goes from strong to weak. Where a
    cell is crossed more than twice, ``strong_middle`` says whether its strong or its weak corners hang together;
    the last array marks such cells.
    """
    room = 2 * i.shape[0] + 16
    enters = np.empty(room, dtype=np.int64)
    exits = np.empty(room, dtype=np.int64)
    cell = np.empty(room, dtype=np.int64)
    torn = np.zeros(i.shape[0], dtype=np.bool_)
    edges = np.empty(_MOST_CROSSINGS, dtype=np.int64)
    leaves = np.empty(_MOST_CROSSINGS, dtype=np.bool_)
    used = 0
    for c in range(i.shape[0]):
        n = _border(i[c], j[c], size[c], stride, rows, columns, strong_rows, strong_columns, edges, leaves)
        torn[c] = n > 2
        if used + n > room:
            room = 2 * room + n
            enters = _longer(enters, room)
            exits = _longer(exits, room)
            cell = _longer(cell, room)
        for k in range(n):
            if leaves[k]:
                other = (k + 1) % n if strong_middle[c] else (k - 1) % n
                enters[used] = edges[k]
                exits[used] = edges[other]
                cell[used] = c
                used += 1
    return enters[:used].copy(), exits[:used].copy(), cell[:used].copy(), torn


@jit(signature=types.Tuple((I1, I1, I1, _F1))(I1, I1, I1, types.int64))
def chains(enters, exits, cell, edges):
    """Segments joined end to end: edges in order, the cell entered by each (-1: none), ends (exclusive) of the chains,
    whether each is closed.

    A closed chain names its first edge once; an open one begins and ends where no cell follows: on the window's side.
    """
    n = enters.shape[0]
    follows = np.full(edges, -1, dtype=np.int64)
    reached = np.zeros(edges, dtype=np.bool_)
    for s in range(n):
        follows[enters[s]] = s
        reached[exits[s]] = True
    done = np.zeros(n, dtype=np.bool_)
    order = np.empty(2 * n, dtype=np.int64)
    into = np.empty(2 * n, dtype=np.int64)
    ends = np.empty(n, dtype=np.int64)
    closed = np.empty(n, dtype=np.bool_)
    used = 0
    count = 0
    for turn in range(2):  # those with a beginning first; what is left goes round
        for s in range(n):
            if done[s] or (turn == 0 and reached[enters[s]]):
                continue
            at = s
            while at >= 0 and not done[at]:
                done[at] = True
                order[used] = enters[at]
                into[used] = cell[at]
                used += 1
                last = exits[at]
                at = follows[last]
            if turn == 0:
                order[used] = last
                into[used] = -1
                used += 1
            ends[count] = used
            closed[count] = turn == 1
            count += 1
    return order[:used].copy(), into[:used].copy(), ends[:count].copy(), closed[:count].copy()
