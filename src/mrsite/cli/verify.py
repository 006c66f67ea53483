"""``mrsite verify``: a delivered assessment made again and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mrsite.outputs.verify import Row


def verify(
    bundle: Path = typer.Argument(..., metavar="BUNDLE.zip", help="The bundle of `mrsite assess --bundle`."),
) -> int:
    """Make a delivered assessment again from its own inputs and compare: exit 1 where a row misses."""
    from mrsite.base.text import inert
    from mrsite.cli.progress import bar
    from mrsite.face import delivered

    with bar("verify") as tell:
        done = delivered.verify(bundle, progress=tell)
    for note in done.notes:
        print(f"note: {inert(note, 400)}")
    missed: list[Row] = [row for row in done.rows if not row.same]
    for row in missed:
        print(f"MISS  {row.what}: {inert(row.said, 400)}")
    print(f"{len(done.rows) - len(missed)} of {len(done.rows)} rows are as delivered.")
    return 1 if missed else 0
