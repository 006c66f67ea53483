"""Properties of helium: reference equation of state, saturation line, transport.

The coefficients are packaged data (``python -m mrsite.venting.tabulate`` writes them from CoolProp), so that a
march costs a microsecond a state and CoolProp need not be imported. SI units, absolute pressures; the zero of
enthalpy and entropy is CoolProp's (normal boiling point).
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError

Array = NDArray[np.float64]

ATMOSPHERE = 101325.0  #: Pa, standard atmosphere (ISO 2533)


@dataclass(frozen=True)
class Coefficients:
    """What the kernels need, and the saturation line."""

    eos: Array  #: (n, 8) residual terms
    gas: Array  #: R, reducing temperature and density, three ideal coefficients
    transport: Array
    critical_temperature: float  #: K
    critical_pressure: float  #: Pa
    molar_mass: float  #: kg/mol
    lowest: float  #: K, lambda point
    saturation: Array  #: (n, 4): T, p, liquid density, vapour density
    source: str

    @property
    def kernel(self) -> tuple[Array, Array]:
        """The two arrays of the equation of state."""
        return self.eos, self.gas


@cache
def coefficients() -> Coefficients:
    """Read the packaged coefficients, once."""
    folder = data_folder("venting")
    data = json.loads((folder / "helium_eos.json").read_text(encoding="utf-8"))
    transport = tomllib.loads((folder / "helium_transport.toml").read_text(encoding="utf-8"))
    mu, k = transport["viscosity"], transport["conductivity"]
    return Coefficients(
        eos=np.array(data["residual"], dtype=np.float64),
        gas=np.array([data["gas_constant"], data["T_reducing"], data["rho_reducing"], *data["ideal"]]),
        transport=np.array(
            [*mu["zero"], *mu["B"], *mu["C"], *mu["D"], *mu["hot"], *k["dilute"], *k["excess"], *k["critical"]],
            dtype=np.float64,
        ),
        critical_temperature=data["T_critical"],
        critical_pressure=data["p_critical"],
        molar_mass=data["molar_mass"],
        lowest=data["T_min"],
        saturation=np.array(data["saturation"], dtype=np.float64),
        source=data["source"],
    )


@dataclass(frozen=True, slots=True)
class State:
    """One state of helium, SI."""

    pressure: float  #: Pa
    temperature: float  #: K
    density: float  #: kg/m3
    enthalpy: float  #: J/kg
    entropy: float  #: J/kg K
    sound_speed: float  #: m/s
    cv: float  #: J/kg K
    cp: float  #: J/kg K

    @property
    def viscosity(self) -> float:
        """Dynamic viscosity, Pa s."""
        from mrsite.venting import _kernels

        return float(_kernels.viscosity(self.density, self.temperature, coefficients().transport))

    @property
    def conductivity(self) -> float:
        """Thermal conductivity, W/m K."""
        from mrsite.venting import _kernels

        c = coefficients()
        st = _kernels.thermo(self.density, self.temperature, *c.kernel)
        return float(_kernels.conductivity(self.density, self.temperature, st[4], st[5], c.transport))

    @property
    def compressibility(self) -> float:
        """P / (rho R T)."""
        return self.pressure / (self.density * float(coefficients().gas[0]) * self.temperature)


def state(density: float, temperature: float) -> State:
    """Return the state at a density and a temperature."""
    from mrsite.venting import _kernels

    p, h, s, cv, p_rho, p_t, h_rho, h_t, a2 = _kernels.thermo(density, temperature, *coefficients().kernel)
    return State(p, temperature, density, h, s, math.sqrt(max(a2, 0.0)), cv, h_t - p_t * h_rho / p_rho)


def saturation_pressure(temperature: float) -> float:
    """Vapour pressure in Pa; the critical pressure at and above the critical temperature."""
    c = coefficients()
    if temperature >= c.critical_temperature:
        return c.critical_pressure
    return float(math.exp(_on_line(temperature, np.log(c.saturation[:, 1]))))


def saturation_temperature(pressure: float) -> float:
    """Boiling temperature in K at a pressure below the critical one.

    Raises
    ------
    InputError
        Above the critical pressure, or below the lambda point's.
    """
    c = coefficients()
    p = c.saturation[:, 1]
    if not p[0] <= pressure <= c.critical_pressure:
        raise InputError(
            f"helium does not boil at {pressure:.0f} Pa: the line runs from {p[0]:.0f} to {c.critical_pressure:.0f} Pa"
        )
    low, high = c.lowest, c.critical_temperature
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if saturation_pressure(middle) < pressure else (low, middle)
    return 0.5 * (low + high)


def saturated(pressure: float) -> tuple[State, State]:
    """Return saturated liquid and saturated vapour at a pressure, by equal Gibbs energies (Newton from the line)."""
    t = saturation_temperature(pressure)
    for _ in range(30):
        liquid = state(_density(pressure, t, liquid=True), t)
        vapour = state(_density(pressure, t, liquid=False), t)
        gap = (liquid.enthalpy - t * liquid.entropy) - (vapour.enthalpy - t * vapour.entropy)
        step = gap / (liquid.entropy - vapour.entropy)
        t += step
        if abs(step) < 1e-12 * t:
            break
    return liquid, vapour


def state_pt(pressure: float, temperature: float) -> State:
    """Return the single-phase gas (or supercritical) state at a pressure and a temperature.

    Raises
    ------
    InputError
        The state is liquid or on the boiling line, outside 2.2 K to 1500 K, or the pressure is not positive.
    """
    c = coefficients()
    if not (math.isfinite(pressure) and math.isfinite(temperature)) or pressure <= 0:
        raise InputError(f"helium at p = {pressure} Pa, T = {temperature} K is no state: give positive numbers")
    if not c.lowest < temperature <= 1500.0:
        raise InputError(f"helium at {temperature} K is outside the equation of state ({c.lowest} K to 1500 K)")
    if temperature < c.critical_temperature and pressure >= saturation_pressure(temperature) * (1 - 1e-9):
        raise InputError(
            f"helium at {temperature:.4g} K and {pressure:.0f} Pa is two-phase or liquid "
            f"(it boils at {saturation_pressure(temperature):.0f} Pa): liquid carry-over is not modelled; "
            "give the state of the gas at the magnet flange"
        )
    return state(_density(pressure, temperature, liquid=False), temperature)


def state_ph(pressure: float, enthalpy: float, flux: float = 0.0) -> State:
    """Return the gas state at a pressure and a (total) enthalpy h + G^2 v^2 / 2.

    Raises
    ------
    InputError
        The state is two-phase, liquid or cannot be reached.
    """
    from mrsite.venting import _kernels

    c = coefficients()
    guess = max(4.3, (enthalpy - 5e3) / 5193.0)
    if pressure < c.critical_pressure and enthalpy - 0.0 < saturated(pressure)[1].enthalpy:
        raise InputError(
            f"helium at {pressure:.0f} Pa with {enthalpy:.0f} J/kg is two-phase or liquid: liquid carry-over is not "
            "modelled; give the state of the gas at the magnet flange"
        )
    start = max(guess, saturation_temperature(pressure) * 1.02 if pressure < c.critical_pressure else 5.6)
    rho0 = _density(pressure, start, liquid=False)
    rho, t, good = _kernels.state_from_total(pressure, enthalpy, flux, rho0, start, *c.kernel)
    if not good:
        raise InputError(f"helium has no gas state at {pressure:.0f} Pa with {enthalpy:.0f} J/kg at this flow")
    return state(rho, t)


def state_ps(pressure: float, entropy: float, guess: State) -> State:
    """Return the gas state at a pressure and an entropy, by Newton from a neighbouring state."""
    from mrsite.venting import _kernels

    rho = guess.density * (pressure / guess.pressure) ** 0.6
    temp = guess.temperature * (pressure / guess.pressure) ** 0.4
    for _ in range(100):
        p, _h, s, cv, p_rho, p_t, *_ = _kernels.thermo(rho, temp, *coefficients().kernel)
        e1, e2 = p - pressure, s - entropy
        j11, j12, j21, j22 = p_rho, p_t, -p_t / rho**2, cv / temp
        det = j11 * j22 - j12 * j21
        d_rho, d_t = (-e1 * j22 + e2 * j12) / det, (-e2 * j11 + e1 * j21) / det
        cut = max(abs(d_rho) / (0.3 * rho), abs(d_t) / (0.3 * temp), 1.0)
        rho, temp = rho + d_rho / cut, temp + d_t / cut
        if abs(d_rho) < 1e-13 * rho and abs(d_t) < 1e-13 * temp:
            break
    return state(rho, temp)


def critical_flux(pressure: float, temperature: float) -> float:
    """Largest mass flux in kg/m2s from a stagnation state through an isentropic nozzle (sonic throat).

    Real gas: h0 = h + a^2/2 on the isentrope.
    """
    rest = state_pt(pressure, temperature)
    low, high = 0.2 * pressure, pressure
    gas = rest
    for _ in range(200):
        middle = 0.5 * (low + high)
        gas = state_ps(middle, rest.entropy, gas)
        if rest.enthalpy - gas.enthalpy > 0.5 * gas.sound_speed**2:
            low = middle
        else:
            high = middle
    return gas.density * gas.sound_speed


def two_phase(density: float, temperature: float) -> bool:
    """Whether a density and temperature lie inside the boiling dome, or on its liquid side."""
    c = coefficients()
    if temperature >= c.critical_temperature:
        return False
    return density > _on_line(temperature, c.saturation[:, 3]) * (1.0 + 1e-6)


def cold_gas_temperature_scale(gas: State, reference: float = 300.0) -> float:
    """Temperature in K on the scale of constant c_p that has the same enthalpy: (h - h(300 K))/c_p + 300.

    Mixing with air conserves enthalpy; close to the boiling point a real helium carries less of it than c_p T.
    """
    cp = 2.5 * float(coefficients().gas[0])
    return (gas.enthalpy - state_pt(gas.pressure, reference).enthalpy) / cp + reference


def expansion_ratio(temperature: float, pressure: float = ATMOSPHERE) -> float:
    """Volume of gas at a temperature for one volume of saturated liquid, both at ``pressure``."""
    return saturated(pressure)[0].density / state_pt(pressure, temperature).density


def _density(pressure: float, temperature: float, *, liquid: bool) -> float:
    from mrsite.venting import _kernels

    c = coefficients()
    if not liquid:
        ceiling = 400.0
        if temperature < c.critical_temperature:
            ceiling = _on_line(temperature, c.saturation[:, 3]) * 1.02
        return float(_kernels.density_of_gas(pressure, temperature, ceiling, *c.kernel))
    rho = _on_line(temperature, c.saturation[:, 2])
    for _ in range(60):
        p, _h, _s, _cv, p_rho, *_rest = _kernels.thermo(rho, temperature, *c.kernel)
        step = (pressure - p) / p_rho
        rho += step
        if abs(step) < 1e-13 * rho:
            break
    return float(rho)


def _on_line(temperature: float, column: Any) -> float:
    """Interpolate along the saturation line by a local cubic in temperature, held at its ends."""
    t = coefficients().saturation[:, 0]
    if temperature <= t[0]:
        return float(column[0])
    if temperature >= t[-1]:
        return float(column[-1])
    i = int(np.clip(np.searchsorted(t, temperature) - 2, 0, len(t) - 4))
    x, y = t[i : i + 4], column[i : i + 4]
    total = 0.0
    for j in range(4):
        weight = 1.0
        for k in range(4):
            if k != j:
                weight *= (temperature - x[k]) / (x[j] - x[k])
        total += weight * y[j]
    return float(total)
