"""Stairs, lifts and grid lines: what storeys can be laid on one another by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mrsite.plans.drawing import TYPE_ID, Array, Drawing
from mrsite.plans.layers import classify_name
from mrsite.plans.plan import Fixture, GridLine, Room
from mrsite.plans.segments import directions, distinct, groups_of
from mrsite.plans.shape import flights
from mrsite.plans.tags import TagText, guess_use

# Lines of one stair lie nearer to each other than this (m).
_STAIR_GAP = 0.45


def find_stairs(drawing: Drawing, kinds: Sequence[str], scale: float, origin: Array) -> tuple[Fixture, ...]:
    """Find flights: even rows of parallel lines, on stair layers or of a stair's shape elsewhere."""
    kind = np.array(kinds, dtype=object)
    if not len(kind):
        return ()
    of = kind[drawing.owner]
    straight = drawing.strokes[:, 4] == 0
    use = straight & np.isin(of, ["stair", "zero", "unknown"])
    seg = drawing.strokes[use, :4] * scale
    named = of[use] == "stair"
    keep = distinct(seg)
    seg, named = seg[keep], named[keep]
    if len(seg) < 5:
        return ()
    steps = flights(seg)
    seg, named = seg[steps], named[steps]
    if len(seg) < 5:
        return ()
    label = _near_groups(seg, _STAIR_GAP)
    out = []
    for g in range(int(label.max()) + 1):
        own = seg[label == g]
        if len(own) < 5:
            continue
        xy = own.reshape(-1, 2) + origin
        lo, hi = xy.min(axis=0), xy.max(axis=0)
        on_layer = bool(named[label == g].mean() > 0.5)
        out.append(
            Fixture(
                "stair",
                (float(lo[0] + hi[0]) / 2, float(lo[1] + hi[1]) / 2),
                (float(lo[0]), float(lo[1]), float(hi[0]), float(hi[1])),
                "confirmed" if on_layer else "proposed",
                f"{len(own)} step lines" + (" on a stair layer" if on_layer else ""),
            )
        )
    return tuple(sorted(out, key=lambda f: f.extent))


def _near_groups(seg: Array, gap: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    from shapely import STRtree, linestrings

    lines = linestrings(seg.reshape(-1, 2, 2))
    i, j = STRtree(lines).query(lines, predicate="dwithin", distance=gap)
    return groups_of(len(seg), (i, j))


def find_lifts(drawing: Drawing, rooms: Sequence[Room], scale: float, origin: Array) -> tuple[Fixture, ...]:
    """Lifts: rooms whose label says so, and lift blocks."""
    out = []
    for room in rooms:
        guess = guess_use(room.name)
        if guess is not None and guess[0] == "lift" and room.area_m2 < 20:
            x0, y0, x1, y1 = room.polygon.bounds
            out.append(
                Fixture(
                    "lift",
                    ((x0 + x1) / 2, (y0 + y1) / 2),
                    (x0, y0, x1, y1),
                    room.status,
                    f"label {guess[3]!r}",
                    room.storey,
                )
            )
    for placed in drawing.inserts:
        kind, score, _ = classify_name(placed.name)
        if kind != "lift" or score < 0.8 or placed.last <= placed.first:
            continue
        a, b = np.searchsorted(drawing.owner, placed.first), np.searchsorted(drawing.owner, placed.last)
        if b <= a:
            continue
        xy = drawing.strokes[a:b, :4].reshape(-1, 2) * scale + origin
        lo, hi = xy.min(axis=0), xy.max(axis=0)
        if not 0.6 < float((hi - lo).max()) < 6:
            continue
        at = (float(lo[0] + hi[0]) / 2, float(lo[1] + hi[1]) / 2)
        if all(math.dist(f.at, at) > 1.0 for f in out):
            out.append(
                Fixture(
                    "lift",
                    at,
                    (float(lo[0]), float(lo[1]), float(hi[0]), float(hi[1])),
                    "proposed",
                    f"block {placed.name}",
                )
            )
    return tuple(out)


def find_grid(
    drawing: Drawing, kinds: Sequence[str], scale: float, origin: Array, texts: Sequence[TagText]
) -> tuple[GridLine, ...]:
    """Find the lines that end at a bubble, named by the text in it.

    Parameters
    ----------
    texts : sequence of TagText
        All short texts, attributes included, in local metres.
    """
    from scipy.spatial import cKDTree

    circle = np.flatnonzero(drawing.ent_type == TYPE_ID["CIRCLE"])
    names = [t for t in texts if 0 < len(t.text.strip()) <= 4 and "\n" not in t.text.strip()]
    if not len(circle) or not names:
        return ()
    kind = np.array(kinds, dtype=object)
    first = np.searchsorted(drawing.owner, circle)
    s = drawing.strokes[first] * scale
    centre, radius = 0.5 * (s[:, :2] + s[:, 2:4]), 0.5 * np.hypot(s[:, 2] - s[:, 0], s[:, 3] - s[:, 1])
    tree = cKDTree(np.array([t.at for t in names]))
    distance, which = tree.query(centre)
    bubble = (distance < 0.7 * radius) & (radius > 0.08) & (radius < 3.0)
    centre, radius, which = centre[bubble], radius[bubble], which[bubble]
    if not len(centre):
        return ()
    allowed = np.isin(kind, ["grid", "zero", "unknown", "dimension", "label"])
    use = (drawing.strokes[:, 4] == 0) & allowed[drawing.owner]
    seg = drawing.strokes[use, :4] * scale
    _, length = directions(seg)
    seg = seg[length > 2.0]
    bubbles = cKDTree(centre)
    found: dict[str, tuple[float, GridLine]] = {}
    for a, b in ((seg[:, :2], seg[:, 2:]), (seg[:, 2:], seg[:, :2])):
        for p, q in zip(a, b, strict=True):
            d, j = bubbles.query(p)
            toward = float(np.dot(p - centre[j], q - p))
            if d < 1.35 * radius[j] + 0.02 and toward > 0.9 * d * float(np.hypot(*(q - p))):
                name = names[int(which[j])].text.strip()
                line = GridLine(name, (_point(p, origin), _point(q, origin)))
                size = float(np.hypot(*(q - p)))
                if name not in found or size > found[name][0]:
                    found[name] = (size, line)
    return tuple(line for _, line in sorted(found.values(), key=lambda f: f[1].name))


def _point(p: Array, origin: Array) -> tuple[float, float]:
    return float(p[0] + origin[0]), float(p[1] + origin[1])
