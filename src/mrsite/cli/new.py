"""``mrsite new``: a site file to begin with."""

from __future__ import annotations

from pathlib import Path

import typer


def new(
    folder: Path = typer.Argument(..., metavar="DIR", help="Folder to make; it must not exist or be empty."),
    blocks: bool = typer.Option(False, help="Also (or only) copy the blocks by which an architect places things."),
    example: str | None = typer.Option(None, help="Copy an example site, e.g. district-hospital."),
    plan: Path | None = typer.Option(None, metavar="PLAN.dxf", help="Start from a drawing: DXF, DWG or IFC."),
    magnet: str | None = typer.Option(None, help="Catalogue id or path of a magnet file."),
    at: str | None = typer.Option(None, metavar="X,Y", help="Isocentre, m; or with a suffix; or a room's name."),
    bearing: float = typer.Option(0.0, help="Direction of the patient end, degrees anticlockwise from plan +x."),
    storey: str | None = typer.Option(None, help="Storey of a building model: name, GlobalId or elevation in metres."),
    units: str | None = typer.Option(None, help="Drawing unit, where the file does not say or says it wrong."),
) -> int:
    """Make a commented site file with the rooms and doors found; guesses are commented out with their evidence."""
    from mrsite.base.errors import InputError
    from mrsite.base.text import inert
    from mrsite.face import quick

    written: list[Path] = []
    if (example is None) == (plan is None) and not (blocks and example is None):
        raise InputError("mrsite new needs either --plan PLAN.dxf or --example NAME; or --blocks alone")
    if example is not None:
        written = quick.copy_example(example, folder)
    elif plan is not None:
        if magnet is None or at is None:
            raise InputError("mrsite new --plan needs --magnet ID and --at X,Y too")
        written = quick.new_site(folder, plan, magnet=magnet, at=at, bearing_deg=bearing, units=units, storey=storey)
    if blocks:
        written += quick.copy_blocks(folder)
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
