"""Sphinx extension: write the generated reference and the figures, and fetch the notebooks, before sources are read."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def prepare(app: Any, _config: Any) -> None:
    """Fill docs/reference/generated, docs/tutorials/notebooks and docs/_static/generated."""
    import doc_figures
    import reference_pages

    docs = Path(app.srcdir)
    reference_pages.write(docs / "reference" / "generated")
    doc_figures.write(docs / "_static" / "generated")
    target = docs / "tutorials" / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    wanted = {path.name: path for path in sorted((docs.parent / "notebooks").glob("*.ipynb"))}
    for stale in target.glob("*.ipynb"):
        if stale.name not in wanted:
            stale.unlink()
    for name, path in wanted.items():
        copy = target / name
        if not copy.is_file() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


def bars(_app: Any, _what: str, _name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    """Let |B| in a docstring be a magnitude: reStructuredText would look for a substitution of that name."""
    for k, line in enumerate(lines):
        pieces = re.split(r"(``[^`]*``)", line)
        lines[k] = "".join(p if p.startswith("``") else p.replace("|", "\\|") for p in pieces)


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("config-inited", prepare)  # before Sphinx looks which files there are
    app.connect("autodoc-process-docstring", bars, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
