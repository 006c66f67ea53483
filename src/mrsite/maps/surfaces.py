"""Isosurfaces of |B| in space: revolved from a meridian profile, or marched and put on the exact field.

While a source is symmetric about its axis, the traced profile turned about it is the surface, exact to the
profile's own tolerance. Steel, a second magnet or the earth's field break the symmetry; then a grid is marched, only
where the surface passes, and every vertex is moved onto the surface of the exact field by Newton steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import FieldSource, flux_density_and_jacobian, magnitude

from .contours import check_levels
from .marching import BLOCK, marched, sampled
from .profile import Profile

Array = NDArray[np.float64]
Indices = NDArray[np.int32]
Box = tuple[float, float, float, float, float, float]

#: Nodes of the finest grid that are kept in memory at once.
_MOST_NODES = 12_000_000


@dataclass(frozen=True, eq=False)
class Surface:
    """A triangulated surface |B| = level.

    Parameters
    ----------
    level : float, T
    vertices : (n, 3) float64, m
        In the frame of the source, or of the window.
    triangles : (m, 3) int32
        Anticlockwise seen from the weaker field.
    error_m : float
        Largest distance found or bounded between a vertex and the surface of the exact field.
    chord_m : float
        How far the flat triangles may lie from the curved surface between vertices.
    skipped : int
        Grid nodes where the field is not defined (on a wire).
    """

    level: float
    vertices: Array
    triangles: Indices
    error_m: float
    chord_m: float = 0.0
    skipped: int = 0

    @property
    def closed(self) -> bool:
        """Whether every edge is shared by two triangles: the surface does not leave the window."""
        if not len(self.triangles):
            return True
        t = self.triangles.astype(np.int64)
        edges = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), axis=1)
        _, counts = np.unique(edges[:, 0] * (int(t.max()) + 1) + edges[:, 1], return_counts=True)
        return bool(np.all(counts % 2 == 0))


def revolved(profile: Profile, chord: float = 2e-3) -> Surface:
    """Turn a meridian profile about the axis.

    Parameters
    ----------
    profile : Profile
    chord : float, m
        Largest distance of a chord from the curve, along the profile and around the axis each.

    Returns
    -------
    Surface
        In the source's own frame, z along its axis.

    Raises
    ------
    InputError
        ``chord`` is not a positive length.
    """
    if not (np.isfinite(chord) and chord > 0.0):
        raise InputError(f"chord: {chord} must be a positive length in metres")
    vertices: list[Array] = []
    triangles: list[Indices] = []
    count = 0
    for path, closed in zip(profile.paths, profile.closed):
        found = _turned(np.asarray(path, dtype=np.float64), closed, chord)
        if found is None:
            continue
        points, faces = found
        vertices.append(points)
        triangles.append((faces + count).astype(np.int32))
        count += len(points)
    if not vertices:
        return Surface(profile.level, np.empty((0, 3)), np.empty((0, 3), dtype=np.int32), profile.error_m, 0.0)
    return Surface(profile.level, np.concatenate(vertices), np.concatenate(triangles), profile.error_m, 2.0 * chord)


def _turned(path: Array, closed: bool, chord: float) -> tuple[Array, Indices] | None:
    import shapely

    thin = np.asarray(shapely.LineString(path).simplify(chord, preserve_topology=False).coords)
    if closed:
        if len(thin) < 4:  # a loop smaller than the chord
            thin = path
        thin = thin[:-1]
    if len(thin) < 3:
        return None
    widest = float(thin[:, 0].max())
    around = int(np.clip(np.ceil(np.pi / np.arccos(max(1.0 - chord / max(widest, chord), 0.0))), 12, 720))
    phi = 2.0 * np.pi * np.arange(around) / around
    on_axis = thin[:, 0] <= 0.0
    rings, points, count = [], [], 0
    for (rho, z), pole in zip(thin, on_axis):
        if pole:  # one point, not a ring of equal ones
            points.append(np.array([[0.0, 0.0, z]]))
            rings.append(np.full(around, count))
            count += 1
        else:
            points.append(np.stack([rho * np.cos(phi), rho * np.sin(phi), np.full(around, z)], axis=1))
            rings.append(count + np.arange(around))
            count += around
    index = np.array(rings)
    here, there = (index, np.roll(index, -1, axis=0)) if closed else (index[:-1], index[1:])
    a, b, c, d = here, np.roll(here, -1, axis=1), there, np.roll(there, -1, axis=1)
    # e_phi x (drho, dz) = (dz, -drho): to the right of the path, where the field is weaker
    faces = np.concatenate([np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([b, d, c], axis=-1).reshape(-1, 3)])
    sound = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return np.concatenate(points), faces[sound].astype(np.int32)


def isosurface(
    source: FieldSource | Sequence[FieldSource], level: float, box: Box, spacing: float, tolerance: float = 1e-3
) -> Surface:
    """March |B| = level in a box, and put the vertices on the surface of the exact field.

    Parameters
    ----------
    source : field source, or several
        Of several the largest |B| counts at each point: the states a magnet may be in.
    level : float, T
    box : (x0, y0, z0, x1, y1, z1), m
        The surface is cut open where it leaves the box.
    spacing : float, m
        Edge of a cell, rounded so that whole cells fill the box. A piece, or a gap between two pieces, that is
        smaller than about four cells may be missed; outside windings |B| has no maximum, so a missed piece is
        a pocket of weaker field or lies at a winding.
    tolerance : float, m
        Largest distance of a vertex from the surface where the field is smooth; ``error_m`` says what was reached.

    Returns
    -------
    Surface

    Raises
    ------
    InputError
        A level, box, spacing or tolerance that cannot be, or a grid too large for memory.

    Notes
    -----
    Cells are polygonised by joining the crossings on each face, a face with four crossings always so that its two
    strong corners are parted: neighbours then agree on the face between them, and the surface has no cracks.
    (The idea is that of Lorensen and Cline, 1987; the table is made here by that rule, not copied.)
    """
    (level,) = check_levels([level])
    sources = list(source) if isinstance(source, Sequence) else [source]
    low, size, shape = _grid(box, spacing)
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise InputError(f"tolerance: {tolerance} must be a positive length in metres")
    values, skipped = sampled(lambda points: _log_ratio(sources, level, points), low, size, shape)
    vertices, triangles = marched(values, low, size)
    vertices, error = _on_surface(sources, level, vertices, float(size.max()), tolerance)
    return Surface(level, vertices, triangles, error, _sag(sources, level, vertices, triangles), skipped)


def _grid(box: Box, spacing: float) -> tuple[Array, Array, tuple[int, int, int]]:
    corners = np.asarray(box, dtype=np.float64)
    if corners.shape != (6,) or not np.isfinite(corners).all() or not (corners[:3] < corners[3:]).all():
        raise InputError(f"box: {tuple(box)} must be (x0, y0, z0, x1, y1, z1) in metres, upper edges above lower ones")
    if not (np.isfinite(spacing) and spacing > 0.0):
        raise InputError(f"spacing: {spacing} must be a positive length in metres")
    extent = corners[3:] - corners[:3]
    cells = np.maximum(np.ceil(extent / (spacing * BLOCK)), 1.0) * BLOCK
    nodes = float(np.prod(cells + 1.0))
    if nodes > _MOST_NODES:
        least = spacing * (nodes / _MOST_NODES) ** (1.0 / 3.0)
        raise InputError(
            f"spacing: {spacing} m makes {nodes:.3g} nodes, more than {_MOST_NODES:.3g}; use {least:.2g} m"
        )
    nx, ny, nz = (int(n) for n in cells)
    return corners[:3], extent / cells, (nx + 1, ny + 1, nz + 1)


def _log_ratio(sources: Sequence[FieldSource], level: float, points: Array) -> Array:
    b = magnitude(sources[0].flux_density(points))
    for other in sources[1:]:
        b = np.maximum(b, magnitude(other.flux_density(points)))
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Array = np.log(np.maximum(b, 1e-30) / level)
    return out


def _value_and_slope(sources: Sequence[FieldSource], points: Array) -> tuple[Array, Array]:
    """Largest |B| and its gradient, (n,) and (n, 3)."""
    best: Array | None = None
    slope = np.zeros_like(points)
    for source in sources:
        b, jac = flux_density_and_jacobian(source, points)
        m = magnitude(b)
        with np.errstate(divide="ignore", invalid="ignore"):
            grad = np.einsum("nij,ni->nj", jac, b) / m[:, None]
        if best is None:
            best, slope = m, grad
        else:
            larger = m > best
            best, slope = np.where(larger, m, best), np.where(larger[:, None], grad, slope)
    assert best is not None
    return best, slope


def _on_surface(
    sources: Sequence[FieldSource], level: float, vertices: Array, cell: float, tolerance: float
) -> tuple[Array, float]:
    """Newton steps on log |B| along its gradient, no further than a cell; and the largest distance that is left."""
    out = vertices.copy()
    todo = np.arange(len(out))
    left = np.zeros(len(out))
    for _ in range(12):
        if not len(todo):
            break
        q, slope = _value_and_slope(sources, out[todo])
        steep = np.sqrt((slope**2).sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.abs(q - level) / steep
            move = (np.log(level / q) * q / steep**2)[:, None] * slope
        move = np.nan_to_num(move, nan=0.0, posinf=0.0, neginf=0.0)
        left[todo] = np.where(np.isfinite(distance), distance, cell)
        length = np.sqrt((move**2).sum(axis=1))
        far = left[todo] > 0.1 * tolerance
        todo, move, length = todo[far], move[far], length[far]
        moved = out[todo] + move * np.minimum(1.0, 0.5 * cell / np.maximum(length, 1e-300))[:, None]
        drift = moved - vertices[todo]
        away = np.sqrt((drift**2).sum(axis=1))
        # a vertex belongs to its cell: a step that leaves it would fold the surface at a saddle
        out[todo] = vertices[todo] + drift * np.minimum(1.0, cell / np.maximum(away, 1e-300))[:, None]
    return out, float(left.max(initial=0.0))


def _sag(sources: Sequence[FieldSource], level: float, vertices: Array, triangles: Indices) -> float:
    """How far triangles lie from the surface, at the middles of a regular sample of them."""
    if not len(triangles):
        return 0.0
    chosen = triangles[:: max(len(triangles) // 500, 1)]
    q, slope = _value_and_slope(sources, vertices[chosen].mean(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.abs(q - level) / np.sqrt((slope**2).sum(axis=1))
    return float(np.nanmax(np.where(np.isfinite(distance), distance, 0.0), initial=0.0))
