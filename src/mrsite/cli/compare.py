"""``mrsite compare``: several magnets in the same place."""

from __future__ import annotations

from pathlib import Path

import typer


def compare(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    magnets: str = typer.Option(
        ..., metavar="A,B,C", help="Ids or paths joined by commas, or a filter: 3T, 1.5T, all."
    ),
    scanner: str | None = typer.Option(None, help="Which scanner is replaced; the first by default."),
    out: Path = typer.Option(Path("out-compare"), "-o", "--out", help="Output folder: absent, empty, or ours."),
) -> int:
    """Put each magnet in the place of a scanner: violations, areas and reach with their bands, side by side."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.outputs import compare_page
    from mrsite.studies import compare as studies

    with OutputFolder(out, inputs=[site]) as folder, bar("compare") as tell:
        found = studies.compare(site, studies.choose(magnets), scanner=scanner, progress=tell)
        written = folder.write(compare_page.files(found))
    for sentence in found.ranking:
        print(inert(sentence, 300))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
