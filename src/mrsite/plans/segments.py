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


def touching(seg: Array, tree: Any, points: Array, own: Ints, tolerance: float) -> tuple[Ints, Ints]:
    """Return pairs (point, segment) closer than the tolerance, a point's own segment left out."""
    from shapely import points as make_points

    i, j = tree.query(make_points(points), predicate="dwithin", distance=tolerance)
    keep = own[i] != j
    return i[keep], j[keep]


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
    from shapely import linestrings

    n = len(points)
    best, which = np.full(n, np.inf), np.full(n, -1, dtype=np.int64)
    if not n:
        return best, which
    rays = linestrings(np.stack([points + heading * clear, points + heading * reach], axis=1))
    i, j = tree.query(rays, predicate="dwithin", distance=width)
    a, b = seg[j, :2] - points[i], seg[j, 2:] - points[i]
    d = heading[i]
    sa, sb = (a * d).sum(1), (b * d).sum(1)
    la, lb = d[:, 0] * a[:, 1] - d[:, 1] * a[:, 0], d[:, 0] * b[:, 1] - d[:, 1] * b[:, 0]
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


def groups_of(n: int, pairs: tuple[Ints, Ints]) -> Ints:
    """Number the connected components of n things joined by pairs."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    i, j = pairs
    graph = coo_matrix((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label, dtype=np.int64)
