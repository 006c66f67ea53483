"""Ways through walls: doors, windows and openings found, and the faces that each of them joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mrsite.plans.barriers import Barriers
from mrsite.plans.drawing import Array
from mrsite.plans.gaps import Gap, find_gaps
from mrsite.plans.leaves import Doorway, doorways, gap_doorway, panel_doorways
from mrsite.plans.nearby import WallFinder
from mrsite.plans.plan import Cull
from mrsite.plans.rooms import locate
from mrsite.plans.swings import Swing

# A wall gap without a door is closed for the reading of rooms only where it is as narrow as a door.
DOORLESS_M = 1.35


def find_ways(barriers: Barriers, swings: Sequence[Swing]) -> tuple[list[Doorway], Array, list[Cull]]:
    """Find doors by their swings, then openings by gaps in walls, then panels and panes standing in walls.

    Returns
    -------
    ways : list of Doorway
    abutments : (k, 4), m
        Lines that run wall ends on to what they stop just short of.
    culls : list of Cull
        Gaps left open and swings not believed.
    """
    finder = WallFinder(barriers.closed)
    found, rejected = doorways(swings, finder)
    gaps, abutments = find_gaps(barriers.walls, barriers.closed)
    ways, wide = _merge(found, gaps, barriers)
    ways += panel_doorways(barriers.door_points, ways, finder)
    ways += [
        replace(w, source=f"{barriers.glazing_from} in a wall")
        for w in panel_doorways(barriers.window_points, ways, finder, "window")
    ]
    culls = []
    if wide:
        culls.append(Cull("gaps in walls", wide, f"wider than {DOORLESS_M} m and without a door: left open"))
    if rejected:
        culls.append(Cull("swings", len(rejected), "no wall near hinge and strike: furniture or cupboard doors"))
    return ways, abutments, culls


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


def joined_faces(ways: Sequence[Doorway], faces: Sequence[Any]) -> tuple[list[tuple[int, int]], list[int]]:
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
