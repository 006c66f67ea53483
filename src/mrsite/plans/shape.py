"""Walls by shape, for drawings whose layers do not say: what is left when all else is recognised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing, chords
from mrsite.plans.outlines import small_outlines
from mrsite.plans.segments import Bools, boxed_pairs, directions, distinct, ends_of, groups_of, touching, tree_of
from mrsite.plans.swings import Swing
from mrsite.plans.tags import TagText

# A line that ends this far from all others ends in the open, m.
FREE_M = 0.3
# Thickness of a leaf, and the widest single one, m; boxes of one thickness agree this well.
LEAF_M = (0.015, 0.09)
WIDEST_LEAF_M = 2.4
SAME_THICK_M = 0.003
_NEVER = (
    "dimension",
    "grid",
    "furniture",
    "pattern",
    "stair",
    "sheet",
    "site",
    "floor",
    "services",
    "overhead",
    "hidden",
    "label",
    "area",
    "door",
    "lift",
)


def wall_shaped(
    drawing: Drawing, kinds: Sequence[str], scale: float, swings: Sequence[Swing], texts: Sequence[TagText]
) -> Array:
    """Return the segments that may be walls where no layer says so, in local metres.

    Left out one after another: what its layer says is something else, swings and leaves, circles and
    small arcs, tag frames, grid lines, stairs, furniture outlines; then lines without a parallel one
    at a wall's thickness, where most have one.
    """
    kind = np.array(kinds, dtype=object)
    if not len(kind):
        return np.zeros((0, 4))
    keep = ~np.isin(kind, _NEVER)
    for s in swings:
        keep[list(s.owners)] = False
    keep[drawing.ent_type == TYPE_ID["CIRCLE"]] = False
    keep &= ~small_outlines(drawing, scale, texts, swings)
    keep &= ~door_panels(drawing, kinds, scale)
    index = np.flatnonzero(keep[drawing.owner])
    strokes, owner = chords(drawing.strokes[index], drawing.owner[index], 0.005 / scale)
    seg = strokes[:, :4] * scale
    bulged = drawing.strokes[:, 4] != 0
    small_arc = np.zeros(len(kind), dtype=bool)
    small_arc[np.unique(drawing.owner[bulged])] = True
    size = _sizes(drawing, scale)
    drop = small_arc & (size < 1.0)
    seg, owner = seg[~drop[owner]], owner[~drop[owner]]
    seg = seg[~_grid_lines(seg, drawing, scale)]
    seg = seg[distinct(seg)]
    seg = seg[~flights(seg)]
    seg = seg[~_through_lines(seg)]
    return _paired(seg)


def door_panels(drawing: Drawing, kinds: Sequence[str], scale: float) -> Bools:
    """Thin rectangles as wide as a leaf: sliding doors where no layer says door.

    Not where longer rectangles are as thick: those are partitions drawn as boxes, and so are the short ones.
    """
    out = np.zeros(len(drawing.ent_layer), dtype=bool)
    kind = np.array(kinds, dtype=object)
    plain = drawing.ent_closed & np.isin(kind, ["zero", "unknown"])
    four = np.flatnonzero(plain & (np.bincount(drawing.owner, minlength=len(out)) == 4))
    first = np.searchsorted(drawing.owner, four)
    strokes = drawing.strokes[first[:, None] + np.arange(4)] * scale
    length = np.hypot(*(strokes[..., 2:4] - strokes[..., :2]).transpose(2, 0, 1))
    thick, long = length.min(axis=1, initial=np.inf), length.max(axis=1, initial=0.0)
    thin = (thick > LEAF_M[0]) & (thick < LEAF_M[1]) & (np.abs(length[:, 0] - length[:, 2]) < 0.01)
    partitions = np.unique(thick[thin & (long >= WIDEST_LEAF_M)])
    as_thick = np.zeros(len(four), dtype=bool)
    if len(partitions):
        as_thick = np.abs(thick[:, None] - partitions).min(axis=1) < SAME_THICK_M
    out[four[thin & ~as_thick & (long > 0.55) & (long < WIDEST_LEAF_M)]] = True
    return out


def _sizes(drawing: Drawing, scale: float) -> Array:
    """Longer side of each entity's box, m."""
    n = len(drawing.ent_layer)
    lo, hi = np.full((n, 2), np.inf), np.full((n, 2), -np.inf)
    for k in (0, 2):
        np.minimum.at(lo, drawing.owner, drawing.strokes[:, k : k + 2])
        np.maximum.at(hi, drawing.owner, drawing.strokes[:, k : k + 2])
    out: Array = np.where(np.isfinite(lo[:, 0]), (hi - lo).max(axis=1), 0.0) * scale
    return out


def _grid_lines(seg: Array, drawing: Drawing, scale: float) -> Bools:
    """Lines that end at a circle (a grid bubble)."""
    out = np.zeros(len(seg), dtype=bool)
    circle = np.flatnonzero(drawing.ent_type == TYPE_ID["CIRCLE"])
    if not len(circle) or not len(seg):
        return out
    from scipy.spatial import cKDTree

    first = np.searchsorted(drawing.owner, circle)
    s = drawing.strokes[first] * scale
    centre, radius = 0.5 * (s[:, :2] + s[:, 2:4]), 0.5 * np.hypot(s[:, 2] - s[:, 0], s[:, 3] - s[:, 1])
    tree = cKDTree(centre)
    _, length = directions(seg)
    for k in np.flatnonzero(length > 3.0):
        for p in (seg[k, :2], seg[k, 2:]):
            d, j = tree.query(p)
            if d < 1.25 * radius[j] + 0.02 and radius[j] < 0.12 * length[k]:
                out[k] = True
    return out


def _through_lines(seg: Array) -> Bools:
    """Section and match lines: they run across walls and end in the open at both ends, well away from any line."""
    out = np.zeros(len(seg), dtype=bool)
    if not len(seg):
        return out
    _, tree = tree_of(seg)
    points, _, own = ends_of(seg)
    n = len(seg)
    free = np.ones(2 * n, dtype=bool)
    free[touching(seg, tree, points, own, FREE_M)[0]] = False
    index = np.flatnonzero(free[:n] & free[n:])
    j, i = boxed_pairs(seg, seg[index], 0.0, tree)
    crossed = np.bincount(i, weights=_cross(seg[index[i]], seg[j]), minlength=len(index))
    out[index[crossed >= 2]] = True
    return out


def _cross(a: Array, b: Array) -> Bools:
    """Whether pairs of segments cross within both."""
    return np.asarray(_parted(a, b) & _parted(b, a))


def _parted(line: Array, other: Array) -> Bools:
    """Whether the ends of the other segment lie on two sides of the line."""
    u = line[:, 2:] - line[:, :2]
    p, q = other[:, :2] - line[:, :2], other[:, 2:] - line[:, :2]
    return np.asarray((u[:, 0] * p[:, 1] - u[:, 1] * p[:, 0]) * (u[:, 0] * q[:, 1] - u[:, 1] * q[:, 0]) < 0)


def flights(seg: Array) -> Bools:
    """Flights: five and more parallel lines of one length in even steps of 0.2 to 0.36 m."""
    out = np.zeros(len(seg), dtype=bool)
    if len(seg) < 5:
        return out
    unit, length = directions(seg)
    flip = (unit[:, 0] < -1e-6) | ((np.abs(unit[:, 0]) <= 1e-6) & (unit[:, 1] < 0))
    unit = np.where(flip[:, None], -unit, unit)
    mid = 0.5 * (seg[:, :2] + seg[:, 2:])
    angle = np.arctan2(unit[:, 1], unit[:, 0])
    along = (mid * unit).sum(1)
    key = np.column_stack([np.round(angle / 0.02), np.round(length / 0.03), np.round(along / 0.06)]).astype(np.int64)
    candidate = np.flatnonzero((length > 0.55) & (length < 3.2))
    groups: dict[tuple[int, ...], list[int]] = {}
    for k in candidate.tolist():
        groups.setdefault(tuple(key[k].tolist()), []).append(k)
    for members in groups.values():
        if len(members) < 5:
            continue
        m = np.array(members)
        offset = mid[m] @ np.array([-unit[m[0], 1], unit[m[0], 0]])
        order = np.argsort(offset)
        m, offset = m[order], offset[order]
        step = np.diff(offset)
        fine = step > 0.01
        ok = (step > 0.19) & (step < 0.37)
        if ok.sum() >= 4 and ok.sum() >= 0.7 * fine.sum():
            middle = float(np.median(step[ok]))
            even = np.abs(step - middle) < 0.04
            hit = np.zeros(len(m), dtype=bool)
            hit[:-1] |= even | ~fine
            hit[1:] |= even | ~fine
            out[m[hit]] = True
    return out


def _paired(seg: Array) -> Array:
    """Keep faces that have a parallel one at a wall's thickness, and the short lines that end such pairs."""
    if len(seg) < 8:
        return seg
    unit, length = directions(seg)
    lines, tree = tree_of(seg)
    i, j = tree.query(lines, predicate="dwithin", distance=0.63)
    ok = i != j
    i, j = i[ok], j[ok]
    cross = np.abs(unit[i, 0] * unit[j, 1] - unit[i, 1] * unit[j, 0])
    rel = seg[j, :2] - seg[i, :2]
    rel2 = seg[j, 2:] - seg[i, :2]
    gap = np.abs(rel[:, 0] * unit[i, 1] - rel[:, 1] * unit[i, 0])
    s0, s1 = (rel * unit[i]).sum(1), (rel2 * unit[i]).sum(1)
    overlap = np.minimum(np.maximum(s0, s1), length[i]) - np.maximum(np.minimum(s0, s1), 0.0)
    ok = (
        (cross < 0.05)
        & (gap > 0.045)
        & (gap < 0.62)
        & (overlap > np.maximum(0.25, np.minimum(1.2 * gap, 0.6 * length[i])))
    )
    partner = np.zeros(len(seg), dtype=bool)
    partner[i[ok]] = True
    if length[partner].sum() < 0.45 * length.sum():
        return seg  # single-line walls: nothing to tell them by
    # Jambs and wall ends: short, across, with both ends on paired lines.
    points, _, own = ends_of(seg)
    a, b = touching(seg, tree, points, own, 0.03)
    on_pair = np.zeros(len(points), dtype=bool)
    on_pair[a[partner[b]]] = True
    n = len(seg)
    cap = on_pair[:n] & on_pair[n:] & (length < 0.62)
    # Headers: in line with wall faces, from end to end of them.
    header = on_pair[:n] & on_pair[n:] & (length > 0.4) & (length < 7.0) & _in_line(seg, unit, partner, tree)
    keep = partner | cap | header
    # Faces of masses thicker than a wall: corner to corner with what is kept.
    i, j = touching(seg, tree, points, own, 0.04)
    near = np.minimum(np.hypot(*(points[i] - seg[j, :2]).T), np.hypot(*(points[i] - seg[j, 2:]).T)) < 0.04
    i, j = i[near], j[near]
    across = np.abs(unit[own[i], 0] * unit[j, 1] - unit[own[i], 1] * unit[j, 0]) > 0.2
    i, j = i[across], j[across]
    chain = ~keep & (length > 0.3)
    for _ in range(12):  # take off, again and again, what has a loose end
        held = np.zeros(len(points), dtype=bool)
        held[i[(keep | chain)[j]]] = True
        less = chain & held[:n] & held[n:]
        if (less == chain).all():
            break
        chain = less
    both = chain[own[i]] & (chain | keep)[j]
    label = groups_of(n, (own[i[both]], j[both]))
    anchored = np.zeros(int(label.max()) + 1, dtype=bool)
    anchored[label[own[i[chain[own[i]] & keep[j]]]]] = True
    keep = keep | (chain & anchored[label])
    # Single window or threshold lines: from jamb to jamb, be it of a wall or of a pier.
    jamb = cap | (keep & (length < 0.62))
    square = np.abs(unit[own[a], 0] * unit[b, 1] - unit[own[a], 1] * unit[b, 0]) > 0.7
    on_jamb = np.zeros(len(points), dtype=bool)
    on_jamb[a[jamb[b] & square]] = True
    keep |= on_jamb[:n] & on_jamb[n:] & (length > 0.4) & (length < 7.0)
    out: Array = seg[keep]
    return out


def _in_line(seg: Array, unit: Array, partner: Bools, tree: object) -> Bools:
    points, out, own = ends_of(seg)
    a, b = touching(seg, tree, points + 0.04 * out, own, 0.012)
    good = partner[b] & (np.abs(out[a, 0] * unit[b, 1] - out[a, 1] * unit[b, 0]) < 0.05)
    hit = np.zeros(len(points), dtype=bool)
    hit[a[good]] = True
    n = len(seg)
    return np.asarray(hit[:n] | hit[n:])
