"""Solids cut by horizontal planes: triangles in, outlines out. Runs in the worker's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Vertices nearer than this are one, m; curved faces are within this of their facets.
WELD_M = 1e-6
DEFLECTION_M = 0.002
# A plane that runs exactly through corners gives broken rings: it is moved this far, m.
_NUDGE_M = 1.7e-5
# Coordinates beyond this are no building, m.
FARTHEST_M = 1e8


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in metres: corners (n, 3), faces (m, 3) of indices, and loose edges (k, 2)."""

    corners: Array
    faces: Ints
    edges: Ints

    @property
    def low(self) -> float:
        """Height of the lowest corner."""
        return float(self.corners[:, 2].min())

    @property
    def high(self) -> float:
        """Height of the highest corner."""
        return float(self.corners[:, 2].max())


class Mesher:
    """The geometry library with its settings: openings are not taken from walls, that is done on the cut."""

    def __init__(self, scale: float) -> None:
        import ifcopenshell.geom

        self._create = ifcopenshell.geom.create_shape
        self._scale = scale
        self._solid = ifcopenshell.geom.settings()
        self._solid.set("use-world-coords", True)
        self._solid.set("disable-opening-subtractions", True)
        self._solid.set("weld-vertices", True)
        self._solid.set("mesher-linear-deflection", DEFLECTION_M)
        self._lines = ifcopenshell.geom.settings()
        self._lines.set("use-world-coords", True)
        self._lines.set("dimensionality", ifcopenshell.ifcopenshell_wrapper.CURVES_SURFACES_AND_SOLIDS)

    def mesh(self, element: Any, *, lines: bool = False) -> Mesh | None:
        """Return the triangles of an element in the model's coordinates, None where it has no usable shape.

        Parameters
        ----------
        lines : bool
            Take an outline drawn in curves too.
        """
        if getattr(element, "Representation", None) is None:
            return None
        try:
            made = self._create(self._lines if lines else self._solid, element).geometry
        except (RuntimeError, ValueError, TypeError):
            return None
        corners = np.asarray(made.verts, dtype=np.float64).reshape(-1, 3) * self._scale
        faces = np.asarray(made.faces, dtype=np.int64).reshape(-1, 3)
        edges = np.asarray(made.edges, dtype=np.int64).reshape(-1, 2)
        if not len(corners) or not (len(faces) or lines):
            return None
        if not np.isfinite(corners).all() or np.abs(corners).max() > FARTHEST_M:
            return None
        return _welded(corners, faces, edges)


def _welded(corners: Array, faces: Ints, edges: Ints) -> Mesh:
    """Join corners that lie on one another, whatever faces they came with."""
    keys = np.round((corners - corners.min(axis=0)) / WELD_M).astype(np.int64)
    _, first, of = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    return Mesh(corners[first], of[faces].reshape(-1, 3), of[edges].reshape(-1, 2))


def cut(mesh: Mesh, height: float) -> Any:
    """Return the section of a mesh at a height as a shapely polygon or multipolygon, empty where there is none.

    Solids of one element that touch nowhere are cut each by itself and united, since the rings of
    two that overlap would cancel.
    """
    import shapely

    if not len(mesh.faces):
        return shapely.Polygon()
    z = mesh.corners[:, 2]
    while np.abs(z - height).min() < 0.5 * _NUDGE_M:
        height += _NUDGE_M
    above = z > height
    crossing = above[mesh.faces].any(axis=1) & ~above[mesh.faces].all(axis=1)
    faces = mesh.faces[crossing]
    if not len(faces):
        return shapely.Polygon()
    part = _components(mesh)[faces[:, 0]]
    segments = _segments(mesh.corners, above, faces, height)
    found = []
    for k in np.unique(part):
        mine = segments[part == k]
        lines = shapely.linestrings(mine[np.abs(mine[:, 0] - mine[:, 1]).max(axis=1) > 1e-9])
        area = shapely.build_area(shapely.multilinestrings(lines))
        if area is None or area.is_empty:
            area = shapely.build_area(shapely.unary_union(lines, grid_size=1e-5))
        if area is not None and not area.is_empty:
            found.append(area)
    return clean(shapely.unary_union(found)) if found else shapely.Polygon()


def shadow(mesh: Mesh) -> Any:
    """Return what a mesh covers seen from above, for shapes that are not closed."""
    import shapely

    flat = mesh.corners[:, :2]
    origin = flat.min(axis=0)
    triangles = shapely.polygons((flat - origin)[mesh.faces]) if len(mesh.faces) else []
    solid = [t for t in triangles if t.area > 1e-9]
    if solid:
        area = shapely.unary_union(solid, grid_size=1e-5)
    else:
        lines = shapely.linestrings((flat - origin)[mesh.edges])
        area = shapely.build_area(shapely.unary_union(lines, grid_size=1e-5))
    return shapely.Polygon() if area is None else clean(shapely.transform(area, lambda xy: xy + origin))


def clean(area: Any) -> Any:
    """Drop corners on straight lines and slivers."""
    import shapely

    area = shapely.simplify(area, 1e-6)
    parts = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon" and p.area > 1e-6]
    return shapely.unary_union(parts) if parts else shapely.Polygon()


def _segments(corners: Array, above: npt.NDArray[np.bool_], faces: Ints, height: float) -> Array:
    """Where triangles cross the height, (m, 2, 2); an edge shared by two is cut by the same arithmetic."""
    up = above[faces]
    # The corner that lies alone on its side: both crossed edges meet there.
    alone = np.where(up.sum(axis=1) == 1, up.argmax(axis=1), (~up).argmax(axis=1))
    rows = np.arange(len(faces))
    out = np.empty((len(faces), 2, 2))
    for side in (1, 2):
        a, b = faces[rows, alone], faces[rows, (alone + side) % 3]
        low, high = np.minimum(a, b), np.maximum(a, b)
        p, q = corners[low], corners[high]
        t = (height - p[:, 2]) / (q[:, 2] - p[:, 2])
        out[:, side - 1] = p[:, :2] + t[:, None] * (q[:, :2] - p[:, :2])
    return out


def _components(mesh: Mesh) -> npt.NDArray[np.int32]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    i = np.concatenate([mesh.faces[:, 0], mesh.faces[:, 1]])
    j = np.concatenate([mesh.faces[:, 1], mesh.faces[:, 2]])
    n = len(mesh.corners)
    graph = coo_array((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label, dtype=np.int32)
