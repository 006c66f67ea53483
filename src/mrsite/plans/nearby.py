"""Wall lines near a place: one tree query for all places, then plain arithmetic on the few lines there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.plans.drawing import Array
from mrsite.plans.segments import tree_of


class NearWalls:
    """The wall lines around one place."""

    __slots__ = ("a", "b", "seg", "unit", "v", "vv")

    def __init__(self, seg: Array) -> None:
        self.seg = seg
        self.a, self.b = seg[:, :2], seg[:, 2:]
        self.v = self.b - self.a
        self.vv = np.maximum((self.v * self.v).sum(1), 1e-18)
        self.unit = self.v / np.sqrt(self.vv)[:, None]

    def distances(self, p: Array, reach: float = 1.0) -> Array:
        """Distance of each point (m, 2) to the nearest line, at most ``reach``."""
        if not len(self.seg):
            return np.full(len(p), reach)
        rel = p[:, None, :] - self.a
        t = np.clip((rel[..., 0] * self.v[:, 0] + rel[..., 1] * self.v[:, 1]) / self.vv, 0.0, 1.0)
        dx, dy = rel[..., 0] - self.v[:, 0] * t, rel[..., 1] - self.v[:, 1] * t
        out: Array = np.minimum(np.sqrt((dx * dx + dy * dy).min(axis=1)), reach)
        return out

    def besides(self, p: Array, axis: Array, reach: Array) -> npt.NDArray[np.bool_]:
        """For each point (m, 2): whether a line parallel to its axis covers it within ``reach`` sideways."""
        if not len(self.seg):
            return np.zeros(len(p), dtype=bool)
        ax, ay = axis[:, 0, None], axis[:, 1, None]
        ra, rb = self.a - p[:, None, :], self.b - p[:, None, :]
        sa, sb = ra[..., 0] * ax + ra[..., 1] * ay, rb[..., 0] * ax + rb[..., 1] * ay
        oa, ob = ra[..., 1] * ax - ra[..., 0] * ay, rb[..., 1] * ax - rb[..., 0] * ay
        ok = np.abs(self.unit[:, 0] * ay - self.unit[:, 1] * ax) < 0.2
        ok &= (np.minimum(sa, sb) < 0.02) & (np.maximum(sa, sb) > -0.02)
        ok &= np.minimum(np.abs(oa), np.abs(ob)) < reach[:, None]
        out: npt.NDArray[np.bool_] = ok.any(axis=1)
        return out

    def ahead(self, p: Array, heading: Array, reach: float) -> float:
        """Distance along the heading to the first line crossed; infinity where none is within ``reach``."""
        if not len(self.seg):
            return math.inf
        hx, hy = float(heading[0]), float(heading[1])
        rel = self.a - p
        cross = hx * self.v[:, 1] - hy * self.v[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (rel[:, 0] * self.v[:, 1] - rel[:, 1] * self.v[:, 0]) / cross
            u = (rel[:, 0] * hy - rel[:, 1] * hx) / cross
        slack = 0.002 / np.sqrt(self.vv)
        ok = (np.abs(cross) > 0.05 * np.sqrt(self.vv)) & (t > 5e-4) & (t <= reach) & (u > -slack) & (u < 1 + slack)
        return float(t[ok].min()) if ok.any() else math.inf


class WallFinder:
    """All wall lines, ready to be asked for those around places."""

    def __init__(self, seg: Array) -> None:
        self.seg = seg
        self.tree: Any = tree_of(seg)[1] if len(seg) else None

    def around(
        self, places: Sequence[Sequence[float]] | Array, reach: Sequence[float] | Array | float
    ) -> list[NearWalls]:
        """Return the lines within ``reach`` of each place."""
        from shapely import points

        n = len(places)
        if self.tree is None or not n:
            return [NearWalls(np.zeros((0, 4)))] * n
        i, j = self.tree.query(points(np.asarray(places, dtype=np.float64)), predicate="dwithin", distance=reach)
        order = np.argsort(i, kind="stable")
        i, j = i[order], j[order]
        edges = np.searchsorted(i, np.arange(n + 1))
        return [NearWalls(self.seg[np.sort(j[edges[k] : edges[k + 1]])]) for k in range(n)]
