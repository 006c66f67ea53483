"""The words of a case file: numbers with units, phrases, routes. What is not understood is never skipped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

#: unit -> (dimension, factor to SI, offset)
_UNITS: dict[str, tuple[str, float, float]] = {}


def _units(dimension: str, **factors: float) -> None:
    for name, factor in factors.items():
        _UNITS[name] = (dimension, factor, 0.0)


_units("pressure", Pa=1.0, hPa=100.0, kPa=1e3, MPa=1e6, mbar=100.0, bar=1e5, atm=101325.0, psi=6894.757293168)
_units("length", m=1.0, mm=1e-3, cm=1e-2, km=1e3, ft=0.3048, **{"in": 0.0254, "inch": 0.0254})
_units("area", m2=1.0, cm2=1e-4, mm2=1e-6, ft2=0.09290304, in2=6.4516e-4)
_units("volume", m3=1.0, L=1e-3, l=1e-3, litre=1e-3, litres=1e-3, ft3=0.028316846592)
_units("time", s=1.0, min=60.0, h=3600.0, ms=1e-3)
_units("mass", kg=1.0, g=1e-3)
_units("force", N=1.0, kN=1e3, lbf=4.4482216152605)
_units("energy", J=1.0, kJ=1e3, MJ=1e6)
_units("angle", deg=1.0, degree=1.0, degrees=1.0)
for _name, _row in {
    "K": ("temperature", 1.0, 0.0),
    "C": ("temperature", 1.0, 273.15),
    "degC": ("temperature", 1.0, 273.15),
    "kg/s": ("mass flow", 1.0, 0.0),
    "g/s": ("mass flow", 1e-3, 0.0),
    "kg/h": ("mass flow", 1 / 3600, 0.0),
    "m3/s": ("volume flow", 1.0, 0.0),
    "m3/h": ("volume flow", 1 / 3600, 0.0),
    "L/s": ("volume flow", 1e-3, 0.0),
    "cfm": ("volume flow", 0.3048**3 / 60, 0.0),
    "m/s": ("speed", 1.0, 0.0),
    "km/h": ("speed", 1 / 3.6, 0.0),
    "kg/m3": ("density", 1.0, 0.0),
    "kg/m2s": ("mass flux", 1.0, 0.0),
    "kg/m2/s": ("mass flux", 1.0, 0.0),
    "J/kgK": ("specific heat", 1.0, 0.0),
    "J/kg/K": ("specific heat", 1.0, 0.0),
    "kJ/kgK": ("specific heat", 1e3, 0.0),
    "J/kg": ("specific energy", 1.0, 0.0),
    "kJ/kg": ("specific energy", 1e3, 0.0),
    "W/m2K": ("film", 1.0, 0.0),
    "W/m2/K": ("film", 1.0, 0.0),
    "W/K": ("conductance", 1.0, 0.0),
    "kW/K": ("conductance", 1e3, 0.0),
    "W/mK": ("conductivity", 1.0, 0.0),
    "W/m/K": ("conductivity", 1.0, 0.0),
    "Pa.s": ("viscosity", 1.0, 0.0),
    "Pas": ("viscosity", 1.0, 0.0),
    "uPa.s": ("viscosity", 1e-6, 0.0),
    "Pa/s": ("pressure rate", 1.0, 0.0),
    "kPa/s": ("pressure rate", 1e3, 0.0),
    "Pa/m": ("gradient", 1.0, 0.0),
    "mbar/m": ("gradient", 100.0, 0.0),
    "/h": ("rate", 1 / 3600, 0.0),
    "1/h": ("rate", 1 / 3600, 0.0),
    "/s": ("rate", 1.0, 0.0),
    "1/s": ("rate", 1.0, 0.0),
    "%": ("share", 0.01, 0.0),
    "-": ("", 1.0, 0.0),
    "": ("", 1.0, 0.0),
    "1": ("", 1.0, 0.0),
    "InputError": ("", 1.0, 0.0),
    "mole fraction": ("share", 1.0, 0.0),
    "mass fraction": ("share", 1.0, 0.0),
}.items():
    _UNITS[_name] = _row

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
_SPELT = "|".join(re.escape(u) for u in sorted((u for u in _UNITS if u and u not in ("-", "1")), key=len, reverse=True))
VALUE = rf"(?P<number>{NUMBER})\s*(?P<unit>(?:{_SPELT})(?![\w/]|\s*=))?"


class NotUnderstood(Exception):
    """A row says something that this runner does not know."""


class NotGiven(NotUnderstood):
    """A row leaves out a number; an earlier row of the same case may have it."""


def si(number: str | float, unit: str | None, dimension: str = "") -> float:
    """Return a number in SI; a unit of the wrong dimension is not understood."""
    if isinstance(number, str) and "/" in number:
        top, bottom = number.split("/")
        value = float(top) / float(bottom)
    else:
        value = float(number)
    if not unit:
        return value
    try:
        kind, factor, offset = _UNITS[unit]
    except KeyError:
        raise NotUnderstood(f"unit {unit!r} is not known") from None
    if dimension and kind not in ("", dimension):
        raise NotUnderstood(f"{unit!r} is a unit of {kind}, where {dimension} was expected")
    return value * factor + offset


def unit_factor(unit: str) -> tuple[float, float]:
    """Return factor and offset of a unit column such as ``m3/s (mol rate x R T/p)``."""
    name = unit.strip()
    while name not in _UNITS and "(" in name:
        name = name[: name.rindex("(")].strip()
    if name not in _UNITS:
        raise NotUnderstood(f"unit {unit!r} is not known")
    return _UNITS[name][1], _UNITS[name][2]


@dataclass
class Words:
    """The inputs of one row, from which a handler takes what it knows; the rest must be nothing."""

    text: str
    inherited: str = ""  #: inputs of earlier rows of the same case, for numbers that this row leaves out
    left: str = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.text

    def number(self, *keys: str, dimension: str = "", default: float | None = None) -> float:
        """Take ``key=number unit`` under any of its names; in SI."""
        found = self.maybe(*keys, dimension=dimension)
        if found is not None:
            return found
        if default is None:
            raise NotGiven(f"{keys[0]} is not given")
        return default

    def maybe(self, *keys: str, dimension: str = "") -> float | None:
        """Take ``key=number unit`` where it is given, here or in an earlier row of the case."""
        for key in keys:
            # T_room=T_wall=293.15 K gives one number to several keys; each takes its own name out
            name = r"(?:[A-Za-z_]\w*\s*=\s*)"
            pattern = rf"(?<![\w.])(?P<chain>{name}*?){re.escape(key)}\s*=\s*(?P<rest>{name}*){VALUE}"
            match = re.search(pattern, self.left)
            if match is None:
                if earlier := re.search(pattern, self.inherited):
                    return si(earlier["number"], earlier["unit"], dimension)
                continue
            value = si(match["number"], match["unit"], dimension)
            others = (match["chain"] + match["rest"]).strip()
            kept = others + match["number"] + (" " + match["unit"] if match["unit"] else "") if others else ""
            self.left = self.left[: match.start()] + kept + self.left[match.end() :]
            return value
        return None

    def phrase(self, *spellings: str) -> bool:
        """Take a phrase where it stands as whole words (any letter case)."""
        for spelling in spellings:
            pattern = rf"(?<![\w=]){re.escape(spelling)}(?![\w=])"
            match = re.search(pattern, self.left, re.IGNORECASE)
            if match:
                self.left = self.left[: match.start()] + " " + self.left[match.end() :]
                return True
        return False

    def allow(self, *phrases: str) -> None:
        """Take phrases that say nothing the handler does not already do."""
        for phrase in phrases:
            self.phrase(phrase)

    def pattern(self, expression: str) -> re.Match[str] | None:
        """Take a regular expression."""
        match = re.search(expression, self.left)
        if match:
            self.left = self.left[: match.start()] + " " + self.left[match.end() :]
        return match

    def finish(self) -> None:
        """Refuse what was not taken."""
        rest = re.sub(r"[;,()\s]+", " ", self.left).strip()
        if rest:
            raise NotUnderstood(f"not understood: {rest!r}")


@dataclass(frozen=True)
class Tolerance:
    """How far a computed value may lie from the wanted one."""

    relative: float = 0.0
    absolute: float = 0.0

    def holds(self, computed: float, wanted: float) -> bool:
        """Whether the computed value passes (NaN never does)."""
        if computed == wanted:
            return True
        return abs(computed - wanted) <= max(self.relative * abs(wanted), self.absolute) * (1 + 1e-12)


def tolerance(text: str) -> Tolerance:
    """Read ``2%``, ``0.01`` (absolute, in the row's unit) or ``exact``."""
    plain = text.strip().lstrip("±+-").strip()
    if plain.lower() in ("exact", "exactly"):
        return Tolerance(relative=1e-9)
    if plain.endswith("%"):
        return Tolerance(relative=float(plain[:-1]) / 100)
    try:
        return Tolerance(absolute=float(plain))
    except ValueError:
        raise NotUnderstood(f"tolerance {text!r} is not a percentage, a number or 'exact'") from None


def wanted_value(text: str) -> float:
    """Read the wanted value; words such as ``InputError`` or ``choked`` count as 1."""
    plain = text.strip()
    if plain.lower() in ("inputerror", "refused", "true", "yes", "choked"):
        return 1.0
    if plain.lower() in ("false", "no", "not choked"):
        return 0.0
    try:
        return float(plain)
    except ValueError:
        raise NotUnderstood(f"value {text!r} is not a number") from None


Handler = Callable[[str, Words], float]
