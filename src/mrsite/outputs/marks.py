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
from mrsite.checks.finding import Finding, Outcome
from mrsite.outputs import printed, quench_marks, site_marks
from mrsite.outputs.layers import layer_namer, style_of
from mrsite.outputs.line_marks import line_marks, lines_of
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing, magnet_marks
from mrsite.outputs.mark import Box, Drawing, LayerStyle, Mark, Text, box_of
from mrsite.outputs.order import numbered
from mrsite.outputs.placing import HOST, Placer, joined
from mrsite.outputs.title_marks import legend, scale_bar, scale_check, table

#: Plotted height of ordinary letters, mm.
LETTER_MM = 2.5
#: Rows of a list on the drawing; longer ones go on in the report.
_MOST_ROWS = 60
_MEANING = {
    "MAGNET": "magnet, isocentre, arrow to the patient end",
    "EQPT": "equipment with its limit",
    "QUENCH": "quench pipe",
    "STEEL": "passive shield as stated",
    "DOOR": "door as stated",
    "DIMS": "clear distance from isocentre, rounded down",
    "NOTE": "finding: number, verdict, sentence",
    "CHECK": "scale check",
    "CLOUD": "changed since the last issue",
    "ZONE-I": "Zone I", "ZONE-II": "Zone II", "ZONE-III": "Zone III", "ZONE-IV": "Zone IV",
}  # fmt: skip


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
    base = _Base(settings, folder, plan)
    base.add_lines(regions, standings, edges)
    base.add_magnets(standings, "")
    rows = [("drawing", f"{Path(plan.path).name}"), ("its SHA-256", plan.sha256), *_unit_rows(plan)]
    for standing in standings:
        rows.append((f"magnet {standing.id}", f"{standing.magnet.id}, data {standing.magnet.grade}"))
    rows += [("note", note) for note in (*notes, "the magnet's own field; the earth's field is not included")]
    rows += [("made with", f"mrsite {version()}"), ("status", "quick look: nothing was checked")]
    return base.finished("overlay", rows, [], _provenance(plan, standings, None))


def storey_drawing(
    outcome: Outcome, storey_name: str, *, edges: Sequence[str] = ("central", "upper"), folder: Path | None = None
) -> Drawing:
    """Return all marks of one storey of an assessment."""
    project, evidence = outcome.project, outcome.evidence
    storey = project.storey(storey_name)
    issue = project.issue
    revision = issue.revision or ""
    base = _Base(project.drawing, folder, storey.plan)
    standings = standings_on(outcome, storey_name)
    regions = drawn_regions(outcome, storey_name)
    spaces = [s for s in project.spaces if s.storey == storey_name]
    here = [s for s in standings if s.storey is None]
    findings = [(n, f) for n, f in numbered(outcome.findings) if f.storey in (storey_name, None)]
    letter, placer = base.letter, base.placer

    base.add_lines(regions, standings, edges)
    base.add_magnets(standings, revision)
    base.marks += site_marks.steel_marks([s for s in project.steel if s.storey == storey_name], letter, placer)
    for standing in here:
        room = next((s.polygon for s in spaces if _holds(s.polygon, standing.at)), None)
        base.marks += site_marks.dimension_marks(
            standing.at, standing.bearing_deg, room, letter, project.drawing.lengths, placer
        )
    flags = [(n, f) for n, f in findings if f.storey == storey_name]
    base.marks += site_marks.flag_marks(flags, letter, placer, revision)
    equipment = [e for e in project.equipment if e.storey == storey_name]
    spoken = {item.id: finding_of(item.id, outcome.findings) for item in equipment}
    base.marks += site_marks.equipment_marks(equipment, lambda item: spoken[item.id], letter, placer, revision)
    doors = [d for d in project.doors if d.storey == storey_name]
    base.marks += site_marks.door_marks(doors, letter, placer, revision)
    base.marks += site_marks.pipe_marks(_pipes(outcome, storey), letter, placer)
    base.marks += quench_marks.marks(evidence.vents.values(), storey, letter, placer)
    # Zones lie under everything: drawn first, but their names find room last.
    base.marks = site_marks.zone_marks(spaces, letter, placer) + base.marks

    rows = _title_rows(outcome, storey, standings)
    tables: list[tuple[str, list[list[str]]]] = []
    if findings:
        listed = [["no.", "verdict", "rule", "subject", "finding"]]
        listed += [[n, f.status, f.rule, f.subject, f.message] for n, f in findings if f.status != "pass"]
        tables.append(("FINDINGS THAT ARE NOT A PASS (all in the report)", listed))
    if equipment:
        tables.append(("EQUIPMENT", equipment_rows(equipment, outcome)))
    if doors:
        tables.append(("DOORS", door_rows(doors, outcome)))
    return base.finished(storey_name, rows, tables, _provenance(storey.plan, standings, outcome))


class _Base:
    """One drawing while it is being decided."""

    def __init__(self, settings: Any, folder: Path | None, plan: Any) -> None:
        self.settings = settings
        self.plan = plan
        self.name = layer_namer(settings.layers, settings.prefix, folder)
        self.letter = LETTER_MM * 1e-3 * settings.plot_scale
        self.host: Box | None = tuple(plan.extent) if plan is not None else None  # type: ignore[assignment]
        if self.host is not None and not all(map(math.isfinite, self.host)):
            self.host = None
        self.occupied = _occupied(plan) if plan is not None else None
        self.placer = Placer(self.letter, self.host)
        if plan is not None:
            self.placer.draw(plan.line_points, HOST, breaks=plan.line_offsets)
            for text in plan.texts:
                self.placer.occupy(_text_at(text))
        self.marks: list[Mark] = []
        self.meanings: dict[str, str] = {}
        self.notes: list[str] = []

    def add_lines(self, regions: Sequence[Any], standings: Sequence[Standing], edges: Sequence[str]) -> None:
        """Add all lines; where any magnet's data are unverified every label says so."""
        suffix = "" if all(s.verified for s in standings) else "UNVERIFIED"
        magnets = ", ".join(f"{s.id} = {s.magnet.id} ({s.magnet.grade})" for s in standings)
        lines = lines_of(regions, edges=edges, show=self.settings.show, magnets=inert(magnets, 120))
        self.marks += line_marks(lines, self.letter, self.placer, suffix=suffix)
        for line in lines:
            known = self.meanings.get(line.item)
            text = f"{line.name} above floor"
            self.meanings[line.item] = f"{known}; {text}" if known and known != text else text
            if line.incomplete:
                self.notes.append(f"{line.name}: {line.incomplete}")
        if not lines:
            self.notes.append("no line of the levels asked for reaches this storey")

    def add_magnets(self, standings: Sequence[Standing], revision: str) -> None:
        """Add the magnets, and the notice where data are unverified."""
        for standing in standings:
            self.marks += magnet_marks(standing, self.letter, self.placer, revision)

    def finished(
        self,
        title: str,
        rows: list[tuple[str, str]],
        tables: list[tuple[str, list[list[str]]]],
        provenance: tuple[str, ...],
    ) -> Drawing:
        """Add what stands beside the plan, and return the whole."""
        extent = joined(self.host, box_of(tuple(self.marks)))
        letter = self.letter
        free = joined(extent, self.occupied)
        x, y = extent[0], free[1] - 8 * letter
        items = sorted({m.item for m in self.marks})
        styles = {item: self._style(item) for item in items}
        entries = [s for s in styles.values() if s.meaning]
        beside, width = legend(entries, x, y, letter)
        beside += table(
            "TITLE", [[k, v] for k, v in self._with_notes(rows)], x + width + 6 * letter, y, letter, limit=120
        )[0]
        for name, cells in tables:
            below = joined(box_of(tuple(beside)))[1] - 5 * letter
            shown = cells[: _MOST_ROWS + 1]
            if len(shown) < len(cells):
                shown.append([f"... and {len(cells) - len(shown)} more: all are in the report"])
            beside += table(name, shown, x, below, 0.9 * letter, limit=110)[0]
        bar = joined(box_of(tuple(beside)))[1] - 4 * letter
        beside += scale_bar(x, bar, letter, self.settings.plot_scale)
        if self.host is not None:
            beside += scale_check(self.host, letter, bar - 6 * letter, self.plan.unit)
        if any(UNVERIFIED in row[0] or UNVERIFIED in row[1] for row in rows):
            notice = f"{UNVERIFIED}: do not build from this drawing; ask the vendor for the figures"
            beside.append(Text("NOTE", notice, (x, y + 2 * letter), 1.6 * letter))
        for item in sorted({m.item for m in beside}):
            styles.setdefault(item, self._style(item))
        return Drawing(
            title,
            (*self.marks, *beside),
            styles,
            self.settings.plot_scale,
            extent,
            provenance,
            tuple(self.notes),
            tuple(self._with_notes(rows)),
        )

    def _style(self, item: str) -> LayerStyle:
        return style_of(item, self.name, self.meanings.get(item) or _MEANING.get(item, ""))

    def _with_notes(self, rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [*rows, *(("note", note) for note in self.notes)]


def _text_at(text: Any) -> Box:
    """Return the box of a text of the host, which our texts keep away from."""
    letters = 0.8 * text.height_m
    width = letters * len(text.text)
    angle = math.radians(text.rotation_deg)
    c, s = math.cos(angle), math.sin(angle)
    (x, y), h = text.at, text.height_m
    # Where the text begins is not kept: a box about its middle, half as wide again.
    dx, dy = abs(c) * width * 0.6 + abs(s) * h, abs(s) * width * 0.6 + abs(c) * h
    return x - dx, y - dy, x + dx, y + dy


def _occupied(plan: Any) -> Box | None:
    """Return the box of everything that the host draws, as far as it was read: our lists go below it."""
    import numpy as np

    parts = [np.asarray(plan.line_points, dtype=float).reshape(-1, 2)]
    parts += [np.array([text.at for text in plan.texts]).reshape(-1, 2)]
    parts += [np.array([dimension.at for dimension in plan.dimensions]).reshape(-1, 2)]
    parts += [np.array(view.extent, dtype=float).reshape(-1, 2) for view in plan.views]
    points = np.vstack(parts)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


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


def _holds(polygon: Any, at: tuple[float, float]) -> bool:
    from shapely import Point

    return polygon is not None and not polygon.is_empty and bool(polygon.covers(Point(at)))


def _pipes(outcome: Outcome, storey: Any) -> list[tuple[str, list[tuple[float, float, float]]]]:
    result = []
    for pipe in outcome.project.quench_pipes:
        if pipe.points:
            points = [(*storey.to_site.back((x, y)), z) for x, y, z in pipe.points]
            result.append((pipe.scanner or "magnet", points))
    return result


def finding_of(subject: str, findings: Sequence[Finding]) -> Finding | None:
    """Return the worst finding of an item of equipment."""
    own = [f for _, f in numbered(findings) if f.subject == subject or f.subject.startswith(f"{subject} ")]
    return own[0] if own else None


def equipment_rows(equipment: Sequence[Any], outcome: Outcome) -> list[list[str]]:
    """Return the equipment schedule, heading first."""
    rows = [["item", "class", "storey", "heights above floor", "limit", "worst field", "verdict", "limit from"]]
    for item in equipment:
        finding = finding_of(item.id, outcome.findings)
        limit = "not stated"
        if finding is not None and finding.limit is not None:
            limit = f"{printed.exact(finding.limit[0])} {finding.limit[1]}"
        elif item.max_field_mT is not None:
            limit = f"{printed.exact(item.max_field_mT)} mT"
        rows.append([
            item.id, item.class_.label if item.class_ else "-", item.storey,
            f"{printed.heights(item.heights)} ({item.heights_from})", limit,
            printed.banded(finding.measured) if finding else "-", finding.status if finding else "not-assessed",
            (finding.source if finding else item.source) or "-",
        ])  # fmt: skip
    return rows


def door_rows(doors: Sequence[Any], outcome: Outcome) -> list[list[str]]:
    """Return the door schedule, heading first; what nobody said is called so."""
    rows = [["door", "storey", "between", "clear width", "opens", "lock", "self-closing", "signs", "detector"]]

    def said(value: Any) -> str:
        return "not stated" if value is None else "yes" if value is True else "no" if value is False else str(value)

    labels = {space.id: space.label for space in outcome.project.spaces}
    for door in doors:
        rows.append([
            door.label, door.storey,
            " / ".join(labels.get(s, s) for s in door.spaces) if door.spaces else "not known",
            "not stated" if door.clear_width_m is None
            else printed.length(door.clear_width_m, outcome.project.drawing.lengths),
            said(door.opens), said(door.lock), said(door.self_closing),
            "not stated" if door.signs is None else (" and ".join(door.signs) or "none"), said(door.detector),
        ])  # fmt: skip
    return rows


def _unit_rows(plan: Any) -> list[tuple[str, str]]:
    declared = plan.declared_insunits
    return [("drawing unit", f"{plan.unit} ({plan.unit_decision.source}); file declares code {declared}")]


def _title_rows(outcome: Outcome, storey: Any, standings: Sequence[Standing]) -> list[tuple[str, str]]:
    project, issue = outcome.project, outcome.project.issue
    rows = [("site", project.name), ("storey", storey.name)]
    if storey.drawing:
        rows.append(("drawing", storey.drawing + (f", revision {storey.revision}" if storey.revision else "")))
    for name in ("number", "revision", "status", "date", "prepared_by", "checked_by"):
        value = getattr(issue, name)
        rows.append((name.replace("_", " "), value or "not stated"))
    if storey.plan is not None:
        rows += [("plan", Path(storey.plan.path).name), ("its SHA-256", storey.plan.sha256), *_unit_rows(storey.plan)]
    for standing in standings:
        rows.append((f"magnet {standing.id}", f"{standing.magnet.id}, data {standing.magnet.grade}"))
        if not standing.verified:
            rows.append(("warning", f"{UNVERIFIED} ({standing.id})"))
    rows.append(("conclusion", f"{outcome.conclusion}: {conclusion_words(outcome)}"))
    caution = outcome.evidence.caution or outcome.evidence.unknown
    if caution:
        rows.append(("caution", caution))
    rows += [("not modelled", text) for text in outcome.evidence.not_modelled[:6]]
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


def _provenance(plan: Any, standings: Sequence[Standing], outcome: Outcome | None) -> tuple[str, ...]:
    parts = [f"mrsite {version()}"]
    if outcome is not None:
        issue = outcome.project.issue
        parts[0] += f"; site {inert(outcome.project.name, 60)}; revision {inert(issue.revision or 'none', 20)}"
    if plan is not None:
        parts.append(f"plan sha256 {plan.sha256}")
    parts.append("magnets " + inert(", ".join(f"{s.id}={s.magnet.id} ({s.magnet.grade})" for s in standings), 180))
    return tuple(parts)
