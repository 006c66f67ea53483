"""Compiled loops over points and the edges of plan figures."""

from __future__ import annotations

from mrsite.base.jit import jit


@jit()
def into(points, owner, first, edges, solid):
    """Move each point that lies outside its figure to the nearest place on the figure's edge, in place.

    Figure ``k`` has the edges ``edges[first[k]:first[k + 1]]`` (x0, y0, x1, y1); the point ``i`` belongs to figure
    ``owner[i]``. A point is inside where a ray from it crosses an odd number of edges (Shimrat 1962); a figure that
    is not ``solid`` (a line) has no inside.
    """
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        k = owner[i]
        inside = False
        nearest = -1.0
        best_x, best_y = x, y
        for e in range(first[k], first[k + 1]):
            x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            dx, dy = x1 - x0, y1 - y0
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / dy * dx:
                inside = not inside
            square = dx * dx + dy * dy
            share = 0.0
            if square > 0.0:
                share = min(max(((x - x0) * dx + (y - y0) * dy) / square, 0.0), 1.0)
            px, py = x0 + share * dx, y0 + share * dy
            away = (px - x) * (px - x) + (py - y) * (py - y)
            if nearest < 0.0 or away < nearest:
                nearest = away
                best_x, best_y = px, py
        if not (inside and solid[k]):
            points[i, 0] = best_x
            points[i, 1] = best_y
