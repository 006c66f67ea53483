"""Pressure in the room, against door, hatch and fan: orifices, in both directions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mrsite.base.errors import InputError
from mrsite.base.quantity import Banded
from mrsite.venting import catalogue
from mrsite.venting.room import Release, first_outflow, sealed_rate, spill_rate

#: kg/m3, room air at first (20 degC, 1 atm)
AIR_DENSITY = 1.204


def discharge() -> float:
    """Discharge coefficient of hatches and gaps."""
    return float(catalogue.table("limits")["orifice"]["discharge"])


def orifice_pressure(flow: float, area: float, cd: float | None = None, density: float = AIR_DENSITY) -> float:
    """Pressure difference in Pa that drives a volume flow (m3/s) through an opening (m2); inf through none."""
    if area < 0 or flow < 0:
        raise InputError("an opening and its flow cannot be negative")
    if flow == 0:
        return 0.0
    if area == 0:
        return math.inf
    return 0.5 * density * (flow / ((cd or discharge()) * area)) ** 2


def orifice_area(flow: float, pressure: float, cd: float | None = None, density: float = AIR_DENSITY) -> float:
    """Opening in m2 that passes a volume flow at a pressure difference."""
    if not pressure > 0:
        raise InputError("a relief opening needs a pressure limit above zero")
    return flow / (cd or discharge()) * math.sqrt(density / (2 * pressure))


def handle_force(pressure: float, width: float, height: float, grip: float | None = None) -> float:
    """Force in N at the handle of a hinged leaf against a pressure: dp A w / (2 grip), grip from the hinge."""
    return pressure * width * height * width / (2.0 * (width if grip is None else grip))


def pressure_for_handle(force: float, width: float, height: float, grip: float | None = None) -> float:
    """Pressure in Pa at which the leaf needs this force."""
    return force / handle_force(1.0, width, height, grip)


@dataclass(frozen=True)
class RoomPressure:
    """Over- and under-pressure of a room with a release and a fan."""

    over: Banded  #: Pa; value and lower: enthalpy model, upper: isothermal
    under: float  #: Pa, the fan alone against the leakage
    handle: Banded  #: N at the door against the over-pressure
    handle_fan: float  #: N at the door against the fan
    relief_wanted: Banded  #: m2 for the limit; value enthalpy, upper isothermal
    makeup_wanted: float  #: m2 that keeps the fan within the limit
    limit: float  #: Pa
    sealed_rate: float  #: Pa/s without any opening


def room_pressure(
    release: Release,
    volume: float,
    *,
    relief_area: float,
    leakage_area: float = 0.0,
    fan: float = 0.0,
    limit: float | None = None,
    leaf: tuple[float, float] | None = None,
    room_temperature: float = 293.15,
    cd: float | None = None,
    under_limit: float = 50.0,
) -> RoomPressure:
    """Quasi-steady pressure of the room at the first moment of a release, by both models.

    Parameters
    ----------
    relief_area, leakage_area : m2
        Hatch; gaps of door and room. The fan (m3/s, extracting) relieves too.
    limit : float, Pa
        Default: the pressure at which the door leaf needs the packaged handle force.
    leaf : (width, height), m

    Notes
    -----
    The room fills in under 0.3 s with a hatch, so the balance is steady (docs/explanation/quench.md).
    """
    row = catalogue.table("limits")["door"]
    width, height = leaf or (row["leaf_width_m"], row["leaf_height_m"])
    allowed = pressure_for_handle(row["handle_N"], width, height) if limit is None else limit
    best = max(0.0, first_outflow(release, room_temperature) - fan)
    most = max(0.0, spill_rate(release.mass_flow, room_temperature, release.pressure) - fan)
    most = max(most, best)
    area = relief_area + leakage_area
    low, high = orifice_pressure(best, area, cd), orifice_pressure(most, area, cd)
    return RoomPressure(
        over=Banded(low, low, high, "Pa"),
        under=orifice_pressure(fan, area, cd),
        handle=Banded(
            handle_force(low, width, height), handle_force(low, width, height), handle_force(high, width, height), "N"
        ),
        handle_fan=handle_force(orifice_pressure(fan, area, cd), width, height),
        relief_wanted=Banded(
            orifice_area(best, allowed, cd), orifice_area(best, allowed, cd), orifice_area(most, allowed, cd), "m2"
        ),
        makeup_wanted=orifice_area(fan, under_limit, cd),
        limit=allowed,
        sealed_rate=sealed_rate(release, volume, room_temperature),
    )
