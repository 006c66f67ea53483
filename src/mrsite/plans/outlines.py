"""Closed outlines by shape, where no layer says what they are: furniture, frames of tags, pieces of wall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing
from mrsite.plans.segments import Bools
from mrsite.plans.swings import Swing
from mrsite.plans.tags import TagText

# A box thinner than this may be a piece of wall, m.
BOX_M = 0.5
# Boxes that share so much are drawn over one another, as corners of walls are and furniture is not, m2.
OVER_M2 = 0.002
# Boxes this near to one another meet, m.
MEET_M = 0.004
# An open line that ends this near to an outline ends on it, m.
TOUCH_M = 0.03


def small_outlines(drawing: Drawing, scale: float, texts: Sequence[TagText], swings: Sequence[Swing]) -> Bools:
    """Closed outlines that are furniture or tag frames: compact or around a text, and no pier of a wall.

    A pier between two openings is as compact as a cupboard, but window lines end on it and leaves hang on it.
    """
    import shapely
    from scipy.spatial import cKDTree

    n = len(drawing.ent_layer)
    out = np.zeros(n, dtype=bool)
    closed = np.flatnonzero(drawing.ent_closed & (drawing.ent_type != TYPE_ID["CIRCLE"]))
    if not len(closed):
        return out
    starts = np.searchsorted(drawing.owner, closed)
    stops = np.searchsorted(drawing.owner, closed, side="right")
    at = np.array([t.at for t in texts]).reshape(-1, 2)
    tree = cKDTree(at) if len(at) else None
    found: list[int] = []
    rings: list[Array] = []
    for e, a, b in zip(closed.tolist(), starts.tolist(), stops.tolist(), strict=True):
        ring = drawing.strokes[a:b, :2] * scale
        if len(ring) < 3:
            continue
        lo, hi = ring.min(axis=0), ring.max(axis=0)
        x, y = ring[:, 0], ring[:, 1]
        area = 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
        around = float(np.hypot(*(np.roll(ring, -1, axis=0) - ring).T).sum())
        slim = 2 * area / max(around, 1e-9)
        big = float((hi - lo).max())
        if tree is not None and area < 12 and len(ring) <= 12 and _frames(ring, area, texts, tree):
            out[e] = True
        elif (area < 8 and slim > 0.30 and big < 4.2) or (big < 1.3 and slim > 0.12 and area < 0.9):
            found.append(e)
            rings.append(ring)
    if not found:
        return out
    open_ends = _open_ends(drawing, scale, swings)
    shapes = np.array([shapely.linearrings(r) for r in rings], dtype=object)
    touched = np.zeros(len(found), dtype=np.int64)
    if len(open_ends):
        i, _ = shapely.STRtree(shapely.points(open_ends)).query(shapes, predicate="dwithin", distance=TOUCH_M)
        touched = np.bincount(i, minlength=len(found))
    frames = (
        shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
        if len(found)
        else np.zeros((0, 5, 2))
    )
    sides = np.hypot(*(frames[:, 1:3] - frames[:, :2]).transpose(2, 0, 1))
    pier = (touched >= 2) & (sides.min(axis=1) < 0.66)
    out[np.array(found)[~pier & ~_wall_boxes(drawing, scale, shapes, sides)]] = True
    return out


def _wall_boxes(drawing: Drawing, scale: float, shapes: Array, sides: Array) -> Bools:
    """Which outlines are walls drawn as boxes of their own: narrow, and run into walls, two of them or one drawn over.

    Walls to run into are long thin boxes, and then, in turn, what has been told to be a wall by them.
    """
    import shapely

    four = np.flatnonzero(drawing.ent_closed & (np.bincount(drawing.owner, minlength=len(drawing.ent_closed)) == 4))
    first = np.searchsorted(drawing.owner, four)
    corners = drawing.strokes[first[:, None] + np.arange(4), :2] * scale
    edge = np.hypot(*(np.roll(corners, -1, axis=1) - corners).transpose(2, 0, 1))
    corners, edge = corners[_narrow(edge[:, :2])], edge[_narrow(edge[:, :2])]
    boxes = shapely.polygons(corners)
    i, j = shapely.STRtree(boxes).query(shapes, predicate="dwithin", distance=MEET_M)
    same = shapely.equals_exact(shapely.normalize(shapely.polygons(shapes[i])), shapely.normalize(boxes[j]), MEET_M)
    own = np.full(len(boxes), -1)
    own[j[same]] = i[same]
    i, j = i[~same], j[~same]
    over = shapely.area(shapely.intersection(shapely.polygons(shapes[i]), boxes[j])) > OVER_M2
    covered = np.bincount(i[over], minlength=len(shapes)) > 0
    long = edge.max(axis=1, initial=0.0) > 2 * BOX_M
    narrow = _narrow(sides)
    walls = np.zeros(len(shapes), dtype=bool)
    while True:
        told = long | ((own >= 0) & walls[own])
        more = narrow & (covered | (np.bincount(i[told[j]], minlength=len(shapes)) >= 2))
        if (more == walls).all():
            return np.asarray(walls)
        walls = more


def _narrow(sides: Array) -> Bools:
    """Whether boxes of two sides (n, 2), m, may be pieces of wall."""
    short, long = sides.min(axis=1), sides.max(axis=1)
    return np.asarray((short < BOX_M) & (long > 1.2 * short))


def _frames(ring: Array, area: float, texts: Sequence[TagText], tree: Any) -> bool:
    """Whether a ring is a box drawn around a text, little larger than it."""
    from shapely import Polygon, prepare
    from shapely import contains_xy as holds

    lo, hi = ring.min(axis=0), ring.max(axis=0)
    near = tree.query_ball_point(0.5 * (lo + hi), 0.5 * float(np.hypot(*(hi - lo))))
    if not near:
        return False
    polygon = Polygon(ring)
    prepare(polygon)
    inside = [k for k in near if holds(polygon, *texts[k].at)]
    if not inside or area < 0.85 * polygon.convex_hull.area:
        return False
    tall = max(texts[k].height for k in inside)
    lines = sum(texts[k].text.count("\n") + 1 for k in inside)
    wide = max(0.75 * texts[k].height * max(len(line) for line in texts[k].text.split("\n")) for k in inside)
    return bool(area < (1.7 * wide + 3 * tall) * (1.7 * 1.7 * tall * lines + 3 * tall))


def _open_ends(drawing: Drawing, scale: float, swings: Sequence[Swing]) -> Array:
    """Ends of lines that belong to no closed outline, and hinges."""
    free = ~drawing.ent_closed & (drawing.ent_type != TYPE_ID["DIMENSION"]) & (drawing.ent_type != TYPE_ID["LEADER"])
    use = free[drawing.owner]
    for s in swings:
        use &= ~np.isin(drawing.owner, s.owners)
    strokes = drawing.strokes[use] * scale
    points = [strokes[:, :2], strokes[:, 2:4], np.array([s.hinge for s in swings]).reshape(-1, 2)]
    return np.vstack(points)
