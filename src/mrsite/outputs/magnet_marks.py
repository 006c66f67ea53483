"""A magnet as it stands on a plan: outline, isocentre, and where the patient end points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.base.text import inert
from mrsite.outputs import printed
from mrsite.outputs.label import Label, around, listed, wrapped
from mrsite.outputs.mark import Box, Circle, Mark, Point, Polyline, Tag, text_width

UNVERIFIED = "MAGNET DATA UNVERIFIED"
PATIENT_END = "PATIENT END"
#: How far from a magnet's outline its data may stand, in letters.
_REACH = 60.0


@dataclass(frozen=True)
class Standing:
    """A magnet at its place in one storey's plan frame.

    Parameters
    ----------
    id : str
    magnet : magnets.model.MagnetModel
    at : (x, y), m
        Isocentre.
    bearing_deg : float
        Of the patient end, anticlockwise from the drawing's +x.
    height : float
        Isocentre above the finished floor of its own storey, m.
    storey : str or None
        Its own storey where this is another one: then only a shadow is drawn.
    others : places that a moving magnet also takes: (x, y, bearing)
    """

    id: str
    magnet: Any
    at: Point
    bearing_deg: float
    height: float
    status: str = "proposed"
    storey: str | None = None
    others: tuple[tuple[float, float, float], ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the data behind the field were read in some source."""
        return bool(getattr(self.magnet, "verified", False))


def magnet_marks(standing: Standing, letter: float, revision: str = "") -> list[Mark | Label]:
    """Return all marks of one magnet.

    Parameters
    ----------
    letter : float, m
        Height of the letters.
    """
    magnet = standing.magnet
    length, diameter, _ = size_of(magnet)
    note = f"magnet {inert(standing.id, 60)}: {inert(magnet.id, 80)}, isocentre {standing.height:g} m above floor"
    marks: list[Mark | Label] = []
    for x, y, bearing in ((*standing.at, standing.bearing_deg), *standing.others):
        marks += _outline((x, y), bearing, length, diameter, magnet.bore_diameter_m, letter, note)
    box = _box(standing, length, diameter)
    if standing.storey is not None:
        shadow = f"{inert(standing.id, 40)} stands on storey {inert(standing.storey, 40)}"
        marks.append(Label("MAGNET", standing.at, letter, (around(box, (shadow,), letter),), 5, note))
        return marks
    marks += _arrow(standing, (length or 1.5) / 2, letter, note)
    rows = data_rows(standing)
    short = [f"{inert(standing.id, 40)} ({standing.status}): {inert(f'{magnet.vendor} {magnet.model}', 80)}"]
    short += [f"{UNVERIFIED}, see below"] if not standing.verified else []
    height = 0.8 * letter
    forms = (
        around(box, wrapped(rows), height, reach=_REACH, first=2.0),
        around(box, wrapped(short), height, reach=_REACH, first=2.0, penalty=60.0),
        around(box, (inert(standing.id, 40),), height, reach=_REACH, first=2.0, penalty=150.0),
    )
    marks.append(Label("MAGNET-TEXT", standing.at, height, forms, 5, note))
    values = [
        ("ID", standing.id),
        ("MODEL", magnet.id),
        ("GRADE", str(magnet.grade)),
        ("BEARING_DEG", printed.exact(standing.bearing_deg)),
        ("ISO_HEIGHT_M", printed.exact(standing.height)),
        ("REV", revision),
    ]
    if magnet.B0_T is not None:
        values.insert(2, ("B0_T", printed.exact(magnet.B0_T)))
    marks.append(Tag("MAGNET", standing.at, tuple(values), note))
    return marks


def data_rows(standing: Standing) -> tuple[str, ...]:
    """Return what a drawing says of a magnet: which, where, which way, and what of it is not known."""
    magnet = standing.magnet
    rows = [
        f"{inert(standing.id, 40)} ({standing.status}): {inert(magnet.label, 80)}",
        f"isocentre {printed.exact(standing.height)} m above floor, at x {standing.at[0]:.3f} y {standing.at[1]:.3f} m",
        f"bearing of patient end {printed.exact(round(standing.bearing_deg, 6))} deg anticlockwise from +x",
    ]
    assumed = size_of(magnet)[2]
    if assumed:
        rows.append(f"{assumed} assumed for its class")
    if not standing.verified:
        rows.append(f"{UNVERIFIED}: figures not read in any source")
    return tuple(rows)


def title_row(standing: Standing) -> tuple[str, str]:
    """Return what a title block says of a magnet."""
    magnet = standing.magnet
    return f"magnet {standing.id}", f"{magnet.vendor} {magnet.model}, data {magnet.grade} ({magnet.id})"


def size_of(magnet: Any) -> tuple[float | None, float | None, str]:
    """Return length and diameter of the cryostat, and in words what of it is a default of the class."""
    length, diameter = magnet.magnet_length_m, magnet.cryostat_diameter_m
    fit = getattr(magnet, "fit", None)
    assumed = []
    if length is None:
        length = getattr(fit, "magnet_length_m", None)
        assumed += ["length"] if length else []
    if diameter is None:
        diameter = getattr(fit, "cryostat_diameter_m", None)
        assumed += ["diameter"] if diameter else []
    return length, diameter, " and ".join(assumed)


def _turned(at: Point, bearing_deg: float, z: float, x: float) -> Point:
    """Return plan coordinates of a point given along the bore and to its left."""
    angle = math.radians(bearing_deg)
    c, s = math.cos(angle), math.sin(angle)
    return at[0] + c * z - s * x, at[1] + s * z + c * x


def _line(at: Point, bearing: float, points: Sequence[Point], closed: bool, note: str) -> Polyline:
    turned = (_turned(at, bearing, z, x) for z, x in points)
    return Polyline("MAGNET", tuple((x, y, 0.0) for x, y in turned), closed, note)


def _outline(
    at: Point,
    bearing: float,
    length: float | None,
    diameter: float | None,
    bore: float | None,
    letter: float,
    note: str,
) -> list[Mark]:
    marks: list[Mark] = []
    arm = 2.5 * letter
    for points in (((-arm, 0.0), (arm, 0.0)), ((0.0, -arm), (0.0, arm))):
        marks.append(_line(at, bearing, points, False, note))
    marks.append(Circle("MAGNET", at, 0.8 * letter, note))
    if length:
        half = length / 2
        if diameter:
            r = diameter / 2
            marks.append(_line(at, bearing, ((-half, -r), (half, -r), (half, r), (-half, r)), True, note))
        if bore:
            for side in (-bore / 2, bore / 2):
                marks.append(_line(at, bearing, ((-half, side), (half, side)), False, note))
    return marks


def _arrow(standing: Standing, half: float, letter: float, note: str) -> list[Mark | Label]:
    tip, head = half + 8 * letter, 2 * letter
    at, bearing = standing.at, standing.bearing_deg
    note = f"{note}; the arrow points to the patient end"
    turn = round((bearing + 90.0) % 180.0 - 90.0, 3)
    height = 1.2 * letter
    reach = text_width(PATIENT_END, height) / 2 + letter
    # Ahead of the arrow, farther ahead, or beside its shaft.
    places = [(tip + reach + k * letter, 0.0) for k in (0, 3, 6, 10, 14, 18)]
    places += [(tip - reach + k * letter, side * 1.8 * letter) for k in (0, 4, 8) for side in (1, -1)]
    ahead = listed((PATIENT_END,), [_turned(at, bearing, z, x) for z, x in places], turn_deg=turn)
    return [
        _line(at, bearing, ((0.0, 0.0), (tip, 0.0)), False, note),
        _line(at, bearing, ((tip - head, head / 2), (tip, 0.0), (tip - head, -head / 2)), True, note),
        Label("MAGNET", at, height, (ahead,), 0, note),
    ]


def _box(standing: Standing, length: float | None, diameter: float | None) -> Box:
    half, r = (length or 1.0) / 2, (diameter or 1.0) / 2
    corners = [_turned(standing.at, standing.bearing_deg, z, x) for z in (-half, half) for x in (-r, r)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)
