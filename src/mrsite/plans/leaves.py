"""From swings to doorways: which end of the arc is the closed one, where the jambs and wall faces are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mrsite.plans.drawing import Array
from mrsite.plans.gaps import WALL_M, Gap
from mrsite.plans.nearby import NearWalls, WallFinder
from mrsite.plans.swings import Swing


@dataclass(frozen=True, eq=False)
class Doorway:
    """A place where a wall can be walked through, before it is known which rooms it joins.

    Parameters
    ----------
    start, end : (2,), m
        The jambs on the wall's centre line.
    wall : float, m
        Wall thickness there; 0 for a single line.
    seals : (k, 4), m
        Lines that close it for the reading of rooms.
    hinges : tuple of points
        One a leaf.
    swing_points : (k, 2), m
        Points in the middle of the area each leaf sweeps.
    kind : str
        single, double, sliding, opening, window.
    number, number_from : str
        The door's number and the text that says it.
    """

    start: Array
    end: Array
    wall: float
    seals: Array
    hinges: tuple[tuple[float, float], ...]
    swing_points: tuple[tuple[float, float], ...]
    kind: str
    source: str
    sure: float
    number: str = ""
    number_from: str = ""

    @property
    def at(self) -> Array:
        """Middle of the opening."""
        return 0.5 * (self.start + self.end)

    @property
    def width(self) -> float:
        """Clear width, m."""
        return float(np.hypot(*(self.end - self.start)))

    @property
    def hung(self) -> bool:
        """Whether a door hangs or slides in it."""
        return self.kind not in ("window", "opening")

    @property
    def axis(self) -> Array:
        """Unit vector along the wall."""
        v = self.end - self.start
        return np.asarray(v / max(float(np.hypot(*v)), 1e-12))


@dataclass(frozen=True, eq=False)
class _Closed:
    hinge: Array
    strike: Array
    swing: Swing
    score: float


def close_swing(s: Swing, walls: NearWalls, meets: tuple[bool, bool] = (False, False)) -> _Closed:
    """Decide which end of the arc is the shut position: near a wall end, in line with walls, without the leaf drawn.

    ``meets`` says which ends touch the end of another leaf's arc: two leaves meet shut.
    """
    h, ends = np.array(s.hinge), np.array(s.ends)
    axes = (ends - h) / s.radius
    gaps = walls.distances(ends, 0.6)
    # For each end: wall beyond it, wall behind the hinge, something across the middle; and, against it,
    # a wall that runs across where the leaf would point.
    probes = np.concatenate([ends + 0.2 * axes, h - 0.2 * axes, 0.5 * (h + ends), ends + 0.3 * axes])
    along = np.concatenate([axes, axes, axes, np.column_stack([-axes[:, 1], axes[:, 0]])])
    hit = walls.besides(probes, along, np.array([0.3, 0.3, 0.3, 0.3, 0.05, 0.05, 0.05, 0.05]))
    best: _Closed | None = None
    for k in (0, 1):
        gap = float(gaps[k])
        score = max(1.2 * math.exp(-((gap / 0.12) ** 2)), 2.0 * meets[k])
        score += 0.8 * float(hit[k]) + 0.8 * float(hit[2 + k]) + 0.5 * float(hit[4 + k])
        score -= 0.5 * (bool(hit[6 + k]) and gap > 0.2)
        if s.leaf == k:
            score -= 2.5
        elif s.leaf in (0, 1):
            score += 1.0
        if best is None or score > best.score:
            best = _Closed(h, ends[k], s, score)
    assert best is not None
    return best


def doorway_of(c: _Closed, walls: NearWalls) -> Doorway:
    """Find jambs and faces around a shut leaf and draw the lines that close the opening."""
    axis = c.strike - c.hinge
    length = float(np.hypot(*axis))
    return _doorway(c.hinge, axis / length, length, walls, (c,), "single")


def double_of(a: _Closed, b: _Closed, walls: NearWalls) -> Doorway:
    """Two leaves that meet: one opening from hinge to hinge."""
    axis = b.hinge - a.hinge
    length = float(np.hypot(*axis))
    return _doorway(a.hinge, axis / length, length, walls, (a, b), "double")


def _doorway(
    base: Array, axis: Array, length: float, walls: NearWalls, leaves: Sequence[_Closed], kind: str
) -> Doorway:
    normal = np.array([-axis[1], axis[0]])
    ra, rb = walls.a - base, walls.b - base
    s = np.stack([ra @ axis, rb @ axis], axis=1)
    o = np.stack([ra @ normal, rb @ normal], axis=1)
    around = (s.min(axis=1) < length + 0.95) & (s.max(axis=1) > -0.95) & (np.abs(o).min(axis=1) < 0.95)
    s, o, unit = s[around], o[around], walls.unit[around]
    parallel = np.abs(unit[:, 0] * axis[1] - unit[:, 1] * axis[0]) < 0.15
    lo, hi, offset = s.min(axis=1), s.max(axis=1), o.mean(axis=1)
    flat = parallel & (np.abs(offset) < WALL_M[1])
    behind = flat & (hi > -0.22) & (hi < 0.16) & (lo < -0.012)
    beyond = flat & (lo > length - 0.16) & (lo < length + 0.22) & (hi > length + 0.012)
    through = flat & (lo < 0.12 * length) & (hi > 0.88 * length)
    header = flat & (lo > -0.06) & (hi < length + 0.06) & (hi - lo > 0.8 * length)
    start = _nearest(hi[behind], 0.0) if behind.any() else _side_wall(s, o, ~parallel, 0.0, -1)
    end = _nearest(lo[beyond], length) if beyond.any() else _side_wall(s, o, ~parallel, length, 1)
    if not 0.55 * length < end - start < 1.6 * length + 0.2:
        start, end = 0.0, length
    faces = offset[behind | beyond | through | header]
    low, high = _band(faces, both=[offset[behind], offset[beyond]])
    seals = _seals(
        base, axis, normal, start, end, sorted({low, high} if high - low > 0.02 else {0.5 * (low + high)}), walls
    )
    middle = 0.5 * (low + high)
    sweeps = []
    for c in leaves:
        open_end = np.array(c.swing.ends[0] if np.array_equal(c.strike, np.array(c.swing.ends[1])) else c.swing.ends[1])
        sweeps.append(tuple(float(v) for v in c.hinge + 0.45 * ((c.strike - c.hinge) + (open_end - c.hinge))))
    sure = min((c.score for c in leaves), default=1.0) + (1.0 if behind.any() else 0.0) + (1.0 if beyond.any() else 0.0)
    return Doorway(
        start=base + start * axis + middle * normal,
        end=base + end * axis + middle * normal,
        wall=high - low,
        seals=seals,
        hinges=tuple((float(c.hinge[0]), float(c.hinge[1])) for c in leaves),
        swing_points=tuple(sweeps),  # type: ignore[arg-type]
        kind=kind,
        source=_source(leaves),
        sure=sure,
    )


def _source(leaves: Sequence[_Closed]) -> str:
    if not leaves:
        return "door line work in a wall, no swing"
    return leaves[0].swing.source + (" in a door block or on a door layer" if leaves[0].swing.on_door else "")


def _side_wall(s: Array, o: Array, crossing: npt.NDArray[np.bool_], at: float, sign: int) -> float:
    """Where a wall across the axis stops the opening, near ``at``; else ``at`` itself."""
    best = None
    for (s0, s1), (o0, o1) in zip(s[crossing], o[crossing], strict=True):
        if min(o0, o1) > 0.3 or max(o0, o1) < -0.3:
            continue
        t = 0.0 if abs(o1 - o0) < 1e-9 else min(max(-o0 / (o1 - o0), 0.0), 1.0)
        hit = s0 + (s1 - s0) * t
        if -0.16 < sign * (hit - at) < 0.25 and (best is None or abs(hit - at) < abs(best - at)):
            best = hit
    return at if best is None else float(best)


def _band(faces: Array, both: list[Array]) -> tuple[float, float]:
    """Offsets of the two wall faces around the leaf's line (offset 0)."""
    if not len(faces):
        return 0.0, 0.0
    near = float(faces[np.argmin(np.abs(faces))])
    if abs(near) > 0.4:
        return 0.0, 0.0
    # Faces seen on both sides of the opening are the wall's own; others may be a wall alongside.
    common = np.array([f for f in faces if all(len(side) == 0 or np.min(np.abs(side - f)) < 0.03 for side in both)])
    common = common[np.abs(common) < WALL_M[1]] if len(common) else common
    if len(common) and np.ptp(common) > WALL_M[0]:
        near = float(common[np.argmin(np.abs(common))])
        window = common[np.abs(common - near) < WALL_M[1]]
        low, high = float(window.min()), float(window.max())
        if high - low > WALL_M[1]:
            side = window[window >= near] if high - near <= near - low else window[window <= near]
            low, high = float(side.min()), float(side.max())
        if high - low > WALL_M[0]:
            return low, high
    others = faces[(np.abs(faces - near) > WALL_M[0]) & (np.abs(faces - near) < WALL_M[1])]
    if not len(others):
        return near, near
    other = float(others[np.argmin(np.abs(others - near))])
    return min(near, other), max(near, other)


def _nearest(values: Array, target: float) -> float:
    return float(values[np.argmin(np.abs(values - target))])


def _seals(
    base: Array, axis: Array, normal: Array, start: float, end: float, offsets: Sequence[float], walls: NearWalls
) -> Array:
    """Lines across the opening, each run on to the first wall line within 0.3 m beyond the jamb."""
    out = []
    corners = [base + along * axis + off * normal for off in offsets for along in (start, end)]
    attached = (walls.distances(np.array(corners), 0.05) < 0.004).tolist()
    for k in range(0, len(corners), 2):
        a, b = corners[k], corners[k + 1]
        for p, away, on_wall in ((a, -axis, attached[k]), (b, axis, attached[k + 1])):
            if on_wall:
                continue
            back = p - 0.06 * away
            t = walls.ahead(back, away, 0.40)
            if math.isfinite(t):
                hit = back + away * t
                if away is axis:
                    b = hit
                else:
                    a = hit
        out.append([a[0] - 0.002 * axis[0], a[1] - 0.002 * axis[1], b[0] + 0.002 * axis[0], b[1] + 0.002 * axis[1]])
    return np.array(out, dtype=np.float64).reshape(-1, 4)


def doorways(swings: Sequence[Swing], walls: WallFinder) -> tuple[list[Doorway], list[tuple[Swing, str]]]:
    """Turn swings into doorways, two facing leaves into one; return the doorways and the swings not used."""
    meets = _meeting(swings)
    if not swings:
        return [], []
    near = walls.around([s.hinge for s in swings], [2.1 * s.radius + 1.0 for s in swings])
    closed = [close_swing(s, w, m) for s, w, m in zip(swings, near, meets, strict=True)]
    partner = _pairs(closed)
    good = [_anchored(c, near[i], i in partner) for i, c in enumerate(closed)]
    good = [g and (i not in partner or good[partner[i]]) for i, g in enumerate(good)]
    rejected = [(c.swing, "no wall near its hinge and strike") for c, g in zip(closed, good, strict=True) if not g]
    out: list[Doorway] = []
    for i, c in enumerate(closed):
        if not good[i]:
            continue
        if i in partner:
            if partner[i] > i:
                out.append(double_of(c, closed[partner[i]], near[i]))
        else:
            out.append(doorway_of(c, near[i]))
    return _merge_same(out), rejected


def _meeting(swings: Sequence[Swing]) -> list[tuple[bool, bool]]:
    """For each swing, which of its ends touches an end of another swing whose hinge is two leaves away."""
    from scipy.spatial import cKDTree

    flags = [[False, False] for _ in swings]
    if len(swings) > 1:
        ends = np.array([e for s in swings for e in s.ends])
        for i, j in cKDTree(ends).query_pairs(0.15):
            a, b = swings[i // 2], swings[j // 2]
            if i // 2 != j // 2 and math.dist(a.hinge, b.hinge) > 0.8 * (a.radius + b.radius):
                flags[i // 2][i % 2] = flags[j // 2][j % 2] = True
    return [(f[0], f[1]) for f in flags]


def _anchored(c: _Closed, walls: NearWalls, paired: bool) -> bool:
    axis = c.strike - c.hinge
    axis = axis / max(float(np.hypot(*axis)), 1e-9)
    at_hinge, at_strike = (walls.distances(np.stack([c.hinge, c.strike]), 0.4) < 0.25).tolist()
    if paired:
        return bool(at_hinge)
    return bool(at_hinge and at_strike) or ((at_hinge or at_strike) and c.swing.on_door)


def _pairs(closed: Sequence[_Closed]) -> dict[int, int]:
    from scipy.spatial import cKDTree

    out: dict[int, int] = {}
    if len(closed) < 2:
        return out
    tree = cKDTree(np.array([c.strike for c in closed]))
    for i, j in sorted(tree.query_pairs(0.22)):
        a, b = closed[i], closed[j]
        u = (a.strike - a.hinge) / a.swing.radius
        v = (b.strike - b.hinge) / b.swing.radius
        if (
            i in out
            or j in out
            or float(u @ v) > -0.95
            or float(np.hypot(*(a.hinge - b.hinge))) < 0.7 * (a.swing.radius + b.swing.radius)
        ):
            continue
        out[i], out[j] = j, i
    return out


def _merge_same(doors: list[Doorway]) -> list[Doorway]:
    """One doorway where two swings share it (a leaf that swings both ways)."""
    from scipy.spatial import cKDTree

    if len(doors) < 2:
        return doors
    out = list(doors)
    gone: set[int] = set()
    for i, j in sorted(cKDTree(np.array([d.at for d in doors])).query_pairs(0.25)):
        d, e = out[i], out[j]
        if i in gone or j in gone or abs(float(d.axis @ e.axis)) < 0.9 or abs(d.width - e.width) > 0.25:
            continue
        gone.add(j)
        out[i] = replace(d, swing_points=d.swing_points + e.swing_points, seals=np.vstack([d.seals, e.seals]))
    return [d for k, d in enumerate(out) if k not in gone]


def panel_doorways(points: Array, ways: Sequence[Doorway], walls: WallFinder, kind: str = "sliding") -> list[Doorway]:
    """Sliding, folding and pocket doors, and windows: line work of their own standing in the line of a wall.

    Parameters
    ----------
    points : (n, 2), m
        Samples every 0.1 m of door line work that belongs to no swing, or of glazing.
    ways : sequence of Doorway
        What is known already; line work at these places is theirs.
    kind : str
        ``"sliding"`` or ``"window"``.
    """
    longest, thickest = (9.0, 0.62) if kind == "window" else (4.6, 0.3)
    from scipy.spatial import cKDTree

    from mrsite.plans.segments import groups_of

    if not len(points):
        return []
    pairs = cKDTree(points).query_pairs(0.15 if kind == "window" else 0.25, output_type="ndarray")
    label = groups_of(len(points), (pairs[:, 0], pairs[:, 1]))
    known = cKDTree(np.array([w.at for w in ways])) if ways else None
    out = []
    order = np.argsort(label, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        own = points[part]
        if len(own) < 5:
            continue
        centre = own.mean(axis=0)
        x, y = (own - centre).T
        # The longer axis of the cloud of points: half the angle of its second moments.
        turn = 0.5 * math.atan2(2.0 * float(x @ y), float(x @ x) - float(y @ y))
        axis = np.array([math.cos(turn), math.sin(turn)])
        normal = np.array([-axis[1], axis[0]])
        along, across = x * axis[0] + y * axis[1], x * normal[0] + y * normal[1]
        length, thick = float(np.ptp(along)) + 0.1, float(np.ptp(across))
        if not 0.4 < length < longest or thick > thickest or thick > 0.6 * length:
            continue
        middle = (
            centre + axis * 0.5 * float(along.max() + along.min()) + normal * 0.5 * float(across.max() + across.min())
        )
        if known is not None and any(
            float(np.hypot(*(ways[k].at - middle))) < 0.45 * (ways[k].width + length)
            for k in known.query_ball_point(middle, 0.5 * length + 3.0)
        ):
            continue
        base = middle - 0.5 * length * axis
        near = walls.around([middle], length + 1.0)[0]
        outer = np.stack([base - 0.2 * axis, base + (length + 0.2) * axis])
        if not near.besides(outer, np.stack([axis, axis]), np.array([0.32, 0.32])).any():
            continue
        shape = replace(_doorway(base, axis, length, near, (), kind), sure=2.5)
        if kind == "window":  # glazing closes its own gap
            shape = replace(shape, seals=np.zeros((0, 4)))
        out.append(shape)
    return out


def gap_doorway(gap: Gap, kind: str, source: str, sure: float) -> Doorway:
    """A gap found by geometry as a doorway of the kind that its evidence says."""
    half = 0.5 * gap.width * gap.axis
    return Doorway(gap.at - half, gap.at + half, gap.wall, gap.lines, (), (), kind, source, sure)
