"""Sections A-A and B-B as drawings: floors, rooms that are cut, the magnet, its lines with bands, clear heights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mrsite.base.data import version
from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.board import Board
from mrsite.outputs.label import Label, around, listed
from mrsite.outputs.layers import line_item
from mrsite.outputs.line_marks import Line
from mrsite.outputs.magnet_marks import PATIENT_END, UNVERIFIED, size_of, title_row
from mrsite.outputs.mark import Circle, Drawing, Polyline, text_width
from mrsite.outputs.marks import provenance, standings_on
from mrsite.outputs.sections import Section
from mrsite.outputs.site_marks import dimension

_BEYOND = 4.0  #: m of building shown past the outermost line
_CEILING = 2.7  #: m above floor up to which faces of rooms are drawn where no ceiling is stated


def section_drawing(outcome: Outcome, section: Section, *, folder: Path | None = None) -> Drawing:
    """Return the marks of a section in metres along the cut and above the site datum."""
    project = outcome.project
    board = Board(project.drawing, folder, None)
    standings = [s for s in standings_on(outcome, section.storey) if s.id in section.together]
    reach = max((abs(v) for line in section.lines for v in line.region.bounds[::2]), default=4.0) + _BEYOND
    faces = [
        (storey, *cut) for storey in project.storeys for cut in _cut_spaces(outcome, section, storey, reach)
    ]  # (storey, low, high, space)
    for storey in project.storeys:
        _floor(board, storey, reach)
    for storey, low, high, space in faces:
        _room(board, storey, low, high, space, reach)
    _magnet(board, section)
    _dimensions(board, outcome, section, faces)
    suffix = "" if all(s.verified for s in standings) else "UNVERIFIED"
    board.draw_lines(_lines(section, project.drawing.show), suffix, f", {section.field_of}")
    _magnet_words(board, section)
    if len(section.together) > 1:
        board.notes.append(
            f"the {section.field_of} is drawn; of directions that are not known the worse; "
            f"{', '.join(section.together[1:])} may stand before or behind this plane"
        )
    if not section.lines:
        board.notes.append("no line was computed at the isocentre's height")
    return board.finished(
        f"Section {section.name}", _title(outcome, section, standings), [], provenance(None, standings, outcome)
    )


def _lines(section: Section, show: Any) -> list[Line]:
    lines = []
    for one in section.lines:
        item = line_item("B", one.level * 1e3, "cut", one.edge)
        called = f"{printed.level('B', one.level, show)}{' outer edge' if one.edge == 'upper' else ''}"
        note = f"line: {called} in section {section.name}, {section.field_of}"
        lines.append(Line(item, f"{item.split('-CUT')[0]}-TEXT", called, tuple(region_arcs(one.region)), note))
    return lines


def _title(outcome: Outcome, section: Section, standings: list[Any]) -> list[tuple[str, str]]:
    project, issue = outcome.project, outcome.project.issue
    way = "along the bore" if section.name == "A-A" else "across the bore"
    bearing = printed.exact(round(section.bearing_deg % 360.0, 3))
    rows = [
        ("site", project.name),
        ("section", f"{section.name}, {way} of {section.standing.id} on {section.storey}"),
        ("to the right is", f"{bearing} deg anticlockwise from the drawing's +x"),
        ("heights", "above the site datum, m"),
    ]
    named = (("issue", "number"), *((name, name) for name in ("revision", "status", "date")))
    rows += [(said, getattr(issue, name) or "not stated") for said, name in named]
    for standing in standings:
        rows.append(title_row(standing))
        if not standing.verified:
            rows.append(("warning", f"{UNVERIFIED} ({standing.id})"))
    if outcome.evidence.not_modelled:
        rows.append(("not modelled", "; ".join(outcome.evidence.not_modelled[:6])))
    return [*rows, ("made with", f"mrsite {version()}"), ("use", "not for construction until signed; see the report")]


def _floor(board: Board, storey: Any, reach: float) -> None:
    z, letter = storey.elevation, board.letter
    note = f"finished floor of {inert(storey.name, 40)}"

    def across(item: str, height: float, said: str) -> Polyline:
        return Polyline(item, ((-reach, height, 0.0), (reach, height, 0.0)), False, said)

    board.marks.append(across("SECTION", z, note))
    if storey.slab_m:
        board.marks.append(
            across("BUILDING", z - storey.slab_m, f"underside of the slab, {storey.slab_m:g} m as stated")
        )
    if storey.ceiling:
        board.marks.append(across("BUILDING", z + storey.ceiling, "ceiling as stated"))
    label = f"{inert(storey.name, 40)} {printed.exact(z)} m"
    half = text_width(label, letter) / 2
    places = [(-reach + letter + half, z + letter), (reach - letter - half, z + letter), (0.0, z + letter)]
    board.marks.append(Label("SECTION", places[0], letter, (listed((label,), places),), 3, note))


def _room(board: Board, storey: Any, low: float, high: float, space: Any, reach: float) -> None:
    z, letter = storey.elevation, board.letter
    top = z + (storey.ceiling or _CEILING)
    for s in (low, high):
        if abs(s) < reach - 1e-6:
            note = f"face of {inert(space.label, 60)}"
            board.marks.append(Polyline("BUILDING", ((s, z, 0.0), (s, top, 0.0)), False, note))
    if high - low > 1.0:
        wide = max(4, int((high - low) / (0.7 * letter)))
        middle = (low + high) / 2
        wanted = text_width(inert(space.label, wide), 0.8 * letter) / 2 + letter
        ends = [low + wanted, high - wanted] if high - low > 2 * wanted else []
        places = [(x, top - k * letter) for x in (middle, *ends) for k in (1.5, 3.5, 5.5)]
        form = listed((inert(space.label, wide),), places)
        board.marks.append(Label("BUILDING", places[0], 0.8 * letter, (form,), 3))


def _cut_spaces(outcome: Outcome, section: Section, storey: Any, reach: float) -> Iterator[tuple[float, float, Any]]:
    """Give the rooms of a storey that the plane goes through: from where to where, and the room."""
    from shapely import LineString, get_parts

    own = outcome.project.storey(section.storey)
    angle = math.radians(section.bearing_deg)
    ux, uy = math.cos(angle), math.sin(angle)
    x, y = section.standing.at
    cut = LineString([(x - reach * ux, y - reach * uy), (x + reach * ux, y + reach * uy)])
    for space in outcome.project.spaces:
        if space.storey != storey.name or space.polygon is None or space.polygon.is_empty or space.is_area:
            continue
        here = own.to_site.geometry_back(storey.to_site.geometry(space.polygon))
        for part in get_parts(here.intersection(cut)):
            if part.geom_type == "LineString" and part.length > 0.05:
                along = sorted((px - x) * ux + (py - y) * uy for px, py in part.coords)
                yield along[0], along[-1], space


def _magnet(board: Board, section: Section) -> None:
    standing, letter, z = section.standing, board.letter, section.isocentre_level
    note = f"isocentre of {inert(standing.id, 40)}, {printed.exact(standing.height)} m above floor"

    def line(*points: tuple[float, float], closed: bool = False) -> None:
        board.marks.append(Polyline("MAGNET", tuple((s, z + h, 0.0) for s, h in points), closed, note))

    line((-2 * letter, 0.0), (2 * letter, 0.0))
    line((0.0, -2 * letter), (0.0, 2 * letter))
    length, diameter, _ = size_of(standing.magnet)
    half, r = (length or 1.5) / 2, (diameter or 1.5) / 2
    if section.name == "A-A":
        if length and diameter:
            line((-half, -r), (half, -r), (half, r), (-half, r), closed=True)
        tip = half + 8 * letter
        line((0.0, 0.0), (tip, 0.0))
        line((tip - 2 * letter, -letter), (tip, 0.0), (tip - 2 * letter, letter), closed=True)
    elif diameter:
        board.marks.append(Circle("MAGNET", (0.0, z), r, note))


def _magnet_words(board: Board, section: Section) -> None:
    standing, letter, z = section.standing, board.letter, section.isocentre_level
    length, diameter, _ = size_of(standing.magnet)
    half, r = (length or 1.5) / 2, (diameter or 1.5) / 2
    if section.name == "A-A":
        height = letter
        ahead = half + 9 * letter + text_width(PATIENT_END, height) / 2
        places = [(ahead, z + k * letter) for k in (0, 1.5, -1.5, 3, -3)]
        board.marks.append(Label("MAGNET", (0.0, z), height, (listed((PATIENT_END,), places),), 0))
    else:
        half = r
    label = f"{inert(standing.id, 30)}: {inert(standing.magnet.label, 60)}"
    form = around((-half, z - r, half, z + r), (label,), letter, first=1.5)
    board.marks.append(Label("MAGNET-TEXT", (0.0, z), letter, (form,), 5, f"magnet {inert(standing.id, 30)}"))


def _dimensions(board: Board, outcome: Outcome, section: Section, faces: list[tuple[Any, float, float, Any]]) -> None:
    """Height of the isocentre above the floor and below the ceiling, and its distance from the faces of its room."""
    lengths, z = outcome.project.drawing.lengths, section.isocentre_level
    storey = outcome.project.storey(section.storey)
    length, diameter, _ = size_of(section.standing.magnet)
    beside = -((length if section.name == "A-A" else diameter) or 1.5) / 2 - 4 * board.letter
    note = "height of the isocentre"
    board.marks.append(Polyline("DIMS", ((0.0, z, 0.0), (beside, z, 0.0)), False, note))
    pairs = [((beside, z), (beside, storey.elevation))]
    if storey.ceiling:
        pairs.append(((beside, z), (beside, storey.elevation + storey.ceiling)))
    own = next((f for f in faces if f[0] is storey and f[1] < 0.0 < f[2]), None)
    if own is not None:
        level = z - 3 * board.letter
        pairs += [((0.0, level), (own[1], level)), ((0.0, level), (own[2], level))]
    for start, end in pairs:
        said = printed.length(math.dist(start, end), lengths)
        board.marks += dimension(start, end, said, board.letter)
