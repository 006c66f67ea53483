"""``mrsite lifecycle``: a building before, during and after a change of magnets."""

from __future__ import annotations

from pathlib import Path

import typer


def lifecycle(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    out: Path = typer.Option(Path("out-lifecycle"), "-o", "--out", help="Output folder: absent, empty, or ours."),
) -> int:
    """Assess a site as it is, during the works and as planned; the sheet for taking a magnet away."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.outputs import lifecycle_page
    from mrsite.studies import lifecycle as studies

    with OutputFolder(out, inputs=[site]) as folder, bar("lifecycle") as tell:
        found = studies.lifecycle(site, progress=tell)
        written = folder.write(lifecycle_page.files(found))
    for sentence in lifecycle_page.summary(found):
        print(inert(sentence, 500))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
