"""Equipment and steel: where it is and what it is, before anybody judges it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document
from mrsite.guidance import find_class
from mrsite.guidance.packs import EquipmentClass
from mrsite.site.defaults import default_value
from mrsite.site.placed import block_called
from mrsite.site.project import Equipment, Space, Steel, Storey
from mrsite.site.scanners import check_inside
from mrsite.site.schema import EquipmentEntry, SteelEntry
from mrsite.site.spaces import find_space, find_storey


def resolve_equipment(
    storeys: Sequence[Storey],
    spaces: Sequence[Space],
    table: Mapping[str, EquipmentClass],
    entries: Sequence[EquipmentEntry],
    document: Document,
) -> tuple[Equipment, ...]:
    """Give every item its sensitive volume.

    An item placed by ``room`` may stand anywhere in it: its footprint is the whole room.

    Raises
    ------
    InputError
        Unknown class, room or storey, an id twice, a place outside the drawing.
    """
    faults, result = [], []
    seen: dict[str, str] = {}
    for index, entry in enumerate(entries):
        where = document.where("equipment", index)
        try:
            if entry.id in seen:
                raise InputError(f"{where}: equipment {inert(entry.id)!r} is there twice, first at {seen[entry.id]}")
            seen[entry.id] = where
            result.append(_item(storeys, spaces, table, entry, document, index))
        except InputError as error:
            faults.append(error.message)
    if faults:
        raise InputError("\n".join(faults))
    return tuple(result)


def _item(
    storeys: Sequence[Storey],
    spaces: Sequence[Space],
    table: Mapping[str, EquipmentClass],
    entry: EquipmentEntry,
    document: Document,
    index: int,
) -> Equipment:
    where = document.where("equipment", index)
    kind = None
    if entry.class_ is not None:
        kind = find_class(table, entry.class_)
        if kind is None:
            near = nearest(entry.class_, [w for c in table.values() for w in (c.id, *c.aliases)])
            hint = f"did you mean {near!r}? " if near else ""
            raise InputError(
                f"{document.where('equipment', index, 'class')}, equipment {inert(entry.id)!r}: class "
                f"{inert(entry.class_)!r} is not in the equipment table; {hint}or give max_field_mT"
            )
    footprint: Any
    if entry.room is not None:
        space = find_space(spaces, entry.room, entry.storey, document.where("equipment", index, "room"))
        storey = find_storey(storeys, space.storey, where)
        footprint, placed_by = space.polygon, "room"
    else:
        storey = find_storey(storeys, entry.storey, where)
        at = entry.at or block_called((storey,), entry.at_block or "", entry.id, where)[1].at
        if storey.plan is not None and entry.at is not None:
            check_inside(storey.plan, at, document.where("equipment", index, "at"), f"equipment {entry.id}")
        footprint, placed_by = _footprint(at, entry, kind), "at" if entry.at is not None else "at_block"
    if entry.heights is not None:
        heights, heights_from = entry.heights, "stated"
    elif kind is not None:
        heights, heights_from = kind.heights, "class"
    else:
        top = storey.ceiling or storey.height or default_value("storey_height_m")
        heights, heights_from = (0.0, top), "floor to ceiling"
    return Equipment(
        id=entry.id,
        storey=storey.name,
        footprint=footprint,
        heights=heights,
        heights_from=heights_from,
        class_=kind,
        max_field_mT=entry.max_field_mT,
        label=entry.label,
        label_max_field_mT=entry.label_max_field_mT,
        label_max_gradient_T_per_m=entry.label_max_gradient_T_per_m,
        tether_m=entry.tether_m,
        source=entry.source,
        placed_by=placed_by,
        where=where,
    )


def _footprint(at: tuple[float, float], entry: EquipmentEntry, kind: EquipmentClass | None) -> Any:
    from shapely import Point, box

    if entry.size is not None:
        w, d = entry.size
        return box(at[0] - w / 2, at[1] - d / 2, at[0] + w / 2, at[1] + d / 2)
    if kind is not None and kind.radius_m:
        return Point(at).buffer(kind.radius_m, quad_segs=16)
    # a disc, since nobody said how the item is turned: the circle about a square of that side
    return Point(at).buffer(default_value("equipment_side_m") / math.sqrt(2), quad_segs=16)


def resolve_steel(
    storeys: Sequence[Storey], spaces: Sequence[Space], entries: Sequence[SteelEntry], document: Document
) -> tuple[Steel, ...]:
    """Place passive shields as lines or polygons in plan.

    Raises
    ------
    InputError
        No place given, or a room or face that is not there.
    """
    result = []
    for index, entry in enumerate(entries):
        where = document.where("steel", index)
        lines: tuple[Any, ...] = ()
        polygon: Any = None
        if entry.room is not None:
            space = find_space(spaces, entry.room, entry.storey, where)
            storey = find_storey(storeys, space.storey, where)
            if space.polygon is None:
                raise InputError(f"{where}: {inert(entry.room)!r} has no outline to put steel on; give wall or polygon")
            lines = _faces(space.polygon, entry.faces, where)
        else:
            storey = find_storey(storeys, entry.storey, where)
            if entry.wall is not None:
                lines = (entry.wall,)
            elif entry.polygon is not None:
                from shapely import Polygon

                polygon = Polygon(entry.polygon)
            else:
                raise InputError(f"{where}: steel needs room, wall = [[x, y], [x, y]] or polygon")
        name = entry.id or f"steel {index + 1}"
        result.append(Steel(name, storey.name, lines, polygon, entry.thickness_mm / 1000, entry.material, where))
    return tuple(result)


_SIDES = {
    "east": (1.0, 0.0),
    "west": (-1.0, 0.0),
    "north": (0.0, 1.0),
    "south": (0.0, -1.0),
    "right": (1.0, 0.0),
    "left": (-1.0, 0.0),
    "top": (0.0, 1.0),
    "bottom": (0.0, -1.0),
}


def _faces(polygon: Any, faces: tuple[str, ...] | None, where: str) -> tuple[Any, ...]:
    """Return the edges of a room that face the sides named (plan directions); all where none is named."""
    from shapely.geometry.polygon import orient

    corners = list(orient(polygon).exterior.coords)
    edges = list(itertools.pairwise(corners))
    if not faces or set(faces) == {"all"}:
        return tuple(edges)
    chosen = []
    for face in faces:
        if face in ("floor", "ceiling"):
            continue
        if face not in _SIDES:
            raise InputError(
                f"{where}: face {inert(face)!r} is not known; use {', '.join(_SIDES)}, floor, ceiling, all"
            )
        nx, ny = _SIDES[face]
        for (x0, y0), (x1, y1) in edges:
            length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-12)
            if ((y1 - y0) * nx - (x1 - x0) * ny) / length > 0.7:
                chosen.append(((x0, y0), (x1, y1)))
    return tuple(chosen)
