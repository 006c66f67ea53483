"""``mrsite field``: the field at points."""

from __future__ import annotations

import sys
from pathlib import Path

import typer


def field(
    source: str = typer.Argument(..., metavar="MAGNET_OR_SITE", help="Catalogue id, magnet file, or site file."),
    points: Path = typer.Option(
        ..., help="CSV with columns x,y,z in m: magnet frame for a magnet, site frame for a site."
    ),
    out: Path | None = typer.Option(None, "-o", "--out", help="Output CSV; default: standard output."),
) -> int:
    """Field at points: x,y,z in; x,y,z,Bx,By,Bz,B,grad_B out (m, T, T/m)."""
    from mrsite.face import quick

    table, skipped = quick.field_table(source, points)
    if out is None:
        sys.stdout.write(table)
    else:
        from mrsite.base.files import write_file

        write_file(out, table.encode(), inputs=[points])
        print(f"wrote {out}")
    if skipped:
        print(f"mrsite: {skipped} of the points lie on a wire; their rows are nan", file=sys.stderr)
    return 0
