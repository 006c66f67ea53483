"""Everything that an assessment writes: names, and which renderer makes each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mrsite.base.files import OutputFolder
from mrsite.checks.finding import Outcome
from mrsite.outputs import annotated_dxf, csv_tables, findings_json, geojson, plan_svg, report_html
from mrsite.outputs.pictures import Pictures

Progress = Callable[[str, float], None]


def files_of(outcome: Outcome, *, progress: Progress | None = None) -> dict[str, bytes]:
    """Return all files of an assessment by name; the same outcome gives the same bytes."""
    say = progress or (lambda text, share: None)
    files: dict[str, bytes] = {"findings.json": findings_json.render(outcome)}
    storeys = outcome.project.storeys
    pictures = Pictures(outcome)
    notes: list[str] = []
    for k, storey in enumerate(storeys):
        say(f"drawing {storey.name}", 0.5 * k / len(storeys))
        drawing, slug = pictures.drawings[storey.name], pictures.slugs[storey.name]
        host = annotated_dxf.host_bytes(storey.plan)
        made = annotated_dxf.drawing_files(drawing, storey.plan, host, slug)
        files.update(made.files)
        notes += made.notes
        files[f"{slug}.svg"] = plan_svg.render(drawing, pictures.linework(storey.name), whole=True)
    files.update(csv_tables.render(outcome))
    files["site.geojson"] = geojson.render(outcome)
    say("report", 0.6)
    files["report.html"] = report_html.render(outcome, pictures, notes)
    return files


def write_folder(outcome: Outcome, out: Path | OutputFolder, *, progress: Progress | None = None,
                 bundle: bool = False) -> list[Path]:
    """Write all files of an assessment into a folder, whole or not at all."""
    if isinstance(out, OutputFolder):
        return out.write(files_of(outcome, progress=progress))
    inputs = [s.plan.path for s in outcome.project.storeys if s.plan is not None]
    with OutputFolder(out, inputs=[outcome.project.path, *inputs]) as folder:
        return folder.write(files_of(outcome, progress=progress))
