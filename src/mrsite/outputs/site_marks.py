"""What the site file and the findings add to a plan: zones, equipment, doors, pipes, steel, flags."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import Finding
from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.magnet_marks import Standing, size_of
from mrsite.outputs.mark import Circle, Hatch, Mark, Point, Polyline, Tag, Text, Vertex, text_width
from mrsite.outputs.placing import Placer, beside

#: Flags beyond this many bear their number alone.
_MOST_SENTENCES = 40
#: Plotted distance between hatch lines, mm; the inner zones are hatched, closer where more is at stake.
_HATCH_MM = {"III": 30.0, "IV": 18.0}


def straight(shape: Any) -> list[tuple[Vertex, ...]]:
    """Return the rings of a shapely (multi)polygon as they are."""
    from shapely import get_parts

    rings = []
    for part in get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            for ring in (part.exterior, *part.interiors):
                rings.append(tuple((float(x), float(y), 0.0) for x, y, *_ in list(ring.coords)[:-1]))
    return rings


def middle(shape: Any) -> Point:
    """Return a point that lies within a shape."""
    point = shape.representative_point()
    return float(point.x), float(point.y)


def zone_marks(spaces: Iterable[Any], letter: float, placer: Placer) -> list[Mark]:
    """Return outlines, hatches and names of the spaces that have a zone."""
    marks: list[Mark] = []
    for space in spaces:
        if space.zone is None or space.polygon is None or space.polygon.is_empty:
            continue
        item = f"ZONE-{space.zone}"
        note = f"zone {space.zone}: {inert(space.label, 80)} ({space.status})"
        rings = straight(space.polygon)
        if space.zone in _HATCH_MM:
            marks.append(Hatch(item, tuple(rings), _HATCH_MM[space.zone] / 2.5 * letter, note))
        marks += [Polyline(item, ring, True, note) for ring in rings]
        label = f"ZONE {space.zone}  {inert(space.label, 40)}"
        marks += placer.best(_within(space.polygon, label, item, letter, note))
    return marks


def _within(polygon: Any, label: str, item: str, letter: float, note: str) -> list[tuple[Text, ...]]:
    """Return places for a room's label: about its middle, then the corners and edges that hold the text whole."""
    from shapely import box, prepare

    x, y = middle(polygon)
    places = [(x, y + k * letter) for k in (-3, 3, -6, 6, 9, -9)]
    x0, y0, x1, y1 = polygon.bounds
    half = text_width(label, letter) / 2 + letter
    columns = [x0 + half, (x0 + x1) / 2, x1 - half] if x1 - x0 > 2 * half else []
    rows = [y1 - 1.5 * letter, y0 + 1.5 * letter, *(y0 + f * (y1 - y0) for f in (0.85, 0.15, 0.7, 0.3))]
    prepare(polygon)
    for row in rows:
        for column in columns:
            if polygon.covers(box(column - half + letter, row - letter, column + half - letter, row + letter)):
                places.append((column, row))
    return [(Text(item, label, at, letter, 0.0, "centre", note),) for at in places]


def equipment_marks(equipment: Iterable[Any], worst: Any, letter: float, placer: Placer, revision: str) -> list[Mark]:
    """Return footprint, name, limit and worst value of each item.

    Parameters
    ----------
    worst : function from Equipment to Finding or None
        The finding that speaks of it.
    """
    marks: list[Mark] = []
    for item in equipment:
        if item.footprint is None or item.footprint.is_empty:
            continue
        finding: Finding | None = worst(item)
        limit = f"{printed.exact(item.max_field_mT)} mT" if item.max_field_mT else ""
        if not limit and finding is not None and finding.limit is not None:
            limit = f"{printed.exact(finding.limit[0])} {finding.limit[1]}"
        measured = printed.banded(finding.measured) if finding is not None and finding.measured else ""
        note = f"equipment {inert(item.id, 60)}, heights {printed.heights(item.heights)} ({item.heights_from})"
        if item.placed_by != "room":
            marks += [Polyline("EQPT", ring, True, note) for ring in straight(item.footprint)]
        rows = [inert(item.id, 40)]
        if item.placed_by == "room":
            rows[0] += " (anywhere in this room)"
        if limit:
            rows.append(f"limit {limit}")
        if finding is not None:
            rows[-1] += f": {finding.status.upper().replace('-', ' ')}"
        if measured:
            rows.append(f"worst {measured}")
        x, y = middle(item.footprint)
        marks += beside((x, y), rows, "EQPT", 0.8 * letter, note, placer)
        values = (
            ("ID", item.id),
            ("LIMIT", limit),
            ("VALUE_MT", measured),
            ("SOURCE", item.source or (finding.source if finding else "")),
            ("REV", revision),
        )
        marks.append(Tag("EQPT", (x, y), values, note))
    return marks


def door_marks(doors: Iterable[Any], letter: float, placer: Placer, revision: str) -> list[Mark]:
    """Return the number and the stated duties of each door that has a place."""
    marks: list[Mark] = []
    for door in doors:
        if door.at is None:
            continue
        words = []
        if door.lock is not None:
            words.append("lock" if door.lock else "no lock")
        if door.opens is not None:
            words.append(f"opens {door.opens}")
        if door.signs is not None:
            words.append(f"signs {'+'.join(door.signs) or 'none'}")
        if door.number is None and not words:
            continue
        note = f"door {inert(door.label, 60)} ({door.status})"
        rows = [
            inert(door.label, 30) if door.number else f"door {inert(door.label, 30)}",
            *([", ".join(words)] if words else []),
        ]
        marks.append(Circle("DOOR", door.at, 0.7 * letter, note))
        marks += beside(door.at, rows, "DOOR", 0.7 * letter, note, placer)
        values = (
            ("ID", door.label),
            ("LOCK", _said(door.lock)),
            ("OPENS", door.opens or "not stated"),
            ("SIGNS", "+".join(door.signs) if door.signs is not None else "not stated"),
            ("REV", revision),
        )
        marks.append(Tag("DOOR", door.at, values, note))
    return marks


def _said(value: bool | None) -> str:
    return "not stated" if value is None else ("yes" if value else "no")


def pipe_marks(
    pipes: Iterable[tuple[str, Sequence[tuple[float, float, float]]]], letter: float, placer: Placer
) -> list[Mark]:
    """Return quench pipes given as a name and points (plan x, y; height from the site datum)."""
    marks: list[Mark] = []
    for name, points in pipes:
        note = f"quench pipe of {inert(name, 40)}"
        marks.append(Polyline("QUENCH", tuple((x, y, 0.0) for x, y, _ in points), False, note))
        for which, (x, y, z) in (("starts", points[0]), ("ends", points[-1])):
            marks.append(Circle("QUENCH", (x, y), 0.9 * letter, note))
            rows = [f"quench pipe {inert(name, 30)} {which}", f"level {z:.2f} m"]
            marks += beside((x, y), rows, "QUENCH", 0.7 * letter, note, placer)
    return marks


def steel_marks(steel: Iterable[Any], letter: float, placer: Placer) -> list[Mark]:
    """Return passive shields as stated."""
    marks: list[Mark] = []
    for plate in steel:
        note = (
            f"steel {inert(plate.id, 40)}, {plate.thickness_m * 1e3:g} mm {inert(plate.material or '', 40)}, as stated"
        )
        at: Point | None = None
        for a, b in plate.lines:
            marks.append(Polyline("STEEL", ((*a, 0.0), (*b, 0.0)), False, note))
            at = at or ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        if plate.polygon is not None:
            marks += [Polyline("STEEL", ring, True, note) for ring in straight(plate.polygon)]
            at = at or middle(plate.polygon)
        if at is not None:
            rows = [f"steel {plate.thickness_m * 1e3:g} mm (as stated)"]
            marks += beside(at, rows, "STEEL", 0.7 * letter, note, placer)
    return marks


def dimension_marks(standing: Standing, room: Any, letter: float, lengths: str, placer: Placer) -> list[Mark]:
    """Return the clear distances from an isocentre to the faces of its room, and from the magnet, as line and text.

    Text and not a dimension object: one reader redraws those by the file's header and printed
    600000 for 6 m.
    """
    from shapely import LineString
    from shapely import Point as ShapelyPoint

    marks: list[Mark] = []
    at = standing.at
    if room is None or room.is_empty or not room.covers(ShapelyPoint(at)):
        return marks
    length, diameter, _ = size_of(standing.magnet)
    far = 2 * math.hypot(room.bounds[2] - room.bounds[0], room.bounds[3] - room.bounds[1]) + 1
    for turn, size in ((0.0, length), (90.0, diameter), (180.0, length), (270.0, diameter)):
        angle = math.radians(standing.bearing_deg + turn)
        dx, dy = math.cos(angle), math.sin(angle)
        ray = LineString([at, (at[0] + far * dx, at[1] + far * dy)])
        hit = ray.intersection(room.boundary)
        if hit.is_empty:
            continue
        distance = ShapelyPoint(at).distance(hit)
        said = printed.length(distance, lengths)
        if size and distance > size / 2:
            said += f" / {printed.length(distance - size / 2, lengths)}"
        marks += dimension(at, (at[0] + distance * dx, at[1] + distance * dy), said, letter, placer)
    return marks


def dimension(start: Point, end: Point, said: str, letter: float, placer: Placer) -> list[Mark]:
    """Return a distance as a line with a tick at its end, and what it measures beside it."""
    note = "clear distance to the face of the room, rounded down"
    (x, y), length = end, math.dist(start, end)
    if length == 0.0:
        return []
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    tick = 0.8 * letter
    slash = (x - tick * (dx - dy), y - tick * (dy + dx), 0.0), (x + tick * (dx - dy), y + tick * (dy + dx), 0.0)
    line = Polyline("DIMS", ((*start, 0.0), (*end, 0.0)), False, note)
    shown = math.degrees(math.atan2(dy, dx)) % 180.0
    shown = round(shown - 180.0 if shown > 90.0 else shown, 3)
    candidates = []
    half = text_width(said, 0.8 * letter) / 2
    shares = [s for s in (0.75, 0.6, 0.88, 0.45) if s * length + half < length] or [0.5]  # not beyond the face
    for share in shares:
        for side in (0.9, -0.9, 2.2, -2.2):
            px, py = start[0] + share * length * dx, start[1] + share * length * dy
            at = (px - side * letter * dy, py + side * letter * dx)
            candidates.append((Text("DIMS", said, at, 0.8 * letter, shown, "centre", note),))
    best = placer.best(candidates)
    placer.draw([start, end])
    return [line, Polyline("DIMS", slash, False, note), *best]


def flag_marks(findings: Iterable[tuple[str, Finding]], letter: float, placer: Placer, revision: str) -> list[Mark]:
    """Return a numbered flag with its sentence at the place of each finding that is not a pass."""
    marks: list[Mark] = []
    told = 0
    flagged = [
        (number, finding, middle(finding.location))
        for number, finding in findings
        if finding.location is not None and not finding.location.is_empty and finding.status in ("fail", "warn")
    ]
    for _, _, (x, y) in flagged:  # no sentence covers another finding's flag
        placer.occupy((x - 1.4 * letter, y - 1.4 * letter, x + 1.4 * letter, y + 1.4 * letter))
    for number, finding, (x, y) in flagged:
        note = f"finding {number} {finding.id}"
        marks.append(Circle("NOTE", (x, y), 1.3 * letter, note))
        marks.append(Text("NOTE", number, (x, y), 0.9 * letter, 0.0, "centre", note))
        if finding.status == "fail" and finding.location.geom_type in ("Polygon", "MultiPolygon"):
            marks += [Polyline("NOTE", ring, True, note) for ring in region_arcs(finding.location)]
        tail = f" (rev {inert(revision, 12)})" if revision else ""
        told += 1
        if told > _MOST_SENTENCES:  # the flag alone: so many sentences would hide the plan, and all are in the report
            continue
        sentence = f"{number} {finding.status.upper()}: {inert(finding.message, 240)}{tail}"
        rows = textwrap.wrap(sentence, 40)
        rows = rows if len(rows) <= 5 else [*rows[:4], "... (all in the report)"]
        marks += beside((x, y), rows, "NOTE", 0.75 * letter, note, placer)
    return marks


def cloud(shape: Any, letter: float, note: str) -> list[Mark]:
    """Return a revision cloud round a shape: outward arcs of equal chord."""
    from mrsite.outputs.mark import Polyline as Line

    marks: list[Mark] = []
    chord = 4 * letter
    for ring in straight(shape.buffer(2 * letter, join_style="mitre")):
        points: list[Vertex] = []
        for k, (x0, y0, _) in enumerate(ring):
            x1, y1, _ = ring[(k + 1) % len(ring)]
            count = max(1, round(math.hypot(x1 - x0, y1 - y0) / chord))
            for i in range(count):
                f = i / count
                points.append((x0 + f * (x1 - x0), y0 + f * (y1 - y0), 0.5))
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, (*points[1:], points[0])))
        bowed = tuple((x, y, b if area > 0 else -b) for x, y, b in points)
        marks.append(Line("CLOUD", bowed, True, note))
    return marks
