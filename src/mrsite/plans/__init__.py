"""Drawings in: units, layers, walls, doors, rooms, storeys. Names load when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrsite.plans.geojson import rooms_geojson
    from mrsite.plans.graph import door_graph
    from mrsite.plans.ifc.read import is_model
    from mrsite.plans.limits import Limits
    from mrsite.plans.lookup import find_room
    from mrsite.plans.north import north_arrows
    from mrsite.plans.plan import Door, Plan, Room
    from mrsite.plans.read import read_plan
    from mrsite.plans.report import plan_report
    from mrsite.plans.storeys import lay_on
    from mrsite.plans.units import DrawingUnitsError, calibrate, decide_units

_WHERE = {
    "Door": "plan",
    "DrawingUnitsError": "units",
    "Limits": "limits",
    "Plan": "plan",
    "Room": "plan",
    "calibrate": "units",
    "decide_units": "units",
    "door_graph": "graph",
    "find_room": "lookup",
    "is_model": "ifc.read",
    "north_arrows": "north",
    "plan_report": "report",
    "read_plan": "read",
    "lay_on": "storeys",
    "rooms_geojson": "geojson",
}
__all__ = [
    "Door",
    "DrawingUnitsError",
    "Limits",
    "Plan",
    "Room",
    "calibrate",
    "decide_units",
    "door_graph",
    "find_room",
    "is_model",
    "lay_on",
    "north_arrows",
    "plan_report",
    "read_plan",
    "rooms_geojson",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
