"""Sheets beside the report: fringe plot for the control room, floor marking, data request."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mrsite.base.text import slug
from mrsite.checks.finding import Outcome
from mrsite.outputs import plan_svg, printed, typeset
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing
from mrsite.outputs.marks import drawn_regions, standings_on
from mrsite.outputs.order import numbered
from mrsite.outputs.pictures import Pictures

_SCALES = (10, 20, 25, 50, 75, 100, 125, 150, 200, 250, 500)
_A3_MM = (270.0, 245.0)
#: Items of the plan that a fringe plot shows.
_SHOWN = ("MAGNET", "STEEL", "DIMS")


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
    files["data-request.pdf"] = data_request(outcome)
    return files


def fringe_plot(outcome: Outcome, pictures: Pictures, storey: str, standing: Standing, regions: Sequence[Any]) -> bytes:
    """Return the A3 plot: lines of |B| about one magnet, to scale, with their reach."""
    window = _window(standing, regions)
    width, height = window[2] - window[0], window[3] - window[1]
    scale = next((s for s in _SCALES if width * 1000 / s <= _A3_MM[0] and height * 1000 / s <= _A3_MM[1]), _SCALES[-1])
    drawing = pictures.drawings[storey]
    marks = tuple(m for m in drawing.marks if m.item.startswith("B-") or m.item in _SHOWN)
    svg = plan_svg.place(replace(drawing, marks=marks), pictures.linework(storey), window)
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
        f"isocentre {printed.exact(standing.height)} m above the floor of {storey}",
        "distances from the isocentre, rounded up; the outer edge holds the stated doubts",
        "0.5 mT: nobody passes who was not screened. 3 mT: loose steel can fly. Follow the site's own rules.",
        *([f"with the field of {', '.join(others)} in it"] if others else []),
        *(f"not modelled: {text}" for text in outcome.evidence.not_modelled),
        f"revision {issue.revision or 'not stated'}, {issue.date or 'date not stated'}",
    ]
    return typeset.pdf("fringe_plot.typ", {
        "title": f"{outcome.project.name}: fringe field of {standing.id} on {storey}",
        "warning": "" if standing.verified else f"{UNVERIFIED}: not for use before the figures are known",
        "svg": svg.decode("utf-8"), "width_mm": round(width * 1000 / scale, 2),
        "height_mm": round(height * 1000 / scale, 2),
        "alt": f"Plan of {storey} with the field lines of {standing.id}", "scale": f"Scale 1:{scale} on A3",
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
        if region.kind != "envelope" or region.level > 3.0001e-3:
            continue
        name = printed.line_name("B", region.level, region.kind, "upper", region.heights, outcome.project.drawing.show)
        rows = [["angle from patient end", "from isocentre", "along bore", "to its left", "x", "y"]]
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
                    ]
                )
        tables.append({
            "name": name, "rows": rows,
            "said": "Angles anticlockwise from the patient end, seen from above. Where the line is wavy, join the "
                    "points outside rather than inside.",
        })  # fmt: skip
    window = _window(standing, regions)
    drawing = pictures.drawings[storey]
    named = tuple(f"line: {table['name']} " for table in tables)
    marks = tuple(m for m in drawing.marks if m.note.startswith(named) or m.item in _SHOWN)
    svg = plan_svg.place(replace(drawing, marks=marks), pictures.linework(storey), window)
    return typeset.pdf("floor_marking.typ", {
        "title": f"{outcome.project.name}: floor marking for {standing.id} on {storey}",
        "warning": "" if standing.verified else f"{UNVERIFIED}: do not paint from this sheet",
        "words": [
            "Mark the isocentre on the floor (laser of the installed magnet), then the bore axis, then the points.",
            "Distances are rounded up. After installation, measure; the survey decides.",
        ],
        "svg": svg.decode("utf-8"), "alt": f"Lines to mark on the floor of {storey}", "tables": tables,
    })  # fmt: skip


def data_request(outcome: Outcome) -> bytes:
    """Return what is missing, sorted by who can supply it."""
    return typeset.pdf("data_request.typ", {
        "title": f"{outcome.project.name}: data request",
        "said": "What the assessment lacked. An answer needs its source; figures without one stay unverified.",
        "parts": [
            {"name": "To the magnet's vendor", "rows": vendor_rows(outcome)},
            {"name": "To the architect and the hospital", "rows": architect_rows(outcome)},
        ],
    })  # fmt: skip


def vendor_rows(outcome: Outcome) -> list[list[str]]:
    """Return what to ask the vendor for: number, what, what to supply, room for the answer."""
    rows: list[tuple[str, str]] = []
    for scanner in outcome.project.scanners:
        magnet = scanner.magnet
        who = f"{scanner.id} ({magnet.id})"
        if not getattr(magnet, "verified", False):
            rows.append(
                (
                    f"{who}: distances of the field lines were not read in any source",
                    "isogauss plot or table: 0.5, 1, 3, 5, 10, 20, 40 and 200 mT, axial and radial, with document, "
                    "section and year; whether distances are extents or on the axis",
                )
            )
        for name in magnet.defaults_used:
            rows.append(
                (f"{who}: {name.replace('_', ' ')} is the default of its class", "the dimension, from the data sheet")
            )
        if len(scanner.field_directions) > 1:
            rows.append(
                (f"{who}: direction of the field not known", "whether the field points to the patient end or away")
            )
        for mapping, keys in (
            (
                "helium",
                (
                    "sealed",
                    "inventory_L",
                    "peak_flow_kg_s",
                    "inlet_temperature_K",
                    "max_back_pressure_kPa",
                    "flange_diameter_mm",
                ),
            ),
            ("siting", ("isocentre_height_m", "moving_metal")),
        ):
            held = getattr(magnet, mapping, {})
            missing = [k.replace("_", " ") for k in keys if k not in held]
            if missing:
                rows.append((f"{who}: {mapping} data missing", ", ".join(missing)))
        rows += [(f"{who}: {text}", "confirm or correct") for text in scanner.assumed]
    return [[f"V{k + 1}", what, supply, ""] for k, (what, supply) in enumerate(rows)]


def architect_rows(outcome: Outcome) -> list[list[str]]:
    """Return what to ask architect and hospital for: the remedies of what was not assessed."""
    rows: list[tuple[str, str]] = []
    for storey in outcome.project.storeys:
        if storey.plan is None:
            rows.append((f"{storey.name}: no drawing", "the plan as DXF"))
        elif storey.plan.unit_decision.conflicts:
            rows.append(
                (
                    f"{storey.name}: {'; '.join(storey.plan.unit_decision.conflicts)}",
                    "the drawing unit, and a file that declares it",
                )
            )
        rows += [
            (f"{storey.name}: {text}", "a complete drawing") for text in (storey.plan.incomplete if storey.plan else ())
        ]
        if storey.registered is None and len(outcome.project.storeys) > 1:
            rows.append(
                (f"{storey.name}: not shown to coincide with the other drawings", "two points common to both drawings")
            )
    numbers = {finding.id: number for number, finding in numbered(outcome.findings)}
    for ask in outcome.asks:
        settles = ", ".join(numbers.get(i, i) for i in ask.settles)
        rows.append((f"{ask.about} (ask the {ask.who}; settles {settles})", ask.toml))
    told = {i for ask in outcome.asks for i in ask.settles}
    for number, finding in numbered(outcome.findings):
        if finding.id not in told and finding.status == "not-assessed" and finding.remedy:
            rows.append((f"{number} {finding.subject}: {finding.message}", finding.remedy))
    return [[f"A{k + 1}", what, supply, ""] for k, (what, supply) in enumerate(rows)]


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
