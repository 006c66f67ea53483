"""Doors, windows and unfilled openings of a model, placed along their walls. Runs in the worker's process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from mrsite.plans.ifc.facts import FillingFacts, Left
from mrsite.plans.ifc.measures import lining, placement
from mrsite.plans.ifc.shapes import Array, Mesh

if TYPE_CHECKING:
    from mrsite.plans.ifc.content import Reading

# What is flatter than this lies in a slab or a roof: a rooflight, a hatch, m.
_FLAT_M = 0.3
# A shape whose width is off by more than this share says nothing of where its door is.
_UNLIKE = 0.3


def fillings_of(reading: Reading, lost: Counter[tuple[str, str]]) -> tuple[dict[str, list[FillingFacts]], list[Left]]:
    """Return doors, windows and doorless openings by storey, and what was left out."""
    out: dict[str, list[FillingFacts]] = {}
    flat = 0
    for kind, ifc_kind in (("door", "IfcDoor"), ("window", "IfcWindow")):
        for element in reading.model.by_type(ifc_kind):
            storey = reading.storey_of(element)
            if storey.guid not in reading.wanted:
                continue
            opening = reading.relations.opening_of.get(element.id())
            mesh = reading.mesh(opening) if opening is not None else None
            own = mesh is None
            if mesh is None:
                meshes = [m for m in map(reading.mesh, reading.relations.bodies_of(element)) if m is not None]
                mesh = _together(meshes)
            if mesh is None:
                lost[(ifc_kind, "neither it nor its opening has a shape")] += 1
                continue
            if mesh.high - mesh.low < _FLAT_M or getattr(element, "PredefinedType", None) == "TRAPDOOR":
                flat += 1
                continue
            out.setdefault(storey.guid, []).append(_filling(reading, element, opening, mesh, kind, own))
    for opening in reading.model.by_type("IfcOpeningElement"):
        host = reading.relations.host.get(opening.id())
        if opening.id() in reading.relations.filled or host is None or not host.is_a("IfcWall"):
            continue
        if getattr(opening, "PredefinedType", None) == "RECESS":
            continue
        mesh = reading.mesh(opening)
        if mesh is None or mesh.high - mesh.low < _FLAT_M:
            continue
        storey = reading.storey_at(mesh.low)
        if storey.guid in reading.wanted:
            out.setdefault(storey.guid, []).append(_filling(reading, opening, opening, mesh, "opening", False))
    return out, ([Left("IfcWindow or IfcDoor", flat, "lying flat: rooflights, hatches")] if flat else [])


def _together(meshes: list[Mesh]) -> Mesh | None:
    if not meshes:
        return None
    none = np.zeros((0, 3), dtype=np.int64)
    return Mesh(np.vstack([m.corners for m in meshes]), none, none[:, :2])


def _filling(reading: Reading, element: Any, opening: Any, mesh: Mesh, kind: str, own: bool) -> FillingFacts:
    stated = getattr(element, "OverallWidth", None)
    width = None if not stated else float(stated) * reading.unit_m
    axis, sure = _axis(reading, element, mesh, width)
    across = np.array([-axis[1], axis[0]])
    flat = mesh.corners[:, :2]
    along, aside = flat @ axis, flat @ across
    size = float(along.max() - along.min())
    centre = 0.5 * (along.min() + along.max())
    matrix = placement(element, reading.unit_m)
    if own and width and matrix is not None and abs(size - width) > _UNLIKE * width:
        # Its shape is not that of its stated width; by the schema it begins at its own origin.
        centre = float(matrix[:2, 3] @ axis) + 0.5 * width
    middle = axis * centre + across * 0.5 * (aside.min() + aside.max())
    host = reading.relations.host.get(opening.id()) if opening is not None else None
    links = reading.relations
    style = links.kind.get(element.id())
    sets = (*links.sets.get(element.id(), ()), *(getattr(style, "HasPropertySets", None) or ()))
    return FillingFacts(
        guid=element.GlobalId,
        kind=kind,
        name=str(element.Name or ""),
        operation=_operation(element, style) if kind == "door" and sure else "",
        middle=(float(middle[0]), float(middle[1])),
        axis=(float(axis[0]), float(axis[1])),
        # A leaf that stands open in its own shape, a handle, an architrave are no part of the opening.
        width=width if own and width else size,
        depth=float(aside.max() - aside.min()),
        low=mesh.low,
        high=mesh.high,
        stated_width=width,
        lining=lining(sets, reading.unit_m) if kind == "door" else None,
        host=host.GlobalId if host is not None else "",
        bounds=links.bounds.get(element.id(), ()),
    )


def _axis(reading: Reading, element: Any, mesh: Mesh, width: float | None) -> tuple[Array, bool]:
    """Return the direction along the wall, and whether it is the local x of a door set upright.

    By the schema a door's local x runs along the wall and its leaf opens to local +y; where the shape says
    otherwise (it is as wide as stated along y only), nothing is known of its leaf.
    """
    matrix = placement(element, reading.unit_m)
    if matrix is not None and abs(matrix[2, 0]) < 0.1 and float(np.hypot(*matrix[:2, 0])) > 0.9:
        x = matrix[:2, 0] / np.hypot(*matrix[:2, 0])
        flat = mesh.corners[:, :2]
        size_x = float(np.ptp(flat @ x))
        size_y = float(np.ptp(flat @ np.array([-x[1], x[0]])))
        upright = float(matrix[2, 2]) > 0.9
        if width is None or abs(size_x - width) <= abs(size_y - width) + 0.05:
            return x, upright
        return np.array([-x[1], x[0]]), False
    import shapely

    frame = shapely.get_coordinates(shapely.oriented_envelope(shapely.multipoints(mesh.corners[:, :2])))
    sides = np.diff(frame[:3], axis=0) if len(frame) >= 3 else np.array([[1.0, 0.0]])
    longest = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    return longest / max(float(np.hypot(*longest)), 1e-12), False


def _operation(element: Any, style: Any) -> str:
    for one in (element, style):
        word = getattr(one, "OperationType", None)
        if word and word not in ("NOTDEFINED",):
            return str(word)
    return ""
