"""Every annotation decided once: which lines, labels, flags and lists a storey's drawing bears.

DXF, SVG and PDF only draw what stands here. Nothing is computed but positions of texts: lines come
from the evidence, verdicts from the findings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mrsite.base.data import version
from mrsite.base.text import inert
from mrsite.checks.finding import Outcome
from mrsite.outputs import quench_marks, site_marks
from mrsite.outputs.board import Board
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing, data_rows, title_row
from mrsite.outputs.mark import Drawing
from mrsite.outputs.order import numbered
from mrsite.outputs.placing import Rooms
from mrsite.outputs.schedules import door_rows, equipment_rows, finding_of
from mrsite.outputs.surroundings_marks import surroundings_marks


def overlay_drawing(
    plan: Any,
    standings: Sequence[Standing],
    regions: Sequence[Any],
    settings: Any,
    *,
    edges: Sequence[str] = ("central", "upper"),
    notes: Sequence[str] = (),
    folder: Path | None = None,
) -> Drawing:
    """Return the marks of the quick look: lines of some magnets on a plan, without a site file.

    Parameters
    ----------
    plan : plans.plan.Plan
    standings : sequence of Standing
    regions : sequence of site.evidence.Region
    settings : site.schema.DrawingTable
    edges : sequence of ``"central"``, ``"upper"``, ``"lower"``
    notes : sequence of str
        What the numbers leave out, drawn in the title block.
    """
    base = Board(settings, folder, plan)
    base.add_lines(regions, standings, edges)
    base.add_magnets(standings, "")
    rows = [("drawing", f"{Path(plan.path).name}"), ("its SHA-256", plan.sha256), *_unit_rows(plan)]
    rows += [title_row(standing) for standing in standings]
    rows += [("note", note) for note in (*notes, "the magnet's own field; the earth's field is not included")]
    rows += [("made with", f"mrsite {version()}"), ("status", "quick look: nothing was checked")]
    return base.finished("overlay", rows, [_magnet_list(standings)], provenance(plan, standings, None))


def storey_drawing(
    outcome: Outcome, storey_name: str, *, edges: Sequence[str] = ("central", "upper"), folder: Path | None = None
) -> Drawing:
    """Return all marks of one storey of an assessment."""
    project, evidence = outcome.project, outcome.evidence
    storey = project.storey(storey_name)
    issue = project.issue
    revision = issue.revision or ""
    base = Board(project.drawing, folder, storey.plan)
    standings = standings_on(outcome, storey_name)
    regions = drawn_regions(outcome, storey_name)
    spaces = [s for s in project.spaces if s.storey == storey_name]
    here = [s for s in standings if s.storey is None]
    findings = [(n, f) for n, f in numbered(outcome.findings) if f.storey in (storey_name, None)]
    letter = base.letter

    base.rooms = _rooms(spaces, here)
    base.add_lines(regions, standings, edges)
    base.add_magnets(standings, revision)
    base.marks += site_marks.steel_marks([s for s in project.steel if s.storey == storey_name], letter)
    for standing in here:
        room = next((s.polygon for s in spaces if _holds(s.polygon, standing.at)), None)
        base.marks += site_marks.dimension_marks(standing, room, letter, project.drawing.lengths)
    flags = [(n, f) for n, f in findings if f.storey == storey_name]
    base.marks += site_marks.flag_marks(flags, letter, revision, [standing.at for standing in here])
    equipment = [e for e in project.equipment if e.storey == storey_name]
    spoken = {item.id: finding_of(item.id, outcome.findings) for item in equipment}
    base.marks += site_marks.equipment_marks(equipment, lambda item: spoken[item.id], letter, revision)
    doors = [d for d in project.doors if d.storey == storey_name]
    base.marks += site_marks.door_marks(doors, letter, revision)
    base.marks += surroundings_marks(outcome, storey, letter)
    base.marks += site_marks.pipe_marks(_pipes(outcome, storey), letter)
    base.marks += quench_marks.marks(evidence.vents.values(), storey, letter)
    # Zones lie under everything: drawn first.
    base.marks = site_marks.zone_marks(spaces, letter) + base.marks

    rows = _title_rows(outcome, storey, standings)
    tables: list[tuple[str, list[list[str]]]] = []
    if here:
        tables.append(_magnet_list(here))
    if findings:
        listed = [["no.", "verdict", "rule", "subject", "finding"]]
        listed += [[n, f.status, f.rule, f.subject, f.message] for n, f in findings if f.status != "pass"]
        tables.append(("FINDINGS THAT ARE NOT A PASS (all in the report)", listed))
    if equipment:
        tables.append(("EQUIPMENT", equipment_rows(equipment, outcome)))
    if doors:
        tables.append(("DOORS", door_rows(doors, outcome)))
    # north is stated for the site; a drawing may lie on it turned
    north = None if project.north_deg is None else project.north_deg - math.degrees(storey.to_site.angle_rad)
    return base.finished(storey_name, rows, tables, provenance(storey.plan, standings, outcome), north)


def drawn_regions(outcome: Outcome, storey_name: str) -> list[Any]:
    """Return the regions that are drawn: cuts, and envelopes over the storey's occupied heights.

    What was computed for other heights (below the floor, of a room with heights of its own) is in
    ``site.geojson`` and in the findings; on the plan it would be read as the storey's own line.
    """
    occupied = outcome.project.storey(storey_name).occupied
    return [
        r for r in outcome.evidence.regions if r.storey == storey_name and (r.kind == "cut" or r.heights == occupied)
    ]


def standings_on(outcome: Outcome, storey_name: str) -> list[Standing]:
    """Return the magnets as they stand in a storey's own frame, those of other storeys as shadows."""
    storey = outcome.project.storey(storey_name)
    there = [s for s in outcome.project.scanners if s.status != "removed" and s.poses]
    return [standing_of(scanner, storey) for scanner in there]


def standing_of(scanner: Any, storey: Any) -> Standing:
    """Return a magnet (`site.project.Scanner`) in the frame of a storey's own drawing."""
    places = []
    for pose in scanner.poses:
        here = storey.to_site.pose_back(pose)
        places.append((float(here.position[0]), float(here.position[1]), float(here.bearing_deg)))
    x, y, bearing = places[0]
    elsewhere = None if scanner.storey == storey.name else scanner.storey
    return Standing(
        scanner.id,
        scanner.magnet,
        (x, y),
        bearing,
        scanner.isocentre_height,
        scanner.status,
        elsewhere,
        tuple(places[1:]),
    )


def _magnet_list(standings: Sequence[Standing]) -> tuple[str, list[list[str]]]:
    rows = [[s.id if k == 0 else "", row] for s in standings for k, row in enumerate(data_rows(s))]
    return "MAGNETS", [["magnet", "what is known of it"], *rows]


def _holds(polygon: Any, at: tuple[float, float]) -> bool:
    from shapely import Point

    return polygon is not None and not polygon.is_empty and bool(polygon.covers(Point(at)))


def _rooms(spaces: Sequence[Any], standings: Sequence[Standing]) -> Rooms:
    """Return the rooms that labels keep to, and which of them hold a magnet."""
    polygons = [s.polygon for s in spaces if s.polygon is not None and not s.polygon.is_empty and not s.is_area]
    held = tuple(any(_holds(polygon, s.at) for s in standings) for polygon in polygons)
    return Rooms(tuple(polygons), held)


def _pipes(outcome: Outcome, storey: Any) -> list[tuple[str, list[tuple[float, float, float]]]]:
    result = []
    for pipe in outcome.project.quench_pipes:
        if pipe.points:
            points = [(*storey.to_site.back((x, y)), z) for x, y, z in pipe.points]
            result.append((pipe.scanner or "magnet", points))
    return result


def _unit_rows(plan: Any) -> list[tuple[str, str]]:
    if plan.storeys:
        return [("drawing unit", f"{plan.unit}: a building model in {plan.unit_decision.declared or 'no stated unit'}")]
    decision, code = plan.unit_decision, plan.declared_insunits
    declared = decision.declared or ("no unit" if not code else "a unit without a name here")
    return [("drawing unit", f"{plan.unit} ({decision.source}); the file declares {declared} ($INSUNITS {code or 0})")]


def _title_rows(outcome: Outcome, storey: Any, standings: Sequence[Standing]) -> list[tuple[str, str]]:
    project, issue = outcome.project, outcome.project.issue
    rows = [("site", project.name), ("storey", storey.name)]
    if storey.drawing:
        rows.append(("architect's plan", storey.drawing + (f", revision {storey.revision}" if storey.revision else "")))
    for name in ("number", "revision", "status", "date", "prepared_by", "checked_by"):
        value = getattr(issue, name)
        rows.append(("issue" if name == "number" else name.replace("_", " "), value or "not stated"))
    if storey.plan is not None:
        rows += [("file", Path(storey.plan.path).name), ("its SHA-256", storey.plan.sha256), *_unit_rows(storey.plan)]
    for standing in standings:
        rows.append(title_row(standing))
        if not standing.verified:
            rows.append(("warning", f"{UNVERIFIED} ({standing.id})"))
    rows.append(("conclusion", f"{outcome.conclusion}: {conclusion_words(outcome)}"))
    caution = outcome.evidence.caution or outcome.evidence.unknown
    if caution:
        rows.append(("caution", caution))
    if outcome.evidence.not_modelled:
        rows.append(("not modelled", "; ".join(outcome.evidence.not_modelled[:6])))
    rows += [
        ("scale", f"1:{project.drawing.plot_scale:g} on {project.drawing.paper}"),
        ("made with", f"mrsite {version()}"),
        ("use", "not for construction until signed; see the report"),
    ]
    return rows


def conclusion_words(outcome: Outcome) -> str:
    """Return the conclusion in words; a site is never called safe, nor said to pass."""
    counts = outcome.counts
    tally = (
        f"{counts['fail']} fail, {counts['warn']} warn, {counts['not-assessed']} not assessed, "
        f"{counts['pass']} pass of {len(outcome.findings)} findings"
    )
    return {
        "fails": f"at least one requirement is not met; {tally}",
        "open": f"not decided: something is missing or rests on weak data; {tally}",
        "clear": f"no finding stands against this layout as described; {tally}",
    }[outcome.conclusion]


def provenance(plan: Any, standings: Sequence[Standing], outcome: Outcome | None) -> tuple[str, ...]:
    """Return what is written into every entity of a drawing: made by what, from which plan, magnets and issue."""
    parts = [f"mrsite {version()}"]
    if outcome is not None:
        issue = outcome.project.issue
        parts[0] += f"; site {inert(outcome.project.name, 60)}; revision {inert(issue.revision or 'none', 20)}"
    if plan is not None:
        parts.append(f"plan sha256 {plan.sha256}")
    parts.append("magnets " + inert(", ".join(f"{s.id}={s.magnet.id} ({s.magnet.grade})" for s in standings), 180))
    return tuple(parts)
