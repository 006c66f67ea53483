"""Results known in closed form, to hold the march against: none of it is used by the venting room."""

from __future__ import annotations

import math


def fanno_length(mach: float, gamma: float) -> float:
    """F L*/D from a Mach number to the sonic point of adiabatic pipe flow (Shapiro 1953, eq. 6.20; Darcy f)."""
    m2 = mach * mach
    return (1 - m2) / (gamma * m2) + (gamma + 1) / (2 * gamma) * math.log((gamma + 1) * m2 / (2 + (gamma - 1) * m2))


def fanno_mach(length: float, gamma: float) -> float:
    """Subsonic Mach number whose f L*/D is ``length``."""
    low, high = 1e-6, 1.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if fanno_length(middle, gamma) > length else (low, middle)
    return 0.5 * (low + high)


def fanno_pressure_ratio(mach: float, gamma: float) -> float:
    """p/p* of Fanno flow."""
    return math.sqrt((gamma + 1) / (2 + (gamma - 1) * mach * mach)) / mach


def fanno_temperature_ratio(mach: float, gamma: float) -> float:
    """T/T* of Fanno flow."""
    return (gamma + 1) / (2 + (gamma - 1) * mach * mach)


def isothermal_outlet(p1: float, flux: float, gas_constant: float, temperature: float, friction: float) -> float:
    """Outlet pressure of isothermal flow: p1^2 - p2^2 = G^2 R T (f L/D + 2 ln(p1/p2)). NaN where it chokes first."""
    square = flux * flux * gas_constant * temperature
    p2 = p1
    for _ in range(500):
        inside = p1 * p1 - square * (friction + 2 * math.log(p1 / p2))
        if inside <= 0:
            return math.nan
        new = math.sqrt(inside)
        if abs(new - p2) < 1e-14 * p1:
            return new
        p2 = new
    return p2


def isothermal_inlet(p2: float, flux: float, gas_constant: float, temperature: float, friction: float) -> float:
    """Inlet pressure of the same flow."""
    square = flux * flux * gas_constant * temperature
    p1 = math.sqrt(p2 * p2 + square * friction)
    for _ in range(500):
        new = math.sqrt(p2 * p2 + square * (friction + 2 * math.log(p1 / p2)))
        if abs(new - p1) < 1e-14 * p1:
            return new
        p1 = new
    return p1


def choked_flux(p0: float, t0: float, gas_constant: float, gamma: float) -> float:
    """Mass flux of an ideal gas through a sonic throat."""
    flux: float = p0 * math.sqrt(gamma / (gas_constant * t0)) * (2 / (gamma + 1)) ** ((gamma + 1) / (2 * (gamma - 1)))
    return flux


def wall_heated(
    t_in: float, t_wall: float, film: float, diameter: float, length: float, flow: float, cp: float
) -> float:
    """Outlet temperature along a wall of one temperature (NTU), low Mach number."""
    return t_wall - (t_wall - t_in) * math.exp(-film * math.pi * diameter * length / (flow * cp))


def ricou_spalding(s: float, diameter: float, density_ratio: float, alpha: float) -> float:
    """m/m0 of a jet without buoyancy: 1 + 4 alpha s/D sqrt(rho_a/rho_0) (Ricou and Spalding 1961)."""
    return 1 + 4 * alpha * s / diameter * math.sqrt(density_ratio)
