"""Lines, spaces, doors and places as GeoJSON in plan metres of each storey, texts unchanged."""

from __future__ import annotations

from typing import Any

from mrsite.checks.finding import Outcome
from mrsite.outputs import printed
from mrsite.outputs.findings_json import dumps, geometry, number_or_none
from mrsite.outputs.order import numbered


def render(outcome: Outcome) -> bytes:
    """Return one FeatureCollection of everything that has a place; member ``unit`` says metres."""
    features = [*_lines(outcome), *_scanners(outcome), *_spaces(outcome), *_doors(outcome), *_equipment(outcome)]
    features += _findings(outcome)
    return dumps(
        {
            "type": "FeatureCollection",
            "unit": "m",
            "frame": "plan of the storey named in each feature",
            "features": features,
        }
    )


def _feature(shape: Any, what: str, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry(shape), "properties": {"what": what, **properties}}


def _lines(outcome: Outcome) -> list[dict[str, Any]]:
    features = []
    for region in outcome.evidence.regions:
        for edge in ("central", "lower", "upper"):
            shape = getattr(region, edge)
            if shape is not None and not shape.is_empty:
                features.append(_feature(
                    shape, "region", storey=region.storey, quantity=region.quantity, kind=region.kind, edge=edge,
                    level=number_or_none(region.level), level_mT=number_or_none(region.level * 1e3)
                    if region.quantity == "B" else None, heights=list(region.heights),
                    name=printed.line_name(region.quantity, region.level, region.kind, edge, region.heights),
                    tolerance_m=number_or_none(region.tolerance_m), incomplete=region.incomplete,
                ))  # fmt: skip
    return features


def _scanners(outcome: Outcome) -> list[dict[str, Any]]:
    from shapely import Point

    from mrsite.outputs.marks import standings_on

    features = []
    for storey in outcome.project.storeys:
        for standing in standings_on(outcome, storey.name):
            if standing.storey is None:
                features.append(_feature(
                    Point(standing.at), "scanner", id=standing.id, storey=storey.name, magnet=standing.magnet.id,
                    grade=standing.magnet.grade, bearing_deg=standing.bearing_deg,
                    isocentre_height_m=standing.height, status=standing.status,
                ))  # fmt: skip
    return features


def _spaces(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        _feature(
            s.polygon,
            "area" if s.is_area else "room",
            id=s.id,
            name=s.name,
            number=s.number,
            storey=s.storey,
            zone=s.zone,
            use=s.use,
            occupancy=s.occupancy,
            status=s.status,
        )
        for s in outcome.project.spaces
    ]


def _doors(outcome: Outcome) -> list[dict[str, Any]]:
    from shapely import Point

    return [
        _feature(
            Point(d.at) if d.at else None,
            "door",
            id=d.id,
            number=d.number,
            storey=d.storey,
            spaces=list(d.spaces) if d.spaces else None,
            lock=d.lock,
            opens=d.opens,
            status=d.status,
        )
        for d in outcome.project.doors
    ]


def _equipment(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        _feature(
            e.footprint, "equipment", id=e.id, storey=e.storey, heights=list(e.heights), max_field_mT=e.max_field_mT
        )
        for e in outcome.project.equipment
    ]


def _findings(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        _feature(
            f.location,
            "finding",
            number=number,
            id=f.id,
            status=f.status,
            storey=f.storey,
            subject=f.subject,
            message=f.message,
        )
        for number, f in numbered(outcome.findings)
        if f.location is not None
    ]
