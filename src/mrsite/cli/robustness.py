"""``mrsite robustness``: how likely each check passes, and what that hangs on."""

from __future__ import annotations

from pathlib import Path

import typer


def robustness(
    site: Path = typer.Argument(..., metavar="SITE.toml", help="The site file, or the folder that holds it."),
    samples: int = typer.Option(100, "-n", "--samples", min=20, help="Buildings to sample."),
    seed: int = typer.Option(0, min=0, help="The same seed gives the same bytes."),
    drawing_mm: float | None = typer.Option(
        None, min=0.0, help="How far off the drawing's walls may be, mm; else the site file's plan_tolerance_m."
    ),
    out: Path = typer.Option(Path("out-robustness"), "-o", "--out", help="Output folder: absent, empty, or ours."),
) -> int:
    """Sample the magnet, the site's spread, position and drawing: the probability that each check passes."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.outputs import robustness_page
    from mrsite.studies import robustness as studies

    drawing_m = None if drawing_mm is None else drawing_mm / 1e3
    with OutputFolder(out, inputs=[site]) as folder, bar("robustness") as tell:
        found = studies.robustness(site, samples, seed=seed, drawing_m=drawing_m, progress=tell)
        written = folder.write(robustness_page.files(found))
    for word, (share, low, high) in found.conclusions.items():
        print(f"{word}: {share:.0%} of {found.count} samples ({low:.0%} to {high:.0%})")
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
