"""The spaces of a model with their outlines at floor level. Runs in the worker's process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mrsite.plans.ifc.facts import Left, SpaceFacts, outlines
from mrsite.plans.ifc.measures import floor_areas, net_volume, placement
from mrsite.plans.ifc.shapes import Mesh, cut, shadow

if TYPE_CHECKING:
    from mrsite.plans.ifc.content import Reading

# The outline is taken this far above the floor of the space: over thresholds and skirtings, under sills, m.
_OVER_FLOOR_M = 0.1


def spaces_of(reading: Reading, lost: Counter[tuple[str, str]]) -> tuple[dict[str, list[SpaceFacts]], list[Left]]:
    """Return the spaces of the wanted storeys, and what was left out."""
    out: dict[str, list[SpaceFacts]] = {}
    complexes = gross = 0
    for space in reading.model.by_type("IfcSpace"):
        storey = reading.storey_of(space)
        if storey.guid not in reading.wanted:
            continue
        parts = reading.relations.parts.get(space.id(), ())
        if any(p.is_a("IfcSpace") for p in parts):
            complexes += 1
            continue
        use = str(getattr(space, "PredefinedType", None) or getattr(space, "InteriorOrExternalSpace", None) or "")
        if use == "GFA":
            gross += 1
            continue
        out.setdefault(storey.guid, []).append(_space(reading, space, use, storey.elevation))
    left = []
    if complexes:
        left.append(Left("IfcSpace", complexes, "made up of other spaces, which are read"))
    if gross:
        left.append(Left("IfcSpace", gross, "gross floor area of a storey (GFA), no room"))
    return out, left


def _space(reading: Reading, space: Any, use: str, elevation: float) -> SpaceFacts:
    area, fault = None, reading.fault(space)
    mesh = reading.mesh(space)
    if mesh is None:
        mesh = reading.mesh(space, lines=True)
    low = high = elevation
    if mesh is not None:
        low, high = mesh.low, mesh.high
        area, fault = _outline(mesh)
    matrix = placement(space, reading.unit_m)
    at = None if matrix is None else (float(matrix[0, 3]), float(matrix[1, 3]))
    sets = reading.relations.sets.get(space.id(), ())
    found = outlines(area) if area is not None else ()
    return SpaceFacts(
        guid=space.GlobalId,
        name=" ".join(str(space.Name or "").split()),
        long_name=" ".join(str(space.LongName or "").split()),
        outline=max(found, key=lambda o: _size(o)) if found else (),
        floor=low,
        top=high,
        areas=floor_areas(sets, reading.area_m2),
        volume=net_volume(sets, reading.volume_m3),
        fault=fault if len(found) < 2 else f"it is in {len(found)} parts, of which the largest is taken",
        use=use,
        at=at,
    )


def _outline(mesh: Mesh) -> tuple[Any, str]:
    """Return the outline at the floor, and what is wrong with it."""
    height = mesh.high - mesh.low
    if len(mesh.faces) and height > 0.01:
        area = cut(mesh, mesh.low + min(_OVER_FLOOR_M, 0.1 * height))
        if area.is_empty:
            area = cut(mesh, 0.5 * (mesh.low + mesh.high))
        seen = shadow(mesh)
        # An open shell may still give a ring where it is cut; what is far smaller than its shadow is no outline.
        if not area.is_empty and area.area > 0.3 * seen.area:
            return area, ""
        if not seen.is_empty:
            return seen, "its shape is not closed: the outline is what it covers seen from above"
        return None, "its shape encloses nothing"
    area = shadow(mesh)
    return (None, "its shape encloses nothing") if area.is_empty else (area, "")


def _size(outline: Any) -> float:
    from mrsite.plans.ifc.facts import polygon

    return float(polygon(outline).area)
