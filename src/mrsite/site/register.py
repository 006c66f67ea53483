"""Whether two drawings share one coordinate system: shown, or not known."""

from __future__ import annotations

import math

from mrsite.plans.plan import Plan

#: Two marks of two drawings are one where they lie this near, m: drafting, not survey, accuracy.
_SAME = 0.05


def show_to_coincide(reference: Plan, other: Plan) -> str | None:
    """Say what shows that a drawing coincides with the reference, or return None.

    Grid lines of one name that lie on one another in two directions, or stairs and lifts at the
    same two places, are evidence; an equal outline alone is not.
    """
    grid = _grid(reference, other)
    if grid:
        return grid
    return _shafts(reference, other)


def _grid(reference: Plan, other: Plan) -> str | None:
    theirs = {line.name: line.ends for line in other.grid}
    worst, angles, shared = 0.0, [], 0
    for line in reference.grid:
        ends = theirs.get(line.name)
        if ends is None:
            continue
        (x0, y0), (x1, y1) = line.ends
        length = math.hypot(x1 - x0, y1 - y0)
        if length == 0:
            continue
        offset = max(abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length for x, y in ends)
        worst = max(worst, offset)
        angles.append(math.atan2(y1 - y0, x1 - x0) % math.pi)
        shared += 1
    crossing = any(0.3 < abs(a - b) % math.pi < math.pi - 0.3 for a in angles for b in angles)
    if shared >= 2 and crossing and worst <= _SAME:
        return f"{shared} grid lines of the same names coincide within {worst * 1000:.0f} mm"
    return None


def _shafts(reference: Plan, other: Plan) -> str | None:
    pairs = []
    for kind in ("stairs", "lifts"):
        for mine in getattr(reference, kind):
            near = [math.dist(_centre(mine.extent), _centre(o.extent)) for o in getattr(other, kind)]
            if near and min(near) <= _SAME:
                pairs.append((mine.kind, min(near), _centre(mine.extent)))
    if len(pairs) >= 2 and max(math.dist(a[2], b[2]) for a in pairs for b in pairs) > 1.0:
        worst = max(distance for _, distance, _ in pairs)
        return f"{' and '.join(kind for kind, _, _ in pairs)} coincide within {worst * 1000:.0f} mm"
    return None


def _centre(extent: tuple[float, float, float, float]) -> tuple[float, float]:
    return (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
