"""A window divided into cells until each is settled: no contour passes, it passes simply, or the cell is small.

Halving goes on only where neither is proven. What is left at the smallest size, and the skin about windings where no
bound holds, is sampled at the cells' corners: ``resolved_to`` says how finely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Half the edge, m, of the largest cell without a proof that samples may settle, by quantity.
SAMPLED = (0.0125, 0.05, 0.05, 0.0)
#: The same where the samples exceed the level many times: only of |B|, whose slope windings leave finite.
FAR_SAMPLED = 0.15
#: Half the edge, m, of the smallest cell at windings.
SKIN = 3e-3
#: Open cells of one size: beyond it the division stops, and says so.
MOST_CELLS = 32_000


@dataclass(frozen=True)
class Cells:
    """Cells that a contour may pass.

    Parameters
    ----------
    limits : (4,) float64, m
        The window u0, v0, u1, v1.
    nodes : (2,) int
        Smallest units along u and v.
    i, j, size : (n,) int64
        Low corner and edge of each cell, in smallest units.
    smooth : (n,) bool
        Away from windings, at whose faces |B| has a kink.
    unsettled : int
        Cells without that proof, away from windings.
    resolved_to : float, m
        Diagonal of the largest cell without a proof, windings included; 0 where there is none.
    evaluations : int
    """

    limits: Array
    nodes: tuple[int, int]
    i: Whole
    j: Whole
    size: Whole
    smooth: Flags
    unsettled: int
    resolved_to: float
    evaluations: int

    def at(self, i: Whole, j: Whole) -> tuple[Array, Array]:
        """Plane coordinates of nodes: exact on all four sides of the window."""
        u0, v0, u1, v1 = self.limits
        s, t = i / self.nodes[0], j / self.nodes[1]
        return (1.0 - s) * u0 + s * u1, (1.0 - t) * v0 + t * v1


def quartered(cells: Cells, chosen: Whole) -> Cells:
    """Cells of which some, by number, are put in quarters; those of one node already stay."""
    chosen = np.unique(chosen)
    chosen = chosen[cells.size[chosen] > 1]
    kept = np.ones(len(cells.size), dtype=np.bool_)
    kept[chosen] = False
    half = cells.size[chosen] // 2
    parts = [(cells.i[chosen] + a * half, cells.j[chosen] + b * half) for a in (0, 1) for b in (0, 1)]
    return replace(
        cells,
        i=np.concatenate([cells.i[kept], *(p[0] for p in parts)]),
        j=np.concatenate([cells.j[kept], *(p[1] for p in parts)]),
        size=np.concatenate([cells.size[kept], *(half for _ in parts)]),
        smooth=np.concatenate([cells.smooth[kept], *(cells.smooth[chosen] for _ in parts)]),
    )


def divided(
    field: tuple[Any, ...],
    code: int,
    level: float,
    slack: float,
    window: tuple[float, ...],
    smallest: float,
    finest: float,
) -> Cells:
    """Divide a window into cells that are settled, or as small as ``smallest`` (m, half an edge).

    Parameters
    ----------
    field : tuple
        The engine's field and bound, their parameters, the plane's frame: as the kernels take them.
    code : int
        Of the quantity.
    level, slack : float
        ``slack`` is what the field's values may be wrong by, as a part of the level.
    window : (u0, v0, u1, v1), m
    smallest : float, m
    finest : float, m
        Half the edge of the smallest to which :func:`quartered` may lead.
    """
    from . import _kernels

    classify: Any = _kernels.classify
    limits = np.asarray(window, dtype=float)
    wide, long = float(limits[2] - limits[0]), float(limits[3] - limits[1])
    cell = max(wide, long) / 8.0
    base = max(1, round(wide / cell)), max(1, round(long / cell))
    half = np.array([0.5 * wide / base[0], 0.5 * long / base[1]])
    depth = max(0, math.ceil(math.log2(max(half) / smallest) - 1e-9))
    # corners are numbered by 64 bits
    spare = min(max(0, math.ceil(math.log2(max(half) / finest) - 1e-9) - depth), max(0, 27 - depth))
    i, j = (a.ravel() for a in np.meshgrid(*(np.arange(n, dtype=np.int64) for n in base), indexing="ij"))
    kept: list[tuple[Whole, Whole, int, Flags]] = []
    unsettled, resolved, count = 0, 0.0, 0
    for k in range(depth + 1):
        a = limits[0] + (2.0 * i + 1.0) * half[0]
        b = limits[1] + (2.0 * j + 1.0) * half[1]
        verdict = np.empty(len(i), dtype=np.int64)
        sampled = _kernels.BOUNDS_ALONE
        if k == depth:
            sampled = _kernels.LAST
        elif max(half) <= min(SAMPLED[code], cell / 25.0):
            sampled = _kernels.ANY
        elif code == _kernels.B and max(half) <= min(FAR_SAMPLED, cell / 25.0):
            sampled = _kernels.FAR
        count += classify(*field, code, level, slack, a, b, half[0], half[1], sampled, verdict)
        simple = verdict == _kernels.SIMPLE
        split = (verdict == _kernels.OPEN) | (verdict == _kernels.WOUND)
        if max(half) <= min(SKIN, cell / 50.0):
            split &= verdict == _kernels.OPEN
        last = k == depth or 4 * int(split.sum()) > MOST_CELLS
        if last:
            split[:] = False
        keep = (verdict != _kernels.CLEAR) & ~split
        kept.append((i[keep], j[keep], 1 << (depth - k + spare), (simple | (verdict == _kernels.OPEN))[keep]))
        deep = keep & (verdict == _kernels.DEEP)
        if (keep & ~simple).any():
            finest = 1.0 if (keep & ~simple & ~deep).any() else _kernels.FAR_TIMES
            resolved = max(resolved, 2.0 * float(np.hypot(*half)) / finest)
            unsettled += int(np.count_nonzero(keep & (verdict == _kernels.OPEN)))
        if not split.any():
            break
        i, j = i[split], j[split]
        i = np.concatenate([2 * i, 2 * i + 1, 2 * i, 2 * i + 1])
        j = np.concatenate([2 * j, 2 * j, 2 * j + 1, 2 * j + 1])
        half = 0.5 * half
    size = np.concatenate([np.full(len(p[0]), p[2], dtype=np.int64) for p in kept])
    return Cells(
        limits,
        (base[0] << depth + spare, base[1] << depth + spare),
        np.concatenate([p[0] for p in kept]) * size,
        np.concatenate([p[1] for p in kept]) * size,
        size,
        np.concatenate([p[3] for p in kept]),
        unsettled,
        resolved,
        int(count),
    )
