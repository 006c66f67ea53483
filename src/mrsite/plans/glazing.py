"""Windows told by shape, where no layer or block says window: lines inside a wall from one jamb to the next."""

from __future__ import annotations

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.segments import directions, ends_of, touching, tree_of

# Lengths of window openings, and of the jambs that bound them (the wall's thickness), m.
PANE_M = (0.35, 6.5)
JAMB_M = (0.06, 0.66)
# A pane stands this near the middle of its wall, in shares of the thickness.
OFF_CENTRE = 0.32
# Where lines like these run in more of the walls than this, the walls are drawn with a cavity.
CAVITY_SHARE = 0.35
_SQUARE = 0.97
_TOUCH_M = 0.03


def panes(walls: Array) -> Array:
    """Return the wall lines that are panes or window sections, (k, 4), m.

    A pane runs from the inner part of one short line across the wall (the jamb) to that of another, and
    the wall's faces go on beyond both jambs. Faces themselves end at the ends of jambs.
    """
    empty = np.zeros((0, 4))
    if len(walls) < 8:
        return empty
    unit, length = directions(walls)
    _, tree = tree_of(walls)
    points, out, own = ends_of(walls)
    n = len(walls)
    i, j = touching(walls, tree, points, own, _TOUCH_M)
    square = np.abs(out[i, 0] * unit[j, 1] - out[i, 1] * unit[j, 0]) > _SQUARE
    along = ((points[i] - walls[j, :2]) * unit[j]).sum(1)
    inner = np.abs(along - 0.5 * length[j]) < OFF_CENTRE * length[j]
    pane = (length[own[i]] > PANE_M[0]) & (length[own[i]] < PANE_M[1])
    jamb = (length[j] > JAMB_M[0]) & (length[j] < JAMB_M[1])
    ok = np.flatnonzero(square & inner & pane & jamb)
    if not len(ok):
        return empty
    i, j = i[ok], j[ok]
    # Beyond the jamb, at its ends, the faces of the wall.
    probes = np.stack([walls[j, :2], walls[j, 2:]], axis=1) + 0.08 * out[i][:, None, :]
    a, b = touching(walls, tree, probes.reshape(-1, 2), np.repeat(j, 2), 0.02)
    parallel = np.abs(np.repeat(out[i], 2, axis=0)[a] * unit[b][:, ::-1] @ np.array([1.0, -1.0])) < 0.1
    faces = np.zeros(2 * len(j), dtype=bool)
    faces[a[parallel]] = True
    bounded = np.zeros(len(points), dtype=np.int64)
    np.maximum.at(bounded, i, faces.reshape(-1, 2).sum(axis=1))
    thick = np.zeros(len(points))
    thick[i] = length[j]
    one, two = bounded[:n], bounded[n:]
    alike = np.abs(thick[:n] - thick[n:]) < 0.35 * np.maximum(np.maximum(thick[:n], thick[n:]), 1e-9)
    found = np.flatnonzero((one >= 1) & (two >= 1) & (one + two >= 3) & alike)
    once = np.unique(np.round(0.5 * (walls[found, :2] + walls[found, 2:]) / 0.2), axis=0, return_index=True)[1]
    if length[found][once].sum() > CAVITY_SHARE * 0.5 * length.sum():
        return empty
    return np.asarray(walls[found])
