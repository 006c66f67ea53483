"""Helium let out in a quench: the pipe, the outlet, and the room if the pipe fails.

Functions of frozen values in SI, absolute pressures; numbers and their bands, never verdicts. The names below are
loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrsite.venting.catalogue import Loss, bend_loss, fitting_loss, mesh_loss, stated_loss
    from mrsite.venting.drop import Drop, vent_drop
    from mrsite.venting.helium import State, critical_flux, expansion_ratio, saturated, state_ph, state_pt
    from mrsite.venting.jet import Envelope, Plume, clearance, entrainment, envelopes, plume
    from mrsite.venting.outlet import Conflict, Neighbour, Zone, exclusion_zones, outlet_exclusion
    from mrsite.venting.pipe import Ambient, PipeResult, ambient_pressure, march_down, solve_pipe
    from mrsite.venting.relief import RoomPressure, handle_force, orifice_area, orifice_pressure, room_pressure
    from mrsite.venting.room import (
        Release,
        RoomHistory,
        alarm_time,
        first_outflow,
        isothermal_history,
        layer_time,
        least_room_volume,
        oxygen_instant,
        recovery_time,
        room_oxygen,
        spill_rate,
    )
    from mrsite.venting.route import Insulation, Piece, Route, route_from_points
    from mrsite.venting.search import Inlet, stagnation_pressure
    from mrsite.venting.sizing import Sizing, TableResult, required_diameters, sizing_table
    from mrsite.venting.transient import CoolDown, cool_down, wall_heat

_HOME = {
    "catalogue": ("Loss", "bend_loss", "fitting_loss", "mesh_loss", "stated_loss"),
    "drop": ("Drop", "vent_drop"),
    "helium": ("State", "critical_flux", "expansion_ratio", "saturated", "state_ph", "state_pt"),
    "jet": ("Envelope", "Plume", "clearance", "entrainment", "envelopes", "plume"),
    "outlet": ("Conflict", "Neighbour", "Zone", "exclusion_zones", "outlet_exclusion"),
    "pipe": ("Ambient", "PipeResult", "ambient_pressure", "march_down", "solve_pipe"),
    "relief": ("RoomPressure", "handle_force", "orifice_area", "orifice_pressure", "room_pressure"),
    "room": (
        "Release",
        "RoomHistory",
        "alarm_time",
        "first_outflow",
        "isothermal_history",
        "layer_time",
        "least_room_volume",
        "oxygen_instant",
        "recovery_time",
        "room_oxygen",
        "spill_rate",
    ),
    "route": ("Insulation", "Piece", "Route", "route_from_points"),
    "search": ("Inlet", "stagnation_pressure"),
    "sizing": ("Sizing", "TableResult", "required_diameters", "sizing_table"),
    "transient": ("CoolDown", "cool_down", "wall_heat"),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Ambient",
    "Conflict",
    "CoolDown",
    "Drop",
    "Envelope",
    "Inlet",
    "Insulation",
    "Loss",
    "Neighbour",
    "Piece",
    "PipeResult",
    "Plume",
    "Release",
    "RoomHistory",
    "RoomPressure",
    "Route",
    "Sizing",
    "State",
    "TableResult",
    "Zone",
    "alarm_time",
    "ambient_pressure",
    "bend_loss",
    "clearance",
    "cool_down",
    "critical_flux",
    "entrainment",
    "envelopes",
    "exclusion_zones",
    "expansion_ratio",
    "first_outflow",
    "fitting_loss",
    "handle_force",
    "isothermal_history",
    "layer_time",
    "least_room_volume",
    "march_down",
    "mesh_loss",
    "orifice_area",
    "orifice_pressure",
    "outlet_exclusion",
    "oxygen_instant",
    "plume",
    "recovery_time",
    "required_diameters",
    "room_oxygen",
    "room_pressure",
    "route_from_points",
    "saturated",
    "sizing_table",
    "solve_pipe",
    "spill_rate",
    "stagnation_pressure",
    "state_ph",
    "state_pt",
    "stated_loss",
    "vent_drop",
    "wall_heat",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"mrsite.venting.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})
