"""Sections A-A and B-B as drawings: floors, rooms that are cut, the magnet, its lines with bands."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import printed
from mrsite.outputs.arcs import region_arcs
from mrsite.outputs.layers import layer_namer, line_item, style_of
from mrsite.outputs.line_marks import Line, line_marks
from mrsite.outputs.magnet_marks import Standing
from mrsite.outputs.mark import Circle, Drawing, Mark, Polyline, Text, box_of
from mrsite.outputs.placing import Placer
from mrsite.outputs.views import Section

_BEYOND = 4.0  #: m of building shown past the outermost line


def section_drawing(outcome: Outcome, section: Section, *, folder: Path | None = None) -> Drawing:
    """Return the marks of a section in metres along the cut and above the site datum."""
    project = outcome.project
    settings = project.drawing
    letter = 2.5e-3 * settings.plot_scale
    name = layer_namer(settings.layers, settings.prefix, folder)
    placer = Placer(letter)
    reach = max((abs(v) for line in section.lines for v in line.region.bounds[::2]), default=4.0) + _BEYOND
    marks: list[Mark] = _floors(outcome, section, reach, letter, placer)
    lines = []
    for one in section.lines:
        item = line_item("B", one.level * 1e3, "cut", one.edge)
        called = f"{printed.level('B', one.level, settings.show)}{' outer edge' if one.edge == 'upper' else ''}"
        note = f"line: {called} in section {section.name}, field of {section.standing.id} alone"
        lines.append(Line(item, f"{item.split('-CUT')[0]}-TEXT", called, tuple(region_arcs(one.region)), note))
    suffix = "" if section.standing.verified else "UNVERIFIED"
    marks += line_marks(lines, letter, placer, suffix=suffix)
    marks += _magnet(section, letter, placer)
    items = sorted({m.item for m in marks})
    styles = {item: style_of(item, name) for item in items}
    extent = box_of(tuple(marks)) or (-1.0, -1.0, 1.0, 1.0)
    others = sum(s.status != "removed" for s in project.scanners) > 1
    notes = ("the field of this magnet alone is shown; others stand on the site",) if others else ()
    return Drawing(f"Section {section.name}", tuple(marks), styles, settings.plot_scale, extent, (), notes)


def _floors(outcome: Outcome, section: Section, reach: float, letter: float, placer: Placer) -> list[Mark]:
    marks: list[Mark] = []
    own = outcome.project.storey(section.storey)
    for storey in outcome.project.storeys:
        z = storey.elevation
        note = f"finished floor of {inert(storey.name, 40)}"
        marks.append(Polyline("SECTION", ((-reach, z, 0.0), (reach, z, 0.0)), False, note))
        if storey.slab_m:
            marks.append(
                Polyline(
                    "LEGEND",
                    ((-reach, z - storey.slab_m, 0.0), (reach, z - storey.slab_m, 0.0)),
                    False,
                    f"underside of the slab, {storey.slab_m:g} m as stated",
                )
            )
        label = f"{inert(storey.name, 40)} {printed.exact(z)} m"
        marks.append(Text("SECTION", label, (-reach + letter, z + letter), letter, 0.0, "left", note))
        top = z + (storey.ceiling or 2.7)
        if storey.ceiling:
            marks.append(Polyline("LEGEND", ((-reach, top, 0.0), (reach, top, 0.0)), False, "ceiling as stated"))
        for low, high, space in _cut_spaces(outcome, section, own, storey, reach):
            for s in (low, high):
                if abs(s) < reach - 1e-6:
                    marks.append(
                        Polyline("LEGEND", ((s, z, 0.0), (s, top, 0.0)), False, f"face of {inert(space.label, 60)}")
                    )
            if high - low > 1.0:
                wide = max(4, int((high - low) / (0.7 * letter)))
                text = Text(
                    "LEGEND",
                    inert(space.label, wide),
                    ((low + high) / 2, top - 1.5 * letter),
                    0.8 * letter,
                    0.0,
                    "centre",
                    "",
                )
                marks += placer.best([(text,)])
    return marks


def _cut_spaces(
    outcome: Outcome, section: Section, own: Any, storey: Any, reach: float
) -> list[tuple[float, float, Any]]:
    from shapely import LineString, get_parts

    angle = math.radians(section.bearing_deg)
    ux, uy = math.cos(angle), math.sin(angle)
    x, y = section.standing.at
    cut = LineString([(x - reach * ux, y - reach * uy), (x + reach * ux, y + reach * uy)])
    found = []
    for space in outcome.project.spaces:
        if space.storey != storey.name or space.polygon is None or space.polygon.is_empty or space.is_area:
            continue
        here = own.to_site.geometry_back(storey.to_site.geometry(space.polygon))
        for part in get_parts(here.intersection(cut)):
            if part.geom_type == "LineString" and part.length > 0.05:
                along = sorted((px - x) * ux + (py - y) * uy for px, py in part.coords)
                found.append((along[0], along[-1], space))
    return found


def _magnet(section: Section, letter: float, placer: Placer) -> list[Mark]:
    standing: Standing = section.standing
    z = section.isocentre_level
    note = f"isocentre of {inert(standing.id, 40)}, {printed.exact(standing.height)} m above floor"
    marks: list[Mark] = [
        Polyline("MAGNET", ((-2 * letter, z, 0.0), (2 * letter, z, 0.0)), False, note),
        Polyline("MAGNET", ((0.0, z - 2 * letter, 0.0), (0.0, z + 2 * letter, 0.0)), False, note),
    ]
    length, diameter = _size(standing)
    if section.name == "A-A":
        if length and diameter:
            half, r = length / 2, diameter / 2
            ring = ((-half, z - r, 0.0), (half, z - r, 0.0), (half, z + r, 0.0), (-half, z + r, 0.0))
            marks.append(Polyline("MAGNET", ring, True, note))
        tip = (length or 1.5) / 2 + 8 * letter
        marks += [
            Polyline("MAGNET", ((0.0, z, 0.0), (tip, z, 0.0)), False, "the arrow points to the patient end"),
            Polyline(
                "MAGNET",
                ((tip - 2 * letter, z - letter, 0.0), (tip, z, 0.0), (tip - 2 * letter, z + letter, 0.0)),
                True,
                note,
            ),
            Text("MAGNET", "PATIENT END", (tip + letter, z), letter, 0.0, "left", note),
        ]
    elif diameter:
        marks.append(Circle("MAGNET", (0.0, z), diameter / 2, note))
    label = f"{inert(standing.id, 30)}: {inert(standing.magnet.label, 60)}"
    marks += placer.best(
        [
            (Text("MAGNET", label, (0.0, z + k * letter), letter, 0.0, "centre", note),)
            for k in (-4, 4, -7, 7, -12, 12, -18, 18)
        ]
    )
    return marks


def _size(standing: Standing) -> tuple[float | None, float | None]:
    fit = getattr(standing.magnet, "fit", None)
    return (
        standing.magnet.magnet_length_m or getattr(fit, "magnet_length_m", None),
        standing.magnet.cryostat_diameter_m or getattr(fit, "cryostat_diameter_m", None),
    )
