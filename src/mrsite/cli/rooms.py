"""``mrsite rooms``: what is read from a plan."""

from __future__ import annotations

from pathlib import Path

import typer


def rooms(
    plan: Path = typer.Argument(..., metavar="PLAN.dxf", help="The architect's drawing: DXF, DWG or IFC."),
    units: str | None = typer.Option(None, help="Drawing unit, where the file does not say or says it wrong."),
    window: str | None = typer.Option(None, metavar="X0,Y0,X1,Y1", help="Part of the modelspace to read, m."),
    storey: str | None = typer.Option(None, help="Storey of a building model: name, GlobalId or elevation in metres."),
    encoding: str | None = typer.Option(None, help="Code page of the texts, where the file declares the wrong one."),
    out: Path | None = typer.Option(
        None, "-o", "--out", help="Also write rooms as GeoJSON, and a picture beside it (.png)."
    ),
) -> int:
    """Show units and their evidence, layers, texts, walls, rooms and doors of a plan."""
    from mrsite.base.text import inert
    from mrsite.cli.parse import numbers
    from mrsite.face import quick

    box = numbers(window, "--window", count=4) if window else None
    read = quick.read_plan(
        plan,
        units=units,
        window=((box[0], box[1]), (box[2], box[3])) if box else None,
        encoding=encoding,
        storey=storey,
    )
    # written before anything is said: a pipe that closes early (mrsite rooms ... | head) loses no file
    written = [] if out is None else quick.write_rooms(read, out)
    for line in quick.plan_lines(read):
        print(inert(line, 300))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
