"""What the site file and the findings add to a plan: zones, equipment, doors, pipes, steel, flags."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import Finding
from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.label import Label, around, beside, listed, wrapped
from mrsite.outputs.magnet_marks import Standing, size_of
from mrsite.outputs.mark import Circle, Hatch, Mark, Point, Polyline, Tag, Text, Vertex, text_width

#: Flags beyond this many bear their number alone.
_MOST_SENTENCES = 40
#: Plotted distance between hatch lines, mm; the inner zones are hatched, closer where more is at stake.
_HATCH_MM = {"III": 30.0, "IV": 18.0}
#: Shares of a dimension's line at which its text may stand.
_ALONG = (0.75, 0.6, 0.88, 0.45, 0.82, 0.68, 0.52)
#: How far from its flag a sentence may stand, in letters.
_FAR = 55.0
#: How far a flag may be moved from its place, in letters.
_BESIDE = (3.5, 5.0, 7.0, 9.5, 12.0, 15.0, 19.0, 24.0)


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


def zone_marks(spaces: Iterable[Any], letter: float) -> list[Mark | Label]:
    """Return outlines, hatches and names of the spaces that have a zone."""
    marks: list[Mark | Label] = []
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
        marks.append(_within(space.polygon, label, item, letter, note))
    return marks


def _within(polygon: Any, label: str, item: str, letter: float, note: str) -> Label:
    """Return a room's label: about its middle, then in the corners and edges that hold the text whole."""
    from shapely import box, prepare

    x, y = middle(polygon)
    places = [(x, y + k * letter) for k in (-3, 3, -6, 6, 9, -9)]
    x0, y0, x1, y1 = polygon.bounds
    half = text_width(label, letter) / 2 + letter
    columns = [x0 + half, (x0 + x1) / 2, x1 - half] if x1 - x0 > 2 * half else []
    rows = [y1 - 1.5 * letter, y0 + 1.5 * letter, *(y0 + f * (y1 - y0) for f in (0.85, 0.15, 0.7, 0.3, 0.78, 0.22))]
    prepare(polygon)
    for row in rows:
        for column in columns:
            if polygon.covers(box(column - half + letter, row - letter, column + half - letter, row + letter)):
                places.append((column, row))
    short = label.split("  ")[0]
    forms = (listed((label,), places), listed((short,), places, penalty=30.0))
    return Label(item, (x, y), letter, forms, 4, note)


def equipment_marks(equipment: Iterable[Any], worst: Any, letter: float, revision: str) -> list[Mark | Label]:
    """Return footprint, name, limit and worst value of each item.

    Parameters
    ----------
    worst : function from Equipment to Finding or None
        The finding that speaks of it.
    """
    marks: list[Mark | Label] = []
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
        verdict = f": {finding.status.upper().replace('-', ' ')}" if finding is not None else ""
        short = rows[0] + verdict
        if limit:
            rows.append(f"limit {limit}")
        rows[-1] += verdict
        if measured:
            rows.append(f"worst {measured}")
        x, y = middle(item.footprint)
        marks.append(beside((x, y), rows, "EQPT", 0.8 * letter, note, short=(short,), rank=3))
        values = (
            ("ID", item.id),
            ("LIMIT", limit),
            ("VALUE_MT", measured),
            ("SOURCE", item.source or (finding.source if finding else "")),
            ("REV", revision),
        )
        marks.append(Tag("EQPT", (x, y), values, note))
    return marks


def door_marks(doors: Iterable[Any], letter: float, revision: str) -> list[Mark | Label]:
    """Return the number and the stated duties of each door that has a place."""
    marks: list[Mark | Label] = []
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
        marks.append(beside(door.at, rows, "DOOR", 0.7 * letter, note, short=rows[:1], rank=2))
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


def pipe_marks(pipes: Iterable[tuple[str, Sequence[tuple[float, float, float]]]], letter: float) -> list[Mark | Label]:
    """Return quench pipes given as a name and points (plan x, y; height from the site datum)."""
    marks: list[Mark | Label] = []
    for name, points in pipes:
        note = f"quench pipe of {inert(name, 40)}"
        marks.append(Polyline("QUENCH", tuple((x, y, 0.0) for x, y, _ in points), False, note))
        for which, (x, y, z) in (("starts", points[0]), ("ends", points[-1])):
            marks.append(Circle("QUENCH", (x, y), 0.9 * letter, note))
            rows = [f"quench pipe {inert(name, 30)} {which}", f"level {z:.2f} m"]
            marks.append(beside((x, y), rows, "QUENCH", 0.7 * letter, note))
    return marks


def steel_marks(steel: Iterable[Any], letter: float) -> list[Mark | Label]:
    """Return passive shields as stated."""
    marks: list[Mark | Label] = []
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
            marks.append(beside(at, rows, "STEEL", 0.7 * letter, note))
    return marks


def dimension_marks(standing: Standing, room: Any, letter: float, lengths: str) -> list[Mark | Label]:
    """Return the clear distances from an isocentre to the faces of its room, and from the magnet, as line and text.

    Text and not a dimension object: one reader redraws those by the file's header and printed
    600000 for 6 m.
    """
    from shapely import LineString
    from shapely import Point as ShapelyPoint

    marks: list[Mark | Label] = []
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
        marks += dimension(at, (at[0] + distance * dx, at[1] + distance * dy), said, letter)
    return marks


def dimension(start: Point, end: Point, said: str, letter: float) -> list[Mark | Label]:
    """Return a distance as a line with a tick at its end, and what it measures beside it."""
    note = "clear distance to the face of the room, rounded down"
    (x, y), length = end, math.dist(start, end)
    if length == 0.0:
        return []
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    tick = 0.8 * letter
    slash = (x - tick * (dx - dy), y - tick * (dy + dx), 0.0), (x + tick * (dx - dy), y + tick * (dy + dx), 0.0)
    line = Polyline("DIMS", ((*start, 0.0), (*end, 0.0)), False, note)
    shown = round((math.degrees(math.atan2(dy, dx)) + 90.0) % 180.0 - 90.0, 3)
    half = text_width(said, 0.8 * letter) / 2
    shares = [s for s in _ALONG if s * length + half < length] or [0.5]  # not beyond the face
    places = [
        (start[0] + share * length * dx - side * letter * dy, start[1] + share * length * dy + side * letter * dx)
        for share in shares
        for side in (0.9, -0.9)
    ]
    middle = (start[0] + 0.75 * (end[0] - start[0]), start[1] + 0.75 * (end[1] - start[1]))
    forms = (
        listed((said,), places, turn_deg=shown),
        around((*middle, *middle), (said,), 0.8 * letter, first=3.0, reach=15.0, penalty=40.0),
    )
    return [line, Polyline("DIMS", slash, False, note), Label("DIMS", middle, 0.8 * letter, forms, 1, note)]


def flag_marks(
    findings: Iterable[tuple[str, Finding]], letter: float, revision: str, taken: Sequence[Point] = ()
) -> list[Mark | Label]:
    """Return a numbered flag at the place of each finding that is not a pass, with its sentence where there is room.

    ``taken`` are places that must stay free, such as isocentres. The sentence also stands in the list below the plan.
    """
    marks: list[Mark | Label] = []
    flagged = [
        (number, finding)
        for number, finding in findings
        if finding.location is not None and not finding.location.is_empty and finding.status in ("fail", "warn")
    ]
    places = [middle(finding.location) for _, finding in flagged]
    for told, ((number, finding), place, (x, y)) in enumerate(zip(flagged, places, _apart(places, taken, letter))):
        note = f"finding {number} {finding.id}"
        moved = math.dist(place, (x, y))
        if moved > 0.0:  # it stands beside its place: a line leads there
            rim = 1.3 * letter / moved
            start = (x + rim * (place[0] - x), y + rim * (place[1] - y))
            marks.append(Polyline("NOTE", ((*start, 0.0), (*place, 0.0)), False, note))
        marks.append(Circle("NOTE", (x, y), 1.3 * letter, note))
        marks.append(Text("NOTE", number, (x, y), 0.9 * letter, 0.0, "centre", note))
        if finding.status == "fail" and finding.location.geom_type in ("Polygon", "MultiPolygon"):
            marks += [Polyline("NOTE", ring, True, note) for ring in region_arcs(finding.location)]
        tail = f" (rev {inert(revision, 12)})" if revision else ""
        if told >= _MOST_SENTENCES:  # the flag alone: so many sentences would hide the plan, and all are in the report
            continue
        sentence = f"{number} {finding.status.upper()}: {inert(finding.message, 240)}{tail}"
        rows = wrapped([sentence])
        rows = rows if len(rows) <= 5 else [*rows[:4], "... (all in the report)"]
        box = (x - 1.3 * letter, y - 1.3 * letter, x + 1.3 * letter, y + 1.3 * letter)
        forms = (around(box, rows, 0.75 * letter, reach=_FAR, first=2.0),)
        marks.append(
            Label("NOTE", place, 0.75 * letter, forms, 7, f"{note}: what it says", needed=finding.status == "fail")
        )
    return marks


def _apart(places: Sequence[Point], taken: Sequence[Point], letter: float) -> list[Point]:
    """Return where flags stand: each in its place, or as near to it as no other flag and nothing taken is."""
    free = 2.9 * letter
    held = list(taken)
    for place in places:
        ways = ((reach, math.radians(turn)) for reach in (0.0, *_BESIDE) for turn in range(45, 405, 30))
        spots = ((place[0] + r * letter * math.cos(a), place[1] + r * letter * math.sin(a)) for r, a in ways)
        held.append(next((s for s in spots if all(math.dist(s, one) >= free for one in held)), place))
    return held[len(taken) :]


def cloud(shape: Any, letter: float, note: str) -> list[Mark]:
    """Return a revision cloud round a shape: outward arcs of equal chord."""
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
        marks.append(Polyline("CLOUD", bowed, True, note))
    return marks
