"""Straight segments as arrays: ends, gaps between them, and the small repairs that close them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.plans.drawing import Array, Ints

Bools = npt.NDArray[np.bool_]


def directions(seg: Array) -> tuple[Array, Array]:
    """Return unit vectors (n, 2) and lengths (n,)."""
    v = seg[:, 2:] - seg[:, :2]
    length = np.hypot(v[:, 0], v[:, 1])
    return v / np.maximum(length, 1e-12)[:, None], length


def distinct(seg: Array, *, shortest: float = 0.002) -> Ints:
    """Indices of segments longer than ``shortest``, each line once whichever way it is drawn (0.5 mm)."""
    key = np.round(seg / 0.0005).astype(np.int64)
    swap = (key[:, 0] > key[:, 2]) | ((key[:, 0] == key[:, 2]) & (key[:, 1] > key[:, 3]))
    key[swap] = key[swap][:, [2, 3, 0, 1]]
    _, first = np.unique(key, axis=0, return_index=True)
    _, length = directions(seg)
    first = np.sort(first)
    out: Ints = first[length[first] > shortest]
    return out


def tree_of(seg: Array) -> tuple[Any, Any]:
    """Return shapely lines of the segments and an STRtree on them."""
    from shapely import STRtree, linestrings

    lines = linestrings(seg.reshape(-1, 2, 2))
    return lines, STRtree(lines)


def ends_of(seg: Array) -> tuple[Array, Array, Ints]:
    """Return both ends of each segment, the direction that leads out of it there, and the segment's index."""
    unit, _ = directions(seg)
    n = len(seg)
    return np.vstack([seg[:, :2], seg[:, 2:]]), np.vstack([-unit, unit]), np.tile(np.arange(n), 2)


def boxed_pairs(seg: Array, others: Array, reach: float, tree: Any = None) -> tuple[Ints, Ints]:
    """Return pairs (segment, other) whose boxes come within ``reach`` of each other."""
    from shapely import linestrings

    tree = tree_of(seg)[1] if tree is None else tree
    lo, hi = np.minimum(others[:, :2], others[:, 2:]) - reach, np.maximum(others[:, :2], others[:, 2:]) + reach
    j, i = tree.query(linestrings(np.stack([lo, hi], axis=1)))
    return i, j


def touching(seg: Array, tree: Any, points: Array, own: Ints, tolerance: float) -> tuple[Ints, Ints]:
    """Return pairs (point, segment) closer than the tolerance, a point's own segment left out."""
    j, i = boxed_pairs(seg, np.hstack([points, points]), tolerance, tree)
    keep = own[i] != j
    i, j = i[keep], j[keep]
    near = nearest_on(seg, j, points[i])[1] <= tolerance
    return i[near], j[near]


def nearest_on(seg: Array, j: Ints, points: Array) -> tuple[Array, Array]:
    """Return the nearest point on segment ``j[k]`` to ``points[k]``, and the distance."""
    a, b = seg[j, :2], seg[j, 2:]
    v = b - a
    t = np.clip(((points - a) * v).sum(1) / np.maximum((v * v).sum(1), 1e-18), 0.0, 1.0)
    q = a + v * t[:, None]
    d = points - q
    return q, np.hypot(d[:, 0], d[:, 1])


def connectors(seg: Array, tolerance: Array | float, *, touch: float = 2e-5) -> Array:
    """Short segments that join every loose end to the nearest other segment within the tolerance.

    Nothing is moved: the drawn line stays where it is and the gap is closed by a line of its own.
    """
    if not len(seg):
        return np.zeros((0, 4))
    _, tree = tree_of(seg)
    points, _, own = ends_of(seg)
    reach = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), (len(seg),))[own]
    i, j = touching(seg, tree, points, own, float(reach.max()))
    q, d = nearest_on(seg, j, points[i])
    attached = np.zeros(len(points), dtype=bool)
    attached[i[d <= touch]] = True
    open_ = ~attached[i] & (d <= reach[i])
    i, q, d = i[open_], q[open_], d[open_]
    order = np.lexsort((d, i))
    i, q = i[order], q[order]
    _, first = np.unique(i, return_index=True)
    return np.hstack([points[i[first]], q[first]])


def first_hits(
    seg: Array, tree: Any, points: Array, heading: Array, reach: float, *, width: float = 0.03, clear: float = 0.05
) -> tuple[Array, Ints]:
    """Cast a ray from each point along its heading; return the distance to the first segment met and its index.

    Segments within ``width`` of the ray count as met, so that faces drawn a little out of line
    still face each other. Distances below ``clear`` are the start itself. None met: infinity, -1.
    """
    n = len(points)
    best, which = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    if not n:
        return best, which
    j, i = boxed_pairs(seg, np.hstack([points + heading * clear, points + heading * reach]), width, tree)
    a, b = seg[j, :2] - points[i], seg[j, 2:] - points[i]
    d = heading[i]
    sa, sb = (a * d).sum(1), (b * d).sum(1)
    la, lb = d[:, 0] * a[:, 1] - d[:, 1] * a[:, 0], d[:, 0] * b[:, 1] - d[:, 1] * b[:, 0]
    met = _meets_ray(sa, sb, la, lb, clear, reach, width)
    i, j, a, b = i[met], j[met], a[met], b[met]
    sa, sb, la, lb = sa[met], sb[met], la[met], lb[met]
    span = lb - la
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.clip(-la / span, 0.0, 1.0)
    crossing = sa + (sb - sa) * u
    flat = np.abs(span) < 0.05 * np.hypot(*(b - a).T)
    t = np.where(flat, np.minimum(np.where(sa > clear, sa, np.inf), np.where(sb > clear, sb, np.inf)), crossing)
    ok = t > clear
    i, j, t = i[ok], j[ok], t[ok]
    order = np.lexsort((t, i))
    i, j, t = i[order], j[order], t[order]
    _, first = np.unique(i, return_index=True)
    best[i[first]], which[i[first]] = t[first], j[first]
    return best, which


def _meets_ray(sa: Array, sb: Array, la: Array, lb: Array, start: float, stop: float, width: float) -> Bools:
    """Whether segments, given along (s) and beside (l) a ray, come within ``width`` of it between start and stop.

    The strip around the ray has square ends, ``width`` longer than it on both sides.
    """
    span = lb - la
    with np.errstate(divide="ignore", invalid="ignore"):
        enter, leave = (-width - la) / span, (width - la) / span
    flat = span == 0
    u0 = np.clip(np.where(flat, 0.0, np.minimum(enter, leave)), 0.0, 1.0)
    u1 = np.clip(np.where(flat, 1.0, np.maximum(enter, leave)), 0.0, 1.0)
    inside = np.where(flat, np.abs(la) <= width, (np.minimum(la, lb) <= width) & (np.maximum(la, lb) >= -width))
    s0, s1 = sa + (sb - sa) * u0, sa + (sb - sa) * u1
    return np.asarray(inside & (np.maximum(s0, s1) >= start - width) & (np.minimum(s0, s1) <= stop + width))


def groups_of(n: int, pairs: tuple[Ints, Ints]) -> Ints:
    """Number the connected components of n things joined by pairs."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    i, j = pairs
    graph = coo_matrix((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label, dtype=np.int64)


def sample(seg: Array, step: float = 0.1) -> Array:
    """Points every ``step`` along segments."""
    if not len(seg):
        return np.zeros((0, 2))
    length = np.hypot(seg[:, 2] - seg[:, 0], seg[:, 3] - seg[:, 1])
    n = np.maximum(np.round(np.minimum(length, 50.0) / step).astype(np.int64), 1)
    index = np.repeat(np.arange(len(seg)), n)
    k = np.arange(len(index)) - np.repeat(np.cumsum(n) - n, n)
    t = (k + 0.5) / n[index]
    return np.asarray(seg[index, :2] + (seg[index, 2:] - seg[index, :2]) * t[:, None])
