"""Views that share one modelspace: plans told from sections, elevations and roofs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.plans.drawing import Array, Ints
from mrsite.plans.segments import directions, groups_of
from mrsite.plans.tags import fold, word_table

# Line work further apart than this belongs to different views (m).
APART_M = 2.0


@dataclass(frozen=True, eq=False)
class Cluster:
    """One connected patch of wall line work: its cells and extent (x0, y0, x1, y1), m."""

    extent: tuple[float, float, float, float]
    length: float


@dataclass(frozen=True, eq=False)
class Clusters:
    """All patches, and which one a place belongs to."""

    items: tuple[Cluster, ...]
    cells: Array
    label: Ints

    tree: Any

    def of(self, points: Array) -> Ints:
        """Index of the cluster nearest to each point."""
        if self.tree is None or not len(points):
            return np.full(len(points), -1, dtype=np.int64)
        _, k = self.tree.query(points)
        return np.asarray(self.label[k], dtype=np.int64)


def cluster(seg: Array) -> Clusters:
    """Group segments into patches that lie more than two metres apart."""
    from scipy.spatial import cKDTree

    if not len(seg):
        return Clusters((), np.zeros((0, 2)), np.zeros(0, dtype=np.int64), None)
    _, length = directions(seg)
    n = np.minimum(np.ceil(length / 0.5).astype(np.int64), 4000) + 1
    index = np.repeat(np.arange(len(seg)), n)
    k = np.arange(len(index)) - np.repeat(np.cumsum(n) - n, n)
    t = k / np.maximum(np.repeat(n - 1, n), 1)
    points = seg[index, :2] + (seg[index, 2:] - seg[index, :2]) * t[:, None]
    cell = np.unique(np.round(points / 0.5).astype(np.int64), axis=0).astype(np.float64) * 0.5
    tree = cKDTree(cell)
    pairs = tree.query_pairs(APART_M, output_type="ndarray") if len(cell) < 60_000 else _neighbours(cell)
    label = groups_of(len(cell), (pairs[:, 0], pairs[:, 1]))
    first = tree.query(seg[:, :2])[1]
    items = []
    for g in range(int(label.max()) + 1):
        own = cell[label == g]
        lo, hi = own.min(axis=0), own.max(axis=0)
        items.append(
            Cluster((float(lo[0]), float(lo[1]), float(hi[0]), float(hi[1])), float(length[label[first] == g].sum()))
        )
    return Clusters(tuple(items), cell, label, tree)


def _neighbours(cell: Array) -> Ints:
    """Pairs of cells within one coarse cell of 2 m of each other: enough to join what is near, and linear."""
    from scipy.spatial import cKDTree

    coarse, inverse = np.unique(np.round(cell / APART_M), axis=0, return_inverse=True)
    near = cKDTree(coarse).query_pairs(1.0, output_type="ndarray")
    first = np.zeros(len(coarse), dtype=np.int64)
    first[inverse[::-1]] = np.arange(len(cell))[::-1]
    inside = np.column_stack([np.arange(len(cell)), first[inverse]])
    out: Ints = np.vstack([inside, np.column_stack([first[near[:, 0]], first[near[:, 1]]])])
    return out


def not_a_plan(text: str) -> str:
    """Return the kind of view that a title names when it is no plan; else empty."""
    words = set(re.findall(r"[^\W\d_]+", fold(text)))
    for kind, names in word_table()["not_plan"].items():
        if words & set(names):
            return str(kind)
    return ""


def storey_title(text: str) -> bool:
    """Whether a text names a storey: LEVEL 1, 2. OG, Ground floor plan, Piano terra."""
    plain = fold(text)
    if len(plain) > 40 or not_a_plan(text):
        return False
    words = re.findall(r"[^\W\d_]+", plain)
    return bool(set(words) & set(word_table()["storey"])) and len(words) <= 5


def storey_titles(
    texts: Sequence[tuple[str, tuple[float, float], float]],
) -> list[tuple[str, tuple[float, float], float]]:
    """Keep the texts that name a storey."""
    return [t for t in texts if storey_title(t[0])]


def storey_name(
    titles: Sequence[tuple[str, tuple[float, float], float]], extent: tuple[float, float, float, float]
) -> str:
    """Return the storey that the titles under or over a view name; the shortest, then the tallest text wins."""
    x0, y0, x1, y1 = extent
    margin = 0.35 * max(x1 - x0, y1 - y0) + 4.0
    found = [
        (-round(h, 3), len(t), t)
        for t, (x, y), h in titles
        if x0 - 0.15 * (x1 - x0) - 1 <= x <= x1 + 0.15 * (x1 - x0) + 1 and y0 - margin <= y <= y1 + margin
    ]
    if not found:
        return ""
    best = min(found, key=lambda f: (f[1], f[0]))[2].strip()
    return best.title() if best.isupper() and len(best) > 3 else best
