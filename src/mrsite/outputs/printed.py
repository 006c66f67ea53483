"""Numbers and words as a person reads them: rounded to the unsafe side, in the units asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mrsite.base.quantity import Banded
from mrsite.base.text import inert

#: Decimal places of a printed magnitude: three significant figures.
_FIGURES = 3


def _scaled(value: float, figures: int, rounding: object) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    exponent = math.floor(math.log10(abs(value)))
    step = 10.0 ** (exponent - figures + 1)
    # A hair is taken off before rounding, so that 0.5 stays 0.5 and not 0.501.
    hair = 1e-9 * abs(value)
    rounded = rounding((value - hair) / step) if rounding is math.ceil else rounding((value + hair) / step)  # type: ignore[operator]
    return float(rounded * step)


def up(value: float, figures: int = _FIGURES) -> str:
    """Return a number that is bad when large (a field, a pressure), rounded up."""
    return _plain(_scaled(value, figures, math.ceil), figures)


def down(value: float, figures: int = _FIGURES) -> str:
    """Return a number that is bad when small (a clearance, a margin), rounded down."""
    return _plain(_scaled(value, figures, math.floor), figures)


def _plain(value: float, figures: int) -> str:
    if not math.isfinite(value):
        return "not finite" if value != value else ("more than can be said" if value > 0 else "less than can be said")
    if value == 0:
        return "0"
    decimals = max(0, figures - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """Return a stated number as it was stated."""
    return f"{value:.10g}"


def length(metres: float, style: str = "m", *, unsafe: str = "down", step_m: float = 1e-3) -> str:
    """Return a distance as it is printed on drawings.

    Parameters
    ----------
    style : ``"m"``, ``"mm"`` or ``"ft-in"``
        Feet and inches go to the eighth of an inch.
    unsafe : ``"down"`` or ``"up"``
        Which way is unsafe to be wrong: a clearance is rounded down, a reach up.
    """
    rounding = math.floor if unsafe == "down" else math.ceil
    hair = 1e-6 if unsafe == "down" else -1e-6
    if style == "ft-in":
        eighths = rounding(metres / 0.0254 * 8 + hair)
        sign, eighths = ("-" if eighths < 0 else ""), abs(eighths)
        feet, rest = divmod(eighths, 96)
        inches, part = divmod(rest, 8)
        fraction = ""
        if part:
            divisor = math.gcd(part, 8)
            fraction = f" {part // divisor}/{8 // divisor}"
        return f"{sign}{feet}'-{inches}{fraction}\""
    rounded = rounding(metres / step_m + hair) * step_m
    return f"{rounded * 1000:.0f}" if style == "mm" else f"{rounded:.3f} m"


def field_mT(tesla: float) -> str:
    """Return a flux density in mT, rounded up."""
    return f"{up(tesla * 1e3)} mT"


def level(quantity: str, value: float, show: Iterable[str] = ("mT",)) -> str:
    """Return a line's level with its unit, and in gauss beside it where asked for.

    Parameters
    ----------
    value : float
        In T, T/m or T²/m.
    """
    if quantity == "gradient":
        return f"{exact(value)} T/m"
    if quantity == "force_product":
        return f"{exact(value)} T\N{SUPERSCRIPT TWO}/m"
    shown = {"mT": f"{exact(value * 1e3)} mT", "G": f"{exact(value * 1e4)} G"}
    wanted = [shown[unit] for unit in show] or [shown["mT"]]
    return wanted[0] if len(wanted) == 1 else f"{wanted[0]} ({wanted[1]})"


def heights(pair: tuple[float, float]) -> str:
    """Return heights above the floor in words."""
    low, high = pair
    if abs(high - low) < 1e-9:
        return f"at {exact(round(low, 4))} m"
    return f"{exact(round(low, 4))} to {exact(round(high, 4))} m"


def line_name(
    quantity: str, value: float, kind: str, edge: str, pair: tuple[float, float], show: Iterable[str] = ("mT",)
) -> str:
    """Return what a line is called on a drawing: level, edge, kind and height."""
    edges = {"central": "", "upper": " outer edge", "lower": " inner edge"}
    what = {"B": "", "gradient": "grad ", "force_product": "B grad "}[quantity]
    return f"{what}{level(quantity, value, show)}{edges[edge]}, {kind} {heights(pair)}"


def banded(value: Banded | None) -> str:
    """Return a computed quantity with its outer edge, both rounded up."""
    if value is None:
        return "-"
    unit = f" {value.unit}" if value.unit else ""
    if value.upper == value.value:
        return f"{up(value.value)}{unit}"
    return f"{up(value.value)} (outer edge {up(value.upper)}){unit}"


def short(text: str, limit: int = 90) -> str:
    """Return foreign text as one inert line for a drawing."""
    return inert(text, limit)
