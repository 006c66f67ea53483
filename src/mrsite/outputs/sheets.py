"""Sheets beside the report: fringe plot for the control room, floor marking."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.text import slug
from mrsite.checks.finding import Outcome
from mrsite.outputs import data_request, plan_svg, printed, typeset
from mrsite.outputs.board import LETTER_MM
from mrsite.outputs.line_marks import line_marks, lines_of
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing
from mrsite.outputs.mark import Box, Point
from mrsite.outputs.marks import drawn_regions, standings_on
from mrsite.outputs.pictures import Pictures
from mrsite.outputs.placing import CUT_OFF, Surroundings, placed

_SCALES = (10, 20, 25, 50, 75, 100, 125, 150, 200, 250, 500)
#: Room for the picture of the fringe plot.
_A3_MM = (270.0, 245.0)
#: Items of the plan that these sheets show.
_SHOWN = ("MAGNET", "STEEL", "DIMS")
#: Lines up to this level are painted on floors, T: a little over 3 mT.
_PAINTED_T = 3.0001e-3
_DIMENSIONS = "Distances between ticks: from the isocentre / from the magnet's outline to the face of the room"


def render(outcome: Outcome, pictures: Pictures | None = None) -> dict[str, bytes]:
    """Return the sheets by file name."""
    pictures = pictures or Pictures(outcome)
    files = {}
    for storey in outcome.project.storeys:
        for standing in standings_on(outcome, storey.name):
            regions = [r for r in drawn_regions(outcome, storey.name) if r.quantity == "B" and not r.upper.is_empty]
            if standing.storey is None and regions:
                name = slug(standing.id, "magnet")
                files[f"fringe-plot-{name}.pdf"] = fringe_plot(outcome, pictures, storey.name, standing, regions)
                files[f"floor-marking-{name}.pdf"] = floor_marking(outcome, pictures, storey.name, standing, regions)
    files["data-request.pdf"] = data_request.render(outcome)
    return files


def fringe_plot(outcome: Outcome, pictures: Pictures, storey: str, standing: Standing, regions: Sequence[Any]) -> bytes:
    """Return the A3 plot: lines of |B| about one magnet, to scale, with their reach.

    Where envelopes over the occupied heights were computed the cuts are left out: they never reach farther.
    """
    regions = [r for r in regions if r.kind == "envelope"] or list(regions)
    window = _window(standing, regions)
    width, height = window[2] - window[0], window[3] - window[1]
    scale = next((s for s in _SCALES if width * 1000 / s <= _A3_MM[0] and height * 1000 / s <= _A3_MM[1]), _SCALES[-1])
    window, width, height = _filled(window, scale)
    svg = _lines_on_plan(outcome, pictures, storey, regions, ("central", "upper"), window)
    rows = [["line", "along the bore", "across"]]
    lengths = outcome.project.drawing.lengths
    for region in regions:
        for edge in ("central", "upper"):
            shape = getattr(region, edge)
            if not shape.is_empty:
                along, across = _half_extents(shape, standing)
                name = printed.line_name(
                    "B", region.level, region.kind, edge, region.heights, outcome.project.drawing.show
                )
                rows.append([name, _reach(along, lengths), _reach(across, lengths)])
    issue = outcome.project.issue
    others = [s.id for s in standings_on(outcome, storey) if s.id != standing.id and s.magnet.modelled]
    words = [
        f"{standing.id}: {standing.magnet.label}; patient end where the arrow points",
        f"Isocentre {printed.exact(standing.height)} m above the floor of {storey}",
        "Distances are from the isocentre, rounded up; the outer edge is the line with the uncertainty of the magnet's "
        "data, of the site and of the position added",
        "0.5 mT: no one passes who has not been screened for implants and devices",
        "3 mT: loose ferromagnetic objects can become projectiles",
        "The local rules of the site apply",
        _DIMENSIONS,
        *([f"With the field of {', '.join(others)} in it"] if others else []),
        *(f"Not modelled: {text}" for text in outcome.evidence.not_modelled),
        f"Revision {issue.revision or 'not stated'}, {issue.date or 'date not stated'}",
    ]
    return typeset.pdf("fringe_plot.typ", {
        "title": f"{outcome.project.name}: fringe field of {standing.id} on {storey}",
        "warning": "" if standing.verified else f"{UNVERIFIED}: not for display until the vendor confirms the figures",
        "svg": svg.decode("utf-8"), "width_mm": round(width * 1000 / scale, 2),
        "height_mm": round(height * 1000 / scale, 2),
        "alt": f"Plan of {storey} with the field lines of {standing.id}", "scale": f"Scale 1:{scale} on A3",
        "metre_mm": 1000 / scale,
        "reach": rows,
        "words": words,
    })  # fmt: skip


def floor_marking(
    outcome: Outcome, pictures: Pictures, storey: str, standing: Standing, regions: Sequence[Any]
) -> bytes:
    """Return set-out dimensions: outer edges of the envelopes, by angle and by offsets from the isocentre."""
    tables: list[dict[str, Any]] = []
    lengths = outcome.project.drawing.lengths
    for region in regions:
        if region.kind != "envelope" or region.level > _PAINTED_T:
            continue
        name = printed.line_name("B", region.level, region.kind, "upper", region.heights, outcome.project.drawing.show)
        rows = [["angle from patient end", "from isocentre", "along bore", "to its left", "x", "y", "lies in"]]
        for degrees in range(0, 360, 15):
            found = _ray(region.upper, standing, degrees)
            if found is not None:
                distance, (x, y) = found
                angle = math.radians(degrees)
                rows.append(
                    [
                        f"{degrees} deg",
                        _reach(distance, lengths),
                        _offset(distance * math.cos(angle), lengths),
                        _offset(distance * math.sin(angle), lengths),
                        f"{x:.3f} m",
                        f"{y:.3f} m",
                        _room_at(outcome, storey, (x, y)),
                    ]
                )
        tables.append({
            "name": name, "rows": rows,
            "said": "Angles anticlockwise from the patient end, seen from above; x and y as on the architect's "
                    "drawing. Between points keep to the outside of the line where it is wavy.",
        })  # fmt: skip
    drawn = [r for r in regions if r.kind == "envelope" and r.level <= _PAINTED_T]
    svg = _lines_on_plan(outcome, pictures, storey, drawn, ("upper",), _window(standing, drawn))
    return typeset.pdf("floor_marking.typ", {
        "title": f"{outcome.project.name}: floor marking for {standing.id} on {storey}",
        "warning": "" if standing.verified else f"{UNVERIFIED}: do not paint from this sheet",
        "words": [
            "Mark the isocentre on the floor (laser of the installed magnet), then the bore axis, then the points.",
            "Distances are rounded up. After installation, measure; the survey decides.",
            "A point that lies in a wall or in another room is not painted there: end the line at the wall, and see "
            "the report on what lies beyond it.",
            _DIMENSIONS,
        ],
        "svg": svg.decode("utf-8"), "alt": f"Lines to mark on the floor of {storey}", "tables": tables,
    })  # fmt: skip


def _lines_on_plan(
    outcome: Outcome, pictures: Pictures, storey: str, regions: Sequence[Any], edges: Sequence[str], window: Box
) -> bytes:
    """Return a cut-out of the plan with the magnet, its clear distances and some lines alone, labelled anew."""
    drawing = pictures.drawings[storey]
    kept = tuple(m for m in drawing.marks if m.item in _SHOWN)
    letter = drawing.paper(LETTER_MM)
    verified = all(s.verified for s in standings_on(outcome, storey))
    lines = lines_of(regions, edges=edges, show=outcome.project.drawing.show)
    marks = line_marks(lines, letter, suffix="" if verified else "UNVERIFIED")
    shown = placed((*kept, *marks), letter, Surroundings(inside=window, outside=CUT_OFF))
    return plan_svg.place(replace(drawing, marks=tuple(shown)), pictures.linework(storey), window)


def _filled(window: Box, scale: float) -> tuple[Box, float, float]:
    """Return a window about the same middle that fills the sheet at a scale, and its width and height, m."""
    width, height = (mm * scale / 1000 for mm in _A3_MM)
    x, y = (window[0] + window[2]) / 2, (window[1] + window[3]) / 2
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2), width, height


def _room_at(outcome: Outcome, storey: str, at: Point) -> str:
    """Return the room in which a point lies."""
    import shapely

    point = shapely.Point(at)
    for space in outcome.project.spaces:
        if space.storey == storey and space.polygon is not None and not space.is_area and space.polygon.covers(point):
            return str(space.label)
    return "a wall, or no room known"


def _window(standing: Standing, regions: Iterable[Any]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = standing.at[0] - 2, standing.at[1] - 2, standing.at[0] + 2, standing.at[1] + 2
    for region in regions:
        bounds: Mapping[int, float] = dict(enumerate(region.upper.bounds))
        x0, y0 = min(x0, bounds[0]), min(y0, bounds[1])
        x1, y1 = max(x1, bounds[2]), max(y1, bounds[3])
    return x0 - 1.5, y0 - 1.5, x1 + 1.5, y1 + 1.5


def _half_extents(shape: Any, standing: Standing) -> tuple[float, float]:
    """Return how far the part of a shape about a magnet reaches along and across its bore, m."""
    from shapely import Point, affinity, get_parts, union_all

    own = [part for part in get_parts(shape) if part.covers(Point(standing.at))]
    moved = affinity.translate(union_all(own) if own else shape, -standing.at[0], -standing.at[1])
    x0, y0, x1, y1 = affinity.rotate(moved, -standing.bearing_deg, origin=(0, 0)).bounds
    return max(abs(x0), abs(x1)), max(abs(y0), abs(y1))


def _ray(shape: Any, standing: Standing, degrees: float) -> tuple[float, tuple[float, float]] | None:
    """Return how far a shape reaches from the isocentre in a direction, and where that is."""
    import shapely

    angle = math.radians(standing.bearing_deg + degrees)
    far = 4 * max(_half_extents(shape, standing)) + 1.0
    x, y = standing.at
    hit = shape.intersection(shapely.LineString([(x, y), (x + far * math.cos(angle), y + far * math.sin(angle))]))
    coords = shapely.get_coordinates(hit)
    if not len(coords):
        return None
    distance = max(math.hypot(px - x, py - y) for px, py in coords)
    return distance, (x + distance * math.cos(angle), y + distance * math.sin(angle))


def _reach(metres: float, lengths: str) -> str:
    """Return a reach rounded up to the centimetre, or to the eighth of an inch."""
    if lengths == "m":
        return f"{math.ceil(metres * 100 - 1e-6) / 100:.2f} m"
    return printed.length(metres, lengths, unsafe="up", step_m=0.01)


def _offset(metres: float, lengths: str) -> str:
    """Return a signed offset, rounded away from the isocentre."""
    return ("-" if metres < -5e-7 else "") + _reach(abs(metres), lengths)
