"""Where the total field reaches a level in space, with its band: what a scene shows and a storey cuts.

A magnet that stands alone gives a surface of revolution of its banded profile. Where several stand near one another
their sum is marched, and the band is the widest distance by which any of them is uncertain, laid about the sum: the
same rule as for the lines on a storey.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from mrsite.base.pose import Pose
from mrsite.magnets import banded_profile
from mrsite.maps import Surface, isosurface, revolved
from mrsite.site.project import Project, Scanner
from mrsite.site.total_field import TotalField, total_field

Edge = Literal["lower", "central", "upper"]
EDGES: tuple[Edge, ...] = ("lower", "central", "upper")

#: Beyond this many times the larger reach two magnets are strangers, as for lines on a storey.
_STRANGERS = 8.0
#: Cells along the longest edge of the box in which a sum is marched.
_CELLS = 96


@dataclass(frozen=True)
class SiteSurface:
    """One edge of the band of one level, in the site frame (m).

    Parameters
    ----------
    scanner : str
        Whose surface it is: ids joined by " + " where fields were summed.
    edge : "lower", "central" or "upper"
    surface : Surface
    method : str
        ``"revolved"`` or ``"marched"``.
    """

    scanner: str
    level: float
    edge: Edge
    surface: Surface
    method: str


def isosurfaces(project: Project, levels: Sequence[float], *, chord: float = 5e-3) -> tuple[SiteSurface, ...]:
    """Return the surfaces |B| = level of a project's magnets at their first positions.

    Parameters
    ----------
    levels : sequence of float, T
    chord : float, m
        Largest distance of a flat piece from the curve of a surface of revolution.

    Returns
    -------
    tuple of SiteSurface
        Empty where no magnet has a field model.

    Raises
    ------
    InputError
        A level that is not a positive finite number.
    """
    field = total_field(project)
    found: list[SiteSurface] = []
    for level in levels:
        single = {s.id: _single(s, level, project.position_tolerance_m, chord) for s in field.scanners}
        for group in _groups(field.scanners, single):
            if len(group) == 1:
                found += single[group[0].id]
            else:
                found += _summed(TotalField(group), level, [single[s.id] for s in group])
    return tuple(found)


def _single(scanner: Scanner, level: float, extra: float, chord: float) -> list[SiteSurface]:
    banded = banded_profile(scanner.magnet, level, site_spread=scanner.magnet.site_spread, extra_m=extra)
    pose = scanner.poses[0]
    return [
        SiteSurface(scanner.id, level, edge, _placed(revolved(getattr(banded, edge), chord), pose), "revolved")
        for edge in EDGES
    ]


def _placed(surface: Surface, pose: Pose) -> Surface:
    return replace(surface, vertices=np.ascontiguousarray(pose.to_plan(surface.vertices)))


def _reach(surfaces: Sequence[SiteSurface], scanner: Scanner) -> float:
    points = np.concatenate([s.surface.vertices for s in surfaces])
    if not len(points):
        return 0.0
    return float(np.sqrt(((points - np.asarray(scanner.poses[0].position)) ** 2).sum(axis=1)).max())


def _groups(scanners: Sequence[Scanner], single: dict[str, list[SiteSurface]]) -> list[tuple[Scanner, ...]]:
    """Magnets that can change each other's surface, together; the others alone."""
    groups = [[s] for s in scanners]

    def near(a: Scanner, b: Scanner) -> bool:
        reach = max(_reach(single[a.id], a), _reach(single[b.id], b))
        return math.dist(a.poses[0].position, b.poses[0].position) < _STRANGERS * reach

    merged = True
    while merged:
        merged = False
        for one, other in itertools.combinations(groups, 2):
            if any(near(a, b) for a in one for b in other):
                one += other
                groups.remove(other)
                merged = True
                break
    return [tuple(g) for g in groups]


def _summed(field: TotalField, level: float, single: Sequence[Sequence[SiteSurface]]) -> list[SiteSurface]:
    name = " + ".join(s.id for s in field.scanners)
    origin = np.mean([s.poses[0].position for s in field.scanners], axis=0)
    shifted = TotalField(
        tuple(replace(s, poses=(_moved(s.poses[0], -origin),)) for s in field.scanners)
    )  # national-grid coordinates would cost the Newton steps their digits
    points = np.concatenate([s.surface.vertices for group in single for s in group]) - origin
    if not len(points):
        return []
    # where fields add, a line between two magnets can lie twice as far out as either alone
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.35 * float((high - low).max()) + 0.5
    low, high = low - margin, high + margin
    sources = [shifted.source(signs) for signs in shifted.signs()]
    box = (*low.tolist(), *high.tolist())
    central = isosurface(sources, level, box, float((high - low).max()) / _CELLS)  # type: ignore[arg-type]
    normals = vertex_normals(central)
    found = []
    for edge in EDGES:
        away = max((_between(group, edge) for group in single), default=0.0)
        vertices = central.vertices + (away if edge == "upper" else -away) * normals + origin
        found.append(SiteSurface(name, level, edge, replace(central, vertices=vertices), "marched"))
    return found


def _moved(pose: Pose, by: Any) -> Pose:
    x, y, z = (float(p + d) for p, d in zip(pose.position, by))
    return Pose((x, y, z), pose.bearing_deg)


def _between(group: Sequence[SiteSurface], edge: Edge) -> float:
    """Widest distance between the central surface and an edge of its band, along and across the axis."""
    if edge == "central":
        return 0.0
    by = {s.edge: s.surface.vertices for s in group}
    if not len(by[edge]) or not len(by["central"]):
        return 0.0
    here, there = ((v.max(axis=0), v.min(axis=0)) for v in (by["central"], by[edge]))
    return float(max(np.abs(here[0] - there[0]).max(), np.abs(here[1] - there[1]).max()))


def vertex_normals(surface: Surface) -> Any:
    """Unit normals (n, 3) at the vertices, towards the weaker field: the area-weighted mean of the triangles'."""
    v, t = surface.vertices, surface.triangles
    face = np.cross(v[t[:, 1]] - v[t[:, 0]], v[t[:, 2]] - v[t[:, 0]])
    total = np.zeros_like(v)
    for k in range(3):
        np.add.at(total, t[:, k], face)
    size = np.sqrt((total**2).sum(axis=1))[:, None]
    return np.divide(total, size, out=np.zeros_like(total), where=size > 0.0)
