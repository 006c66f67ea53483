"""From line work to rooms and doors: the steps in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mrsite.plans.barriers import Barriers, choose_barriers
from mrsite.plans.door_numbers import DoorText, number_doors
from mrsite.plans.drawing import Array, Drawing
from mrsite.plans.faces import enclosed_faces, sort_faces
from mrsite.plans.gaps import Gap, find_gaps
from mrsite.plans.leaves import Doorway, doorways, gap_doorway, panel_doorways
from mrsite.plans.nearby import WallFinder
from mrsite.plans.plan import Cull, LayerDecision
from mrsite.plans.recesses import rejoin
from mrsite.plans.rooms import Space, assign_tags, follow_leaders, locate, make_spaces, prefer_layers, tell_of_suites
from mrsite.plans.segments import connectors
from mrsite.plans.swings import Swing, find_swings
from mrsite.plans.tags import TagText
from mrsite.plans.views import Clusters, cluster

# A wall gap without a door is closed for the reading of rooms only where it is as narrow as a door.
DOORLESS_M = 1.35
GAP_DRAWN_M = 0.035


@dataclass(frozen=True, eq=False)
class Reading:
    """What the line work gave, in local metres."""

    spaces: tuple[Space, ...]
    doorways: tuple[Doorway, ...]
    joins: tuple[tuple[int, int], ...]
    swing_side: tuple[int, ...]
    walls: Array
    clusters: Clusters
    plan_views: tuple[bool, ...]
    view_reason: tuple[str, ...]
    culls: tuple[Cull, ...]
    repaired: tuple[str, ...]
    mode: str


def read_spaces(
    drawing: Drawing,
    decisions: Sequence[LayerDecision],
    kinds: Sequence[str],
    scale: float,
    texts: Sequence[TagText],
    numbers: Sequence[DoorText] = (),
    window: tuple[float, float, float, float] | None = None,
) -> Reading:
    """Find rooms, doors, windows and openings.

    Parameters
    ----------
    drawing : Drawing
    decisions, kinds : sequences
        Layer decisions, and the kind of each entity.
    scale : float
        Metres a drawing unit.
    texts : sequence of TagText
        In local metres.
    numbers : sequence of DoorText
        What may number doors, in local metres.
    window : (x0, y0, x1, y1), optional
        In local metres.
    """
    swings = find_swings(drawing, kinds, scale)
    leaders = leader_lines(drawing, kinds, scale)
    best: Reading | None = None
    for barriers in choose_barriers(drawing, kinds, scale, swings, texts, window):
        reading = _read(barriers, swings, texts, numbers, decisions, window, leaders)
        if best is None or _worth(reading, texts) > _worth(best, texts):
            best = reading
    assert best is not None
    return best


def _worth(r: Reading, texts: Sequence[TagText]) -> float:
    """How well a reading explains the drawing: labelled rooms, areas that agree, doors that join two spaces."""
    score = 0.0
    for s in r.spaces:
        score += (
            (2.0 if s.labelled else 0.3)
            + (2.0 if s.status == "confirmed" else 0.0)
            - (0.7 if s.status == "withheld" else 0.0)
        )
    score += sum(1.0 for a, b in r.joins if a != b)
    return score


def _read(
    barriers: Barriers,
    swings: Sequence[Swing],
    texts: Sequence[TagText],
    numbers: Sequence[DoorText],
    decisions: Sequence[LayerDecision],
    window: tuple[float, float, float, float] | None,
    leaders: Array,
) -> Reading:
    walls, closed = barriers.walls, barriers.closed
    finder = WallFinder(closed)
    found, rejected = doorways(swings, finder)
    gaps, abutments = find_gaps(walls, closed)
    ways, wide = _merge(found, gaps, barriers)
    ways += panel_doorways(barriers.door_points, ways, finder)
    ways += [
        replace(w, source=f"{barriers.glazing_from} in a wall")
        for w in panel_doorways(barriers.window_points, ways, finder, "window")
    ]
    ways, taken = number_doors(ways, numbers)
    texts = [t for t in texts if t.at not in taken]
    seals = np.vstack([abutments, *(w.seals for w in ways)])
    lines = np.vstack([closed, seals])
    reach = np.concatenate([np.full(len(closed), GAP_DRAWN_M), np.full(len(seals), 0.16)])
    joints = connectors(lines, reach)
    faces, small, thin = sort_faces(enclosed_faces(np.vstack([lines, joints])))
    faces = [f.simplify(0.0005) for f in faces]
    if window is not None:
        from shapely import box

        frame = box(*window)
        faces = [f for f in faces if f.intersection(frame).area > 0.5 * f.area]
    culls = [Cull("faces", len(thin), "the inside of walls")] if thin else []
    if small:
        culls.append(Cull("faces", len(small), "smaller than 0.55 m2: columns, shafts, ducts"))
    if wide:
        culls.append(Cull("gaps in walls", wide, f"wider than {DOORLESS_M} m and without a door: left open"))
    if rejected:
        culls.append(Cull("swings", len(rejected), "no wall near hinge and strike: furniture or cupboard doors"))
    clusters = cluster(closed)
    label_layers = frozenset(i for i, d in enumerate(decisions) if d.kind in ("label", "area"))
    inside, loose = assign_tags(texts, faces)
    moved = follow_leaders(inside, loose, leaders, faces)
    inside = prefer_layers(inside, label_layers)
    joins, side = _join(ways, faces)
    whole, to_face = rejoin(faces, inside, ways, joins)
    recesses = len(faces) - len(whole)
    if recesses:
        inside = {to_face[f]: tags for f, tags in inside.items()}
        faces = whole
        joins, side = _join(ways, faces)
    keep, plan_views, reasons = _plan_faces(faces, inside, ways, clusters)
    frames = _sheet_frames(faces, ways, joins)
    if frames.any():
        culls.append(Cull("faces", int(frames.sum()), "around whole plans: sheet frames and site boundaries"))
        keep = [bool(k and not f) for k, f in zip(keep, frames, strict=True)]
    if not all(keep):
        culls.append(Cull("faces", int(len(keep) - sum(keep)), "in views that are no plans"))
    index = np.cumsum(keep) - 1
    faces = [f for f, k in zip(faces, keep, strict=True) if k]
    inside = {int(index[f]): tags for f, tags in inside.items() if keep[f]}
    joins = [
        (int(index[a]) if a >= 0 and keep[a] else -1, int(index[b]) if b >= 0 and keep[b] else -1) for a, b in joins
    ]
    side = [int(index[a]) if a >= 0 and keep[a] else a if a < 0 else -1 for a in side]
    doors_at = np.zeros(len(faces), dtype=np.int64)
    for w, (a, b) in zip(ways, joins, strict=True):
        if a != b and w.kind not in ("window", "opening"):
            for f in (a, b):
                if f >= 0:
                    doors_at[f] += 1
    spaces, more = make_spaces(faces, inside, doors_at)
    number = {id(s.polygon): i for i, s in enumerate(spaces)}
    to = np.array([number.get(id(f), -2) for f in faces] + [-1], dtype=np.int64)
    kept_ways, kept_joins, kept_side, same, outside = [], [], [], 0, 0
    for w, (a, b), s in zip(ways, joins, side, strict=True):
        pair = (int(to[a]), int(to[b]))
        if pair[0] == pair[1] and pair[0] >= 0:
            same += 1
            continue
        if pair[0] < 0 and pair[1] < 0:
            outside += 1
            continue
        kept_ways.append(w)
        kept_joins.append((max(pair[0], -1), max(pair[1], -1)))
        kept_side.append(int(to[s]) if s >= 0 else s)
    spaces = tell_of_suites(spaces, kept_joins)
    if same:
        culls.append(Cull("doors and openings", same, "both sides are one space"))
    if outside:
        culls.append(Cull("doors and openings", outside, "no room on either side"))
    repaired_tags: tuple[str, ...] = ()
    if moved:
        repaired_tags = (f"{moved} room tags outside their room were brought in along their leader lines",)
    if recesses:
        repaired_tags += (f"{recesses} unnamed recesses joined to the room they open into without a door",)
    repaired = (
        (f"{len(joints)} gaps in the line work closed (up to {GAP_DRAWN_M * 1000:.0f} mm, at openings up to 160 mm)",)
        if len(joints)
        else ()
    )
    return Reading(
        tuple(spaces),
        tuple(kept_ways),
        tuple(kept_joins),
        tuple(kept_side),
        walls,
        clusters,
        tuple(plan_views),
        tuple(reasons),
        tuple(culls + more),
        repaired + repaired_tags,
        barriers.mode,
    )


def _merge(found: Sequence[Doorway], gaps: Sequence[Gap], barriers: Barriers) -> tuple[list[Doorway], int]:
    """Put swings and gaps together; decide by evidence what each gap without a swing is."""
    from scipy.spatial import cKDTree

    ways = list(found)
    centres = cKDTree(np.array([w.at for w in found])) if found else None
    doors = cKDTree(barriers.door_points) if len(barriers.door_points) else None
    windows = cKDTree(barriers.window_points) if len(barriers.window_points) else None
    wide = 0
    for g in gaps:
        if centres is not None and any(
            abs(float((found[k].at - g.at) @ g.axis)) < 0.5 * (found[k].width + g.width) * 0.6
            and abs(float((found[k].at - g.at) @ np.array([-g.axis[1], g.axis[0]]))) < 0.45
            and abs(float(found[k].axis @ g.axis)) > 0.7
            for k in centres.query_ball_point(g.at, 0.6 * g.width + 0.5)
        ):
            continue
        has_door = doors is not None and _in_gap(doors, g) > 0.2 * g.width
        has_window = windows is not None and _in_gap(windows, g) > 0.5 * g.width
        if has_window:
            ways.append(gap_doorway(g, "window", f"{barriers.glazing_from} in a wall gap", 2.0))
        elif has_door and g.facing and g.width < 4.2:
            ways.append(gap_doorway(g, "sliding", "door line work in a wall gap, no swing", 2.0))
        elif g.width <= DOORLESS_M and (g.facing or (g.width <= 1.15 and len(g.lines) >= 2)):
            ways.append(
                gap_doorway(g, "opening", "wall ends facing each other, no door drawn", 1.0 if g.facing else 0.5)
            )
        else:
            wide += 1
    return ways, wide


def _in_gap(tree: Any, g: Gap) -> float:
    """Length of line work (sampled every 0.1 m) that lies in the gap."""
    k = tree.query_ball_point(g.at, 0.5 * g.width + 0.5 * g.wall + 0.3)
    if not k:
        return 0.0
    rel = tree.data[k] - g.at
    along = np.abs(rel @ g.axis)
    aside = np.abs(rel @ np.array([-g.axis[1], g.axis[0]]))
    return 0.1 * float(((along < 0.5 * g.width + 0.02) & (aside < 0.5 * g.wall + 0.12)).sum())


def _join(ways: Sequence[Doorway], faces: Sequence[Any]) -> tuple[list[tuple[int, int]], list[int]]:
    """Which faces each way joins, and into which one its leaves swing (-1 outside, -9 unknown)."""
    if not ways:
        return [], []
    start, end = np.array([w.start for w in ways]), np.array([w.end for w in ways])
    along = end - start
    axis = along / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)[:, None]
    normals = np.column_stack([-axis[:, 1], axis[:, 0]])
    half = 0.5 * np.array([w.wall for w in ways])
    depth = half[:, None] + np.array([0.10, 0.22, 0.40])
    aside = np.stack([depth, -depth], axis=1)[:, :, :, None] * normals[:, None, None, :]
    mid = start[:, None, :] + np.array([0.5, 0.3, 0.7])[None, :, None] * along[:, None, :]
    probes = (mid[:, None, None, :, :] + aside[:, :, :, None, :]).reshape(-1, 2)
    where = locate(probes, faces).reshape(len(ways), 2, 9).tolist()
    joins, sides = [], []
    for w, normal, found in zip(ways, normals, where, strict=True):
        a, b = _vote(found[0]), _vote(found[1])
        side = -9
        if w.swing_points:  # the side that the leaf sweeps to comes first
            toward = float((np.array(w.swing_points[0]) - w.at) @ normal)
            side = a if toward > 0 else b
            if side == b and a != b:
                a, b = b, a
        joins.append((a, b))
        sides.append(side)
    return joins, sides


def _vote(where: Sequence[int]) -> int:
    hits = [k for k in where if k >= 0]
    return max(set(hits), key=hits.count) if hits else -1


def _plan_faces(
    faces: Sequence[Any], tags: dict[int, Any], ways: Sequence[Doorway], clusters: Clusters
) -> tuple[list[bool], list[bool], list[str]]:
    """Keep the faces of views that show doors or room tags; others are sections, elevations, roofs."""
    n = len(clusters.items)
    if n == 0 or not faces:
        return [True] * len(faces), [True] * n, [""] * n
    middles = np.array([[f.representative_point().x, f.representative_point().y] for f in faces])
    of = clusters.of(middles)
    swings, areas, labels = np.zeros(n), np.zeros(n), np.zeros(n)
    hung = [w.at for w in ways if w.hinges]
    if hung:
        np.add.at(swings, clusters.of(np.array(hung)), 1)
    for f, mine in tags.items():
        labels[of[f]] += 1
        areas[of[f]] += any(t.area_m2 for t in mine)
    strong = (swings >= 1) | (areas >= 1)
    if strong.any():
        # A view with neither swings nor printed areas may still be a plan when it is full of labels.
        good = strong | ((labels >= 3) & (labels >= 0.5 * labels.max()) & (swings.max() == 0))
    elif (labels >= 1).any():
        good = labels >= 1
    else:
        size = np.array([c.length for c in clusters.items])
        good = np.ones(n, dtype=bool) if n == 1 else size >= 0.2 * size.max()
    reasons = ["" if g else "no door swings and no room labels" for g in good]
    return [bool(good[k]) for k in of], [bool(g) for g in good], reasons


def _sheet_frames(
    faces: Sequence[Any], ways: Sequence[Doorway], joins: Sequence[tuple[int, int]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Faces that lie around three and more others and that no door leads into from a room: frames, not rooms.

    A corridor around a core has doors on its inner side; the ground between a building and a sheet
    frame has only what leads out of doors.
    """
    import shapely

    out = np.zeros(len(faces), dtype=bool)
    holed = [i for i, f in enumerate(faces) if len(f.interiors)]
    if not holed:
        return out
    points = np.array([f.representative_point() for f in faces], dtype=object)
    tree = shapely.STRtree(points)
    for i in holed:
        hull = shapely.Polygon(faces[i].exterior)
        inner = [int(k) for k in tree.query(hull, predicate="contains") if k != i]
        if len(inner) < 3:
            continue
        within = sum(float(faces[k].area) for k in inner)
        inside = set(inner)
        doors = sum(
            1
            for w, (a, b) in zip(ways, joins, strict=True)
            if w.kind != "window" and ((a == i and b in inside) or (b == i and a in inside))
        )
        others = sum(1 for a, b in joins if a != b and a in inside and b in inside)
        out[i] = (doors <= 0.34 * max(others, 1) and faces[i].area > 0.5 * within) or faces[i].area > 4 * within
    return out


def leader_lines(drawing: Drawing, kinds: Sequence[str], scale: float) -> Array:
    """First and last point of each open line that may lead from a tag to its room, m; column 4 is 1 on a text layer."""
    from mrsite.plans.drawing import TYPE_ID

    kind = np.array(kinds, dtype=object)
    n = len(kind)
    if not n:
        return np.zeros((0, 5))
    sure = np.isin(kind, ["label", "area"]) | (drawing.ent_type == TYPE_ID["LEADER"])
    ok = sure | np.isin(kind, ["label", "zero", "unknown"])
    ok &= ~drawing.ent_closed
    first = np.searchsorted(drawing.owner, np.arange(n))
    last = np.searchsorted(drawing.owner, np.arange(n), side="right") - 1
    ok &= (last >= first) & (last - first < 6)
    index = np.flatnonzero(ok)
    out = np.hstack([drawing.strokes[first[index], :2], drawing.strokes[last[index], 2:4]]) * scale
    length = np.hypot(out[:, 2] - out[:, 0], out[:, 3] - out[:, 1])
    keep = (length > 0.4) & (length < 25)
    return np.hstack([out[keep], sure[index][keep, None].astype(np.float64)])


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
