"""The building of a scene: wall bodies found between drawn faces, slabs, panes; extruded from the plans."""

from __future__ import annotations

from typing import Any

import numpy as np

from mrsite.outputs import solids
from mrsite.outputs.solids import Mesh
from mrsite.site.project import Project, Storey

#: A face narrower than this everywhere is the inside of a wall, not a space, m.
_THICKEST_WALL = 0.9
_SHEET = 0.02  # m: thickness given to a wall of which one face alone is drawn
_DOOR_HEAD = 2.1  # m: drawn, where the file says nothing of a door's height
_CLOSE = 2.6  # m: gaps of an outer wall that are bridged to find the outline of a storey


def wall_height(storey: Storey) -> tuple[float, str]:
    """Height to which the walls of a storey are drawn, m, and where it is from."""
    if storey.height is not None:
        return storey.height - (storey.slab_m or 0.0), "floor to floor less the slab"
    if storey.ceiling is not None:
        return storey.ceiling, "ceiling"
    return 3.0, "not stated: 3 m drawn"


def wall_plan(storey: Storey) -> Any:
    """Bodies of the walls of a storey as one shapely geometry, plan metres of its own drawing.

    Where both faces of a wall are drawn it is the strip between them; a face without its partner becomes a thin sheet.
    """
    import shapely

    if storey.plan is None or not len(storey.plan.wall_segments):
        return shapely.MultiPolygon()
    segments = np.asarray(storey.plan.wall_segments, dtype=float).reshape(-1, 2, 2)
    lines = shapely.unary_union(shapely.linestrings(segments), grid_size=1e-4)
    faces = list(shapely.get_parts(shapely.polygonize([lines])))
    rooms = shapely.unary_union(
        [r.polygon for r in storey.plan.rooms if r.polygon is not None and not r.polygon.is_empty]
    )
    bodies = [f for f in faces if _is_thin(f) and not (not rooms.is_empty and rooms.contains(f.representative_point()))]
    bodies_union = shapely.unary_union(bodies)
    lone = lines.difference(bodies_union.buffer(1e-3)) if not bodies_union.is_empty else lines
    sheets = (
        lone.buffer(0.5 * _SHEET, cap_style="flat", join_style="mitre") if not lone.is_empty else shapely.MultiPolygon()
    )
    return shapely.unary_union([bodies_union, sheets])


def _is_thin(face: Any) -> bool:
    return bool(face.buffer(-0.5 * _THICKEST_WALL, join_style="mitre").is_empty and face.area / face.length < 0.3)


def outline(storey: Storey, walls: Any) -> Any:
    """Outline of a storey in plan metres: walls and rooms, gaps of doors closed; empty if none is drawn."""
    import shapely

    shapes = [walls]
    if storey.plan is not None:
        shapes += [r.polygon for r in storey.plan.rooms if r.polygon is not None and not r.polygon.is_empty]
    # holes go first: a closing over every small ring of a detailed drawing takes minutes
    solid = _filled(shapely.unary_union(shapes)).simplify(0.02)
    wider = _filled(solid.buffer(0.5 * _CLOSE, join_style="mitre")).simplify(0.01)
    return _filled(wider.buffer(-0.5 * _CLOSE, join_style="mitre"))


def _filled(shape: Any) -> Any:
    import shapely

    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    return shapely.unary_union([shapely.Polygon(p.exterior) for p in parts])


def walls_mesh(project: Project, storey: Storey, plan: Any) -> Mesh:
    """Walls as prisms in the site frame, with lintels over the doors that are known."""
    import shapely

    height, _ = wall_height(storey)
    low, high = storey.elevation, storey.elevation + height
    meshes = [solids.prism(storey.to_site.geometry(plan), low, high)]
    for door in project.doors:
        if door.storey != storey.name or door.jambs is None or height <= _DOOR_HEAD:
            continue
        leaf = shapely.LineString(door.jambs)
        if leaf.length < 0.3:
            continue
        lintel = leaf.buffer(0.5 * max(door.wall_m or 0.1, 0.05), cap_style="flat")
        lintel = storey.to_site.geometry(lintel.difference(plan))
        meshes.append(solids.prism(lintel, low + _DOOR_HEAD, high))
    return solids.joined(meshes)


def slab_mesh(storey: Storey, plan: Any) -> Mesh:
    """Floor slab of a storey: under its outline, as thick as stated (else a sheet of 20 mm)."""
    shape = outline(storey, plan)
    if shape.is_empty:
        return solids.joined([])
    return solids.prism(storey.to_site.geometry(shape), storey.elevation - (storey.slab_m or _SHEET), storey.elevation)


def panes_mesh(project: Project, storey: Storey) -> Mesh:
    """Windows whose sill and head are stated, as panes 20 mm thick."""
    import shapely

    meshes = []
    for window in project.windows:
        if window.storey != storey.name or window.sill is None or window.head is None:
            continue
        pane = shapely.LineString(window.ends).buffer(0.5 * _SHEET, cap_style="flat")
        meshes.append(
            solids.prism(storey.to_site.geometry(pane), storey.elevation + window.sill, storey.elevation + window.head)
        )
    return solids.joined(meshes)
