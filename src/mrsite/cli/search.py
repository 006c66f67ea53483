"""``mrsite search``: the layouts of a study, coarse to fine."""

from __future__ import annotations

from pathlib import Path

import typer


def search(
    study: Path = typer.Argument(..., metavar="STUDY.toml", help="Ranges to search; see docs/reference/study-file.md."),
    out: Path = typer.Option(Path("out-search"), "-o", "--out", help="Output folder: absent, empty, or ours."),
    scheduler: str | None = typer.Option(None, metavar="tcp://HOST:PORT", help="A running Dask scheduler."),
    workers: int | None = typer.Option(None, min=1, help="Start so many local Dask workers."),
    resume: bool = typer.Option(False, "--resume", help="Keep the results that are there already."),
) -> int:
    """Search where a magnet stands best: those that no other beats, and why each other lost."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.outputs import search_page
    from mrsite.studies import search as studies
    from mrsite.studies.study_file import inputs_of, read_study

    with OutputFolder(out, inputs=inputs_of(study, read_study(study)[0])) as folder, bar("search") as tell:
        done = studies.search(study, folder, scheduler=scheduler, workers=workers, resume=resume, progress=tell)
        written = folder.write(search_page.files(done, studies.pictured(done)))
    kept = ", ".join(map(str, done.kept)) or "none"
    print(f"{len(done.results)} layouts, {done.reused} of them from before; kept: {kept}")
    for note in done.notes:
        print(f"note: {inert(note, 300)}")
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
