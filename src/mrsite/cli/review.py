"""``mrsite review``: the commissioning safety review as a sheet."""

from __future__ import annotations

from pathlib import Path

import typer


def review(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    out: Path = typer.Option(Path("out-review"), "-o", "--out", help="Output folder: absent, empty, or ours."),
) -> int:
    """Write every rule as a row to be seen, signed and dated. [review] sheet names the filled table to read it back."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.checks.run import assess
    from mrsite.outputs import review_sheet
    from mrsite.site.load import load_project
    from mrsite.site.schema import read_site_file

    with OutputFolder(out, inputs=[site]) as folder:
        outcome = assess(load_project(*read_site_file(site)))
        rows = review_sheet.review_rows(outcome)
        written = folder.write(review_sheet.files(outcome))
    answered = sum(bool(row["answer"]) for row in rows)
    print(f"{len(rows)} rules to see, {answered} answered for these drawings and magnets")
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
