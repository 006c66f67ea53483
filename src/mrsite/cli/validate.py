"""``mrsite validate``: results measured against known ones."""

from __future__ import annotations

from pathlib import Path

import typer


def validate(
    out: Path | None = typer.Option(None, "-o", "--out", help="Also write the table into this file."),
    cases: Path | None = typer.Option(None, help="Run the rows of this case file instead of the built-in cases."),
) -> int:
    """Run validation cases: computed, wanted and verdict a row; exit 1 where one misses or is not run."""
    from mrsite.face import quick

    table = quick.validate(cases)
    print(table.text())
    if out is not None:
        from mrsite.base.files import write_file

        print(f"wrote {write_file(out, (table.text() + chr(10)).encode(), inputs=[cases] if cases else [])}")
    return int(table.exit_status)
