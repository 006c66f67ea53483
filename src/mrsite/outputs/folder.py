"""Everything that an assessment writes: names, and which renderer makes each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mrsite.base.files import OutputFolder
from mrsite.base.text import distinct_slugs
from mrsite.checks.finding import Outcome
from mrsite.outputs import annotated_dxf, csv_tables, findings_json, geojson, plan_svg
from mrsite.outputs.marks import storey_drawing

Progress = Callable[[str, float], None]


def files_of(outcome: Outcome, *, progress: Progress | None = None) -> dict[str, bytes]:
    """Return all files of an assessment by name; the same outcome gives the same bytes."""
    say = progress or (lambda text, share: None)
    files: dict[str, bytes] = {"findings.json": findings_json.render(outcome)}
    storeys = outcome.project.storeys
    for k, (storey, slug) in enumerate(zip(storeys, distinct_slugs((s.name for s in storeys), "storey"))):
        say(f"drawing {storey.name}", 0.5 * k / len(storeys))
        drawing = storey_drawing(outcome, storey.name)
        host = annotated_dxf.host_bytes(storey.plan)
        files.update(annotated_dxf.drawing_files(drawing, storey.plan, host, slug).files)
        linework = storey.plan.linework if storey.plan is not None else ()
        files[f"{slug}.svg"] = plan_svg.render(drawing, linework, whole=True)
    files.update(csv_tables.render(outcome))
    files["site.geojson"] = geojson.render(outcome)
    return files


def write_folder(outcome: Outcome, out: Path | OutputFolder, *, progress: Progress | None = None,
                 bundle: bool = False) -> list[Path]:
    """Write all files of an assessment into a folder, whole or not at all."""
    if isinstance(out, OutputFolder):
        return out.write(files_of(outcome, progress=progress))
    inputs = [s.plan.path for s in outcome.project.storeys if s.plan is not None]
    with OutputFolder(out, inputs=[outcome.project.path, *inputs]) as folder:
        return folder.write(files_of(outcome, progress=progress))
