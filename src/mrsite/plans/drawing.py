"""The drawing as flat arrays: what every later step reads, in drawing units about a local origin.

A stroke is one straight or circular edge ``(x0, y0, x1, y1, bulge)``; arcs stay exact until the
unit is known. An entity (one LINE, one polyline, one arc ...) owns a run of strokes. Blocks are
already unfolded here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mrsite.plans.geodata import RawGeodata

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Affine = tuple[float, float, float, float, float, float]
#: Attributes of a block reference: tag and text.
Tags = tuple[tuple[str, str], ...]

TYPES = (
    "LINE",
    "LWPOLYLINE",
    "ARC",
    "CIRCLE",
    "ELLIPSE",
    "SPLINE",
    "SOLID",
    "LEADER",
    "MLINE",
    "DIMENSION",
    "HATCH",
    "WIPEOUT",
    "OTHER",
)
TYPE_ID = {name: i for i, name in enumerate(TYPES)}


@dataclass(frozen=True)
class RawText:
    """A text in drawing units: ``at`` is the middle of its first line, ``anchor`` its insertion point.

    ``group`` is the handle of the block reference that an attribute belongs to, else 0.
    """

    text: str
    at: tuple[float, float]
    anchor: tuple[float, float]
    height: float
    rotation: float
    layer: int
    handle: int
    source: str
    group: int = 0


@dataclass(frozen=True, eq=False)
class Fill:
    """The boundary of a hatch, solid or wipeout: rings in drawing units."""

    kind: str
    pattern: str
    layer: int
    handle: int
    rings: tuple[Array, ...]


@dataclass(frozen=True)
class Placed:
    """One block reference: ``matrix`` maps block to drawing; entities ``first`` to ``last`` came from it.

    ``tags`` are its attributes, seen or not; ``at`` is its insertion point.
    """

    name: str
    layer: int
    handle: int
    matrix: Affine
    first: int
    last: int
    depth: int
    tags: Tags = ()
    at: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class RawDimension:
    """A dimension in drawing units."""

    measured: float
    printed: str
    explicit: bool
    at: tuple[float, float]
    style: str
    unit_style: int
    factor: float
    handle: int


@dataclass(frozen=True, eq=False)
class Drawing:
    """Everything drawn in modelspace. Coordinates have ``origin`` taken off.

    Parameters
    ----------
    strokes : (n, 5) float64
        x0, y0, x1, y1, bulge.
    owner : (n,) int
        Entity of each stroke; strokes of one entity are consecutive.
    ent_layer, ent_type, ent_handle, ent_insert : (m,) int
        Layer index, index into ``TYPES``, handle, and index of the outermost block reference (-1: none).
    ent_closed : (m,) bool
        Closed polylines and circles.
    """

    origin: tuple[float, float]
    strokes: Array
    owner: Ints
    ent_layer: Ints
    ent_type: Ints
    ent_handle: Ints
    ent_insert: Ints
    ent_closed: npt.NDArray[np.bool_]
    layer_names: tuple[str, ...]
    hidden_layers: frozenset[int]
    texts: tuple[RawText, ...]
    fills: tuple[Fill, ...]
    inserts: tuple[Placed, ...]
    dimensions: tuple[RawDimension, ...]
    header: dict[str, float]
    geodata: RawGeodata | None
    skipped: dict[str, int]
    notes: tuple[str, ...]
    incomplete: tuple[str, ...]
    bad: tuple[tuple[str, str, str], ...]


def affine_of(points: Array, m: Affine) -> Array:
    """Apply ``(a, b, c, d, tx, ty)``: x' = a x + c y + tx, y' = b x + d y + ty."""
    out = np.empty_like(points)
    out[:, 0] = m[0] * points[:, 0] + m[2] * points[:, 1] + m[4]
    out[:, 1] = m[1] * points[:, 0] + m[3] * points[:, 1] + m[5]
    return out


def compose(outer: Affine, inner: Affine) -> Affine:
    """Return the affine map that applies ``inner`` first."""
    a, b, c, d, tx, ty = outer
    e, f, g, h, ux, uy = inner
    return (a * e + c * f, b * e + d * f, a * g + c * h, b * g + d * h, a * ux + c * uy + tx, b * ux + d * uy + ty)


def is_similarity(m: Affine) -> bool:
    """Whether circles stay circles under the map."""
    p, q = m[0] * m[0] + m[1] * m[1], m[2] * m[2] + m[3] * m[3]
    return abs(p - q) <= 1e-6 * max(p, q, 1e-300) and abs(m[0] * m[2] + m[1] * m[3]) <= 1e-6 * max(p, q, 1e-300)


def transform_strokes(strokes: Array, owner: Ints, m: Affine) -> tuple[Array, Ints]:
    """Map strokes; where circles would become ellipses, arcs are cut into chords first."""
    if len(strokes) and np.any(strokes[:, 4]) and not is_similarity(m):
        strokes, owner = chords(strokes, owner, None)
    out = np.empty_like(strokes)
    out[:, 0:2] = affine_of(strokes[:, 0:2], m)
    out[:, 2:4] = affine_of(strokes[:, 2:4], m)
    out[:, 4] = strokes[:, 4] * (1.0 if m[0] * m[3] - m[1] * m[2] >= 0 else -1.0)
    return out, owner


def arc_of(strokes: Array) -> tuple[Array, Array, Array, Array]:
    """Return centre (n, 2), radius, start angle and signed sweep of bulged strokes.

    The bulge is tan(sweep / 4), positive anticlockwise (DXF reference, LWPOLYLINE code 42).
    """
    p, q, b = strokes[:, 0:2], strokes[:, 2:4], strokes[:, 4]
    chord = q - p
    sweep = 4.0 * np.arctan(b)
    half = 0.5 * np.hypot(chord[:, 0], chord[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = half * (1.0 + b * b) / (2.0 * np.abs(b))
        lift = (1.0 - b * b) / (4.0 * b)
    normal = np.column_stack([-chord[:, 1], chord[:, 0]])
    centre = 0.5 * (p + q) + normal * lift[:, None]
    start = np.arctan2(p[:, 1] - centre[:, 1], p[:, 0] - centre[:, 0])
    return centre, radius, start, sweep


def chords(strokes: Array, owner: Ints, tolerance: float | None) -> tuple[Array, Ints]:
    """Cut arcs into chords whose sagitta stays within the tolerance (None: 7.5 degrees a chord)."""
    curved = strokes[:, 4] != 0.0
    if not curved.any():
        return strokes, owner
    arcs = strokes[curved]
    centre, radius, start, sweep = arc_of(arcs)
    if tolerance is None:
        step = np.full(len(arcs), np.pi / 24)
    else:
        ratio = np.clip(1.0 - tolerance / np.maximum(radius, 1e-300), -1.0, 1.0)
        step = np.clip(2.0 * np.arccos(ratio), np.pi / 90, np.pi / 8)
    counts = np.ones(len(strokes), dtype=np.int64)
    n = np.maximum(np.ceil(np.abs(sweep) / step).astype(np.int64), 2)
    counts[curved] = n
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    out = np.repeat(strokes, counts, axis=0)
    out[:, 4] = 0.0
    index = np.repeat(np.arange(len(arcs)), n)
    where = np.repeat(first[curved], n) + (np.arange(len(index)) - np.repeat(np.cumsum(n) - n, n))
    k = np.arange(len(index)) - np.repeat(np.cumsum(n) - n, n)
    for column, step_k in ((0, k), (2, k + 1)):
        angle = start[index] + sweep[index] * step_k / n[index]
        x = centre[index, 0] + radius[index] * np.cos(angle)
        y = centre[index, 1] + radius[index] * np.sin(angle)
        last = step_k == n[index]
        zero = step_k == 0
        x[last], y[last] = arcs[index[last], 2], arcs[index[last], 3]
        x[zero], y[zero] = arcs[index[zero], 0], arcs[index[zero], 1]
        out[where, column], out[where, column + 1] = x, y
    return out, np.repeat(owner, counts)


def fit_circle(p: Array) -> tuple[Array, float, float]:
    """Algebraic circle fit (Kasa 1976): centre, radius, largest residual."""
    base = p.mean(axis=0)
    q = p - base
    a = np.column_stack([2 * q, np.ones(len(q))])
    solution, *_ = np.linalg.lstsq(a, (q * q).sum(axis=1), rcond=None)
    radius = math.sqrt(max(float(solution[2] + solution[0] ** 2 + solution[1] ** 2), 0.0))
    distance = np.hypot(q[:, 0] - solution[0], q[:, 1] - solution[1])
    return base + solution[:2], radius, float(np.abs(distance - radius).max())
