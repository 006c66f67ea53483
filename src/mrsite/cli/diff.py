"""``mrsite diff``: what changed between two results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer


def diff(
    old: Path = typer.Argument(..., metavar="OLD", help="Output folder of the earlier assessment."),
    new: Path = typer.Argument(..., metavar="NEW", help="Output folder of the later one."),
    out: Path | None = typer.Option(
        None, "-o", "--out", help="Write the changes here: JSON, text, and drawings with revision clouds."
    ),
) -> int:
    """Say which findings appeared, vanished or turned, and which lines moved and how far."""
    from mrsite.base.files import OutputFolder
    from mrsite.base.text import inert
    from mrsite.outputs.diff import compare, read_result, render

    changes = compare(read_result(old), read_result(new))
    written: Sequence[Path] = ()
    if out is not None:
        inputs = [folder / "findings.json" for folder in (old, new)]
        with OutputFolder(out, inputs=inputs) as folder:
            written = folder.write(render(changes))
    for line in changes.text():
        print(inert(line, 500))
    for path in written:
        print(f"wrote {inert(str(path))}")
    return 0
