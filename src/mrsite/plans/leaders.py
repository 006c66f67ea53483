"""Leader lines: from a tag that stands beside its room into the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing
from mrsite.plans.rooms import locate
from mrsite.plans.tags import Tag


def leader_lines(drawing: Drawing, kinds: Sequence[str], scale: float) -> Array:
    """First and last point of each open line that may lead from a tag to its room, m; column 4 is 1 on a text layer."""
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


def follow_leaders(inside: dict[int, list[Tag]], loose: Sequence[Tag], leaders: Array, faces: Sequence[Any]) -> int:
    """Bring tags that stand outside their room into it along a leader line; returns how many.

    A leader starts at a tag and ends in a face that has no tag. A tag standing in another room's
    face is moved only where that face has a tag of its own.

    Parameters
    ----------
    inside : mapping
        Tags by face; changed in place.
    loose : sequence of Tag
        Tags in no face.
    leaders : (n, 5), m
        First and last point of each open line; then 1 where it is a leader or on a text layer.
    """
    from scipy.spatial import cKDTree

    crowded = [(f, t) for f, tags in inside.items() if len(tags) > 1 for t in tags if t.name or t.number]
    movable: list[tuple[int, Tag]] = [(-1, t) for t in loose if len(t.name) > 2] + crowded
    if not movable or not len(leaders):
        return 0
    ends = np.vstack([leaders[:, :2], leaders[:, 2:4]])
    other = np.vstack([leaders[:, 2:4], leaders[:, :2]])
    sure = np.tile(leaders[:, 4] > 0, 2)
    lands = locate(other, faces)
    tree = cKDTree(ends)
    moved = 0
    for face, tag in movable:
        best: tuple[float, int] | None = None
        for text, p in zip(tag.texts, tag.points, strict=False):
            half = 0.4 * tag.height * len(text)
            for k in tree.query_ball_point(p, half + 3.0 * tag.height):
                to = int(lands[k])
                if to < 0 or to == face or inside.get(to) or (face >= 0 and not sure[k]):
                    continue
                d = float(np.hypot(*(ends[k] - np.array(p))))
                if best is None or d < best[0]:
                    best = (d, to)
        if best is not None:
            inside[best[1]] = [tag]
            moved += 1
            if face >= 0:
                inside[face] = [t for t in inside[face] if t is not tag]
    return moved
