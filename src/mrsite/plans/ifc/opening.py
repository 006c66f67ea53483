"""A model opened by ifcopenshell, and what its log says is wrong with the text. Runs in the worker's process."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrsite.base.errors import InputError
from mrsite.plans.ifc.facts import Left

# Where more entities than this share have another number of attributes than their class, the schema is not theirs.
_FOREIGN = 0.005
_UNKNOWN = re.compile(r"Entity with name '([^']{1,80})' not found in schema")
_COUNT = re.compile(r"Expected \d+ attribute values, found \d+")


@dataclass(frozen=True)
class Model:
    """An open model, entities that no class of its schema, and what else is wrong with its text."""

    file: Any
    unknown: tuple[Left, ...]
    faults: tuple[str, ...]


def open_model(path: str, name: str, schema: str, entities: int, folder: Path) -> Model:
    """Open a model whose text `step.look` has passed.

    Parameters
    ----------
    schema : str
        IFC2X3, IFC4 or IFC4X3, of whatever addendum.
    folder : Path
        Where a copy may be written.

    Raises
    ------
    InputError
        It cannot be read, is not of the schema it declares, or has no project.
    """
    import ifcopenshell

    try:
        file = ifcopenshell.open(_of_known_schema(path, schema, folder))
    except (ifcopenshell.Error, OSError, RuntimeError, ValueError, TypeError) as error:
        raise InputError(f"{name}: the model cannot be read ({short(str(error))}); export it again") from None
    if file is None or not hasattr(file, "by_type"):
        raise InputError(f"{name}: the model cannot be read as {schema}; export it again")
    lines = str(ifcopenshell.get_log()).splitlines()
    unknown = Counter(found[1].upper() for line in lines if (found := _UNKNOWN.search(line)))
    miscounted = sum(_COUNT.search(line) is not None for line in lines)
    if miscounted > _FOREIGN * entities:
        raise InputError(
            f"{name}: the model is not what its schema {schema} says ({miscounted} entities have another number of "
            "attributes): export it again, or have FILE_SCHEMA in its header put right"
        )
    if not file.by_type("IfcProject"):
        raise InputError(f"{name}: the model has no IfcProject; export the whole building, not a part of it")
    other = [line for line in lines if not _UNKNOWN.search(line)]
    faults = (f"the text of the model has {len(other)} faults, the first: {short(other[0])}",) if other else ()
    return Model(file, tuple(Left(k, n, f"no class of {schema}") for k, n in sorted(unknown.items())), faults)


def _of_known_schema(path: str, schema: str, folder: Path) -> str:
    """Return the model's path, or that of a copy whose header names the schema as the library does."""
    import ifcopenshell

    known = [str(s) for s in ifcopenshell.ifcopenshell_wrapper.schema_names()]
    data = Path(path).read_bytes()
    declared = re.search(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", data[:200_000])
    if declared is None or declared[1].decode("latin-1") in known:
        return path
    same = next((s for s in known if s.startswith(schema)), None)
    if same is None:
        return path
    copy = folder / "schema.ifc"
    copy.write_bytes(data[: declared.start(1)] + same.encode() + data[declared.end(1) :])
    return str(copy)


def short(text: str) -> str:
    """Return a message of the library on one line, without its stamps, cut to a length that fits a sentence."""
    flat = re.sub(r"\[[^\]]*\]\s*", "", " ".join(text.split()))
    return flat if len(flat) <= 160 else flat[:157] + "..."
