"""Case quantities of the outlet: jets and plumes. ``O2_18_z``: height at which the axis has 18 % oxygen."""

from __future__ import annotations

import math
import re

from mrsite.validation import closed_forms
from mrsite.validation.grammar import VALUE, Handler, NotUnderstood, Words, si
from mrsite.venting import catalogue, helium
from mrsite.venting import jet as model
from mrsite.venting.jet import Entrainment, Plume, Surface


def _constants(words: Words) -> Entrainment:
    words.left = words.left.replace("centreline factor kappa", "kappa").replace("centerline factor kappa", "kappa")
    changed: dict[str, float] = {}
    for key, name in (
        ("alpha_jet", "alpha_jet"),
        ("alpha", "alpha_jet"),
        ("alpha_plume", "alpha_plume"),
        ("beta", "beta"),
        ("lambda", "lam"),
        ("kappa", "kappa"),
    ):
        value = words.maybe(key)
        if value is not None:
            changed[name] = value
    return model.entrainment(**changed)


def _plume(words: Words, length: float = 250.0) -> Plume:
    constants = _constants(words)
    words.allow("helium", "jet", "plume", "dry air")
    wind = words.maybe("wind", dimension="speed")
    if words.phrase("calm") and wind:
        raise NotUnderstood("'calm' and a wind")
    words.phrase("along x")
    against = words.phrase("against x", "along -x")
    elevation = words.maybe("elevation_angle", "elevation", dimension="angle")
    if elevation is None:
        elevation = 90.0 if words.phrase("vertical") else 0.0 if words.phrase("horizontal") else None
    if elevation is None:
        raise NotUnderstood("the outlet's elevation_angle is not given")
    return model.plume(
        words.number("mdot", "mdot0", dimension="mass flow"),
        words.number("D", "D0", dimension="length"),
        words.number("T0", "T", dimension="temperature"),
        elevation_deg=elevation,
        height=words.number("z0", dimension="length", default=0.0),
        wind=(wind or 0.0) * (-1 if against else 1),
        velocity=words.maybe("u0", dimension="speed"),
        air_temperature=words.number("Ta", "T_amb", dimension="temperature", default=293.15),
        pressure=words.number("p", "p_amb", dimension="pressure", default=helium.ATMOSPHERE),
        constants=constants,
        length=length,
    )


def _surface(quantity: str, words: Words) -> float:
    match = re.fullmatch(r"(?:O2_(?P<o2>[\d.]+)|T_(?P<t>-?[\d.]+)C)_(?P<what>s|x|z|t|max_radius)", quantity)
    if match is None:
        raise NotUnderstood(f"quantity {quantity!r} is not known")
    plume = _plume(words)
    surface: Surface | None
    if match["o2"]:
        surface = plume.oxygen_surface(float(match["o2"]) / 100)
    else:
        surface = plume.temperature_surface(273.15 + float(match["t"]))
    if surface is None or not surface.reached:
        return math.nan
    return {"s": surface.s, "x": surface.x, "z": surface.z, "t": surface.t, "max_radius": surface.max_radius}[
        match["what"]
    ]


def _mass_ratio(_quantity: str, words: Words) -> float:
    """Jet without buoyancy: the law itself. The marched model is held to it in the tests."""
    if not words.phrase("no buoyancy"):
        raise NotUnderstood("mass_ratio: only a jet with 'no buoyancy' is known")
    words.allow("no wind", "jet")
    words.maybe("mdot0", "mdot", dimension="mass flow")
    alpha = words.number("alpha", "alpha_jet", default=catalogue.table("limits")["plume"]["alpha_jet"])
    t0 = words.number("T0", dimension="temperature")
    air = words.number("Ta", dimension="temperature", default=293.15)
    pressure = words.number("p", "p_amb", dimension="pressure", default=helium.ATMOSPHERE)
    density = pressure / (catalogue.gas_constants()[3] * air)
    return closed_forms.ricou_spalding(
        words.number("s", dimension="length"),
        words.number("D", dimension="length"),
        density / helium.state_pt(pressure, t0).density,
        alpha,
    )


def _plume_radius(quantity: str, words: Words) -> float:
    match = re.fullmatch(r"b_at_(?P<z>[\d.]+)m", quantity)
    if match is None:
        raise NotUnderstood(f"quantity {quantity!r} is not known")
    source = words.pattern(rf"buoyant source {VALUE} (?:He|helium) at (?P<t>[\d.]+) ?K")
    words.allow("top-hat")
    if source is None:
        raise NotUnderstood("b_at_...m needs 'buoyant source ... kg/s He at ... K'")
    alpha = words.number("alpha_plume")
    height = float(match["z"])
    plume = model.plume(
        si(source["number"], source["unit"], "mass flow"),
        words.number("D", dimension="length"),
        float(source["t"]),
        constants=model.entrainment(alpha_plume=alpha),
        length=1.1 * height + 1,
    )
    import numpy as np

    return float(np.interp(height, plume.z, plume.b))


HANDLERS: dict[str, Handler] = {"mass_ratio": _mass_ratio}
PREFIXES: dict[str, Handler] = {"b_at_": _plume_radius, "O2_": _surface, "T_": _surface}
