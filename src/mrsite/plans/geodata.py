"""Where a drawing lies on the earth: what its GEODATA object says, in drawing units and then in plan metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mrsite.plans.damage import damaged
from mrsite.plans.plan import Georeference

#: Values of GEODATA's coordinate type (DXF reference, group code 70).
_LOCAL, _PROJECTED = 1, 2


@dataclass(frozen=True)
class RawGeodata:
    """GEODATA as it is stored.

    Parameters
    ----------
    unit_m : float or None
        Metres in one drawing unit, as it says.
    design : (x, y)
        A point of the drawing, and ``reference`` the same in the projected system.
    north : (x, y)
        Direction of north in the drawing.
    """

    unit_m: float | None
    kind: int
    design: tuple[float, float]
    reference: tuple[float, float, float]
    north: tuple[float, float]
    crs: str


def raw_geodata(entity: Any) -> RawGeodata | None:
    """Return what a GEODATA entity says; None for one that is broken, since it is evidence only."""
    try:
        scale = float(entity.dxf.horizontal_unit_scale)
        design, reference, north = entity.dxf.design_point, entity.dxf.reference_point, entity.dxf.north_direction
        numbers = (*design, *reference, north[0], north[1])
        if not all(map(math.isfinite, numbers)):
            return None
        return RawGeodata(
            scale if math.isfinite(scale) and scale > 0 else None,
            int(entity.dxf.coordinate_type),
            (float(design[0]), float(design[1])),
            (float(reference[0]), float(reference[1]), float(reference[2])),
            (float(north[0]), float(north[1])),
            _crs(entity),
        )
    except damaged():
        return None


def _crs(entity: Any) -> str:
    broken: tuple[type[Exception], ...] = (*damaged(), SyntaxError)  # XML that is none is a SyntaxError
    try:
        code, east_first = entity.get_crs()
        return f"EPSG:{code}" if east_first else ""  # northings first: which is which is not certain
    except broken:  # no definition, or one without a code
        return ""


def georeference(raw: RawGeodata | None, unit_m: float) -> Georeference | None:
    """Return the georeference of a plan in metres.

    A local drawing is turned so that its north direction points to the grid's north, scaled, and its design
    point laid on the reference point; a projected one lies in its grid as it is.
    """
    if raw is None or math.hypot(*raw.north) < 1e-9:
        return None
    north = math.degrees(math.atan2(raw.north[1], raw.north[0]))
    scale = (raw.unit_m or unit_m) / unit_m
    origin, turn = None, 0.0
    if raw.crs and raw.kind == _LOCAL:
        turn = math.remainder(90.0 - north, 360.0)
        c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        x, y = (v * unit_m * scale for v in raw.design)
        origin = (raw.reference[0] - c * x + s * y, raw.reference[1] - s * x - c * y, raw.reference[2])
    elif raw.crs and raw.kind == _PROJECTED:
        origin = (0.0, 0.0, 0.0)
    return Georeference(north, None, None, raw.crs if origin else "", origin, turn, scale, "GEODATA of the drawing")
