"""The quick look's files: a magnet's lines on a plan, without a site file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mrsite.base.files import check_output_file, write_file
from mrsite.base.text import inert
from mrsite.outputs import annotated_dxf
from mrsite.outputs.magnet_marks import UNVERIFIED, Standing
from mrsite.outputs.marks import overlay_drawing, standing_of
from mrsite.site.evidence import Evidence
from mrsite.site.project import Project


def render_overlay(project: Project, evidence: Evidence, name: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files by name, and what a person must be told, in lines.

    Parameters
    ----------
    project : Project
        Of one storey with a plan, as `site.quick_look` makes it.
    name : str
        Of the file to hand over; the overlay alone gets a name beside it.
    """
    storey = project.storeys[0]
    plan = storey.plan
    if plan is None:
        raise ValueError("an overlay needs a plan")
    standings: list[Standing] = [standing_of(s, storey) for s in project.scanners]
    notes = [*project.notes, *(f"not modelled: {text}" for text in evidence.not_modelled)]
    drawing = overlay_drawing(plan, standings, evidence.regions, project.drawing, notes=notes)
    stem = name[:-4] if name.lower().endswith(".dxf") else name
    made = annotated_dxf.drawing_files(drawing, plan, annotated_dxf.host_bytes(plan), stem, main=name)
    said = [f"drawing unit: {plan.unit} ({plan.unit_decision.source})"]
    for standing, scanner in zip(standings, project.scanners):
        said.append(f"{inert(standing.id)}: {inert(standing.magnet.label)}")
        pose = storey.to_site.pose_back(scanner.poses[0])
        said.append(f"patient end points {pose.patient_end()}")
        if not standing.verified:
            said.append(f"{UNVERIFIED}: no figure of this magnet was read in a source; do not build from these lines")
    said += [inert(note, 400) for note in (*drawing.notes, *project.notes, *made.notes)]
    return dict(made.files), tuple(said)


def write_overlay(files: Mapping[str, bytes], folder: Path, *, inputs: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Write the files; every place is checked before the first is written."""
    inputs = tuple(inputs)
    for name, data in files.items():
        check_output_file(folder / name, inputs=inputs, need=len(data))
    return tuple(write_file(folder / name, data, inputs=inputs) for name, data in files.items())
