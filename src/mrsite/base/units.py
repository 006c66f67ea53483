"""Names of length units, and lengths as people type them."""

from __future__ import annotations

import math
import re

from mrsite.base.errors import InputError

#: Metres in one unit. Inch and foot are exact by definition (international yard and pound
#: agreement, 1959); the US survey foot is 1200/3937 m (Mendenhall order, 1893).
METRES: dict[str, float] = {
    "mm": 1e-3,
    "cm": 1e-2,
    "dm": 1e-1,
    "m": 1.0,
    "inch": 0.0254,
    "foot": 0.3048,
    "ussurveyfoot": 1200.0 / 3937.0,
}
_ALIASES = {
    "millimetre": "mm",
    "millimeter": "mm",
    "centimetre": "cm",
    "centimeter": "cm",
    "decimetre": "dm",
    "decimeter": "dm",
    "metre": "m",
    "meter": "m",
    "metres": "m",
    "meters": "m",
    "in": "inch",
    "inches": "inch",
    "ft": "foot",
    "feet": "foot",
    '"': "inch",
    "'": "foot",
    "us-survey-feet": "ussurveyfoot",
    "us-survey-foot": "ussurveyfoot",
}
#: `$INSUNITS` codes (Autodesk Help, "INSUNITS (System Variable)").
INSUNITS: dict[int, str] = {1: "inch", 2: "foot", 4: "mm", 5: "cm", 6: "m", 14: "dm", 21: "ussurveyfoot"}


def unit_name(text: str) -> str:
    """Return the canonical name of a length unit; raises `InputError` on an unknown one."""
    key = text.strip().lower()
    key = _ALIASES.get(key, key)
    if key not in METRES:
        raise InputError(f"unit {text!r} is not known; use one of {', '.join(METRES)}")
    return key


def parse_length(text: str, *, drawing_unit_m: float | None = None) -> float:
    """Read a length with an optional suffix (``mm``, ``in``, ``ft``, ``du``) as metres."""
    match = re.fullmatch(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Z\"']*)\s*", text)
    if match is None:
        raise InputError(f"{text!r} is not a length; write for example 12.4, 12400mm, 40ft or 488du")
    value, suffix = float(match[1]), match[2].lower()
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a finite length")
    if suffix in ("", "m"):
        return value
    if suffix == "du":
        if drawing_unit_m is None:
            raise InputError(f"{text!r} is in drawing units, but there is no drawing here to take the unit from")
        return value * drawing_unit_m
    return value * METRES[unit_name(suffix)]
