"""The search for the inlet pressure: what pressure at the flange leaves the outlet at ambient pressure.

A march that meets M = 1 before the end tells that the inlet pressure is too low. Where no inlet pressure both passes
and ends at ambient, the route is choked: the lowest pressure that passes is the answer, with M = 1 at the throat.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mrsite.base.errors import InputError
from mrsite.venting import helium
from mrsite.venting.helium import State

Array = NDArray[np.float64]

GRAVITY = 9.80665  #: m/s2, standard (CGPM 1901), as the march takes it


@dataclass(frozen=True, slots=True)
class Inlet:
    """State of the gas at the magnet flange: temperature, or enthalpy; the pressure is what is sought.

    ``stagnation`` says that the temperature is that of gas at rest behind the flange.
    """

    temperature: float | None = None  #: K
    enthalpy: float | None = None  #: J/kg, CoolProp's zero
    stagnation: bool = False
    quality: float = 1.0  #: vapour share by mass

    def __post_init__(self) -> None:
        if self.quality < 1.0:
            raise InputError(
                f"the gas at the flange is two-phase (quality {self.quality:g}): liquid carry-over is not modelled; "
                "give the state of the gas at the magnet flange"
            )
        if (self.temperature is None) == (self.enthalpy is None):
            raise InputError("the gas at the magnet flange needs either a temperature or an enthalpy")


def stagnation_pressure(gas: State, velocity: float) -> float:
    """Pressure of the gas brought to rest without loss, Pa (constant entropy and total enthalpy)."""
    total = gas.enthalpy + 0.5 * velocity**2
    p = gas.pressure + 0.5 * gas.density * velocity**2
    for _ in range(50):
        at = helium.state_ph(p, total)
        step = (at.entropy - gas.entropy) * at.density * at.temperature  # ds/dp at constant h is -1/(rho T)
        p += step
        if abs(step) < 1e-9 * p:
            break
    return p


def enlarge(gas: State, diameter: float, wider: float, mass_flow: float) -> State:
    """State behind a sudden enlargement: momentum balance with total enthalpy kept (Borda-Carnot, compressible).

    Raises
    ------
    InputError
        The bore does not widen, or the flow is sonic.
    """
    from mrsite.venting import _kernels as k

    if not wider > diameter > 0:
        raise InputError("a sudden enlargement needs a larger bore behind it")
    before, behind = (mass_flow / (0.25 * math.pi * d * d) for d in (diameter, wider))
    rho, temp, status = k.change_area(gas.density, gas.temperature, before, behind, *helium.coefficients().kernel)
    if status != k.DONE:
        raise InputError("the enlargement is choked: the flow is sonic there")
    return helium.state(rho, temp)


Start = Callable[[float], tuple[float, float]]


def starter(inlet: Inlet, flux: float) -> tuple[Start, float]:
    """Return p -> (rho, T) at the first cell, and the pressure above which that state is no gas."""
    ceiling = 5e7
    if inlet.temperature is not None:
        if not inlet.temperature > 0:
            raise InputError(f"the gas at the flange cannot be at {inlet.temperature:g} K")
        if inlet.temperature < helium.coefficients().critical_temperature:
            ceiling = helium.saturation_pressure(inlet.temperature) * (1 - 1e-8)

    def start(p: float) -> tuple[float, float]:
        if inlet.enthalpy is not None:
            gas = helium.state_ph(p, inlet.enthalpy)
            return gas.density, gas.temperature
        assert inlet.temperature is not None
        gas = helium.state_pt(p, inlet.temperature)
        if not inlet.stagnation:
            return gas.density, gas.temperature
        temperature = inlet.temperature
        # static temperature under a stagnation temperature: h(p0, T0) = h + u^2/2 with p0 of the moving gas
        for _ in range(60):
            u = flux / gas.density
            p0 = stagnation_pressure(gas, u)
            rest = helium.state_pt(p0, inlet.temperature)
            moving = helium.state_ph(p, rest.enthalpy, flux)
            if abs(moving.temperature - temperature) < 1e-11 * temperature:
                break
            gas, temperature = moving, moving.temperature
        return gas.density, gas.temperature

    return start, ceiling


_Trial = tuple[float | None, int, int, Array]


def find_inlet_pressure(
    cells: Array, mdot: float, start: Start, ceiling: float, p_ambient: float, exponent: float
) -> tuple[Array, bool, int]:
    """Search the inlet pressure. Returns the profile (n + 1, 3), whether it choked, and the cell where it did."""
    from mrsite.venting import _kernels as k

    c = helium.coefficients()

    def attempt(p: float) -> _Trial:
        out = np.empty((len(cells) + 1, 3))
        rho, temp = start(p)
        status, index, _covered = k.march(cells, mdot, rho, temp, exponent, c.eos, c.gas, c.transport, out)
        if status != k.DONE:
            return None, status, index, out
        return float(k.thermo(out[-1, 0], out[-1, 1], c.eos, c.gas)[0]) - p_ambient, status, index, out

    if p_ambient >= ceiling:
        raise InputError(
            f"the gas at the flange boils at {ceiling:.0f} Pa, below the ambient {p_ambient:.0f} Pa: it would be "
            "two-phase or liquid, and liquid carry-over is not modelled; give a higher inlet temperature"
        )
    low, low_trial = 0.5 * p_ambient, None  # treated as too low unless shown otherwise
    high, step = min(p_ambient * 1.002, ceiling), 0.01 * p_ambient
    trial = attempt(high)
    while trial[0] is None or trial[0] < 0.0:
        low, low_trial = high, trial
        if high >= ceiling:
            raise InputError(
                f"this route needs more than {ceiling:.0f} Pa at the flange, where helium of that temperature is "
                "two-phase or liquid: liquid carry-over is not modelled; widen the pipe or raise the inlet temperature"
                if ceiling < 4e7
                else "no pressure below 500 bar drives this flow through the route: check bore and flow"
            )
        if trial[0] is None:
            high, step = min(high + step, ceiling), 2.0 * step
        else:
            # friction keeps p_in^2 - p_out^2 nearly the same: that difference added to the ambient pressure is close,
            # a little more of it brackets the answer
            left = p_ambient + trial[0]
            near = math.sqrt(p_ambient**2 + max(high**2 - left**2, 0.0))
            high = min(max(near + 0.02 * (near - p_ambient), high - 0.5 * trial[0]), ceiling)
        trial = attempt(high)
    high_trial = trial
    if low_trial is None:
        low_trial = attempt(low)
        if low_trial[0] is not None and low_trial[0] > 0.0:
            raise InputError(
                "the outlet stands above ambient pressure at any inlet pressure: check heights and ambient"
            )

    f_low, f_high = low_trial[0], high_trial[0]
    assert f_high is not None
    side = 0
    before = math.inf
    for count in range(200):
        if abs(high_trial[0] or 0.0) < 1e-9 * p_ambient or high - low < 2e-15 * high:
            break
        # false position (Illinois), and a halving wherever three steps have not halved the bracket
        stalled = count % 3 == 2 and high - low > 0.5 * before
        if count % 3 == 2:
            before = high - low
        if f_low is None or stalled:
            middle = 0.5 * (low + high)
        else:
            middle = high - f_high * (high - low) / (f_high - f_low)
            middle = min(max(middle, low + 1e-4 * (high - low)), high - 1e-9 * (high - low))
        trial = attempt(middle)
        if trial[0] is None or trial[0] < 0.0:
            low, low_trial, f_low = middle, trial, trial[0]
            if trial[0] is not None and abs(trial[0]) < 1e-9 * p_ambient:
                high, high_trial = middle, trial
                break
            if side == -1:
                f_high *= 0.5
            side = -1
        else:
            high, high_trial, f_high = middle, trial, trial[0]
            if side == 1 and f_low is not None:
                f_low *= 0.5
            side = 1
    excess, _status, _index, out = high_trial
    assert excess is not None
    if low_trial[0] is None and excess > 1e-7 * p_ambient:
        if low_trial[1] == k.BROKEN:
            raise InputError(
                f"the flow cannot be marched beyond cell {low_trial[2] + 1} of {len(cells)} of the route: the gas "
                "leaves the equation of state there; check inlet temperature, bore and flow"
            )
        return _behind_the_throat(cells, mdot, out, low_trial[2], ceiling, p_ambient, exponent)
    return out, False, -1


def _behind_the_throat(
    cells: Array, mdot: float, out: Array, index: int, ceiling: float, p_ambient: float, exponent: float
) -> tuple[Array, bool, int]:
    """Finish a choked route: behind a sonic enlargement the pressure is free, and is sought from the outlet."""
    from mrsite.venting import _kernels as k

    c = helium.coefficients()
    # the sonic place is the end of the constant bore in which the march was stopped
    throat = index
    while throat + 1 < len(cells) and cells[throat + 1, k.KIND] != k.AREA_CHANGE:
        throat += 1
    if throat + 2 >= len(cells) or cells[throat + 1, k.DIA] <= cells[throat, k.DIA]:
        return out, True, index
    rho, temp = out[throat + 1, 0], out[throat + 1, 1]
    bore = cells[throat, k.DIA]
    flux = mdot / (0.25 * math.pi * bore**2)
    total = k.thermo(rho, temp, c.eos, c.gas)[1] + 0.5 * (flux / rho) ** 2
    behind = mdot / (0.25 * math.pi * cells[throat + 1, k.DIA] ** 2)

    def start(p: float) -> tuple[float, float]:
        gas = helium.state_ph(p, total, behind)
        return gas.density, gas.temperature

    rest, _choked, _place = find_inlet_pressure(cells[throat + 2 :], mdot, start, ceiling, p_ambient, exponent)
    joined = out.copy()
    joined[throat + 2 :] = rest
    return joined, True, throat
