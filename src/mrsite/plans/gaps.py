"""Openings in walls by geometry alone: wall ends that face each other, or a wall, across a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mrsite.plans.drawing import Array, Ints
from mrsite.plans.segments import Bools, ends_of, first_hits, groups_of, touching, tree_of

# Wall thickness, and the widths of gaps looked at (m). Wider gaps are open plan, not openings.
WALL_M = (0.035, 0.64)
GAP_M = (0.42, 6.0)


@dataclass(frozen=True, eq=False)
class Gap:
    """A gap in a wall.

    Parameters
    ----------
    lines : (k, 4), m
        What would close it, one a wall face.
    at : (2,), m
        Its middle, on the wall's centre line.
    axis : (2,)
        Along the wall.
    width, wall : float, m
        Clear width, and thickness between the outermost faces.
    facing : bool
        Two wall ends face each other; else an end faces the side of a wall.
    """

    lines: Array
    at: Array
    axis: Array
    width: float
    wall: float
    facing: bool


def wall_ends(seg: Array) -> tuple[Array, Array, Ints, Bools]:
    """Find where walls end: loose ends, and pairs of parallel faces that end at one place.

    Returns
    -------
    points (k, 2), outward (k, 2), segment (k,), loose (k,)
    """
    from scipy.spatial import cKDTree

    empty = (np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))
    if not len(seg):
        return empty
    _, tree = tree_of(seg)
    points, out, own = ends_of(seg)
    unit = out[: len(seg)]
    # A face goes on where a parallel segment covers the place just beyond its end.
    i, j = touching(seg, tree, points + 0.03 * out, own, 0.008)
    parallel = np.abs(out[i, 0] * unit[j, 1] - out[i, 1] * unit[j, 0]) < 0.12
    free = np.ones(len(points), dtype=bool)
    free[i[parallel]] = False
    i, _ = touching(seg, tree, points, own, 0.006)
    loose = np.ones(len(points), dtype=bool)
    loose[i] = False
    # An end just past a crossing is an overshoot or a corner of boxes drawn over one another, not the end of a wall.
    k = np.flatnonzero(free)
    i, j = touching(seg, tree, points[k] - 0.06 * out[k], own[k], 0.066)
    o, u = out[k][i], unit[j]
    cross = np.abs(o[:, 0] * u[:, 1] - o[:, 1] * u[:, 0])
    rel = seg[j, :2] - points[k][i]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (rel[:, 0] * u[:, 1] - rel[:, 1] * u[:, 0]) / (o[:, 0] * u[:, 1] - o[:, 1] * u[:, 0])
    # Where the line that crosses ends there too it is a corner or a jamb: then only a pair makes a wall end.
    t = np.where(np.isfinite(t), t, 1e9)
    meet = points[k][i] + o * t[:, None]
    corner = np.minimum(np.hypot(*(seg[j, :2] - meet).T), np.hypot(*(seg[j, 2:] - meet).T)) < 0.05
    close = (cross > 0.3) & (t > -0.125) & (t < 0.04)
    free[k[i[close & ~corner]]] = False
    loose[k[i[close & corner]]] = False
    index = np.flatnonzero(free)
    if not len(index):
        return empty
    p, d = points[index], out[index]
    pairs = cKDTree(p).query_pairs(0.68, output_type="ndarray")
    capped = loose[index].copy()
    if len(pairs):
        a, b = pairs[:, 0], pairs[:, 1]
        rel = p[b] - p[a]
        along = np.abs((rel * d[a]).sum(1))
        aside = np.abs(rel[:, 0] * d[a, 1] - rel[:, 1] * d[a, 0])
        same = (d[a] * d[b]).sum(1) > 0.97
        ok = same & (along < 0.09) & (aside > WALL_M[0]) & (aside < WALL_M[1])
        capped[a[ok]] = True
        capped[b[ok]] = True
    keep = np.flatnonzero(capped)
    return p[keep], d[keep], own[index][keep], loose[index][keep]


def find_gaps(walls: Array, barriers: Array) -> tuple[tuple[Gap, ...], Array]:
    """Find the gaps between wall ends, and where a wall end stops just short of what it stands against.

    Parameters
    ----------
    walls : (n, 4), m
        Segments whose ends count.
    barriers : (m, 4), m
        All segments that stop a line across a gap; the walls are among them.

    Returns
    -------
    gaps : tuple of Gap
    abutments : (k, 4), m
        Lines that run a wall end on to glazing or wall less than 0.42 m away.
    """
    from scipy.spatial import cKDTree

    p, d, _, loose = wall_ends(walls)
    if not len(p):
        return (), np.zeros((0, 4))
    _, tree = tree_of(barriers)
    t, j = first_hits(barriers, tree, p, d, GAP_M[1] + 0.1, clear=0.02)
    near, _ = first_hits(barriers, tree, p, d, GAP_M[0], width=0.002, clear=0.003)
    near = np.minimum(near, t)
    short = near < GAP_M[0]  # nobody walks through less
    abutments = np.hstack([p[short], p[short] + d[short] * near[short][:, None]])
    ok = (t > GAP_M[0]) & (t < GAP_M[1])
    index = np.flatnonzero(ok)
    if not len(index):
        return (), abutments
    p, d, t, j, loose = p[index], d[index], t[index], j[index], loose[index]
    q = p + d * t[:, None]
    ends = cKDTree(p)
    near = ends.query_ball_point(q, 0.09)
    facing = np.zeros(len(p), dtype=bool)
    for k, found in enumerate(near):
        facing[k] = any(float(d[k] @ d[m]) < -0.94 for m in found)
    unit = barriers[j, 2:] - barriers[j, :2]
    unit /= np.maximum(np.hypot(unit[:, 0], unit[:, 1]), 1e-12)[:, None]
    square = np.abs(unit[:, 0] * d[:, 1] - unit[:, 1] * d[:, 0]) > 0.5
    use = np.flatnonzero(facing | square)
    if not len(use):
        return (), abutments
    p, d, t, q, facing = p[use], d[use], t[use], q[use], facing[use]
    mid = 0.5 * (p + q)
    pairs = cKDTree(mid).query_pairs(0.68, output_type="ndarray")
    if len(pairs):
        a, b = pairs[:, 0], pairs[:, 1]
        rel = mid[b] - mid[a]
        along = np.abs((rel * d[a]).sum(1))
        one = (
            (np.abs((d[a] * d[b]).sum(1)) > 0.97) & (along < 0.2) & (np.abs(t[a] - t[b]) < 0.3 * np.minimum(t[a], t[b]))
        )
        pairs = pairs[one]
    label = groups_of(len(p), (pairs[:, 0], pairs[:, 1]) if len(pairs) else (np.zeros(0, int), np.zeros(0, int)))
    return _gaps(label, p, q, d, facing), abutments


def _gaps(label: Ints, p: Array, q: Array, d: Array, facing: Bools) -> tuple[Gap, ...]:
    """One gap for each label: rays from p to q along d. Its axis is the first ray's, its ends are the middle ones."""
    order = np.argsort(label, kind="stable")
    label, p, q, d, facing = label[order], p[order], q[order], d[order], facing[order]
    first = np.flatnonzero(np.diff(label, prepend=label[0] - 1))
    size = np.diff(np.append(first, len(label)))
    axis, base = np.repeat(d[first], size, axis=0), np.repeat(p[first], size, axis=0)
    rp, rq = p - base, q - base
    sp, sq = (rp * axis).sum(1), (rq * axis).sum(1)
    op, oq = rp[:, 1] * axis[:, 0] - rp[:, 0] * axis[:, 1], rq[:, 1] * axis[:, 0] - rq[:, 0] * axis[:, 1]
    low = np.minimum.reduceat(np.minimum(op, oq), first)
    high = np.maximum.reduceat(np.maximum(op, oq), first)
    middle = first + size // 2
    lo = np.minimum(sp, sq)[np.lexsort((np.minimum(sp, sq), label))][middle]
    hi = np.maximum(sp, sq)[np.lexsort((np.maximum(sp, sq), label))][middle]
    along, across = 0.5 * (lo + hi), 0.5 * (low + high)
    axis = d[first]
    at = p[first] + axis * along[:, None] + np.column_stack([-axis[:, 1], axis[:, 0]]) * across[:, None]
    lines = np.hstack([p, q])
    faces = np.logical_or.reduceat(facing, first)
    return tuple(
        Gap(lines[a : a + n], at[k], axis[k], float(hi[k] - lo[k]), float(high[k] - low[k]), bool(faces[k]))
        for k, (a, n) in enumerate(zip(first.tolist(), size.tolist(), strict=True))
    )
