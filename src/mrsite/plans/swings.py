"""Door swings: arcs, bulged polylines and chains of short lines that a leaf would sweep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing, Ints, arc_of, fit_circle

# Leaves from 0.45 m (cupboards) to 1.7 m (one leaf of a bed door); drawn open by 25 to 115 degrees.
LEAF_M = (0.45, 1.75)
_SWEEP = (math.radians(25), math.radians(115))
# Less open than this is believed only of a leaf drawn on a door layer or in a door block.
_SLIGHT = math.radians(40)
_EXCLUDED = frozenset(
    {"furniture", "pattern", "dimension", "grid", "stair", "sheet", "site", "floor", "services", "hidden", "overhead"}
)


@dataclass(frozen=True)
class Swing:
    """One leaf's swing: hinge, the two ends of the arc, and which of them the leaf is drawn to.

    ``leaf`` is 0 or 1 (drawn from the hinge to ``ends[0]`` or ``ends[1]``), or -1 where none is seen.
    ``insert`` is the outermost block reference it came from, -1 for none.
    """

    hinge: tuple[float, float]
    ends: tuple[tuple[float, float], tuple[float, float]]
    radius: float
    leaf: int
    owners: tuple[int, ...]
    on_door: bool
    insert: int
    source: str


def find_swings(drawing: Drawing, kinds: Sequence[str], scale: float) -> tuple[Swing, ...]:
    """Find all door swings.

    Parameters
    ----------
    drawing : Drawing
    kinds : sequence of str
        Kind of each entity.
    scale : float
        Metres a drawing unit; results are in metres about the drawing's local origin.
    """
    kind = np.array(kinds, dtype=object)
    if not len(drawing.strokes):
        return ()
    of = kind[drawing.owner]
    allowed = ~np.isin(of, list(_EXCLUDED))
    circles = drawing.ent_type[drawing.owner] == TYPE_ID["CIRCLE"]
    strokes = drawing.strokes.copy()
    strokes[:, :4] *= scale
    arcs = _from_arcs(strokes, drawing, np.flatnonzero(allowed & ~circles & (strokes[:, 4] != 0)))
    chains = _from_chains(strokes, drawing, np.flatnonzero(allowed & (strokes[:, 4] == 0)))
    found = []
    # A header or a wall face from hinge to strike is no leaf.
    fixed = np.isin(of, ["wall", "column", "window", "opening"])
    straight = np.flatnonzero(allowed & ~fixed & (strokes[:, 4] == 0))
    leaf_of = _Leaves(strokes[straight, :4], drawing.owner[straight])
    for hinge, a, b, radius, owners, how in (*arcs, *chains):
        leaf, leaf_owners = leaf_of(hinge, a, b, radius)
        door = any(kind[o] == "door" for o in owners)
        slight = 2 * math.asin(min(1.0, 0.5 * math.dist(a, b) / radius)) < _SLIGHT
        if leaf < 0 and (slight or not door):
            continue
        if slight and not door:
            continue
        insert = int(drawing.ent_insert[owners[0]])
        found.append(Swing(hinge, (a, b), radius, leaf, tuple(owners) + leaf_owners, door, insert, how))
    return _distinct(found)


_Raw = tuple[tuple[float, float], tuple[float, float], tuple[float, float], float, list[int], str]


def _from_arcs(strokes: Array, drawing: Drawing, index: Ints) -> list[_Raw]:
    if not len(index):
        return []
    centre, radius, _, sweep = arc_of(strokes[index])
    ok = (np.abs(sweep) > _SWEEP[0]) & (np.abs(sweep) < _SWEEP[1]) & (radius > LEAF_M[0]) & (radius < LEAF_M[1])
    out: list[_Raw] = []
    for k in np.flatnonzero(ok):
        s = strokes[index[k]]
        out.append(
            (
                (float(centre[k, 0]), float(centre[k, 1])),
                (float(s[0]), float(s[1])),
                (float(s[2]), float(s[3])),
                float(radius[k]),
                [int(drawing.owner[index[k]])],
                "swing arc",
            )
        )
    return out


def _from_chains(strokes: Array, drawing: Drawing, index: Ints) -> list[_Raw]:
    """Chains of short lines that turn evenly one way: tessellated arcs."""
    seg = strokes[index, :4]
    vector = seg[:, 2:] - seg[:, :2]
    length = np.hypot(vector[:, 0], vector[:, 1])
    short = (length > 0.02) & (length < 0.62)
    index, seg, vector, length = index[short], seg[short], vector[short], length[short]
    if len(index) < 3:
        return []
    nodes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    keys = np.round(seg / 0.004).astype(np.int64)
    for i, (x0, y0, x1, y1) in enumerate(keys.tolist()):
        nodes.setdefault((x0, y0), []).append((i, 0))
        nodes.setdefault((x1, y1), []).append((i, 1))
    angle = np.arctan2(vector[:, 1], vector[:, 0]).tolist()
    lengths = length.tolist()
    ends = keys.tolist()
    used = np.zeros(len(index), dtype=bool)

    def step(i: int, side: int, turn: float) -> tuple[int, int, float] | None:
        """From stroke i leaving at its end ``side``: the smooth continuation, the end it leaves at, the turn."""
        node = (ends[i][2 * side], ends[i][2 * side + 1])
        heading = angle[i] if side == 1 else angle[i] + math.pi
        best = None
        for j, end in nodes.get(node, ()):
            if j == i or used[j] or not 0.5 < lengths[j] / lengths[i] < 2.0:
                continue
            onward = angle[j] if end == 0 else angle[j] + math.pi
            t = math.remainder(onward - heading, 2 * math.pi)
            if not 0.03 < abs(t) < 0.6 or (turn and (t * turn < 0 or not 0.6 < t / turn < 1.7)):
                continue
            if best is None or abs(t) < abs(best[2]):
                best = (j, 1 - end, t)
        return best

    out: list[_Raw] = []
    for i in range(len(index)):
        if used[i]:
            continue
        run = [(i, 1)]
        turn = 0.0
        used[i] = True
        for side, front in ((1, False), (0, True)):
            at, leaving = i, side
            t = -turn if front else turn
            while (nxt := step(at, leaving, t)) is not None and len(run) < 60:
                at, leaving, t = nxt
                used[at] = True
                run.insert(0, (at, leaving)) if front else run.append((at, leaving))
                if not turn:
                    turn = -t if front else t
        if len(run) < 3:
            for j, _ in run:
                used[j] = j == i
            continue
        raw = _fit(run, seg, index, drawing)
        if raw is not None:
            out.append(raw)
    return out


def _fit(run: list[tuple[int, int]], seg: Array, index: Ints, drawing: Drawing) -> _Raw | None:
    points = []
    mid = next(k for k, (_, side) in enumerate(run) if side == 1)
    for k, (i, side) in enumerate(run):
        first, second = seg[i, :2], seg[i, 2:]
        if k < mid:
            points.append(second if side == 1 else first) if side == 1 else points.append(first)
        elif k == mid:
            points.append(first if side == 1 else second)
            points.append(second if side == 1 else first)
        else:
            points.append(second if side == 1 else first)
    p = np.array(points)
    centre, radius, residual = fit_circle(p)
    if residual > 0.02 * radius + 0.004 or not LEAF_M[0] < radius < LEAF_M[1]:
        return None
    angles = np.unwrap(np.arctan2(p[:, 1] - centre[1], p[:, 0] - centre[0]))
    if not _SWEEP[0] < abs(angles[-1] - angles[0]) < _SWEEP[1]:
        return None
    owners = sorted({int(drawing.owner[index[i]]) for i, _ in run})
    return (
        (float(centre[0]), float(centre[1])),
        (float(p[0, 0]), float(p[0, 1])),
        (float(p[-1, 0]), float(p[-1, 1])),
        float(radius),
        owners,
        "swing drawn in short lines",
    )


class _Leaves:
    """Finds the line or thin rectangle that is the leaf itself."""

    def __init__(self, seg: Array, owner: Ints) -> None:
        from scipy.spatial import cKDTree

        length = np.hypot(seg[:, 2] - seg[:, 0], seg[:, 3] - seg[:, 1])
        keep = (length > 0.4) & (length < 1.9)
        self.seg, self.owner, self.length = seg[keep], owner[keep], length[keep]
        self.tree = cKDTree(np.vstack([self.seg[:, :2], self.seg[:, 2:]])) if keep.any() else None

    def __call__(
        self, hinge: tuple[float, float], a: tuple[float, float], b: tuple[float, float], radius: float
    ) -> tuple[int, tuple[int, ...]]:
        if self.tree is None:
            return -1, ()
        n = len(self.seg)
        hits: list[list[int]] = [[], []]
        for k in self.tree.query_ball_point(hinge, 0.085):
            i, other = (k, self.seg[k, 2:]) if k < n else (k - n, self.seg[k - n, :2])
            if abs(self.length[i] / radius - 1) > 0.13:
                continue
            for which, end in enumerate((a, b)):
                if math.dist(other, end) < 0.1:
                    hits[which].append(int(self.owner[i]))
        # Both lines drawn: the wall's own edge or a threshold closes the triangle; the thicker leaf has more edges.
        if not hits[0] and not hits[1]:
            return -1, ()
        if len(hits[0]) == len(hits[1]):
            return 2, tuple(hits[0] + hits[1])
        which = 0 if len(hits[0]) > len(hits[1]) else 1
        return which, tuple(hits[which])


def _distinct(swings: list[Swing]) -> tuple[Swing, ...]:
    """Drop swings drawn twice."""
    out: list[Swing] = []
    cells: dict[tuple[int, int], list[Swing]] = {}
    for s in swings:
        x, y = round(s.hinge[0] / 0.2), round(s.hinge[1] / 0.2)
        near = [t for dx in (-1, 0, 1) for dy in (-1, 0, 1) for t in cells.get((x + dx, y + dy), ())]
        if any(_same(s, t) for t in near):
            continue
        cells.setdefault((x, y), []).append(s)
        out.append(s)
    return tuple(out)


def _same(s: Swing, t: Swing) -> bool:
    if math.dist(s.hinge, t.hinge) > 0.06 or abs(s.radius - t.radius) > 0.06:
        return False
    straight = math.dist(s.ends[0], t.ends[0]) < 0.1 and math.dist(s.ends[1], t.ends[1]) < 0.1
    crossed = math.dist(s.ends[0], t.ends[1]) < 0.1 and math.dist(s.ends[1], t.ends[0]) < 0.1
    return straight or crossed
