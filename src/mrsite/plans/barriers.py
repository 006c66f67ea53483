"""Which lines are walls: by layer where layers say so, else by shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mrsite.plans.drawing import Array, Drawing, chords
from mrsite.plans.glazing import panes
from mrsite.plans.segments import distinct, sample
from mrsite.plans.swings import Swing
from mrsite.plans.tags import TagText

SAGITTA_M = 0.005
# A block larger than so many leaves is no door but a part of a plan.
MAX_LEAVES = 4.5


@dataclass(frozen=True, eq=False)
class Barriers:
    """The lines that rooms are read from, in local metres.

    Parameters
    ----------
    walls : (n, 4)
        Wall and column lines, whose ends may bound openings.
    closed : (m, 4)
        Walls, and what closes them: glazing, headers, thresholds.
    door_points, window_points : (k, 2)
        Points every 0.1 m on door and window line work.
    mode : str
        How they were chosen.
    glazing_from : str
        What shows the windows.
    """

    walls: Array
    closed: Array
    door_points: Array
    window_points: Array
    mode: str
    glazing_from: str = "glazing"


def choose_barriers(
    drawing: Drawing,
    kinds: Sequence[str],
    scale: float,
    swings: Sequence[Swing],
    texts: Sequence[TagText],
    window: tuple[float, float, float, float] | None,
) -> Iterator[Barriers]:
    """Give the choices of wall lines worth trying, the surest first."""
    from mrsite.plans.shape import door_panels, wall_shaped

    kind = np.array(kinds, dtype=object)
    of = kind[drawing.owner] if len(drawing.owner) else np.zeros(0, dtype=object)

    # What a leaf sweeps is no door line work in some other gap; nor is the rest of its block, unless that holds a plan.
    swept = np.zeros(len(kind), dtype=bool)
    size = _block_sizes(drawing, {s.insert for s in swings}, scale)
    doors = [s.insert for s in swings if size.get(s.insert, np.inf) < MAX_LEAVES * s.radius]
    swept |= np.isin(drawing.ent_insert, np.unique(doors))
    swept[[o for s in swings for o in s.owners]] = True
    swept_any = swept.copy()
    swept &= kind == "door"

    def lines(*wanted: str) -> Array:
        index = np.flatnonzero(np.isin(of, wanted) & ~swept[drawing.owner])
        seg, _ = chords(drawing.strokes[index], drawing.owner[index], SAGITTA_M / scale)
        return _inside(seg[:, :4] * scale, window)

    door, glazing = sample(lines("door")), lines("window")
    walls = lines("wall", "column")
    walls = walls[distinct(walls)]
    named = len(walls) >= 4 and bool((of == "wall").any())
    if named:
        closed = np.vstack([walls, glazing, lines("opening")])
        yield _with_panes(Barriers(walls, closed[distinct(closed)], door, sample(glazing), "wall layers"))
    if not named:
        shaped = wall_shaped(drawing, kinds, scale, swings, texts)
        shaped = _inside(shaped, window)
        closed = np.vstack([shaped, glazing, lines("opening")])
        panels = np.flatnonzero(door_panels(drawing, kinds, scale)[drawing.owner] & ~swept_any[drawing.owner])
        door = np.vstack([door, sample(_inside(drawing.strokes[panels, :4] * scale, window))])
        yield _with_panes(Barriers(shaped, closed[distinct(closed)], door, sample(glazing), "lines shaped like walls"))


def _with_panes(barriers: Barriers) -> Barriers:
    """Add the windows that are told by shape, where none is told by layer or block."""
    if len(barriers.window_points):
        return barriers
    return replace(barriers, window_points=sample(panes(barriers.walls)), glazing_from="lines from jamb to jamb")


def _block_sizes(drawing: Drawing, blocks: set[int], scale: float) -> dict[int, float]:
    """Longer side of the box of each outermost block reference, m."""
    out = {}
    for k in blocks - {-1}:
        placed = drawing.inserts[k]
        a, b = np.searchsorted(drawing.owner, [placed.first, placed.last])
        if b > a:
            out[k] = scale * float(np.ptp(drawing.strokes[a:b, :4].reshape(-1, 2), axis=0).max())
    return out


def _inside(seg: Array, window: tuple[float, float, float, float] | None) -> Array:
    if window is None or not len(seg):
        return seg
    x, y = seg[:, 0::2], seg[:, 1::2]
    keep = (x.max(1) >= window[0]) & (x.min(1) <= window[2]) & (y.max(1) >= window[1]) & (y.min(1) <= window[3])
    return np.asarray(seg[keep])
