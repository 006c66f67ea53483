"""What is drawn already, as a raster: how much of it would a block of text cover?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.outputs.mark import Box

Floats = npt.NDArray[np.float64]
#: A raster of more cells is made coarser instead, so that memory and time stay bounded however large the plan.
_MOST_CELLS = 24_000_000
#: Cells of a text so large that nothing beside it could keep off it.
_VAST = 12_000_000


@dataclass(frozen=True, eq=False)
class Blocks:
    """Turned rectangles of one size: where one block of text might lie.

    Parameters
    ----------
    middle : (k, 2) float64, m
    turn_deg : (k,) float64
    wide, high : float, m
    """

    middle: Floats
    turn_deg: Floats
    wide: float
    high: float

    def points(self, across: int, up: int) -> Floats:
        """Return (k, across * up, 2) points in the middles of equal parts of each block."""
        u = ((np.arange(across) + 0.5) / across - 0.5) * self.wide
        v = ((np.arange(up) + 0.5) / up - 0.5) * self.high
        uu, vv = (g.ravel() for g in np.meshgrid(u, v, indexing="ij"))
        angle = np.radians(self.turn_deg)[:, None]
        c, s = np.cos(angle), np.sin(angle)
        turned = np.stack([c * uu - s * vv, s * uu + c * vv], axis=-1)
        return np.asarray(turned + self.middle[:, None, :])


@dataclass
class Ink:
    """Two rasters over a window: lines, each cell with the weight of its heaviest, and texts, which may go again.

    Parameters
    ----------
    cell : float, m
        Size of a cell, unless the window would hold too many.
    window : (x0, y0, x1, y1), m
        What lies outside is not remembered and weighs nothing.
    """

    cell: float
    window: Box
    _lines: npt.NDArray[np.uint8] = field(init=False)
    _texts: npt.NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        wide, high = self.window[2] - self.window[0], self.window[3] - self.window[1]
        self.cell = max(self.cell, math.sqrt(wide * high / _MOST_CELLS))
        shape = (int(wide / self.cell) + 1, int(high / self.cell) + 1)
        self._lines, self._texts = np.zeros(shape, np.uint8), np.zeros(shape, np.int32)

    def draw(self, points: Any, weight: int, *, breaks: Any = ()) -> None:
        """Draw a chain of points, (n, 2) in m; ``breaks`` are the places where a new chain begins."""
        points = np.asarray(points, dtype=float).reshape(-1, 2)
        if len(points) < 2:
            return
        joined = np.ones(len(points) - 1, bool)
        inner = np.asarray(breaks, dtype=int)
        joined[inner[(inner > 0) & (inner < len(points))] - 1] = False
        joined &= np.isfinite(points).all(axis=1)[:-1] & np.isfinite(points).all(axis=1)[1:]
        starts, steps = self._clipped(points[:-1][joined], np.diff(points, axis=0)[joined])
        if not len(starts):
            return
        counts = np.maximum(np.ceil(np.hypot(*steps.T) / self.cell), 1).astype(int)
        which = np.repeat(np.arange(len(starts)), counts)
        share = (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[which]
        i, j, inside = self._cells(starts[which] + share[:, None] * steps[which])
        i, j = i[inside], j[inside]
        self._lines[i, j] = np.maximum(self._lines[i, j], weight)

    def cover(self, blocks: Blocks, amount: int) -> None:
        """Add to the cells under some blocks, or take away what was added."""
        high = max(blocks.high, self.cell)
        if not blocks.wide * high <= _VAST * self.cell**2:
            return
        for middle, turn in zip(blocks.middle, np.radians(blocks.turn_deg)):
            c, s = math.cos(turn), math.sin(turn)
            reach = np.array([abs(c) * blocks.wide + abs(s) * high, abs(s) * blocks.wide + abs(c) * high]) / 2
            if not np.isfinite(reach).all():
                continue
            (i0, j0), (i1, j1) = self._edges(np.floor, middle - reach, 0.0), self._edges(np.ceil, middle + reach, 0.0)
            x = self.window[0] + (np.arange(i0, i1) + 0.5) * self.cell - middle[0]
            y = self.window[1] + (np.arange(j0, j1) + 0.5) * self.cell - middle[1]
            along = np.abs(c * x[:, None] + s * y[None, :]) <= (blocks.wide + self.cell) / 2
            across = np.abs(c * y[None, :] - s * x[:, None]) <= (high + 0.5 * self.cell) / 2
            self._texts[i0:i1, j0:j1] += np.where(along & across, amount, 0).astype(np.int32)

    def under(self, blocks: Blocks) -> tuple[Floats, Floats]:
        """Return the summed weight of lines and of texts under each block, cell by cell."""
        if not blocks.turn_deg.any():
            return self._under_level(blocks)
        return self._summed(blocks.points(self._parts(blocks.wide), self._parts(blocks.high)))

    def along(self, starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
        """Return the summed weight of lines and of texts along straight ways, (k, 2) each."""
        longest = float(np.hypot(*(ends - starts).T).max(initial=0.0))
        share = np.linspace(0.0, 1.0, min(400, self._parts(longest) + 1))
        points = starts[:, None, :] + share[None, :, None] * (ends - starts)[:, None, :]
        # A short way is asked oftener than once a cell: what it meets counts by its own length.
        part = np.hypot(*(ends - starts).T) / max(longest, self.cell)
        lines, texts = self._summed(points)
        return lines * part, texts * part

    def _under_level(self, blocks: Blocks) -> tuple[Floats, Floats]:
        """The same for blocks that are not turned, by sums over all cells below and to the left."""
        half = np.array([blocks.wide, blocks.high]) / 2
        # A cell of which less than a quarter is covered does not count.
        low = self._edges(np.floor, blocks.middle - half, 0.25)
        high = self._edges(np.ceil, blocks.middle + half, -0.25)
        first, last = low.min(axis=0), high.max(axis=0)
        window = tuple(slice(a, b) for a, b in zip(first, last))
        (i0, j0), (i1, j1) = (low - first).T, (high - first).T
        found = []
        for raster in (self._lines, self._texts):
            part = raster[window]
            sums = np.zeros((part.shape[0] + 1, part.shape[1] + 1))
            sums[1:, 1:] = part.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
            found.append(sums[i1, j1] - sums[i0, j1] - sums[i1, j0] + sums[i0, j0])
        return found[0], found[1]

    def _edges(self, rounded: Any, points: Floats, slack: float) -> npt.NDArray[np.int64]:
        """Return the numbers of the cells' edges next to some points, kept within the raster."""
        edge = rounded((points - np.array(self.window[:2])) / self.cell + slack)
        return np.asarray(np.clip(edge, 0, self._lines.shape), dtype=np.int64)

    def _summed(self, points: Floats) -> tuple[Floats, Floats]:
        i, j, inside = self._cells(points)
        i, j = np.where(inside, i, 0), np.where(inside, j, 0)
        lines, texts = self._lines[i, j] * inside, self._texts[i, j] * inside
        return lines.sum(axis=1, dtype=float), texts.sum(axis=1, dtype=float)

    def _parts(self, length: float) -> int:
        return max(1, math.ceil(length / self.cell))

    def _cells(self, points: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        i = np.floor((points[..., 0] - self.window[0]) / self.cell).astype(np.int64)
        j = np.floor((points[..., 1] - self.window[1]) / self.cell).astype(np.int64)
        return i, j, (i >= 0) & (j >= 0) & (i < self._lines.shape[0]) & (j < self._lines.shape[1])

    def _clipped(self, starts: Floats, steps: Floats) -> tuple[Floats, Floats]:
        """Return the parts of some segments that lie within the window (Liang and Barsky, 1984)."""
        low, high = np.array(self.window[:2]), np.array(self.window[2:])
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (low - starts) / steps, (high - starts) / steps
        flat = steps == 0.0
        within = (starts >= low) & (starts <= high)
        enter = np.where(flat, np.where(within, 0.0, 2.0), np.minimum(a, b)).max(axis=1, initial=0.0)
        leave = np.where(flat, 1.0, np.maximum(a, b)).min(axis=1, initial=1.0)
        kept = enter <= leave
        t0, t1 = enter[kept, None], leave[kept, None]
        return starts[kept] + t0 * steps[kept], (t1 - t0) * steps[kept]
