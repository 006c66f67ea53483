"""What a plan shows of its surroundings: ways through the building, moving metal, cables, transformers, open areas."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import printed
from mrsite.outputs.label import Label, beside, listed
from mrsite.outputs.mark import Circle, Mark, Point, Polyline, Vertex
from mrsite.outputs.site_marks import straight
from mrsite.site.surroundings.results import MetalResult
from mrsite.site.surroundings.way import Way
from mrsite.site.surroundings.ways import find_way

#: Chords by which an ellipse is drawn, round its outside: nothing within the limit lies outside the line.
_CHORDS = 144


def surroundings_marks(outcome: Outcome, storey: Any, letter: float) -> list[Mark | Label]:
    """Return the marks of one storey, in its own plan metres."""
    return [
        *_areas(outcome, storey, letter),
        *_neighbours(outcome, storey, letter),
        *_moving(outcome, storey, letter),
        *_ways(outcome, storey, letter),
    ]


def _ways(outcome: Outcome, storey: Any, letter: float) -> Iterator[Mark | Label]:
    for entry in outcome.project.pathways:
        way = find_way(outcome.project, entry)
        if not isinstance(way, Way):
            continue  # a finding says why there is none
        name = inert(entry.id or f"{entry.kind} way", 40)
        note = f"way: {name}, {printed.length(way.length_m, unsafe='up', step_m=0.1)} in all, {way.time_s:.0f} s"
        here = [leg for leg in way.legs if leg.mode == "walk" and leg.storey == storey.name and len(leg.points) > 1]
        for leg in here:
            points = [(float(x), float(y)) for x, y in leg.points]
            yield _path("WAYS", points, note)
            yield _arrow_head("WAYS", points, letter, note)
        if here:
            rows = [f"{name}: {way.length_m:.1f} m, {math.ceil(way.time_s)} s"]
            yield beside(_middle(here[0].points), rows, "WAYS", 0.7 * letter, note)


def _moving(outcome: Outcome, storey: Any, letter: float) -> Iterator[Mark | Label]:
    drawn = set()
    for result in outcome.evidence.surroundings.values():
        if not isinstance(result, MetalResult) or result.track.storey.name != storey.name:
            continue
        track, entry = result.track, result.track.entry
        mass = "mass not stated" if track.mass_kg is None else f"{printed.exact(track.mass_kg)} kg"
        note = f"moving metal: {inert(entry.id, 40)}, {inert(entry.kind, 30)}, {mass}"
        if entry.id not in drawn:
            drawn.add(entry.id)
            yield from (Polyline("MOVING", ring, True, note) for ring in straight(track.footprint))
            if len(entry.path) > 1:
                yield _path("MOVING", entry.path, note)
            rows = [f"{inert(entry.id, 40)}: {inert(entry.kind, 30)}, {mass}"]
            rows += [f"{printed.length(result.nearest_m, step_m=0.01)} from {inert(result.scanner, 30)} at its nearest"]
            yield beside(result.nearest_at, rows, "MOVING", 0.7 * letter, note)
        yield from _ellipse(outcome, result, storey, letter)


def _ellipse(outcome: Outcome, result: MetalResult, storey: Any, letter: float) -> Iterator[Mark | Label]:
    """The vendor's limit for this class of metal about its magnet, where it is one."""
    row = result.table.row
    if row is None or row.criterion != "ellipse" or not row.axial_m or not row.radial_m:
        return
    scanner = next(s for s in outcome.project.scanners if s.id == result.scanner)
    for pose in scanner.poses:
        here = storey.to_site.pose_back(pose)
        grade = "this vendor's" if result.table.own else "another vendor's, borrowed"
        note = f"limit for metal of class {row.class_} ({grade}): {inert(row.source, 120)}"
        angle = math.radians(here.bearing_deg)
        c, s = math.cos(angle), math.sin(angle)
        ring: list[Vertex] = []
        out = 1 / math.cos(math.pi / _CHORDS)
        for k in range(_CHORDS):
            t = 2 * math.pi * k / _CHORDS
            u, v = out * row.axial_m * math.cos(t), out * row.radial_m * math.sin(t)
            ring.append((here.position[0] + c * u - s * v, here.position[1] + s * u + c * v, 0.0))
        yield Polyline("MOVING", tuple(ring), True, note)
        rows = [f"limit for {row.class_} metal ({grade})"]
        yield beside((ring[0][0], ring[0][1]), rows, "MOVING", 0.7 * letter, note)


def _neighbours(outcome: Outcome, storey: Any, letter: float) -> Iterator[Mark | Label]:
    alone = len(outcome.project.storeys) == 1
    for cable in outcome.project.cables:
        if cable.storey == storey.name or (cable.storey is None and alone):
            current = "current not stated" if cable.current_A is None else f"{printed.exact(cable.current_A)} A"
            note = f"cable: {inert(cable.id, 40)}, {current}"
            yield _path("NEIGHBOUR", cable.path, note)
            rows = [f"cable {inert(cable.id, 40)}, {current}"]
            yield beside(_middle(cable.path), rows, "NEIGHBOUR", 0.7 * letter, note)
    for item in outcome.project.transformers:
        if item.storey == storey.name or (item.storey is None and alone):
            note = f"transformer, switchgear or supply: {inert(item.id, 40)}"
            yield Circle("NEIGHBOUR", item.at, 1.5 * letter, note)
            yield beside(item.at, [inert(item.id, 40)], "NEIGHBOUR", 0.7 * letter, note)


def _areas(outcome: Outcome, storey: Any, letter: float) -> Iterator[Mark | Label]:
    for space in outcome.project.spaces:
        # An area with a zone is drawn with the zones; what lies under the floor is not seen on a plan.
        if not space.is_area or space.storey != storey.name or space.zone or space.polygon is None:
            continue
        if space.use == "soil":
            continue
        note = f"area: {inert(space.label, 80)}, {space.use or 'use not stated'}"
        yield from (Polyline("AREA", ring, True, note) for ring in straight(space.polygon))
        at = space.polygon.representative_point()
        rises = (0, 3, -3, 6, -6, 9, -9)
        form = listed((inert(space.label, 40),), [(at.x, at.y + k * letter) for k in rises])
        yield Label("AREA", (at.x, at.y), letter, (form,), 4, note)


def _path(item: str, points: Sequence[Any], note: str) -> Polyline:
    return Polyline(item, tuple((float(x), float(y), 0.0) for x, y in points), False, note)


def _arrow_head(item: str, points: Sequence[Point], letter: float, note: str) -> Polyline:
    (x0, y0), (x1, y1) = points[-2], points[-1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    dx, dy = 1.5 * letter * (x1 - x0) / length, 1.5 * letter * (y1 - y0) / length
    ring = (
        (x1, y1, 0.0),
        (x1 - dx - 0.4 * dy, y1 - dy + 0.4 * dx, 0.0),
        (x1 - dx + 0.4 * dy, y1 - dy - 0.4 * dx, 0.0),
    )
    return Polyline(item, ring, True, note)


def _middle(points: Sequence[Any]) -> Point:
    """Return the point half way along a chain."""
    from shapely import LineString

    at = LineString(points).interpolate(0.5, normalized=True) if len(points) > 1 else None
    return (float(points[0][0]), float(points[0][1])) if at is None else (float(at.x), float(at.y))
