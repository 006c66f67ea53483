"""The meridian profile of an axisymmetric source: traced once, it gives every cut, envelope and surface.

The surface |B| = level of a source that is symmetric about its axis is a surface of revolution. A horizontal
plane at height dy above the axis cuts it in x = +-sqrt(rho^2 - dy^2), so that nothing is traced again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.fields import Coil, FieldSource, Loop, certified, magnitude

from .contours import check_levels
from .grid import numbers
from .plane import Plane
from .tracing import RTOL, trace

Array = NDArray[np.float64]
_ON_AXIS = 1e-9  # m


@dataclass(frozen=True)
class Profile:
    """One level's curves in the half plane (rho, z), rho >= 0, the stronger field on their left.

    Parameters
    ----------
    level : float, T
    paths : tuple of (n, 2) float64, m
        (rho, z). A closed path ends on its first point; an open one begins and ends on the axis.
    closed : tuple of bool
    error_m : float
        Largest distance found between a path and the contour.
    unsettled, resolved_to_m : int, float
        What the search could not prove, as in :class:`~mrsite.maps.Contours`.
    """

    level: float
    paths: tuple[Array, ...]
    closed: tuple[bool, ...]
    error_m: float
    unsettled: int = 0
    resolved_to_m: float = 0.0


@dataclass(frozen=True)
class Rings:
    """Closed outlines in the magnet's horizontal plane; a point is inside where it is inside an odd number of them.

    Parameters
    ----------
    rings : tuple of (n, 2) float64, m
        (x, z): across the bore, along it towards the patient end; the last point is the first.
    error_m : float
    """

    rings: tuple[Array, ...]
    error_m: float


def meridian_profile(
    source: FieldSource, level: float, tolerance: float = 1e-3, like: Profile | None = None
) -> Profile:
    """Trace |B| = level in the half plane (rho, z) of a source that is symmetric about its own z axis.

    Parameters
    ----------
    source : field source
        Windings coaxial about z, in their own frame.
    level : float, T
    tolerance : float, m
    like : Profile, optional
        The profile of a source that differs little, such as another member of an ensemble: its pieces are where to
        start, and nothing is searched. Pieces that this source has and that one has not are then not found.

    Returns
    -------
    Profile

    Raises
    ------
    InputError
        The level is no positive number, or the field never falls below it.
    """
    (level,) = check_levels([level])
    plane = Plane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    source = certified(source, RTOL)
    seeds = None
    reach = 0.0
    if like is not None and like.paths:
        # several of each piece, should one have moved far
        seeds = np.concatenate([path[:: max(1, len(path) // 4)][:5] for path in like.paths])
        reach = 1.5 * max(profile_reach(like))
    if reach == 0.0 or not _highest_at(source, reach) < level:
        reach = max(reach, outer_radius(source, level))
    window = (0.0, -reach, reach, reach)
    found = trace(source, level, plane, window, tolerance, 0, seeds=seeds)
    if seeds is not None and not all(
        closed or max(path[0, 0], path[-1, 0]) < _ON_AXIS for path, closed in zip(found.paths, found.closed)
    ):  # a walk was lost, at a winding: ask the cells
        found = trace(source, level, plane, window, tolerance, 0)
    paths = tuple(_left(path) for path in found.paths)
    return Profile(level, paths, found.closed, found.error_m, found.unsettled, found.resolved_to_m)


def _left(path: Array) -> Array:
    """The tracer keeps larger values on the left of (u, v) = (rho, z) already; its ends on the axis are put there
    exactly.
    """
    for end in (0, -1):
        if path[end, 0] < _ON_AXIS:
            path[end, 0] = 0.0
    return path


def outer_radius(source: FieldSource, level: float) -> float:
    """A radius beyond which |B| < level.

    Outside all sources |B| is subharmonic and vanishes at infinity, so its maximum beyond a sphere is on the sphere.

    Raises
    ------
    InputError
        None below 1000 km.
    """
    extent = _extent(source)
    radius = max(1.05 * extent, 0.05)
    if extent == 0.0:
        # windings of unknown size: go on from the last sphere, out to 100 m, that the level reaches
        radii = np.geomspace(0.05, 100.0, 60)
        reached = [r for r in radii if not _highest_at(source, float(r)) < 0.9 * level]
        radius = 1.2 * float(reached[-1]) if reached else radius
    while radius < 1e6:
        if _highest_at(source, radius) < 0.9 * level:
            return radius
        radius *= 1.2
    raise InputError(f"level {level} T is not left behind within 1000 km: is a uniform field part of the source?")


def _highest_at(source: FieldSource, radius: float) -> float:
    theta = np.linspace(0.0, np.pi, 91)
    ring = np.stack([np.sin(theta), np.zeros_like(theta), np.cos(theta)], axis=1)
    return float(np.nanmax(magnitude(source.flux_density(ring * radius))))


def _extent(source: FieldSource) -> float:
    inner = getattr(source, "source", source)
    out = 0.0
    for coil in getattr(inner, "coils", None) or [inner]:
        if isinstance(coil, Coil):
            out = max(out, float(np.hypot(coil.outer_radius, max(abs(coil.z_min), abs(coil.z_max)))))
        elif isinstance(coil, Loop):
            out = max(out, float(np.hypot(coil.radius, coil.z)))
    return out


def profile_reach(profile: Profile) -> tuple[float, float]:
    """Furthest |z| and furthest rho of the profile, m: the extents of the line along the bore and across it."""
    if not profile.paths:
        return 0.0, 0.0
    return (
        float(max(np.abs(path[:, 1]).max() for path in profile.paths)),
        float(max(path[:, 0].max() for path in profile.paths)),
    )


def profile_cut(profile: Profile, dy: float, tolerance: float = 1e-3) -> Rings:
    """The plane dy above or below the axis cuts the surface in these outlines.

    Parameters
    ----------
    profile : Profile
    dy : float, m
    tolerance : float, m
        Of the straight chords between points of the profile, over its own error.
    """
    return profile_envelope(profile, dy, dy, tolerance)


def profile_envelope(profile: Profile, dy0: float, dy1: float, tolerance: float = 1e-3) -> Rings:
    """The union of all cuts from height dy0 to height dy1 relative to the axis, outlined.

    At one z the region of stronger field is a set of intervals [p, q] of rho. A point x is in the union where
    [sqrt(x^2 + m^2), sqrt(x^2 + M^2)] meets one, with m and M the least and the greatest |dy|: for
    p^2 - M^2 <= x^2 <= q^2 - m^2. So a piece of the profile that bounds the region from outside is mapped with m,
    one that bounds it
    from inside with M, joined at constant z where the profile turns; what these curves wind about is the union,
    exactly.

    Parameters
    ----------
    profile : Profile
    dy0, dy1 : float, m
    tolerance : float, m
    """
    low, high = sorted(numbers("heights", (dy0, dy1), 2))
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    curves = [_mapped(path, least, most, tolerance) for path in profile.paths]
    return Rings(_wound(curves), profile.error_m + tolerance)


def _mapped(path: Array, least: float, most: float, tolerance: float) -> Array:
    """The path in (x, z), x >= 0: stronger field on the left, so dz > 0 bounds from outside, dz < 0 from inside."""
    points: list[Array] = []
    for (r0, z0), (r1, z1) in itertools.pairwise(path):
        c = least if z1 >= z0 else most
        if least == most == 0.0:
            n = 1
        else:
            # x = sqrt(rho^2 - c^2) bends a straight chord most where x is small
            x0, x1 = (np.sqrt(max(r * r - c * c, 0.0)) for r in (r0, r1))
            n = int(np.clip(np.ceil(np.sqrt(abs(x1 - x0) / (4.0 * tolerance))), 1, 64)) if x0 != x1 else 1
        t = np.linspace(0.0, 1.0, n + 1)
        # equal steps of x rather than of rho where x starts from nothing
        rho2 = (r0 + (r1 - r0) * t) ** 2
        points.append(np.stack([np.sqrt(np.maximum(rho2 - c * c, 0.0)), z0 + (z1 - z0) * t], axis=1))
    return np.concatenate(points) if points else np.empty((0, 2))


def _wound(curves: list[Array]) -> tuple[Array, ...]:
    """Outlines, mirrored in x = 0, of what directed curves in x >= 0 wind about at least once anticlockwise."""
    import shapely
    from shapely import affinity

    rings = []
    for curve in curves:
        if len(curve) < 2:
            continue
        ring = curve
        if not np.array_equal(curve[0], curve[-1]):
            ring = np.concatenate([curve, curve[:1]])  # both ends lie on the axis
        rings.append(ring[np.r_[True, (np.diff(ring, axis=0) != 0.0).any(axis=1)]])
    rings = [ring for ring in rings if len(ring) > 3]
    if not rings:
        return ()
    noded = shapely.unary_union([shapely.LineString(ring) for ring in rings])
    faces = [
        face
        for face in shapely.polygonize([noded]).geoms
        if sum(_winding(ring, face.representative_point().coords[0]) for ring in rings) > 0
    ]
    half = shapely.unary_union(faces)
    whole = shapely.unary_union([half, affinity.scale(half, -1.0, 1.0, origin=(0.0, 0.0))])
    out: list[Array] = []
    for part in shapely.get_parts(whole):
        out += [np.asarray(ring.coords) for ring in (part.exterior, *part.interiors)]
    return tuple(out)


def _winding(ring: Array, point: tuple[float, float]) -> int:
    x, z = point
    a, b = ring[:-1], ring[1:]
    side = (b[:, 0] - a[:, 0]) * (z - a[:, 1]) - (x - a[:, 0]) * (b[:, 1] - a[:, 1])
    up = (a[:, 1] <= z) & (b[:, 1] > z) & (side > 0.0)
    down = (a[:, 1] > z) & (b[:, 1] <= z) & (side < 0.0)
    return int(np.count_nonzero(up)) - int(np.count_nonzero(down))
