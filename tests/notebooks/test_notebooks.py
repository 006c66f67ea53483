"""Every notebook runs from its first cell to its last and ends with a picture; none is kept with its outputs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def test_there_are_eight() -> None:
    assert len(NOTEBOOKS) == 8


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_bare(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert not cell.outputs, "clear the outputs before committing"
            assert cell.execution_count is None
    assert book.cells[0].cell_type == "markdown"
    assert book.cells[0].source.startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_and_ends_with_a_picture(path: Path) -> None:
    run = pytest.importorskip("nbmake.nb_run")
    start = time.monotonic()
    result = run.NotebookRun(path, 180).execute()
    assert result.error is None, result.error.trace
    assert time.monotonic() - start < 150, "a lesson takes a minute, on a busy machine two"
    outputs = result.nb.cells[-1].outputs
    assert any("image/png" in output.get("data", {}) for output in outputs), "the last cell shows no picture"
