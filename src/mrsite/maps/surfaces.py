"""Isosurfaces of |B| in space: revolved from a meridian profile, or marched and put on the exact field.

While a source is symmetric about its axis, the traced profile turned about it is the surface, exact to the
profile's own tolerance. Steel, a second magnet or the earth's field break the symmetry; then a grid is marched, only
where the surface passes, and every vertex is moved onto the surface of the exact field by Newton steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import FieldSource, flux_density_and_jacobian, magnitude

from .contours import check_levels
from .profile import Profile

Array = NDArray[np.float64]
Indices = NDArray[np.int32]
Box = tuple[float, float, float, float, float, float]

#: Nodes of the finest grid that are kept in memory at once.
_MOST_NODES = 12_000_000
_BLOCK = 4  # fine cells along one coarse cell
_ON_A_WIRE = 50.0  # logarithm of |B|/level given to a node where the field is not defined: certainly inside


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
    values, skipped = _sampled(sources, level, low, size, shape)
    vertices, triangles = _marched(values, low, size)
    vertices, error = _on_surface(sources, level, vertices, float(size.max()), tolerance)
    return Surface(level, vertices, triangles, error, _sag(sources, level, vertices, triangles), skipped)


def _grid(box: Box, spacing: float) -> tuple[Array, Array, tuple[int, int, int]]:
    corners = np.asarray(box, dtype=np.float64)
    if corners.shape != (6,) or not np.isfinite(corners).all() or not (corners[:3] < corners[3:]).all():
        raise InputError(f"box: {tuple(box)} must be (x0, y0, z0, x1, y1, z1) in metres, upper edges above lower ones")
    if not (np.isfinite(spacing) and spacing > 0.0):
        raise InputError(f"spacing: {spacing} must be a positive length in metres")
    extent = corners[3:] - corners[:3]
    cells = np.maximum(np.ceil(extent / (spacing * _BLOCK)), 1.0) * _BLOCK
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


def _sampled(
    sources: Sequence[FieldSource], level: float, low: Array, size: Array, shape: tuple[int, int, int]
) -> tuple[Array, int]:
    """log(|B|/level) at the nodes near the surface, NaN elsewhere: coarse cells first, then those it passes through.

    The surface is followed: a coarse cell is refined where the fine nodes on its border, or its corners, differ
    in sign or come near to it, until no more are found.
    """
    values = np.full(shape, np.nan)
    skipped = 0

    def fill(need: NDArray[np.bool_]) -> None:
        nonlocal skipped
        where = np.nonzero(need)
        if not len(where[0]):
            return
        found = _log_ratio(sources, level, low + np.stack(where, axis=1) * size)
        bad = ~np.isfinite(found)
        skipped += int(np.count_nonzero(bad))
        values[where] = np.where(bad, _ON_A_WIRE, found)

    need = np.zeros(shape, dtype=bool)
    need[::_BLOCK, ::_BLOCK, ::_BLOCK] = True
    fill(need)
    done = np.zeros([(n - 1) // _BLOCK for n in shape], dtype=bool)
    corners_low, corners_high = _window(values[::_BLOCK, ::_BLOCK, ::_BLOCK], 1)
    nearest = np.minimum(np.abs(corners_low), np.abs(corners_high))
    # a bulge through one face leaves the corners of one sign: refine also what comes near for its own slope
    active = (corners_low < 0.0) & (corners_high >= 0.0) | (nearest < 0.35 * (corners_high - corners_low))
    while active.any():
        need[:] = False
        for i, j, k in zip(*(a * _BLOCK for a in np.nonzero(active))):
            need[i : i + _BLOCK + 1, j : j + _BLOCK + 1, k : k + _BLOCK + 1] = True
        fill(need & np.isnan(values))
        done |= active
        lowest, highest = _window(values, _BLOCK)
        active = (lowest < 0.0) & (highest >= 0.0) & ~done
    return values, skipped


def _window(values: Array, width: int) -> tuple[Array, Array]:
    """Least and greatest known value over each block of cells, its border included (inf, -inf where none is)."""
    lowest = np.where(np.isnan(values), np.inf, values)
    highest = np.where(np.isnan(values), -np.inf, values)
    for axis in range(3):
        n = values.shape[axis]
        parts = [np.arange(s, n - width + s, width) for s in range(width + 1)]
        lowest = np.minimum.reduce([lowest.take(p, axis=axis) for p in parts])
        highest = np.maximum.reduce([highest.take(p, axis=axis) for p in parts])
    return lowest, highest


# ---------------------------------------------------------------------------------------- marching

#: Corner c of a cell stands at (c & 1, c >> 1 & 1, c >> 2 & 1); an edge joins two corners that differ in one of them.
_EDGES = tuple((c, c | 1 << axis) for axis in range(3) for c in range(8) if not c >> axis & 1)


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """For each of the 256 patterns of strong corners, its triangles by edge number (-1 beyond), and how many."""
    number = {frozenset(edge): k for k, edge in enumerate(_EDGES)}
    rows = []
    for case in range(256):
        follows: dict[int, int] = {}
        for axis in range(3):
            u, v = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
            ring = (0, u, u | v, v)  # anticlockwise about +axis
            for corners in (tuple(reversed(ring)), tuple(c | 1 << axis for c in ring)):
                strong = [bool(case >> c & 1) for c in corners]
                for k in range(4):
                    if strong[k] and not strong[k - 1]:  # a run of strong corners begins here
                        m = k
                        while strong[(m + 1) % 4]:
                            m += 1
                        enters = number[frozenset((corners[k - 1], corners[k]))]
                        leaves = number[frozenset((corners[m % 4], corners[(m + 1) % 4]))]
                        follows[enters] = leaves
        triangles: list[tuple[int, int, int]] = []
        while follows:
            start, at = next(iter(follows.items()))
            del follows[start]
            loop = [start]
            while at != start:
                loop.append(at)
                at = follows.pop(at)
            triangles += [(loop[0], loop[k], loop[k + 1]) for k in range(1, len(loop) - 1)]
        rows.append(triangles)
    most = max(len(r) for r in rows)
    table = np.full((256, most, 3), -1, dtype=np.int8)
    for case, triangles in enumerate(rows):
        for k, triangle in enumerate(triangles):
            table[case, k] = triangle
    return table, np.array([len(r) for r in rows], dtype=np.int64)


def _marched(values: Array, low: Array, size: Array) -> tuple[Array, Indices]:
    """Vertices by linear interpolation on cell edges, and triangles."""
    nx, ny, nz = values.shape
    known, strong = ~np.isnan(values), values >= 0.0
    whole = np.ones((nx - 1, ny - 1, nz - 1), dtype=bool)
    case = np.zeros(whole.shape, dtype=np.uint8)
    for c in range(8):
        i, j, k = c & 1, c >> 1 & 1, c >> 2 & 1
        part = (slice(i, nx - 1 + i), slice(j, ny - 1 + j), slice(k, nz - 1 + k))
        whole &= known[part]
        case |= strong[part].astype(np.uint8) << np.uint8(c)
    cells = np.nonzero(whole & (case != 0) & (case != 255))
    patterns = case[cells]
    table, counts = _table()
    if not len(patterns):
        return np.empty((0, 3)), np.empty((0, 3), dtype=np.int32)
    repeat = counts[patterns]
    owner = np.repeat(np.arange(len(patterns)), repeat)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    edges = table[patterns[owner], rank].astype(np.int64)  # (m, 3) edge of the owner's cell
    first = np.array([e[0] for e in _EDGES])[edges]
    axis = np.array([(a ^ b).bit_length() - 1 for a, b in _EDGES])[edges]
    x, y, z = (cells[a][owner][:, None] + (first >> a & 1) for a in range(3))
    key = ((axis * nx + x) * ny + y) * nz + z
    unique, triangles = np.unique(key, return_inverse=True)
    k0 = unique % nz
    j0 = unique // nz % ny
    i0 = unique // (nz * ny) % nx
    along = unique // (nz * ny * nx)
    step = np.eye(3, dtype=np.int64)[along]
    a = values[i0, j0, k0]
    b = values[i0 + step[:, 0], j0 + step[:, 1], k0 + step[:, 2]]
    t = np.clip(a / (a - b), 0.02, 0.98)[:, None]  # away from the nodes: no two vertices of a cell fall together
    vertices = low + (np.stack([i0, j0, k0], axis=1) + t * step) * size
    return vertices, triangles.reshape(-1, 3).astype(np.int32)


# ---------------------------------------------------------------------------------------- exact field


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
