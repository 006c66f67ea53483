"""``mrsite vent``: the quench calculation, step by step."""

from __future__ import annotations

from pathlib import Path

import typer


def vent(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    out: Path = typer.Option(Path("out-vent"), "-o", "--out", help="Output folder: absent, empty, or ours."),
) -> int:
    """Calculate every quench pipe of a site: the sheet that an engineer checks by hand, HTML and PDF."""
    from mrsite.base.text import inert
    from mrsite.face import quick

    for line in quick.vent_sheets(site, out):
        print(inert(line, 300))
    return 0
