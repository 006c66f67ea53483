"""``mrsite overlay``: the quick look, contours on a plan without a site file."""

from __future__ import annotations

from pathlib import Path

import typer


def overlay(
    plan: Path = typer.Argument(..., metavar="PLAN.dxf", help="The architect's drawing; it is never changed."),
    magnet: str = typer.Option(..., help="Catalogue id (see mrsite magnets) or path of a magnet file."),
    at: str = typer.Option(
        ..., metavar="X,Y", help="Isocentre: metres, or with a suffix mm, in, ft, du; or a room's name."
    ),
    bearing: float = typer.Option(..., help="Direction of the patient end, degrees anticlockwise from plan +x."),
    levels: str = typer.Option("0.5,3", help="Lines to draw, mT."),
    gradient: str = typer.Option("", help="Lines of the spatial field gradient to draw, T/m."),
    height: float | None = typer.Option(
        None, help="Height of the cut above the isocentre's floor, m; default: the isocentre."
    ),
    envelope: bool = typer.Option(
        False, "--envelope", help="Draw the union over the heights people occupy instead of a cut."
    ),
    isocentre_height: float | None = typer.Option(
        None, help="Isocentre above floor, m, where the magnet file does not say."
    ),
    units: str | None = typer.Option(None, help="Drawing unit, where the file does not say or says it wrong."),
    storey: str | None = typer.Option(None, help="Storey of a building model: name, GlobalId or elevation in metres."),
    window: str | None = typer.Option(None, metavar="X0,Y0,X1,Y1", help="Part of the modelspace to read, m."),
    out: Path | None = typer.Option(None, "-o", "--out", help="Output DXF; default: PLAN-mrsite.dxf beside the plan."),
) -> int:
    """Draw the lines of a magnet on a plan: the host drawing with our layers, and the overlay alone."""
    from mrsite.base.text import inert
    from mrsite.cli.parse import numbers
    from mrsite.face import quick

    target = out or plan.with_name(f"{plan.stem}-mrsite.dxf")
    box = numbers(window, "--window", count=4) if window else None
    result = quick.overlay(
        plan,
        magnet=magnet,
        at=at,
        bearing_deg=bearing,
        levels_mT=numbers(levels, "--levels"),
        gradient_T_per_m=numbers(gradient, "--gradient") if gradient else (),
        height=height,
        envelope=envelope,
        isocentre_height=isocentre_height,
        units=units,
        window=((box[0], box[1]), (box[2], box[3])) if box else None,
        storey=storey,
        out=target,
    )
    for line in result.said:
        print(inert(line, 400))
    for path in result.written:
        print(f"wrote {inert(str(path))}")
    return 0
