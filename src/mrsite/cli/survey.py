"""``mrsite survey``: measured against predicted, and the sheet to walk before."""

from __future__ import annotations

from pathlib import Path

import typer


def survey(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    readings: Path | None = typer.Argument(
        None, metavar="READINGS.csv", help="Default: that of the site's [[survey]]."
    ),
    out: Path = typer.Option(Path("out-survey"), "-o", "--out", help="Output folder: absent, empty, or ours."),
    sheet: bool = typer.Option(False, "--sheet", help="No readings yet: write the sheet of places to read."),
    places: int = typer.Option(40, min=4, max=400, help="With --sheet: no more places than this."),
    uncertainty_percent: float = typer.Option(
        2.0, min=0.0, help="Expanded uncertainty of the meter, % of the reading."
    ),
    uncertainty_uT: float = typer.Option(2.0, min=0.0, help="Expanded uncertainty of the meter at zero, uT."),
    position_mm: float = typer.Option(
        20.0, min=0.0, help="How well the probe's places, or a drawn line, are known, mm."
    ),
    level_mT: float | None = typer.Option(
        None, min=1e-6, help="The readings are a digitised line of this level: a DXF, or a CSV with x and y."
    ),
    height: float = typer.Option(1.0, help="Height above the floor of that line, m."),
    layer: str | None = typer.Option(None, help="Layer of that line in the DXF."),
    units: str | None = typer.Option(None, help="Unit of that DXF, where it does not say."),
) -> int:
    """Compare readings with the prediction, judge them by themselves, and learn the magnet from them."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.outputs import survey_page, survey_sheet
    from mrsite.studies.survey import run
    from mrsite.studies.survey.contour import Contour
    from mrsite.studies.survey.instrument import Instrument

    with OutputFolder(out, inputs=[site, *([readings] if readings else [])]) as folder:
        if sheet:
            planned = run.plan_walk(site, places)
            said = [f"{len(planned.stops)} places to read round {planned.scanner.id}"]
            written = folder.write(survey_sheet.files(planned))
        else:
            meter = Instrument(uncertainty_percent / 100, uncertainty_uT * 1e-6, position_mm / 1000)
            line = None if level_mT is None else Contour(level_mT * 1e-3, height, layer, units)
            found = run.survey(site, readings, instrument=meter, contour=line)
            said = survey_page.summary(found)
            written = folder.write(survey_page.files(found))
    for sentence in said:
        print(inert(sentence, 500))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
