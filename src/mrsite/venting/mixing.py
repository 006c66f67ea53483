"""Cold helium mixed with air: temperature and oxygen lie on one line."""

from __future__ import annotations

from dataclasses import dataclass

from mrsite.base.errors import InputError
from mrsite.venting import catalogue, helium


@dataclass(frozen=True, slots=True)
class Mix:
    """One mixture of released helium and air."""

    helium_mass: float  #: mass fraction
    helium_mole: float  #: mole fraction
    oxygen: float  #: mole fraction
    temperature: float  #: K
    density: float  #: kg/m3


def mix(
    helium_mass: float,
    source_temperature: float,
    air_temperature: float = 293.15,
    pressure: float = helium.ATMOSPHERE,
    oxygen: float | None = None,
) -> Mix:
    """Mix a mass fraction of helium adiabatically with dry air.

    ``source_temperature`` is on the scale of constant c_p (:func:`helium.cold_gas_temperature_scale`), so that the
    enthalpy of real cold gas is kept. Enthalpy and composition mix in proportion; both gases ideal.
    """
    cp_he, r_he, cp_air, r_air, o2 = catalogue.gas_constants()
    y = helium_mass
    cp = y * cp_he + (1 - y) * cp_air
    t = (y * cp_he * source_temperature + (1 - y) * cp_air * air_temperature) / cp
    r = y * r_he + (1 - y) * r_air
    x = y * r_he / r
    return Mix(y, x, (o2 if oxygen is None else oxygen) * (1 - x), t, pressure / (r * t))


def mass_share_at_oxygen(oxygen: float, ambient_oxygen: float | None = None) -> float:
    """Mass fraction of helium at which the mixture has this mole fraction of oxygen."""
    _, r_he, _, r_air, o2 = catalogue.gas_constants()
    start = o2 if ambient_oxygen is None else ambient_oxygen
    if not 0 <= oxygen <= start:
        raise InputError(f"an oxygen level of {oxygen:g} is not between 0 and that of air, {start:g}")
    x = 1 - oxygen / start
    return x * r_air / (r_he * (1 - x) + x * r_air)


def mass_share_at_temperature(
    temperature: float, source_temperature: float, air_temperature: float = 293.15
) -> float | None:
    """Mass fraction of helium at which the mixture has this temperature; None where it never has."""
    cp_he, _, cp_air, _, _ = catalogue.gas_constants()
    top = cp_air * (air_temperature - temperature)
    bottom = cp_he * (temperature - source_temperature)
    if top < 0 or bottom <= 0:
        return None
    return top / (top + bottom)


def neutral_temperature(air_temperature: float = 293.15, pressure: float = helium.ATMOSPHERE) -> float:
    """Temperature at which pure helium is as dense as dry room air, K: colder helium sinks."""
    _, _, _, r_air, _ = catalogue.gas_constants()
    wanted = pressure / (r_air * air_temperature)
    low, high = 5.0, air_temperature
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if helium.state_pt(pressure, middle).density > wanted else (low, middle)
    return 0.5 * (low + high)
