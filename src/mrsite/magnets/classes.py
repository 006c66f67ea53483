"""Class defaults and design priors, read from packaged data with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from mrsite.base.data import data_folder
from mrsite.base.errors import InputError
from mrsite.base.toml import read_toml
from mrsite.magnets.model import MagnetModel

Range = tuple[float, float]


@dataclass(frozen=True)
class Prior:
    """What is believed about the windings of a class of magnets before any figure is read.

    Ranges are uniform; lengths in m, current density in A/m2, homogeneity as a fraction of B0. ``primary_build``
    is the room for the primary's layers over B0 / (mu0 J), the thickness of an endless solenoid; ``primary_layer``
    then bounds it. None: the room is drawn without regard to the density.
    """

    winding_gap: Range
    end_gap: Range
    shield_gap: Range
    primary_layer: Range
    primary_build: Range | None
    shield_layer: Range
    current_density: Range
    shield_start: Range
    shield_length: Range
    homogeneity_log10: Range
    homogeneity_radius: Range
    cell: Range


@dataclass(frozen=True)
class Dimensions:
    """Bore, length, cryostat and imaging diameter, and which of them are class defaults."""

    bore_diameter_m: float
    magnet_length_m: float
    cryostat_diameter_m: float
    imaging_diameter_m: float
    defaults_used: tuple[str, ...]
    warnings: tuple[str, ...]


@cache
def _classes() -> dict[str, Any]:
    return read_toml(data_folder("magnet_classes") / "classes.toml").data


def prior(geometry: str, tier: str, shielding: str) -> Prior:
    """Return the design prior of a class.

    Parameters
    ----------
    geometry : str
        ``whole-body``, ``head``, ``extremity``, ``preclinical``.
    tier : str
        ``"T"``: compact shields, good homogeneity; ``"W"``: wide, drawn where T finds too little;
        ``"F"``: free use of the winding room, where many figures pin the field by themselves.
    shielding : str
        Unshielded and passive magnets take the wide winding gap.
    """
    table = _class(geometry)
    names = {"T": ("",), "W": ("_wide", ""), "F": ("_free", "_wide", "")}[tier]

    def pair(key: str, factor: float = 1.0, names: tuple[str, ...] = names) -> Range:
        low, high = next(table[key + name] for name in names if key + name in table)
        return float(low) * factor, float(high) * factor

    shield = ("_iron", *names) if shielding == "passive" else names

    return Prior(
        winding_gap=pair("winding_gap_m" if shielding == "active" else "winding_gap_wide_m"),
        end_gap=pair("end_gap_m"),
        shield_gap=pair("shield_gap_m"),
        primary_layer=pair("primary_layer_m"),
        primary_build=pair("primary_build") if "primary_build" + names[0] in table else None,
        shield_layer=pair("shield_layer_m"),
        current_density=pair("current_density_A_per_mm2", 1e6),
        shield_start=pair("shield_start", names=shield),
        shield_length=pair("shield_length_m", names=shield),
        homogeneity_log10=pair("homogeneity_log10"),
        homogeneity_radius=pair("homogeneity_radius"),
        cell=pair("cell_m"),
    )


def branch_priors(geometry: str) -> dict[str, Any]:
    """Return the prior weights of the sign branches of a class and what belongs to them."""
    own = _class(geometry)
    return {k: own.get(k, value) for k, value in _classes()["branches"].items()}


def shield_balance() -> Range:
    """Return the range of the shield's dipole moment over the primary's among real designs."""
    low, high = _classes()["shield"]["moment_over_primary"]
    return float(low), float(high)


def dimensions(model: MagnetModel) -> Dimensions:
    """Return the magnet's dimensions, with class defaults where none are published."""
    table = _class(model.geometry)
    rows = table["dimensions"]
    nearest = min(rows, key=lambda row: abs(float(row["B0_T"]) - float(model.B0_T or 1.5)))
    defaults, warnings = [], []

    def take(name: str, default: float) -> float:
        given = getattr(model, name)
        if given is None:
            defaults.append(name)
            return default
        return float(given)

    length = take("magnet_length_m", float(nearest["magnet_length_m"]))
    cryostat = take("cryostat_diameter_m", float(nearest["cryostat_diameter_m"]))
    bore = take("bore_diameter_m", float(table["bore_diameter_m"]))
    if model.imaging_diameter_m is None:
        # The homogeneous volume grows no further than the bore lets it.
        imaging = min(float(table["imaging_diameter_m"]), 0.9 * bore)
    else:
        imaging = model.imaging_diameter_m
    for name, value, usual in (
        ("bore_diameter_m", bore, table["usual_bore_m"]),
        ("cryostat_diameter_m", cryostat, nearest.get("usual_cryostat_m", table["usual_cryostat_m"])),
        ("magnet_length_m", length, nearest.get("usual_length_m", table["usual_length_m"])),
    ):
        if name not in defaults and not usual[0] <= value <= usual[1]:
            warnings.append(
                f"{name} {value:g} is outside the usual {usual[0]:g} to {usual[1]:g} m of its class: check the figure"
            )
    return Dimensions(bore, length, cryostat, imaging, tuple(defaults), tuple(warnings))


def _class(geometry: str) -> dict[str, Any]:
    table = _classes().get(geometry)
    if table is None:
        raise InputError(f"magnets of geometry {geometry!r} are not modelled by coaxial air coils")
    return dict(table)
