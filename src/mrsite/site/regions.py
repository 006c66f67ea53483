"""Where the field of the magnets reaches a level on a storey, with its band.

While a magnet stands alone its meridian profiles give every cut and envelope; nothing is traced
again for a second storey. Where several magnets stand, their fields add as vectors: the sum is
traced on planes through the heights asked for, and the single regions are kept beside it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np

from mrsite.base.pose import Pose
from mrsite.fields import magnitude
from mrsite.magnets import banded_profile
from mrsite.magnets.model import MagnetModel
from mrsite.maps import Plane, contours, meridian_profile, profile_envelope
from mrsite.site.evidence import Quantity, Region, WantedRegion
from mrsite.site.project import Project, Scanner, Storey
from mrsite.site.sum_band import sum_edges
from mrsite.site.total_field import TotalField, placed

#: Distance between planes where a sum of magnets is traced for an envelope, m.
_PLANE_STEP = 0.35
#: A magnet that adds no more than this share of a level around another's line moves it by less than a millimetre: the
#: field falls by the cube of the distance or faster, so a line of 3 m by a third of 0.1 %.
_UNFELT = 1e-3
#: The line is sought so far outside the bounds of its own outer edge, m.
_MARGIN = 0.5
_TURN, _UP = np.meshgrid(np.linspace(0, 2 * np.pi, 24, endpoint=False), np.linspace(-1, 1, 9))
#: Points of a unit sphere.
_ROUND = np.column_stack(
    [(np.sqrt(1 - _UP**2) * np.cos(_TURN)).ravel(), (np.sqrt(1 - _UP**2) * np.sin(_TURN)).ravel(), _UP.ravel()]
)


@dataclass
class Regions:
    """Computes the regions of one project."""

    project: Project
    field: TotalField
    tolerance: float = 1e-3
    _slices: dict[Any, tuple[Any, Any, Any]] = dataclasses.field(default_factory=dict)

    def region(self, wanted: WantedRegion) -> Region:
        """Return the region on a storey, in the plan metres of its own drawing."""
        storey = self.project.storey(wanted.storey)
        heights = wanted.heights or storey.occupied
        extra = self.project.placing_m(storey.name)
        parts = [
            self._single(scanner, pose, storey, wanted, heights, extra)
            for scanner in self.field.scanners
            for pose in scanner.poses
        ]
        central, lower, upper = (union([p[k] for p in parts]) for k in ("central", "lower", "upper"))
        shares: dict[str, float] = {}
        for part in parts:
            for name, metres in part["shares"].items():
                shares[name] = max(shares.get(name, 0.0), metres)
        tolerance = max((p["tolerance"] for p in parts), default=0.0)
        incomplete = None
        if len(self.field.scanners) > 1 and wanted.quantity == "B":
            merged = self._merged(storey, wanted, heights, extra)
            if merged is not None:
                central, outer, lower = merged
                # each alone stays in: one of the magnets may be ramped down
                upper = union([upper, outer])
                tolerance += _PLANE_STEP**2 / 8 / 2.0  # between two planes a line of 2 m radius bulges by so much
        elif len(self.field.scanners) > 1:
            incomplete = "the gradient of several magnets is drawn for each magnet alone"
        lower = lower.intersection(central)
        upper = union([upper, central])
        earth = [p["with_earth"] for p in parts if p["with_earth"] is not None]
        return Region(
            wanted.storey,
            wanted.level,
            wanted.kind,
            wanted.quantity,
            heights,
            central,
            lower,
            upper,
            shares,
            tolerance,
            incomplete,
            union([*earth, central]) if earth else None,
        )

    def profiles(self, scanner: Scanner, level: float, extra: float, quantity: Quantity) -> Any:
        """Return the banded profile of a magnet (magnet frame), traced once for all sites of a process."""
        return _banded(_wanted(scanner.magnet, level, extra, quantity))

    def _single(
        self,
        scanner: Scanner,
        pose: Pose,
        storey: Storey,
        wanted: WantedRegion,
        heights: tuple[float, float],
        extra: float,
    ) -> Mapping[str, Any]:
        line = _wanted(scanner.magnet, wanted.level, extra, wanted.quantity)
        banded = _banded(line)
        here = storey.to_site.pose_back(pose)
        # rounded to a nanometre, so that one height computed in two ways is one outline
        low, high = (round(storey.elevation + h - pose.position[2], 9) for h in heights)
        shapes = {
            name: _placed(_outline(line, name, low, high, self.tolerance), here)
            for name in ("central", "lower", "upper")
        }
        return {
            **shapes,
            "with_earth": self._with_earth(line, low, high, here),
            "shares": {name: _largest(share) for name, share in banded.shares.items()},
            "tolerance": banded.central.error_m + self.tolerance,
        }

    def _with_earth(self, line: _Wanted, low: float, high: float, here: Pose) -> Any:
        """The outline were the earth's field to add in full everywhere: the line of a level lower by its strength.

        None where it is not stated, or reaches the level by itself.
        """
        earth = self.project.earth
        if earth is None or line.quantity != "B" or earth.strength_T >= line.level:
            return None
        return _placed(_plain(replace(line, level=line.level - earth.strength_T), low, high, self.tolerance), here)

    def _merged(
        self, storey: Storey, wanted: WantedRegion, heights: tuple[float, float], extra: float
    ) -> tuple[Any, Any, Any] | None:
        """The sum of several magnets (central, outer, inner) on planes through the heights; None for strangers.

        Where a direction is not known the worse is drawn, and only what all directions reach is certain.
        """
        reaches = {s.id: self._reach(s, wanted.level) for s in self.field.scanners}
        if all(self._strangers(a, b, reaches[a.id], wanted.level) for a, b in permutations(self.field.scanners, 2)):
            return None
        from shapely import intersection_all

        found, outer, inner = [], [], []
        for positions in _products([len(s.poses) for s in self.field.scanners]):
            window = self._window(reaches, positions)
            certain = []
            for signs in self.field.signs():
                least = []
                for z in _planes(storey, heights, self.field.scanners):
                    central, may, must = self._slice(wanted.level, z, signs, positions, window, extra)
                    found.append(central)
                    outer.append(may)
                    least.append(must)
                certain.append(union(least))
            inner.append(intersection_all(certain))
        central, upper, lower = (storey.to_site.geometry_back(union(shapes)) for shapes in (found, outer, inner))
        return central, upper, lower

    def _slice(
        self,
        level: float,
        z: float,
        signs: tuple[float, ...],
        positions: tuple[int, ...],
        window: tuple[float, float, float, float],
        extra: float,
    ) -> tuple[Any, Any, Any]:
        """The sum on one plane (central, outer, inner), site frame: asked for once, whatever storeys share it.

        The line is sought only where the outer edge may be: elsewhere the level is not reached.
        """
        key = (level, round(z, 9), signs, positions, window, extra)
        if key in self._slices:
            return self._slices[key]
        from shapely import MultiPolygon
        from shapely.affinity import translate

        source = self.field.source(signs, positions)
        magnets = [(s.magnet, s.poses[k]) for s, k in zip(self.field.scanners, positions)]
        # a local origin: far grid coordinates must not cost the tracer its digits
        x0, y0, x1, y1 = window
        plane = Plane((x0, y0, z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
        may, must = sum_edges(source, magnets, level, plane, (0.0, 0.0, x1 - x0, y1 - y0), extra)
        central = MultiPolygon()
        if not may.is_empty:
            u0, v0, u1, v1 = may.bounds
            near = (
                max(u0 - _MARGIN, 0.0),
                max(v0 - _MARGIN, 0.0),
                min(u1 + _MARGIN, x1 - x0),
                min(v1 + _MARGIN, y1 - y0),
            )
            (lines,) = contours(source, [level], plane, near, self.tolerance)
            central = even_odd([np.asarray(p)[:, :2] for p in lines.paths])
        made = central, translate(may, x0, y0), translate(must, x0, y0)
        self._slices[key] = made
        return made

    def _strangers(self, near: Scanner, far: Scanner, reach: float, level: float) -> bool:
        """Whether a magnet leaves the other's line where it is, at all their positions."""
        around = reach * _ROUND
        return all(
            float(np.nanmax(magnitude(placed(far, there).flux_density(np.asarray(here.position) + around))))
            <= _UNFELT * level
            for here in near.poses
            for there in far.poses
        )

    def _reach(self, scanner: Scanner, level: float) -> float:
        banded = self.profiles(scanner, level, 0.0, "B")
        points = [np.hypot(p[:, 0], p[:, 1]).max() for p in banded.upper.paths if len(p)]
        return float(max(points, default=0.0))

    def _window(self, reaches: Mapping[str, float], positions: Sequence[int]) -> tuple[float, float, float, float]:
        xs, ys = [], []
        margin = 2.0 * max(reaches.values(), default=0.0) + 1.0
        for scanner, k in zip(self.field.scanners, positions):
            x, y, _ = scanner.poses[k].position
            xs += [x - margin, x + margin]
            ys += [y - margin, y + margin]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class _Wanted:
    """What a banded profile depends on; the magnet itself is known by its file's hash."""

    id: str
    sha256: str
    level: float
    site_spread: float
    extra: float
    quantity: Quantity
    magnet: MagnetModel = dataclasses.field(compare=False)


def _wanted(magnet: MagnetModel, level: float, extra: float, quantity: Quantity) -> _Wanted:
    return _Wanted(magnet.id, magnet.sha256 or str(id(magnet)), level, magnet.site_spread, extra, quantity, magnet)


@lru_cache(maxsize=256)
def _banded(wanted: _Wanted) -> Any:
    return banded_profile(
        wanted.magnet,
        wanted.level,
        site_spread=wanted.site_spread,
        extra_m=wanted.extra,
        quantity=wanted.quantity,
    )


def _planes(storey: Storey, heights: tuple[float, float], scanners: Sequence[Scanner]) -> list[float]:
    """Heights at which a sum is traced: both ends, the isocentres, and steps that all storeys share between them."""
    low, high = (storey.elevation + h for h in heights)
    steps = range(math.ceil(low / _PLANE_STEP), math.floor(high / _PLANE_STEP) + 1)
    planes = {low, high, *(k * _PLANE_STEP for k in steps)}
    for scanner in scanners:
        for pose in scanner.poses:
            planes.add(min(max(pose.position[2], low), high))
    return sorted(planes)


def _products(counts: Sequence[int]) -> list[tuple[int, ...]]:
    import itertools

    return list(itertools.product(*(range(n) for n in counts)))


@lru_cache(maxsize=1024)
def _outline(line: _Wanted, edge: str, low: float, high: float, tolerance: float) -> Any:
    """The envelope of a line between two heights relative to the axis: (across, along) the bore, m.

    Where a magnet stands and how it is turned changes nothing here, so a layout search asks once.
    """
    return even_odd(profile_envelope(getattr(_banded(line), edge), low, high, tolerance).rings)


@lru_cache(maxsize=1024)
def _plain(line: _Wanted, low: float, high: float, tolerance: float) -> Any:
    """The outline of the central model's line, without a band."""
    profile = meridian_profile(line.magnet.source(), line.level, tolerance)
    return even_odd(profile_envelope(profile, low, high, tolerance).rings)


def _placed(outline: Any, pose: Pose) -> Any:
    """An outline of the magnet's horizontal plane in plan metres."""
    from shapely import affinity

    r = pose.rotation
    turned = affinity.affine_transform(outline, [r[0, 0], r[0, 2], r[1, 0], r[1, 2], 0.0, 0.0])
    return affinity.translate(turned, pose.position[0], pose.position[1])


def even_odd(rings: Sequence[Any]) -> Any:
    """What an odd number of rings encloses."""
    from shapely import MultiPolygon, Polygon, make_valid

    result: Any = MultiPolygon()
    usable = [Polygon(r) for r in rings if len(r) >= 4]
    for polygon in sorted(usable, key=lambda p: -p.area):
        sound = polygon if polygon.is_valid else make_valid(polygon)
        result = result.symmetric_difference(sound)
    return _areas(result)


def _areas(geometry: Any) -> Any:
    """Only the polygons of a geometry, as one MultiPolygon."""
    from shapely import MultiPolygon, get_parts

    parts = (
        [p for p in get_parts(geometry) if p.geom_type == "Polygon" and not p.is_empty] if geometry is not None else []
    )
    return MultiPolygon(parts)


def union(shapes: Sequence[Any]) -> Any:
    from shapely import union_all

    return _areas(union_all(list(shapes))) if shapes else _areas(None)


def _largest(share: Any) -> float:
    return float(np.nanmax(np.asarray(share, dtype=float))) if np.size(share) else 0.0
