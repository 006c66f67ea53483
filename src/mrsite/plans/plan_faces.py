"""Which faces are of a plan: not those of sections and elevations, nor what lies around a whole plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.plans.leaves import Doorway
from mrsite.plans.segments import Bools
from mrsite.plans.views import Clusters


def plan_faces(
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


def sheet_frames(faces: Sequence[Any], ways: Sequence[Doorway], joins: Sequence[tuple[int, int]]) -> Bools:
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
