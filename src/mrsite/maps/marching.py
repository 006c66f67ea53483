"""Marching cells of a grid: where a surface passes is sampled, and cut into triangles that leave no crack."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int32]

BLOCK = 4  # fine cells along one coarse cell
_ON_A_WIRE = 50.0  # logarithm of |B|/level given to a node where the field is not defined: certainly inside


def sampled(
    log_ratio: Callable[[Array], Array], low: Array, size: Array, shape: tuple[int, int, int]
) -> tuple[Array, int]:
    """log(|B|/level) at the nodes near the surface, NaN elsewhere: coarse cells first, then those it passes through;
    and how many nodes lie where the field is not defined.

    The surface is followed: a coarse cell is refined where the fine nodes on its border, or its corners, differ
    in sign or come near to it, until no more are found.
    """
    values = np.full(shape, np.nan)
    skipped = 0

    def fill(need: NDArray[np.bool_]) -> None:
        nonlocal skipped
        where = np.nonzero(need)
        if not len(where[0]):
            return
        found = log_ratio(low + np.stack(where, axis=1) * size)
        bad = ~np.isfinite(found)
        skipped += int(np.count_nonzero(bad))
        values[where] = np.where(bad, _ON_A_WIRE, found)

    need = np.zeros(shape, dtype=bool)
    need[::BLOCK, ::BLOCK, ::BLOCK] = True
    fill(need)
    done = np.zeros([(n - 1) // BLOCK for n in shape], dtype=bool)
    corners_low, corners_high = _extremes(values[::BLOCK, ::BLOCK, ::BLOCK], 1)
    nearest = np.minimum(np.abs(corners_low), np.abs(corners_high))
    # a bulge through one face leaves the corners of one sign: refine also what comes near for its own slope
    active = (corners_low < 0.0) & (corners_high >= 0.0) | (nearest < 0.35 * (corners_high - corners_low))
    while active.any():
        need[:] = False
        for i, j, k in zip(*(a * BLOCK for a in np.nonzero(active))):
            need[i : i + BLOCK + 1, j : j + BLOCK + 1, k : k + BLOCK + 1] = True
        fill(need & np.isnan(values))
        done |= active
        lowest, highest = _extremes(values, BLOCK)
        active = (lowest < 0.0) & (highest >= 0.0) & ~done
    return values, skipped


def _extremes(values: Array, width: int) -> tuple[Array, Array]:
    """Least and greatest known value over each block of cells, its border included (inf, -inf where none is)."""
    lowest = np.where(np.isnan(values), np.inf, values)
    highest = np.where(np.isnan(values), -np.inf, values)
    for axis in range(3):
        n = values.shape[axis]
        parts = [np.arange(s, n - width + s, width) for s in range(width + 1)]
        lowest = np.minimum.reduce([lowest.take(p, axis=axis) for p in parts])
        highest = np.maximum.reduce([highest.take(p, axis=axis) for p in parts])
    return lowest, highest


#: Corner c of a cell stands at (c & 1, c >> 1 & 1, c >> 2 & 1); an edge joins two corners that differ in one of them.
_EDGES = tuple((c, c | 1 << axis) for axis in range(3) for c in range(8) if not c >> axis & 1)


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """For each of the 256 patterns of strong corners, its triangles by edge number (-1 beyond), and how many."""
    number = {frozenset(edge): k for k, edge in enumerate(_EDGES)}
    rows = []
    for case in range(256):
        follows: dict[int, int] = {}
        for axis in range(3):
            u, v = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
            ring = (0, u, u | v, v)  # anticlockwise about +axis
            for corners in (tuple(reversed(ring)), tuple(c | 1 << axis for c in ring)):
                strong = [bool(case >> c & 1) for c in corners]
                for k in range(4):
                    if strong[k] and not strong[k - 1]:  # a run of strong corners begins here
                        m = k
                        while strong[(m + 1) % 4]:
                            m += 1
                        enters = number[frozenset((corners[k - 1], corners[k]))]
                        leaves = number[frozenset((corners[m % 4], corners[(m + 1) % 4]))]
                        follows[enters] = leaves
        triangles: list[tuple[int, int, int]] = []
        while follows:
            start, at = next(iter(follows.items()))
            del follows[start]
            loop = [start]
            while at != start:
                loop.append(at)
                at = follows.pop(at)
            triangles += [(loop[0], loop[k], loop[k + 1]) for k in range(1, len(loop) - 1)]
        rows.append(triangles)
    most = max(len(r) for r in rows)
    table = np.full((256, most, 3), -1, dtype=np.int8)
    for case, triangles in enumerate(rows):
        for k, triangle in enumerate(triangles):
            table[case, k] = triangle
    return table, np.array([len(r) for r in rows], dtype=np.int64)


def marched(values: Array, low: Array, size: Array) -> tuple[Array, Indices]:
    """Vertices by linear interpolation on cell edges, and triangles."""
    nx, ny, nz = values.shape
    known, strong = ~np.isnan(values), values >= 0.0
    whole = np.ones((nx - 1, ny - 1, nz - 1), dtype=bool)
    case = np.zeros(whole.shape, dtype=np.uint8)
    for c in range(8):
        i, j, k = c & 1, c >> 1 & 1, c >> 2 & 1
        part = (slice(i, nx - 1 + i), slice(j, ny - 1 + j), slice(k, nz - 1 + k))
        whole &= known[part]
        case |= strong[part].astype(np.uint8) << np.uint8(c)
    cells = np.nonzero(whole & (case != 0) & (case != 255))
    patterns = case[cells]
    table, counts = _table()
    if not len(patterns):
        return np.empty((0, 3)), np.empty((0, 3), dtype=np.int32)
    repeat = counts[patterns]
    owner = np.repeat(np.arange(len(patterns)), repeat)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    edges = table[patterns[owner], rank].astype(np.int64)  # (m, 3) edge of the owner's cell
    first = np.array([e[0] for e in _EDGES])[edges]
    axis = np.array([(a ^ b).bit_length() - 1 for a, b in _EDGES])[edges]
    x, y, z = (cells[a][owner][:, None] + (first >> a & 1) for a in range(3))
    key = ((axis * nx + x) * ny + y) * nz + z
    unique, triangles = np.unique(key, return_inverse=True)
    k0 = unique % nz
    j0 = unique // nz % ny
    i0 = unique // (nz * ny) % nx
    along = unique // (nz * ny * nx)
    step = np.eye(3, dtype=np.int64)[along]
    a = values[i0, j0, k0]
    b = values[i0 + step[:, 0], j0 + step[:, 1], k0 + step[:, 2]]
    t = np.clip(a / (a - b), 0.02, 0.98)[:, None]  # away from the nodes: no two vertices of a cell fall together
    vertices = low + (np.stack([i0, j0, k0], axis=1) + t * step) * size
    return vertices, triangles.reshape(-1, 3).astype(np.int32)
