"""Numbers with units in a model: lengths, stated areas, linings, north and map. Runs in the worker's process."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from mrsite.base.errors import InputError
from mrsite.base.units import METRES
from mrsite.plans.ifc.facts import MapFacts, Point

Array = npt.NDArray[np.float64]

# Floor areas by the names that property and quantity sets give them, in the languages of the exporters.
_AREA = re.compile(r"area|fl(ä|ae|a)che|surface|superf|oppervlak|(?<![a-z])(nfa|gfa|nra)(?![a-z])", re.IGNORECASE)
_NOT_FLOOR = re.compile(
    r"wall|ceiling|side|outer|window|door|roof|opening|cover|clad|wand|decke|mur|plafond|fenster|t(ü|ue)r|pareti|"
    r"soffitt|per person|proport|unbound",
    re.IGNORECASE,
)


def length_unit(model: Any) -> tuple[str, float, bool]:
    """Return the name of the length unit, metres in it, and whether the model states one.

    Raises
    ------
    InputError
        The unit is no usable number.
    """
    from ifcopenshell.util.unit import calculate_unit_scale

    stated = _states(model, "LENGTHUNIT")
    scale = float(calculate_unit_scale(model)) if stated else 1.0
    if not 1e-9 < scale < 1e6:
        raise InputError(f"the model's length unit is {scale:g} m, which is no unit; give units")
    name = next((n for n, m in METRES.items() if abs(m / scale - 1) < 1e-7), f"{scale:g} m")
    return name, scale, stated


def power_unit(model: Any, kind: str, length_m: float) -> float:
    """Square or cubic metres in the model's unit of area (``AREAUNIT``) or volume (``VOLUMEUNIT``)."""
    from ifcopenshell.util.unit import calculate_unit_scale

    power = {"AREAUNIT": 2, "VOLUMEUNIT": 3}[kind]
    scale = float(calculate_unit_scale(model, kind)) if _states(model, kind) else length_m**power
    return scale if 1e-27 < scale < 1e18 else length_m**power


def _states(model: Any, kind: str) -> bool:
    return any(getattr(u, "UnitType", None) == kind for a in model.by_type("IfcUnitAssignment") for u in a.Units or ())


def placement(product: Any, metres: float) -> Array | None:
    """Return the (4, 4) matrix of a product's placement in the model, translation in metres; None without one."""
    from ifcopenshell.util.placement import get_local_placement

    if getattr(product, "ObjectPlacement", None) is None:
        return None
    try:
        matrix = np.array(get_local_placement(product.ObjectPlacement), dtype=np.float64)
    except (RuntimeError, ValueError, TypeError, AttributeError, IndexError):
        return None
    matrix[:3, 3] *= metres
    return matrix if matrix.shape == (4, 4) and np.isfinite(matrix).all() else None


def floor_areas(sets: tuple[Any, ...], square_metres: float) -> tuple[float, ...]:
    """Return what property and quantity sets state as a floor area, m2."""
    found = []
    for name, value in _values(sets, "Area"):
        if value is not None and _AREA.search(name) and not _NOT_FLOOR.search(name):
            area = float(value) * square_metres
            if math.isfinite(area) and area > 0:
                found.append(area)
    return tuple(dict.fromkeys(found))


def net_volume(sets: tuple[Any, ...], cubic_metres: float) -> float | None:
    """Return the volume that property and quantity sets state, m3; the smallest where there are several."""
    found = [float(value) * cubic_metres for _, value in _values(sets, "Volume") if value is not None]
    return min((v for v in found if math.isfinite(v) and v > 0), default=None)


def _values(sets: tuple[Any, ...], measure: str) -> Iterator[tuple[str, Any]]:
    """Give name and value of the quantities and properties of a measure, ``Area`` or ``Volume``."""
    for one in sets:
        if one.is_a("IfcElementQuantity"):
            for q in one.Quantities or ():
                if q.is_a(f"IfcQuantity{measure}"):
                    yield q.Name or "", getattr(q, f"{measure}Value")
        elif one.is_a("IfcPropertySet"):
            for p in one.HasProperties or ():
                value = p.NominalValue if p.is_a("IfcPropertySingleValue") else None
                if value is not None and value.is_a(f"Ifc{measure}Measure"):
                    yield p.Name or "", value.wrappedValue


def lining(sets: tuple[Any, ...], metres: float) -> float | None:
    """Return the thickness of a door's lining, m, where its lining properties state it."""
    for one in sets:
        if one is not None and one.is_a("IfcDoorLiningProperties") and one.LiningThickness is not None:
            value = float(one.LiningThickness) * metres
            return value if 0 < value < 0.5 else None
    return None


def place_on_earth(model: Any, metres: float) -> MapFacts:
    """Return true north, latitude and longitude, and the map conversion, as far as the model states them."""
    north = _north(model)
    latitude = longitude = None
    for site in model.by_type("IfcSite")[:1]:
        latitude, longitude = _degrees(site.RefLatitude), _degrees(site.RefLongitude)
    crs, origin, x_axis, scale, source = "", None, None, 1.0, "the model's site and context"
    for conversion in model.by_type("IfcMapConversion")[:1] if model.schema != "IFC2X3" else ():
        target = conversion.TargetCRS
        unit = _map_unit(target, metres)
        values = (conversion.Eastings, conversion.Northings, conversion.OrthogonalHeight)
        crs = str(getattr(target, "Name", "") or "")
        origin = tuple(float(v or 0.0) * unit for v in values)
        if conversion.XAxisAbscissa is not None and conversion.XAxisOrdinate is not None:
            x_axis = (float(conversion.XAxisAbscissa), float(conversion.XAxisOrdinate))
        scale = float(conversion.Scale or 1.0) * unit / metres
        source = "IfcMapConversion"
    return MapFacts(north, latitude, longitude, crs, origin, x_axis, scale, source)  # type: ignore[arg-type]


def _north(model: Any) -> Point | None:
    for context in model.by_type("IfcGeometricRepresentationContext"):
        if context.is_a("IfcGeometricRepresentationSubContext") or context.TrueNorth is None:
            continue
        ratios = [float(r) for r in context.TrueNorth.DirectionRatios[:2]]
        if len(ratios) == 2 and all(map(math.isfinite, ratios)) and math.hypot(*ratios) > 0:
            return ratios[0], ratios[1]
    return None


def _degrees(parts: Any) -> float | None:
    """Read degrees, minutes, seconds and millionths of a second, all of one sign (IfcCompoundPlaneAngleMeasure)."""
    if not parts or len(parts) < 3:
        return None
    value = sum(float(p) / d for p, d in zip(parts, (1.0, 60.0, 3600.0, 3.6e9), strict=False))
    return value if abs(value) <= 360 else None


def _map_unit(target: Any, metres: float) -> float:
    """Metres in the unit of eastings: the projected system's own, else the model's."""
    from ifcopenshell.util.unit import get_prefix_multiplier, get_unit_name

    unit = getattr(target, "MapUnit", None)
    if unit is None:
        return metres
    if unit.is_a("IfcSIUnit"):
        return float(get_prefix_multiplier(unit.Prefix))
    if unit.is_a("IfcConversionBasedUnit"):
        part = unit.ConversionFactor
        inner = part.UnitComponent
        prefix = getattr(inner, "Prefix", None) if inner.is_a("IfcSIUnit") else None
        return float(part.ValueComponent.wrappedValue) * float(get_prefix_multiplier(prefix))
    return float(METRES.get(str(get_unit_name(unit)).lower(), metres))
