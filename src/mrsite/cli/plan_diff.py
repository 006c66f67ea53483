"""``mrsite plan-diff``: what a new drawing moved, and which statements it leaves without what they meant."""

from __future__ import annotations

from pathlib import Path

import typer


def plan_diff(
    old: Path = typer.Argument(..., metavar="OLD", help="The drawing that the site file was written for."),
    new: Path = typer.Argument(..., metavar="NEW", help="The new revision."),
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    storey: str | None = typer.Option(None, help="Which storey they show, where the file names do not tell."),
    units: str | None = typer.Option(None, help="Unit of the new drawing, where it does not say or says it wrong."),
    result: Path | None = typer.Option(
        None, metavar="OUT", help="Output folder of the last assessment: tells which of its findings could change."
    ),
    out: Path | None = typer.Option(None, "-o", "--out", help="Write a page, data, a picture and clouds (DXF) here."),
    as_json: bool = typer.Option(False, "--json", help="Print the data instead of the lines."),
) -> int:
    """Say what was changed in a drawing and which statements of the site file no longer hold; 1 where one does not."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.face.studies import plan_diff as compare
    from mrsite.outputs import plan_diff as shown
    from mrsite.outputs.findings_json import dumps

    revision = compare(old, new, site, storey=storey, units=units, result=result)
    if out is not None:
        with OutputFolder(out, inputs=[old, new, site]) as folder:
            written = folder.write(shown.files(revision))
    if as_json:
        print(dumps(shown.document(revision)).decode(), end="")
    else:
        for line in shown.text(revision):
            print(inert(line, 500))
        for path in written if out is not None else ():
            print(f"wrote {inert(str(path))}")
    return 1 if revision.misses else 0
