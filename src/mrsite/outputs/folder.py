"""Everything that an assessment writes: names, and which renderer makes each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mrsite.base.files import OutputFolder
from mrsite.base.text import distinct_slugs
from mrsite.checks.finding import Outcome
from mrsite.outputs import (
    annotated_dxf,
    basis_json,
    cad_notes,
    csv_tables,
    findings_json,
    geojson,
    gltf,
    netcdf,
    overlay_dxf,
    plan_svg,
    report_html,
    report_pdf,
    sheet_dxf,
    sheets,
    vent_sheet,
)
from mrsite.outputs import (
    bundle as bundles,
)
from mrsite.outputs.inputs import inputs_of
from mrsite.outputs.pictures import Pictures

Progress = Callable[[str, float], None]


def files_of(outcome: Outcome, *, progress: Progress | None = None) -> dict[str, bytes]:
    """Return all files of an assessment by name; the same outcome gives the same bytes."""
    say = progress or (lambda text, share: None)
    pictures = Pictures(outcome)
    files, notes = _drawings(outcome, pictures, say)
    files[cad_notes.NAME] = cad_notes.render([n for n in files if n.endswith(".dxf")], pictures.drawings, notes)
    say("tables", 0.5)
    files["findings.json"] = findings_json.render(outcome)
    files["basis.json"] = basis_json.render(outcome, notes)
    files["site.geojson"] = geojson.render(outcome)
    files.update(csv_tables.render(outcome))
    say("field maps", 0.55)
    files["field.nc"] = netcdf.render(outcome, pictures)
    say("report", 0.65)
    files["report.html"] = report_html.render(outcome, pictures, notes)
    files["report.pdf"] = report_pdf.render(outcome, pictures, notes)
    say("sheets", 0.85)
    files.update(sheets.render(outcome, pictures))
    if outcome.evidence.vents:
        files.update(vent_sheet.files_of(outcome.project, list(outcome.evidence.vents.values())))
    say("3-D scene", 0.95)
    files["scene.glb"] = gltf.render(outcome)
    return files


def _drawings(outcome: Outcome, pictures: Pictures, say: Progress) -> tuple[dict[str, bytes], list[str]]:
    files: dict[str, bytes] = {}
    notes: list[str] = []
    storeys = outcome.project.storeys
    for k, storey in enumerate(storeys):
        say(f"drawing {storey.name}", 0.45 * k / len(storeys))
        drawing, slug = pictures.drawings[storey.name], pictures.slugs[storey.name]
        made = annotated_dxf.drawing_files(drawing, storey.plan, annotated_dxf.host_bytes(storey.plan), slug)
        files.update(made.files)
        notes += made.notes
        files[f"{slug}.svg"] = plan_svg.render(drawing, pictures.linework(storey.name), whole=True)
        unit_m, code = annotated_dxf.true_unit(storey.plan)
        files[f"{slug}-sheet.dxf"] = sheet_dxf.render(
            drawing, pictures.linework(storey.name), unit_m, code, outcome.project.drawing.paper
        )
    names = [f"section {s.name} {s.standing.id}" for s, _ in pictures.sections]
    for slug, (_, drawing) in zip(distinct_slugs(names, "section"), pictures.sections):
        files[f"{slug}.dxf"] = overlay_dxf.render(drawing, 1.0, 6)
        files[f"{slug}.svg"] = plan_svg.render(drawing, (), whole=True)
    return files, notes


def write_folder(
    outcome: Outcome, out: Path | OutputFolder, *, progress: Progress | None = None, bundle: bool = False
) -> list[Path]:
    """Write all files of an assessment into a folder, whole or not at all.

    Parameters
    ----------
    out : path, or the folder already claimed
    bundle : bool
        Add ``bundle.zip``: results, inputs and a manifest of their hashes.
    """
    if isinstance(out, OutputFolder):
        files = files_of(outcome, progress=progress)
        if bundle:
            files["bundle.zip"] = bundles.render(files, inputs_of(outcome))
        return out.write(files)
    with OutputFolder(out, inputs=[p for p in inputs_of(outcome).files.values() if p.exists()]) as folder:
        return write_folder(outcome, folder, progress=progress, bundle=bundle)
