"""Functions for one question each: what does this plan hold, where do the lines fall on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

    from mrsite.plans.plan import Plan
    from mrsite.site.evidence import Evidence
    from mrsite.site.project import Project

Window = tuple[tuple[float, float], tuple[float, float]]


def read_plan(
    path: str | Path,
    units: str | None = None,
    window: Window | None = None,
    *,
    encoding: str | None = None,
    storey: str | float | None = None,
) -> Plan:
    """Read an architect's floor plan: units and their evidence, layers, walls, rooms, doors.

    Parameters
    ----------
    path : path of a DXF, of a DWG where a converter is installed, or of a building model (IFC)
    units : str, optional
        Drawing unit where the file does not say, or says it wrong.
    window : ((x0, y0), (x1, y1)), m, optional
        Part of the modelspace to read.
    encoding : str, optional
        Code page of its texts, where the file does not say or says it wrong.
    storey : str or float, optional
        Which storey of a building model: name, GlobalId or elevation (m); all without it, one on the other.

    Raises
    ------
    UnitsError
        The unit is not certain: the message holds the evidence and the choices.
    InputError
        The file cannot be used.
    """
    from mrsite.plans import read_plan

    return read_plan(path, units=units, window=window, encoding=encoding, storey=storey)


@dataclass(frozen=True)
class Overlay:
    """What a quick look found and wrote."""

    project: Project
    evidence: Evidence
    files: dict[str, bytes]
    written: tuple[Path, ...]
    said: tuple[str, ...]


def overlay(
    plan: str | Path,
    *,
    magnet: str,
    at: str | tuple[float, float],
    bearing_deg: float,
    levels_mT: Sequence[float] = (0.5, 3.0),
    gradient_T_per_m: Sequence[float] = (),
    height: float | None = None,
    envelope: bool = False,
    isocentre_height: float | None = None,
    units: str | None = None,
    window: Window | None = None,
    storey: str | float | None = None,
    out: str | Path | None = None,
) -> Overlay:
    """Draw a magnet's lines on a plan without a site file.

    Parameters
    ----------
    plan : path of a DXF, a DWG or a building model
    magnet : str
        Catalogue id, or path of a magnet file.
    at : "X,Y" or (x, y)
        Isocentre in plan metres; text may bear a suffix (mm, in, ft, du) or name a room.
    bearing_deg : float
        Direction of the patient end, anticlockwise from plan +x.
    levels_mT, gradient_T_per_m : sequences of float
        Lines to draw: of |B|, and of the spatial field gradient.
    height : float, m
        Of the cut above the floor; the isocentre's by default.
    envelope : bool
        Draw the union over the heights people occupy instead.
    isocentre_height : float, m, optional
        Above the floor; the magnet file's by default.
    units, window, storey
        As for `read_plan`.
    out : path, optional
        Write ``out`` (the host with our layers) and the overlay alone beside it.

    Raises
    ------
    InputError
    """
    from mrsite.magnets import load_model
    from mrsite.outputs.overlay import render_overlay, write_overlay
    from mrsite.site.gather import gather, require_field
    from mrsite.site.quick_look import project_of_plan, quick_wanted
    from mrsite.site.total_field import total_field

    place = at if isinstance(at, str) else f"{at[0]!r},{at[1]!r}"
    drawing = read_plan(plan, units, window, storey=storey)
    project = project_of_plan(drawing, load_model(magnet), place, bearing_deg, isocentre_height)
    wanted = quick_wanted(project, levels_mT, gradient_T_per_m, height, envelope)
    field = total_field(project)
    require_field(field)
    evidence = gather(project, field, wanted)
    files, said = render_overlay(project, evidence, Path(out).name if out else f"{Path(plan).stem}-mrsite.dxf")
    written = write_overlay(files, Path(out).parent, inputs=[Path(plan)]) if out else ()
    return Overlay(project, evidence, files, tuple(written), tuple(said))


def plan_lines(plan: Plan) -> list[str]:
    """Say in lines of text what was read, repaired, guessed and left out of a plan."""
    from mrsite.plans.report import plan_report

    return plan_report(plan).lines()


def write_rooms(plan: Plan, out: str | Path) -> list[Path]:
    """Write ``rooms.geojson`` and a picture with a metre grid beside it."""
    import json

    from mrsite.base.files import write_file
    from mrsite.outputs.plan_picture import render
    from mrsite.plans import rooms_geojson

    out = Path(out)
    picture = out.with_suffix(".png")
    text = json.dumps(rooms_geojson(plan), indent=1, ensure_ascii=False) + "\n"
    return [
        write_file(out, text.encode(), inputs=[plan.path]),
        write_file(picture, render(plan), inputs=[plan.path, out]),
    ]


def field_table(source: str, points: str | Path) -> tuple[str, int]:
    """Field at the points of a CSV: the CSV of ``mrsite field``, and how many points lie on a wire.

    Parameters
    ----------
    source : str
        Catalogue id, magnet file (magnet frame), or site file (site frame).
    """
    from mrsite.site.points import field_csv, read_points

    return field_csv(_source(source), read_points(Path(points)))


def _source(word: str) -> Any:
    """A site file has a table [site]; anything else is a magnet."""
    path = Path(word)
    if path.is_dir() or path.suffix == ".toml":
        from mrsite.base.toml import read_toml

        document = read_toml(path / "site.toml" if path.is_dir() else path)
        if "site" in document.data:
            from mrsite.face.site import load_site
            from mrsite.site.gather import require_field
            from mrsite.site.total_field import total_field

            field = total_field(load_site(word).project)
            require_field(field)
            return field
    from mrsite.magnets import load_model

    return load_model(word).source()


def copy_example(name: str, folder: str | Path) -> list[Path]:
    """Copy an example site into a new or empty folder."""
    from mrsite.site.examples import copy_example

    return copy_example(name, Path(folder))


def copy_blocks(folder: str | Path) -> list[Path]:
    """Copy the library of blocks for placing things in CAD into a folder."""
    from mrsite.site.examples import copy_blocks

    return copy_blocks(Path(folder))


def new_site(
    folder: str | Path,
    plan: str | Path,
    *,
    magnet: str,
    at: str,
    bearing_deg: float = 0.0,
    units: str | None = None,
    storey: str | float | None = None,
) -> list[Path]:
    """Write a commented site file for a drawing, with the rooms and doors found."""
    from mrsite.magnets import load_model
    from mrsite.outputs.site_template import site_toml
    from mrsite.site.examples import write_new
    from mrsite.site.quick_look import project_of_plan

    drawing = read_plan(plan, units, storey=storey)
    project = project_of_plan(drawing, load_model(magnet), at, bearing_deg)
    x, y, _ = project.scanners[0].poses[0].position
    text = site_toml(
        drawing,
        magnet=magnet,
        isocentre=(x, y),
        bearing_deg=bearing_deg,
        isocentre_height=project.scanners[0].isocentre_height,
        units=units,
    )
    return write_new(Path(folder), text, Path(plan))


def rules(pack: str | None = None) -> pandas.DataFrame:
    """Return rules: computed, attested or out of reach, and by which check.

    Parameters
    ----------
    pack : str, optional
        Id, alias or path; all shipped packs by default.

    Raises
    ------
    InputError
        No such pack; the nearest is named.
    """
    import pandas

    from mrsite.checks.rules_report import rule_rows

    return pandas.DataFrame(rule_rows(pack))


def vent(path: str | Path) -> Any:
    """Calculate the quench of a site, step by step: pipe, outlet, room.

    Parameters
    ----------
    path : path of a site file

    Raises
    ------
    InputError
        As `mrsite.load_site`.
    """
    from mrsite.face.site import load_site
    from mrsite.site.vent import vent_site

    return vent_site(load_site(path).project)


def vent_sheets(path: str | Path, out: str | Path) -> list[str]:
    """Write the quench sheet of every scanner (HTML and PDF) and return what to print."""
    from mrsite.face.site import load_site
    from mrsite.outputs.vent_sheet import write_sheets
    from mrsite.site.vent import vent_site

    project = load_site(path).project
    return write_sheets(project, vent_site(project), Path(out))


def validate(cases: str | Path | None = None) -> Any:
    """Run validation cases.

    Parameters
    ----------
    cases : path of a case file (CSV), optional
        The built-in cases by default.

    Raises
    ------
    InputError
        A case file that cannot be read, naming line and column.
    """
    from mrsite.validation import run_case_file, run_cases

    return run_cases() if cases is None else run_case_file(Path(cases))
