"""The room when the pipe fails: oxygen, temperature and outflow against time.

Two models, always both: the isothermal bound of oxygen-deficiency practice (the helium is warm at once), and the
enthalpy balance (best estimate: cold helium cools the air, and pushes out a third of the volume). SI, well mixed,
constant pressure; oxygen as mole fraction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import catalogue, helium

Array = NDArray[np.float64]
Fan = Literal["extract", "supply"]

#: K; below this the room's air condenses and the balance ends.
COLDEST_ROOM = 100.0


@dataclass(frozen=True, slots=True)
class Release:
    """Helium let into a room."""

    mass_flow: float  #: kg/s
    temperature: float  #: K at the breach
    duration: float | None = None  #: s; None: as long as asked
    pressure: float = helium.ATMOSPHERE

    @property
    def molar_flow(self) -> float:
        """Flow, mol/s."""
        return self.mass_flow / helium.coefficients().molar_mass

    @property
    def molar_enthalpy(self) -> float:
        """Enthalpy of the helium on the zero-cp-T scale, J/mol: real gas below, ideal at 300 K."""
        scale = helium.cold_gas_temperature_scale(helium.state_pt(self.pressure, self.temperature))
        return 2.5 * _GAS() * scale


def _GAS() -> float:
    return float(catalogue.table("species")["constants"]["molar_gas"])


def spill_rate(mass_flow: float, room_temperature: float = 293.15, pressure: float = helium.ATMOSPHERE) -> float:
    """Volume flow of the helium once it has the room's temperature, m3/s (the isothermal bound)."""
    return mass_flow / helium.state_pt(pressure, room_temperature).density


def oxygen_isothermal(
    time: float, volume: float, spill: float, fan: float = 0.0, mode: Fan = "extract", start: float | None = None
) -> float:
    """Oxygen of a well-mixed room during a release, isothermal.

    Parameters
    ----------
    time, volume, spill, fan : s, m3, m3/s, m3/s
    mode : {"extract", "supply"}
        The fan draws out of the room, or blows fresh air in.

    Notes
    -----
    Fermilab FESHM 4240 (formulas in srgkoshelev/ODH_analysis): no fan or extraction up to the spill,
    C0 exp(-R t/V); more extraction, C0 [1 - (R/Q)(1 - exp(-Q t/V))]; supply, C0/(Q+R) [Q + R exp(-(Q+R) t/V)].
    """
    c0 = catalogue.gas_constants()[4] if start is None else start
    if not (volume > 0 and spill >= 0 and fan >= 0 and time >= 0):
        raise InputError("the room balance needs a positive volume and flows and times that are not negative")
    if mode == "supply":
        total = fan + spill
        return c0 if total == 0 else c0 / total * (fan + spill * math.exp(-total * time / volume))
    if fan <= spill:
        return c0 * math.exp(-spill * time / volume)
    return c0 * (1 - spill / fan * (1 - math.exp(-fan * time / volume)))


def oxygen_after(time: float, volume: float, fan: float, at_end: float, start: float | None = None) -> float:
    """Oxygen ``time`` seconds after the release ended, with the fan running: C0 - (C0 - Ce) exp(-Q t/V)."""
    c0 = catalogue.gas_constants()[4] if start is None else start
    return c0 - (c0 - at_end) * math.exp(-fan * time / volume)


def recovery_time(level: float, air_changes_per_s: float, at_end: float = 0.0, start: float | None = None) -> float:
    """Time in s until the fan has brought the oxygen back to a level; inf without a fan."""
    c0 = catalogue.gas_constants()[4] if start is None else start
    if at_end >= level:
        return 0.0
    if air_changes_per_s <= 0 or level >= c0:
        return math.inf
    return math.log((c0 - at_end) / (c0 - level)) / air_changes_per_s


def oxygen_instant(gas_volume: float, room_volume: float, start: float | None = None) -> tuple[float, float]:
    """Oxygen after an instant release: air displaced (limited at 0), and continuous mixing.

    Returns C0 (1 - Vg/V) and C0 exp(-Vg/V). The first is the calculators' form, which would turn negative.
    """
    c0 = catalogue.gas_constants()[4] if start is None else start
    ratio = gas_volume / room_volume
    return max(0.0, c0 * (1 - ratio)), c0 * math.exp(-ratio)


def least_room_volume(gas_volume: float, level: float, start: float | None = None, *, displaced: bool = True) -> float:
    """Room volume in m3 that keeps the oxygen at a level after an instant release."""
    c0 = catalogue.gas_constants()[4] if start is None else start
    if not 0 < level < c0:
        raise InputError(f"an oxygen level of {level:g} is not between 0 and that of air, {c0:g}")
    return gas_volume / (1 - level / c0) if displaced else gas_volume / math.log(c0 / level)


def fatality_factor(oxygen: float) -> float:
    """Chance of death of an oxygen level: 10^(6.5 - 76 C), 0 from 18 %, 1 up to 8.8 % (FESHM 4240)."""
    row = catalogue.table("limits")["oxygen"]
    if oxygen >= row["harmless"]:
        return 0.0
    if oxygen <= row["lethal"]:
        return 1.0
    a, b = row["fatality"]
    return float(min(1.0, 10 ** (a - b * oxygen)))


@dataclass(frozen=True)
class RoomHistory:
    """A room against time."""

    time: Array  #: s
    oxygen: Array  #: mole fraction
    temperature: Array  #: K
    outflow: Array  #: m3/s, molar outflow as a volume at the room's first temperature
    helium: Array  #: mole fraction
    ended: str = ""  #: why it stopped before the time asked for

    def oxygen_at(self, time: float) -> float:
        """Oxygen at a time, mole fraction."""
        return float(np.interp(time, self.time, self.oxygen))

    def time_below(self, level: float) -> float | None:
        """First time in s at which the oxygen is below a level; None where it never is."""
        low = np.nonzero(self.oxygen < level)[0]
        if not len(low):
            return None
        i = int(low[0])
        if i == 0:
            return 0.0
        a, b = self.oxygen[i - 1], self.oxygen[i]
        return float(self.time[i - 1] + (self.time[i] - self.time[i - 1]) * (a - level) / (a - b))


def first_outflow(release: Release, room_temperature: float = 293.15) -> float:
    """Volume pushed out at the first moment, m3/s, adiabatic: w (h_in + R T)/(3.5 R T) moles of room air.

    Cold helium stores less energy per pressure and volume than air: 10 K helium pushes out 31 % of the isothermal
    volume.
    """
    gas = _GAS()
    moles = release.molar_flow * (release.molar_enthalpy + gas * room_temperature) / (3.5 * gas * room_temperature)
    return moles * gas * room_temperature / release.pressure


def sealed_rate(release: Release, volume: float, room_temperature: float = 293.15) -> float:
    """Rate at which a sealed room's pressure starts to rise, Pa/s: w (h_in + R T)/(2.5 V).

    Adiabatic mixing into air at constant volume; the helium arrives at its enthalpy.
    """
    gas = _GAS()
    return release.molar_flow * (release.molar_enthalpy + gas * room_temperature) / (2.5 * volume)


def room_oxygen(
    release: Release,
    volume: float,
    *,
    until: float,
    fan: float = 0.0,
    mode: Fan = "extract",
    wall_conductance: float = 0.0,
    room_temperature: float = 293.15,
    wall_temperature: float | None = None,
    supply_temperature: float = 293.15,
    start: float | None = None,
    step: float = 0.02,
) -> RoomHistory:
    """Well-mixed enthalpy balance of the room at constant pressure (best estimate).

    Parameters
    ----------
    volume, until, fan : m3, s, m3/s
        ``fan`` extracts (make-up air enters where it draws more than is pushed out) or supplies air.
    wall_conductance : float, W/K
        UA between wall and gas; 5 to 15 W/m2K times the surface.

    Returns
    -------
    RoomHistory
        Ends early, and says so, where the room falls to 100 K.

    Notes
    -----
    N = pV/(RT) moles, x the helium share, H = pV (3.5 - x). With p and V constant the outflow o follows from
    o c_m T = w h_in + UA (Tw - T) + s h_s + p V dx/dt, c_m = R (3.5 - x); Runge-Kutta of order 4.
    """
    gas = _GAS()
    o2 = catalogue.gas_constants()[4] if start is None else start
    p = release.pressure
    if not (volume > 0 and until >= 0 and fan >= 0 and wall_conductance >= 0):
        raise InputError("the room balance needs a positive volume, and time, fan and wall conductance not negative")
    wall = room_temperature if wall_temperature is None else wall_temperature
    h_in = release.molar_enthalpy
    fan_moles = fan * p / (gas * (room_temperature if mode == "extract" else supply_temperature))

    def rates(air: float, he: float, w: float) -> tuple[float, float, float]:
        n = air + he
        x = he / n
        t = p * volume / (gas * n)
        heat = w * h_in + wall_conductance * (wall - t)
        c_m = gas * (3.5 - x)
        h_supply = 3.5 * gas * supply_temperature
        supply = fan_moles if mode == "supply" else 0.0

        def out(s: float) -> float:
            # p V dx/dt = p V (w (1 - x) - s x) / N: the composition changes what p V stores
            return (heat + s * h_supply + p * volume * (w * (1 - x) - s * x) / n) / (c_m * t)

        o = out(supply)
        if mode == "extract" and o < fan_moles * room_temperature / t:
            # the fan draws its volume: make-up air enters until the balance closes
            o = fan_moles * room_temperature / t
            per_supply = (h_supply - p * volume * x / n) / (c_m * t)
            supply = (o - out(0.0)) / per_supply
        elif o < 0.0:
            # the gas shrinks as it cools: air is drawn in by the gaps
            per_supply = (h_supply - p * volume * x / n) / (c_m * t)
            supply += -o / per_supply
            o = 0.0
        return supply - o * (1 - x), w - o * x, o

    count = max(1, math.ceil(until / step))
    edges = np.linspace(0.0, until, count + 1)
    stop = math.inf if release.duration is None else release.duration
    if 0 < stop < until and not np.any(np.isclose(edges, stop)):
        edges = np.sort(np.append(edges, stop))
    air, he = p * volume / (gas * room_temperature), 0.0
    rows = []
    ended = ""
    for i, now in enumerate(edges):
        w = release.molar_flow if now < stop - 1e-12 else 0.0
        t = p * volume / (gas * (air + he))
        o = rates(air, he, w)[2]
        rows.append((now, o2 * air / (air + he), t, o * gas * room_temperature / p, he / (air + he)))
        if t < COLDEST_ROOM:
            ended = f"the room is at {COLDEST_ROOM:.0f} K after {now:.1f} s, where its air condenses: the balance ends"
            break
        if i == len(edges) - 1:
            break
        dt = float(edges[i + 1] - now)
        a1, b1, _ = rates(air, he, w)
        a2, b2, _ = rates(air + 0.5 * dt * a1, he + 0.5 * dt * b1, w)
        a3, b3, _ = rates(air + 0.5 * dt * a2, he + 0.5 * dt * b2, w)
        a4, b4, _ = rates(air + dt * a3, he + dt * b3, w)
        air += dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        he += dt / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
    table = np.array(rows)
    return RoomHistory(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4], ended)


def isothermal_history(
    release: Release,
    volume: float,
    *,
    until: float,
    fan: float = 0.0,
    mode: Fan = "extract",
    room_temperature: float = 293.15,
    start: float | None = None,
    points: int = 400,
) -> RoomHistory:
    """Return the isothermal bound as a history, the recovery after the release included."""
    c0 = catalogue.gas_constants()[4] if start is None else start
    spill = spill_rate(release.mass_flow, room_temperature, release.pressure)
    stop = until if release.duration is None else min(release.duration, until)
    time = np.unique(np.append(np.linspace(0.0, until, points), stop))
    end = oxygen_isothermal(stop, volume, spill, fan, mode, c0)
    oxygen = np.array(
        [
            oxygen_isothermal(t, volume, spill, fan, mode, c0)
            if t <= stop
            else oxygen_after(t - stop, volume, fan, end, c0)
            for t in time
        ]
    )
    out = np.where(time <= stop, spill, 0.0)
    return RoomHistory(time, oxygen, np.full(len(time), room_temperature), out, 1 - oxygen / c0)


def layer_time(floor_area: float, room_height: float, spill: float, level: float = 1.5) -> float:
    """Time in s until a ceiling layer of warm helium reaches down to a height: A (H - level)/R."""
    if spill <= 0:
        return math.inf
    return max(0.0, floor_area * (room_height - level) / spill)


def alarm_time(history: RoomHistory, level: float, delay: float = 0.0) -> float | None:
    """Time in s at which an oxygen sensor in the mixed room alarms; None where it never does."""
    first = history.time_below(level)
    return None if first is None else first + delay
