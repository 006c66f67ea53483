"""Case quantities of the gas itself, and of flows known in closed form."""

from __future__ import annotations

import math

from mrsite.validation import closed_forms
from mrsite.validation.grammar import VALUE, Handler, NotUnderstood, Words, si
from mrsite.venting import catalogue, helium, mixing
from mrsite.venting.helium import State


def gas_state(words: Words) -> State:
    """Take a state: p and T, rho and T, or saturated liquid or vapour at p or at T."""
    liquid = words.phrase("saturated liquid")
    vapour = words.phrase("saturated vapour", "saturated vapor", "saturated gas")
    p = words.maybe("p", dimension="pressure")
    t = words.maybe("T", dimension="temperature")
    rho = words.maybe("rho", dimension="density")
    if liquid or vapour:
        if p is None and t is None:
            raise NotUnderstood("a saturated state needs p or T")
        if p is None:
            assert t is not None
            p = helium.saturation_pressure(t)
        pair = helium.saturated(p)
        return pair[0] if liquid else pair[1]
    if rho is not None and t is not None:
        return helium.state(rho, t)
    if p is None or t is None:
        raise NotUnderstood("a state needs p and T, rho and T, or 'saturated liquid' with p")
    return helium.state_pt(p, t)


def _property(quantity: str, words: Words) -> float:
    words.allow("helium", "gas", "pure helium", "real gas")
    gas = gas_state(words)
    return {
        "density": gas.density,
        "rho": gas.density,
        "sound_speed": gas.sound_speed,
        "viscosity": gas.viscosity,
        "thermal_conductivity": gas.conductivity,
        "conductivity": gas.conductivity,
        "enthalpy": gas.enthalpy,
        "entropy": gas.entropy,
        "cp": gas.cp,
        "cv": gas.cv,
        "compressibility": gas.compressibility,
        "Z": gas.compressibility,
        "pressure": gas.pressure,
        "gamma": gas.cp / gas.cv,
        "prandtl": gas.cp * gas.viscosity / gas.conductivity,
    }[quantity]


def _latent(_quantity: str, words: Words) -> float:
    words.allow("helium")
    liquid, vapour = helium.saturated(words.number("p", dimension="pressure"))
    return vapour.enthalpy - liquid.enthalpy


def _saturation(quantity: str, words: Words) -> float:
    words.allow("helium", "saturated", "saturation")
    if quantity in ("saturation_pressure", "p_sat"):
        return helium.saturation_pressure(words.number("T", dimension="temperature"))
    return helium.saturated(words.number("p", dimension="pressure"))[0].temperature


def _volume_ratio(_quantity: str, words: Words) -> float:
    match = words.pattern(rf"saturated liquid at {VALUE}")
    liquid = si(match["number"], match["unit"], "pressure") if match else words.number("p", default=helium.ATMOSPHERE)
    at = words.pattern(rf"to gas at {VALUE} and T")  # "to gas at 80000 Pa and T=290 K"
    gas_pressure = (
        si(at["number"], at["unit"], "pressure") if at else words.number("p", dimension="pressure", default=liquid)
    )
    if at:
        words.left = words.left.replace("=", "T=", 1) if "T=" not in words.left else words.left
    words.allow("to gas at", "saturated liquid", "gas at")
    t = words.number("T", dimension="temperature")
    return helium.saturated(liquid)[0].density / helium.state_pt(gas_pressure, t).density


def _temperature(_quantity: str, words: Words) -> float:
    match = words.pattern(
        rf"pure helium as dense as (?:dry |room )?air at {VALUE}(?: and (?P<p>[\d.eE+]+)\s*(?P<pu>k?Pa|bar|mbar))?"
    )
    if match is None:
        raise NotUnderstood("temperature: only 'pure helium as dense as dry air at ... K and ... Pa' is known")
    pressure = si(match["p"], match["pu"], "pressure") if match["p"] else helium.ATMOSPHERE
    return mixing.neutral_temperature(si(match["number"], match["unit"], "temperature"), pressure)


def _isothermal(quantity: str, words: Words) -> float:
    words.phrase("ideal gas")
    if not words.phrase("isothermal"):
        raise NotUnderstood("p1 or p2: only isothermal flow of an ideal gas is known")
    r = words.number("R", dimension="specific heat", default=catalogue.gas_constants()[1])
    t = words.number("T", dimension="temperature")
    d = words.number("D", dimension="length")
    flux = words.number("mdot", dimension="mass flow") / (0.25 * math.pi * d * d)
    friction = words.number("f_darcy", "f") * words.number("L", dimension="length") / d
    if quantity == "p2":
        return closed_forms.isothermal_outlet(words.number("p1", dimension="pressure"), flux, r, t, friction)
    return closed_forms.isothermal_inlet(words.number("p2", dimension="pressure"), flux, r, t, friction)


def _fanno(quantity: str, words: Words) -> float:
    words.allow("f Darcy", "Darcy", "Fanno", "ideal gas", "adiabatic", "helium")
    gamma = words.number("gamma")
    if quantity == "M_fanno":
        return closed_forms.fanno_mach(words.number("fL/D", "fLstar_over_D"), gamma)
    mach = words.number("M", "M1")
    return {
        "fLstar_over_D": closed_forms.fanno_length,
        "p_over_pstar": closed_forms.fanno_pressure_ratio,
        "T_over_Tstar": closed_forms.fanno_temperature_ratio,
    }[quantity](mach, gamma)


def _choked(quantity: str, words: Words) -> float:
    words.allow("isentropic nozzle", "isentropic", "nozzle", "helium", "real gas", "ideal gas")
    p0 = words.number("p0", dimension="pressure")
    t0 = words.number("T0", dimension="temperature")
    if quantity == "G_choked_real":
        return helium.critical_flux(p0, t0)
    r = words.number("R", dimension="specific heat", default=catalogue.gas_constants()[1])
    return closed_forms.choked_flux(p0, t0, r, words.number("gamma", default=5 / 3))


def static_head(temperature: float, height: float, p_top: float) -> float:
    """Weight of a column at rest, Pa: isentropic from ``temperature`` at the top, so that h + g z is constant."""
    gas = top = helium.state_pt(p_top, temperature)
    steps = 200
    p = p_top
    for _ in range(steps):
        half = helium.state_ps(p + 0.5 * gas.density * 9.80665 * height / steps, top.entropy, gas)
        p += half.density * 9.80665 * height / steps
        gas = helium.state_ps(p, top.entropy, half)
    return p - p_top


def _heated(_quantity: str, words: Words) -> float:
    words.allow("low Mach", "NTU", "helium")
    return closed_forms.wall_heated(
        words.number("T_in", dimension="temperature"),
        words.number("T_wall", dimension="temperature"),
        words.number("h", dimension="film"),
        words.number("D", dimension="length"),
        words.number("L", dimension="length"),
        words.number("mdot", dimension="mass flow"),
        words.number("cp", dimension="specific heat", default=5193.2),
    )


def _mixture(quantity: str, words: Words) -> float:
    match = words.pattern(
        rf"helium (?:at|released at) {VALUE}"
        r"(?: mixed adiabatically with (?P<dry>dry )?air (?P<ta>[\d.]+) K to O2=(?P<o2>[\d.]+))?"
    )
    if match is None:
        raise NotUnderstood("a mixing case needs 'helium at ... K mixed adiabatically with dry air ... K to O2=...'")
    source = si(match["number"], match["unit"], "temperature")
    ambient = words.pattern(r"\(ambient (?P<c>0?\.\d+)\)")
    start = float(ambient["c"]) if ambient else catalogue.gas_constants()[4]
    if match["o2"]:
        air = float(match["ta"])
        share = mixing.mass_share_at_oxygen(float(match["o2"]), start)
    else:
        surface = words.pattern(r"O2 on the (?P<c>-?[\d.]+) ?degC surface for\s*")
        where = words.pattern(rf"ambient {VALUE}(?: dry)?")
        if surface is None or where is None:
            raise NotUnderstood("the surface of a temperature needs 'O2 on the ... degC surface' and 'ambient ... K'")
        air = si(where["number"], where["unit"], "temperature")
        found = mixing.mass_share_at_temperature(273.15 + float(surface["c"]), source, air)
        if found is None:
            return math.nan
        share = found
    mixed = mixing.mix(share, source, air, oxygen=start)
    return {
        "T_mix": mixed.temperature,
        "Y_He": share,
        "X_He": mixed.helium_mole,
        "O2": mixed.oxygen,
        "rho_mix": mixed.density,
    }[quantity]


def mixture_oxygen(words: Words) -> float | None:
    """Oxygen of a mixing case, or None where the words are of another kind."""
    return _mixture("O2", words) if "degC surface" in words.left else None


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        (
            "density",
            "sound_speed",
            "viscosity",
            "thermal_conductivity",
            "conductivity",
            "enthalpy",
            "entropy",
            "cp",
            "cv",
            "compressibility",
            "Z",
            "prandtl",
        ),
        _property,
    ),
    "latent_heat": _latent,
    **dict.fromkeys(("saturation_pressure", "p_sat", "saturation_temperature", "T_sat"), _saturation),
    **dict.fromkeys(("volume_ratio", "expansion_ratio"), _volume_ratio),
    "temperature": _temperature,
    "p2": _isothermal,
    "p1": _isothermal,
    **dict.fromkeys(("fLstar_over_D", "p_over_pstar", "T_over_Tstar", "M_fanno"), _fanno),
    **dict.fromkeys(("G_choked_real", "G_choked_ideal"), _choked),
    **dict.fromkeys(("T_mix", "Y_He", "X_He", "rho_mix"), _mixture),
}

heated_outlet = _heated
