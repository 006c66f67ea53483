"""The packaged numbers of quench venting: fittings, materials, vendor clauses, gases. All with their source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.base.text import nearest


@cache
def table(name: str) -> dict[str, Any]:
    """Return one packaged table as plain data: ``fittings``, ``pipes``, ``limits`` or ``species``."""
    return tomllib.loads((data_folder("venting") / f"{name}.toml").read_text(encoding="utf-8"))


def entry(name: str, kind: str, id_: str) -> dict[str, Any]:
    """Return one entry of a packaged table.

    Raises
    ------
    InputError
        No entry of that id; the message names the nearest.
    """
    entries = {item["id"]: item for item in table(name)[kind]}
    try:
        found: dict[str, Any] = entries[id_]
    except KeyError:
        near = nearest(id_, sorted(entries))
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(sorted(entries))}"
        raise InputError(f"{kind} {id_!r} is not in the table of quench venting: {hint}") from None
    return found


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss coefficient K (dp = K rho u^2 / 2) with its range and source."""

    value: float
    lower: float
    upper: float
    source: str
    status: str = "read"

    def __post_init__(self) -> None:
        if not 0.0 <= self.lower <= self.value <= self.upper:
            raise InputError(
                f"loss coefficient {self.lower}..{self.value}..{self.upper}: K must rise and not be negative"
            )


def stated_loss(value: float, source: str = "stated in the site file") -> Loss:
    """Return a K given by the caller, with the usual uncertainty of handbooks."""
    share = table("fittings")["uncertainty"]["loss"]
    return Loss(value, value * (1 - share), value * (1 + share), source, "read")


def fitting_loss(id_: str) -> Loss:
    """Return the loss of a fitting of the table."""
    row = entry("fittings", "fitting", id_)
    return Loss(row["value"], row["lower"], row["upper"], row["source"], row["status"])


def bend_loss(angle_deg: float, radius_ratio: float | None = None, form: str | None = None) -> Loss:
    """Return the loss of a bend of any angle.

    Parameters
    ----------
    angle_deg : float
        Turn of the axis, 0 to 180.
    radius_ratio : float, optional
        r/D: 1.5 and above is smooth, 1 to 1.5 short, below 1 a mitre.
    form : {"smooth", "short", "segmented", "mitre"}, optional
        Where neither is given the bend is not described and K = 1 a right angle is taken, with a band
        from the smooth bend to the mitre.

    Notes
    -----
    Scaled with angle as sin^2(a/2) + 2 sin^4(a/2) for mitres (Weisbach's form, 1 at 90 degrees) and linearly
    for curves and for bends not described; a curve of 180 degrees is two right angles.
    """
    import math

    if form is None and radius_ratio is not None:
        form = "smooth" if radius_ratio >= 1.5 else "short" if radius_ratio >= 1.0 else "mitre"
    row = fitting_loss("bend-90" if form is None else f"bend-90-{form}")
    scale = angle_deg / 90.0
    if form == "mitre":
        half = math.sin(math.radians(min(angle_deg, 180.0)) / 2) ** 2
        scale = half + 2 * half * half
    return Loss(row.value * scale, row.lower * scale, row.upper * scale, row.source, row.status)


def mesh_loss(free_share: float) -> Loss:
    """Return the loss of a mesh or grille whose free area is this share of the pipe's.

    K = 1.3 (1 - phi) + (1/phi - 1)^2 below 1; a mesh with free area at or above the pipe's area costs nothing here.
    """
    if not free_share > 0:
        raise InputError("a mesh needs a free area above zero: give the free area over the pipe's area")
    row = table("fittings")["mesh"]
    phi = min(free_share, 1.0)
    value = row["linear"] * (1 - phi) + (1 / phi - 1) ** 2
    return Loss(value, 0.7 * value, 1.3 * value, row["source"], row["status"])


def roughness_of(name: str) -> float:
    """Return a roughness in m from the table."""
    return float(entry("pipes", "roughness", name)["value_mm"]) * 1e-3


def gas_constants() -> tuple[float, float, float, float, float]:
    """Return cp of helium, R of helium, cp of air, R of air (J/kg K) and the oxygen share of dry air."""
    species = table("species")
    molar = species["constants"]["molar_gas"]
    he, air = species["helium"], species["air"]
    return he["cp"], molar / he["molar_mass"], air["cp"], molar / air["molar_mass"], air["oxygen"]
