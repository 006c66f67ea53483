"""Line work compared with line work: which stretches of one set of lines the other set draws too."""

from __future__ import annotations

from typing import Any

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.plan import Plan

#: Two lines are one where they lie this near, m: above drafting noise and chords of arcs, below any real move.
SAME_M = 0.015
#: So much line may differ where two drawings draw the same, m.
_CRUMBS_M = 0.12
#: Gaps in a line no longer than this are drafting, m.
_GAP_M = 0.06


class Lines:
    """Straight segments (n, 2, 2) in m, ready to be asked what covers what."""

    def __init__(self, segments: Array) -> None:
        import shapely

        segments = np.asarray(segments, dtype=np.float64).reshape(-1, 2, 2)
        length = np.hypot(*(segments[:, 1] - segments[:, 0]).T)
        self.segments = segments[length > 1e-6]
        self.length = length[length > 1e-6]
        self.shapes = shapely.linestrings(self.segments) if len(self.segments) else np.zeros(0, dtype=object)
        self.tree = shapely.STRtree(self.shapes)

    def uncovered(self, by: Lines, within: float = SAME_M) -> tuple[Array, Array]:
        """Return the stretches that the other lines do not draw.

        Returns
        -------
        pieces : (k, 2, 2) float64, m
        owner : (k,) int
            Segment that each piece is of.
        """
        covered = self._intervals(by, within)
        pieces, owner = [], []
        for i, (segment, length) in enumerate(zip(self.segments, self.length, strict=True)):
            u = (segment[1] - segment[0]) / length
            at = 0.0
            for low, high in (*sorted(covered.get(i, ())), (length, length)):
                if low - at > _GAP_M:
                    pieces.append((segment[0] + at * u, segment[0] + low * u))
                    owner.append(i)
                at = max(at, high)
        return np.array(pieces, dtype=np.float64).reshape(-1, 2, 2), np.array(owner, dtype=np.int64)

    def _intervals(self, by: Lines, within: float) -> dict[int, list[tuple[float, float]]]:
        """For each segment the stretches along it that lie within a distance of another segment."""
        if not len(self.segments) or not len(by.segments):
            return {}
        mine, theirs = by.tree.query(self.shapes, predicate="dwithin", distance=within)
        a, b = self.segments[mine], by.segments[theirs]
        u = (a[:, 1] - a[:, 0]) / self.length[mine][:, None]
        along = np.einsum("nkc,nc->nk", b - a[:, :1], u)
        aside = np.einsum("nkc,nc->nk", b - a[:, :1], np.column_stack([-u[:, 1], u[:, 0]]))
        # A segment that leans leaves the strip part way: keep the stretch inside it.
        step = aside[:, 1] - aside[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(
                np.abs(step)[:, None] > 1e-12, (np.array([[-within, within]]) - aside[:, :1]) / step[:, None], 0
            )
        inside = np.abs(aside[:, 0]) <= within
        flat = np.abs(step) <= 1e-12
        first = np.where(flat, np.where(inside, 0.0, 2.0), np.clip(t.min(axis=1), 0.0, 1.0))
        last = np.where(flat, np.where(inside, 1.0, 2.0), np.clip(t.max(axis=1), 0.0, 1.0))
        reach = along[:, :1] + np.column_stack([first, last]) * (along[:, 1:] - along[:, :1])
        low, high = reach.min(axis=1), reach.max(axis=1)
        found: dict[int, list[tuple[float, float]]] = {}
        for i, lo, hi, ok in zip(mine.tolist(), low.tolist(), high.tolist(), (first < 2.0).tolist(), strict=True):
            # A crossing line covers no more than its own thickness; that is no stretch of wall.
            if ok and hi - lo > 1e-9:
                found.setdefault(i, []).append((lo - within, hi + within))
        return found

    def within(self, area: Any) -> Lines:
        """Return the parts of the lines inside an area."""
        import shapely

        near = self.tree.query(area, predicate="intersects")
        parts = shapely.get_parts(shapely.intersection(self.shapes[near], area))
        parts = parts[shapely.get_type_id(parts) == 1]
        ends = [np.asarray(p.coords)[[0, -1]] for p in parts]
        return Lines(np.array(ends).reshape(-1, 2, 2))

    def total(self) -> float:
        """Length of all segments, m."""
        return float(self.length.sum())


def drawn_alike(old: Lines, new: Lines, area: Any) -> bool:
    """Whether both sets draw the same inside an area: each covers the other there, but for crumbs."""
    for one, other in ((old, new), (new, old)):
        here = one.within(area)
        pieces, _ = here.uncovered(other, 0.02)  # of all the other draws: a line along the area's edge is in it
        if len(pieces) and np.hypot(*(pieces[:, 1] - pieces[:, 0]).T).sum() > max(_CRUMBS_M, 0.02 * here.total()):
            return False
    return True


def linework_segments(plan: Plan) -> Array:
    """Return all lines of a drawing that may show the building, as segments (n, 2, 2) in plan metres."""
    points, offsets = plan.line_points, plan.line_offsets
    if len(points) < 2:
        return np.zeros((0, 2, 2))
    inner = np.ones(len(points), dtype=bool)
    inner[offsets[1:] - 1] = False  # the last point of a piece begins no segment
    kinds = np.array([layer.kind not in ("dimension", "sheet", "grid", "pattern", "hidden") for layer in plan.layers])
    piece = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    inner &= kinds[plan.line_layers][piece]
    first = np.flatnonzero(inner)
    return np.stack([points[first], points[first + 1]], axis=1)
