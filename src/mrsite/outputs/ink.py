"""What is drawn already, as a raster: how much of it would a text cover?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.outputs.mark import Box, Text, text_width

#: A raster beyond this many cells is not grown: what lies outside it weighs nothing.
_MOST_CELLS = 16_000_000


@dataclass
class Ink:
    """Cells of half a letter, each with the weight of the heaviest line that runs through it.

    It grows where something is drawn, so its size is that of the drawing, and asking about a text
    costs the same however much is drawn.

    Parameters
    ----------
    cell : float
        Size of a cell, m.
    """

    cell: float
    _origin: tuple[int, int] = (0, 0)  #: cell numbers of the raster's corner
    _raster: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def draw(self, points: Any, weight: int, *, breaks: Any = ()) -> None:
        """Draw a chain of points, (n, 2) in m; ``breaks`` are the places where a new chain begins."""
        points = np.asarray(points, dtype=float).reshape(-1, 2)
        if len(points) < 2:
            return
        joined = np.ones(len(points) - 1, bool)
        inner = np.asarray(breaks, dtype=int)
        joined[inner[(inner > 0) & (inner < len(points))] - 1] = False
        joined &= np.isfinite(points).all(axis=1)[:-1] & np.isfinite(points).all(axis=1)[1:]
        starts, steps = points[:-1][joined], np.diff(points, axis=0)[joined]
        if not len(starts):
            return
        counts = np.clip(np.ceil(np.hypot(*steps.T) / self.cell), 1, 4096).astype(int)
        which = np.repeat(np.arange(len(starts)), counts)
        share = (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[which]
        self._mark(starts[which] + share[:, None] * steps[which], weight)

    def under(self, text: Text) -> float:
        """Return the summed weight of what is drawn under a text, in cells."""
        if not self._raster.size:
            return 0.0
        width, height = text_width(text.text, text.height), 1.5 * text.height
        along = np.arange(0.5 * self.cell, max(width, self.cell), self.cell)
        across = np.arange(-height / 2 + 0.5 * self.cell, height / 2, self.cell)
        u = along + {"left": 0.0, "centre": -0.5, "right": -1.0}[text.align] * width
        angle = math.radians(text.rotation_deg)
        c, s = math.cos(angle), math.sin(angle)
        x = text.at[0] + c * u[:, None] - s * across[None, :]
        y = text.at[1] + s * u[:, None] + c * across[None, :]
        i = np.floor(x / self.cell).astype(int) - self._origin[0]
        j = np.floor(y / self.cell).astype(int) - self._origin[1]
        inside = (i >= 0) & (j >= 0) & (i < self._raster.shape[0]) & (j < self._raster.shape[1])
        return float(self._raster[i[inside], j[inside]].sum())

    def _mark(self, points: npt.NDArray[np.float64], weight: int) -> None:
        cells = np.floor(points / self.cell)
        low, high = cells.min(axis=0), cells.max(axis=0)
        if not self._grown((low[0], low[1], high[0], high[1])):
            return
        i, j = (cells - np.array(self._origin)).astype(int).T
        self._raster[i, j] = np.maximum(self._raster[i, j], weight)

    def _grown(self, cells: Box) -> bool:
        """Make the raster hold these cells; False where it would become too large."""
        nx, ny = self._raster.shape
        x0, y0 = self._origin
        if nx and cells[0] >= x0 and cells[1] >= y0 and cells[2] < x0 + nx and cells[3] < y0 + ny:
            return True
        left = min(x0, cells[0]) if nx else cells[0]
        low = min(y0, cells[1]) if nx else cells[1]
        right, top = max(x0 + nx - 1, cells[2]), max(y0 + ny - 1, cells[3])
        if not nx:
            right, top = cells[2], cells[3]
        if (right - left + 1) * (top - low + 1) > _MOST_CELLS:
            return False
        new = np.zeros((int(right - left) + 1, int(top - low) + 1), np.uint8)
        origin = (int(left), int(low))
        new[x0 - origin[0] : x0 - origin[0] + nx, y0 - origin[1] : y0 - origin[1] + ny] = self._raster
        self._raster, self._origin = new, origin
        return True
