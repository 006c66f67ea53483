"""Walls that moved, appeared or vanished: stretches of face that only one drawing shows, gathered to walls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mrsite.plans.drawing import Array, Ints
from mrsite.plans.plan import Point
from mrsite.plans.revision.edits import ALONE, Edit, Kind, millimetres
from mrsite.plans.revision.lines import Lines
from mrsite.plans.segments import groups_of

#: Shorter stretches are ends and corners of walls, told with the wall that made them, m.
_FACE_M = 0.45
#: Faces nearer than this may belong to one wall, m.
_THICK_M = 0.65
#: A wall goes on behind a door or another wall, m.
_BREAK_M = 1.8
#: A wall farther away is another wall, m.
_FAR_M = 6.0
#: About a moved or new wall, its neighbours' ends are its doing, m.
_ROUND_M = 0.15


@dataclass(frozen=True, eq=False)
class _Wall:
    """Faces of one wall: direction, extent along it and aside of it, and its faces."""

    u: Array
    along: tuple[float, float]
    aside: tuple[float, float]
    faces: Array

    @property
    def length(self) -> float:
        return self.along[1] - self.along[0]

    @property
    def middle(self) -> float:
        return 0.5 * (self.aside[0] + self.aside[1])

    @property
    def single(self) -> bool:
        return self.aside[1] - self.aside[0] < 0.04

    def shape(self) -> Any:
        import shapely

        return shapely.multilinestrings(shapely.linestrings(self.faces))


@dataclass(frozen=True, eq=False)
class WallMove:
    """A wall that moved: where it was and is, and by what vector (m, in the new drawing)."""

    edit: Edit
    swept: Any
    vector: Point


def wall_edits(old: Lines, new: Lines, openings: Any) -> tuple[list[Edit], list[WallMove], Any]:
    """Compare two sets of wall lines that lie on one another.

    Parameters
    ----------
    old, new : Lines
        Wall faces; those of the old drawing moved onto the new one.
    openings : shapely geometry
        Doors, windows and openings of both drawings with their reveals: what is compared as such.

    Returns
    -------
    edits, moves, explained
        Edits; those of them that are moves of a wall; and the area within which lines differ because of them.
    """
    import shapely

    gone, come = _stretches(old, new, openings), _stretches(new, old, openings)
    walls_gone, walls_come = _walls(_long(gone)), _walls(_long(come))
    pairs = _paired(walls_gone, walls_come, math.radians(3), _FAR_M)
    edits, moves = [], []
    for a, b in pairs:
        vector = _vector(walls_gone[a], walls_come[b], old, new)
        moves.append(_moved(walls_gone[a], walls_come[b], vector))
    swept = shapely.union_all([m.swept for m in moves])
    rest_gone = [w for a, w in enumerate(walls_gone) if a not in {p for p, _ in pairs} and not _inside(w, swept)]
    rest_come = [w for b, w in enumerate(walls_come) if b not in {q for _, q in pairs} and not _inside(w, swept)]
    turned = _paired(rest_gone, rest_come, math.radians(40), 1.5)
    for a, b in turned:
        moves.append(_moved(rest_gone[a], rest_come[b], (0.0, 0.0)))
    swept = shapely.union_all([m.swept for m in moves])
    edits += [m.edit for m in moves]
    alone: list[Any] = []
    left = ((rest_gone, {p for p, _ in turned}), (rest_come, {q for _, q in turned}))
    for (kind, words), (walls, taken) in zip(ALONE, left, strict=True):
        for k, wall in enumerate(walls):
            if k not in taken and not _inside(wall, swept):
                alone.append(shapely.convex_hull(wall.shape()).buffer(_ROUND_M))
                what = f"a wall of {wall.length:.2f} m"
                edits.append(_alone(kind, "wall", what, words, wall.shape(), _centre(wall)))
    explained = shapely.union_all([swept, *alone])
    edits += _columns(_short(gone), _short(come), explained)
    return edits, moves, explained


def _stretches(mine: Lines, other: Lines, openings: Any) -> Array:
    import shapely

    pieces, _ = mine.uncovered(other)
    if not len(pieces):
        return pieces
    parts = shapely.get_parts(shapely.difference(shapely.linestrings(pieces), openings))
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0.06)]
    return np.array([np.asarray(p.coords)[[0, -1]] for p in parts]).reshape(-1, 2, 2)


def _lengths(pieces: Array) -> Array:
    d = pieces[:, 1] - pieces[:, 0]
    return np.asarray(np.hypot(d[:, 0], d[:, 1]))


def _long(pieces: Array) -> Array:
    return pieces[_lengths(pieces) >= _FACE_M]


def _short(pieces: Array) -> Array:
    return pieces[_lengths(pieces) < _FACE_M]


def _walls(faces: Array) -> list[_Wall]:
    """Gather parallel faces side by side, and those that go on behind an opening, to walls."""
    n = len(faces)
    if not n:
        return []
    length = _lengths(faces)
    u = (faces[:, 1] - faces[:, 0]) / length[:, None]
    pairs: list[tuple[Ints, Ints]] = []
    for i in range(n):
        cross = np.abs(u[i, 0] * u[:, 1] - u[i, 1] * u[:, 0])
        d = faces - faces[i, 0]
        t = np.sort(d @ u[i], axis=1)
        aside = np.abs((d @ np.array([-u[i, 1], u[i, 0]])).mean(axis=1))
        overlap = np.minimum(t[:, 1], length[i]) - np.maximum(t[:, 0], 0.0)
        beside = (aside <= _THICK_M) & (overlap > 0.5 * np.minimum(length[i], length))
        onward = (aside <= 0.03) & (overlap > -_BREAK_M)
        same = np.flatnonzero((cross < 0.05) & (beside | onward))
        pairs.append((np.full(len(same), i, dtype=np.int64), same))
    group = groups_of(n, (np.concatenate([p for p, _ in pairs]), np.concatenate([q for _, q in pairs])))
    walls = [_wall(faces[group == g], length[group == g]) for g in range(int(group.max()) + 1)]
    return sorted(walls, key=lambda w: -w.length)


def _wall(faces: Array, length: Array) -> _Wall:
    longest = faces[int(np.argmax(length))]
    u = (longest[1] - longest[0]) / np.hypot(*(longest[1] - longest[0]))
    if u[0] < -1e-9 or (abs(u[0]) <= 1e-9 and u[1] < 0):
        u = -u
    t, s = faces @ u, (faces @ np.array([-u[1], u[0]])).mean(axis=1)
    return _Wall(u, (float(t.min()), float(t.max())), (float(s.min()), float(s.max())), faces)


def _paired(gone: Sequence[_Wall], come: Sequence[_Wall], angle: float, far: float) -> list[tuple[int, int]]:
    """Pair walls that are each other's move: parallel, side by side, of like length, the nearest first."""
    rank = []
    for a, w in enumerate(gone):
        for b, v in enumerate(come):
            if abs(w.u[0] * v.u[1] - w.u[1] * v.u[0]) > math.sin(angle):
                continue
            t, s = v.faces @ w.u, v.faces @ np.array([-w.u[1], w.u[0]])
            overlap = min(w.along[1], float(t.max())) - max(w.along[0], float(t.min()))
            off = abs(float(s.mean()) - w.middle)
            if off <= far and overlap > 0.5 * min(w.length, v.length) and overlap > 0.3 * max(w.length, v.length):
                rank.append((off + 0.5 * abs(w.length - v.length), a, b))
    out: list[tuple[int, int]] = []
    for _, a, b in sorted(rank):
        if all(a != p and b != q for p, q in out):
            out.append((a, b))
    return out


def _vector(was: _Wall, now: _Wall, old: Lines, new: Lines) -> Point:
    """How far a wall moved, aside of its run; a wall that moved by its own thickness keeps one line where it was."""
    n = np.array([-was.u[1], was.u[0]])
    off = float((now.faces @ n).mean()) - was.middle
    if was.single and now.single:
        between = _common_between(was, n, off, old, new)
        if between is not None:
            off = off - between
    return float(off * n[0]), float(off * n[1])


def _common_between(was: _Wall, n: Array, off: float, old: Lines, new: Lines) -> float | None:
    """Distance from a lost face to a line that both drawings show between it and its new place."""
    import shapely

    face = was.faces[int(np.argmax(_lengths(was.faces)))]
    middle = face.mean(axis=0)
    ray = shapely.LineString([middle, middle + off * n])
    places = []
    for lines in (old, new):
        near = lines.tree.query(ray, predicate="intersects")
        d = lines.segments[near, 1] - lines.segments[near, 0]
        parallel = np.abs(d[:, 0] * was.u[1] - d[:, 1] * was.u[0]) < 0.05 * lines.length[near]
        s = (lines.segments[near[parallel], 0] - middle) @ n
        places.append(s[(np.abs(s) > 0.03) & (np.abs(s) < abs(off) - 0.03)])
    if len(places[0]) != 1 or len(places[1]) != 1 or abs(places[0][0] - places[1][0]) > 0.02:
        return None
    return float(places[0][0])


def _moved(was: _Wall, now: _Wall, vector: Point) -> WallMove:
    import shapely

    at, to = _centre(was), _centre(now)
    both = shapely.multilinestrings(shapely.linestrings(np.concatenate([was.faces, now.faces])))
    by = math.hypot(*vector)
    how = f"moved by {millimetres(by)}" if by else "was turned"
    face = "one face of a wall" if was.single != now.single or (was.single and now.single and by < 0.3) else "a wall"
    length = max(was.length, now.length)
    said = f"{face} of {length:.2f} m at ({at[0]:.2f}, {at[1]:.2f}) {how} to ({to[0]:.2f}, {to[1]:.2f})"
    edit = Edit("moved", "wall", f"wall at ({at[0]:.2f}, {at[1]:.2f})", said, both, at, to)
    return WallMove(edit, shapely.convex_hull(both).buffer(_ROUND_M), vector)


def _centre(wall: _Wall) -> Point:
    weights = _lengths(wall.faces)
    x, y = np.average(wall.faces.mean(axis=1), axis=0, weights=weights).tolist()
    return x, y


def _inside(wall: _Wall, area: Any) -> bool:
    shape = wall.shape()
    return bool(shape.intersection(area).length > 0.85 * shape.length)


def _columns(gone: Array, come: Array, explained: Any) -> list[Edit]:
    """Short stretches that no wall explains, gathered to columns and piers: a ring of them is one."""
    import shapely

    found: dict[str, list[Any]] = {}
    for key, pieces in (("vanished", gone), ("appeared", come)):
        lines = shapely.linestrings(pieces) if len(pieces) else np.zeros(0, dtype=object)
        lines = lines[~shapely.intersects(lines, explained)] if len(lines) else lines
        blobs = shapely.get_parts(shapely.union_all(shapely.buffer(lines, 0.05))) if len(lines) else []
        found[key] = []
        for blob in blobs:
            mine = lines[shapely.intersects(lines, blob)]
            if shapely.length(mine).sum() >= 0.6:
                found[key].append(shapely.union_all(mine))
    edits = []
    for shape in list(found["vanished"]):
        near = [s for s in found["appeared"] if s.centroid.distance(shape.centroid) < 1.5
                and abs(s.length - shape.length) < 0.3 * shape.length]  # fmt: skip
        if near:
            now = min(near, key=lambda s: s.centroid.distance(shape.centroid))
            found["vanished"].remove(shape)
            found["appeared"].remove(now)
            at, to = _point(shape), _point(now)
            said = f"a column or pier at ({at[0]:.2f}, {at[1]:.2f}) moved by {millimetres(math.dist(at, to))}"
            edits.append(Edit("moved", "column", f"column at ({at[0]:.2f}, {at[1]:.2f})", said, now, at, to))
    for kind, words in ALONE:
        for shape in found[kind]:
            edits.append(_alone(kind, "column", "a column or pier", words, shape, _point(shape)))
    return edits


def _alone(kind: Kind, what: str, called: str, words: str, shape: Any, at: Point) -> Edit:
    place = f"({at[0]:.2f}, {at[1]:.2f})"
    old_at, new_at = (at, None) if kind == "vanished" else (None, at)
    return Edit(kind, what, f"{what} at {place}", f"{called} at {place} {words}", shape, old_at, new_at)


def _point(shape: Any) -> Point:
    return float(shape.centroid.x), float(shape.centroid.y)
