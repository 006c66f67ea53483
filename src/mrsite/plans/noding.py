"""Noding: segments cut at every place where others meet them, so that faces can be traced.

Snap rounding to a grid does this in general (Hobby, Comput. Geom. 13 (1999) 199-214) and is the
way out here; but drawn walls meet at few places, and cutting at those alone, again until nothing is
left to cut, takes half the time.
"""

from __future__ import annotations

import numpy as np

from mrsite.plans.drawing import Array, Ints
from mrsite.plans.segments import Bools, boxed_pairs, groups_of

# Cutting at a vertex that lies beside a line bends it, which may make a new meeting; it ends after two or three rounds.
ROUNDS = 8
# What is on a line before rounding is this near to it after, in grid steps: both ends and the point move by up to 0.71.
TOUCH = 1.5

# Two whole numbers below this make one key.
LARGEST = 2.0**31


def noded(segments: Array, grid: float) -> Array | None:
    """Cut segments at each other.

    Parameters
    ----------
    segments : (n, 4), m
    grid : float, m
        Ends are rounded to it, and what lies nearer than it to a line is on the line.

    Returns
    -------
    (k, 4) float64, m
        Each line once; two of them share nothing but ends. None where it did not come to rest.
    """
    base = np.tile(segments.reshape(-1, 2).min(axis=0), 2)
    rounded = np.round((segments - base) / grid)
    if rounded.max() >= LARGEST:
        return None
    pieces, fresh = _once(rounded, np.ones(len(rounded), dtype=bool))
    for _ in range(ROUNDS):
        pieces, fresh = _cut(pieces, fresh)
        if not fresh.any():
            return np.asarray(pieces * grid + base)
    return None


def _turned(pieces: Array) -> Array:
    """Each line from its lower left end."""
    swap = (pieces[:, 0] > pieces[:, 2]) | ((pieces[:, 0] == pieces[:, 2]) & (pieces[:, 1] > pieces[:, 3]))
    return np.asarray(np.where(swap[:, None], pieces[:, [2, 3, 0, 1]], pieces))


def _once(pieces: Array, fresh: Bools) -> tuple[Array, Bools]:
    """Each line once whichever way it runs, without those that are points; what was there before is not fresh."""
    pieces = _turned(pieces)
    line = (pieces[:, 0] != pieces[:, 2]) | (pieces[:, 1] != pieces[:, 3])
    pieces, fresh = pieces[line], fresh[line]
    order = np.lexsort((fresh, *pieces.T))
    pieces, fresh = pieces[order], fresh[order]
    first = np.ones(len(pieces), dtype=bool)
    first[1:] = (pieces[1:] != pieces[:-1]).any(axis=1)
    return pieces[first], fresh[first]


def _cut(pieces: Array, fresh: Bools) -> tuple[Array, Bools]:
    """One round: cut where a fresh piece meets another; returns all pieces and which of them are new."""
    moved = np.flatnonzero(fresh)
    j, i = boxed_pairs(pieces, pieces[moved], TOUCH)
    i = moved[i]
    keep = (i < j) | (~fresh[j] & (i != j))
    who, along, at, near = _meetings(pieces, i[keep], j[keep])
    cut = np.zeros(len(pieces), dtype=bool)
    cut[who] = True
    ends = np.flatnonzero(cut)
    # Each piece that is cut: its start, the cuts in their order, its end.
    piece = np.concatenate([ends, who, ends])
    place = np.vstack([pieces[ends, :2], at, pieces[ends, 2:]])
    order = np.lexsort((np.concatenate([np.full(len(ends), -np.inf), along, np.full(len(ends), np.inf)]), piece))
    piece, place = piece[order], place[order]
    parts = np.hstack([place[:-1], place[1:]])[piece[1:] == piece[:-1]]
    old = pieces[~cut]
    whole, shifted = _merged(np.vstack([old, parts]), near)
    return _once(whole, shifted | (np.arange(len(whole)) >= len(old)))


def _merged(pieces: Array, near: Array) -> tuple[Array, Bools]:
    """Make one of the places that nearly coincide, (x, y, x, y) a pair; returns the pieces and which of them moved."""
    if not len(near):
        return pieces, np.zeros(len(pieces), dtype=bool)
    place, index = np.unique(near.reshape(-1, 2), axis=0, return_inverse=True)
    pair = index.reshape(-1, 2)
    group = groups_of(len(place), (pair[:, 0], pair[:, 1]))
    _, first = np.unique(group, return_index=True)
    key = (place[:, 0] * 2.0 * LARGEST).astype(np.int64) + place[:, 1].astype(np.int64)
    ends = pieces.reshape(-1, 2)
    ask = (ends[:, 0] * 2.0 * LARGEST).astype(np.int64) + ends[:, 1].astype(np.int64)
    k = np.minimum(np.searchsorted(key, ask), len(key) - 1)
    hit = key[k] == ask
    to = np.where(hit[:, None], place[first][group[k]], ends)
    return to.reshape(-1, 4), (to != ends).any(axis=1).reshape(-1, 2).any(axis=1)


def _meetings(pieces: Array, i: Ints, j: Ints) -> tuple[Ints, Array, Array, Array]:
    """Where pairs of pieces meet off their ends: piece, distance along it, place; and the ends that nearly meet."""
    who, along, at, close = [], [], [], []
    touched = np.zeros(len(i), dtype=bool)
    for mine, other in ((i, j), (j, i)):
        a, b = pieces[mine, :2], pieces[mine, 2:]
        u = b - a
        length = np.hypot(u[:, 0], u[:, 1])
        u = u / length[:, None]
        for p in (pieces[other, :2], pieces[other, 2:]):
            r = p - a
            s, o = r[:, 0] * u[:, 0] + r[:, 1] * u[:, 1], np.abs(r[:, 0] * u[:, 1] - r[:, 1] * u[:, 0])
            near = (o <= TOUCH) & (s >= -TOUCH) & (s <= length + TOUCH)
            at_a, at_b = (p == a).all(axis=1), (p == b).all(axis=1)
            touched |= near
            off = near & ~at_a & ~at_b
            inside = off & (s > TOUCH) & (s < length - TOUCH)
            who.append(mine[inside])
            along.append(s[inside])
            at.append(p[inside])
            start = off & ~inside & (s <= TOUCH)
            close.append(np.hstack([p[start], a[start]]))
            stop = off & ~inside & ~start
            close.append(np.hstack([p[stop], b[stop]]))
    cross = ~touched
    a, c = pieces[i[cross], :2], pieces[j[cross], :2]
    u, v = pieces[i[cross], 2:] - a, pieces[j[cross], 2:] - c
    det = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    r = c - a
    with np.errstate(divide="ignore", invalid="ignore"):
        s, t = (r[:, 0] * v[:, 1] - r[:, 1] * v[:, 0]) / det, (r[:, 0] * u[:, 1] - r[:, 1] * u[:, 0]) / det
    hit = (det != 0) & (s > 0) & (s < 1) & (t > 0) & (t < 1)
    place = np.round(a[hit] + u[hit] * s[hit, None])
    for mine, share, way in ((i[cross][hit], s[hit], u[hit]), (j[cross][hit], t[hit], v[hit])):
        who.append(mine)
        along.append(share * np.hypot(way[:, 0], way[:, 1]))
        at.append(place)
    return np.concatenate(who), np.concatenate(along), np.vstack(at), np.vstack(close)
