"""Plain solids as triangles: prisms, tubes, lathed bodies. Arrays in, arrays out; metres, z up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mesh = tuple[Array, NDArray[np.int32]]  #: vertices (n, 3) and triangles (m, 3), anticlockwise from outside

_NOTHING: Mesh = (np.empty((0, 3)), np.empty((0, 3), dtype=np.int32))


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """Return several meshes as one."""
    meshes = [m for m in meshes if len(m[1])]
    if not meshes:
        return _NOTHING
    offsets = np.cumsum([0, *(len(v) for v, _ in meshes[:-1])])
    return (
        np.concatenate([v for v, _ in meshes]),
        np.concatenate([t + o for (_, t), o in zip(meshes, offsets)]).astype(np.int32),
    )


def prism(polygon: Any, low: float, high: float) -> Mesh:
    """Extrude a shapely (multi)polygon from height ``low`` to ``high``; holes stay open."""
    import shapely

    parts = []
    for part in shapely.get_parts(polygon):
        if part.geom_type != "Polygon" or part.is_empty or part.area < 1e-9:
            continue
        part = shapely.geometry.polygon.orient(part)
        for ring in (part.exterior, *part.interiors):
            parts.append(ribbon(np.asarray(ring.coords)[:, :2], low, high))
        caps = shapely.get_parts(shapely.constrained_delaunay_triangles(part))
        for triangle in caps:
            corners = np.asarray(shapely.geometry.polygon.orient(triangle).exterior.coords)[:3, :2]
            top = np.column_stack([corners, np.full(3, high)])
            bottom = np.column_stack([corners[::-1], np.full(3, low)])
            parts += [(top, _one_triangle()), (bottom, _one_triangle())]
    return joined(parts)


def _one_triangle() -> NDArray[np.int32]:
    return np.array([[0, 1, 2]], dtype=np.int32)


def ribbon(path: Array, low: float, high: float) -> Mesh:
    """An upright band over a path (n, 2); a path run anticlockwise about a body faces away from it."""
    n = len(path)
    if n < 2:
        return _NOTHING
    vertices = np.concatenate([np.column_stack([path, np.full(n, z)]) for z in (low, high)])
    a = np.arange(n - 1)
    triangles = np.concatenate([np.stack([a, a + 1, a + 1 + n], 1), np.stack([a, a + 1 + n, a + n], 1)])
    return vertices, triangles.astype(np.int32)


def lathe(profile: Array, around: int = 64) -> Mesh:
    """Turn a closed profile (rho, z), anticlockwise in the (rho, z) plane, about z; rho > 0 everywhere.

    The last point need not repeat the first.
    """
    rho, z = np.asarray(profile, dtype=float).T
    n = len(rho)
    phi = 2.0 * np.pi * np.arange(around) / around
    rings = [np.stack([r * np.cos(phi), r * np.sin(phi), np.full(around, h)], axis=1) for r, h in zip(rho, z)]
    k, j = np.meshgrid(np.arange(n), np.arange(around), indexing="ij")
    a, b = k * around + j, k * around + (j + 1) % around
    c, d = (k + 1) % n * around + j, (k + 1) % n * around + (j + 1) % around
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return np.concatenate(rings), triangles.astype(np.int32)


def tube(points: Array, radius: float | Sequence[float], around: int = 16) -> Mesh:
    """A round pipe along a line of points (n, 3), its legs joined by balls; one radius, or one a leg."""
    points = np.asarray(points, dtype=float)
    every = list(itertools.pairwise(points))
    each = np.broadcast_to(np.asarray(radius, dtype=float), (len(every),))
    legs = [(a, b, float(r)) for (a, b), r in zip(every, each) if np.linalg.norm(b - a) > 1e-6]
    parts = [_leg(a, b, r, around) for a, b, r in legs]
    parts += [ball(joint, max(r0, r1), around) for (_, joint, r0), (_, _, r1) in itertools.pairwise(legs)]
    return joined(parts)


def _leg(a: Array, b: Array, radius: float, around: int) -> Mesh:
    axis = (b - a) / np.linalg.norm(b - a)
    aside = np.eye(3)[int(np.argmin(np.abs(axis)))]
    u = np.cross(axis, aside)
    u /= np.linalg.norm(u)
    v = np.cross(axis, u)
    phi = 2.0 * np.pi * np.arange(around) / around
    ring = radius * (np.cos(phi)[:, None] * u + np.sin(phi)[:, None] * v)
    vertices = np.concatenate([a + ring, b + ring, [a, b]])
    j = np.arange(around)
    k = (j + 1) % around
    ends = np.full(around, 2 * around)
    triangles = np.concatenate(
        [
            np.stack([j, k, k + around], 1),
            np.stack([j, k + around, j + around], 1),
            np.stack([ends, k, j], 1),
            np.stack([ends + 1, j + around, k + around], 1),
        ]
    )
    return vertices, triangles.astype(np.int32)


def loft(points: Array, radii: Array, around: int = 20) -> Mesh:
    """A round body of varying radius along a line (n, 3) without sharp bends; its ends are closed."""
    points, radii = np.asarray(points, dtype=float), np.asarray(radii, dtype=float)
    n = len(points)
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1)[:, None]
    u = np.cross(tangent[0], np.eye(3)[int(np.argmin(np.abs(tangent[0])))])
    phi = 2.0 * np.pi * np.arange(around) / around
    rings = []
    for point, along, radius in zip(points, tangent, radii):
        u = u - (u @ along) * along  # carried on without a twist
        u /= np.linalg.norm(u)
        v = np.cross(along, u)
        rings.append(point + radius * (np.cos(phi)[:, None] * u + np.sin(phi)[:, None] * v))
    j = np.arange(around)
    k = (j + 1) % around
    first, last = np.full(around, n * around), np.full(around, n * around + 1)
    parts = [np.stack([first, k, j], 1), np.stack([last, (n - 1) * around + j, (n - 1) * around + k], 1)]
    for i in range(n - 1):
        a, b = i * around, (i + 1) * around
        parts += [np.stack([a + j, a + k, b + k], 1), np.stack([a + j, b + k, b + j], 1)]
    return np.concatenate([*rings, points[[0, -1]]]), np.concatenate(parts).astype(np.int32)


def ball(centre: Array, radius: float, around: int = 16) -> Mesh:
    """A sphere of flat pieces."""
    theta = np.linspace(0.0, np.pi, around // 2 + 1)[1:-1]
    phi = 2.0 * np.pi * np.arange(around) / around
    rings = [
        np.stack([np.sin(t) * np.cos(phi), np.sin(t) * np.sin(phi), np.full(around, np.cos(t))], axis=1) for t in theta
    ]
    n = len(theta)
    vertices = np.concatenate([*rings, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]]) * radius + np.asarray(centre)
    j = np.arange(around)
    k = (j + 1) % around
    parts = [np.stack([np.full(around, n * around), j, k], 1)]
    for i in range(n - 1):
        a, b, c, d = i * around + j, i * around + k, (i + 1) * around + j, (i + 1) * around + k
        parts += [np.stack([a, c, b], 1), np.stack([b, c, d], 1)]
    last = (n - 1) * around
    parts.append(np.stack([np.full(around, n * around + 1), last + k, last + j], 1))
    return vertices, np.concatenate(parts).astype(np.int32)


def placed(mesh: Mesh, rotation: Array, position: Sequence[float]) -> Mesh:
    """A mesh turned (columns of ``rotation`` are its axes) and moved."""
    return mesh[0] @ np.asarray(rotation).T + np.asarray(position, dtype=float), mesh[1]


def two_sided(mesh: Mesh) -> Mesh:
    """A mesh with each triangle also facing the other way."""
    vertices, triangles = mesh
    return vertices, np.concatenate([triangles, triangles[:, ::-1]]).astype(np.int32)


def normals(mesh: Mesh) -> Array:
    """Unit normals at the vertices, area-weighted; (0, 0, 1) where a vertex belongs to no triangle."""
    vertices, triangles = mesh
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, triangles[:, k], face)
    size = np.sqrt((total**2).sum(axis=1))[:, None]
    out: Array = np.divide(total, size, out=np.zeros_like(total), where=size > 0.0)
    out[size[:, 0] == 0.0] = (0.0, 0.0, 1.0)
    return out
