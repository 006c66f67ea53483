"""``rooms.geojson``: rooms as polygons and doors as points, in plan metres."""

from __future__ import annotations

from typing import Any

from mrsite.plans.plan import Door, Plan, Room


def rooms_geojson(plan: Plan) -> dict[str, Any]:
    """Return the rooms and doors of a plan as a GeoJSON FeatureCollection in plan metres.

    Withheld rooms are listed with their reason; one that has no outline has ``geometry`` null.
    """
    features = [_room(r) for r in plan.rooms] + [_door(d) for d in plan.doors]
    return {"type": "FeatureCollection", "unit": plan.unit, "features": features}


def _ring(coordinates: Any) -> list[list[float]]:
    return [[round(float(x), 6), round(float(y), 6)] for x, y in coordinates]


def _room(r: Room) -> dict[str, Any]:
    geometry: dict[str, Any] | None = None
    if r.polygon is not None and not r.polygon.is_empty:
        rings = [_ring(r.polygon.exterior.coords), *(_ring(h.coords) for h in r.polygon.interiors)]
        geometry = {"type": "Polygon", "coordinates": rings}
    return {
        "type": "Feature",
        "id": r.id,
        "geometry": geometry,
        "properties": {
            "id": r.id,
            "name": r.name,
            "number": r.number,
            "storey": r.storey,
            "area_m2": round(r.area_m2, 4),
            "printed_area_m2": None if r.printed_area_m2 is None else round(r.printed_area_m2, 4),
            "status": r.status,
            "reason": r.reason,
            "from": r.source,
        },
    }


def _door(d: Door) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": d.id,
        "geometry": {"type": "Point", "coordinates": _ring([d.at])[0]},
        "properties": {
            "id": d.id,
            "number": d.number,
            "rooms": list(d.rooms),
            "room_ids": list(d.room_ids),
            "width": round(d.width_m, 4),
            "kind": d.kind,
            "leaves": d.leaves,
            "swing": d.swing_to or None,
            "hinge": None if d.hinge_at is None else _ring([d.hinge_at])[0],
            "jambs": _ring(d.jambs),
            "storey": d.storey,
            "status": d.status,
            "reason": d.reason,
            "from": d.source,
        },
    }
