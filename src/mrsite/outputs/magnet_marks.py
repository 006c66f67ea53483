"""A magnet as it stands on a plan: outline, isocentre, and where the patient end points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mrsite.base.text import inert
from mrsite.outputs import printed
from mrsite.outputs.mark import Box, Circle, Mark, Point, Polyline, Tag, Text, text_box, text_width
from mrsite.outputs.placing import ROUND, Placer, joined

UNVERIFIED = "MAGNET DATA UNVERIFIED"


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


def magnet_marks(standing: Standing, letter: float, placer: Placer, revision: str = "") -> list[Mark]:
    """Return all marks of one magnet.

    Parameters
    ----------
    letter : float, m
        Height of the letters.
    """
    magnet = standing.magnet
    length, diameter, assumed = size_of(magnet)
    note = f"magnet {inert(standing.id, 60)}: {inert(magnet.id, 80)}, isocentre {standing.height:g} m above floor"
    marks: list[Mark] = []
    for x, y, bearing in ((*standing.at, standing.bearing_deg), *standing.others):
        marks += _outline((x, y), bearing, length, diameter, magnet.bore_diameter_m, letter, note)
    box = _box(standing, length, diameter)
    placer.occupy(box)
    if standing.storey is not None:
        text = f"{inert(standing.id, 40)} stands on storey {inert(standing.storey, 40)}"
        marks += placer.best(_near(standing.at, text, letter, note))
        return marks
    marks += _arrow(standing, (length or 1.5) / 2, letter, note, placer)
    rows = [
        f"{inert(standing.id, 40)} ({standing.status}): {inert(magnet.label, 80)}",
        f"isocentre {printed.exact(standing.height)} m above floor, at x {standing.at[0]:.3f} y {standing.at[1]:.3f} m",
        f"bearing of patient end {printed.exact(round(standing.bearing_deg, 6))} deg anticlockwise from +x",
    ]
    if assumed:
        rows.append(f"{assumed} assumed for its class")
    if not standing.verified:
        rows.append(f"{UNVERIFIED}: figures not read in any source")
    best = placer.best(*_rows_near(box, rows, 0.8 * letter, note))
    marks += best
    marks += _leader(box, joined(*map(text_box, best)), letter, note)
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


def _arrow(standing: Standing, half: float, letter: float, note: str, placer: Placer) -> list[Mark]:
    tip, head = half + 8 * letter, 2 * letter
    at, bearing = standing.at, standing.bearing_deg
    note = f"{note}; the arrow points to the patient end"
    marks: list[Mark] = [
        _line(at, bearing, ((0.0, 0.0), (tip, 0.0)), False, note),
        _line(at, bearing, ((tip - head, head / 2), (tip, 0.0), (tip - head, -head / 2)), True, note),
    ]
    angle = bearing % 360.0
    turn = angle - 180.0 if 90.0 < angle <= 270.0 else angle
    ahead = _turned(at, bearing, tip + letter, 0.0)
    align = "right" if 90.0 < angle <= 270.0 else "left"
    text = Text(
        "MAGNET",
        "PATIENT END",
        ahead,
        1.2 * letter,
        round(turn if turn <= 180 else turn - 360, 3),
        align,  # type: ignore[arg-type]
        note,
    )
    placer.occupy(text_box(text))
    return [*marks, text]


def _box(standing: Standing, length: float | None, diameter: float | None) -> Box:
    half, r = (length or 1.0) / 2, (diameter or 1.0) / 2
    corners = [_turned(standing.at, standing.bearing_deg, z, x) for z in (-half, half) for x in (-r, r)]
    xs, ys = zip(*corners)
    return min(xs), min(ys), max(xs), max(ys)


def _near(at: Point, text: str, letter: float, note: str) -> list[tuple[Text, ...]]:
    return [
        (Text("MAGNET", text, (at[0], at[1] + k * letter), letter, 0.0, "centre", note),) for k in (-4, 4, -6, 6, -9, 9)
    ]


def _leader(magnet: Box, rows: Box, letter: float, note: str) -> list[Mark]:
    """A line from the magnet to its rows, where these had to go some way off."""

    def toward(box: Box, other: Box) -> Point:
        cx, cy = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
        return min(max(cx, box[0]), box[2]), min(max(cy, box[1]), box[3])

    start, end = toward(magnet, rows), toward(rows, magnet)
    if math.dist(start, end) < 4 * letter:
        return []
    return [Polyline("MAGNET-TEXT", ((*start, 0.0), (*end, 0.0)), False, note)]


def _rows_near(box: Box, rows: Sequence[str], letter: float, note: str) -> tuple[list[tuple[Text, ...]], list[float]]:
    """Return rows of text round a box, near ones first, and how far each lies from it in letters."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half_w, half_h = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    step = 1.7 * letter
    depth = step * (len(rows) - 1)
    wide = max(text_width(row, letter) for row in rows)
    candidates, away = [], []
    for gap in (2, 5, 8, 12, 16, 21, 26, 32, 40, 50, 60, 75, 90):
        for dx, dy in ROUND:
            left = x + dx * (half_w + gap * letter) - 0.5 * (1 - dx) * wide
            top = y + dy * (half_h + gap * letter) + 0.5 * (1 + dy) * depth
            candidates.append(
                tuple(
                    Text("MAGNET-TEXT", row, (left, top - k * step), letter, 0.0, "left", note)
                    for k, row in enumerate(rows)
                )
            )
            away.append(float(gap))
    return candidates, away
