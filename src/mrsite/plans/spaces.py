"""From line work to rooms and doors: the steps in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.plans.barriers import Barriers, choose_barriers
from mrsite.plans.door_numbers import DoorText, number_doors
from mrsite.plans.drawing import Array, Drawing, Ints
from mrsite.plans.faces import enclosed_faces, sort_faces
from mrsite.plans.leaders import follow_leaders, leader_lines
from mrsite.plans.leaves import Doorway
from mrsite.plans.plan import Cull, LayerDecision
from mrsite.plans.plan_faces import plan_faces, sheet_frames
from mrsite.plans.recesses import rejoin
from mrsite.plans.rooms import Space, assign_tags, make_spaces, prefer_layers, tell_of_suites
from mrsite.plans.segments import connectors
from mrsite.plans.swings import Swing, find_swings
from mrsite.plans.tags import Tag, TagText
from mrsite.plans.views import Clusters, cluster
from mrsite.plans.ways import find_ways, joined_faces

# Gaps in the line work that are closed: anywhere, and where the lines that shut an opening end.
GAP_DRAWN_M = 0.035
GAP_SEALED_M = 0.16


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


@dataclass(frozen=True, eq=False)
class _Faces:
    """What the closed walls enclose, the tags in it, and how doorways join it.

    Parameters
    ----------
    faces : sequence of shapely polygons
    tags : mapping
        Tags of a face by its index.
    joins : sequence of (a, b)
        Faces on the two sides of each doorway, -1 for outside.
    side : sequence of int
        Face that the leaves of each doorway swing into: -1 outside, -9 not known.
    """

    faces: list[Any]
    tags: dict[int, list[Tag]]
    joins: list[tuple[int, int]]
    side: list[int]


def _read(
    barriers: Barriers,
    swings: Sequence[Swing],
    texts: Sequence[TagText],
    numbers: Sequence[DoorText],
    decisions: Sequence[LayerDecision],
    window: tuple[float, float, float, float] | None,
    leaders: Array,
) -> Reading:
    ways, abutments, left = find_ways(barriers, swings)
    ways, taken = number_doors(ways, numbers)
    faces, joints, culls = _closed_faces(barriers.closed, abutments, ways, window)
    culls += left
    label_layers = frozenset(i for i, d in enumerate(decisions) if d.kind in ("label", "area"))
    tags, moved = _tags([t for t in texts if t.at not in taken], faces, leaders, label_layers)
    found, recesses = _whole_rooms(faces, tags, ways)
    clusters = cluster(barriers.closed)
    found, plan_views, reasons, others = _on_plans(found, ways, clusters)
    spaces, unlikely = make_spaces(found.faces, found.tags, _doors_at(found, ways))
    reading, unused = _used_ways(found, ways, spaces)
    return Reading(
        tuple(tell_of_suites(spaces, [j for _, j, _ in reading])),
        tuple(w for w, _, _ in reading),
        tuple(j for _, j, _ in reading),
        tuple(s for _, _, s in reading),
        barriers.walls,
        clusters,
        tuple(plan_views),
        tuple(reasons),
        tuple(culls + others + unused + unlikely),
        _repaired(joints, moved, recesses),
        barriers.mode,
    )


def _closed_faces(
    closed: Array, abutments: Array, ways: Sequence[Doorway], window: tuple[float, float, float, float] | None
) -> tuple[list[Any], int, list[Cull]]:
    """Close the walls at their openings and small gaps; return what they enclose, the gaps closed, the culls."""
    from shapely import box

    seals = np.vstack([abutments, *(w.seals for w in ways)])
    lines = np.vstack([closed, seals])
    joints = connectors(lines, np.concatenate([np.full(len(closed), GAP_DRAWN_M), np.full(len(seals), GAP_SEALED_M)]))
    faces, small, thin = sort_faces(enclosed_faces(np.vstack([lines, joints])))
    faces = [f.simplify(0.0005) for f in faces]
    if window is not None:
        frame = box(*window)
        faces = [f for f in faces if f.intersection(frame).area > 0.5 * f.area]
    culls = [Cull("faces", len(thin), "the inside of walls")] if thin else []
    if small:
        culls.append(Cull("faces", len(small), "smaller than 0.55 m2: columns, shafts, ducts"))
    return faces, len(joints), culls


def _tags(
    texts: Sequence[TagText], faces: Sequence[Any], leaders: Array, label_layers: frozenset[int]
) -> tuple[dict[int, list[Tag]], int]:
    """Put tags into faces; return them by face, and how many came along leader lines."""
    inside, loose = assign_tags(texts, faces)
    moved = follow_leaders(inside, loose, leaders, faces)
    return prefer_layers(inside, label_layers), moved


def _whole_rooms(faces: list[Any], tags: dict[int, list[Tag]], ways: Sequence[Doorway]) -> tuple[_Faces, int]:
    """Join recesses to their rooms; return the faces with what joins them, and how many recesses there were."""
    joins, side = joined_faces(ways, faces)
    whole, to_face = rejoin(faces, tags, ways, joins)
    recesses = len(faces) - len(whole)
    if recesses:
        tags = {to_face[f]: mine for f, mine in tags.items()}
        joins, side = joined_faces(ways, whole)
    return _Faces(whole if recesses else faces, tags, joins, side), recesses


def _on_plans(
    found: _Faces, ways: Sequence[Doorway], clusters: Clusters
) -> tuple[_Faces, list[bool], list[str], list[Cull]]:
    """Keep the faces of plans; say of each view whether it is one, why not, and what was left out."""
    keep, plan_views, reasons = plan_faces(found.faces, found.tags, ways, clusters)
    frames = sheet_frames(found.faces, ways, found.joins)
    culls = []
    if frames.any():
        culls.append(Cull("faces", int(frames.sum()), "around whole plans: sheet frames and site boundaries"))
        keep = [bool(k and not f) for k, f in zip(keep, frames, strict=True)]
    if not all(keep):
        culls.append(Cull("faces", int(len(keep) - sum(keep)), "in views that are no plans"))
    index = np.where(keep, np.cumsum(keep) - 1, -1).tolist()
    to = [*index, -1]  # outside stays outside
    return (
        _Faces(
            [f for f, k in zip(found.faces, keep, strict=True) if k],
            {index[f]: tags for f, tags in found.tags.items() if keep[f]},
            [(to[a], to[b]) for a, b in found.joins],
            [to[s] if s >= 0 else s for s in found.side],
        ),
        plan_views,
        reasons,
        culls,
    )


def _doors_at(found: _Faces, ways: Sequence[Doorway]) -> Ints:
    """How many doors lead into each face."""
    ends = [f for w, (a, b) in zip(ways, found.joins, strict=True) if a != b and w.hung for f in (a, b) if f >= 0]
    return np.bincount(np.array(ends, dtype=np.int64), minlength=len(found.faces))


def _used_ways(
    found: _Faces, ways: Sequence[Doorway], spaces: Sequence[Space]
) -> tuple[list[tuple[Doorway, tuple[int, int], int]], list[Cull]]:
    """Keep the ways that join a space to another or to outside, with the spaces they join and swing into."""
    number = {id(s.polygon): i for i, s in enumerate(spaces)}
    to = [*(number.get(id(f), -2) for f in found.faces), -1]
    used, same, outside = [], 0, 0
    for w, (a, b), s in zip(ways, found.joins, found.side, strict=True):
        pair = (to[a], to[b])
        if pair[0] == pair[1] and pair[0] >= 0:
            same += 1
        elif pair[0] < 0 and pair[1] < 0:
            outside += 1
        else:
            used.append((w, (max(pair[0], -1), max(pair[1], -1)), to[s] if s >= 0 else s))
    culls = [Cull("doors and openings", same, "both sides are one space")] if same else []
    if outside:
        culls.append(Cull("doors and openings", outside, "no room on either side"))
    return used, culls


def _repaired(joints: int, moved: int, recesses: int) -> tuple[str, ...]:
    """What was mended in the drawing, in words."""
    said = [
        (
            joints,
            f"{joints} gaps in the line work closed (up to {1000 * GAP_DRAWN_M:.0f} mm, "
            f"at openings up to {1000 * GAP_SEALED_M:.0f} mm)",
        ),
        (moved, f"{moved} room tags outside their room were brought in along their leader lines"),
        (recesses, f"{recesses} unnamed recesses joined to the room they open into without a door"),
    ]
    return tuple(words for count, words in said if count)
