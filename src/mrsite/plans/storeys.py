"""Laying one storey's drawing on another by what both show: named grid lines, stairs, lifts; else not at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mrsite.plans.drawing import Array
from mrsite.plans.plan import GridLine, Plan, Point

# Two drawings of one building agree to drafting accuracy (m).
SAME_M = 0.05
# Grid lines of one drawing are turned against those of the other by one angle, to this (rad).
SAME_TURN = 0.002


@dataclass(frozen=True)
class Laid:
    """How one drawing lies on another.

    Parameters
    ----------
    angle_rad : float
        Turn, anticlockwise.
    here, there : (x, y), m
        A place in the drawing and the same place in the other; equal, without a turn, where both share one frame.
    residual_m : float
        Largest disagreement of what it rests on.
    how : str
        What it rests on, in words.
    """

    angle_rad: float
    here: Point
    there: Point
    residual_m: float
    how: str


def lay_on(reference: Plan, plan: Plan) -> Laid | None:
    """Say how a drawing lies on the reference, or None where nothing shows it.

    Grid lines of one name that lie on one another in two directions, as drawn or, three at least,
    after one turn and shift; or stairs and lifts at the same two places. An equal outline is no proof.
    """
    return _by_grid(reference, plan) or _by_shafts(reference, plan)


def _by_grid(reference: Plan, plan: Plan) -> Laid | None:
    mine = {g.name: g for g in plan.grid}
    pairs = [(g, mine[g.name]) for g in reference.grid if g.name in mine]
    normals = np.array([[-math.sin(_angle(a)), math.cos(_angle(a))] for a, _ in pairs]).reshape(-1, 2)
    if len(pairs) < 2 or np.linalg.matrix_rank(normals, tol=0.3) < 2:
        return None
    at = np.array([a.ends[0] for a, _ in pairs])
    ends = np.array([b.ends for _, b in pairs])
    off = float(np.abs(np.einsum("kij,kj->ki", ends - at[:, None], normals)).max())
    words = f"{len(pairs)} grid lines of the same names coincide"
    if off <= SAME_M:
        return Laid(0.0, (0.0, 0.0), (0.0, 0.0), off, f"{words} within {off * 1000:.0f} mm")
    turns = [math.remainder(_angle(a) - _angle(b), math.pi) for a, b in pairs]
    if len(pairs) < 3 or max(abs(math.remainder(t - turns[0], math.pi)) for t in turns) > SAME_TURN:
        return None
    here = ends.reshape(-1, 2).mean(axis=0)
    # A line has no sense of direction: the drawing may be turned by half a turn more.
    fits = [_fit(turn, here, at, ends.mean(axis=1), normals) for turn in (turns[0], turns[0] + math.pi)]
    good = [(turn, *f) for turn, f in zip((turns[0], turns[0] + math.pi), fits, strict=True) if f[1] <= SAME_M]
    if len(good) != 1:
        return None
    turn, there, residual = good[0]
    turn = math.remainder(turn, 2 * math.pi)
    how = f"{words} after a turn of {math.degrees(turn):.2f} degrees and a shift, within {residual * 1000:.0f} mm"
    return Laid(turn, (float(here[0]), float(here[1])), (float(there[0]), float(there[1])), residual, how)


def _fit(turn: float, here: Array, at: Array, middles: Array, normals: Array) -> tuple[Array, float]:
    """Where ``here`` comes to lie so that the turned middles lie on the lines, by least squares; the largest miss."""
    c, s = math.cos(turn), math.sin(turn)
    arm = (middles - here) @ np.array([[c, s], [-s, c]])
    base = at.mean(axis=0)  # far coordinates lose the millimetres in a product
    wanted = ((at - base - arm) * normals).sum(axis=1)
    shift, *_ = np.linalg.lstsq(normals, wanted, rcond=None)
    return base + shift, float(np.abs(normals @ shift - wanted).max())


def _angle(g: GridLine) -> float:
    (x0, y0), (x1, y1) = g.ends
    return math.atan2(y1 - y0, x1 - x0) % math.pi


def _by_shafts(reference: Plan, plan: Plan) -> Laid | None:
    """Stairs and lifts at the same places, two at least and apart: the drawings share one frame as they are."""
    hits = []
    for kind in ("stairs", "lifts"):
        for mine in getattr(reference, kind):
            for other in getattr(plan, kind):
                off = max(abs(p - q) for p, q in zip(mine.extent, other.extent, strict=True))
                if off <= SAME_M:
                    hits.append((off, mine.at))
    far = max((math.dist(a, b) for _, a in hits for _, b in hits), default=0.0)
    if len(hits) < 2 or far < 1.0:
        return None
    worst = max(off for off, _ in hits)
    how = f"{len(hits)} stairs and lifts coincide within {worst * 1000:.0f} mm"
    return Laid(0.0, (0.0, 0.0), (0.0, 0.0), worst, how)
