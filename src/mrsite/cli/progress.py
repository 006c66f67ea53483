"""A progress bar on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, float], None]


@contextmanager
def bar(title: str) -> Iterator[Tell]:
    """Give a function ``tell(what, share done)``; it draws on a terminal's stderr and nowhere else."""
    if not sys.stderr.isatty():
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)

        def tell(what: str, share: float) -> None:
            progress.update(task, description=Text(f"{title}: {what}").plain[:70], completed=share)

        yield tell
