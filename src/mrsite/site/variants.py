"""A site file from data, and a site file with some values changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.base.text import inert, nearest
from mrsite.base.toml import Document


def document_of(data: Mapping[str, Any], folder: Path) -> Document:
    """Return data as a document whose files lie in ``folder``."""
    return Document(folder / "site (from data)", _plain(data))


def changed(document: Document, values: Mapping[str, Any]) -> Document:
    """Return a copy of a document with values set at dotted paths.

    Raises
    ------
    InputError
        A path that leads to nothing.
    """
    data = copy.deepcopy(document.data)
    for path, value in values.items():
        *way, last = path.split(".")
        here: Any = data
        for step in way:
            here = _descend(here, step, path)
        if isinstance(here, list):
            here[_index(here, last, path)] = _plain(value)
        elif isinstance(here, dict):
            here[last] = _plain(value)
        else:
            raise InputError(f"{inert(path)!r}: there is no table to set {inert(last)!r} in")
    # another name in the same folder: the hash of the inputs must not be that of the file on disk
    name = f"{document.path.name} (changed)"
    return replace(document, path=document.path.with_name(name), data=data)


def _descend(here: Any, step: str, path: str) -> Any:
    if isinstance(here, dict):
        if step not in here:
            near = nearest(step, here)
            raise InputError(
                f"{inert(path)!r}: the site file has no {inert(step)!r}; "
                + (f"did you mean {near!r}?" if near else f"there are: {', '.join(map(str, here))}")
            )
        return here[step]
    if isinstance(here, list):
        return here[_index(here, step, path)]
    raise InputError(f"{inert(path)!r}: {inert(step)!r} leads nowhere")


def _index(entries: list[Any], step: str, path: str) -> int:
    if step.isdigit() and int(step) < len(entries):
        return int(step)
    names = []
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            known = [str(entry[k]) for k in ("id", "number", "name") if k in entry]
            if step in known:
                return index
            names += known
    near = nearest(step, names)
    hint = f"did you mean {near!r}?" if near else f"there are: {', '.join(inert(n, 40) for n in names[:12])}"
    raise InputError(f"{inert(path)!r}: no entry is called {inert(step)!r}; {hint}")


def _plain(value: Any) -> Any:
    """Tuples as lists, mappings as dicts, so that the data look as if TOML had been read."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return value.item()
    return value
