"""Laying storeys on one another: by two tied points, or by what both drawings show; else not at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mrsite.base.errors import InputError
from mrsite.plans.drawing import Array
from mrsite.plans.plan import GridLine, Plan

# Two drawings of one building agree to drafting accuracy (m).
SAME_M = 0.05
TIE_M = 0.10


@dataclass(frozen=True)
class Registration:
    """How one storey's drawing lies in the site frame.

    Parameters
    ----------
    known : bool
        False: whatever crosses this storey is not assessed.
    cos, sin, dx, dy : float
        Site x = cos x - sin y + dx, site y = sin x + cos y + dy, m.
    residual_m : float
        Largest disagreement of what it rests on.
    how : str
        What it rests on, in words.
    """

    storey: str
    known: bool
    cos: float
    sin: float
    dx: float
    dy: float
    residual_m: float
    how: str

    def to_site(self, points: Array) -> Array:
        """Map (n, 2) plan metres of this drawing to the site frame."""
        p = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.column_stack(
            [self.cos * p[:, 0] - self.sin * p[:, 1] + self.dx, self.sin * p[:, 0] + self.cos * p[:, 1] + self.dy]
        )

    def to_drawing(self, points: Array) -> Array:
        """Map (n, 2) points of the site frame back into this drawing's own plan metres."""
        q = np.asarray(points, dtype=np.float64).reshape(-1, 2) - np.array([self.dx, self.dy])
        return np.column_stack([self.cos * q[:, 0] + self.sin * q[:, 1], -self.sin * q[:, 0] + self.cos * q[:, 1]])


Tie = tuple[Sequence[Sequence[float]], Sequence[Sequence[float]]]


def register_storeys(plans: Mapping[str, Plan], ties: Mapping[str, Tie] | None = None) -> dict[str, Registration]:
    """Register each storey's drawing in the site frame.

    The first storey that has a tie, else the first of all, is the reference; without a tie its own
    frame is the site frame. Others are placed by their tie, else by grid lines of the same names,
    else shown to coincide as they are (stairs, lifts); an equal outline alone is no proof.

    Parameters
    ----------
    plans : mapping
        Plan by storey name.
    ties : mapping, optional
        ``{storey: (here, site)}``: two points in plan metres of the drawing and in the site frame.

    Raises
    ------
    InputError
        A tie for an unknown storey, or one whose two distances differ by more than 0.1 m.
    """
    ties = ties or {}
    for name in ties:
        if name not in plans:
            raise InputError(f"tie for storey {name!r}: no such storey; they are {', '.join(plans)}")
    if not plans:
        return {}
    out: dict[str, Registration] = {name: _tied(name, tie) for name, tie in ties.items()}
    reference = next(iter(out), next(iter(plans)))
    if reference not in out:
        out[reference] = Registration(
            reference, True, 1.0, 0.0, 0.0, 0.0, 0.0, "the reference: its own frame is the site's"
        )
    for name, plan in plans.items():
        if name in out:
            continue
        found = _by_grid(name, plans[reference], plan) or _by_shafts(name, plans[reference], plan)
        if found is None:
            out[name] = Registration(
                name,
                False,
                1.0,
                0.0,
                0.0,
                0.0,
                math.nan,
                f"not tied to {reference}, and nothing shows that they coincide: give tie",
            )
        else:
            out[name] = _after(found, out[reference])
    return {name: out[name] for name in plans}


def _tied(name: str, tie: Tie) -> Registration:
    try:
        here, site = np.asarray(tie[0], dtype=np.float64), np.asarray(tie[1], dtype=np.float64)
        if here.shape != (2, 2) or site.shape != (2, 2) or not np.isfinite(here).all() or not np.isfinite(site).all():
            raise ValueError
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError(f"tie of storey {name!r}: give two points here and the same two in the site frame") from None
    a, b = here[1] - here[0], site[1] - site[0]
    la, lb = float(np.hypot(*a)), float(np.hypot(*b))
    if la < 0.5 or lb < 0.5:
        raise InputError(f"tie of storey {name!r}: the two points must lie apart, best at two corners of the building")
    if abs(la - lb) > TIE_M:
        raise InputError(
            f"tie of storey {name!r}: the points are {la:.3f} m apart in the drawing and {lb:.3f} m in the site frame; "
            "correct one of them, or units"
        )
    angle = math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])
    return _rigid(name, angle, here.mean(axis=0), site.mean(axis=0), abs(la - lb) / 2, "tied by two points")


def _rigid(name: str, angle: float, here: Array, site: Array, residual: float, how: str) -> Registration:
    c, s = math.cos(angle), math.sin(angle)
    dx = float(site[0] - (c * here[0] - s * here[1]))
    dy = float(site[1] - (s * here[0] + c * here[1]))
    return Registration(name, True, c, s, dx, dy, residual, how)


def _by_grid(name: str, reference: Plan, plan: Plan) -> Registration | None:
    """Turn and shift that lay grid lines of the same names on one another; two directions are needed."""
    theirs = {g.name: g for g in plan.grid}
    pairs = [(g, theirs[g.name]) for g in reference.grid if g.name in theirs]
    if len(pairs) < 2:
        return None
    turns = [math.remainder(_angle(a) - _angle(b), math.pi) for a, b in pairs]
    turn = turns[0]
    if max(abs(math.remainder(t - turn, math.pi)) for t in turns) > 0.002:
        return None
    c, s = math.cos(turn), math.sin(turn)
    rows, right = [], []
    for a, b in pairs:
        normal = np.array([-math.sin(_angle(a)), math.cos(_angle(a))])
        middle = np.mean(np.array(b.ends), axis=0)
        turned = np.array([c * middle[0] - s * middle[1], s * middle[0] + c * middle[1]])
        rows.append(normal)
        right.append(float(normal @ (np.array(a.ends[0]) - turned)))
    matrix = np.array(rows)
    if np.linalg.matrix_rank(matrix, tol=0.3) < 2:
        return None
    shift, *_ = np.linalg.lstsq(matrix, np.array(right), rcond=None)
    residual = float(np.abs(matrix @ shift - np.array(right)).max())
    if residual > SAME_M or len(pairs) < 3:
        return None
    moved = (
        "coincide"
        if math.hypot(*shift) < SAME_M and abs(turn) < 1e-3
        else f"coincide after a shift of {math.hypot(*shift):.3f} m"
    )
    how = f"{len(pairs)} grid lines of the same names {moved}, within {residual * 1000:.0f} mm"
    return Registration(name, True, c, s, float(shift[0]), float(shift[1]), residual, how)


def _angle(g: GridLine) -> float:
    (x0, y0), (x1, y1) = g.ends
    return math.atan2(y1 - y0, x1 - x0) % math.pi


def _by_shafts(name: str, reference: Plan, plan: Plan) -> Registration | None:
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
    return Registration(
        name, True, 1.0, 0.0, 0.0, 0.0, worst, f"{len(hits)} stairs and lifts coincide within {worst * 1000:.0f} mm"
    )


def _after(inner: Registration, outer: Registration) -> Registration:
    """The inner map into the reference's frame, then the reference's into the site's."""
    c, s = outer.cos * inner.cos - outer.sin * inner.sin, outer.sin * inner.cos + outer.cos * inner.sin
    dx = outer.cos * inner.dx - outer.sin * inner.dy + outer.dx
    dy = outer.sin * inner.dx + outer.cos * inner.dy + outer.dy
    return Registration(inner.storey, True, c, s, dx, dy, inner.residual_m, inner.how)
