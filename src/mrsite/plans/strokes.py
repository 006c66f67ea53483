"""Strokes of curves and lines: straight or circular edges ``(x0, y0, x1, y1, bulge)``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mrsite.plans.drawing import Array, fit_circle

Stroke = tuple[float, float, float, float, float]
# Of a multiline: place, direction of the line, direction of the mitre, and the distances of each element.
MLineVertex = tuple[tuple[float, float], tuple[float, float], tuple[float, float], list[Sequence[float]]]


def bulges(points: list[tuple[float, float, float]], closed: bool, mirror: int) -> list[Stroke]:
    """Return the strokes of a polyline of (x, y, bulge)."""
    n = len(points)
    out: list[Stroke] = []
    for i in range(n if closed and n > 1 else n - 1):
        x0, y0, b = points[i]
        x1, y1, _ = points[(i + 1) % n]
        if x0 == x1 and y0 == y1:
            continue
        out.append((mirror * x0, y0, mirror * x1, y1, mirror * b))
    return out


def arc_strokes(cx: float, cy: float, r: float, a0: float, a1: float) -> list[Stroke]:
    """Return one or more bulged strokes for an anticlockwise arc from a0 to a1 (radians)."""
    sweep = a1 - a0
    if not math.isfinite(sweep):
        return [(math.nan, cy, cx, cy, 0.0)]
    sweep = sweep % (2 * math.pi) or 2 * math.pi
    parts = 1 if sweep <= math.pi * 1.01 else 2
    b = math.tan(sweep / parts / 4)
    angles = [a0 + sweep * k / parts for k in range(parts + 1)]
    pts = [(cx + r * math.cos(a), cy + r * math.sin(a)) for a in angles]
    return [(*pts[k], *pts[k + 1], b) for k in range(parts)]


def as_arc(points: Array) -> Stroke | None:
    """Return a curve that runs along a circle, as an exploded door swing does, as one arc; else None."""
    if len(points) < 5:
        return None
    centre, radius, residual = fit_circle(points)
    if not radius > 0 or residual > 0.004 * radius:
        return None
    turn = np.unwrap(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))
    sweep = float(turn[-1] - turn[0])
    if not math.pi / 18 < abs(sweep) < math.pi or (np.diff(turn) * sweep < 0).any():
        return None
    (x0, y0), (x1, y1) = points[0].tolist(), points[-1].tolist()
    return x0, y0, x1, y1, math.tan(sweep / 4)


def mline_strokes(vertices: Sequence[MLineVertex], closed: bool) -> list[Stroke]:
    """Return the lines of a multiline.

    Each vertex holds its place, the direction of the line that leaves it, the direction of the mitre,
    and for each element the distances along the mitre, then along the line to where it starts, stops,
    starts again (DXF reference, MLINE, code 41).
    """
    out: list[Stroke] = []
    n = len(vertices)
    for k in range(n if closed else n - 1):
        (x, y), (dx, dy), (mx, my), elements = vertices[k]
        (x1, y1), _, (nx, ny), onward = vertices[(k + 1) % n]
        for mine, theirs in zip(elements, onward, strict=False):
            if not mine or not theirs:
                continue
            px, py = x + mx * mine[0], y + my * mine[0]
            qx, qy = x1 + nx * theirs[0], y1 + ny * theirs[0]
            stops = list(mine[1:]) or [0.0]
            for i in range(0, len(stops), 2):
                start = (px + dx * stops[i], py + dy * stops[i])
                stop = (px + dx * stops[i + 1], py + dy * stops[i + 1]) if i + 1 < len(stops) else (qx, qy)
                if start != stop:
                    out.append((*start, *stop, 0.0))
    return out
