"""Lines that somebody drew on a layer for mrsite: a path, or a closed outline, in plan metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.plans.plan import Plan

Array = NDArray[np.float64]
Point = tuple[float, float]

#: Two ends of lines on a layer nearer than this are one point, m.
JOIN_M = 0.01


def path_on(plan: Plan, layer: str, where: str) -> tuple[Point, ...]:
    """Return the one line that a layer holds, from end to end; pieces that touch are joined.

    Raises
    ------
    InputError
        No such layer, nothing on it, or lines that do not join.
    """
    line = joined(_pieces(plan, layer, where), f"{where}: layer {inert(layer)!r}")
    return tuple((round(float(x), 6), round(float(y), 6)) for x, y in line)


def ring_on(plan: Plan, layer: str, where: str) -> tuple[Point, ...]:
    """Return the one closed outline that a layer holds, its first corner once.

    Raises
    ------
    InputError
        As `path_on`; an outline that is not closed.
    """
    corners = path_on(plan, layer, where)
    gap = math.dist(corners[0], corners[-1])
    if gap > JOIN_M:
        raise InputError(
            f"{where}: the line on layer {inert(layer)!r} of {plan_name(plan)} is not closed: {gap:.3f} m lie between "
            "its ends; close it in the drawing"
        )
    return corners[:-1]


def plan_name(plan: Plan) -> str:
    """Return the name of a plan's file."""
    return inert(plan.path.replace("\\", "/").rsplit("/", 1)[-1], 80)


def _pieces(plan: Plan, layer: str, where: str) -> list[Array]:
    names = [entry.name for entry in plan.layers]
    match = next((name for name in names if name.casefold() == layer.casefold()), None)
    pieces = [np.asarray(line.points) for line in plan.linework if match is not None and line.layer == match]
    if not pieces:
        near = nearest(layer, names)
        hint = f"did you mean {inert(near)!r}?" if near and match is None else "draw it there, in modelspace"
        raise InputError(f"{where}: no line lies on layer {inert(layer)!r} of {plan_name(plan)}; {hint}")
    return pieces


def joined(pieces: Sequence[Array], what: str) -> Array:
    """Return pieces of any dimension end to end as one line.

    Raises
    ------
    InputError
        Ends that lie apart: the lines are not one.
    """
    chain, rest = pieces[0], list(pieces[1:])
    while rest:
        for i, piece in enumerate(rest):
            options = ((chain, piece), (chain, piece[::-1]), (piece, chain), (piece[::-1], chain))
            fit = next((pair for pair in options if np.linalg.norm(pair[0][-1] - pair[1][0]) <= JOIN_M), None)
            if fit is not None:
                chain = np.vstack([fit[0], fit[1][1:]])
                del rest[i]
                break
        else:
            raise InputError(f"{what} holds lines that do not join end to end; draw one line")
    return chain
