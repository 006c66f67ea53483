"""Rooms and doors of a project as rows for a table."""

from __future__ import annotations

from typing import Any

from mrsite.site.project import Project

#: Columns of the tables, so that one without rows has them too.
ROOM_COLUMNS = (
    "storey",
    "number",
    "name",
    "zone",
    "use",
    "occupancy",
    "area_m2",
    "status",
    "stated",
    "note",
    "geometry",
)
DOOR_COLUMNS = (
    "storey",
    "number",
    "from",
    "to",
    "clear_width_m",
    "leaves",
    "opens_into",
    "lock",
    "status",
    "x",
    "y",
)


def room_rows(project: Project) -> list[dict[str, Any]]:
    """Return one row a space: storey, number, name, zone, use, occupancy, area_m2, status, stated, note, geometry."""
    return [
        {
            "storey": s.storey,
            "number": s.number,
            "name": s.name,
            "zone": s.zone,
            "use": s.use,
            "occupancy": s.occupancy,
            "area_m2": None if s.polygon is None else round(float(s.polygon.area), 3),
            "status": s.status,
            "stated": s.stated,
            "note": s.note,
            "geometry": s.polygon,
        }
        for s in project.spaces
    ]


def door_rows(project: Project) -> list[dict[str, Any]]:
    """Return one row a door: storey, number, from, to, clear_width_m, lock, opens_into, status, x, y."""
    names = {s.id: s.label for s in project.spaces}
    rows = []
    for door in project.doors:
        a, b = door.spaces or (None, None)
        rows.append(
            {
                "storey": door.storey,
                "number": door.number,
                "from": names.get(a or "", a),
                "to": names.get(b or "", b),
                "clear_width_m": door.clear_width_m,
                "leaves": door.leaves,
                "opens_into": names.get(door.opens_into or "", door.opens_into),
                "lock": door.lock,
                "status": door.status,
                "x": door.at[0] if door.at else None,
                "y": door.at[1] if door.at else None,
            }
        )
    return rows
