"""A contour from cells to polylines: where it passes, how it runs from cell to cell, and the exact field on the way.

Why no piece is missed. The quantity less the level is a smooth F = 0 on the plane (``_kernels/proof.py``), and the
engine bounds the second derivatives of B over any disc: n-th derivatives of 1/s are at most n!/s^(n+1); far away the
multipoles' own terms. So on a cell of radius r with F, its slope s and the bound M at the middle: F has no zero if
|F| > r s + M r^2 / 2; and if s > r M then F rises throughout in one direction, so that no closed piece lies within. A
closed piece encloses an extremum of F, where the slope is zero: that point lies in a cell of the first kind. Hence
every piece passes through cells of the second kind, and enters and leaves them by their sides, each with just the
root, or none, that the signs at its ends show. Cells that are neither are quartered.

Why no trace wanders. At a winding's faces the slope of |B| jumps, at its edges it is without bound, and a contour may
turn back on itself: following it by its tangent can lead anywhere. Here its course is that of the signs at the corners
of cells, where two cells at a side always agree; the field is asked only where, between two crossings, it runs.

Why no two lines cross. A polyline stays within the cells of its chain, and in a cell that several pieces share it is a
straight chord. Where that is not within the tolerance, as at the faces of windings, the cell is quartered, and the
course of the signs is read anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.fields import Certified, FieldSource, certified, compiled, compiled_bound, is_compiled

from .batches import traced_in_batches
from .cells import MOST_CELLS, divided, quartered
from .chains import Chains, chained
from .plane import Plane

Array = NDArray[np.float64]
Window = tuple[float, float, float, float]

RTOL = 1e-9  # of the field that is traced
ROUGH = 1e-4  # of the field by which cells are judged, where its values alone count
ENVELOPE = 3


@dataclass(frozen=True)
class Traced:
    """Pieces in plane coordinates: paths (n, 2), their status and what the search could not settle."""

    paths: tuple[Array, ...]
    closed: tuple[bool, ...]
    error_m: float
    skipped: int = 0
    unsettled: int = 0
    resolved_to_m: float = 0.0
    evaluations: tuple[int, int] = (0, 0)


def trace(
    source: FieldSource,
    level: float,
    plane: Plane,
    window: Window,
    tolerance: float,
    code: int,
    heights: tuple[float, float] = (0.0, 0.0),
    seeds: Array | None = None,
) -> Traced:
    """Pieces of one contour in plane coordinates, through the compiled seam, or in batches where a source has none.

    ``seeds``, points near the pieces wanted, takes the place of the search.
    """
    if not is_compiled(source):
        return Traced(*traced_in_batches(source, level, plane, window, tolerance, code, heights))
    from . import _kernels

    run: Any = _kernels
    fast = source if isinstance(source, Certified) else certified(source, RTOL)
    f, params = compiled(fast)
    g, _ = compiled_bound(fast)
    frame = np.array([*plane.origin, *plane.u, *plane.v, *np.cross(plane.u, plane.v), *heights])
    task = (run.evaluate, f, g, params, frame, code, level, tolerance)
    widest = max(window[2] - window[0], window[3] - window[1])
    largest = min(1.0, 0.1 * widest)
    if seeds is not None:
        points, ends, status, worst, count = run.walk_from(
            *task, np.array(window, dtype=float), largest, np.ascontiguousarray(seeds, dtype=float)
        )
        return Traced(_parted(points, ends), tuple(bool(s == 1) for s in status), worst, evaluations=(0, int(count)))
    rtol = ROUGH if code in (0, ENVELOPE) else RTOL  # the others take differences of values
    rough = compiled(certified(source, rtol))[1]
    # a cell whose diagonal is the tolerance needs no chord but a straight one
    finest = max(0.35 * tolerance, 1e-9 * widest)
    smallest = _smallest(code, tolerance, widest)
    cells = divided((f, g, rough, frame), code, level, 4.0 * rtol, window, smallest, finest)
    undefined = 0
    seen = 0

    def values_at(u: Array, v: Array) -> Array:
        nonlocal undefined, seen
        q = np.empty(len(u))
        seen += run.node_values(f, g, params, frame, code, level, u, v, q)
        bad = ~np.isfinite(q)
        undefined += int(np.count_nonzero(bad))
        q[bad] = np.inf  # on a wire
        return q

    chains: Chains | None = None
    known: dict[bytes, tuple[Array, float]] = {}  # a chain whose cells stay as they are is not followed again
    most, followed = len(cells.size) + MOST_CELLS, 0
    while True:
        chains = chained(cells, level, values_at, chains)
        names = _names(chains)
        new = np.array([name not in known for name in names], dtype=np.bool_)
        lengths = np.diff(chains.ends, prepend=0)
        rows = np.flatnonzero(np.repeat(new, lengths))
        points, ends, poor, errors, count = run.polylines(
            *task,
            chains.sides[rows],
            chains.values[rows],
            chains.boxes[rows],
            chains.plain[rows],
            chains.torn[rows],
            np.cumsum(lengths[new]),
            chains.closed[new],
            largest,
        )
        known |= zip((names[i] for i in np.flatnonzero(new)), zip(_parted(points, ends), errors.tolist()))
        followed += int(count)
        finer = quartered(cells, chains.cell[rows[poor]])
        if not len(cells.size) < len(finer.size) <= most:
            break
        cells = finer
    lines = [known[name] for name in names]
    return Traced(
        tuple(path for path, _ in lines),
        tuple(chains.closed.tolist()),
        max((error for _, error in lines), default=0.0),
        undefined,
        cells.unsettled,
        cells.resolved_to,
        (cells.evaluations + seen, followed),
    )


def _smallest(code: int, tolerance: float, widest: float) -> float:
    """Half the edge of the smallest cell, m."""
    if code == ENVELOPE:
        return min(0.1, widest / 128.0)
    small = 5e-3 if code else min(max(2.0 * tolerance, 1e-3), 5e-3)
    return max(min(small, widest / 200.0), 1e-7 * widest)


def _parted(points: Array, ends: Any) -> tuple[Array, ...]:
    return tuple(np.ascontiguousarray(p) for p in np.split(points, ends[:-1])) if len(ends) else ()


def _names(chains: Chains) -> list[bytes]:
    """Each chain by the sides and cells it runs through."""
    parts = np.column_stack([chains.sides, chains.boxes, chains.torn, chains.plain])
    return [part.tobytes() for part in np.split(parts, chains.ends[:-1])] if len(chains.ends) else []
