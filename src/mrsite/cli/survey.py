"""``mrsite survey``: measured against predicted."""

from __future__ import annotations

from pathlib import Path

import typer


def survey(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    readings: Path | None = typer.Argument(
        None, metavar="READINGS.csv", help="Default: that of the site's [[survey]]."
    ),
    out: Path = typer.Option(Path("out"), "-o", "--out", help="Output folder: absent, empty, or an earlier result."),
    uncertainty_percent: float = typer.Option(
        2.0, min=0.0, help="Expanded uncertainty of the meter, % of the reading."
    ),
    uncertainty_uT: float = typer.Option(2.0, min=0.0, help="Expanded uncertainty of the meter at zero, uT."),
    position_mm: float = typer.Option(20.0, min=0.0, help="How well the probe's places are known, mm."),
) -> int:
    """Compare readings with the prediction, judge them by themselves, and learn the magnet from them."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.outputs import survey_page
    from mrsite.studies.survey.instrument import Instrument
    from mrsite.studies.survey.run import survey as run

    meter = Instrument(uncertainty_percent / 100, uncertainty_uT * 1e-6, position_mm / 1000)
    with OutputFolder(out, inputs=[site, *([readings] if readings else [])]) as folder:
        found = run(site, readings, instrument=meter)
        written = folder.write(survey_page.files(found))
    for line in survey_page.summary(found):
        print(inert(line, 500))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
