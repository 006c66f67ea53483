"""The reader of models in a process of its own: started, watched, and its end put into words."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

from mrsite.base.errors import InputError
from mrsite.plans.confined import private_folder, run_confined
from mrsite.plans.ifc.facts import ModelFacts, Wanted, from_json
from mrsite.plans.ifc.source import model_text
from mrsite.plans.limits import Limits

# An element whose shape crashes the reader is left out and the model read again, this many times.
_CRASHES = 4
_FACTS_MB = 256
# How the several libraries put it.
_NO_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory", "failed to map", "OpenBLAS")


def read_facts(path: Path, limits: Limits, *, units_m: float | None, storey: Wanted | None) -> ModelFacts:
    """Read what a floor plan needs of a building model.

    Parameters
    ----------
    units_m : float, optional
        Metres in the model's length unit, where the caller says it.
    storey : str or float, optional
        The one storey wanted, by name, GlobalId or elevation (m); of several the first that fits.

    Raises
    ------
    InputError
        The extra is not installed; the file is no model, too large, damaged, or takes too long; no such storey.
    """
    if importlib.util.find_spec("ifcopenshell") is None:
        raise InputError(f'{path.name}: IFC models are read with an extra: pip install "mrsite[ifc]"')
    skip: list[str] = []
    until = time.monotonic() + limits.seconds
    with private_folder() as folder, model_text(path, limits, folder) as text:
        while True:
            job = {
                "path": str(text.resolve()),
                "name": path.name,
                "entities": limits.entities,
                "units_m": units_m,
                "storey": storey,
                "skip": skip,
            }
            (folder / "job.json").write_text(json.dumps(job), "utf-8")
            ended = run_confined(
                [sys.executable, "-P", "-m", "mrsite.plans.ifc.worker", str(folder / "job.json")],
                folder=folder,
                seconds=max(0.01, until - time.monotonic()),
                memory_mb=limits.memory_mb,
                disk_mb=_FACTS_MB,
                environment=_ENVIRONMENT,
            )
            if (folder / "refused.json").exists():
                raise InputError(str(json.loads((folder / "refused.json").read_text("utf-8"))))
            if ended.status == 0 and (folder / "facts.json").exists():
                return _facts(path, folder / "facts.json")
            at = _at(folder)
            if ended.status is None:
                raise InputError(
                    f"{path.name}: reading the model takes longer than seconds = {limits.seconds:g}"
                    f"{f' (at element {at})' if at else ''}; export only the storeys that matter, or raise the limit"
                )
            if any(word in ended.said for word in _NO_MEMORY):
                raise InputError(
                    f"{path.name}: the model takes more memory than memory_mb = {limits.memory_mb:g}; export only "
                    "the storeys that matter, or raise the limit"
                )
            if not at or at in skip or len(skip) >= _CRASHES or time.monotonic() > until:
                raise InputError(
                    f"{path.name}: the model cannot be read, {ended.how}{f' at element {at}' if at else ''}; "
                    "export it again"
                )
            skip.append(at)


#: One thread, so that the limit of memory is not spent on stacks; the reader finds this very mrsite.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
}


def _facts(path: Path, file: Path) -> ModelFacts:
    try:
        return from_json(file.read_text("utf-8"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{path.name}: what was read of the model is not whole; export it again") from None


def _at(folder: Path) -> str:
    """Return the GlobalId of the element that was being made."""
    try:
        return (folder / "at").read_bytes().decode("utf-8", "replace").strip()
    except OSError:
        return ""
