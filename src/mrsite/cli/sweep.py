"""``mrsite sweep``: many cases, here or on a cluster."""

from __future__ import annotations

from pathlib import Path

import typer


def sweep(
    study: Path = typer.Argument(..., metavar="STUDY.toml", help="What to vary; see docs/reference/study-file.md."),
    out: Path = typer.Option(Path("out-sweep"), "-o", "--out", help="Output folder: absent, empty, or ours."),
    scheduler: str | None = typer.Option(None, metavar="tcp://HOST:PORT", help="A running Dask scheduler."),
    workers: int | None = typer.Option(None, min=1, help="Start so many local Dask workers."),
    resume: bool = typer.Option(False, "--resume", help="Keep the results that are there already."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say how many cases there are and how long they may take."),
) -> int:
    """Assess a site over lists, ranges or samples of its values: one JSON a case, one table."""
    from mrsite.cli.progress import bar
    from mrsite.studies import sweep as studies

    if dry_run:
        _, cases = studies.plan_sweep(study)
        each = studies.estimate(cases)
        hands = workers or 1
        print(
            f"{len(cases)} cases, about {each:.2f} s each, {each * len(cases) / hands / 60:.1f} minutes "
            f"on {hands} worker(s)"
        )
        return 0
    with bar("sweep") as tell:
        done = studies.sweep(study, out, scheduler=scheduler, workers=workers, resume=resume, progress=tell)
    print(
        f"{len(done.results)} cases in {done.folder}, {done.reused} of them from before, {done.failed} without a result"
    )
    return 0
